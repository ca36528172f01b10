//! What takes longer than a slider may: surveys of a data set and searches over grids.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use crate::app::worker::{Answer, Answers, Reply, Wake, Worker};
use crate::approx::best_grid::{GridAtBudget, grids_at_budget};
use crate::approx::survey::{Survey, survey};
use crate::approx::{FactorError, MethodSettings};
use crate::source::{Dataset, Split, Transform, digits};

/// What can be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// These settings on every image of a split.
    Survey {
        /// The data set.
        dataset: Dataset,
        /// Its split.
        split: Split,
        /// Shuffle and shift of every image.
        transform: Transform,
        /// The settings.
        settings: Vec<MethodSettings>,
    },
    /// Every grid at one budget, on the matrix of this id.
    Grids {
        /// Names the matrix.
        matrix_id: u64,
        /// Parameters.
        budget: usize,
    },
}

/// What comes back.
#[derive(Debug)]
pub enum Told {
    /// A share of the work, 0 to 1.
    Progress(f32),
    /// A finished survey.
    Survey(Ask, Survey),
    /// A finished search.
    Grids(Ask, Vec<GridAtBudget>),
    /// Why it failed.
    Failed(String),
}

type Request = (Ask, Option<Arc<crate::source::Loaded>>);

/// The worker and what it last told.
#[derive(Default)]
pub struct Background {
    worker: Option<(Worker<Request>, Answers<Told>)>,
    asked: Option<Ask>,
    /// How far the work under way is.
    pub progress: f32,
    /// The last survey, with what it answers.
    pub survey: Option<(Ask, Survey)>,
    /// The last search, with what it answers.
    pub grids: Option<(Ask, Vec<GridAtBudget>)>,
    /// Why the last request failed.
    pub failure: Option<String>,
}

impl Background {
    /// Asks once; asking the same again while it is under way or known does nothing.
    pub fn ask(&mut self, ask: Ask, loaded: Option<Arc<crate::source::Loaded>>, wake: &Wake) {
        let known = self.survey.as_ref().is_some_and(|(a, _)| *a == ask)
            || self.grids.as_ref().is_some_and(|(a, _)| *a == ask);
        if known || self.asked.as_ref() == Some(&ask) {
            return;
        }
        self.progress = 0.0;
        self.failure = None;
        self.asked = Some(ask.clone());
        let (worker, _) = self
            .worker
            .get_or_insert_with(|| Worker::spawn("background", Arc::clone(wake), work));
        worker.ask((ask, loaded));
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        let Some((worker, answers)) = &mut self.worker else {
            return;
        };
        for answer in worker.receive(answers) {
            match answer {
                Answer::Given(Told::Progress(share)) => self.progress = share,
                Answer::Given(Told::Survey(ask, survey)) => self.survey = Some((ask, survey)),
                Answer::Given(Told::Grids(ask, grids)) => self.grids = Some((ask, grids)),
                Answer::Given(Told::Failed(why)) | Answer::Failed(why) => {
                    self.failure = Some(why);
                }
                Answer::Finished => {}
            }
        }
    }

    /// Whether something is under way.
    pub fn busy(&self) -> bool {
        self.worker
            .as_ref()
            .is_some_and(|(worker, _)| worker.busy())
    }

    /// Stops what is under way.
    pub fn cancel(&mut self) {
        if let Some((worker, _)) = &mut self.worker {
            worker.cancel();
        }
    }

    /// Forgets what was asked, so that it is asked again.
    pub fn again(&mut self) {
        self.asked = None;
        self.failure = None;
    }
}

fn work((ask, loaded): Request, reply: &Reply<'_, Told>) {
    let told = match &ask {
        Ask::Survey {
            dataset,
            split,
            transform,
            settings,
        } => survey_of(dataset, *split, *transform, settings, reply)
            .map(|found| Told::Survey(ask, found)),
        Ask::Grids { budget, .. } => match loaded {
            Some(loaded) => grids_of(&loaded.matrix, *budget, reply),
            None => Ok(Vec::new()),
        }
        .map(|found| Told::Grids(ask, found)),
    };
    match told {
        Ok(told) => reply.send(told),
        Err(None) => {}
        Err(Some(why)) => reply.send(Told::Failed(why)),
    }
}

/// `None` stands for *stopped*.
type Outcome<T> = Result<T, Option<String>>;

fn survey_of(
    dataset: &Dataset,
    split: Split,
    transform: Transform,
    settings: &[MethodSettings],
    reply: &Reply<'_, Told>,
) -> Outcome<Survey> {
    let set = digits(dataset, split).map_err(|error| Some(error.to_string()))?;
    let indices: Vec<usize> = (0..set.count()).collect();
    let total = indices.len();
    let told = AtomicUsize::new(0);
    let on_done = |done: usize| -> ControlFlow<()> {
        let percent = 100 * done / total.max(1);
        if told.fetch_max(percent, Ordering::Relaxed) < percent {
            reply.send(Told::Progress(percent as f32 / 100.0));
        }
        reply.keep_going()
    };
    survey(
        &indices,
        &|i| transform.apply(&set.matrix(i)),
        &|i| set.label(i),
        settings,
        &on_done,
    )
    .map_err(said)
}

fn grids_of(
    matrix: &DMatrix<f64>,
    budget: usize,
    reply: &Reply<'_, Told>,
) -> Outcome<Vec<GridAtBudget>> {
    let most = (budget / (matrix.nrows() + matrix.ncols()).max(1)).max(1);
    let on_grid = |grid: &GridAtBudget| {
        reply.send(Told::Progress((grid.grid as f32 / most as f32).min(1.0)));
        reply.keep_going()
    };
    grids_at_budget(matrix, budget, &on_grid).map_err(said)
}

fn said(error: FactorError) -> Option<String> {
    match error {
        FactorError::Stopped => None,
        other => Some(other.to_string()),
    }
}

//! What takes longer than a slider may: surveys of a data set and searches over grids.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use crate::analysis::affordable;
use crate::app::service::Service;
use crate::app::worker::{Reply, Wake};
use crate::approx::FactorError;
use crate::approx::best_grid::{GridAtBudget, grids_at_budget};
use crate::approx::survey::{Survey, survey};
use crate::figure::label;
use crate::session::Settings;
use crate::source::{Dataset, Split, Transform, digits};

/// What can be asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// The settings, as its images take them, on every image of a split.
    Survey {
        /// The data set.
        dataset: Dataset,
        /// Its split.
        split: Split,
        /// Shuffle and shift of every image.
        transform: Transform,
        /// The wanted settings.
        settings: Settings,
    },
    /// Every grid at one budget, on the matrix of this id.
    Grids {
        /// Names the matrix.
        matrix_id: u64,
        /// Parameters.
        budget: usize,
    },
}

impl Ask {
    /// What is measured, in words: `MNIST test images`.
    pub fn subject(&self) -> String {
        match self {
            Self::Survey { dataset, split, .. } => {
                let name = match dataset {
                    Dataset::BuiltIn => "MNIST".to_owned(),
                    Dataset::Folder(folder) => {
                        let name = folder.file_name().unwrap_or(folder.as_os_str());
                        label::clean(&name.to_string_lossy())
                    }
                };
                let split = match split {
                    Split::Test => "test",
                    Split::Train => "training",
                };
                format!("{name} {split} images")
            }
            Self::Grids { .. } => "grids".to_owned(),
        }
    }
}

/// How far the work under way is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub done: usize,
    /// What there is; zero while that is not known.
    pub of: usize,
}

impl Progress {
    /// As a share of the work.
    pub fn share(self) -> f32 {
        self.done as f32 / self.of.max(1) as f32
    }
}

/// A data set that was measured.
#[derive(Debug)]
pub struct Surveyed {
    /// The errors.
    pub survey: Survey,
    /// Rows and columns of its images.
    pub shape: (usize, usize),
    /// Why a method is missing.
    pub left_out: Vec<String>,
}

/// What comes back.
#[derive(Debug)]
pub enum Told {
    /// How far it is.
    Progress(Progress),
    /// A finished survey.
    Survey(Ask, Surveyed),
    /// A finished search.
    Grids(Ask, Vec<GridAtBudget>),
    /// Why it failed.
    Failed(String),
}

type Request = (Ask, Option<Arc<crate::source::Loaded>>);

/// The work and what was last told of it.
pub struct Background {
    service: Service<Request, Told>,
    asked: Option<Ask>,
    /// How far the work under way is.
    pub progress: Progress,
    /// The last survey, with what it answers.
    pub survey: Option<(Ask, Surveyed)>,
    /// The last search, with what it answers.
    pub grids: Option<(Ask, Vec<GridAtBudget>)>,
    /// Why the last request failed.
    pub failure: Option<String>,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            service: Service::new("background", work),
            asked: None,
            progress: Progress::default(),
            survey: None,
            grids: None,
            failure: None,
        }
    }
}

impl Background {
    /// Asks once; asking the same again while it is under way or known does nothing.
    pub fn ask(&mut self, ask: Ask, loaded: Option<Arc<crate::source::Loaded>>, wake: &Wake) {
        let known = self.survey.as_ref().is_some_and(|(a, _)| *a == ask)
            || self.grids.as_ref().is_some_and(|(a, _)| *a == ask);
        if known || self.asked.as_ref() == Some(&ask) {
            return;
        }
        self.progress = Progress::default();
        self.failure = None;
        self.asked = Some(ask.clone());
        self.service.ask((ask, loaded), wake);
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        for answer in self.service.receive() {
            match answer {
                Ok(Told::Progress(now)) => self.progress = now,
                Ok(Told::Survey(ask, survey)) => self.survey = Some((ask, survey)),
                Ok(Told::Grids(ask, grids)) => self.grids = Some((ask, grids)),
                Ok(Told::Failed(why)) | Err(why) => self.failure = Some(why),
            }
        }
    }

    /// What is under way, in words.
    pub fn describe(&self) -> String {
        let Progress { done, of } = self.progress;
        let counted = format!("{} of {}", label::count(done), label::count(of));
        match &self.asked {
            Some(ask @ Ask::Survey { .. }) if of == 0 => format!("Reading the {}…", ask.subject()),
            Some(ask @ Ask::Survey { .. }) => {
                format!("Measuring the {}: {counted}…", ask.subject())
            }
            Some(Ask::Grids { .. }) if of > 0 => format!("Trying grids: {counted}…"),
            _ => "Measuring…".to_owned(),
        }
    }

    /// Whether something is under way.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Stops what is under way.
    pub fn cancel(&mut self) {
        self.service.cancel();
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
    settings: &Settings,
    reply: &Reply<'_, Told>,
) -> Outcome<Surveyed> {
    let set = digits(dataset, split).map_err(|error| Some(error.to_string()))?;
    let shape = (set.rows(), set.cols());
    let settings = settings.fitted(shape.0, shape.1).settings;
    let (methods, left_out) = affordable(&settings, shape.0, shape.1);
    let indices: Vec<usize> = (0..set.count()).collect();
    let total = indices.len();
    let told = AtomicUsize::new(0);
    let on_done = |done: usize| -> ControlFlow<()> {
        let percent = 100 * done / total.max(1);
        if told.fetch_max(percent, Ordering::Relaxed) < percent {
            reply.send(Told::Progress(Progress { done, of: total }));
        }
        reply.keep_going()
    };
    let survey = survey(
        &indices,
        &|i| transform.apply(&set.matrix(i)),
        &|i| set.label(i),
        &methods,
        &on_done,
    )
    .map_err(said)?;
    Ok(Surveyed {
        survey,
        shape,
        left_out,
    })
}

fn grids_of(
    matrix: &DMatrix<f64>,
    budget: usize,
    reply: &Reply<'_, Told>,
) -> Outcome<Vec<GridAtBudget>> {
    let (rows, cols) = matrix.shape();
    let of = (budget / (rows + cols).max(1)).clamp(1, rows.min(cols).max(1));
    let on_grid = |grid: &GridAtBudget| {
        let done = grid.grid.min(of);
        reply.send(Told::Progress(Progress { done, of }));
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

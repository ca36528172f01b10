//! What takes longer than a slider may: surveys of a data set and searches over grids.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use crate::analysis::{Grids, Images, SurveyError, Surveyed, survey_images};
use crate::app::service::Service;
use crate::app::worker::{Reply, Wake};
use crate::approx::FactorError;
use crate::approx::best_grid::GridAtBudget;
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
        settings: Box<Settings>,
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

    /// What is waited for before a file can be written.
    pub fn long(&self) -> &'static str {
        match self {
            Self::Survey { .. } => "Measuring all images of the data set at these settings…",
            Self::Grids { .. } => "Trying every grid at this budget…",
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

/// What comes back.
#[derive(Debug)]
pub enum Told {
    /// How far it is.
    Progress(Progress),
    /// A finished survey.
    Survey(Ask, Box<Surveyed>),
    /// A finished search.
    Grids(Ask, Grids),
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
    pub grids: Option<(Ask, Grids)>,
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
        if self.answers(&ask) || self.asked.as_ref() == Some(&ask) {
            return;
        }
        self.progress = Progress::default();
        self.failure = None;
        self.asked = Some(ask.clone());
        self.service.ask((ask, loaded), wake);
    }

    /// Whether the answer to `ask` is here.
    pub fn answers(&self, ask: &Ask) -> bool {
        self.survey.as_ref().is_some_and(|(of, _)| of == ask)
            || self.grids.as_ref().is_some_and(|(of, _)| of == ask)
    }

    /// Takes over what another one has measured.
    pub fn take(&mut self, other: &mut Self) {
        self.survey = other.survey.take().or_else(|| self.survey.take());
        self.grids = other.grids.take().or_else(|| self.grids.take());
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        for answer in self.service.receive() {
            match answer {
                Ok(Told::Progress(now)) => self.progress = now,
                Ok(Told::Survey(ask, survey)) => self.survey = Some((ask, *survey)),
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
    let told = match (&ask, loaded) {
        (
            Ask::Survey {
                dataset,
                split,
                transform,
                settings,
            },
            _,
        ) => {
            let images = Images {
                dataset: dataset.clone(),
                split: *split,
                digit: None,
            };
            survey_of(&images, *transform, settings, reply)
                .map(|found| Told::Survey(ask, Box::new(found)))
        }
        (Ask::Grids { budget, .. }, Some(loaded)) => {
            grids_of(&loaded.matrix, *budget, reply).map(|found| Told::Grids(ask, found))
        }
        (Ask::Grids { .. }, None) => Err(None),
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
    images: &Images,
    transform: Transform,
    settings: &Settings,
    reply: &Reply<'_, Told>,
) -> Outcome<Surveyed> {
    let set = digits(&images.dataset, images.split).map_err(|error| Some(error.to_string()))?;
    let told = AtomicUsize::new(0);
    let on_done = |done: usize, of: usize| -> ControlFlow<()> {
        let percent = 100 * done / of.max(1);
        if told.fetch_max(percent, Ordering::Relaxed) < percent {
            reply.send(Told::Progress(Progress { done, of }));
        }
        reply.keep_going()
    };
    survey_images(&set, images, transform, settings, &on_done).map_err(|error| match error {
        SurveyError::Factor(error) => said(error),
        other => Some(other.to_string()),
    })
}

fn grids_of(matrix: &DMatrix<f64>, budget: usize, reply: &Reply<'_, Told>) -> Outcome<Grids> {
    let (rows, cols) = matrix.shape();
    let of = (budget / (rows + cols).max(1)).clamp(1, rows.min(cols).max(1));
    let on_grid = |grid: &GridAtBudget| {
        let done = grid.grid.min(of);
        reply.send(Told::Progress(Progress { done, of }));
        reply.keep_going()
    };
    Grids::search(matrix, budget, &on_grid).map_err(said)
}

fn said(error: FactorError) -> Option<String> {
    match error {
        FactorError::Stopped => None,
        other => Some(other.to_string()),
    }
}

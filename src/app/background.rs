//! What takes longer than a slider may: surveys of a data set, searches and permutation tests.

mod work;

use std::sync::Arc;

use crate::analysis::{
    AtlasSettings, DRAWS, FoundOrder, GridSearch, Locality, LocalitySurvey, SurveyResult,
};
use crate::app::service::Service;
use crate::app::worker::Wake;
use crate::approx::atlas::Atlas;
use crate::approx::locality::LocalitySettings;
use crate::approx::order::Search;
use crate::claims::Evidence;
use crate::figure::label;
use crate::session::Settings;
use crate::source::{Dataset, Split, Transform};

/// A question to the worker.
#[derive(Clone, Debug, PartialEq)]
pub enum BackgroundTask {
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
    /// What the claims are held against.
    Claims,
    /// Every structure within one budget, on the matrix of this id.
    Atlas {
        /// Names the matrix.
        matrix_id: u64,
        /// Budget.
        settings: AtlasSettings,
    },
    /// The locality test of the matrix of this id.
    Locality {
        /// Names the matrix.
        matrix_id: u64,
        /// Grid, ranks and seed.
        settings: LocalitySettings,
    },
    /// The locality test on every image of a split.
    LocalitySurvey {
        /// The data set.
        dataset: Dataset,
        /// Its split.
        split: Split,
        /// Shuffle and shift of every image.
        transform: Transform,
        /// The wanted settings.
        settings: Box<Settings>,
        /// Draws and seed.
        draws: (usize, u64),
    },
    /// An order in which the matrix of this id is local.
    Order {
        /// Names the matrix.
        matrix_id: u64,
        /// Grid, rank, starts and seed.
        search: Search,
    },
}

impl BackgroundTask {
    /// The subject of a survey, in words: `MNIST test images`.
    pub fn subject(&self) -> String {
        match self {
            Self::Survey { dataset, split, .. } | Self::LocalitySurvey { dataset, split, .. } => {
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
            Self::Claims => "test digits".to_owned(),
            Self::Atlas { .. } => "structures".to_owned(),
            Self::Locality { .. } => "random orders".to_owned(),
            Self::Order { .. } => "orders".to_owned(),
        }
    }

    /// The work that a file waits for, in words.
    pub fn long(&self) -> &'static str {
        match self {
            Self::Survey { .. } => "Measuring all images of the data set at these settings…",
            Self::Grids { .. } => "Trying every grid at this budget…",
            Self::Claims => "Measuring what the claims are held against…",
            Self::Atlas { .. } => "Trying every structure at this budget…",
            Self::Locality { .. } => "Comparing the matrix with random orders…",
            Self::LocalitySurvey { .. } => "Testing all images of the data set…",
            Self::Order { .. } => "Looking for an order…",
        }
    }
}

/// The progress of the work under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskProgress {
    /// The number of items done.
    pub done: usize,
    /// The number of all items; zero while that is not known.
    pub of: usize,
}

impl TaskProgress {
    /// As a share of the work.
    pub fn share(self) -> f32 {
        self.done as f32 / self.of.max(1) as f32
    }
}

/// An answer of the worker.
#[derive(Debug)]
pub enum TaskMessage {
    /// The progress.
    Progress(TaskProgress),
    /// A finished survey.
    Survey(BackgroundTask, Box<SurveyResult>),
    /// A finished search.
    Grids(BackgroundTask, GridSearch),
    /// What the claims are held against, perhaps with more to come.
    Claims(Box<Evidence>),
    /// A finished atlas.
    Atlas(BackgroundTask, Box<Atlas>),
    /// A permutation test with the draws so far.
    Locality(BackgroundTask, Box<Locality>),
    /// A finished test of a data set.
    LocalitySurvey(BackgroundTask, Box<LocalitySurvey>),
    /// A finished search for an order.
    Order(BackgroundTask, Box<FoundOrder>),
    /// Why it failed.
    Failed(String),
}

type Request = (BackgroundTask, Option<Arc<crate::source::LoadedMatrix>>);

/// The work and what was last told of it.
pub struct Background {
    service: Service<Request, TaskMessage>,
    asked: Option<BackgroundTask>,
    /// The progress of the work under way.
    pub progress: TaskProgress,
    /// The last survey, with what it answers.
    pub survey: Option<(BackgroundTask, SurveyResult)>,
    /// The last search, with what it answers.
    pub grids: Option<(BackgroundTask, GridSearch)>,
    /// What the claims are held against.
    pub claims: Evidence,
    /// The last atlas, with what it answers.
    pub atlas: Option<(BackgroundTask, Atlas)>,
    /// The last permutation test, perhaps with more draws to come.
    pub locality: Option<(BackgroundTask, Locality)>,
    /// The last test of a data set, with what it answers.
    pub locality_survey: Option<(BackgroundTask, LocalitySurvey)>,
    /// The last search for an order.
    pub order: Option<(BackgroundTask, FoundOrder)>,
    /// Why the last request failed.
    pub failure: Option<String>,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            service: Service::new("background", work::work),
            asked: None,
            progress: TaskProgress::default(),
            survey: None,
            grids: None,
            claims: Evidence::default(),
            atlas: None,
            locality: None,
            locality_survey: None,
            order: None,
            failure: None,
        }
    }
}

impl Background {
    /// Asks once; asking the same again while it is under way or known does nothing.
    pub fn ask(
        &mut self,
        ask: BackgroundTask,
        loaded: Option<Arc<crate::source::LoadedMatrix>>,
        wake: &Wake,
    ) {
        if self.answers(&ask) || self.asked.as_ref() == Some(&ask) {
            return;
        }
        self.progress = TaskProgress::default();
        self.failure = None;
        self.asked = Some(ask.clone());
        self.service.ask((ask, loaded), wake);
    }

    /// Whether the answer to `ask` is here.
    pub fn answers(&self, ask: &BackgroundTask) -> bool {
        (*ask == BackgroundTask::Claims && self.claims.survey.is_some())
            || self.survey.as_ref().is_some_and(|(of, _)| of == ask)
            || self.grids.as_ref().is_some_and(|(of, _)| of == ask)
            || self.order.as_ref().is_some_and(|(of, _)| of == ask)
            || self
                .locality_survey
                .as_ref()
                .is_some_and(|(of, _)| of == ask)
            || self.atlas.as_ref().is_some_and(|(of, _)| of == ask)
            || self
                .locality
                .as_ref()
                .is_some_and(|(of, found)| of == ask && found.test.draws() >= DRAWS)
    }

    /// Takes over what another one has measured.
    pub fn take(&mut self, other: &mut Self) {
        self.survey = other.survey.take().or_else(|| self.survey.take());
        self.grids = other.grids.take().or_else(|| self.grids.take());
        self.atlas = other.atlas.take().or_else(|| self.atlas.take());
        self.locality = other.locality.take().or_else(|| self.locality.take());
        let tested = other.locality_survey.take();
        self.locality_survey = tested.or_else(|| self.locality_survey.take());
        self.order = other.order.take().or_else(|| self.order.take());
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        for answer in self.service.receive() {
            match answer {
                Ok(TaskMessage::Progress(now)) => self.progress = now,
                Ok(TaskMessage::Survey(ask, survey)) => self.survey = Some((ask, *survey)),
                Ok(TaskMessage::Grids(ask, grids)) => self.grids = Some((ask, grids)),
                Ok(TaskMessage::Claims(found)) => self.claims = *found,
                Ok(TaskMessage::Atlas(ask, found)) => self.atlas = Some((ask, *found)),
                Ok(TaskMessage::Locality(ask, found)) => self.locality = Some((ask, *found)),
                Ok(TaskMessage::LocalitySurvey(ask, found)) => {
                    self.locality_survey = Some((ask, *found));
                }
                Ok(TaskMessage::Order(ask, found)) => self.order = Some((ask, *found)),
                Ok(TaskMessage::Failed(why)) | Err(why) => self.failure = Some(why),
            }
        }
    }

    /// The work under way, in words.
    pub fn describe(&self) -> String {
        let TaskProgress { done, of } = self.progress;
        let counted = format!("{} of {}", label::count(done), label::count(of));
        match &self.asked {
            Some(ask @ BackgroundTask::LocalitySurvey { .. }) if of > 0 => {
                format!("Testing the {}: {counted}…", ask.subject())
            }
            Some(ask @ BackgroundTask::Survey { .. }) if of == 0 => {
                format!("Reading the {}…", ask.subject())
            }
            Some(ask @ BackgroundTask::Survey { .. }) => {
                format!("Measuring the {}: {counted}…", ask.subject())
            }
            Some(BackgroundTask::Grids { .. }) if of > 0 => format!("Trying grids: {counted}…"),
            Some(BackgroundTask::Claims) if of > 0 => {
                format!("Measuring all test digits: {counted}…")
            }
            Some(BackgroundTask::Atlas { .. }) if of > 0 => format!("Trying layouts: {counted}…"),
            Some(BackgroundTask::Locality { .. }) if of > 0 => format!("Random orders: {counted}…"),
            Some(BackgroundTask::Order { .. }) if of > 0 => format!("Searches: {counted}…"),
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

//! What takes longer than a slider may: surveys of a data set, searches and permutation tests.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use crate::analysis::{
    AtlasSettings, DRAWS, FoundOrder, GridSearch, Images, Locality, SurveyError, SurveyResult,
    survey_images,
};
use crate::app::service::Service;
use crate::app::worker::{Reply, Wake};
use crate::approx::FactorError;
use crate::approx::atlas::Atlas;
use crate::approx::best_grid::GridAtBudget;
use crate::approx::locality::LocalitySettings;
use crate::approx::order::Search;
use crate::figure::label;
use crate::session::Settings;
use crate::source::{Dataset, Split, Transform, digits};

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
            Self::Atlas { .. } => "Trying every structure at this budget…",
            Self::Locality { .. } => "Comparing the matrix with random orders…",
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
    /// A finished atlas.
    Atlas(BackgroundTask, Box<Atlas>),
    /// A permutation test with the draws so far.
    Locality(BackgroundTask, Box<Locality>),
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
    /// The last atlas, with what it answers.
    pub atlas: Option<(BackgroundTask, Atlas)>,
    /// The last permutation test, perhaps with more draws to come.
    pub locality: Option<(BackgroundTask, Locality)>,
    /// The last search for an order.
    pub order: Option<(BackgroundTask, FoundOrder)>,
    /// Why the last request failed.
    pub failure: Option<String>,
}

impl Default for Background {
    fn default() -> Self {
        Self {
            service: Service::new("background", work),
            asked: None,
            progress: TaskProgress::default(),
            survey: None,
            grids: None,
            atlas: None,
            locality: None,
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
        self.survey.as_ref().is_some_and(|(of, _)| of == ask)
            || self.grids.as_ref().is_some_and(|(of, _)| of == ask)
            || self.order.as_ref().is_some_and(|(of, _)| of == ask)
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
        self.order = other.order.take().or_else(|| self.order.take());
    }

    /// Takes what the worker sent.
    pub fn receive(&mut self) {
        for answer in self.service.receive() {
            match answer {
                Ok(TaskMessage::Progress(now)) => self.progress = now,
                Ok(TaskMessage::Survey(ask, survey)) => self.survey = Some((ask, *survey)),
                Ok(TaskMessage::Grids(ask, grids)) => self.grids = Some((ask, grids)),
                Ok(TaskMessage::Atlas(ask, found)) => self.atlas = Some((ask, *found)),
                Ok(TaskMessage::Locality(ask, found)) => self.locality = Some((ask, *found)),
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
            Some(ask @ BackgroundTask::Survey { .. }) if of == 0 => {
                format!("Reading the {}…", ask.subject())
            }
            Some(ask @ BackgroundTask::Survey { .. }) => {
                format!("Measuring the {}: {counted}…", ask.subject())
            }
            Some(BackgroundTask::Grids { .. }) if of > 0 => format!("Trying grids: {counted}…"),
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

fn work((ask, loaded): Request, reply: &Reply<'_, TaskMessage>) {
    let told = match (&ask, loaded) {
        (
            BackgroundTask::Survey {
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
                .map(|found| TaskMessage::Survey(ask, Box::new(found)))
        }
        (BackgroundTask::Grids { budget, .. }, Some(loaded)) => {
            grids_of(&loaded.matrix, *budget, reply).map(|found| TaskMessage::Grids(ask, found))
        }
        (BackgroundTask::Atlas { settings, .. }, Some(loaded)) => {
            atlas_of(&loaded.matrix, *settings, reply)
                .map(|found| TaskMessage::Atlas(ask, Box::new(found)))
        }
        (BackgroundTask::Locality { settings, .. }, Some(loaded)) => {
            locality_of(&ask, &loaded.matrix, *settings, reply)
                .map(|found| TaskMessage::Locality(ask, Box::new(found)))
        }
        (BackgroundTask::Order { search, .. }, Some(loaded)) => {
            order_of(&loaded.matrix, *search, reply)
                .map(|found| TaskMessage::Order(ask, Box::new(found)))
        }
        (
            BackgroundTask::Grids { .. }
            | BackgroundTask::Atlas { .. }
            | BackgroundTask::Locality { .. }
            | BackgroundTask::Order { .. },
            None,
        ) => Err(None),
    };
    match told {
        Ok(told) => reply.send(told),
        Err(None) => {}
        Err(Some(why)) => reply.send(TaskMessage::Failed(why)),
    }
}

/// `None` stands for *stopped*.
type TaskResult<T> = Result<T, Option<String>>;

fn survey_of(
    images: &Images,
    transform: Transform,
    settings: &Settings,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<SurveyResult> {
    let set = digits(&images.dataset, images.split).map_err(|error| Some(error.to_string()))?;
    let told = AtomicUsize::new(0);
    let on_done = |done: usize, of: usize| -> ControlFlow<()> {
        let percent = 100 * done / of.max(1);
        if told.fetch_max(percent, Ordering::Relaxed) < percent {
            reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        }
        reply.keep_going()
    };
    survey_images(&set, images, transform, settings, &on_done).map_err(|error| match error {
        SurveyError::Factor(error) => said(error),
        other => Some(other.to_string()),
    })
}

fn grids_of(
    matrix: &DMatrix<f64>,
    budget: usize,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<GridSearch> {
    let (rows, cols) = matrix.shape();
    let of = (budget / (rows + cols).max(1)).clamp(1, rows.min(cols).max(1));
    let on_grid = |grid: &GridAtBudget| {
        let done = grid.grid.min(of);
        reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        reply.keep_going()
    };
    GridSearch::search(matrix, budget, &on_grid).map_err(said)
}

fn atlas_of(
    matrix: &DMatrix<f64>,
    settings: AtlasSettings,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<Atlas> {
    let on_layout = |done: usize, of: usize| {
        reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        reply.keep_going()
    };
    settings.measure(matrix, &on_layout).map_err(said)
}

fn locality_of(
    ask: &BackgroundTask,
    matrix: &DMatrix<f64>,
    settings: LocalitySettings,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<Locality> {
    let on_batch = |found: &Locality| {
        let done = found.test.draws();
        reply.send(TaskMessage::Locality(ask.clone(), Box::new(found.clone())));
        reply.send(TaskMessage::Progress(TaskProgress { done, of: DRAWS }));
    };
    let keep_going = || reply.keep_going();
    Locality::measure(matrix, settings, DRAWS, &keep_going, &on_batch).map_err(said)
}

fn order_of(
    matrix: &DMatrix<f64>,
    search: Search,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<FoundOrder> {
    let on_start =
        |done: usize, of: usize| reply.send(TaskMessage::Progress(TaskProgress { done, of }));
    FoundOrder::search(matrix, search, &|| reply.keep_going(), &on_start).map_err(said)
}

fn said(error: FactorError) -> Option<String> {
    match error {
        FactorError::Stopped => None,
        other => Some(other.to_string()),
    }
}

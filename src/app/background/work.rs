//! The worker's side: each question answered with progress, until it is done or stopped.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use super::{BackgroundTask, Request, TaskMessage, TaskProgress};
use crate::analysis::{
    AtlasSettings, DRAWS, FoundOrder, GridSearch, Images, Locality, LocalitySurvey, SurveyError,
    SurveyResult, survey_images, survey_locality,
};
use crate::app::worker::Reply;
use crate::approx::FactorError;
use crate::approx::atlas::Atlas;
use crate::approx::best_grid::GridAtBudget;
use crate::approx::locality::LocalitySettings;
use crate::approx::order::Search;
use crate::claims::Evidence;
use crate::session::Settings;
use crate::source::{Dataset, LoadedMatrix, Split, Transform, digits};

/// Answers one question.
pub(super) fn work((ask, loaded): Request, reply: &Reply<'_, TaskMessage>) {
    let told = match loaded {
        Some(loaded) => of_matrix(ask, &loaded, reply),
        None => of_images(ask, reply),
    };
    match told {
        Ok(told) => reply.send(told),
        Err(None) => {}
        Err(Some(why)) => reply.send(TaskMessage::Failed(why)),
    }
}

/// A question about a matrix; of a data set it is one about images.
fn of_matrix(
    ask: BackgroundTask,
    loaded: &LoadedMatrix,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<TaskMessage> {
    let matrix = &loaded.matrix;
    match &ask {
        BackgroundTask::Grids { budget, .. } => grids_of(loaded.approximated(), *budget, reply)
            .map(|found| TaskMessage::Grids(ask, found)),
        BackgroundTask::Atlas { settings, .. } => atlas_of(loaded.approximated(), *settings, reply)
            .map(|found| TaskMessage::Atlas(ask, Box::new(found))),
        BackgroundTask::Locality { settings, .. } => locality_of(&ask, matrix, *settings, reply)
            .map(|found| TaskMessage::Locality(ask, Box::new(found))),
        BackgroundTask::Order { search, .. } => {
            order_of(matrix, *search, reply).map(|found| TaskMessage::Order(ask, Box::new(found)))
        }
        BackgroundTask::Survey { .. }
        | BackgroundTask::LocalitySurvey { .. }
        | BackgroundTask::Claims => of_images(ask, reply),
    }
}

/// A question about the images of a data set; about a matrix that is not there nothing is said.
fn of_images(ask: BackgroundTask, reply: &Reply<'_, TaskMessage>) -> TaskResult<TaskMessage> {
    match &ask {
        BackgroundTask::Survey {
            dataset,
            split,
            transform,
            settings,
        } => survey_of(&whole(dataset, *split), *transform, settings, reply)
            .map(|found| TaskMessage::Survey(ask, Box::new(found))),
        BackgroundTask::LocalitySurvey {
            dataset,
            split,
            transform,
            settings,
            draws,
        } => tests_of(&whole(dataset, *split), *transform, settings, *draws, reply)
            .map(|found| TaskMessage::LocalitySurvey(ask, Box::new(found))),
        BackgroundTask::Claims => {
            claims_of(reply).map(|found| TaskMessage::Claims(Box::new(found)))
        }
        BackgroundTask::Grids { .. }
        | BackgroundTask::Atlas { .. }
        | BackgroundTask::Locality { .. }
        | BackgroundTask::Order { .. } => Err(None),
    }
}

/// All images of a split.
fn whole(dataset: &Dataset, split: Split) -> Images {
    Images {
        dataset: dataset.clone(),
        split,
        digit: None,
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
    let on_done = by_percent(reply);
    survey_images(&set, images, transform, settings, &on_done).map_err(survey_said)
}

fn survey_said(error: SurveyError) -> Option<String> {
    match error {
        SurveyError::Factor(error) => said(error),
        other => Some(other.to_string()),
    }
}

fn tests_of(
    images: &Images,
    transform: Transform,
    settings: &Settings,
    draws: (usize, u64),
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<LocalitySurvey> {
    let set = digits(&images.dataset, images.split).map_err(|error| Some(error.to_string()))?;
    let on_done = by_percent(reply);
    survey_locality(&set, images, transform, settings, draws, &on_done).map_err(survey_said)
}

/// Tells of every percent of many items.
fn by_percent<'a>(
    reply: &'a Reply<'_, TaskMessage>,
) -> impl Fn(usize, usize) -> ControlFlow<()> + Sync + use<'a> {
    let told = AtomicUsize::new(0);
    move |done, of| {
        let percent = 100 * done / of.max(1);
        if told.fetch_max(percent, Ordering::Relaxed) < percent {
            reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        }
        reply.keep_going()
    }
}

fn claims_of(reply: &Reply<'_, TaskMessage>) -> TaskResult<Evidence> {
    let on_part = |found: &Evidence| reply.send(TaskMessage::Claims(Box::new(found.clone())));
    Evidence::measure(&on_part, &by_percent(reply)).map_err(|error| match error.is_stop() {
        true => None,
        false => Some(error.to_string()),
    })
}

fn grids_of(
    matrices: &[DMatrix<f64>],
    budget: usize,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<GridSearch> {
    let (rows, cols) = matrices.first().map_or((0, 0), DMatrix::shape);
    let of = (budget / (rows + cols).max(1)).clamp(1, rows.min(cols).max(1));
    let on_grid = |grid: &GridAtBudget| {
        let done = grid.grid.min(of);
        reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        reply.keep_going()
    };
    GridSearch::search(matrices, budget, &on_grid).map_err(said)
}

fn atlas_of(
    matrices: &[DMatrix<f64>],
    settings: AtlasSettings,
    reply: &Reply<'_, TaskMessage>,
) -> TaskResult<Atlas> {
    let on_layout = |done: usize, of: usize| {
        reply.send(TaskMessage::Progress(TaskProgress { done, of }));
        reply.keep_going()
    };
    settings.measure(matrices, &on_layout).map_err(said)
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

//! The tab's side of an export: its results as the views take them, and the words by which a command line
//! would call them.

use super::ApproximateTab;
use super::data_set::survey_ask;
use crate::analysis::{Analysis, Images, PartChoice, grid_budget, locality_settings};
use crate::app::background::BackgroundTask;
use crate::app::export::{Content, ExportedContent};
use crate::app::state::State;
use crate::approx::order::Search;
use crate::session::{Export, Session};
use crate::source::Limits;
use crate::views::{Material, Need, Shown, Subject, View, factors, locality, order};

/// A view of what is on screen, as a command line would call it.
pub fn shown(state: &State, view: &'static View) -> Shown {
    let split = state.preferences.view.split;
    let part = match *view == factors::VIEW {
        true => state.part,
        false => PartChoice::default(),
    };
    Shown {
        images: Images::beside(&state.session().source, split),
        part,
        ..Shown::of(view)
    }
}

/// The session on screen with its settings as the view takes them, so that a command line says
/// nothing that does not fit.
pub fn fitted_session(state: &State, view: &View) -> Session {
    let mut session = state.session().clone();
    let shape = match (view.subject, &state.analysis) {
        (Subject::Images, _) => image_shape(state),
        (_, Some(analysis)) => analysis.shape(),
        (_, None) => return session,
    };
    session.settings = session.settings.fitted(shape.0, shape.1).settings;
    session
}

/// Rows and columns of the gallery's images; MNIST's while they are read.
fn image_shape(state: &State) -> (usize, usize) {
    let digits = state.digits.as_ref();
    digits.map_or((28, 28), |set| (set.rows(), set.cols()))
}

/// The search over grids that belongs to an analysis.
pub fn grids_ask(analysis: &Analysis) -> BackgroundTask {
    let (rows, cols) = analysis.shape();
    BackgroundTask::Grids {
        matrix_id: analysis.matrix_id,
        budget: grid_budget(&analysis.session.settings, rows, cols),
    }
}

/// The locality test that belongs to an analysis.
pub fn locality_ask(analysis: &Analysis) -> BackgroundTask {
    let (_, seed) = Shown::of(&locality::VIEW).draws;
    BackgroundTask::Locality {
        matrix_id: analysis.matrix_id,
        settings: locality_settings(&analysis.session.settings, seed),
    }
}

/// The search for an order that belongs to an analysis.
pub fn order_ask(analysis: &Analysis) -> BackgroundTask {
    let (starts, seed) = Shown::of(&order::VIEW).starts;
    BackgroundTask::Order {
        matrix_id: analysis.matrix_id,
        search: Search {
            localized: analysis.session.settings.localized,
            starts,
            seed,
        },
    }
}

/// What must be measured before the view can be exported: only what is of the settings that the
/// file will tell of.
pub fn unmeasured(tab: &ApproximateTab, state: &State, view: &View) -> Option<BackgroundTask> {
    let analysis = state.analysis.as_ref()?;
    let wanted = match view.needs {
        Need::Survey => survey_ask(state, analysis),
        Need::Grids => grids_ask(analysis),
        Need::Locality => locality_ask(analysis),
        Need::Order => order_ask(analysis),
        Need::Nothing | Need::Results | Need::Projections | Need::Run | Need::Runs => {
            return None;
        }
    };
    (!tab.background.answers(&wanted)).then_some(wanted)
}

/// A view as the file of an export holds it, or the sentence that says why there is none.
pub fn exported(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    view: &'static View,
    (content, export): (Content, &Export),
) -> Result<ExportedContent, String> {
    let measured = unmeasured(tab, state, view).is_none();
    let background = &tab.background;
    let survey = background.survey.as_ref().filter(|_| measured);
    let grids = background.grids.as_ref().filter(|_| measured);
    let tested = background.locality.as_ref().filter(|_| measured);
    let searched = background.order.as_ref().filter(|_| measured);
    let material = Material {
        analysis: state.analysis.as_deref(),
        survey: survey.map(|(_, surveyed)| surveyed),
        grids: grids.map(|(_, grids)| grids),
        locality: tested.map(|(_, found)| found),
        order: searched.map(|(_, found)| found),
        ..Material::default()
    };
    let shown = shown(state, view);
    let session = computed_session(&material, view).unwrap_or_else(|| state.session().clone());
    let command = shown.command(&session, limits, Some(export));
    let options = shown.options(shown.subject(&session), command, Some(export));
    content.of_document(&view.document(&material, &options))
}

/// The session that was computed, at the settings that the view's matrices took.
fn computed_session(material: &Material<'_>, view: &View) -> Option<Session> {
    let mut session = material.analysis?.session.clone();
    if let (Subject::Images, Some(surveyed)) = (view.subject, material.survey) {
        session.settings = surveyed.settings.clone();
    }
    Some(session)
}

//! The tab's side of an export: its results as the views take them, and the words by which a command line
//! would call them.

use super::ApproximateTab;
use super::data_set::survey_ask;
use crate::analysis::{
    Analysis, AtlasSettings, Images, PartChoice, grid_budget, locality_settings,
};
use crate::app::background::BackgroundTask;
use crate::app::export::{Content, ExportedContent};
use crate::app::state::State;
use crate::approx::order::Search;
use crate::figure::{Figure, Omitted};
use crate::session::{Export, Session};
use crate::source::Limits;
use crate::views::{
    Composition, Document, Material, Need, Shown, Subject, View, factors, locality,
    locality_by_label, order,
};

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

/// The atlas that belongs to an analysis.
pub fn atlas_ask(analysis: &Analysis) -> BackgroundTask {
    let (rows, cols) = analysis.shape();
    BackgroundTask::Atlas {
        matrix_id: analysis.matrix_id,
        settings: AtlasSettings::of(&analysis.session.settings, rows, cols),
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

/// The locality test of the data set that belongs to an analysis.
pub fn locality_survey_ask(state: &State, analysis: &Analysis) -> BackgroundTask {
    let split = state.preferences.view.split;
    let Images { dataset, split, .. } = Images::beside(&analysis.session.source, split);
    BackgroundTask::LocalitySurvey {
        dataset,
        split,
        transform: analysis.session.transform,
        settings: Box::new(analysis.wanted.clone().essentials()),
        draws: Shown::of(&locality_by_label::VIEW).draws,
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
        Need::Atlas => atlas_ask(analysis),
        Need::Locality => locality_ask(analysis),
        Need::LocalitySurvey => locality_survey_ask(state, analysis),
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
    read(tab, state, limits, view, export, |document| {
        content.of_document(document)
    })
}

/// The caption of a view's figure.
pub fn caption(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    view: &'static View,
    export: &Export,
) -> Result<String, String> {
    read(tab, state, limits, view, export, |document| {
        document.caption()
    })
}

/// Reads the document of a view.
fn read<T>(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    view: &'static View,
    export: &Export,
    read: impl FnOnce(&Document<'_>) -> Result<T, String>,
) -> Result<T, String> {
    let material = material(tab, state, &[view]);
    let shown = shown(state, view);
    let session = Composition::of(view).session(&material);
    let session = session.unwrap_or_else(|| state.session().clone());
    let command = shown.command(&session, limits, Some(export));
    let options = shown.options(shown.subject(&session), command, Some(export));
    read(&view.document(&material, &options))
}

/// A figure of several views.
pub struct ComposedFigure {
    /// The picture.
    pub figure: Figure,
    /// Its caption.
    pub caption: String,
    /// The parts that can be left out.
    pub parts: Vec<Omitted>,
}

/// The figure of several views and its caption.
pub fn composed(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    (composition, others): (&Composition, &[&Analysis]),
    export: &Export,
) -> Result<ComposedFigure, String> {
    let material = Material {
        others,
        ..material(tab, state, &composition.views)
    };
    let session = composition.session(&material);
    let session = session.unwrap_or_else(|| state.session().clone());
    let command = composition.command(&session, limits, export);
    let options = composition.options(&session, command, export);
    let figure = composition.figure(&material, &options)?;
    Ok(ComposedFigure {
        parts: composition.omissible(&figure, &material, &options),
        caption: composition.caption(&material, &options)?,
        figure,
    })
}

/// What is at hand for views, nothing of other settings than the analysis.
fn material<'a>(
    tab: &'a ApproximateTab,
    state: &'a State,
    views: &[&'static View],
) -> Material<'a> {
    let missing: Vec<Need> = views
        .iter()
        .filter(|view| unmeasured(tab, state, view).is_some())
        .map(|view| view.needs)
        .collect();
    let background = &tab.background;
    let has = |need: Need| !missing.contains(&need);
    let survey = background.survey.as_ref().filter(|_| has(Need::Survey));
    let grids = background.grids.as_ref().filter(|_| has(Need::Grids));
    let structures = background.atlas.as_ref().filter(|_| has(Need::Atlas));
    let tested = background.locality.as_ref().filter(|_| has(Need::Locality));
    let of_images = background.locality_survey.as_ref();
    let of_images = of_images.filter(|_| has(Need::LocalitySurvey));
    let searched = background.order.as_ref().filter(|_| has(Need::Order));
    Material {
        analysis: state.analysis.as_deref(),
        survey: survey.map(|(_, surveyed)| surveyed),
        grids: grids.map(|(_, grids)| grids),
        atlas: structures.map(|(_, found)| found),
        locality: tested.map(|(_, found)| found),
        locality_survey: of_images.map(|(_, found)| found),
        order: searched.map(|(_, found)| found),
        ..Material::default()
    }
}

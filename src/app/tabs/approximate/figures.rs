//! What the tab gives for an export: its results, as the figures' builders take them.

use super::background::Ask;
use super::data_set::{data_set_of, survey_ask};
use super::job::Analysis;
use super::{ApproximateTab, SecondPlot};
use crate::analysis::all_notes;
use crate::app::export::{Exported, Kind};
use crate::app::state::State;
use crate::figure::compose::{
    Approximation, Context, ErrorCurve, MethodSpectrum, Panel, comparison_table, curve_table,
    distribution, error_against_parameters, figure_one, singular_values, survey_table,
};
use crate::figure::palette::Theme;
use crate::figure::{Colors, Table};
use crate::report;
use crate::session::{Export, Session, Settings, View};
use crate::source::Limits;

/// What a command line would call the thing that is looked at.
pub fn view(state: &State, second: SecondPlot) -> View {
    match second {
        SecondPlot::DataSet => dataset_view(state),
        _ => View::Approximate,
    }
}

fn dataset_view(state: &State) -> View {
    let (dataset, split) = data_set_of(state, &state.session().source);
    View::Dataset {
        dataset,
        split,
        digit: None,
    }
}

/// The session on screen with its settings as what is looked at takes them, so that a command line
/// says nothing that does not fit.
pub fn fitted_session(state: &State, view: &View) -> Session {
    let mut session = state.session().clone();
    let shape = match (view, &state.analysis) {
        (View::Dataset { .. }, _) => image_shape(state),
        (_, Some(analysis)) => analysis.loaded.matrix.shape(),
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

/// What a command line would call a figure.
pub fn view_of(state: &State, kind: Kind) -> View {
    match kind {
        Kind::ErrorCurve => View::Curve { max_params: None },
        Kind::SingularValues => View::SingularValues,
        Kind::DataSet => dataset_view(state),
        _ => View::Approximate,
    }
}

/// What must be measured before the figure of a kind can be made.
pub fn unmeasured(tab: &ApproximateTab, state: &State, kind: Kind) -> Option<Ask> {
    let analysis = state.analysis.as_ref().filter(|_| kind == Kind::DataSet)?;
    // Only a survey at the settings that the file will tell of.
    let wanted = survey_ask(state, analysis);
    let known = tab.background.survey.as_ref();
    known
        .is_none_or(|(ask, _)| *ask != wanted)
        .then_some(wanted)
}

/// The figure of a kind, or the sentence that says why there is none.
pub fn exported(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    kind: Kind,
    export: &Export,
) -> Result<Exported, String> {
    let Some(analysis) = &state.analysis else {
        return Err("nothing has been computed yet; open a matrix first".to_owned());
    };
    let view = view_of(state, kind);
    let session = match kind {
        Kind::DataSet => Session {
            settings: surveyed_settings(tab, analysis),
            ..analysis.session.clone()
        },
        _ => analysis.session.clone(),
    };
    let command = session.command(&view, limits, Some(export));
    let theme = export.theme;
    let context = Context {
        theme,
        colors: Colors::Sequential(export.colors),
        ..Context::new(analysis.session.subject(&view), command.unwrap_or_default())
    };
    let table = comparison(analysis, theme);
    let matrix = matrix_report(analysis);
    let (figure, table, json) = match kind {
        Kind::ErrorCurve => {
            let curves = curves(analysis);
            let entries = analysis.loaded.matrix.len();
            let figure = error_against_parameters(&context, entries, &curves);
            let json = report::text(&curves_report(analysis, matrix, &curves));
            (figure, curve_table(&context, &curves), json)
        }
        Kind::SingularValues => {
            let methods = analysis
                .outcomes()
                .map(|o| report::BlockSpectra::new(&o.evaluation, &o.factors.spectra))
                .collect();
            let json = report::text(&report::Spectrum { matrix, methods });
            (singular_values(&context, &spectra(analysis)), table, json)
        }
        Kind::DataSet => {
            let known = tab.background.survey.as_ref();
            let measured = known.filter(|_| unmeasured(tab, state, kind).is_none());
            let Some((_, surveyed)) = measured else {
                return Err("the data set is not measured at these settings; save again".to_owned());
            };
            let transform = analysis.session.transform;
            let survey = &surveyed.survey;
            let json = report::text(&report::Dataset::new(survey, &view, transform));
            (
                distribution(&context, survey, None),
                survey_table(survey, theme),
                json,
            )
        }
        _ => {
            let name = analysis.session.title(&analysis.loaded.name);
            let methods = analysis
                .outcomes()
                .map(|o| (&o.evaluation).into())
                .collect();
            let json = report::text(&report::Approximation { matrix, methods });
            (
                figure_one(&context, &approximation(analysis, &name, state)),
                table,
                json,
            )
        }
    };
    let json = json.map_err(|error| error.to_string())?;
    Ok(Exported {
        figure,
        table,
        json,
        npy: None,
    })
}

/// The settings of a survey as its images took them.
fn surveyed_settings(tab: &ApproximateTab, analysis: &Analysis) -> Settings {
    let known = tab.background.survey.as_ref();
    let (rows, cols) = known.map_or((28, 28), |(_, surveyed)| surveyed.shape);
    analysis.wanted.fitted(rows, cols).settings
}

fn matrix_report(analysis: &Analysis) -> report::Matrix {
    let shape = analysis.loaded.matrix.shape();
    report::Matrix::new(&analysis.session, shape, analysis.rank, analysis.norm)
}

fn curves_report(
    analysis: &Analysis,
    matrix: report::Matrix,
    curves: &[ErrorCurve],
) -> report::Curves {
    let shape = analysis.loaded.matrix.shape();
    let last = |curve: &ErrorCurve| curve.points.last().map_or(0, |point| point.params);
    report::Curves {
        matrix,
        max_params: curves.iter().map(last).max().unwrap_or(0),
        curves: curves
            .iter()
            .map(|curve| report::Curve::new(curve.settings, curve.points, shape))
            .collect(),
    }
}

/// The table of all methods in view.
pub fn comparison(analysis: &Analysis, theme: Theme) -> Table {
    let evaluations: Vec<_> = analysis.outcomes().map(|o| &o.evaluation).collect();
    comparison_table(theme, &evaluations)
}

fn approximation<'a>(analysis: &'a Analysis, name: &'a str, state: &State) -> Approximation<'a> {
    let evaluations: Vec<_> = analysis.outcomes().map(|o| &o.evaluation).collect();
    Approximation {
        matrix: &analysis.loaded.matrix,
        name,
        rank: Some(analysis.rank),
        range: Some(analysis.range),
        panels: analysis
            .outcomes()
            .map(|outcome| Panel {
                evaluation: &outcome.evaluation,
                layout: outcome.factors.layout(),
                reconstruction: &outcome.reconstruction,
            })
            .collect(),
        error_maps: state.preferences.view.error_maps,
        notes: all_notes(&evaluations, &analysis.session.settings),
    }
}

/// The curves of all methods with their present settings.
pub fn curves(analysis: &Analysis) -> Vec<ErrorCurve<'_>> {
    let methods = analysis.methods.iter();
    methods
        .map(|method| ErrorCurve {
            settings: &method.settings,
            points: &method.curve,
            present: method.outcome.as_ref().ok().map(|one| &one.evaluation),
        })
        .collect()
}

/// The singular values of all methods that gave something.
pub fn spectra(analysis: &Analysis) -> Vec<MethodSpectrum<'_>> {
    analysis
        .outcomes()
        .map(|outcome| MethodSpectrum {
            settings: &outcome.evaluation.settings,
            spectra: &outcome.factors.spectra,
            ranks: &outcome.evaluation.ranks,
        })
        .collect()
}

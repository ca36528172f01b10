//! What the tab gives for an export: its results, as the figures' builders take them.

use super::background::Ask;
use super::job::Analysis;
use super::plots::{outcome_of, survey_ask};
use super::{ApproximateTab, SecondPlot, job};
use crate::app::export::{Exported, Kind};
use crate::app::state::State;
use crate::approx::Method;
use crate::figure::build::{
    Approximation, Context, ErrorCurve, MethodSpectrum, Panel, comparison_table, curve_table,
    distribution, error_against_parameters, figure_one, singular_values, survey_table,
};
use crate::figure::palette::Theme;
use crate::figure::{Colors, Table};
use crate::report;
use crate::session::{Export, View};
use crate::source::{Dataset, Limits, Source};

/// What a command line would call the thing that is looked at.
pub fn view(state: &State, second: SecondPlot) -> View {
    match second {
        SecondPlot::DataSet => dataset_view(state),
        _ => View::Approximate,
    }
}

fn dataset_view(state: &State) -> View {
    let (dataset, split) = match &state.session().source {
        Source::Digit { dataset, split, .. } => (dataset.clone(), *split),
        _ => (Dataset::BuiltIn, state.preferences.view.split),
    };
    View::Dataset {
        dataset,
        split,
        digit: None,
    }
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
    let command = analysis.session.command(&view, limits, Some(export));
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
            let methods = outcomes(analysis)
                .map(|o| report::BlockSpectra::new(&o.evaluation, &o.factors.spectra))
                .collect();
            let json = report::text(&report::Spectrum { matrix, methods });
            (singular_values(&context, &spectra(analysis)), table, json)
        }
        Kind::DataSet => {
            let known = tab.background.survey.as_ref();
            let Some((_, survey)) = known.filter(|_| unmeasured(tab, state, kind).is_none()) else {
                return Err("the data set is not measured at these settings; save again".to_owned());
            };
            let transform = analysis.session.transform;
            let json = report::text(&report::Dataset::new(survey, &view, transform));
            (
                distribution(&context, survey),
                survey_table(survey, theme),
                json,
            )
        }
        _ => {
            let name = analysis.session.title(&analysis.loaded.name);
            let methods = outcomes(analysis).map(|o| (&o.evaluation).into()).collect();
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

fn outcomes(analysis: &Analysis) -> impl Iterator<Item = &job::Outcome> {
    analysis
        .methods
        .iter()
        .filter_map(|m| m.outcome.as_ref().ok())
}

/// The table of all methods in view.
pub fn comparison(analysis: &Analysis, theme: Theme) -> Table {
    let evaluations: Vec<_> = outcomes(analysis).map(|o| &o.evaluation).collect();
    comparison_table(theme, &evaluations)
}

fn approximation<'a>(analysis: &'a Analysis, name: &'a str, state: &State) -> Approximation<'a> {
    Approximation {
        matrix: &analysis.loaded.matrix,
        name,
        rank: Some(analysis.rank),
        range: Some(analysis.range),
        panels: outcomes(analysis)
            .map(|outcome| Panel {
                evaluation: &outcome.evaluation,
                layout: outcome.factors.layout(),
                reconstruction: &outcome.reconstruction,
            })
            .collect(),
        error_maps: state.preferences.view.error_maps,
    }
}

fn curves(analysis: &Analysis) -> Vec<ErrorCurve<'_>> {
    Method::ALL
        .into_iter()
        .filter_map(|method| outcome_of(analysis, method))
        .map(|outcome| ErrorCurve {
            settings: &outcome.evaluation.settings,
            points: &outcome.curve,
            present: Some(&outcome.evaluation),
        })
        .collect()
}

fn spectra(analysis: &Analysis) -> Vec<MethodSpectrum<'_>> {
    outcomes(analysis)
        .map(|outcome| MethodSpectrum {
            settings: &outcome.evaluation.settings,
            spectra: &outcome.factors.spectra,
            ranks: &outcome.evaluation.ranks,
        })
        .collect()
}

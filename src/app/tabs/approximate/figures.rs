//! What the tab gives for an export: its results, as the figures' builders take them.

use super::job::Analysis;
use super::plots::outcome_of;
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

/// The figure of a kind, or the sentence that says why there is none.
pub fn exported(
    tab: &ApproximateTab,
    state: &State,
    limits: &Limits,
    kind: Kind,
    export: &Export,
) -> Result<Exported, String> {
    let Some(analysis) = &state.analysis else {
        return Err("nothing has been computed yet, open a matrix first".to_owned());
    };
    let view = match kind {
        Kind::ErrorCurve => View::Curve { max_params: None },
        Kind::SingularValues => View::SingularValues,
        Kind::DataSet => dataset_view(state),
        _ => View::Approximate,
    };
    let command = analysis.session.command(&view, limits, Some(export));
    let mut context = Context::new(
        analysis.session.source.to_string(),
        command.unwrap_or_default(),
    );
    let theme = export.theme;
    context.theme = theme;
    context.colors = Colors::Sequential(export.colors);
    let table = comparison(analysis, theme);
    let (figure, table) = match kind {
        Kind::ErrorCurve => {
            let curves = curves(analysis);
            let entries = analysis.loaded.matrix.len();
            let figure = error_against_parameters(&context, entries, &curves);
            (figure, curve_table(&context, &curves))
        }
        Kind::SingularValues => (singular_values(&context, &spectra(analysis)), table),
        Kind::DataSet => {
            let Some((_, survey)) = &tab.background.survey else {
                return Err("the data set has not been measured yet, open the plot 'Data set' and wait for it".to_owned());
            };
            (distribution(&context, survey), survey_table(survey, theme))
        }
        _ => (figure_one(&context, &approximation(analysis, state)), table),
    };
    Ok(Exported { figure, table })
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

fn approximation<'a>(analysis: &'a Analysis, state: &State) -> Approximation<'a> {
    Approximation {
        matrix: &analysis.loaded.matrix,
        name: &analysis.loaded.name,
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

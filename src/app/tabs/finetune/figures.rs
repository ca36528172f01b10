//! What the tab gives for an export, and its command line.

use std::sync::Arc;

use super::FinetuneTab;
use crate::app::export::{Exported, Kind};
use crate::experiment::{Experiment, RunsReport, Shown, delta_file, figures, tables};
use crate::figure::compose::Context;
use crate::figure::palette::Theme;
use crate::finetune::{Inspection, RunKey};
use crate::report;
use crate::session::Export;

/// What of the sweep a figure shows.
fn shown(kind: Kind, runs: &[RunKey]) -> Shown {
    match (kind, runs.first()) {
        (Kind::TrainingCurves, Some(_)) => Shown::TrainingCurves(runs.to_vec()),
        (Kind::Confusion, Some(_)) => Shown::Confusion(runs.to_vec()),
        (Kind::DeltaWeights, Some(first)) => Shown::DeltaWeights(*first),
        _ => Shown::AccuracyDrop,
    }
}

/// The command line that trains the same, with a figure where there is an export.
pub fn command(tab: &FinetuneTab, kind: Kind, export: Option<&Export>) -> Option<String> {
    let (dataset, settings) = tab.training.asked()?;
    let experiment = Experiment::of(settings, dataset)?;
    experiment.command(&shown(kind, tab.looks.selected()), export)
}

/// The figure of a kind, or the sentence that says why there is none.
pub fn exported(tab: &FinetuneTab, kind: Kind, export: &Export) -> Result<Exported, String> {
    let Some(results) = tab.training.results() else {
        return Err("nothing to export yet; press Run first".to_owned());
    };
    let context = Context {
        theme: export.theme,
        ..Context::new(
            results.dataset.clone(),
            command(tab, kind, Some(export)).unwrap_or_default(),
        )
    };
    if kind == Kind::AccuracyDrop {
        // What is selected on the screen is nothing that the figure says.
        let figure = figures::accuracy_drop(&context, results);
        return Ok(Exported {
            figure: figure.ok_or_else(|| no_base_line(tab).to_owned())?,
            table: tables::runs_table(results, Theme::Light),
            json: results.to_json().map_err(|error| error.to_string())? + "\n",
            npy: None,
        });
    }
    let known = tab.looks.known();
    let runs: Vec<&Inspection> = known.iter().map(Arc::as_ref).collect();
    let Some(first) = runs.first() else {
        return Err("no run is selected; click a point or a row first".to_owned());
    };
    let (figure, table) = match kind {
        Kind::TrainingCurves => (
            figures::training_curves(&context, &runs),
            tables::epochs_table(&runs),
        ),
        Kind::Confusion => (
            figures::confusion(&context, &runs),
            tables::confusion_table(first),
        ),
        _ => (
            figures::delta_weights(&context, first, results.image),
            tables::update_table(first),
        ),
    };
    let json = report::text(&RunsReport::new(&runs)).map_err(|error| error.to_string())?;
    let npy = delta_file(&first.update).map_err(|error| error.to_string())?;
    Ok(Exported {
        figure,
        table,
        json,
        npy: (kind == Kind::DeltaWeights).then_some(npy),
    })
}

/// Why there is no Figure 2: it is measured from full fine-tuning.
fn no_base_line(tab: &FinetuneTab) -> &'static str {
    match tab.training.under_way() {
        true => {
            "the first point needs full fine-tuning, which is being trained; export again when it \
             appears"
        }
        false => "nothing to export yet; press Run first",
    }
}

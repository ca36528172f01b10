//! `finetune --run`: a look into one run, or two to compare.

use std::ops::ControlFlow;

use super::FinetuneArgs;
use crate::cli::figure::Target;
use crate::cli::{Failure, output, print};
use crate::experiment::{self, RunName, Shown, delta_file, figures, tables};
use crate::figure::Table;
use crate::figure::compose::Context;
use crate::figure::palette::Theme;
use crate::finetune::{
    AdaptationData, Inspection, Pretrained, RunKey, SweepSettings, inspect, pretrain,
};

/// Trains the one or two runs of `--run`, and writes and prints what is in them.
pub(super) fn run(
    arguments: &FinetuneArgs,
    data: &AdaptationData,
    settings: &SweepSettings,
    picture: Option<(&Target, &Context)>,
) -> Result<(), Failure> {
    if arguments.run.len() > 2 {
        return Err(Failure::usage(
            "--run is given more than twice; compare two runs",
        ));
    }
    if arguments.delta.is_some() && arguments.run.len() > 1 {
        return Err(Failure::usage("--delta writes one run, give --run once"));
    }
    let shape = settings.shape(data.rows, data.cols);
    for run in &arguments.run {
        RunName::check(*run, &shape).map_err(Failure::usage)?;
    }
    let keys = arguments.run.iter().map(|run| run.key(settings));
    let runs = look_into(data, settings, keys);
    let runs: Vec<&Inspection> = runs.iter().collect();
    let mut notes = Vec::new();
    if let Some(path) = &arguments.delta {
        let bytes = delta_file(&runs[0].update).map_err(Failure::run)?;
        notes.extend(output::write(path, &bytes, "ΔW is")?);
    }
    if let Some((target, context)) = picture {
        let figure = match arguments.shown(settings) {
            Shown::TrainingCurves(_) => figures::training_curves(context, &runs),
            Shown::Confusion(_) => figures::confusion(context, &runs),
            Shown::DeltaWeights(_) | Shown::AccuracyDrop => {
                figures::delta_weights(context, runs[0], [data.rows, data.cols])
            }
        };
        notes.extend(target.write(&figure)?);
    }
    print_runs(arguments, &runs, &notes)
}

fn look_into(
    data: &AdaptationData,
    settings: &SweepSettings,
    keys: impl Iterator<Item = RunKey>,
) -> Vec<Inspection> {
    let go_on = || ControlFlow::Continue(());
    let mut kept: Vec<Pretrained> = Vec::new();
    let mut found = Vec::new();
    for key in keys {
        if kept.iter().all(|one| one.seed != key.seed) {
            kept.extend(pretrain(data, settings, key.seed, &go_on));
        }
        let pretrained = kept.iter().find(|one| one.seed == key.seed);
        found.extend(pretrained.and_then(|one| inspect(data, one, settings, key, &go_on)));
    }
    found
}

fn print_runs(
    arguments: &FinetuneArgs,
    runs: &[&Inspection],
    notes: &[String],
) -> Result<(), Failure> {
    if arguments.outputs().leave_only_remarks(notes) {
        return Ok(());
    }
    if arguments.format.for_programs() {
        print::remarks(notes);
    }
    if arguments.format.json {
        return print::json(&experiment::RunsReport::new(runs));
    }
    let tables: Vec<Table> = runs
        .iter()
        .map(|run| tables::confusion_table(run))
        .collect();
    if arguments.format.for_programs() {
        let texts = tables.iter().filter_map(|one| arguments.format.table(one));
        return print::standard_output(texts.collect::<Vec<_>>().join("\n"));
    }
    let tables: Vec<&Table> = tables.iter().collect();
    let moved = runs.iter().map(|run| {
        let units = figures::most_moved(run, figures::FEATURES);
        let units: Vec<String> = units.iter().map(usize::to_string).collect();
        format!(
            "{}: hidden units that moved most: {}",
            figures::look_of(&run.record.key, Theme::Light).name,
            units.join(", ")
        )
    });
    let notes: Vec<String> = moved.chain(notes.iter().cloned()).collect();
    print::page(
        "What was learned; true digits down, predicted across",
        &tables,
        &notes,
    )
}

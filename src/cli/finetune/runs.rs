//! `finetune --run`: a look into one run, or two to compare.

use std::ops::ControlFlow;

use super::FinetuneArgs;
use crate::cli::figure::FigureTarget;
use crate::cli::present::{PrintedPage, present};
use crate::cli::{Failure, output};
use crate::experiment::{Inspector, RunName, delta_file, tables};
use crate::finetune::network::Shape;
use crate::finetune::{AdaptationData, Inspection, SweepSettings};
use crate::views::{Material, confusion};

/// Trains the one or two runs of `--run`, and writes and prints what is in them.
pub(super) fn run(
    arguments: &FinetuneArgs,
    data: &AdaptationData,
    settings: &SweepSettings,
    target: Option<&FigureTarget>,
) -> Result<(), Failure> {
    check(arguments, &settings.shape(data.rows, data.cols))?;
    let mut inspector = Inspector::default();
    let go_on = || ControlFlow::Continue(());
    let keys = arguments.run.iter().map(|run| run.key(settings));
    let runs: Vec<Inspection> = keys
        .filter_map(|key| inspector.look(data, settings, key, &go_on))
        .collect();
    let runs: Vec<&Inspection> = runs.iter().collect();
    let mut notes = Vec::new();
    if let Some(path) = &arguments.delta {
        let bytes = delta_file(&runs[0].update).map_err(Failure::run)?;
        notes.extend(output::write(path, &bytes, "ΔW")?);
    }
    let material = Material {
        runs: &runs,
        image: [data.rows, data.cols],
        ..Material::default()
    };
    let options = arguments.options(data, settings, target);
    let shown = arguments.shown(settings);
    let drawn = shown.view.document(&material, &options);
    if let Some(target) = target {
        notes.extend(target.draw(&drawn)?);
        if shown.runs.len() < runs.len() {
            notes.push(format!(
                "the figure has only the first run, {}; --show training-curves and --show confusion \
                 have both",
                arguments.run[0]
            ));
        }
    }
    let read = match arguments.show {
        Some(_) => drawn,
        None => confusion::VIEW.document(&material, &options),
    };
    let page = PrintedPage {
        heading: "Confusion matrix: true digits down, predicted digits across".to_owned(),
        remarks: runs.iter().map(|run| tables::moved_sentence(run)).collect(),
        notes,
    };
    present(&read, page, arguments.format, None, &arguments.outputs())
}

/// Whether the runs can be trained, compared and written.
fn check(arguments: &FinetuneArgs, shape: &Shape) -> Result<(), Failure> {
    if arguments.run.len() > 2 {
        return Err(Failure::usage(
            "--run is given more than twice; compare at most two runs",
        ));
    }
    if arguments.delta.is_some() && arguments.run.len() > 1 {
        return Err(Failure::usage(
            "--delta writes the update of a single run; give --run once",
        ));
    }
    for run in &arguments.run {
        RunName::check(*run, shape).map_err(Failure::usage)?;
    }
    Ok(())
}

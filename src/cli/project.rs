//! `project`: does a lower error of the matrix mean a better adapter?

use std::ops::ControlFlow;

use super::experiment::ExperimentArgs;
use super::output::Outputs;
use super::present::{PrintedPage, present};
use super::progress::bar;
use super::{Failure, FigureArgs, FormatArgs};
use crate::experiment::{Experiment, Inspector, Projections, SweepPreset, figures};
use crate::finetune::{Event, sweep_with_networks};
use crate::views::{Material, Shown, projections};

/// Arguments of `project`.
#[derive(Clone, Debug, clap::Args)]
pub struct ProjectArgs {
    #[command(flatten)]
    pub(super) experiment: ExperimentArgs,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

impl ProjectArgs {
    /// What is asked for. Without a word about it: three seeds, so that the correlations have a
    /// spread, and the paper's highest learning rate, which validation chooses for every one of its
    /// configurations.
    pub(super) fn experiment(&self) -> Experiment {
        let mut experiment = self.experiment.experiment(SweepPreset::Paper);
        if self.experiment.preset.is_none() {
            experiment.learning_rates.get_or_insert_with(|| vec![5e-4]);
            experiment.seeds.get_or_insert_with(|| vec![0, 1, 2]);
        }
        experiment
    }
}

/// Runs `project`.
pub(super) fn run(arguments: &ProjectArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let experiment = arguments.experiment();
    let settings = experiment.settings();
    let outputs = Outputs::of(arguments.format).and("--figure", arguments.figure.figure.as_deref());
    outputs.check(&experiment.dataset.files())?;
    let data = experiment.data().map_err(Failure::run)?;
    let shape = settings.shape(data.rows, data.cols);
    settings.check(&shape).map_err(Failure::usage)?;
    let heard = |_: Event| ControlFlow::Continue(());
    let trained = sweep_with_networks(&data, &settings, None, &heard);
    let (results, networks) = trained.map_err(Failure::usage)?;
    let mut inspector = Inspector::knowing(networks);
    let go_on = || ControlFlow::Continue(());
    let progress = bar();
    let on_done = |done: usize, of: usize| {
        let _ = progress.reached(done, of);
    };
    let found = Projections::measure(&data, &results, &mut inspector, &go_on, &on_done);
    progress.end();
    let found = found.map_err(Failure::run)?;
    let material = Material {
        projections: found.as_ref(),
        image: results.image,
        ..Material::default()
    };
    let shown = Shown::of(&projections::VIEW);
    let export = target.as_ref().map(|target| &target.export);
    let command = shown.training_command(&experiment, export);
    let options = shown.options(data.name.clone(), command, export);
    let document = shown.view.document(&material, &options);
    let page = PrintedPage {
        heading: figures::describe(&results),
        remarks: Vec::new(),
        notes: document.notes(),
    };
    present(&document, page, arguments.format, target.as_ref(), &outputs)
}

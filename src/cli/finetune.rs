//! `finetune`: the paper's experiment 2, and a look into single runs.

mod runs;
mod sweep;

use std::path::{Path, PathBuf};

use super::experiment::ExperimentArgs;
use super::figure::FigureTarget;
use super::output::{self, Outputs};
use super::{Failure, FigureArgs, FormatArgs, show};
use crate::experiment::{self, Experiment, ResultsFile, RunName, SweepPreset};
use crate::finetune::{AdaptationData, Results, RunKey, SweepSettings};
use crate::views::{Need, Options, Shown, View, accuracy_drop, delta_weights, training_curves};

/// Arguments of `finetune`.
#[derive(Clone, Debug, clap::Args)]
pub struct FinetuneArgs {
    #[command(flatten)]
    pub(super) experiment: ExperimentArgs,
    /// Writes the results to this file, after every run; - is standard output, at the end
    #[arg(long, value_name = "RESULTS.json", conflicts_with = "run", value_parser = output::parser(), allow_hyphen_values = true)]
    pub out: Option<PathBuf>,
    /// Continues an interrupted sweep from the file of --out
    #[arg(long, requires = "out", conflicts_with = "run")]
    pub resume: bool,
    /// Trains and inspects only this run: full, lora:R, melora:N:R, localized_block:K:R or
    /// localized_grid:K:R, with @RATE and #SEED if wanted; give it twice to compare two runs
    #[arg(long, value_name = "RUN")]
    pub run: Vec<RunName>,
    /// The figure of --run [default: delta-weights, training-curves of two runs]
    #[arg(long, value_name = "VIEW", value_parser = show::parser("finetune"), requires_all = ["run", "figure"])]
    pub show: Option<&'static View>,
    /// Writes the learned update ΔW (hidden units × inputs) as an NPY file; - is standard output
    #[arg(long, value_name = "FILE.npy", requires = "run", value_parser = output::parser(), allow_hyphen_values = true)]
    pub delta: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

impl FinetuneArgs {
    /// The experiment that is asked for.
    pub(super) fn experiment(&self) -> Experiment {
        self.experiment.experiment(SweepPreset::Quick)
    }

    /// The options of its figure.
    fn options(
        &self,
        data: &AdaptationData,
        settings: &SweepSettings,
        target: Option<&FigureTarget>,
    ) -> Options {
        let shown = self.shown(settings);
        let export = target.map(|target| &target.export);
        let command = shown.training_command(&self.experiment(), export);
        shown.options(data.name.clone(), command, export)
    }

    /// The files that it writes.
    fn outputs(&self) -> Outputs<'_> {
        Outputs::of(self.format)
            .and("--figure", self.figure.figure.as_deref())
            .and("--delta", self.delta.as_deref())
            .and("--out", self.out.as_deref())
    }

    /// The view that is asked for.
    pub(super) fn shown(&self, settings: &SweepSettings) -> Shown {
        let mut runs: Vec<RunKey> = self.run.iter().map(|run| run.key(settings)).collect();
        let view = match (self.show, runs.len()) {
            (Some(view), _) => view,
            (None, 0) => &accuracy_drop::VIEW,
            (None, 1) => &delta_weights::VIEW,
            // The picture of two runs beside each other.
            (None, _) => &training_curves::VIEW,
        };
        if view.needs == Need::Run {
            runs.truncate(1);
        }
        Shown {
            runs,
            ..Shown::of(view)
        }
    }
}

/// Runs `finetune`.
pub(super) fn run(arguments: &FinetuneArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let experiment = arguments.experiment();
    let settings = experiment.settings();
    if let Some(path) = &arguments.delta {
        check_ending(path)?;
    }
    if arguments.resume && arguments.out.as_deref().is_some_and(output::is_standard) {
        return Err(Failure::usage(
            "--resume needs a results file to continue from; name it with --out",
        ));
    }
    let start = ResultsStart::new(arguments)?;
    // Training takes long: what cannot be written is told before.
    arguments.outputs().check(&experiment.dataset.files())?;
    let data = experiment.data().map_err(Failure::run)?;
    let shape = settings.shape(data.rows, data.cols);
    match arguments.run.is_empty() {
        true => settings.check(&shape),
        false => settings.check_training(),
    }
    .map_err(Failure::usage)?;
    if arguments.run.is_empty() {
        start.check(&data, &settings)?;
        let ResultsStart { found, file } = start;
        sweep::run(arguments, &data, &settings, (found, file), target.as_ref())
    } else {
        runs::run(arguments, &data, &settings, target.as_ref())
    }
}

/// ΔW is opened again by `approximate`, which goes by the ending.
fn check_ending(path: &Path) -> Result<(), Failure> {
    if output::is_standard(path) {
        return output::refuse_terminal("--delta", "an array");
    }
    if path.extension().is_some_and(|ending| ending == "npy") {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "ΔW is written as .npy; change the ending: {}",
        path.display()
    )))
}

/// The results file of `--out` and `--resume`, checked before anything is computed; it is ours from
/// then on.
struct ResultsStart {
    found: Option<Results>,
    file: Option<ResultsFile>,
}

impl ResultsStart {
    fn new(arguments: &FinetuneArgs) -> Result<Self, Failure> {
        let out = arguments.out.as_deref();
        let Some(path) = out.filter(|out| !output::is_standard(out)) else {
            return Ok(Self {
                found: None,
                file: None,
            });
        };
        let exists = || {
            Failure::run(format!(
                "this file exists already; use --resume to continue it, or choose another name: {}",
                path.display()
            ))
        };
        if path.exists() && !arguments.resume {
            return Err(exists());
        }
        let file = ResultsFile::lock(path).map_err(Failure::run)?;
        let found = match path.exists() {
            // Another sweep has ended between the two looks.
            true if !arguments.resume => return Err(exists()),
            true => Some(experiment::load(path).map_err(Failure::run)?),
            false => None,
        };
        Ok(Self {
            found,
            file: Some(file),
        })
    }

    /// Looks whether the sweep may go on from the runs that are done.
    fn check(&self, data: &AdaptationData, settings: &SweepSettings) -> Result<(), Failure> {
        let (Some(found), Some(file)) = (&self.found, &self.file) else {
            return Ok(());
        };
        let data = (data.name.as_str(), [data.rows, data.cols]);
        found.check(settings, data).map_err(|error| {
            let path = file.path().display();
            Failure::run(format!("{path}: {error}"))
        })
    }
}

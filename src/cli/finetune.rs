//! `finetune`: the paper's experiment 2, and a look into single runs.

mod runs;
mod sweep;

use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;

use super::figure::Target;
use super::number::{positive, rate, seed};
use super::output::{self, Outputs};
use super::{Failure, FigureArgs, FormatArgs, choice, show};
use crate::experiment::{self, Experiment, Preset, ResultsFile, RunName};
use crate::finetune::{AdaptationData, Layout, Results, RunKey, SweepSettings};
use crate::source::Dataset;
use crate::views::{Need, Options, Shown, View, accuracy_drop, delta_weights, training_curves};

/// Arguments of `finetune`.
#[derive(Clone, Debug, clap::Args)]
pub struct FinetuneArgs {
    /// The sweep to begin from
    #[arg(long, value_parser = presets(), default_value = "quick")]
    pub preset: Preset,
    /// Only these layouts: lora, melora, localized_block, localized_grid
    #[arg(long, value_name = "LAYOUT,…", value_delimiter = ',', value_parser = layout)]
    pub layouts: Option<Vec<Layout>>,
    /// These ranks for every layout
    #[arg(long, value_name = "R,…", value_delimiter = ',', value_parser = positive)]
    pub ranks: Option<Vec<usize>>,
    /// These N (MELoRA) and K (Localized)
    #[arg(long, value_name = "K,…", value_delimiter = ',', value_parser = positive)]
    pub segments: Option<Vec<usize>>,
    /// These learning rates; the validation loss chooses one per configuration
    #[arg(long, value_name = "RATE,…", value_delimiter = ',', value_parser = rate)]
    pub learning_rates: Option<Vec<f64>>,
    /// These seeds, each a whole experiment
    #[arg(long, value_name = "SEED,…", value_delimiter = ',', value_parser = seed)]
    pub seeds: Option<Vec<u64>>,
    /// Passes over the training digits 5 to 9
    #[arg(long, value_name = "E", value_parser = positive)]
    pub epochs: Option<usize>,
    /// A folder with a data set in MNIST (IDX) format, plain or .gz, instead of the built-in MNIST
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Writes the results to this file, after every run; - is standard output, at the end
    #[arg(long, value_name = "RESULTS.json", conflicts_with = "run", value_parser = output::parser(), allow_hyphen_values = true)]
    pub out: Option<PathBuf>,
    /// Goes on with the runs that --out's file does not hold
    #[arg(long, requires = "out", conflicts_with = "run")]
    pub resume: bool,
    /// Trains only this run and looks inside: full, lora:R, melora:N:R, localized_block:K:R or
    /// localized_grid:K:R, with @RATE and #SEED if wanted; twice to compare
    #[arg(long, value_name = "RUN")]
    pub run: Vec<RunName>,
    /// What the figure of --run shows [default: delta-weights, training-curves of two runs]
    #[arg(long, value_name = "VIEW", value_parser = show::parser("finetune"), requires_all = ["run", "figure"])]
    pub show: Option<&'static View>,
    /// Writes what the run learned, ΔW (hidden units x inputs), as an NPY file; - is standard output
    #[arg(long, value_name = "FILE.npy", requires = "run", value_parser = output::parser(), allow_hyphen_values = true)]
    pub delta: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

fn presets() -> impl TypedValueParser<Value = Preset> {
    choice::parser(Preset::ALL.map(|one| (one.id(), one.tooltip(), one)))
}

fn layout(text: &str) -> Result<Layout, String> {
    let found = Layout::ALL.into_iter().find(|one| one.id() == text);
    found.ok_or_else(|| {
        let ids = Layout::ALL.map(Layout::id).join(", ");
        format!("choose among {ids}")
    })
}

impl FinetuneArgs {
    /// What is asked for.
    pub(super) fn experiment(&self) -> Experiment {
        Experiment {
            dataset: self.data.clone().map_or(Dataset::BuiltIn, Dataset::Folder),
            preset: self.preset,
            layouts: self.layouts.clone(),
            ranks: self.ranks.clone(),
            segments: self.segments.clone(),
            learning_rates: self.learning_rates.clone(),
            seeds: self.seeds.clone(),
            epochs: self.epochs,
        }
    }

    /// How its figure is made.
    fn options(
        &self,
        data: &AdaptationData,
        settings: &SweepSettings,
        target: Option<&Target>,
    ) -> Options {
        let shown = self.shown(settings);
        let export = target.map(|target| &target.export);
        let command = shown.training_command(&self.experiment(), export);
        shown.options(data.name.clone(), command, export)
    }

    /// What it writes.
    fn outputs(&self) -> Outputs<'_> {
        Outputs::of(self.format)
            .and("--figure", self.figure.figure.as_deref())
            .and("--delta", self.delta.as_deref())
            .and("--out", self.out.as_deref())
    }

    /// What of it is looked at.
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
            "--resume continues from a file, and --out - is none; name the file",
        ));
    }
    let start = Start::new(arguments)?;
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
        let Start { found, file } = start;
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
        "ΔW is written as .npy: change the ending of {}",
        path.display()
    )))
}

/// What `--out` and `--resume` say, looked at before anything is computed; the file is ours from
/// then on.
struct Start {
    found: Option<Results>,
    file: Option<ResultsFile>,
}

impl Start {
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
                "{} exists already; use --resume to continue it, or choose another name",
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

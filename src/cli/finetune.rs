//! `finetune`: the paper's experiment 2, and a look into single runs.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};

use super::figure::Target;
use super::number::{positive, rate, seed};
use super::{Failure, FigureArgs, FormatArgs, print};
use crate::experiment::{
    self, Experiment, Preset, ResultsFile, RunName, SaveError, Shown, delta_file, figures, tables,
};
use crate::figure::build::Context;
use crate::figure::palette::Theme;
use crate::figure::{Figure, Table};
use crate::finetune::network::Shape;
use crate::finetune::{
    AdaptationData, Event, Inspection, Layout, Pretrained, Results, RunKey, SweepSettings,
    edge_warning, inspect, pretrain, sweep,
};
use crate::source::Dataset;
use crate::store::{check_place, save_atomically};

/// Arguments of `finetune`.
#[derive(Clone, Debug, clap::Args)]
pub struct FinetuneArgs {
    /// The sweep to begin from
    #[arg(long, value_enum, default_value = "quick")]
    pub preset: PresetName,
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
    /// A folder with four files of MNIST's form, plain or .gz, instead of the built-in MNIST
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// Writes the results to this file, after every run
    #[arg(long, value_name = "RESULTS.json", conflicts_with = "run")]
    pub out: Option<PathBuf>,
    /// Goes on with the runs that --out's file does not hold
    #[arg(long, requires = "out", conflicts_with = "run")]
    pub resume: bool,
    /// Trains only this run and looks inside: full, lora:R, melora:N:R, localized_block:K:R or
    /// localized_grid:K:R, with @RATE and #SEED if wanted; twice to compare
    #[arg(long, value_name = "RUN")]
    pub run: Vec<RunName>,
    /// What the figure of --run shows
    #[arg(long, value_enum, requires_all = ["run", "figure"])]
    pub show: Option<ShowName>,
    /// Writes what the run learned, ΔW (hidden units x inputs), as an NPY file
    #[arg(long, value_name = "FILE.npy", requires = "run")]
    pub delta: Option<PathBuf>,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
}

/// A preset by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PresetName {
    /// The paper's: 36 configurations, 3 learning rates, 10 epochs
    Paper,
    /// A coarse grid, 3 epochs: a curve in seconds
    Quick,
    /// The paper's with learning rates up to ten times higher
    Wider,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Paper => Self::Paper,
            PresetName::Quick => Self::Quick,
            PresetName::Wider => Self::Wider,
        }
    }
}

/// A figure of runs by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ShowName {
    /// Loss and accuracy against epochs
    TrainingCurves,
    /// What was learned, of the first run
    DeltaWeights,
    /// True against predicted digits
    Confusion,
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
            preset: self.preset.into(),
            layouts: self.layouts.clone(),
            ranks: self.ranks.clone(),
            segments: self.segments.clone(),
            learning_rates: self.learning_rates.clone(),
            seeds: self.seeds.clone(),
            epochs: self.epochs,
        }
    }

    /// What of it is looked at.
    pub(super) fn shown(&self, settings: &SweepSettings) -> Shown {
        let runs: Vec<RunKey> = self.run.iter().map(|run| run.key(settings)).collect();
        match (self.show, runs.first()) {
            (_, None) => Shown::AccuracyDrop,
            (Some(ShowName::TrainingCurves), _) => Shown::TrainingCurves(runs),
            (Some(ShowName::Confusion), _) => Shown::Confusion(runs),
            (Some(ShowName::DeltaWeights) | None, Some(first)) => Shown::DeltaWeights(*first),
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
    let start = Start::new(arguments)?;
    let figure = target.as_ref().map(|target| &target.export.path);
    // Training takes long: what cannot be written is told before.
    for path in figure
        .into_iter()
        .chain(&arguments.delta)
        .chain(&arguments.out)
    {
        check_place(path)?;
    }
    let data = experiment.data().map_err(Failure::run)?;
    let shape = settings.shape(data.rows, data.cols);
    match arguments.run.is_empty() {
        true => settings.check(&shape),
        false => settings.check_training(),
    }
    .map_err(Failure::usage)?;
    let context = target.as_ref().map(|target| {
        let command = experiment.command(&arguments.shown(&settings), Some(&target.export));
        Context {
            theme: target.export.theme,
            ..Context::new(data.name.clone(), command.unwrap_or_default())
        }
    });
    let picture = target.as_ref().zip(context.as_ref());
    if arguments.run.is_empty() {
        whole_sweep(arguments, &data, &settings, start, picture)
    } else {
        single_runs(arguments, &data, &settings, picture)
    }
}

/// ΔW is opened again by `approximate`, which goes by the ending.
fn check_ending(path: &Path) -> Result<(), Failure> {
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
        let Some(path) = &arguments.out else {
            return Ok(Self {
                found: None,
                file: None,
            });
        };
        let file = ResultsFile::lock(path).map_err(Failure::run)?;
        let found = match path.exists() {
            true if !arguments.resume => {
                return Err(Failure::run(format!(
                    "{} exists already; go on with it by --resume, or choose another name",
                    path.display()
                )));
            }
            true => Some(experiment::load(path).map_err(Failure::run)?),
            false => None,
        };
        Ok(Self {
            found,
            file: Some(file),
        })
    }

    /// The runs that are done.
    fn runs(
        &self,
        data: &AdaptationData,
        settings: &SweepSettings,
    ) -> Result<Option<&Results>, Failure> {
        let (Some(found), Some(file)) = (&self.found, &self.file) else {
            return Ok(None);
        };
        found.check(settings, &data.name).map_err(|error| {
            let path = file.path().display();
            Failure::run(format!("{path}: {error}"))
        })?;
        Ok(Some(found))
    }
}

fn whole_sweep(
    arguments: &FinetuneArgs,
    data: &AdaptationData,
    settings: &SweepSettings,
    start: Start,
    picture: Option<(&Target, &Context)>,
) -> Result<(), Failure> {
    let done = start.runs(data, settings)?.cloned();
    let results = train(data, settings, done.as_ref(), start.file)?;
    let mut notes = left_out(settings, &settings.shape(data.rows, data.cols));
    notes.extend(tables::wins_sentences(&results));
    notes.extend(edge_warning(&results));
    if let Some(out) = &arguments.out {
        notes.push(format!("the results are in {}", out.display()));
    }
    if let Some((target, context)) = picture
        && let Some(figure) = figures::accuracy_drop(context, &results)
    {
        notes.push(written(target, &figure)?);
    }
    if arguments.format.for_programs() {
        print::remarks(&notes);
    }
    if arguments.format.json {
        return print::standard_output(&(results.to_json().map_err(Failure::run)? + "\n"));
    }
    if arguments.format.csv {
        return print::standard_output(&tables::runs_table(&results, Theme::Light).to_csv());
    }
    let table = tables::frontier_table(&results, Theme::Light);
    if let Some(text) = arguments.format.table(&table) {
        return print::standard_output(&text);
    }
    print::page(&figures::describe(&results), &[&table], &notes)
}

/// Layouts that were asked for and of which nothing can be trained.
fn left_out(settings: &SweepSettings, shape: &Shape) -> Vec<String> {
    let configurations = settings.configurations(shape);
    let empty = settings.grids.iter().filter(|grid| {
        let mut layouts = configurations.iter().map(|one| one.layout);
        layouts.all(|layout| layout != grid.layout)
    });
    empty
        .map(|grid| {
            let name = figures::look(grid.layout, Theme::Light).name;
            format!("{name} is left out: every rank reaches the smaller side of its parts")
        })
        .collect()
}

/// The sweep with progress on a terminal; every run is saved as it ends.
fn train(
    data: &AdaptationData,
    settings: &SweepSettings,
    done: Option<&Results>,
    file: Option<ResultsFile>,
) -> Result<Results, Failure> {
    let bar = ProgressBar::new(1000);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent} %, {msg}") {
        bar.set_style(style);
    }
    let mut so_far = Results::new(&data.name, (data.rows, data.cols), settings);
    if let Some(done) = done {
        so_far.take_over(done);
    }
    let kept = Mutex::new(Kept {
        results: so_far,
        file,
        error: None,
    });
    let keep = |event: &Event| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        match *event {
            Event::Pretrained { seed, accuracy } => kept.results.add_pretrained(seed, accuracy),
            Event::RunDone(run) => kept.results.add(run),
            Event::Epoch(_) | Event::Progress { .. } => return ControlFlow::Continue(()),
        }
        kept.save()
    };
    let results = sweep(data, settings, done, &|event| {
        if let Event::Progress {
            fraction,
            seconds_left,
        } = event
        {
            bar.set_position((1000.0 * fraction) as u64);
            bar.set_message(format!("{seconds_left:.0} s left"));
        }
        keep(&event)
    });
    bar.finish_and_clear();
    let results = results.map_err(Failure::usage)?;
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.results = results;
    // Where nothing was left to train, the file still has to be there.
    let _ = kept.save();
    match kept.error {
        Some(error) => Err(Failure::run(error)),
        None => Ok(kept.results),
    }
}

/// A sweep's results, and the file that they are kept in.
struct Kept {
    results: Results,
    file: Option<ResultsFile>,
    /// Why the file could not be written, which ends the sweep.
    error: Option<SaveError>,
}

impl Kept {
    fn save(&mut self) -> ControlFlow<()> {
        if self.error.is_some() {
            return ControlFlow::Break(());
        }
        match self.file.as_mut().map(|file| file.save(&self.results)) {
            Some(Err(error)) => {
                self.error = Some(error);
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}

fn written(target: &Target, figure: &Figure) -> Result<String, Failure> {
    let path = target.write(figure)?;
    Ok(format!("the figure is in {}", path.display()))
}

fn single_runs(
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
        save_atomically(path, &bytes)?;
        notes.push(format!("ΔW is in {}", path.display()));
    }
    if let Some((target, context)) = picture {
        let figure = match arguments.shown(settings) {
            Shown::TrainingCurves(_) => figures::training_curves(context, &runs),
            Shown::Confusion(_) => figures::confusion(context, &runs),
            Shown::DeltaWeights(_) | Shown::AccuracyDrop => {
                figures::delta_weights(context, runs[0], [data.rows, data.cols])
            }
        };
        notes.push(written(target, &figure)?);
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
        return print::standard_output(&texts.collect::<Vec<_>>().join("\n"));
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

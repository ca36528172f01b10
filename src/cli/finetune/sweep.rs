//! `finetune` without `--run`: the whole sweep.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::FinetuneArgs;
use crate::cli::figure::Target;
use crate::cli::output;
use crate::cli::{Failure, print};
use crate::experiment::{ResultsFile, SaveError, figures, tables};
use crate::figure::compose::Context;
use crate::figure::palette::Theme;
use crate::finetune::network::Shape;
use crate::finetune::{AdaptationData, Event, Results, SweepSettings, edge_warning, sweep};
use crate::process::signals::Stoppable;

/// Trains what `done` lacks, and writes and prints what came out. A signal stops it after the batch
/// under way; what there is by then is kept or printed.
pub(super) fn run(
    arguments: &FinetuneArgs,
    data: &AdaptationData,
    settings: &SweepSettings,
    (done, file): (Option<&Results>, Option<ResultsFile>),
    picture: Option<(&Target, &Context)>,
) -> Result<(), Failure> {
    let (results, stopped) = train(data, settings, done, file)?;
    if let Some(status) = stopped {
        return Err(stop(arguments, &results, status));
    }
    let mut notes = left_out(settings, &settings.shape(data.rows, data.cols));
    notes.extend(tables::wins_sentences(&results));
    notes.extend(edge_warning(&results));
    if let Some(out) = &arguments.out {
        notes.extend(tell_results(out, &results)?);
    }
    if let Some((target, context)) = picture
        && let Some(figure) = figures::accuracy_drop(context, &results)
    {
        notes.extend(target.write(&figure)?);
    }
    print(arguments, &results, &notes)
}

/// Says where the file of `--out` is, or writes to standard output.
fn tell_results(out: &Path, results: &Results) -> Result<Option<String>, Failure> {
    if output::is_standard(out) {
        let text = results.to_json().map_err(Failure::run)?;
        print::standard_output(text + "\n")?;
        return Ok(None);
    }
    Ok(Some(format!("the results are in {}", out.display())))
}

fn print(arguments: &FinetuneArgs, results: &Results, notes: &[String]) -> Result<(), Failure> {
    if arguments.outputs().leave_only_remarks(notes) {
        return Ok(());
    }
    if arguments.format.for_programs() {
        print::remarks(notes);
    }
    if arguments.format.json {
        return print::standard_output(results.to_json().map_err(Failure::run)? + "\n");
    }
    if arguments.format.csv {
        return print::standard_output(tables::runs_table(results, Theme::Light).to_csv());
    }
    // Without a run of full fine-tuning there is no drop from it, but there are runs.
    let table = match results.full.test_accuracy {
        Some(_) => tables::frontier_table(results, Theme::Light),
        None => tables::runs_table(results, Theme::Light),
    };
    if let Some(text) = arguments.format.table(&table) {
        return print::standard_output(text);
    }
    print::page(&figures::describe(results), &[&table], notes)
}

/// What is kept of a sweep that a signal stopped, and how it goes on. Without `--out` the runs that
/// have ended are printed, for they are nowhere else.
fn stop(arguments: &FinetuneArgs, results: &Results, status: u8) -> Failure {
    let ended = results.all_runs().count();
    let wanted = results.run_count();
    let figure = match arguments.figure.figure {
        Some(_) => ", and no figure was drawn",
        None => "",
    };
    let kept = match arguments
        .out
        .as_deref()
        .filter(|out| !output::is_standard(out))
    {
        Some(out) if out.exists() => format!(
            "{ended} of {wanted} runs are done{figure}; add --resume to continue from {}",
            out.display()
        ),
        Some(_) => format!("no run has ended{figure}; start again to train them"),
        None => {
            let printed = match (&arguments.out, ended) {
                (_, 0) => Ok(()),
                (Some(out), _) => tell_results(out, results).map(drop),
                (None, _) => print(arguments, results, &[]),
            };
            if let Err(failure) = printed {
                return failure;
            }
            format!(
                "{ended} of {wanted} runs are done{figure}; with --out RESULTS.json they would be kept and --resume could continue"
            )
        }
    };
    Failure::stopped(status, kept)
}

/// The sweep with progress on a terminal; every run is saved as it ends. With the exit status of
/// the signal that stopped it, if one did.
fn train(
    data: &AdaptationData,
    settings: &SweepSettings,
    done: Option<&Results>,
    file: Option<ResultsFile>,
) -> Result<(Results, Option<u8>), Failure> {
    let stoppable = Stoppable::begin();
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
            Event::Epoch(_) | Event::Progress { .. } => return stoppable.keep_going(),
        }
        kept.save();
        match kept.error {
            Some(_) => ControlFlow::Break(()),
            None => stoppable.keep_going(),
        }
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
    let stopped = stoppable.stopped().filter(|_| !results.complete);
    let mut kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    kept.results = results;
    // A stopped sweep has kept what has ended; one that had nothing left to train has written nothing.
    if stopped.is_none() {
        kept.save();
    }
    match kept.error {
        Some(error) => Err(Failure::run(error)),
        None => Ok((kept.results, stopped)),
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
    fn save(&mut self) {
        if let Some(file) = &mut self.file
            && self.error.is_none()
        {
            self.error = file.save(&self.results).err();
        }
    }
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

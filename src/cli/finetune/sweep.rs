//! `finetune` without `--run`: the whole sweep.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::FinetuneArgs;
use crate::cli::figure::FigureTarget;
use crate::cli::output;
use crate::cli::present::{PrintedPage, present};
use crate::cli::{Failure, print};
use crate::experiment::{Keeper, ResultsFile, figures};
use crate::figure::compose::Look;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::finetune::network::Shape;
use crate::finetune::{AdaptationData, Event, Results, SweepSettings, sweep};
use crate::process::signals::StopGuard;
use crate::views::{Material, Options, accuracy_drop};

/// Trains what `done` lacks, and writes and prints what came out. A signal stops it after the batch
/// under way; what there is by then is kept or printed.
pub(super) fn run(
    arguments: &FinetuneArgs,
    data: &AdaptationData,
    settings: &SweepSettings,
    (done, file): (Option<Results>, Option<ResultsFile>),
    target: Option<&FigureTarget>,
) -> Result<(), Failure> {
    let (results, stopped) = train(data, settings, done.as_ref(), file)?;
    let options = arguments.options(data, settings, target);
    if let Some(status) = stopped {
        return Err(stop(arguments, &options, &results, status));
    }
    let mut notes = left_out(settings, &settings.shape(data.rows, data.cols));
    let material = of(&results);
    let document = accuracy_drop::VIEW.document(&material, &options);
    notes.extend(document.notes());
    if let Some(out) = &arguments.out {
        notes.extend(tell_results(out, &results)?);
    }
    let page = PrintedPage {
        heading: figures::describe(&results),
        remarks: Vec::new(),
        notes,
    };
    // There is no figure before full fine-tuning, from which it is measured.
    let target = target.filter(|_| results.full.test_accuracy.is_some());
    present(
        &document,
        page,
        arguments.format,
        target,
        &arguments.outputs(),
    )
}

fn of(results: &Results) -> Material<'_> {
    Material {
        results: Some(results),
        image: results.image,
        ..Material::default()
    }
}

/// Says where the file of `--out` is, or writes to standard output.
fn tell_results(out: &Path, results: &Results) -> Result<Option<String>, Failure> {
    if output::is_standard(out) {
        let text = results.to_json().map_err(Failure::run)?;
        print::standard_output(text + "\n")?;
        return Ok(None);
    }
    Ok(Some(format!("results written to {}", out.display())))
}

/// The sentence about a sweep that a signal stopped: what is kept, and how to continue. Without `--out` the runs that
/// have ended are printed, for they are nowhere else.
fn stop(arguments: &FinetuneArgs, options: &Options, results: &Results, status: u8) -> Failure {
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
        Some(_) => format!("no run has finished{figure}; start again"),
        None => {
            let material = of(results);
            let printed = match (&arguments.out, ended) {
                (_, 0) => Ok(()),
                (Some(out), _) => tell_results(out, results).map(drop),
                (None, _) => {
                    let page = PrintedPage {
                        heading: figures::describe(results),
                        remarks: Vec::new(),
                        notes: Vec::new(),
                    };
                    let document = accuracy_drop::VIEW.document(&material, options);
                    present(
                        &document,
                        page,
                        arguments.format,
                        None,
                        &arguments.outputs(),
                    )
                }
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
    let stoppable = StopGuard::begin();
    let bar = ProgressBar::new(1000);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent} %, {msg}") {
        bar.set_style(style);
    }
    let mut so_far = Results::new(&data.name, (data.rows, data.cols), settings);
    if let Some(done) = done {
        so_far.take_over(done);
    }
    let keeper = Keeper::new(file, so_far);
    // A file that cannot be written ends the sweep.
    let failed = Mutex::new(None);
    let keep = |event: &Event| {
        let kept = keeper.keep(event);
        if let Some(Err(error)) = kept {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            return ControlFlow::Break(());
        }
        stoppable.keep_going()
    };
    let results = sweep(data, settings, done, &|event| {
        if let Event::Progress {
            fraction,
            seconds_left,
        } = event
        {
            bar.set_position((1000.0 * fraction) as u64);
            bar.set_message(format!(
                "{} s left",
                label::count(seconds_left.round() as usize)
            ));
        }
        keep(&event)
    });
    bar.finish_and_clear();
    let results = results.map_err(Failure::usage)?;
    let stopped = stoppable.stopped().filter(|_| !results.complete);
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = failed {
        return Err(Failure::run(error));
    }
    // A stopped sweep has kept what has ended; one that had nothing left to train has written nothing.
    if stopped.is_none() {
        keeper.save().unwrap_or(Ok(())).map_err(Failure::run)?;
    }
    Ok((results, stopped))
}

/// Layouts, and ranks of them, that were asked for and of which nothing can be trained.
fn left_out(settings: &SweepSettings, shape: &Shape) -> Vec<String> {
    const WHY: &str = "the smaller side of its parts";
    let configurations = settings.configurations(shape);
    let told = settings.grids.iter().filter_map(|grid| {
        let name = Look::layout(grid.layout, Theme::Light).name;
        let own = configurations
            .iter()
            .filter(|one| one.layout == grid.layout);
        let trained: Vec<usize> = own.map(|one| one.rank).collect();
        if trained.is_empty() {
            return Some(format!("{name} is left out: every rank reaches {WHY}"));
        }
        let missing = grid.ranks.iter().filter(|rank| !trained.contains(rank));
        let missing: Vec<String> = missing.map(|rank| label::count(*rank)).collect();
        match &missing[..] {
            [] => None,
            [one] => Some(format!("{name}: rank {one} is left out, it reaches {WHY}")),
            several => Some(format!(
                "{name}: ranks {} are left out, they reach {WHY}",
                label::listed(several)
            )),
        }
    });
    told.collect()
}

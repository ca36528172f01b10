//! `scan`: every layer of a model at one budget.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::builder::TypedValueParser;

use super::output::Outputs;
use super::present::{PrintedPage, present};
use super::progress::WorkProgress;
use super::{Failure, FigureArgs, FormatArgs, choice, number, output, print};
use crate::analysis::{
    PATTERNS_MEAN, Scan, ScanPart, ScanProgress, ScanSettings, ScanTargets, merge, read_scan,
    split_patterns,
};
use crate::figure::compose::{MapColumn, scan_columns, scan_heading};
use crate::figure::label;
use crate::process::signals::StopGuard;
use crate::source::{Limits, Source, named_path};
use crate::views::Material;
use crate::views::scan::{self, ScanCall};
use crate::{report, store};

/// A scan is saved so often at most: its whole file is written each time.
const OFTEN: Duration = Duration::from_secs(1);

/// Arguments of `scan`.
#[derive(Clone, Debug, clap::Args)]
pub struct ScanArgs {
    /// The model: a safetensors file, an index, the folder of a checkpoint or an adapter, NPZ
    #[arg(value_name = "MODEL", required_unless_present = "merge")]
    pub model: Option<PathBuf>,
    /// Subtracts the arrays of the same names, such as those of the base model; with an adapter it only
    /// measures the updates against them
    #[arg(long, value_name = "BASE", conflicts_with = "merge")]
    pub subtract: Option<PathBuf>,
    /// Gives every structure the parameters of LoRA at this rank
    #[arg(long, value_name = "R", default_value_t = 8, value_parser = number::positive, conflicts_with = "merge")]
    pub budget_rank: usize,
    /// Grid K of Localized, at rank R/K, and number N of MELoRA's blocks
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = number::positive, conflicts_with = "merge")]
    pub grid: usize,
    /// The patterns of the names of layers; all layers without.
    #[arg(long, value_name = "PATTERN,…", value_parser = patterns, help = PATTERNS_MEAN, conflicts_with = "merge")]
    pub layers: Vec<Patterns>,
    /// Only the I-th of N parts of about the same work, for as many machines; --merge joins them
    #[arg(long, value_name = "I/N", value_parser = part, conflicts_with = "merge")]
    pub part: Option<ScanPart>,
    /// At most so many random orders for the locality test of a layer; 0 for none
    #[arg(long, value_name = "D", default_value_t = 100, value_parser = number::draws, conflicts_with = "merge")]
    pub draws: usize,
    /// Chooses the random orders
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = number::seed, conflicts_with = "merge")]
    pub seed: u64,
    /// Joins scans that --out wrote, instead of scanning; a layer that several hold has the same numbers in all
    #[arg(long, value_name = "SCAN.json", num_args = 1.., conflicts_with = "model")]
    pub merge: Vec<PathBuf>,
    /// Writes the scan after every layer; whole or not at all
    #[arg(long, value_name = "SCAN.json", value_parser = output::parser(), help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Continues the scan in the file of --out
    #[arg(
        long,
        requires = "out",
        conflicts_with = "merge",
        help_heading = "Output"
    )]
    pub resume: bool,
    #[command(flatten)]
    pub(super) format: FormatArgs,
    #[command(flatten)]
    pub(super) figure: FigureArgs,
    /// The number that colours the map
    #[arg(long, value_parser = columns(), requires = "figure", help_heading = "Figure")]
    pub color: Option<MapColumn>,
}

/// The columns of `--csv`, which the window tells at the heads of its table.
pub(super) fn help() -> String {
    let columns = scan_columns();
    let width = columns
        .iter()
        .map(|column| column.key.len())
        .max()
        .unwrap_or_default();
    let lines = columns
        .iter()
        .map(|column| format!("  {:width$}  {}", column.key, column.about));
    format!(
        "Columns of --csv:\n{}",
        lines.collect::<Vec<_>>().join("\n")
    )
}

fn part(text: &str) -> Result<ScanPart, String> {
    text.parse()
}

/// Patterns of layers' names, as one option gives them.
#[derive(Clone, Debug)]
pub struct Patterns(Vec<String>);

/// Reads the patterns of an option.
pub(super) fn patterns(text: &str) -> Result<Patterns, String> {
    let patterns = split_patterns(text);
    match patterns.iter().any(String::is_empty) {
        true => Err(
            "write a name, or a pattern such as *.weight; without --layers all are taken"
                .to_owned(),
        ),
        false => Ok(Patterns(patterns)),
    }
}

/// The patterns of all options.
pub(super) fn all_patterns(options: &[Patterns]) -> Vec<String> {
    options.iter().flat_map(|one| one.0.clone()).collect()
}

fn columns() -> impl TypedValueParser<Value = MapColumn> {
    choice::parser(MapColumn::ALL.map(|one| (one.id(), one.title(), one)))
}

/// Runs `scan`.
pub(super) fn run(arguments: &ScanArgs) -> Result<(), Failure> {
    let target = arguments.figure.target()?;
    let outputs = Outputs::of(arguments.format)
        .and("--figure", arguments.figure.figure.as_deref())
        .and("--out", arguments.out.as_deref());
    outputs.check(&arguments.files())?;
    let _lock = arguments.file().map(store::Lock::hold).transpose()?;
    let (found, asked) = match &arguments.model {
        Some(model) => {
            let (found, targets) = arguments.scan(model)?;
            let asked = found.asked(&targets);
            (found, asked)
        }
        None => {
            let merged = merged(&arguments.merge)?;
            (merged.clone(), merged)
        }
    };
    // A part of a small model may have no layer.
    if asked.layers.is_empty() && arguments.part.is_none() {
        return Err(Failure::run(nothing_measured(&asked)));
    }
    let mut remarks = Vec::new();
    if arguments.model.is_none()
        && let Some(out) = arguments.file()
    {
        keeps_layers_of(&found, out)?;
    }
    if let Some(out) = &arguments.out {
        let text = report::text(&found).map_err(Failure::run)?;
        remarks.extend(output::write(out, text.as_bytes(), "scan")?);
    }
    let material = Material {
        scan: Some((&asked, arguments.color.unwrap_or_default())),
        ..Material::default()
    };
    let export = target.as_ref().map(|target| &target.export);
    let options = arguments.call().options(&asked, export);
    let document = scan::VIEW.document(&material, &options);
    let mut notes = document.notes();
    notes.extend(remarks);
    let page = PrintedPage {
        heading: scan_heading(&asked),
        remarks: Vec::new(),
        notes,
    };
    present(&document, page, arguments.format, target.as_ref(), &outputs)
}

/// Why a scan has no layers.
fn nothing_measured(scan: &Scan) -> String {
    match &scan.skipped[..] {
        [] => "no layer is in what is merged; name the scans of the other parts too".to_owned(),
        [one, ..] => format!(
            "no layer could be measured; {}: {}",
            label::name(&one.name),
            one.reason
        ),
    }
}

/// Refuses to replace a scan that holds more than the one that is merged.
fn keeps_layers_of(found: &Scan, out: &Path) -> Result<(), Failure> {
    let Ok(known) = read_scan(out) else {
        return Ok(());
    };
    let held: HashSet<&String> = found.layers.iter().map(|one| &one.layer).collect();
    let names = known.layers.iter().map(|one| &one.layer);
    let lost: Vec<&String> = names.filter(|name| !held.contains(name)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "this file holds layers that the merged scans do not ({}); name another file: {}",
        label::some_names(&lost),
        out.display()
    )))
}

/// Reads scans and joins them.
fn merged(files: &[PathBuf]) -> Result<Scan, Failure> {
    let read = |path: &PathBuf| {
        read_scan(path).map_err(|why| Failure::run(format!("{why}: {}", path.display())))
    };
    let same = |(at, path): (usize, &PathBuf)| {
        let file = |path: &PathBuf| path.canonicalize().ok();
        let mut before = files[..at].iter();
        file(path).is_some_and(|own| before.any(|one| file(one).is_some_and(|it| it == own)))
    };
    if let Some((_, twice)) = files.iter().enumerate().find(|&one| same(one)) {
        return Err(Failure::usage(format!(
            "--merge names this scan twice; name each once: {}",
            twice.display()
        )));
    }
    let scans = files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    merge(scans).map_err(Failure::usage)
}

impl ScanArgs {
    fn files(&self) -> Vec<PathBuf> {
        let models = self.model.iter().chain(&self.subtract);
        let models = models.flat_map(|path| Source::from_path(path).files());
        models.chain(self.merge.clone()).collect()
    }

    fn settings(&self, model: &Path) -> ScanSettings {
        ScanSettings {
            model: named_path(model),
            subtract: self.subtract.as_deref().map(named_path),
            budget_rank: self.budget_rank,
            grid: self.grid,
            draws: self.draws,
            seed: self.seed,
        }
    }

    /// The scan with all that its file held already, and what was asked for.
    fn scan(&self, model: &Path) -> Result<(Scan, ScanTargets), Failure> {
        let settings = self.settings(model);
        let patterns = all_patterns(&self.layers);
        let mut targets = ScanTargets::new(&settings, &patterns)?;
        targets.ensure_some(&patterns).map_err(Failure::run)?;
        print::remarks(&targets.notes());
        if let Some(part) = self.part {
            targets.keep_part(part);
        }
        let stoppable = StopGuard::begin();
        let mut found = self.begun(&settings, &targets, &stoppable)?;
        let bar = WorkProgress::begin("scanned");
        let (mut failed, mut saved) = (None, None::<Instant>);
        let mut on_layer = |scan: &Scan, progress: ScanProgress| {
            bar.reached(progress);
            if saved.is_none_or(|at| at.elapsed() >= OFTEN) {
                failed = self.save(scan).err();
                saved = Some(Instant::now());
            }
            match failed {
                Some(_) => ControlFlow::Break(()),
                None => stoppable.keep_going(),
            }
        };
        let ended = found.go_on(
            &targets,
            &Limits::default(),
            &|| stoppable.keep_going(),
            &mut on_layer,
        );
        drop(bar);
        // What is whole is written with the other outputs.
        if ended.is_err() {
            failed = failed.or_else(|| self.save(&found).err());
        }
        match (failed, stoppable.stopped(), ended) {
            (Some(failure), ..) => Err(failure),
            (None, _, Ok(())) => Ok((found, targets)),
            (None, Some(status), Err(error)) if error.is_stop() => {
                Err(self.stopped(status, &found, &targets))
            }
            (None, _, Err(error)) => Err(error.into()),
        }
    }

    /// The scan so far: that of the file where it is to be continued.
    fn begun(
        &self,
        settings: &ScanSettings,
        targets: &ScanTargets,
        stoppable: &StopGuard,
    ) -> Result<Scan, Failure> {
        let mut found = Scan::new(settings, targets);
        let Some(out) = self.file().filter(|out| out.exists()) else {
            return Ok(found);
        };
        let told = |why: String| Failure::usage(format!("{why}: {}", out.display()));
        if !self.resume {
            return Err(told(
                "this file exists already; use --resume to continue it, or name another".to_owned(),
            ));
        }
        let known = read_scan(out).map_err(told)?;
        if let Some(what) = known.difference(&found) {
            return Err(told(format!(
                "this scan has other settings ({what}); name another file, or repeat them"
            )));
        }
        let held = known.layers.len();
        let keep_going = || stoppable.keep_going();
        let bar = WorkProgress::begin("compared");
        let review = found.resume(
            known,
            targets,
            &Limits::default(),
            &keep_going,
            &mut |progress| bar.reached(progress),
        );
        drop(bar);
        let review = review.map_err(|error| match stoppable.stopped() {
            Some(status) => Failure::stopped(
                status,
                format!(
                    "the scan’s {} had not all been compared with the model, and nothing has changed; start again: {}",
                    label::counted(held, "layer"),
                    out.display()
                ),
            ),
            None => error.into(),
        })?;
        print::remarks(&review.notes());
        Ok(found)
    }

    /// The file of `--out`, unless that is standard output.
    fn file(&self) -> Option<&Path> {
        self.out.as_deref().filter(|out| !output::is_standard(out))
    }

    /// Keeps what there is, whole.
    fn save(&self, scan: &Scan) -> Result<(), Failure> {
        let Some(out) = self.file() else {
            return Ok(());
        };
        if scan.layers.is_empty() && self.part.is_none() {
            return Ok(());
        }
        let text = report::text(scan).map_err(Failure::run)?;
        Ok(store::save_atomically(out, text.as_bytes())?)
    }

    fn stopped(&self, status: u8, scan: &Scan, targets: &ScanTargets) -> Failure {
        let done = label::count(scan.done(targets));
        let wanted = label::counted(targets.targets.len(), "layer");
        let told = match &self.out {
            Some(out) => format!(
                "{wanted} to scan, {done} done; add --resume to continue from {}",
                out.display()
            ),
            None => format!(
                "{wanted} to scan, {done} done; with --out SCAN.json they would be kept and --resume could continue"
            ),
        };
        Failure::stopped(status, told)
    }

    fn call(&self) -> ScanCall {
        ScanCall {
            settings: self.settings(self.model.as_deref().unwrap_or(Path::new(""))),
            layers: all_patterns(&self.layers),
            part: self.part,
            merge: self.merge.clone(),
            color: self.color,
        }
    }
}

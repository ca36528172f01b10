//! `adapter`: the best LoRA or GraLoRA of every layer, as PEFT loads it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::plan::structures;
use super::progress::WorkProgress;
use super::scan::{Patterns, all_patterns, patterns};
use super::{Failure, number, print};
use crate::analysis::{
    AdapterError, AdapterFiles, AdapterRank, AdapterSettings, PATTERNS_MEAN, PlanReport,
    PlanStructure, ScanSettings, ScanTargets, SkippedArray, WrittenLayer, adapters, inputs_first,
};
use crate::figure::compose::{adapter_notes, adapter_table};
use crate::figure::label;
use crate::process::signals::StopGuard;
use crate::source::Limits;
use crate::store::{self, JsonKind, read_json};

/// Arguments of `adapter`.
#[derive(Clone, Debug, clap::Args)]
pub struct AdapterArgs {
    /// The model, or the updates: as scan takes it
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Subtracts the arrays of the same names of the base model
    #[arg(long, value_name = "BASE")]
    pub subtract: Option<PathBuf>,
    /// The patterns of the names of layers; all layers without.
    #[arg(long, value_name = "PATTERN,…", value_parser = patterns, help = PATTERNS_MEAN)]
    pub layers: Vec<Patterns>,
    /// The structure of the adapter
    #[arg(long, value_parser = structures(), default_value = "lora", conflicts_with = "plan")]
    pub structure: PlanStructure,
    /// The rank of every layer, or of every block of GraLoRA
    #[arg(long, value_name = "R", value_parser = number::kept, required_unless_present = "plan")]
    pub rank: Option<usize>,
    /// The grid of GraLoRA's blocks
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = number::positive, conflicts_with = "plan")]
    pub grid: usize,
    /// The ranks that plan --json gives
    #[arg(long, value_name = "PLAN.json", conflicts_with = "rank")]
    pub plan: Option<PathBuf>,
    /// Whether the base stores its weights as inputs × outputs, as GPT-2 does [default: as its config.json or
    /// its shapes say, else false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub fan_in_fan_out: Option<bool>,
    /// The folder to write: new, or empty
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// Runs `adapter`.
pub(super) fn run(arguments: &AdapterArgs) -> Result<(), Failure> {
    ensure_empty(&arguments.out)?;
    let _folder = store::OutputFolder::make(&arguments.out)?;
    let settings = ScanSettings {
        model: arguments.model.clone(),
        subtract: arguments.subtract.clone(),
        budget_rank: 1,
        grid: 1,
        draws: 0,
        seed: 0,
    };
    let asked = all_patterns(&arguments.layers);
    let mut targets = ScanTargets::new(&settings, &asked)?;
    targets.leave_out_unadaptable();
    targets.ensure_some(&asked).map_err(Failure::run)?;
    let stoppable = StopGuard::begin();
    let wishes = wishes(arguments, &targets, &stoppable)?;
    let missing = not_there(&wishes.ranks, &targets);
    let nothing = nothing(&wishes.ranks, missing.len());
    if arguments.layers.is_empty() {
        targets.skipped.extend(missing);
    }
    let bar = WorkProgress::begin("factorized");
    let found = adapters(
        &targets,
        &wishes.ranks,
        wishes.settings,
        &Limits::default(),
        &|| stoppable.keep_going(),
        &mut |progress| bar.reached(progress),
    );
    drop(bar);
    let found = found.map_err(|error| failure(error, &stoppable))?;
    if found.is_empty() {
        let model = arguments.model.display();
        return Err(Failure::run(format!("{nothing}: {model}")));
    }
    print_errors(&found, &wishes, &targets)?;
    for files in &found {
        let folder = match found.len() {
            1 => arguments.out.clone(),
            _ => arguments.out.join(format!("rank-{}", files.group)),
        };
        write(&folder, files)?;
        let folder = label::clean(&folder.display().to_string());
        print::text(&format!("adapter written to {folder}\n"))?;
    }
    if found.len() > 1 {
        print::text(
            "PEFT gives all blocks of a GraLoRA adapter one rank, so there is a folder for each rank: load all of them\n",
        )?;
    }
    Ok(())
}

/// Why there is nothing to write, where of the layers with a rank so many are `missing`.
fn nothing(ranks: &[AdapterRank], missing: usize) -> &'static str {
    match ranks.iter().filter(|one| one.rank > 0).count() {
        ranked if ranked > 0 && ranked == missing => {
            "this plan is of another model, which has other layers; plan from a scan of this one"
        }
        _ => "no layer has a rank; list the arrays with localized-lora arrays",
    }
}

/// Why nothing was written.
fn failure(error: AdapterError, stoppable: &StopGuard) -> Failure {
    match (error, stoppable.stopped()) {
        (AdapterError::Analysis(error), Some(status)) if error.is_stop() => {
            Failure::stopped(status, "nothing was written; start again")
        }
        (AdapterError::Analysis(error), _) => error.into(),
        (error, _) => Failure::usage(error),
    }
}

/// Whether weights are inputs × outputs, and the note where that is taken from the model.
fn orientation(arguments: &AdapterArgs, targets: &ScanTargets) -> (bool, Option<String>) {
    if let Some(told) = arguments.fan_in_fan_out {
        return (told, None);
    }
    let assumed = inputs_first(targets).map(|why| {
        format!(
            "weights are taken as inputs × outputs (fan_in_fan_out), since {why}; --fan-in-fan-out=false takes \
             them as outputs × inputs"
        )
    });
    (assumed.is_some(), assumed)
}

/// What is to be written.
struct Wishes {
    settings: AdapterSettings,
    ranks: Vec<AdapterRank>,
    /// What was taken for granted.
    notes: Vec<String>,
}

/// The structure, and the ranks of a plan or one for all.
fn wishes(
    arguments: &AdapterArgs,
    targets: &ScanTargets,
    stoppable: &StopGuard,
) -> Result<Wishes, Failure> {
    let (fan_in_fan_out, assumed) = orientation(arguments, targets);
    let settings = |(structure, grid)| AdapterSettings {
        structure,
        grid,
        fan_in_fan_out,
    };
    let Some(path) = &arguments.plan else {
        let rank = arguments.rank.unwrap_or(1);
        let names = targets.targets.iter().map(|target| target.name.clone());
        return Ok(Wishes {
            settings: settings((arguments.structure, arguments.grid)),
            ranks: names.map(|layer| AdapterRank { layer, rank }).collect(),
            notes: assumed.into_iter().collect(),
        });
    };
    let told = |why: String| Failure::run(format!("{why}: {}", path.display()));
    let remedy = "choose what plan --json printed";
    let plan: PlanReport = read_json(path, JsonKind::Plan, remedy).map_err(told)?;
    plan.check(targets).map_err(told)?;
    let structure = plan.structure().map_err(told)?;
    let bar = WorkProgress::begin("compared");
    let compared = plan.compare(
        targets,
        &Limits::default(),
        &|| stoppable.keep_going(),
        &mut |progress| bar.reached(progress),
    );
    drop(bar);
    let unknown = compared.map_err(|error| match error {
        AdapterError::Layer(why) => told(why),
        error @ AdapterError::Analysis(_) => failure(error, stoppable),
    })?;
    let ranks = plan.layers.into_iter().map(|layer| AdapterRank {
        rank: layer.rank,
        layer: layer.layer,
    });
    Ok(Wishes {
        settings: settings(structure),
        ranks: ranks.collect(),
        notes: assumed.into_iter().chain(unknown).collect(),
    })
}

/// The layers of a plan that the model does not have.
fn not_there(ranks: &[AdapterRank], targets: &ScanTargets) -> Vec<SkippedArray> {
    let known = targets.targets.iter().map(|target| &target.name);
    let known: HashSet<&String> = known
        .chain(targets.skipped.iter().map(|one| &one.name))
        .collect();
    let missing = ranks
        .iter()
        .filter(|one| one.rank > 0 && !known.contains(&one.layer));
    let missing = missing.map(|one| SkippedArray {
        name: one.layer.clone(),
        reason: "the plan gives it a rank, and the model has no such array".to_owned(),
    });
    missing.collect()
}

/// An adapter is never written over another.
fn ensure_empty(folder: &Path) -> Result<(), Failure> {
    let told = |why: &str| Err(Failure::usage(format!("{why}: {}", folder.display())));
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            Some(_) => told("this folder is not empty; name a new one"),
            None => Ok(()),
        },
        Err(_) if folder.exists() => told("this is no folder that can be read; name a new one"),
        Err(_) => Ok(()),
    }
}

/// The measured errors, which stand on screen before anything is written.
fn print_errors(
    found: &[AdapterFiles],
    wishes: &Wishes,
    targets: &ScanTargets,
) -> Result<(), Failure> {
    let settings = wishes.settings;
    let layers: Vec<&WrittenLayer> = found.iter().flat_map(|files| &files.layers).collect();
    let table = adapter_table(settings.structure, layers.iter().copied());
    let params = layers.iter().map(|layer| layer.params).sum();
    let heading = format!(
        "{}: {}, {}",
        match settings.structure {
            PlanStructure::Lora => "PEFT LoRA".to_owned(),
            PlanStructure::Gralora => format!("PEFT GraLoRA, K = {}", settings.grid),
        },
        label::counted(layers.len(), "layer"),
        label::parameters(params)
    );
    let mut notes = adapter_notes(&layers);
    notes.extend(wishes.notes.iter().cloned().chain(targets.notes()));
    notes.extend(SkippedArray::all_left_out(&targets.skipped));
    print::page(&heading, &[&table], &notes)
}

/// The tensors first: a folder with a configuration is whole.
fn write(folder: &Path, files: &AdapterFiles) -> Result<(), Failure> {
    let _folder = store::OutputFolder::make(folder)?;
    store::save_atomically(&folder.join("adapter_model.safetensors"), &files.model)?;
    store::save_atomically(&folder.join("adapter_config.json"), files.config.as_bytes())?;
    Ok(())
}

//! The scan of a model: every matrix, or every update, at one budget.

mod adaptable;
mod check;
mod file;
mod layer;
mod part;
mod pattern;
mod plan;
mod plan_report;
mod progress;
mod resume;
mod rounding;
mod spend;
mod targets;
mod values;
mod verdict;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::AnalysisError;
use crate::approx::{LocalizedSettings, LoraSettings, MeloraSettings, MethodSettings};
use crate::figure::label;
use crate::session::Settings;
use crate::source::Limits;

use adaptable::Adaptable;
pub use file::{merge, read_scan};
pub use part::ScanPart;
pub use pattern::{PATTERNS_MEAN, join_patterns, matches_pattern, split_patterns};
pub(in crate::analysis) use plan::lower_grid;
pub use plan::{LayerPlan, Plan, PlanStructure};
pub use plan_report::PlanReport;
pub use progress::ScanProgress;
pub(in crate::analysis) use progress::WorkMeter;
pub use resume::ResumeReview;
pub use targets::{ScanTarget, ScanTargets, natural};

/// The version of the file of a scan.
pub const VERSION: u32 = 1;

/// The settings of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanSettings {
    /// The model: a file, an index or a folder.
    pub model: PathBuf,
    /// The model that is subtracted.
    pub subtract: Option<PathBuf>,
    /// The rank of LoRA whose parameters all structures are given.
    pub budget_rank: usize,
    /// Localized's grid K and MELoRA's number of blocks N.
    pub grid: usize,
    /// The most random orders of a locality test; none without.
    pub draws: usize,
    /// Chooses the random orders.
    pub seed: u64,
}

/// The results of a scan, as its file holds them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The version of the form.
    pub scan: u32,
    /// The model.
    pub model: String,
    /// The model that was subtracted.
    pub subtract: Option<String>,
    /// LoRA's rank.
    pub budget_rank: usize,
    /// MELoRA's N.
    pub melora_blocks: usize,
    /// Localized's K.
    pub localized_grid: usize,
    /// The most random orders of a locality test.
    pub draws: usize,
    /// The seed of the orders.
    pub seed: u64,
    /// Time that it took.
    pub seconds: f64,
    /// The model's two-dimensional arrays; `None` in files of older versions.
    #[serde(default)]
    pub arrays: Option<usize>,
    /// The layers, in the order of their names.
    pub layers: Vec<ScanLayer>,
    /// Arrays that were left out.
    pub skipped: Vec<SkippedArray>,
}

/// An array that was left out of a scan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SkippedArray {
    /// Its name.
    pub name: String,
    /// The reason, in a sentence.
    pub reason: String,
}

/// Parameters and error of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanError {
    /// Numbers in its factors.
    pub params: usize,
    /// ‖W − Ŵ‖ / ‖W‖.
    pub error: f64,
}

/// The locality test of a layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanLocality {
    /// The statistic: `error` of Localized, or the cheap `participation` of the blocks' singular values.
    pub statistic: String,
    /// Standard deviations from the mean of random orders; below 0 is more local.
    pub z: Option<f64>,
    /// The share of orders that are at least as local.
    pub p: f64,
    /// The random orders.
    pub draws: usize,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScanLayer {
    /// Its name.
    pub layer: String,
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub cols: usize,
    /// A digest of its values and its base's, by which a scan that is continued knows it again; `None` in
    /// files of older versions.
    #[serde(default)]
    pub digest: Option<String>,
    /// ‖W‖, or ‖ΔW‖ of an update.
    pub norm: f64,
    /// ‖ΔW‖ / ‖W₀‖, where the base is there.
    pub relative_norm: Option<f64>,
    /// The noise that the rounding of both stored weights is expected to leave, relative to ‖ΔW‖.
    pub rounding: Option<f64>,
    /// LoRA at the budget's rank.
    pub lora: ScanError,
    /// MELoRA at LoRA's rank, where its blocks fit.
    pub melora: Option<ScanError>,
    /// Localized at LoRA's rank over K, where that is a rank.
    pub localized: Option<ScanError>,
    /// Localized's error at each K.
    pub by_grid: BTreeMap<usize, f64>,
    /// The K of the lowest error.
    pub best_grid: usize,
    /// ‖W‖² / σ₁²
    pub stable_rank: f64,
    /// Share of ‖W‖² on the N diagonal blocks.
    pub diagonal_energy_share: Option<f64>,
    /// The locality test.
    pub locality: Option<ScanLocality>,
    /// What it comes to.
    pub verdict: String,
    /// The first σ², for plans of LoRA.
    pub lora_energies: Vec<f64>,
    /// The sums over the blocks of the first σ², for plans of Localized.
    pub localized_energies: Vec<f64>,
}

impl SkippedArray {
    /// *left out h.0.norm: 4 × 16: a side is below 8*
    pub fn left_out(&self) -> String {
        format!("left out {}: {}", label::name(&self.name), self.reason)
    }

    /// The same of several arrays, one sentence for each reason.
    pub fn all_left_out(arrays: &[Self]) -> Vec<String> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for array in arrays {
            let at = *places.entry(&array.reason).or_insert_with(|| {
                reasons.push((&array.reason, Vec::new()));
                reasons.len() - 1
            });
            reasons[at].1.push(&array.name);
        }
        let sentence = |(reason, names): (&str, Vec<&str>)| {
            format!("left out {}: {reason}", label::some_names(&names))
        };
        reasons.into_iter().map(sentence).collect()
    }
}

/// The settings of a scan at this rank and grid, whose number MELoRA's blocks have too.
pub fn show_as_scanned(settings: &mut Settings, (rank, grid): (usize, usize)) {
    settings.matched = None;
    settings.set(MethodSettings::Lora(LoraSettings { rank }));
    settings.set(MethodSettings::Melora(MeloraSettings {
        blocks: grid,
        rank,
    }));
    settings.set(MethodSettings::Localized(LocalizedSettings {
        grid,
        rank: (rank / grid.max(1)).max(1),
    }));
}

impl Scan {
    /// A scan of which nothing is done.
    pub fn new(settings: &ScanSettings, targets: &ScanTargets) -> Self {
        let shown = |path: &PathBuf| path.display().to_string();
        Self {
            scan: VERSION,
            model: shown(&settings.model),
            subtract: settings.subtract.as_ref().map(shown),
            budget_rank: settings.budget_rank,
            melora_blocks: settings.grid,
            localized_grid: settings.grid,
            draws: settings.draws,
            seed: settings.seed,
            seconds: 0.0,
            arrays: Some(targets.arrays.len()),
            layers: Vec::new(),
            skipped: targets.skipped.clone(),
        }
    }

    /// How many of the model's arrays it neither measured nor left out: those of other patterns and parts,
    /// or of a scan that did not end.
    pub fn missing(&self) -> usize {
        let seen = self.layers.len() + self.skipped.len();
        self.arrays.unwrap_or_default().saturating_sub(seen)
    }

    /// Of a scan that went on from one of more layers: those that are asked for.
    #[must_use]
    pub fn asked(&self, targets: &ScanTargets) -> Self {
        let asked = targets.targets.iter().map(|target| &target.name);
        let asked = asked.chain(targets.skipped.iter().map(|array| &array.name));
        let asked: HashSet<&String> = asked.collect();
        let mut found = self.clone();
        found.layers.retain(|layer| asked.contains(&layer.layer));
        found.skipped.retain(|array| asked.contains(&array.name));
        found
    }

    /// How many of the layers that are asked for it holds.
    pub fn done(&self, targets: &ScanTargets) -> usize {
        let known: HashSet<&str> = self.layers.iter().map(|one| one.layer.as_str()).collect();
        let targets = targets.targets.iter();
        targets
            .filter(|target| known.contains(target.name.as_str()))
            .count()
    }

    /// The parameters of LoRA at the scan's rank, over all layers for which PEFT has an adapter.
    pub fn budget(&self) -> usize {
        let adaptable = Adaptable::among(self.layers.iter().map(|layer| layer.layer.as_str()));
        let layers = self.layers.iter();
        let layers = layers.filter(|layer| adaptable.refusal(&layer.layer).is_none());
        layers.map(|layer| layer.lora.params).sum()
    }

    /// The settings at which a layer shows what the scan says of it.
    pub fn show(&self, settings: &mut Settings) {
        show_as_scanned(settings, (self.budget_rank, self.localized_grid));
    }

    /// Whether it is of a model, and of a base where one is subtracted.
    pub fn is_of(&self, model: &Path, base: Option<&Path>) -> bool {
        let same = |named: &str, path: &Path| is_same_place(Path::new(named), path);
        same(&self.model, model)
            && match (&self.subtract, base) {
                (None, None) => true,
                (Some(named), Some(path)) => same(named, path),
                _ => false,
            }
    }

    /// What tells its settings from those of another scan, in a sentence.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let same = |one: &str, other: &str| is_same_place(Path::new(one), Path::new(other));
        if !same(&self.model, &other.model) {
            return Some(format!("its model is {}", self.model));
        }
        match (&self.subtract, &other.subtract) {
            (Some(own), Some(other)) if same(own, other) => {}
            (None, None) => {}
            (Some(own), _) => return Some(format!("its base is {own}")),
            (None, Some(_)) => return Some("it has no base".to_owned()),
        }
        let numbers = |one: &Self| {
            [
                one.budget_rank as u64,
                one.localized_grid as u64,
                one.melora_blocks as u64,
                one.draws as u64,
                one.seed,
            ]
        };
        let options = ["--budget-rank", "--grid", "--grid", "--draws", "--seed"];
        let (own, others) = (numbers(self), numbers(other));
        let at = (0..options.len()).find(|at| own[*at] != others[*at])?;
        Some(format!("it was made with {} {}", options[at], own[at]))
    }

    /// Whether both were made of the same model at the same settings.
    pub fn same_settings(&self, other: &Self) -> bool {
        self.difference(other).is_none()
    }

    /// Measures the targets that it does not hold yet; `on_layer` hears of each and may stop.
    ///
    /// # Errors
    /// *Stop* from `on_layer` or `keep_going`; what was done until then is kept.
    pub fn go_on(
        &mut self,
        targets: &ScanTargets,
        limits: &Limits,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_layer: &mut dyn FnMut(&Self, ScanProgress) -> ControlFlow<()>,
    ) -> Result<(), AnalysisError> {
        let before = self.seconds;
        let known = |scan: &Self, name: &str| {
            scan.layers.iter().any(|layer| layer.layer == name)
                || scan.skipped.iter().any(|array| array.name == name)
        };
        let wanted: Vec<&ScanTarget> = targets
            .targets
            .iter()
            .filter(|target| !known(self, &target.name))
            .collect();
        let mut work = WorkMeter::begin(wanted.iter().map(|target| target.work()).sum());
        for target in wanted {
            match layer::measure(target, targets, self, limits, keep_going) {
                Ok(layer) => self.layers.push(layer),
                Err(error) if error.is_stop() => return Err(error),
                Err(error) => self.skipped.push(SkippedArray {
                    name: target.name.clone(),
                    reason: error.to_string(),
                }),
            }
            self.sort();
            let progress = work.done(target.work());
            self.seconds = before + work.seconds();
            if on_layer(self, progress).is_break() {
                return Err(crate::approx::FactorError::Stopped.into());
            }
        }
        Ok(())
    }

    pub(super) fn sort(&mut self) {
        self.layers
            .sort_by_cached_key(|layer| targets::natural(&layer.layer));
        self.skipped
            .sort_by_cached_key(|array| targets::natural(&array.name));
    }
}

/// Whether two paths of models are written the same, or lead to one place.
fn is_same_place(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().ok();
    one == other || place(one).is_some_and(|found| place(other) == Some(found))
}

//! Adapters from matrices: the best LoRA or GraLoRA of every layer, as files that PEFT loads.

mod factors;
mod orientation;
mod peft;

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use nalgebra::DMatrix;
use serde_json::{Value, json};

use super::error::AnalysisError;
use super::scan::{PlanStructure, ScanProgress, ScanTarget, ScanTargets, WorkMeter, lower_grid};
use super::tensors::{self, StoredTensor};
use crate::approx::metrics::norm;
use crate::figure::label;
use crate::source::{Limits, load, module};
use factors::LayerFactors;

pub use orientation::inputs_first;
pub use peft::{Modules, PeftRank, PeftSettings};

/// The wish for one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterRank {
    /// The name of the weight.
    pub layer: String,
    /// The rank of the layer, or of each of its blocks.
    pub rank: usize,
}

/// The settings of adapters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdapterSettings {
    /// The structure.
    pub structure: PlanStructure,
    /// The grid of GraLoRA's blocks.
    pub grid: usize,
    /// Whether the base stores its weights as in × out, as GPT-2's Conv1D does.
    pub fan_in_fan_out: bool,
}

/// The measure of a layer that was factorized.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenLayer {
    /// Its name.
    pub layer: String,
    /// Rows and columns.
    pub sides: (usize, usize),
    /// Its rank, or that of its blocks.
    pub rank: usize,
    /// The rank that was asked for.
    pub wanted: usize,
    /// The largest rank that it, or its blocks, can have; factors of a higher one are filled with zeros.
    pub most: usize,
    /// Numbers in its factors.
    pub params: usize,
    /// ‖ΔW − ΔŴ‖ / ‖ΔW‖ with the factors as they are stored, in 32-bit floats.
    pub error: f64,
}

/// The two files of an adapter.
#[derive(Clone, Debug)]
pub struct AdapterFiles {
    /// The rank of its blocks, by which GraLoRA's layers are told apart; 0 for LoRA.
    pub group: usize,
    /// `adapter_config.json`
    pub config: String,
    /// `adapter_model.safetensors`
    pub model: Vec<u8>,
    /// Its layers.
    pub layers: Vec<WrittenLayer>,
}

/// Factorizes every layer that has a rank. Of GraLoRA there is an adapter for every rank, because PEFT
/// gives all its layers one. `on_layer` hears how much of that is done.
///
/// # Errors
/// A layer that cannot be read or factorized, a grid that does not divide it, or *stop*.
pub fn adapters(
    targets: &ScanTargets,
    ranks: &[AdapterRank],
    settings: AdapterSettings,
    limits: &Limits,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    on_layer: &mut dyn FnMut(ScanProgress),
) -> Result<Vec<AdapterFiles>, AdapterError> {
    let mut groups: BTreeMap<usize, Vec<(WrittenLayer, Vec<StoredTensor>)>> = BTreeMap::new();
    let wish = |target: &ScanTarget| {
        let mut ranks = ranks.iter().filter(|one| one.rank > 0);
        Some(ranks.find(|one| one.layer == target.name)?.rank)
    };
    let wishes = targets.targets.iter();
    let wishes: Vec<(&ScanTarget, usize)> = wishes
        .filter_map(|target| Some((target, wish(target)?)))
        .collect();
    let mut work = WorkMeter::begin(wishes.iter().map(|(target, _)| target.work()).sum());
    for (target, wanted) in wishes.iter().copied() {
        let loaded = load(&targets.source(target), limits).map_err(AnalysisError::from)?;
        let matrix = match settings.fan_in_fan_out {
            true => loaded.matrix.transpose(),
            false => loaded.matrix,
        };
        let factors = match settings.structure {
            PlanStructure::Lora => LayerFactors::lora(&matrix, wanted, keep_going)?,
            PlanStructure::Gralora => {
                fits(target, settings.grid)?;
                let rank = shared_rank(&wishes, wanted, settings.grid);
                LayerFactors::gralora(&matrix, (settings.grid, rank), keep_going)?
            }
        };
        let (layer, stored) = written(target, &matrix, &factors, wanted, settings)?;
        let group = match settings.structure {
            PlanStructure::Lora => 0,
            PlanStructure::Gralora => factors.rank(),
        };
        groups.entry(group).or_default().push((layer, stored));
        on_layer(work.done(target.work()));
    }
    let modules = modules_of(groups.values().flatten().map(|(layer, _)| layer), targets);
    let files = groups
        .into_iter()
        .map(|(group, layers)| files(group, layers, &modules, settings));
    Ok(files.collect())
}

/// The tensors of a layer, and what they miss of its matrix.
fn written(
    target: &ScanTarget,
    matrix: &DMatrix<f64>,
    factors: &LayerFactors,
    wanted: usize,
    settings: AdapterSettings,
) -> Result<(WrittenLayer, Vec<StoredTensor>), AdapterError> {
    let stored = factors.tensors(module(&target.name));
    let stored = stored.ok_or_else(|| beyond("large", "down", target))?;
    let (whole, product) = (norm(matrix.iter().copied()), factors.product());
    if whole > 0.0 && product.iter().all(|cell| *cell == 0.0) {
        return Err(beyond("small", "up", target));
    }
    let apart = norm((matrix - product).iter().copied());
    let layer = WrittenLayer {
        layer: target.name.clone(),
        sides: (target.sides.0 as usize, target.sides.1 as usize),
        rank: factors.rank(),
        wanted,
        most: most(target, settings),
        params: stored.iter().map(StoredTensor::count).sum(),
        error: if whole > 0.0 { apart / whole } else { 0.0 },
    };
    Ok((layer, stored))
}

/// Why a layer has no factors of 32-bit floats.
fn beyond(size: &str, way: &str, target: &ScanTarget) -> AdapterError {
    AdapterError::Layer(format!(
        "these weights are too {size} for factors of 32-bit floats; scale them {way}, or leave the layer out: {}",
        label::name(&target.name)
    ))
}

/// The modules of all arrays, with the ranks of those that are written.
fn modules_of<'a>(
    written: impl Iterator<Item = &'a WrittenLayer>,
    targets: &ScanTargets,
) -> Modules {
    let ranks: HashMap<&str, usize> = written
        .map(|layer| (layer.layer.as_str(), layer.rank))
        .collect();
    let rank = |name: &'_ str| ranks.get(name).copied().unwrap_or_default();
    let names = targets.names.iter().map(String::as_str);
    Modules::of_weights(names.map(|name| (name, rank(name))))
}

/// The largest rank of a layer, or of its blocks.
fn most(target: &ScanTarget, settings: AdapterSettings) -> usize {
    let smaller = target.sides.0.min(target.sides.1) as usize;
    match settings.structure {
        PlanStructure::Lora => smaller,
        PlanStructure::Gralora => smaller / settings.grid,
    }
}

/// The rank of GraLoRA's layers for which one was asked for: all have the same in PEFT, so only one above
/// that of the largest blocks is lowered.
fn shared_rank(wishes: &[(&ScanTarget, usize)], wanted: usize, grid: usize) -> usize {
    let same = wishes.iter().filter(|(_, rank)| *rank == wanted);
    let largest = same.map(|(target, _)| target.sides.0.min(target.sides.1) as usize / grid);
    wanted.min(largest.max().unwrap_or(wanted))
}

/// Why no adapter was made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AdapterError {
    /// A layer could not be read or factorized.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// A layer does not fit the format.
    #[error("{0}")]
    Layer(String),
}

impl From<crate::approx::FactorError> for AdapterError {
    fn from(error: crate::approx::FactorError) -> Self {
        Self::Analysis(error.into())
    }
}

/// PEFT takes only grids that divide both sides.
fn fits(target: &ScanTarget, grid: usize) -> Result<(), AdapterError> {
    let (rows, cols) = (target.sides.0 as usize, target.sides.1 as usize);
    let divides = |k: usize| rows.is_multiple_of(k) && cols.is_multiple_of(k);
    if divides(grid) {
        return Ok(());
    }
    let lower = lower_grid((rows, cols), grid);
    let upper = (grid.saturating_add(1)..=rows.min(cols)).find(|&k| divides(k));
    let nearest = match upper {
        Some(upper) if upper - grid < grid - lower => upper,
        _ => lower,
    };
    Err(AdapterError::Layer(format!(
        "K = {grid} does not divide {rows} × {cols}, which PEFT's GraLoRA needs; choose --grid {nearest}, or leave the layer out: {}",
        label::name(&target.name)
    )))
}

fn files(
    group: usize,
    layers: Vec<(WrittenLayer, Vec<StoredTensor>)>,
    modules: &Modules,
    settings: AdapterSettings,
) -> AdapterFiles {
    let (told, stored): (Vec<WrittenLayer>, Vec<Vec<StoredTensor>>) = layers.into_iter().unzip();
    let error =
        |layer: &WrittenLayer| (format!("error of {}", layer.layer), layer.error.to_string());
    let mut metadata: BTreeMap<String, String> = told.iter().map(error).collect();
    metadata.insert("format".to_owned(), "pt".to_owned());
    let software = concat!("Localized LoRA Explorer ", env!("CARGO_PKG_VERSION"));
    metadata.insert("software".to_owned(), software.to_owned());
    let config = match settings.structure {
        PlanStructure::Lora => lora_config(modules, settings),
        PlanStructure::Gralora => gralora_config(modules, settings, group),
    };
    AdapterFiles {
        group,
        config: format!("{config:#}\n"),
        model: tensors::file(&metadata, &stored.concat()),
        layers: told,
    }
}

/// A configuration with what every adapter states.
fn config(mut found: Value, more: Value) -> Value {
    let usual = json!({
        "task_type": null,
        "base_model_name_or_path": null,
        "bias": "none",
        "inference_mode": true,
    });
    if let Value::Object(all) = &mut found {
        all.extend([usual, more].into_iter().flat_map(|one| match one {
            Value::Object(entries) => entries,
            _ => serde_json::Map::new(),
        }));
    }
    found
}

fn lora_config(modules: &Modules, settings: AdapterSettings) -> Value {
    let more = json!({
        "fan_in_fan_out": settings.fan_in_fan_out,
        "lora_dropout": 0.0,
        "init_lora_weights": true,
    });
    config(modules.lora(), more)
}

fn gralora_config(modules: &Modules, settings: AdapterSettings, rank: usize) -> Value {
    let more = json!({
        "hybrid_r": 0,
        "fan_in_fan_out": settings.fan_in_fan_out,
        "gralora_dropout": 0.0,
        "init_weights": true,
    });
    config(modules.gralora(settings.grid, rank), more)
}

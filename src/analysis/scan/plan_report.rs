//! A plan as JSON, which `adapter --plan` reads, with the settings that PEFT takes.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{LayerPlan, Plan, PlanStructure};
use super::targets::ScanTargets;
use crate::analysis::adapter::Modules;

/// A plan as its file holds it.
#[derive(Serialize, Deserialize)]
pub struct PlanReport {
    /// `lora` or `gralora`.
    pub structure: String,
    /// The grid of the blocks.
    pub grid: usize,
    budget: usize,
    params: usize,
    error: f64,
    uniform_rank: usize,
    uniform_params: usize,
    uniform_error: f64,
    /// The layers.
    pub layers: Vec<LayerReport>,
    left_out: BTreeMap<String, String>,
    /// PEFT's settings: one configuration of LoRA, or one of GraLoRA for each rank.
    peft: Vec<Value>,
}

/// One layer of a plan.
#[derive(Serialize, Deserialize)]
pub struct LayerReport {
    /// Its name.
    pub layer: String,
    rows: usize,
    cols: usize,
    /// Its rank, or that of each of its blocks.
    pub rank: usize,
    params: usize,
    error: f64,
    uniform_error: f64,
}

impl PlanReport {
    /// The report of a plan.
    pub fn new(plan: &Plan) -> Self {
        let layer = |layer: &LayerPlan| LayerReport {
            layer: layer.layer.clone(),
            rows: layer.sides.0,
            cols: layer.sides.1,
            rank: layer.rank,
            params: layer.params,
            error: layer.error,
            uniform_error: layer.uniform_error,
        };
        let (uniform_rank, uniform_params, uniform_error) = plan.uniform;
        Self {
            structure: match plan.structure {
                PlanStructure::Lora => "lora".to_owned(),
                PlanStructure::Gralora => "gralora".to_owned(),
            },
            grid: plan.grid,
            budget: plan.budget,
            params: plan.params,
            error: plan.error,
            uniform_rank,
            uniform_params,
            uniform_error,
            layers: plan.layers.iter().map(layer).collect(),
            left_out: plan.left_out.iter().cloned().collect(),
            peft: peft(plan),
        }
    }
    /// Whether it is a plan for a model: every layer once, in the shape that the model's has.
    ///
    /// # Errors
    /// The first layer that differs, in a sentence.
    pub fn check(&self, targets: &ScanTargets) -> Result<(), String> {
        let sides = targets.targets.iter().chain(&targets.unasked);
        let sides: HashMap<&str, (u64, u64)> = sides
            .map(|target| (target.name.as_str(), target.sides))
            .collect();
        let mut seen = HashSet::new();
        for one in &self.layers {
            let name = one.layer.as_str();
            if !seen.insert(name) {
                return Err(format!(
                    "this plan has a layer twice; make it again: {name}"
                ));
            }
            let own = (one.rows as u64, one.cols as u64);
            if let Some(&(rows, cols)) = sides.get(name)
                && own != (rows, cols)
            {
                return Err(format!(
                    "this plan is of another model; plan from a scan of this one: {name} is {} × {} in the \
                     plan and {rows} × {cols} in the model",
                    one.rows, one.cols
                ));
            }
        }
        Ok(())
    }
}

/// The settings for PEFT.
fn peft(plan: &Plan) -> Vec<Value> {
    let layers = plan.layers.iter();
    let ranked = layers.map(|layer| (layer.layer.as_str(), layer.rank));
    let left_out = plan.left_out.iter().map(|(layer, _)| (layer.as_str(), 0));
    let modules = Modules::of_weights(ranked.chain(left_out));
    match plan.structure {
        PlanStructure::Lora => vec![modules.lora()],
        PlanStructure::Gralora => {
            let mut ranks: Vec<usize> = plan.layers.iter().map(|layer| layer.rank).collect();
            ranks.sort_unstable();
            ranks.dedup();
            let ranks = ranks.into_iter().filter(|&rank| rank > 0);
            ranks.map(|rank| modules.gralora(plan.grid, rank)).collect()
        }
    }
}

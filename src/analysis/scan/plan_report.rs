//! A plan as JSON, which `adapter --plan` reads, with the settings that PEFT takes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{LayerPlan, Plan, PlanStructure};
use super::progress::{ScanProgress, WorkMeter};
use super::targets::{ScanTarget, ScanTargets};
use super::values::LayerValues;
use crate::analysis::adapter::{AdapterError, Modules, PeftRank, PeftSettings};
use crate::approx::FactorError;
use crate::figure::label;
use crate::source::{Limits, module};

/// A plan as its file holds it.
#[derive(Serialize, Deserialize)]
pub struct PlanReport {
    /// `lora` or `gralora`.
    structure: String,
    /// The grid of the blocks.
    grid: usize,
    budget: usize,
    /// The model that was scanned, as it was named; older versions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    /// The model that was subtracted.
    #[serde(default)]
    subtract: Option<String>,
    params: usize,
    error: f64,
    uniform_rank: usize,
    uniform_params: usize,
    uniform_error: f64,
    /// The error of a plan with no more parameters than those of the uniform rank.
    #[serde(default)]
    error_at_uniform_params: Option<f64>,
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
    /// That of the scan; older versions did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
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
            digest: layer.digest.clone(),
            rank: layer.rank,
            params: layer.params,
            error: layer.error,
            uniform_error: layer.uniform_error,
        };
        let (uniform_rank, uniform_params, uniform_error) = plan.uniform;
        let left_out = plan.left_out.iter();
        let left_out = left_out.map(|one| (one.name.clone(), one.reason.clone()));
        Self {
            structure: plan.structure.id().to_owned(),
            grid: plan.grid,
            budget: plan.budget,
            model: Some(plan.model.clone()),
            subtract: plan.subtract.clone(),
            params: plan.params,
            error: plan.error,
            uniform_rank,
            uniform_params,
            uniform_error,
            error_at_uniform_params: plan.error_at_uniform,
            layers: plan.layers.iter().map(layer).collect(),
            left_out: left_out.collect(),
            peft: peft(plan),
        }
    }

    /// The structure and the grid of its blocks.
    ///
    /// # Errors
    /// What contradicts them in the plan, in a sentence.
    pub fn structure(&self) -> Result<(PlanStructure, usize), String> {
        let (name, grid) = (self.structure.as_str(), self.grid);
        let all = [PlanStructure::Lora, PlanStructure::Gralora];
        let structure = all.into_iter().find(|one| one.id() == name);
        let structure = structure.ok_or("this plan has an unknown structure; make it again")?;
        let contradicts = |what: String| {
            format!("this plan contradicts itself, because {what}; make it again, or mend both")
        };
        let fits = match structure {
            PlanStructure::Lora => grid == 1,
            PlanStructure::Gralora => grid > 0,
        };
        if !fits {
            return Err(contradicts(format!("{name} has no grid of {grid}")));
        }
        let states = |config: &Value, key: &str, own: Value| config[key] == own;
        let agrees = |config: &&Value| {
            let name = states(config, "peft_type", name.to_uppercase().into());
            name && (structure == PlanStructure::Lora || states(config, "gralora_k", grid.into()))
        };
        if let Some(config) = self.peft.iter().find(|config| !agrees(config)) {
            let (kind, k) = (&config["peft_type"], &config["gralora_k"]);
            let told = match k {
                Value::Null => kind.to_string(),
                k => format!("{kind} with K = {k}"),
            };
            return Err(contradicts(format!(
                "its structure is {name} on a grid of {grid} and its settings for PEFT are those of {told}"
            )));
        }
        let of_layers = self.layers.iter().find_map(|one| {
            let twice = self.left_out.contains_key(&one.layer);
            let twice =
                twice.then(|| format!("{} is left out of it and in it", label::name(&one.layer)));
            twice.or_else(|| one.contradiction(grid))
        });
        let found = of_layers.or_else(|| self.contradiction_of_sums());
        match found.or_else(|| self.contradiction_of_peft(grid)) {
            Some(what) => Err(contradicts(what)),
            None => Ok((structure, grid)),
        }
    }

    /// What its parameters contradict: they are those of its layers together, and no more than its budget.
    fn contradiction_of_sums(&self) -> Option<String> {
        let layers = self.layers.iter().map(|layer| layer.params);
        let sum = layers.fold(0, usize::saturating_add);
        let whole = label::parameters(self.params);
        if sum != self.params {
            return Some(format!("it has {whole} and its layers have {sum} together"));
        }
        (self.params > self.budget)
            .then(|| format!("it has {whole} and its budget is {}", self.budget))
    }

    /// What PEFT's settings contradict: every module gets the rank of its layer at a scale of 1, once.
    fn contradiction_of_peft(&self, grid: usize) -> Option<String> {
        let settings: Option<Vec<PeftSettings>> =
            self.peft.iter().map(PeftSettings::read).collect();
        let unread = || "its settings for PEFT cannot be read".to_owned();
        let Some(settings) = settings else {
            return Some(unread());
        };
        // Two weights may be of one module.
        let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
        for layer in &self.layers {
            let known = ranks.entry(module(&layer.layer)).or_default();
            *known = layer.rank.max(*known);
        }
        let modules: Vec<&str> = ranks.keys().copied().collect();
        if let Some(what) = contradiction_of_targets(&settings, &modules) {
            return Some(what);
        }
        for weight in self.left_out.keys() {
            ranks.entry(module(weight)).or_default();
        }
        ranks.into_iter().find_map(|(module, rank)| {
            let found: Option<Vec<Option<PeftRank>>> =
                settings.iter().map(|one| one.rank(module)).collect();
            let Some(found) = found else {
                return Some(unread());
            };
            let found: Vec<PeftRank> = found.into_iter().flatten().collect();
            let own = rank.saturating_mul(grid);
            let agrees = match found[..] {
                [] => rank == 0,
                [one] => one.r == own && (one.scale - 1.0).abs() < 1e-9,
                _ => false,
            };
            let words =
                |one: &PeftRank| format!("r = {} at scale {}", one.r, label::short(one.scale));
            let given = match found[..] {
                [] => "no adapter".to_owned(),
                _ => label::listed(&found.iter().map(words).collect::<Vec<_>>()),
            };
            let name = label::name(module);
            (!agrees).then(|| match rank {
                0 => {
                    format!("its settings for PEFT give {name} {given}, and its layer has no rank")
                }
                _ => format!(
                    "its settings for PEFT give {name} {given}, and its layer has r = {own}"
                ),
            })
        })
    }

    /// Whether it is a plan for a model: every layer once, in the shape that the model's has.
    ///
    /// # Errors
    /// The first layer that differs, in a sentence.
    pub fn check(&self, targets: &ScanTargets) -> Result<(), String> {
        self.check_base(targets)?;
        let sides = targets.targets.iter().chain(&targets.unasked);
        let sides: HashMap<&str, (u64, u64)> = sides
            .map(|target| (target.name.as_str(), target.sides))
            .collect();
        let mut seen = HashSet::new();
        for one in &self.layers {
            let name = one.layer.as_str();
            if !seen.insert(name) {
                return Err(format!(
                    "this plan has a layer twice; make it again: {}",
                    label::name(name)
                ));
            }
            let own = (one.rows as u64, one.cols as u64);
            if let Some(&(rows, cols)) = sides.get(name)
                && own != (rows, cols)
            {
                return Err(format!(
                    "this plan is of another model; plan from a scan of this one: {} is {} × {} in the \
                     plan and {rows} × {cols} in the model",
                    label::name(name),
                    one.rows,
                    one.cols
                ));
            }
        }
        Ok(())
    }

    /// A difference from a base is another matrix than the weight itself, and has another digest.
    fn check_base(&self, targets: &ScanTargets) -> Result<(), String> {
        if self.model.is_none() {
            return Ok(());
        }
        match (&self.subtract, &targets.subtract) {
            (Some(base), None) => Err(format!(
                "this plan is of a scan with a base; add --subtract {}",
                shlex::try_quote(base).unwrap_or(base.into())
            )),
            (None, Some(_)) => {
                Err("this plan is of a scan without a base; leave out --subtract".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Compares the values of all layers that get a rank with the plan's digests. `on_layer` hears how much of
    /// that is done. The answer is a note where the plan has none.
    ///
    /// # Errors
    /// The layers whose values are others now, in a sentence; what cannot be read, and *stop*.
    pub fn compare(
        &self,
        targets: &ScanTargets,
        limits: &Limits,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_layer: &mut dyn FnMut(ScanProgress),
    ) -> Result<Option<String>, AdapterError> {
        let planned: HashMap<&str, &LayerReport> = self
            .layers
            .iter()
            .filter(|layer| layer.rank > 0)
            .map(|layer| (layer.layer.as_str(), layer))
            .collect();
        let known = |target: &'_ ScanTarget| planned.get(target.name.as_str()).copied();
        let (mut compared, mut unknown) = (Vec::new(), Vec::new());
        for target in &targets.targets {
            match known(target).map(|layer| layer.digest.as_ref()) {
                Some(Some(digest)) => compared.push((target, digest)),
                Some(None) => unknown.push(&target.name),
                None => {}
            }
        }
        let mut work = WorkMeter::begin(compared.iter().map(|(one, _)| one.entries()).sum());
        let mut changed = Vec::new();
        for (target, digest) in compared {
            if keep_going().is_break() {
                return Err(FactorError::Stopped.into());
            }
            let values = LayerValues::read(target, targets, limits)?;
            if !values.have_digest(target, digest) {
                changed.push(&target.name);
            }
            on_layer(work.done(target.entries()));
        }
        if !changed.is_empty() {
            return Err(AdapterError::Layer(format!(
                "the values of layers have changed since they were planned for; scan the model again and plan from \
                 that: {}",
                label::some_names(&changed)
            )));
        }
        let told = "the plan is of an older version, which kept no digest of its layers, so that their values may have \
                    changed since; scan and plan again to be sure";
        let told =
            (!unknown.is_empty()).then(|| format!("{told}: {}", label::some_names(&unknown)));
        Ok(told)
    }
}

/// What PEFT's settings have beside the ranks of these modules.
fn contradiction_of_targets(settings: &[PeftSettings], modules: &[&str]) -> Option<String> {
    settings.iter().find_map(|one| {
        if let Some(other) = &one.other {
            let other = label::name(other);
            return Some(format!(
                "its settings for PEFT have {other}, which no plan has"
            ));
        }
        if let Some(name) = one.unmatched(modules) {
            let name = label::name(name);
            return Some(format!(
                "its settings for PEFT name {name}, which is no layer of it"
            ));
        }
        let idle = !modules.iter().any(|module| one.adapts(module));
        idle.then(|| "some of its settings for PEFT are of no layer".to_owned())
    })
}

impl LayerReport {
    /// What its numbers contradict on a grid: its parameters follow from its rank, which its blocks bound.
    fn contradiction(&self, grid: usize) -> Option<String> {
        let (rows, cols, rank) = (self.rows, self.cols, self.rank);
        let name = label::name(&self.layer);
        let most = rows.min(cols) / grid;
        if rank > most {
            return Some(format!(
                "{name} has rank {rank} and can have {most} at most"
            ));
        }
        let sides = rows.saturating_add(cols);
        let params = rank.saturating_mul(grid).saturating_mul(sides);
        (params != self.params).then(|| {
            format!(
                "{name} has {} and rank {rank} makes {params}",
                label::parameters(self.params)
            )
        })
    }
}

/// The settings for PEFT.
fn peft(plan: &Plan) -> Vec<Value> {
    let layers = plan.layers.iter();
    let ranked = layers.map(|layer| (layer.layer.as_str(), layer.rank));
    let left_out = plan.left_out.iter().map(|one| &one.name);
    let others = left_out
        .chain(&plan.unscanned)
        .map(|name| (name.as_str(), 0));
    let modules = Modules::of_weights(ranked.chain(others));
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

//! `plan`: ranks for every layer of a scanned model under one budget.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Failure, choice, number, print};
use crate::analysis::{Plan, PlanStructure, read_scan, usual_rank};
use crate::figure::{Cell, Column, Row, Table, label};

/// Arguments of `plan`.
#[derive(Clone, Debug, clap::Args)]
pub struct PlanArgs {
    /// A scan that scan --out or --json wrote
    #[arg(value_name = "SCAN.json")]
    pub scan: PathBuf,
    /// The parameters that all layers together may have
    #[arg(long, value_name = "P", value_parser = number::kept)]
    pub params: usize,
    /// The structure of the adapter
    #[arg(long, value_parser = structures(), default_value = "lora")]
    pub structure: PlanStructure,
    /// Prints one JSON object, with PEFT's settings in it
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

/// The structures of adapters.
pub(super) fn structures() -> impl TypedValueParser<Value = PlanStructure> {
    choice::parser([
        ("lora", "A rank for each layer", PlanStructure::Lora),
        (
            "gralora",
            "A rank for the blocks of each layer, on the scan’s grid",
            PlanStructure::Gralora,
        ),
    ])
}

/// The remark that every plan ends with.
const REMARK: &str = "a plan spends parameters where they keep most of this update; it does not say that training \
                      an adapter of this form reaches the same";

/// `plan --json`, which `adapter --plan` reads.
#[derive(Serialize, Deserialize)]
pub(super) struct PlanReport {
    pub structure: String,
    pub grid: usize,
    budget: usize,
    params: usize,
    error: f64,
    uniform_rank: usize,
    uniform_params: usize,
    uniform_error: f64,
    pub layers: Vec<LayerReport>,
    left_out: BTreeMap<String, String>,
    /// PEFT's settings: one configuration of LoRA, or one of GraLoRA for each rank.
    peft: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct LayerReport {
    pub layer: String,
    rows: usize,
    cols: usize,
    pub rank: usize,
    params: usize,
    error: f64,
    uniform_error: f64,
}

/// Runs `plan`.
pub(super) fn run(arguments: &PlanArgs) -> Result<(), Failure> {
    let scan = read_scan(&arguments.scan)
        .map_err(|why| Failure::run(format!("{why}: {}", arguments.scan.display())))?;
    let plan = Plan::new(&scan, arguments.structure, arguments.params).map_err(Failure::usage)?;
    let mut notes: Vec<String> = plan
        .left_out
        .iter()
        .map(|(layer, reason)| format!("left out {layer}: {reason}"))
        .collect();
    if plan.at_the_end > 0 {
        let count = label::count(plan.at_the_end);
        notes.push(format!(
            "{count} layers have the largest rank whose singular values the scan keeps; more is not planned"
        ));
    }
    notes.push(REMARK.to_owned());
    if arguments.json {
        print::remarks(&notes);
        return print::json(&report(&plan));
    }
    let (rank, params, error) = plan.uniform;
    let heading = format!(
        "{}: error {} over all layers with {}; rank {rank} everywhere has {} with {}",
        match plan.structure {
            PlanStructure::Lora => "LoRA".to_owned(),
            PlanStructure::Gralora => format!("GraLoRA, K = {}", plan.grid),
        },
        label::error(plan.error),
        label::parameters(plan.params),
        label::error(error),
        label::parameters(params),
    );
    print::page(&heading, &[&table(&plan)], &notes)
}

fn table(plan: &Plan) -> Table {
    let row = |layer: &crate::analysis::LayerPlan| Row {
        color: None,
        cells: vec![
            Cell::text(label::clean(&layer.layer)),
            Cell::count(layer.sides.0),
            Cell::count(layer.sides.1),
            Cell::count(layer.rank),
            Cell::count(layer.params),
            Cell::number(label::error(layer.error), layer.error),
            Cell::number(label::error(layer.uniform_error), layer.uniform_error),
        ],
    };
    Table {
        title: None,
        columns: vec![
            Column::left("Layer"),
            Column::right("Rows"),
            Column::right("Columns"),
            Column::right("Rank"),
            Column::right("Parameters"),
            Column::right("Error"),
            Column::right("Uniform"),
        ],
        rows: plan.layers.iter().map(row).collect(),
    }
}

fn report(plan: &Plan) -> PlanReport {
    let layer = |layer: &crate::analysis::LayerPlan| LayerReport {
        layer: layer.layer.clone(),
        rows: layer.sides.0,
        cols: layer.sides.1,
        rank: layer.rank,
        params: layer.params,
        error: layer.error,
        uniform_error: layer.uniform_error,
    };
    let (uniform_rank, uniform_params, uniform_error) = plan.uniform;
    PlanReport {
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

/// The settings for PEFT, with alpha = r.
fn peft(plan: &Plan) -> Vec<Value> {
    let module = |name: &str| name.strip_suffix(".weight").unwrap_or(name).to_owned();
    let modules = |wanted: &dyn Fn(usize) -> bool| -> BTreeMap<String, usize> {
        let layers = plan.layers.iter().filter(|layer| wanted(layer.rank));
        layers
            .map(|layer| (module(&layer.layer), layer.rank))
            .collect()
    };
    let names = |modules: &BTreeMap<String, usize>| modules.keys().cloned().collect::<Vec<_>>();
    match plan.structure {
        PlanStructure::Lora => {
            let usual = usual_rank(plan.layers.iter().map(|layer| layer.rank));
            let own = modules(&|rank| rank > 0 && rank != usual);
            vec![json!({
                "peft_type": "LORA",
                "r": usual,
                "lora_alpha": usual,
                "rank_pattern": own,
                "alpha_pattern": own,
                "target_modules": names(&modules(&|rank| rank > 0)),
            })]
        }
        PlanStructure::Gralora => {
            let mut ranks: Vec<usize> = plan.layers.iter().map(|layer| layer.rank).collect();
            ranks.sort_unstable();
            ranks.dedup();
            let group = |&rank: &usize| {
                json!({
                    "peft_type": "GRALORA",
                    "r": rank * plan.grid,
                    "alpha": rank * plan.grid,
                    "gralora_k": plan.grid,
                    "target_modules": names(&modules(&|one| one == rank)),
                })
            };
            ranks.iter().filter(|rank| **rank > 0).map(group).collect()
        }
    }
}

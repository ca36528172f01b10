//! `plan`: ranks for every layer of a scanned model under one budget.

use std::path::PathBuf;

use super::{Failure, choice, number, print};
use crate::analysis::{Plan, PlanReport, PlanStructure, read_scan};
use crate::figure::compose::{plan_notes, plan_sentence, plan_table};
use clap::builder::TypedValueParser;

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

/// Runs `plan`.
pub(super) fn run(arguments: &PlanArgs) -> Result<(), Failure> {
    let scan = read_scan(&arguments.scan)
        .map_err(|why| Failure::run(format!("{why}: {}", arguments.scan.display())))?;
    let plan = Plan::new(&scan, arguments.structure, arguments.params).map_err(Failure::usage)?;
    let notes = plan_notes(&plan);
    if arguments.json {
        print::remarks(&notes);
        return print::json(&PlanReport::new(&plan));
    }
    print::page(&plan_sentence(&plan), &[&plan_table(&plan)], &notes)
}

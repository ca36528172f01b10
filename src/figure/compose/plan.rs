//! A plan of ranks in words and as a table.

use crate::analysis::{LayerPlan, Plan, PlanStructure};
use crate::figure::label;
use crate::figure::table::{Cell, Column, Row, Table};

/// The remark that every plan ends with.
const REMARK: &str = "a plan spends parameters where they keep most of this update; it does not say that training \
                      an adapter of this form reaches the same";

/// *LoRA: error 0.41 over all layers with 59,904 parameters; rank 6 everywhere has 0.47 with 58,368 parameters*
pub fn plan_sentence(plan: &Plan) -> String {
    let (rank, params, error) = plan.uniform;
    format!(
        "{}: error {} over all layers with {}; rank {rank} everywhere has {} with {}",
        match plan.structure {
            PlanStructure::Lora => "LoRA".to_owned(),
            PlanStructure::Gralora => format!("GraLoRA, K = {}", plan.grid),
        },
        label::error(plan.error),
        label::parameters(plan.params),
        label::error(error),
        label::parameters(params),
    )
}

/// What is to be known of a plan, one sentence each.
pub fn plan_notes(plan: &Plan) -> Vec<String> {
    let left_out = plan.left_out.iter();
    let mut notes: Vec<String> = left_out
        .map(|(layer, reason)| format!("left out {layer}: {reason}"))
        .collect();
    if plan.at_the_end > 0 {
        let count = label::count(plan.at_the_end);
        notes.push(format!(
            "{count} layers have the largest rank whose singular values the scan keeps; more is not planned"
        ));
    }
    notes.push(REMARK.to_owned());
    notes
}

/// A row for each layer: its rank and error, and its error where all ranks are equal.
pub fn plan_table(plan: &Plan) -> Table {
    let row = |layer: &LayerPlan| Row {
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

//! The layers of a scanned model as a table.

use super::scan_words::diagonal_share;
use crate::analysis::{Scan, ScanLayer};
use crate::figure::label;
use crate::figure::table::{Cell, Column, Row, Table};

/// A row for each layer.
pub fn scan_table(scan: &Scan) -> Table {
    let optional = |value: Option<f64>, text: &dyn Fn(f64) -> String| {
        value.map_or_else(Cell::none, |value| Cell::number(text(value), value))
    };
    let column = |of: &dyn Fn(&ScanLayer) -> Option<f64>| {
        let values: Vec<f64> = scan.layers.iter().filter_map(of).collect();
        label::in_column(&values)
    };
    let norms = column(&|layer| Some(layer.norm));
    let relative = column(&|layer| layer.relative_norm);
    let ranks = column(&|layer| Some(layer.stable_rank));
    let row = |layer: &ScanLayer| {
        let z = layer.locality.as_ref().and_then(|test| test.z);
        let statistic = layer.locality.as_ref().map_or("", |test| &test.statistic);
        Row {
            color: None,
            cells: vec![
                Cell::named(label::name(&layer.layer), layer.layer.clone()),
                Cell::count(layer.rows),
                Cell::count(layer.cols),
                Cell::number(norms(layer.norm), layer.norm),
                optional(layer.relative_norm, &relative),
                Cell::number(ranks(layer.stable_rank), layer.stable_rank),
                Cell::number(label::error(layer.lora.error), layer.lora.error),
                optional(layer.localized.map(|one| one.error), &label::error),
                optional(layer.melora.map(|one| one.error), &label::error),
                Cell::count(layer.best_grid),
                optional(diagonal_share(layer), &label::percent),
                optional(z, &label::one_decimal),
                Cell::text(statistic),
                Cell::text(layer.verdict.clone()),
            ],
        }
    };
    Table {
        title: None,
        columns: scan_columns(),
        rows: scan.layers.iter().map(row).collect(),
    }
}

/// What the verdict on a layer means.
pub const SCAN_VERDICT: &str = "two answers; least error: the structure that is closest at the same parameters, or several \
                                whose errors differ by rounding only; locality: beyond chance where z is −3 or below, so \
                                that blocks fit the rows and columns better in their own order than in random ones, \
                                whether or not LoRA, which knows no order, is closer still";

/// The columns of a scan's table, each with what its numbers are.
pub fn scan_columns() -> Vec<Column> {
    vec![
        Column::left("Layer").about("name of the array in the file"),
        Column::right("Rows").about("rows of the matrix"),
        Column::right("Columns")
            .keyed("cols")
            .about("columns of the matrix"),
        Column::right("Norm").about("Frobenius norm ‖W‖, or ‖ΔW‖ of an update"),
        Column::right("‖ΔW‖/‖W₀‖")
            .keyed("relative_norm")
            .about("the norm of the update relative to that of its base"),
        Column::right("Stable rank").about("‖W‖² / σ₁²; near 1 where one direction holds nearly all"),
        Column::right("LoRA").about("error ‖W − Ŵ‖ / ‖W‖ of LoRA at the budget’s rank R"),
        Column::right("Localized")
            .about("error of Localized at the same parameters: K × K blocks of rank R/K"),
        Column::right("MELoRA")
            .about("error of MELoRA at the same parameters: N diagonal blocks of rank R"),
        Column::right("Best K")
            .keyed("best_grid")
            .about("the grid K at which Localized’s error is lowest at the same parameters; K = 1 is LoRA itself"),
        Column::right("Diagonal")
            .keyed("diagonal_energy_share")
            .about("share of ‖W‖² on the N diagonal blocks"),
        Column::right("z").about(
            "locality test: standard deviations from the mean of random orders of rows and columns; −3 or below is \
             local beyond chance",
        ),
        Column::left("Statistic").about(
            "the quantity that z is of: the error of Localized, or on large layers the participation ratio of the \
             blocks’ singular values, which needs no SVD",
        ),
        Column::left("Verdict").about(SCAN_VERDICT),
    ]
}

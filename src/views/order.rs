//! An order of rows and columns in which a matrix is local, with the control of the search.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::figure::{Figure, Table, compose, label};
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "order",
    title: "Order of rows and columns",
    short: "Order",
    about: "An order of rows and columns in which the matrix is local, beside what the same search finds in shuffled entries",
    file_name: "order",
    subject: Subject::Matrix,
    call: ViewCall::plain("order"),
    pictures: false,
    needs: Need::Order,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let (analysis, found) = (material.analysis()?, material.order()?);
    let name = analysis.session.title(&analysis.loaded.name);
    Ok(compose::order(
        &options.context,
        found,
        (&name, analysis.letter()),
        analysis.range,
    ))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let found = material.order()?;
    Ok(vec![compose::order_table(found, options.context.theme)])
}

/// `order --json`.
#[derive(Serialize)]
struct OrderReport<'a> {
    #[serde(flatten)]
    matrix: report::Matrix,
    settings: SearchReport,
    error_before: f64,
    error_after: f64,
    control_before: f64,
    control_after: f64,
    /// `row_order[i]` is the original row at place `i`.
    row_order: &'a [usize],
    col_order: &'a [usize],
    structure_bits: f64,
    verdict: String,
}

#[derive(Serialize)]
struct SearchReport {
    grid: usize,
    block_rank: usize,
    starts: usize,
    seed: u64,
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let found = material.order()?;
    let search = found.search;
    report::text(&OrderReport {
        matrix: report::Matrix::of(material.analysis()?),
        settings: SearchReport {
            grid: search.localized.grid,
            block_rank: search.localized.rank,
            starts: search.starts,
            seed: search.seed,
        },
        error_before: found.found.before,
        error_after: found.found.after,
        control_before: found.control.before,
        control_after: found.control.after,
        row_order: &found.found.order.rows,
        col_order: &found.found.order.cols,
        structure_bits: found.found.order.bits(),
        verdict: found.verdict(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(found) = material.order() else {
        return Vec::new();
    };
    let bits = found.found.order.bits().ceil() as usize;
    let as_parameters = bits.div_ceil(32);
    vec![
        found.verdict(),
        format!(
            "Recording the order takes {} bits, as much as {} parameters of 32 bits",
            label::count(bits),
            label::count(as_parameters)
        ),
    ]
}

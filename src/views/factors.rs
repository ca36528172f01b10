//! One part of a method as W ≈ B A: the factors, the terms σ u vᵀ, and what each adds.

use nalgebra::DMatrix;
use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::analysis::Terms;
use crate::figure::compose::{self, terms_table};
use crate::figure::{Figure, Table};
use crate::report::{self, Matrix, Setting};

/// The view.
pub static VIEW: View = View {
    key: "factors",
    title: "Factors and terms (W ≈ B A)",
    short: "Factors",
    about: "The factors of one block, its terms of rank one, and what each adds",
    file_name: "factors",
    subject: Subject::Matrix,
    call: ViewCall::shown("approximate", "factors"),
    pictures: true,
    needs: Need::Nothing,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let analysis = material.analysis()?;
    let terms = Terms::of(analysis, options.part)?;
    let whole = (&analysis.loaded.matrix, analysis.range);
    Ok(compose::factors(&options.context, &terms, whole))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let terms = Terms::of(material.analysis()?, options.part)?;
    Ok(vec![terms_table(&terms)])
}

/// `approximate --show factors --json`.
#[derive(Serialize)]
struct FactorsReport {
    #[serde(flatten)]
    matrix: Matrix,
    #[serde(flatten)]
    setting: Setting,
    /// The block's place among the blocks, counted from 1.
    block: usize,
    i: usize,
    j: usize,
    block_rows: usize,
    block_cols: usize,
    params: usize,
    terms: Vec<TermReport>,
    /// `B = U √Σ`, row by row.
    b: Vec<Vec<f64>>,
    /// `A = √Σ Vᵀ`, row by row.
    a: Vec<Vec<f64>>,
}

#[derive(Serialize)]
struct TermReport {
    sigma: f64,
    energy_share: f64,
    block_error: f64,
    error: f64,
}

fn json(material: &Material<'_>, options: &Options) -> Result<String, String> {
    let analysis = material.analysis()?;
    let terms = Terms::of(analysis, options.part)?;
    let ((block_rows, block_cols), (i, j)) = (terms.sides(), terms.place());
    let each = terms.terms.iter().map(|term| TermReport {
        sigma: term.sigma,
        energy_share: term.share,
        block_error: term.part_error,
        error: term.error,
    });
    report::text(&FactorsReport {
        matrix: Matrix::of(analysis),
        setting: Setting::whole(&terms.settings),
        block: terms.part + 1,
        i,
        j,
        block_rows,
        block_cols,
        params: terms.params(),
        terms: each.collect(),
        b: rows(&terms.left),
        a: rows(&terms.right),
    })
}

fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    let rows = matrix.row_iter();
    rows.map(|row| row.iter().copied().collect()).collect()
}

fn notes(material: &Material<'_>, options: &Options) -> Vec<String> {
    let terms = material.analysis();
    let terms = terms.and_then(|analysis| Terms::of(analysis, options.part));
    terms.map_or_else(
        |_| Vec::new(),
        |terms| [vec![terms.heading()], terms.notes()].concat(),
    )
}

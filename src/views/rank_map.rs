//! The rank of each block on its place in the matrix.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, no_notes, nothing_omissible};
use crate::analysis::{Analysis, Outcome};
use crate::approx::{Evaluation, LayoutKind, Method};
use crate::figure::compose::{self, BlockRanks};
use crate::figure::{Figure, Table};
use crate::report::{self, Matrix};

/// The view.
pub static VIEW: View = View {
    key: "ranks",
    title: "Ranks per block",
    short: "Ranks per block",
    about: "The rank r_ij of each block",
    file_name: "ranks-per-block",
    subject: Subject::Matrix,
    call: ViewCall::shown("curve", "ranks"),
    pictures: false,
    needs: Need::Nothing,
    figure,
    tables,
    json,
    npy: None,
    notes: no_notes,
    omissible: nothing_omissible,
};

/// The adaptive ranks, or Localized's uniform ones where there are none, with the grid they lie on.
pub fn mapped(analysis: &Analysis) -> Option<(&Outcome, usize)> {
    let adaptive = analysis.outcome_of(Method::LocalizedAdaptive);
    let outcome = adaptive.or_else(|| analysis.outcome_of(Method::Localized))?;
    match outcome.factors.layout().kind() {
        LayoutKind::Grid(grid) => Some((outcome, grid)),
        _ => None,
    }
}

fn of<'a>(material: &Material<'a>) -> Result<(&'a Outcome, usize), String> {
    let mapped = mapped(material.analysis()?);
    mapped.ok_or_else(|| "no method with a grid has ranks; increase the budget".to_owned())
}

fn ranks(outcome: &Outcome) -> BlockRanks<'_> {
    BlockRanks {
        evaluation: &outcome.evaluation,
        layout: outcome.factors.layout(),
    }
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let (outcome, _) = of(material)?;
    Ok(compose::rank_map(&options.context, &[ranks(outcome)]))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let (outcome, _) = of(material)?;
    let theme = options.context.theme;
    Ok(vec![compose::rank_table(theme, &[ranks(outcome)])])
}

/// `curve --show ranks --json`.
#[derive(Serialize)]
struct RankMapReport {
    #[serde(flatten)]
    matrix: Matrix,
    method: &'static str,
    grid: usize,
    ranks: Vec<Vec<usize>>,
    params: usize,
    share: f64,
    error: f64,
}

impl RankMapReport {
    /// The ranks of a method on its `grid`, row by row.
    fn new(matrix: Matrix, one: &Evaluation, grid: usize) -> Self {
        Self {
            matrix,
            method: one.method().key(),
            grid,
            ranks: one.ranks.chunks(grid).map(<[usize]>::to_vec).collect(),
            params: one.params,
            share: one.share,
            error: one.error,
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let (outcome, grid) = of(material)?;
    let matrix = Matrix::of(material.analysis()?);
    report::text(&RankMapReport::new(matrix, &outcome.evaluation, grid))
}

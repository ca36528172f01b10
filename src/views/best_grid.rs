//! The error of every grid at one budget.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::analysis::GridSearch;
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform};
use crate::figure::compose;
use crate::figure::{Figure, Omitted, Table};
use crate::report::{self, Matrix, MethodReport};

/// The view.
pub static VIEW: View = View {
    key: "grids",
    title: "Best grid",
    short: "Best grid",
    about: "The error of every K at the current budget; K = 1 is LoRA itself",
    file_name: "best-grid",
    subject: Subject::Matrix,
    call: ViewCall::shown("curve", "best-grid"),
    pictures: false,
    needs: Need::Grids,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: parts,
};

/// The methods that a grid was found for.
fn parts(material: &Material<'_>) -> Vec<Omitted> {
    let grids = material.grids.iter().flat_map(|one| &one.found);
    let found = grids.flat_map(|one| [&one.uniform, &one.adaptive]);
    let found = found.flatten();
    found.map(|one| Omitted::Method(one.method())).collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let grids = material.grids()?;
    let present = material.computed()?.session.settings.localized.grid;
    Ok(compose::best_grid(
        &options.context,
        grids.budget,
        &grids.found,
        Some(present),
    ))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let found = &material.grids()?.found;
    Ok(vec![compose::grid_table(options.context.theme, found)])
}

/// `curve --show best-grid --json`.
#[derive(Serialize)]
struct GridsReport {
    #[serde(flatten)]
    matrix: Matrix,
    budget: usize,
    /// The best K with one rank for all blocks, and with a rank per block.
    best_grid: Option<usize>,
    best_adaptive_grid: Option<usize>,
    grids: Vec<Grid>,
}

#[derive(Serialize)]
struct Grid {
    grid: usize,
    localized: Option<MethodReport>,
    localized_adaptive: Option<MethodReport>,
}

impl GridsReport {
    fn new(matrix: Matrix, grids: &GridSearch) -> Self {
        let grid = |one: &GridAtBudget| Grid {
            grid: one.grid,
            localized: one.uniform.as_ref().map(Into::into),
            localized_adaptive: one.adaptive.as_ref().map(Into::into),
        };
        Self {
            matrix,
            budget: grids.budget,
            best_grid: best_uniform(&grids.found).map(|(grid, _)| grid),
            best_adaptive_grid: best_adaptive(&grids.found).map(|(grid, _)| grid),
            grids: grids.found.iter().map(grid).collect(),
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let matrix = Matrix::of(material.computed()?);
    report::text(&GridsReport::new(matrix, material.grids()?))
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let sentence = material
        .grids()
        .map(|grids| compose::grid_sentence(&grids.found, grids.budget));
    sentence.into_iter().collect()
}

//! The error of every grid at one budget.

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::figure::compose;
use crate::figure::{Figure, Table};
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "grids",
    title: "Best grid",
    short: "Best grid",
    about: "The error of every K at the current budget",
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
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let grids = material.grids()?;
    let present = material.analysis()?.session.settings.localized.grid;
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

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let matrix = report::Matrix::of(material.analysis()?);
    report::text(&report::Grids::new(matrix, material.grids()?))
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let sentence = material
        .grids()
        .map(|grids| compose::grid_sentence(&grids.found, grids.budget));
    sentence.into_iter().collect()
}

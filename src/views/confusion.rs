//! Confusion matrices of runs: true against predicted digits.

use super::material::Material;
use super::options::Options;
use super::view::{
    Need, Subject, TableForm, View, ViewCall, no_notes, nothing_omissible, runs_json,
};
use crate::experiment::{figures, tables};
use crate::figure::{Figure, Table};

/// The view.
pub static VIEW: View = View {
    key: "confusion",
    title: "Confusion matrices of the selected runs",
    short: "Confusion",
    about: "True digits against predicted ones",
    file_name: "confusion",
    subject: Subject::Experiment,
    call: ViewCall::shown("finetune", "confusion"),
    pictures: false,
    needs: Need::Runs,
    figure,
    tables,
    json: runs_json,
    npy: None,
    notes: no_notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    Ok(figures::confusion(&options.context, material.runs()?))
}

/// A table per run.
fn tables(material: &Material<'_>, _: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    Ok(tables::confusion_tables(material.runs()?))
}

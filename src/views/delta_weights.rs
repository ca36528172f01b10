//! The learned update ΔW of a run, and the hidden units that it moved most.

use super::material::Material;
use super::options::Options;
use super::view::{
    Need, Subject, TableForm, View, ViewCall, no_notes, nothing_omissible, runs_json,
};
use crate::experiment::{delta_file, figures, tables};
use crate::figure::{Figure, Table};
use crate::finetune::Inspection;

/// The view.
pub static VIEW: View = View {
    key: "delta_weights",
    title: "ΔW of the selected run",
    short: "ΔW",
    about: "The learned update of the first run",
    file_name: "delta-weights",
    subject: Subject::Experiment,
    call: ViewCall::shown("finetune", "delta-weights"),
    pictures: false,
    needs: Need::Run,
    figure,
    tables,
    json: runs_json,
    npy: Some(npy),
    notes: no_notes,
    omissible: nothing_omissible,
};

fn first<'a>(material: &Material<'a>) -> Result<&'a Inspection, String> {
    Ok(material.runs()?[0])
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let run = first(material)?;
    Ok(figures::delta_weights(
        &options.context,
        run,
        material.image,
    ))
}

/// All of ΔW for other programs; people read what is still confused.
fn tables(material: &Material<'_>, _: &Options, form: TableForm) -> Result<Vec<Table>, String> {
    match form {
        TableForm::Csv => Ok(vec![tables::update_table(first(material)?)]),
        TableForm::Text | TableForm::Latex => Ok(tables::confusion_tables(material.runs()?)),
    }
}

fn npy(material: &Material<'_>) -> Result<Vec<u8>, String> {
    delta_file(&first(material)?.update).map_err(|error| error.to_string())
}

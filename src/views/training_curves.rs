//! Loss and accuracy of runs, epoch by epoch.

use super::material::Material;
use super::options::Options;
use super::view::{
    Need, Subject, TableForm, View, ViewCall, no_notes, nothing_omissible, runs_json,
};
use crate::experiment::{figures, tables};
use crate::figure::{Figure, Table};

/// The view.
pub static VIEW: View = View {
    key: "training_curves",
    title: "Training curves of the selected runs",
    short: "Training curves",
    about: "Loss and accuracy against epochs",
    file_name: "training-curves",
    subject: Subject::Experiment,
    call: ViewCall::shown("finetune", "training-curves"),
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
    Ok(figures::training_curves(&options.context, material.runs()?))
}

/// Every epoch for other programs; people read what is still confused.
fn tables(material: &Material<'_>, _: &Options, form: TableForm) -> Result<Vec<Table>, String> {
    let runs = material.runs()?;
    Ok(match form {
        TableForm::Csv => vec![tables::epochs_table(runs)],
        TableForm::Text | TableForm::Latex => tables::confusion_tables(runs),
    })
}

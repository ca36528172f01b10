//! The paper's Figure 2: accuracy drop against trainable parameters.

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::experiment::{figures, tables};
use crate::figure::{Figure, Table};
use crate::finetune::edge_warning;

/// The view.
pub static VIEW: View = View {
    key: "accuracy_drop",
    title: "Accuracy drop against parameters (Figure 2)",
    short: "Accuracy drop",
    about: "Every configuration's accuracy against full fine-tuning",
    file_name: "accuracy-drop",
    subject: Subject::Experiment,
    call: ViewCall::plain("finetune"),
    pictures: false,
    needs: Need::Results,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let figure = figures::accuracy_drop(&options.context, material.results()?);
    figure.ok_or_else(|| {
        "the first point needs full fine-tuning, which is not trained; press Run".to_owned()
    })
}

/// Every run for other programs; for people the best of each layout. Without a run of full
/// fine-tuning there is no drop from it, but there are runs.
fn tables(
    material: &Material<'_>,
    options: &Options,
    form: TableForm,
) -> Result<Vec<Table>, String> {
    let (results, theme) = (material.results()?, options.context.theme);
    let people = form != TableForm::Csv && results.full.test_accuracy.is_some();
    Ok(vec![match people {
        true => tables::frontier_table(results, theme),
        false => tables::runs_table(results, theme),
    }])
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let text = material.results()?.to_json();
    text.map(|text| text + "\n")
        .map_err(|error| error.to_string())
}

/// The paper's claim as it came out, and whether the learning rates reached far enough.
fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(results) = material.results() else {
        return Vec::new();
    };
    let mut notes = tables::wins_sentences(results);
    notes.extend(tables::behind_sentence(results));
    notes.extend(edge_warning(results));
    notes
}

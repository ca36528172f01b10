//! Errors over every image of a data set, because one digit proves little.

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::figure::compose::{distribution, label_table, survey_table};
use crate::figure::{Figure, Table};
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "data_set",
    title: "Errors over the data set",
    short: "Data set",
    about: "The same settings on every image of the data set",
    file_name: "data-set",
    subject: Subject::Images,
    call: ViewCall::plain("dataset"),
    pictures: false,
    needs: Need::Survey,
    figure,
    tables,
    json,
    npy: None,
    notes,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    Ok(distribution(
        &options.context,
        &material.survey()?.survey,
        None,
    ))
}

/// The whole set for other programs; on a page also label by label.
fn tables(
    material: &Material<'_>,
    options: &Options,
    form: TableForm,
) -> Result<Vec<Table>, String> {
    let (survey, theme) = (&material.survey()?.survey, options.context.theme);
    let mut tables = vec![survey_table(survey, theme)];
    if form == TableForm::Text {
        tables.push(label_table(survey, theme));
    }
    Ok(tables)
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    report::text(&report::Dataset::new(material.survey()?))
}

/// Remarks on the settings, and on whether LoRA and Localized have as many parameters.
fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(surveyed) = material.survey() else {
        return Vec::new();
    };
    let unequal = surveyed.verdict_at().and_then(Result::err);
    surveyed.remarks.iter().cloned().chain(unequal).collect()
}

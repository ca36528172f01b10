//! On which share of a data set's images the locality test says yes, label by label.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::analysis::{LabelShares, LocalitySurvey};
use crate::approx::locality::SIGNIFICANT;
use crate::figure::compose;
use crate::figure::{Figure, Table};
use crate::report::{self, TransformReport};
use crate::source::{Dataset, Split};

/// The view.
pub static VIEW: View = View {
    key: "locality_by_label",
    title: "Locality over the data set",
    short: "By label",
    about: "On which share of the images the locality test says yes, label by label",
    file_name: "locality-by-label",
    subject: Subject::Images,
    call: ViewCall {
        flag: Some("locality"),
        ..ViewCall::plain("dataset")
    },
    pictures: false,
    needs: Need::LocalitySurvey,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let found = material.locality_survey()?;
    Ok(compose::locality_by_label(&options.context, found))
}

fn tables(material: &Material<'_>, _: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    Ok(vec![compose::locality_label_table(
        material.locality_survey()?,
    )])
}

/// `dataset --locality --json`.
#[derive(Serialize)]
struct LocalityByLabelReport {
    split: Split,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(flatten)]
    transform: TransformReport,
    settings: super::locality::SettingsReport,
    draws: usize,
    /// The p-value up to which an answer is yes.
    significant: f64,
    #[serde(flatten)]
    all: SharesReport,
    by_digit: Vec<SharesReport>,
}

#[derive(Serialize)]
struct SharesReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    digit: Option<u8>,
    count: usize,
    local: f64,
    diagonal: f64,
    global: f64,
}

impl From<&LabelShares> for SharesReport {
    fn from(one: &LabelShares) -> Self {
        let [local, diagonal, global] = one.shares;
        Self {
            digit: one.label,
            count: one.count,
            local,
            diagonal,
            global,
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let found: &LocalitySurvey = material.locality_survey()?;
    let shares = found.by_label();
    let (by_digit, all) = shares.split_at(shares.len().saturating_sub(1));
    let all = all.first().ok_or("no image was tested")?;
    report::text(&LocalityByLabelReport {
        split: found.images.split,
        data: match &found.images.dataset {
            Dataset::Folder(folder) => Some(folder.display().to_string()),
            Dataset::BuiltIn => None,
        },
        transform: found.transform.into(),
        settings: found.asked.into(),
        draws: found.draws,
        significant: SIGNIFICANT,
        all: all.into(),
        by_digit: by_digit.iter().map(Into::into).collect(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(found) = material.locality_survey() else {
        return Vec::new();
    };
    let remarks = found.remarks.iter().cloned();
    remarks.chain([found.sentence()]).collect()
}

//! Errors over every image of a data set, because one digit proves little.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::analysis::SurveyResult;
use crate::approx::survey;
use crate::figure::compose::{distribution, label_table, survey_rows, survey_table};
use crate::figure::{Figure, Omitted, Table};
use crate::report::{self, Setting, TransformReport, as_object};
use crate::source::{Dataset, Split};

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
    omissible: parts,
};

/// The methods that were measured.
fn parts(material: &Material<'_>) -> Vec<Omitted> {
    let settings = material.survey.iter().flat_map(|one| &one.survey.settings);
    settings.map(|one| Omitted::Method(one.method())).collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    Ok(distribution(
        &options.context,
        &material.survey()?.survey,
        None,
    ))
}

/// The whole set in a paper, also label by label on a page, and row by row for other programs.
fn tables(
    material: &Material<'_>,
    options: &Options,
    form: TableForm,
) -> Result<Vec<Table>, String> {
    let (survey, theme) = (&material.survey()?.survey, options.context.theme);
    Ok(match form {
        TableForm::Text => vec![survey_table(survey, theme), label_table(survey, theme)],
        TableForm::Csv => vec![survey_rows(survey, theme)],
        TableForm::Latex => vec![survey_table(survey, theme)],
    })
}

/// `dataset --json`.
#[derive(Serialize)]
struct DataSetReport {
    split: Split,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    count: usize,
    #[serde(flatten)]
    transform: TransformReport,
    methods: Vec<MeanError>,
    #[serde(flatten)]
    verdict: Option<VerdictShares>,
    by_digit: Vec<ByDigit>,
}

#[derive(Serialize)]
struct MeanError {
    #[serde(flatten)]
    setting: Setting,
    mean_error: f64,
    std_error: f64,
    /// The mean over the images.
    structure_bits: f64,
}

#[derive(Serialize)]
struct ByDigit {
    digit: u8,
    count: usize,
    #[serde(serialize_with = "as_object")]
    mean_error: Vec<(&'static str, f64)>,
    #[serde(flatten)]
    verdict: Option<VerdictShares>,
}

/// Shares of the images; on the others LoRA is better.
#[derive(Serialize)]
struct VerdictShares {
    localized_beats_lora: f64,
    localized_equals_lora: f64,
}

impl From<survey::Verdict> for VerdictShares {
    fn from(verdict: survey::Verdict) -> Self {
        Self {
            localized_beats_lora: verdict.better,
            localized_equals_lora: verdict.equal,
        }
    }
}

impl DataSetReport {
    fn new(surveyed: &SurveyResult) -> Self {
        let survey = &surveyed.survey;
        let data = match &surveyed.images.dataset {
            Dataset::Folder(folder) => Some(folder.display().to_string()),
            Dataset::BuiltIn => None,
        };
        let settings = || survey.settings.iter().enumerate();
        let by_digit = |one: survey::LabelSurvey| ByDigit {
            digit: one.label,
            count: one.count,
            mean_error: settings()
                .map(|(s, setting)| (setting.method().key(), one.spreads[s].mean))
                .collect(),
            verdict: one.localized_against_lora.map(VerdictShares::from),
        };
        Self {
            split: surveyed.images.split,
            data,
            count: survey.count(),
            transform: surveyed.transform.into(),
            methods: settings()
                .map(|(s, setting)| MeanError {
                    setting: Setting::whole(setting),
                    mean_error: survey.spread(s).mean,
                    std_error: survey.spread(s).std,
                    structure_bits: survey.mean_bits[s],
                })
                .collect(),
            verdict: survey.localized_against_lora().map(VerdictShares::from),
            by_digit: survey.by_label().into_iter().map(by_digit).collect(),
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    report::text(&DataSetReport::new(material.survey()?))
}

/// Remarks on the settings, and on whether LoRA and Localized have as many parameters.
fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(surveyed) = material.survey() else {
        return Vec::new();
    };
    let unequal = surveyed.verdict_at().and_then(Result::err);
    surveyed.remarks.iter().cloned().chain(unequal).collect()
}

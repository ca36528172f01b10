//! Whether a matrix is local, diagonal or low-rank beyond chance.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::analysis::{Locality, LocalityQuestion};
use crate::approx::locality::{LocalitySettings, NullTest};
use crate::figure::compose;
use crate::figure::{Figure, Table};
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "locality",
    title: "Locality test",
    short: "Locality",
    about: "Whether the matrix is local, diagonal or low-rank beyond chance: permutation tests",
    file_name: "locality",
    subject: Subject::Matrix,
    call: ViewCall::plain("locality"),
    pictures: false,
    needs: Need::Locality,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    material.analysis()?;
    Ok(compose::locality(&options.context, material.locality()?))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let found = material.locality()?;
    Ok(vec![compose::locality_table(found, options.context.theme)])
}

/// `locality --json`.
#[derive(Serialize)]
struct LocalityReport {
    #[serde(flatten)]
    matrix: report::Matrix,
    settings: SettingsReport,
    local: TestReport,
    diagonal: TestReport,
    global: TestReport,
    verdict: String,
}

/// Grid, ranks and seed.
#[derive(Serialize)]
pub(super) struct SettingsReport {
    grid: usize,
    block_rank: usize,
    blocks: usize,
    rank: usize,
    seed: u64,
}

impl From<LocalitySettings> for SettingsReport {
    fn from(settings: LocalitySettings) -> Self {
        Self {
            grid: settings.localized.grid,
            block_rank: settings.localized.rank,
            blocks: settings.blocks,
            rank: settings.rank,
            seed: settings.seed,
        }
    }
}

#[derive(Serialize)]
struct TestReport {
    statistic: f64,
    null_mean: f64,
    null_std: f64,
    /// `null` where every draw gives the same value, or there are fewer than 20.
    z: Option<f64>,
    p: f64,
    draws: usize,
}

impl From<&NullTest> for TestReport {
    fn from(test: &NullTest) -> Self {
        Self {
            statistic: test.statistic,
            null_mean: test.mean(),
            null_std: test.std(),
            z: test.z(),
            p: test.p(),
            draws: test.null.len(),
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let found: &Locality = material.locality()?;
    let settings = found.test.settings();
    report::text(&LocalityReport {
        matrix: report::Matrix::of(material.analysis()?),
        settings: settings.into(),
        local: found.answer(LocalityQuestion::Local).into(),
        diagonal: found.answer(LocalityQuestion::Diagonal).into(),
        global: found.answer(LocalityQuestion::Global).into(),
        verdict: found.verdict(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let verdict = material.locality().map(Locality::verdict);
    verdict.into_iter().collect()
}

//! Every structure at its best within one budget.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::approx::atlas::{AtlasEntry, Fineness};
use crate::approx::curve::CurvePoint;
use crate::figure::compose;
use crate::figure::{Figure, Omitted, Table};
use crate::report::{self, MethodReport};

/// The view.
pub static VIEW: View = View {
    key: "atlas",
    title: "Atlas of structures",
    short: "Atlas",
    about: "Every structure at its best settings within the budget",
    file_name: "atlas",
    subject: Subject::Matrix,
    call: ViewCall::plain("atlas"),
    pictures: false,
    needs: Need::Atlas,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: parts,
};

/// The structures that were tried.
fn parts(material: &Material<'_>) -> Vec<Omitted> {
    let entries = material.atlas.iter().flat_map(|one| &one.entries);
    entries
        .map(|one| Omitted::Method(one.evaluation.method()))
        .collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let analysis = material.computed()?;
    let found = material.atlas()?;
    Ok(compose::atlas(
        &options.context,
        found,
        analysis.loaded.matrix.len(),
    ))
}

fn tables(material: &Material<'_>, options: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let found = material.atlas()?;
    Ok(vec![compose::atlas_table(found, options.context.theme)])
}

/// `atlas --json`.
#[derive(Serialize)]
struct AtlasReport {
    #[serde(flatten)]
    matrix: report::Matrix,
    budget: usize,
    charge_structure: bool,
    /// Which numbers of segments and which divisors were tried.
    tried: Fineness,
    structures: Vec<StructureReport>,
    /// Those that the budget does not pay for.
    missing: Vec<&'static str>,
}

#[derive(Serialize)]
struct StructureReport {
    #[serde(flatten)]
    best: MethodReport,
    /// Parameters and structure bits as they count against the budget.
    spent: usize,
    tried: usize,
    curve: Vec<PointReport>,
}

#[derive(Serialize)]
struct PointReport {
    params: usize,
    error: f64,
}

impl From<&CurvePoint> for PointReport {
    fn from(point: &CurvePoint) -> Self {
        Self {
            params: point.params,
            error: point.error,
        }
    }
}

impl From<&AtlasEntry> for StructureReport {
    fn from(one: &AtlasEntry) -> Self {
        Self {
            best: (&one.evaluation).into(),
            spent: one.evaluation.spent,
            tried: one.tried,
            curve: one.curve.iter().map(Into::into).collect(),
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let found = material.atlas()?;
    report::text(&AtlasReport {
        matrix: report::Matrix::of(material.computed()?),
        budget: found.budget,
        charge_structure: found.charged,
        tried: found.fineness,
        structures: found.entries.iter().map(Into::into).collect(),
        missing: found.missing.iter().map(|method| method.key()).collect(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok(found) = material.atlas() else {
        return Vec::new();
    };
    std::iter::once(found.sentence())
        .chain(found.remarks())
        .collect()
}

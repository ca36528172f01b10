//! Whether a lower error of the matrix means a better adapter.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, nothing_omissible};
use crate::experiment::{Against, Correlation};
use crate::figure::{Figure, Table, compose};
use crate::finetune::Layout;
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "projections",
    title: "Accuracy against the error of the matrix",
    short: "Projections",
    about: "Whether a lower error of the matrix means a better adapter: full fine-tuning's update projected onto every configuration, beside the trained adapters",
    file_name: "projections",
    subject: Subject::Experiment,
    call: ViewCall::plain("project"),
    pictures: false,
    needs: Need::Projections,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: nothing_omissible,
};

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    Ok(compose::projections(
        &options.context,
        material.projections()?,
    ))
}

fn tables(
    material: &Material<'_>,
    options: &Options,
    form: TableForm,
) -> Result<Vec<Table>, String> {
    let (found, theme) = (material.projections()?, options.context.theme);
    Ok(vec![match form {
        TableForm::Csv => compose::projection_table(found, theme),
        TableForm::Text | TableForm::Latex => compose::correlation_table(found, theme),
    }])
}

/// `project --json`.
#[derive(Serialize)]
struct ProjectionReport {
    full: Vec<FullReport>,
    projections: Vec<PointReport>,
    correlations: Vec<CorrelationReport>,
}

#[derive(Serialize)]
struct FullReport {
    seed: u64,
    test_accuracy: f64,
}

#[derive(Serialize)]
struct PointReport {
    seed: u64,
    layout: Layout,
    segments: usize,
    rank: usize,
    params: usize,
    matrix_error: f64,
    accuracy_projected: f64,
    accuracy_projected_frozen: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy_trained: Option<f64>,
}

/// Spearman's rank correlations of −error and accuracy; no layout stands for all.
#[derive(Serialize)]
struct CorrelationReport {
    layout: Option<Layout>,
    projected: Option<OverSeeds>,
    projected_frozen: Option<OverSeeds>,
    trained: Option<OverSeeds>,
}

/// Over the seeds.
#[derive(Serialize)]
struct OverSeeds {
    mean: f64,
    lowest: f64,
    highest: f64,
}

impl From<Correlation> for OverSeeds {
    fn from(one: Correlation) -> Self {
        Self {
            mean: one.mean,
            lowest: one.range.0,
            highest: one.range.1,
        }
    }
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let found = material.projections()?;
    let points = found.points.iter().map(|point| PointReport {
        seed: point.seed,
        layout: point.configuration.layout,
        segments: point.configuration.segments,
        rank: point.configuration.rank,
        params: point.params,
        matrix_error: point.projection.error,
        accuracy_projected: point.projection.accuracy,
        accuracy_projected_frozen: point.projection.accuracy_frozen,
        accuracy_trained: point.trained,
    });
    let full = found.full.iter().map(|(seed, test_accuracy)| FullReport {
        seed: *seed,
        test_accuracy: *test_accuracy,
    });
    let row = |layout: Option<Layout>| {
        let of = |against| found.correlation(layout, against).map(Into::into);
        CorrelationReport {
            layout,
            projected: of(Against::Projected),
            projected_frozen: of(Against::Frozen),
            trained: of(Against::Trained),
        }
    };
    report::text(&ProjectionReport {
        full: full.collect(),
        projections: points.collect(),
        correlations: Layout::ALL
            .into_iter()
            .map(Some)
            .chain([None])
            .map(row)
            .collect(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let sentence = material.projections().map(compose::projection_sentence);
    sentence.into_iter().collect()
}

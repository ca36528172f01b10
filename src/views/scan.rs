//! Every layer of a model at one budget.

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall};
use crate::figure::{Figure, Table, compose, label};
use crate::report;

/// The view. It is not in the list of all: the window has no tab of models whose results it could show.
pub static VIEW: View = View {
    key: "scan",
    title: "Map of the model",
    short: "Model",
    about: "Every layer of a model: which structure is closest at one budget",
    file_name: "model-map",
    subject: Subject::Experiment,
    call: ViewCall::plain("scan"),
    pictures: false,
    needs: Need::Results,
    figure,
    tables,
    json,
    npy: None,
    notes,
};

/// Noise of rounding from which on it is told.
const TOLD: f64 = 1e-3;

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let (scan, column) = material.scan()?;
    Ok(compose::scan_map(&options.context, scan, column))
}

fn tables(material: &Material<'_>, _: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    Ok(vec![compose::scan_table(material.scan()?.0)])
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    report::text(material.scan()?.0)
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let Ok((scan, _)) = material.scan() else {
        return Vec::new();
    };
    let mut notes = vec![compose::scan_sentence(scan)];
    let tests = scan
        .layers
        .iter()
        .filter_map(|layer| layer.locality.as_ref());
    if tests.clone().any(|test| test.statistic == "participation") {
        notes.push(
            "z of participation: the participation ratio of the blocks’ singular values, which needs no SVD, \
             against random orders of rows and columns; below −3 is called more local than chance"
                .to_owned(),
        );
    }
    let noise = scan.layers.iter().filter_map(|layer| layer.rounding);
    let (least, most) = noise.fold((f64::INFINITY, 0.0_f64), |(least, most), share| {
        (least.min(share), most.max(share))
    });
    if most >= TOLD {
        notes.push(format!(
            "rounding of the stored weights is {} to {} of ‖ΔW‖; an error below that is noise",
            label::percent(least),
            label::percent(most)
        ));
    }
    let skipped = scan.skipped.iter();
    notes.extend(skipped.map(|array| format!("left out {}: {}", array.name, array.reason)));
    notes
}

//! The singular values of every method's blocks.

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, no_notes};
use crate::analysis::Analysis;
use crate::figure::compose::{self, MethodSpectrum};
use crate::figure::{Cell, Column, Figure, Row, Table, label};
use crate::report;

/// The view.
pub static VIEW: View = View {
    key: "singular_values",
    title: "Singular values",
    short: "Singular values",
    about: "σ of the block you click, or of the whole matrix",
    file_name: "singular-values",
    subject: Subject::Matrix,
    call: ViewCall {
        subcommand: "curve",
        flag: Some("singular-values"),
        show: None,
    },
    pictures: false,
    needs: Need::Nothing,
    figure,
    tables,
    json,
    npy: None,
    notes: no_notes,
};

/// The singular values of all methods that gave something.
pub fn spectra(analysis: &Analysis) -> Vec<MethodSpectrum<'_>> {
    let spectrum = analysis.outcomes().map(|one| MethodSpectrum {
        settings: &one.evaluation.settings,
        spectra: &one.factors.spectra,
        ranks: &one.evaluation.ranks,
    });
    spectrum.collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let methods = spectra(material.analysis()?);
    Ok(compose::singular_values(&options.context, &methods))
}

/// A row per singular value.
fn tables(material: &Material<'_>, _: &Options, _: TableForm) -> Result<Vec<Table>, String> {
    let methods = spectra(material.analysis()?);
    let rows = methods.iter().flat_map(|method| {
        let blocks = method.spectra.layout.blocks().iter();
        let spectra = blocks.zip(&method.spectra.sigma).zip(method.ranks);
        spectra.flat_map(move |((block, sigma), rank)| {
            let values = sigma.iter().enumerate();
            values.map(move |(k, value)| Row {
                color: None,
                cells: vec![
                    Cell::named(
                        method.settings.method().title(),
                        method.settings.method().key(),
                    ),
                    Cell::place(block.i),
                    Cell::place(block.j),
                    Cell::count(k + 1),
                    Cell::number(label::short(*value), *value),
                    match k < *rank {
                        true => Cell::named("yes", "true"),
                        false => Cell::named("no", "false"),
                    },
                ],
            })
        })
    });
    Ok(vec![Table {
        title: None,
        columns: vec![
            Column::left("Method"),
            Column::right("i"),
            Column::right("j"),
            Column::right("Index"),
            Column::right("Singular value"),
            Column::left("Kept"),
        ],
        rows: rows.collect(),
    }])
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let analysis = material.analysis()?;
    let spectra = analysis
        .outcomes()
        .map(|one| report::BlockSpectra::new(&one.evaluation, &one.factors.spectra));
    report::text(&report::Spectrum {
        matrix: report::Matrix::of(analysis),
        methods: spectra.collect(),
    })
}

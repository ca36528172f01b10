//! The singular values of every method's blocks.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, analysed_methods, no_notes};
use crate::analysis::Analysis;
use crate::approx::{Evaluation, Spectra};
use crate::figure::compose::{self, MethodSpectrum};
use crate::figure::{Cell, Column, Figure, Row, Table, label};
use crate::report::{self, Matrix, Setting};

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
    omissible: analysed_methods,
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
    let mut methods = spectra(material.analysis()?);
    methods.retain(|one| options.context.shows(one.settings.method()));
    Ok(compose::singular_values(&options.context, &methods))
}

/// A row per singular value.
pub(super) fn tables(
    material: &Material<'_>,
    _: &Options,
    _: TableForm,
) -> Result<Vec<Table>, String> {
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

/// `curve --singular-values --json`.
#[derive(Serialize)]
struct SpectraReport {
    #[serde(flatten)]
    matrix: Matrix,
    methods: Vec<BlockSpectra>,
}

/// The singular values of each block of a method.
#[derive(Serialize)]
struct BlockSpectra {
    #[serde(flatten)]
    setting: Setting,
    spectra: Vec<BlockSpectrum>,
}

#[derive(Serialize)]
struct BlockSpectrum {
    i: usize,
    j: usize,
    rank: usize,
    singular_values: Vec<f64>,
}

impl BlockSpectra {
    /// The spectra of one method with the ranks in use.
    fn new(one: &Evaluation, spectra: &Spectra) -> Self {
        let blocks = spectra.layout.blocks().iter();
        let spectrum = blocks.zip(&spectra.sigma).zip(&one.ranks);
        Self {
            setting: Setting::layout(&one.settings),
            spectra: spectrum
                .map(|((block, sigma), rank)| BlockSpectrum {
                    i: block.i,
                    j: block.j,
                    rank: *rank,
                    singular_values: sigma.clone(),
                })
                .collect(),
        }
    }
}

pub(super) fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let analysis = material.analysis()?;
    let spectra = analysis
        .outcomes()
        .map(|one| BlockSpectra::new(&one.evaluation, &one.factors.spectra));
    report::text(&SpectraReport {
        matrix: Matrix::of(analysis),
        methods: spectra.collect(),
    })
}

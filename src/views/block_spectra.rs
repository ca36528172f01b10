//! The singular values of every block as bars inside it: a grid and all of its spectra in one picture.

use super::material::Material;
use super::options::Options;
use super::singular_values::{self, spectra};
use super::view::{Need, Subject, View, ViewCall, analysed_methods};
use crate::analysis::Analysis;
use crate::figure::Figure;
use crate::figure::compose::{BarsOfMethods, block_bars};
use crate::figure::palette::Theme;

/// The view.
pub static VIEW: View = View {
    key: "block_spectra",
    title: "Singular values in the blocks",
    short: "Spectra",
    about: "σ of each block as bars inside it, on one logarithmic scale",
    file_name: "spectra-in-blocks",
    subject: Subject::Matrix,
    call: ViewCall::shown("curve", "block-spectra"),
    pictures: false,
    needs: Need::Nothing,
    figure,
    tables: singular_values::tables,
    json: singular_values::json,
    npy: None,
    notes,
    omissible: analysed_methods,
};

/// The bars of all methods that gave something.
pub fn bars(theme: Theme, analysis: &Analysis) -> BarsOfMethods {
    let methods = spectra(analysis).into_iter().zip(analysis.evaluations());
    BarsOfMethods::new(theme, &methods.collect::<Vec<_>>())
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let analysis = material.analysis()?;
    let methods = spectra(analysis).into_iter().zip(analysis.evaluations());
    let methods = methods.filter(|(_, one)| options.context.shows(one.method()));
    Ok(block_bars(&options.context, &methods.collect::<Vec<_>>()))
}

fn notes(material: &Material<'_>, options: &Options) -> Vec<String> {
    let analysis = material.analysis();
    analysis.map_or_else(
        |_| Vec::new(),
        |analysis| vec![bars(options.context.theme, analysis).note()],
    )
}

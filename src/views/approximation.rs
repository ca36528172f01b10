//! Reconstructions side by side with their table: the paper's Figure 1 and Table I.

use serde::Serialize;

use super::material::Material;
use super::options::Options;
use super::view::{Need, Subject, TableForm, View, ViewCall, analysed_methods};
use crate::analysis::{Analysis, Outcome};
use crate::figure::compose::{
    Approximation, Panel, comparison_table, figure_one, source_grid, tells_bits,
};
use crate::figure::{Figure, Omitted, Table, label};
use crate::report::{self, Matrix, MethodReport};

/// The view.
pub static VIEW: View = View {
    key: "approximation",
    title: "Reconstructions and table (Figure 1, Table I)",
    short: "Reconstructions",
    about: "The matrix, its approximations and their numbers",
    file_name: "approximation",
    subject: Subject::Matrix,
    call: ViewCall::plain("approximate"),
    pictures: true,
    needs: Need::Nothing,
    figure,
    tables,
    json,
    npy: None,
    notes,
    omissible: parts,
};

/// The picture of the matrix, the settings above panes, and the methods.
fn parts(material: &Material<'_>) -> Vec<Omitted> {
    let panes = [Omitted::Original, Omitted::Numbers];
    panes
        .into_iter()
        .chain(analysed_methods(material))
        .collect()
}

fn figure(material: &Material<'_>, options: &Options) -> Result<Figure, String> {
    let analysis = material.analysis()?;
    let rows: Vec<&Analysis> = std::iter::once(analysis)
        .chain(material.others.iter().copied())
        .collect();
    let names: Vec<String> = rows.iter().map(|one| title(one)).collect();
    let rows: Vec<Approximation<'_>> = rows
        .iter()
        .zip(&names)
        .map(|(one, name)| shown(one, name, options))
        .collect();
    Ok(match &rows[..] {
        [one] => figure_one(&options.context, one),
        rows => source_grid(&options.context, rows),
    })
}

/// The results of the methods that a figure shows.
pub(super) fn outcomes<'a>(
    analysis: &'a Analysis,
    options: &Options,
) -> impl Iterator<Item = &'a Outcome> {
    let context = &options.context;
    analysis
        .outcomes()
        .filter(|one| context.shows(one.evaluation.method()))
}

/// The name of an analysis' matrix in a figure.
pub(super) fn title(analysis: &Analysis) -> String {
    analysis.session.title(&analysis.loaded.name)
}

fn shown<'a>(analysis: &'a Analysis, name: &'a str, options: &Options) -> Approximation<'a> {
    Approximation {
        matrix: &analysis.loaded.matrix,
        channels: analysis.loaded.channels.as_deref(),
        name,
        letter: analysis.letter(),
        rank: Some(analysis.rank_words()),
        range: Some(analysis.range),
        panels: outcomes(analysis, options).map(panel).collect(),
        error_maps: options.error_maps,
        notes: analysis
            .notes_on(&|method| options.context.shows(method))
            .into_iter()
            .chain(colours(analysis, options))
            .collect(),
    }
}

/// What the numbers of a figure of a picture in colour are of; what is `gray`, is so beside the rank.
pub(super) fn colour_sentence(gray: &[&str]) -> String {
    let gray: Vec<&str> = gray.iter().copied().chain(["rank"]).collect();
    format!(
        "errors and parameters over red, green and blue; {} of the luminance (Rec. 709)",
        label::listed(&gray)
    )
}

/// That sentence for the figure of an analysis.
fn colours(analysis: &Analysis, options: &Options) -> Option<String> {
    let gray: &[&str] = if options.error_maps.is_some() {
        &["residuals"]
    } else {
        &[]
    };
    (analysis.channels() > 1).then(|| format!("Colour: {}", colour_sentence(gray)))
}

pub(super) fn panel(outcome: &Outcome) -> Panel<'_> {
    Panel {
        evaluation: &outcome.evaluation,
        layout: outcome.factors.layout(),
        reconstruction: outcome.reconstruction(),
        channels: outcome.channels(),
    }
}

fn tables(
    material: &Material<'_>,
    options: &Options,
    form: TableForm,
) -> Result<Vec<Table>, String> {
    let evaluations = material.analysis()?.evaluations();
    let bits = form == TableForm::Csv || tells_bits(&evaluations);
    let table = comparison_table(options.context.theme, &evaluations, bits);
    Ok(vec![table])
}

/// `approximate --json`.
#[derive(Serialize)]
struct ApproximationReport {
    #[serde(flatten)]
    matrix: Matrix,
    methods: Vec<MethodReport>,
}

fn json(material: &Material<'_>, _: &Options) -> Result<String, String> {
    let analysis = material.analysis()?;
    let measured =
        |one: &Outcome| report::MethodReport::with_blocks(&one.evaluation, one.factors.layout());
    report::text(&ApproximationReport {
        matrix: Matrix::of(analysis),
        methods: analysis.outcomes().map(measured).collect(),
    })
}

fn notes(material: &Material<'_>, _: &Options) -> Vec<String> {
    let analysis = material.analysis();
    analysis.map_or_else(|_| Vec::new(), Analysis::notes)
}

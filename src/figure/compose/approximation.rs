//! The paper's Figure 1 with Table I under it.

use nalgebra::DMatrix;

use super::residuals::ResidualScale;
use super::{Context, Look};
use crate::approx::{Block, BlockLayout, Evaluation, Pieces};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{
    BlockLine, Colors, Element, Figure, Gain, Heading, Heatmap, Omitted, ScaleBar, label,
};

/// A longer name is cut above its panel and stands whole in the notes.
pub(super) const NAME_SHOWN: usize = 21;

/// A matrix and its approximations.
#[derive(Debug, Clone)]
pub struct Approximation<'a> {
    /// The matrix.
    pub matrix: &'a DMatrix<f64>,
    /// Red, green and blue, where it is approximated in colour.
    pub channels: Option<&'a [DMatrix<f64>; 3]>,
    /// The name of the matrix.
    pub name: &'a str,
    /// Its letter: *W*, or *ΔW* of an update.
    pub letter: &'static str,
    /// Its numerical rank, where that is known.
    pub rank: Option<String>,
    /// The values at the ends of the colour scale; the matrix's own extremes when absent.
    pub range: Option<(f64, f64)>,
    /// The approximations, from left to right.
    pub panels: Vec<Panel<'a>>,
    /// Adds a row of signed residuals W − Ŵ on one scale, with this gain.
    pub error_maps: Option<Gain>,
    /// Notes that a fair comparison of the numbers needs.
    pub notes: Vec<String>,
}

/// One approximation.
#[derive(Debug, Clone)]
pub struct Panel<'a> {
    /// Setting, parameters and error.
    pub evaluation: &'a Evaluation,
    /// The blocks.
    pub layout: &'a BlockLayout,
    /// Ŵ, of the matrix's shape.
    pub reconstruction: &'a DMatrix<f64>,
    /// Its red, green and blue, where it is in colour.
    pub channels: Option<&'a [DMatrix<f64>; 3]>,
}

/// Original and reconstructions side by side, residuals below if asked for, the table beneath.
pub fn figure_one(context: &Context, shown: &Approximation) -> Figure {
    let pictures = pictures(context, shown);
    let title = match shown.panels.is_empty() {
        true => shown.name.to_owned(),
        false => format!("{} and its approximations", shown.name),
    };
    let mut figure = context.figure(Figure::PAGE, &title, describe(shown));
    let missed = shown.error_maps.filter(|_| !shown.panels.is_empty());
    let missed = missed.map(|gain| Residuals::of(shown, gain));
    let cut = missed.as_ref().and_then(|missed| missed.scale.note());
    let columns = pictures.len();
    figure.rows.push(pictures);
    if let Some(bar) = signed_scale(context, shown) {
        let empty = vec![Element::Blank; columns.saturating_sub(1)];
        figure.rows.extend(with_scale(context, bar, empty));
    }
    if let Some(missed) = missed {
        let (bar, maps) = missed.elements(context, shown);
        figure.rows.extend(with_scale(context, bar, maps));
    }
    let panels = shown.panels.iter();
    let evaluations: Vec<&Evaluation> = panels.map(|panel| panel.evaluation).collect();
    if !evaluations.is_empty() {
        let table = comparison_table(context.theme, &evaluations, tells_bits(&evaluations));
        figure.rows.push(vec![Element::Table(table)]);
    }
    let long = shown.name.chars().count() > NAME_SHOWN;
    let name = long.then(|| format!("Original: {}.", label::clean(shown.name)));
    let sentences = shown.notes.iter().map(|note| format!("{note}."));
    let cut = cut.map(|note| format!("{note}."));
    let notes: Vec<String> = name.into_iter().chain(sentences).chain(cut).collect();
    if !notes.is_empty() {
        figure.rows.push(vec![Element::Notes(notes)]);
    }
    figure
}

/// Original and reconstructions in a row.
pub(super) fn pictures(context: &Context, shown: &Approximation) -> Vec<Element> {
    let scale = scale(context, shown);
    let panels = shown.panels.iter();
    let panels = panels.map(|panel| reconstruction(context, panel, scale));
    let original = (!context.omits(Omitted::Original)).then(|| original(shown, scale));
    original
        .into_iter()
        .chain(panels)
        .map(|one| briefly(context, one))
        .collect()
}

/// A pane with nothing but its name and its error where numbers are left out.
fn briefly(context: &Context, mut element: Element) -> Element {
    if let Element::Heatmap(map) = &mut element
        && context.omits(Omitted::Numbers)
        && let (Some(first), true) = (map.headings.first(), map.headings.len() > 1)
    {
        // The error is the last line of a reconstruction; the original has a name there.
        let last = match map.block_color {
            Some(_) => map.headings.last(),
            None => map.headings.get(1),
        };
        map.headings = [Some(first), last].into_iter().flatten().cloned().collect();
    }
    element
}

/// The colours of the matrix and its reconstructions, and the ends of their scale.
fn scale(context: &Context, shown: &Approximation) -> (Colors, (f64, f64)) {
    let range = shown.range.unwrap_or_else(|| extremes(shown.matrix));
    Colors::of(context.colors, range)
}

/// Under the original the colours of signed values, which nobody knows by heart.
fn signed_scale(context: &Context, shown: &Approximation) -> Option<Element> {
    let (colors, range) = scale(context, shown);
    let bar = ScaleBar {
        range,
        colors,
        label: format!("entries of {} and Ŵ", shown.letter),
        missing: None,
        whole: false,
    };
    (colors == Colors::Diverging).then_some(Element::ScaleBar(bar))
}

/// A scale in the place under the original, beside what stands under the reconstructions; in a row of
/// its own where the original is left out.
fn with_scale(context: &Context, scale: Element, others: Vec<Element>) -> Vec<Vec<Element>> {
    if context.omits(Omitted::Original) {
        return vec![others, vec![scale]];
    }
    vec![std::iter::once(scale).chain(others).collect()]
}

/// Whether any method has chosen something from the data, which takes bits to tell.
pub fn tells_bits(evaluations: &[&Evaluation]) -> bool {
    evaluations.iter().any(|one| one.structure_bits > 0)
}

/// Table I for any settings: method, setting, parameters, share, error; with the structure `bits`.
pub fn comparison_table(theme: Theme, evaluations: &[&Evaluation], bits: bool) -> Table {
    let rows = evaluations.iter().map(|one| {
        let told = Cell::number(label::bits(one.structure_bits), one.structure_bits as f64);
        let parameters = [
            Cell::named(one.method().title(), one.method().key()),
            Cell::text(one.describe()),
            Cell::count(one.params),
            Cell::number(label::percent(one.share), one.share),
        ];
        let error = Cell::number(label::error(one.error), one.error);
        let told = bits.then_some(told);
        Row {
            color: Some(Look::method(one.method(), theme).color),
            cells: parameters.into_iter().chain([error]).chain(told).collect(),
        }
    });
    let columns = [
        Column::left("Method"),
        Column::left("Setting"),
        Column::right("Parameters").keyed("params"),
        Column::right("Share"),
    ];
    let told = bits.then(|| Column::right(BITS));
    Table {
        title: None,
        columns: columns
            .into_iter()
            .chain([Column::right("Error")])
            .chain(told)
            .collect(),
        rows: rows.collect(),
    }
}

/// The heading over [`label::bits`].
pub const BITS: &str = "Structure bits";

fn original(shown: &Approximation, (colors, range): (Colors, (f64, f64))) -> Element {
    let (rows, cols) = shown.matrix.shape();
    let mut headings = vec![
        Heading::name("Original", None),
        Heading::plain(shown.name),
        Heading::plain(format!("{rows} × {cols}")),
        Heading::plain(label::entries(
            rows * cols * if shown.channels.is_some() { 3 } else { 1 },
        )),
    ];
    if let Some(rank) = &shown.rank {
        headings.push(Heading::plain(format!("rank {rank}")));
    }
    Element::Heatmap(Heatmap {
        headings,
        channels: shown.channels.map(|all| Box::new(all.clone())),
        ..Heatmap::new(shown.matrix.clone(), range, colors)
    })
}

fn reconstruction(
    context: &Context,
    panel: &Panel,
    (colors, range): (Colors, (f64, f64)),
) -> Element {
    let one = panel.evaluation;
    let look = Look::method(one.method(), context.theme);
    let headings = vec![
        Heading::name(look.name, Some(look.color)),
        Heading::plain(one.describe()),
        Heading::plain(label::parameters(one.params)),
        Heading::plain(format!("{} of the entries", label::percent(one.share))),
        Heading::plain(format!("error {}", label::error(one.error))),
    ];
    Element::Heatmap(Heatmap {
        headings,
        blocks: block_lines(panel),
        row_classes: panel.layout.drawn().row_classes,
        block_color: Some(look.color),
        channels: panel.channels.map(|all| Box::new(all.clone())),
        ..Heatmap::new(panel.reconstruction.clone(), range, colors)
    })
}

/// What each method misses, and the scale of its colours.
struct Residuals {
    maps: Vec<DMatrix<f64>>,
    scale: ResidualScale,
}

impl Residuals {
    fn of(shown: &Approximation, gain: Gain) -> Self {
        let missed = |panel: &Panel<'_>| shown.matrix - panel.reconstruction;
        let maps: Vec<DMatrix<f64>> = shown.panels.iter().map(missed).collect();
        let panels = shown.panels.iter().zip(&maps);
        let largest = panels.map(|(panel, map)| (panel.evaluation, map.amax()));
        let largest: Vec<_> = largest.collect();
        let scale = ResidualScale::of((shown.letter, shown.matrix.amax()), &largest, gain);
        Self { maps, scale }
    }

    /// What is missed under each reconstruction, and its scale.
    fn elements(self, context: &Context, shown: &Approximation) -> (Element, Vec<Element>) {
        let bar = self.scale.bar();
        let maps = self.maps.into_iter().zip(&shown.panels);
        let maps = maps.map(|(map, panel)| {
            let method = panel.evaluation.method();
            Element::Heatmap(Heatmap {
                blocks: block_lines(panel),
                row_classes: panel.layout.drawn().row_classes,
                block_color: Some(Look::method(method, context.theme).color),
                ..Heatmap::new(map, bar.range, bar.colors)
            })
        });
        let maps = maps.collect();
        (Element::ScaleBar(bar), maps)
    }
}

/// The blocks' outlines, or those of the entries that are kept one by one.
fn block_lines(panel: &Panel) -> Vec<BlockLine> {
    let lines = panel.layout.drawn().outlines.into_iter();
    let lines = lines.map(|(rows, cols)| BlockLine { rows, cols });
    lines
        .chain(kept_entries(panel.layout, panel.reconstruction))
        .collect()
}

/// The entries that a layout keeps one by one, as outlines: what it does not keep is zero.
pub fn kept_entries(layout: &BlockLayout, reconstruction: &DMatrix<f64>) -> Vec<BlockLine> {
    let entries = |block: &Block| block.pieces() == Pieces::Entries;
    if !layout.blocks().iter().any(entries) {
        return Vec::new();
    }
    let rows = reconstruction.nrows();
    let kept = reconstruction.iter().enumerate();
    let kept = kept.filter(|(_, cell)| **cell != 0.0);
    let kept = kept.map(|(at, _)| (at % rows, at / rows));
    let lines = kept.map(|(row, col)| BlockLine {
        rows: row..row + 1,
        cols: col..col + 1,
    });
    let lines: Vec<BlockLine> = lines.collect();
    match lines.len() <= MOST_OUTLINED {
        true => lines,
        false => Vec::new(),
    }
}

/// More kept entries than this are seen without outlines.
const MOST_OUTLINED: usize = 4096;

/// The smallest and the largest finite value.
pub(super) fn extremes(matrix: &DMatrix<f64>) -> (f64, f64) {
    let finite = matrix.iter().copied().filter(|value| value.is_finite());
    finite
        .fold(None, |ends: Option<(f64, f64)>, value| {
            let (low, high) = ends.unwrap_or((value, value));
            Some((low.min(value), high.max(value)))
        })
        .unwrap_or((0.0, 1.0))
}

pub(super) fn describe(shown: &Approximation) -> String {
    let (rows, cols) = shown.matrix.shape();
    let panels = shown.panels.iter().map(|panel| {
        let one = panel.evaluation;
        format!(
            "; {}: {}, {}, error {}",
            one.method().title(),
            one.describe(),
            label::parameters(one.params),
            label::error(one.error)
        )
    });
    let panels: String = panels.collect();
    format!("{}, {rows} × {cols}{panels}", label::clean(shown.name))
}

//! The paper's Figure 1 with Table I under it.

use nalgebra::DMatrix;

use super::{Context, Look};
use crate::approx::{Block, BlockLayout, Evaluation, Pieces};
use crate::figure::palette::Theme;
use crate::figure::table::{Cell, Column, Row, Table};
use crate::figure::{
    BlockLine, Colors, Element, Figure, Heading, Heatmap, Omitted, ScaleBar, label,
};

/// A longer name is cut above its panel and stands whole in the notes.
const NAME_SHOWN: usize = 21;
/// Residuals below this share of the largest cell are rounding.
const ROUNDING: f64 = 1e-9;

/// A matrix and its approximations.
#[derive(Debug, Clone)]
pub struct Approximation<'a> {
    /// The matrix.
    pub matrix: &'a DMatrix<f64>,
    /// The name of the matrix.
    pub name: &'a str,
    /// Its numerical rank, where that is known.
    pub rank: Option<usize>,
    /// The values at the ends of the colour scale; the matrix's own extremes when absent.
    pub range: Option<(f64, f64)>,
    /// The approximations, from left to right.
    pub panels: Vec<Panel<'a>>,
    /// Adds a row of signed residuals W − Ŵ on one scale.
    pub error_maps: bool,
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
}

/// Original and reconstructions side by side, residuals below if asked for, the table beneath.
pub fn figure_one(context: &Context, shown: &Approximation) -> Figure {
    let pictures = pictures(context, shown);
    let mut figure = context.figure(
        Figure::PAGE,
        &format!("{} and its approximations", shown.name),
        describe(shown),
    );
    figure.rows.push(pictures);
    if shown.error_maps && !shown.panels.is_empty() {
        let (scale, maps) = residuals(context, shown);
        if context.omits(Omitted::Original) {
            figure.rows.extend([maps, vec![scale]]);
        } else {
            // The scale stands below the original, which misses nothing.
            figure
                .rows
                .push(std::iter::once(scale).chain(maps).collect());
        }
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
    let cut = cut_off(shown).then(|| format!("{}.", ResidualLimit::EXCEEDED));
    let notes: Vec<String> = name.into_iter().chain(sentences).chain(cut).collect();
    if !notes.is_empty() {
        figure.rows.push(vec![Element::Notes(notes)]);
    }
    figure
}

/// Original and reconstructions in a row.
pub(super) fn pictures(context: &Context, shown: &Approximation) -> Vec<Element> {
    let range = shown.range.unwrap_or_else(|| {
        let (low, high) = extremes(shown.matrix);
        let largest = low.abs().max(high.abs());
        match context.colors {
            Colors::Sequential(_) | Colors::Tint(_) => (low, high),
            // Zero must have the neutral colour.
            Colors::Diverging => (-largest, largest),
        }
    });
    let panels = shown.panels.iter();
    let panels = panels.map(|panel| reconstruction(context, panel, range));
    let original = (!context.omits(Omitted::Original)).then(|| original(context, shown, range));
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
            Cell::text(one.settings.describe()),
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

fn original(context: &Context, shown: &Approximation, range: (f64, f64)) -> Element {
    let (rows, cols) = shown.matrix.shape();
    let mut headings = vec![
        Heading::name("Original", None),
        Heading::plain(shown.name),
        Heading::plain(format!("{rows} × {cols}")),
        Heading::plain(label::entries(rows * cols)),
    ];
    if let Some(rank) = shown.rank {
        headings.push(Heading::plain(format!("rank {rank}")));
    }
    Element::Heatmap(Heatmap {
        headings,
        ..Heatmap::new(shown.matrix.clone(), range, context.colors)
    })
}

fn reconstruction(context: &Context, panel: &Panel, range: (f64, f64)) -> Element {
    let one = panel.evaluation;
    let look = Look::method(one.method(), context.theme);
    let headings = vec![
        Heading::name(look.name, Some(look.color)),
        Heading::plain(one.settings.describe()),
        Heading::plain(label::parameters(one.params)),
        Heading::plain(format!("{} of the entries", label::percent(one.share))),
        Heading::plain(format!("error {}", label::error(one.error))),
    ];
    Element::Heatmap(Heatmap {
        headings,
        blocks: block_lines(panel),
        row_classes: panel.layout.drawn().row_classes,
        block_color: Some(look.color),
        ..Heatmap::new(panel.reconstruction.clone(), range, context.colors)
    })
}

/// Whether the error maps, if there are any, have residuals beyond their colours.
fn cut_off(shown: &Approximation) -> bool {
    let missed = |panel: &Panel<'_>| shown.matrix - panel.reconstruction;
    let missed: Vec<DMatrix<f64>> = shown.panels.iter().map(missed).collect();
    shown.error_maps && limit_of(shown, &missed).exceeded
}

fn limit_of(shown: &Approximation, missed: &[DMatrix<f64>]) -> ResidualLimit {
    let panels = shown.panels.iter().zip(missed);
    let largest = panels.map(|(panel, map)| (panel.evaluation, map.amax()));
    residual_limit(shown.matrix.amax(), &largest.collect::<Vec<_>>())
}

/// What each reconstruction misses, and the scale of it.
fn residuals(context: &Context, shown: &Approximation) -> (Element, Vec<Element>) {
    let missed: Vec<DMatrix<f64>> = shown
        .panels
        .iter()
        .map(|panel| shown.matrix - panel.reconstruction)
        .collect();
    let limit = limit_of(shown, &missed).end;
    let range = (-limit, limit);
    let maps = missed.into_iter().zip(&shown.panels).map(|(map, panel)| {
        let method = panel.evaluation.method();
        Element::Heatmap(Heatmap {
            blocks: block_lines(panel),
            row_classes: panel.layout.drawn().row_classes,
            block_color: Some(Look::method(method, context.theme).color),
            ..Heatmap::new(map, range, Colors::Diverging)
        })
    });
    let scale = Element::ScaleBar(ScaleBar {
        range,
        colors: Colors::Diverging,
        label: "residual W − Ŵ".to_owned(),
    });
    (scale, maps.collect())
}

/// Where the one colour scale of residuals ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResidualLimit {
    /// The largest residual that has a colour of its own.
    pub end: f64,
    /// Whether a method has larger ones, which get the last colour.
    pub exceeded: bool,
}

impl ResidualLimit {
    /// What a reader of the colours must know.
    pub const EXCEEDED: &'static str = "Error maps: the colours end at the largest W − Ŵ of the \
        methods that reach every entry; larger ones have the last colour";
}

/// One colour scale for the residuals of all methods, so that equal colours are equal errors. It
/// ends at the largest residual of those whose blocks reach every entry, of all where none does: a
/// method that leaves entries out would make the others' residuals look like nothing. It never ends
/// within what rounding leaves, or an exact approximation would have the strongest colours.
pub fn residual_limit(largest_cell: f64, largest: &[(&Evaluation, f64)]) -> ResidualLimit {
    let least = ROUNDING * largest_cell;
    let whole = largest
        .iter()
        .filter(|(one, _)| one.out_of_reach <= REACHED);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let of_whole = most(&mut whole.map(|(_, value)| *value));
    let of_all = most(&mut largest.iter().map(|(_, value)| *value));
    // Beside exact methods the others are all that is to be seen.
    let end = if of_whole > least { of_whole } else { of_all };
    ResidualLimit {
        end: end.max(least),
        exceeded: of_all > end.max(least),
    }
}

/// An error out of reach that is rounding.
const REACHED: f64 = 1e-9;

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
            one.settings.describe(),
            label::parameters(one.params),
            label::error(one.error)
        )
    });
    let panels: String = panels.collect();
    format!("{}, {rows} × {cols}{panels}", label::clean(shown.name))
}

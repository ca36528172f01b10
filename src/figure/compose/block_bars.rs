//! The singular values of every block inside the block.

use super::spectra::above_threshold;
use super::{Context, Look, MethodSpectrum};
use crate::approx::{Block, BlockLayout, Evaluation};
use crate::figure::bars::{BlockBars, BlockSpectrum};
use crate::figure::palette::Theme;
use crate::figure::{Element, Figure, Heading, label};

/// Panels beside each other; more would be too small to read on a page.
const PER_ROW: usize = 5;

/// The scale ends at this part of the largest value: what is below it adds nothing that is seen.
const LOWEST: f64 = 1e-6;

/// The bars of several methods on one logarithmic scale.
#[derive(Debug, Clone, PartialEq)]
pub struct BarsOfMethods {
    /// A picture per method.
    pub methods: Vec<BlockBars>,
    /// The values at the lower and the upper edge of a block; `None` where all values are zero.
    pub range: Option<(f64, f64)>,
}

impl BarsOfMethods {
    /// The bars of methods with the ranks that they keep. Values below the numerical rank's
    /// threshold are left out.
    pub fn new(theme: Theme, methods: &[(MethodSpectrum<'_>, &Evaluation)]) -> Self {
        let spectra = methods.iter().map(|(one, _)| one);
        let values =
            spectra.flat_map(|one| above_threshold(one.spectra).into_iter().flatten().copied());
        let range = range(values);
        let bars = methods.iter().map(|(one, evaluation)| {
            let look = Look::method(one.settings.method(), theme);
            BlockBars {
                headings: headings(evaluation, &look),
                shape: one.spectra.layout.shape(),
                blocks: blocks(one, range),
                color: look.color,
            }
        });
        Self {
            methods: bars.collect(),
            range,
        }
    }

    /// What the heights of the bars are.
    pub fn note(&self) -> String {
        match self.range {
            None => "All singular values are zero".to_owned(),
            Some((low, high)) => format!(
                "Bars: σ of each block, logarithmic from {} at its lower edge to {} at its upper one; \
                 dropped ones are faint",
                label::short(low),
                label::short(high)
            ),
        }
    }
}

/// The methods side by side.
pub fn block_bars(context: &Context, methods: &[(MethodSpectrum<'_>, &Evaluation)]) -> Figure {
    let bars = BarsOfMethods::new(context.theme, methods);
    let note = format!("{}.", bars.note());
    let mut figure = context.figure(Figure::PAGE, "Singular values in the blocks", bars.note());
    let columns = bars.methods.len().clamp(1, PER_ROW);
    let elements: Vec<Element> = bars.methods.into_iter().map(Element::Bars).collect();
    for row in elements.chunks(columns) {
        let mut row = row.to_vec();
        row.resize(columns, Element::Blank);
        figure.rows.push(row);
    }
    figure.with_row(vec![Element::Notes(vec![note])])
}

fn headings(one: &Evaluation, look: &Look) -> Vec<Heading> {
    vec![
        Heading::name(&look.name, Some(look.color)),
        Heading::plain(one.describe()),
        Heading::plain(label::parameters(one.params)),
        Heading::plain(format!("error {}", label::error(one.error))),
    ]
}

/// A little below the smallest value and the largest one.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, 0.0f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    (high > 0.0).then(|| ((0.7 * low).max(LOWEST * high), high))
}

fn blocks(one: &MethodSpectrum<'_>, range: Option<(f64, f64)>) -> Vec<BlockSpectrum> {
    let layout = &one.spectra.layout;
    let (down, across) = grid_of(layout);
    let (rows, cols) = layout.shape();
    let height = |value: f64| {
        let (low, high) = range.unwrap_or((1.0, 1.0));
        let span = (high / low).ln();
        // One value alone fills its block.
        match span > 0.0 {
            true => ((value / low).ln() / span).clamp(0.0, 1.0),
            false => 1.0,
        }
    };
    let placed = layout.blocks().iter().map(|block| {
        block.outline().unwrap_or_else(|| {
            let cut =
                |place: usize, of: usize, side: usize| place * side / of..(place + 1) * side / of;
            (cut(block.i, down, rows), cut(block.j, across, cols))
        })
    });
    let values = above_threshold(one.spectra).into_iter().zip(one.ranks);
    placed
        .zip(values)
        .map(|((rows, cols), (sigma, rank))| BlockSpectrum {
            rows,
            cols,
            heights: sigma.iter().map(|value| height(*value)).collect(),
            kept: *rank,
        })
        .collect()
}

/// Rows and columns of the grid in which blocks that are no rectangles stand.
fn grid_of(layout: &BlockLayout) -> (usize, usize) {
    let most = |place: fn(&Block) -> usize| {
        let places = layout.blocks().iter().map(place);
        places.max().unwrap_or_default() + 1
    };
    (most(|block| block.i), most(|block| block.j))
}

//! Layouts of an adapter: the inputs, hidden units and rank of each part.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::network::Shape;
use crate::approx::Method;
use crate::approx::segment::segments;
use crate::figure::Marker;
use crate::figure::palette::Hue;

/// The layout of an adapter of the first layer (design of the four: paper, II.B to II.D, III.B).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// One part: all inputs to all hidden units.
    Lora,
    /// Input segment `i` to hidden segment `i`.
    Melora,
    /// Every input segment to every hidden segment (the paper's Eq. 2).
    LocalizedBlock,
    /// Every cell of a grid over the picture to all hidden units (the paper's III.B).
    LocalizedGrid,
}

impl Layout {
    /// All layouts, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::Lora,
        Self::Melora,
        Self::LocalizedBlock,
        Self::LocalizedGrid,
    ];

    /// The name in results and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Lora => "lora",
            Self::Melora => "melora",
            Self::LocalizedBlock => "localized_block",
            Self::LocalizedGrid => "localized_grid",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lora => Method::Lora.title(),
            Self::Melora => Method::Melora.title(),
            Self::LocalizedBlock => "Localized, weight blocks",
            Self::LocalizedGrid => "Localized, spatial grid",
        }
    }

    /// The method whose parts a layout has; none for cells of a picture.
    fn method(self) -> Option<Method> {
        match self {
            Self::Lora => Some(Method::Lora),
            Self::Melora => Some(Method::Melora),
            Self::LocalizedBlock => Some(Method::Localized),
            Self::LocalizedGrid => None,
        }
    }

    /// Its colour: that of its method.
    pub fn hue(self) -> Hue {
        self.method()
            .map_or(Hue::Orange, |method| method.definition().hue)
    }

    /// Its points in plots: those of its method.
    pub fn marker(self) -> Marker {
        self.method()
            .map_or(Marker::Diamond, |method| method.definition().marker)
    }

    /// The parts of an adapter of this layout, every one of `rank`; `segments` is N or K, and is
    /// not looked at for LoRA. Sides are cut as `numpy.array_split` cuts them.
    pub fn parts(self, shape: &Shape, count: usize, rank: usize) -> Vec<Part> {
        let part = |inputs: Vec<usize>, hidden: Range<usize>| Part {
            inputs,
            hidden,
            rank,
        };
        let all_hidden = 0..shape.hidden;
        match self {
            Self::Lora => vec![part((0..shape.inputs()).collect(), all_hidden)],
            Self::Melora => segments(shape.inputs(), count)
                .into_iter()
                .zip(segments(shape.hidden, count))
                .map(|(inputs, hidden)| part(inputs.collect(), hidden))
                .collect(),
            Self::LocalizedBlock => segments(shape.hidden, count)
                .into_iter()
                .flat_map(|hidden| {
                    segments(shape.inputs(), count)
                        .into_iter()
                        .map(move |inputs| part(inputs.collect(), hidden.clone()))
                })
                .collect(),
            Self::LocalizedGrid => segments(shape.rows, count)
                .into_iter()
                .flat_map(|rows| {
                    let all_hidden = all_hidden.clone();
                    segments(shape.cols, count)
                        .into_iter()
                        .map(move |cols| part(cell(shape, &rows, &cols), all_hidden.clone()))
                })
                .collect(),
        }
    }
}

/// The pixels of a cell, row by row.
fn cell(shape: &Shape, rows: &Range<usize>, cols: &Range<usize>) -> Vec<usize> {
    rows.clone()
        .flat_map(|row| cols.clone().map(move |col| row * shape.cols + col))
        .collect()
}

/// One low-rank piece `B A` of an adapter.
///
/// `A` has `rank` rows and a column per input, `B` a row per hidden unit and `rank` columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The inputs that it reads, in the order of `A`'s columns.
    pub inputs: Vec<usize>,
    /// The hidden units that it adds to.
    pub hidden: Range<usize>,
    /// Its rank.
    pub rank: usize,
}

impl Part {
    /// Numbers in both factors: `rank (inputs + hidden units)`.
    pub fn params(&self) -> usize {
        self.rank * (self.inputs.len() + self.hidden.len())
    }

    /// Whether the rank is below both sides, so that the part is of low rank at all.
    pub fn is_low_rank(&self) -> bool {
        self.rank < self.inputs.len().min(self.hidden.len())
    }
}

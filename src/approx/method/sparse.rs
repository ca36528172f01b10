//! The entries of largest magnitude, the baseline of every structure.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Role, Visibility, uniform_ranks,
};
use crate::approx::bits::to_tell;
use crate::approx::block::{Block, Pieces};
use crate::approx::choice::Choice;
use crate::approx::curve::{CurvePoint, uniform_curve};
use crate::approx::factor::Spectra;
use crate::approx::layout::{BlockLayout, BlockSize, LayoutError, LayoutKind, LayoutNumbers};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// Curves of more entries than this have the points that differ to the eye.
const MOST_POINTS: usize = 4096;

/// The `s` entries of largest magnitude, as SHiRA keeps some: one part, the matrix, in pieces of one
/// entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SparseSettings {
    /// Number `s` of entries.
    pub entries: usize,
    /// Whether the bits that tell the positions are charged to the budget.
    #[serde(skip)]
    pub charged: bool,
}

impl Default for SparseSettings {
    fn default() -> Self {
        Self {
            entries: 112,
            charged: false,
        }
    }
}

impl Defined for SparseSettings {
    const DEFINITION: Definition = Definition {
        key: "sparse",
        title: "Sparse",
        about: "The s entries of largest magnitude, everything else zero: the baseline, as in SHiRA. \
                Their positions are not among its parameters.",
        parameters: &[Parameter {
            key: "entries",
            flag: None,
            letter: "s",
            noun: "entries",
            role: Role::Rank,
            usual: ParameterDefault::Default,
        }],
        by_hand: None,
        price: None,
        shown: Visibility::Added,
        local: false,
        hue: Hue::Forest,
        marker: Marker::Plus,
        dash: Dash::SparseDots,
    };
}

impl Configured for SparseSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::own("sparse", [0; 4], whole, sizes)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.entries]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.entries, "s")
    }

    fn curve(&self, spectra: &Spectra) -> Vec<CurvePoint> {
        thinned(uniform_curve(spectra))
    }

    fn cost(&self, entries: usize, _: (usize, usize)) -> String {
        format!("s = {entries}")
    }

    fn charge(&mut self, charged: bool) {
        self.charged = charged;
    }

    fn charged(&self) -> bool {
        self.charged
    }

    fn structure_bits(&self, layout: &BlockLayout, ranks: &[usize]) -> usize {
        let (rows, cols) = layout.shape();
        ranks.iter().sum::<usize>() * to_tell(rows * cols)
    }

    fn bits_per_rank(&self, rows: usize, cols: usize) -> usize {
        to_tell(rows * cols)
    }
}

fn whole(rows: usize, cols: usize, _: LayoutNumbers) -> Result<Vec<Block>, LayoutError> {
    let matrix = Block::rectangle((0, 0), 0..rows, 0..cols);
    Ok(vec![matrix.in_pieces(Pieces::Entries)])
}

fn sizes(rows: usize, cols: usize, _: LayoutNumbers) -> Result<Vec<BlockSize>, LayoutError> {
    match rows.min(cols) {
        0 => Err(LayoutError::Empty { rows, cols }),
        _ => Ok(vec![BlockSize {
            rows,
            cols,
            count: 1,
            pieces: Pieces::Entries,
        }]),
    }
}

/// Every point of a short curve, and those of a long one that lie a thousandth apart.
fn thinned(points: Vec<CurvePoint>) -> Vec<CurvePoint> {
    if points.len() <= MOST_POINTS {
        return points;
    }
    let (mut next, last) = (0, points.len());
    let mut kept = |point: &CurvePoint| {
        let keep = point.rank >= next || point.rank == last;
        if keep {
            next = point.rank + 1 + point.rank / 1000;
        }
        keep
    };
    points.into_iter().filter(|point| kept(point)).collect()
}

//! The singular values of all blocks, as they are and in a unit for whatever is relative.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use serde::Serialize;

use super::decomposition::weights;
use super::householder::dot;
use super::memory::{self, SvdOutput};
use super::truncated::kept;
use super::values::{ScaledValues, unit_of};
use super::{
    FactorError, Factors, Keep, WORTH_TRUNCATING, check_finite, each_block, in_parts, largest_cell,
};
use crate::approx::block::Block;
use crate::approx::choice::Leaf;
use crate::approx::layout::{BlockLayout, LayoutError};
use crate::approx::metrics::{self, SumOfSquares};

/// The singular values of every block of a layout: all that errors, curves and ranks need.
#[derive(Clone, Debug)]
pub struct Spectra {
    /// The layout of the blocks.
    pub layout: BlockLayout,
    /// Singular values of each block, largest first, in the layout's order; of blocks in other
    /// pieces the norm of each.
    pub sigma: Vec<Vec<f64>>,
    /// ‖W‖ over the whole matrix; infinite where it is beyond the largest number.
    pub norm: f64,
    /// Norm of the cells that no block covers: out of reach at any rank.
    pub outside: f64,
    /// `sigma` before they were brought back to the size of the cells.
    values: Vec<ScaledValues>,
    relative: RelativeSquares,
}

/// What is known of spectra of which only the first σ were computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TruncatedSpectrum {
    /// The least number of σ that are known of a block.
    pub kept: usize,
    /// The largest distance of a known σ from an exact one, relative to it, as measured.
    pub bound: f64,
}

/// Squares in units of the matrix's largest cell (the power of two at or below it), in which none
/// overflows, and whatever counts beside that cell does not lose digits: a ratio of two of them is
/// right at any size of the cells.
#[derive(Clone, Copy, Debug)]
pub(in crate::approx) struct RelativeSquares {
    unit: f64,
    /// The cells of W.
    pub whole: SumOfSquares,
    /// The cells that no block covers.
    pub outside: SumOfSquares,
}

impl Spectra {
    /// The spectra alone, without singular vectors; small matrices on one thread, because surveys
    /// give every core a matrix of its own.
    ///
    /// # Errors
    /// See [`super::Factors::compute`].
    pub fn of(matrix: &DMatrix<f64>, layout: BlockLayout) -> Result<Self, FactorError> {
        check_finite(matrix)?;
        memory::ensure_free(matrix, &layout, SvdOutput::Values)?;
        let values = each_block(matrix, &layout, weights)?;
        Ok(Self::assemble(matrix, layout, values))
    }

    /// [`Spectra::of`] as far as it is asked for: truncated where that is sooner done
    /// ([`Factors::compute_first`]).
    ///
    /// # Errors
    /// See [`Factors::compute_first`].
    pub fn of_first(
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        keep: Keep,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, FactorError> {
        let mut blocks = layout.blocks().iter();
        let worth = matrix.len() >= WORTH_TRUNCATING
            && blocks.any(|block| kept(block.sides(), block.pieces(), keep).is_some());
        match worth {
            true => Ok(Factors::compute_first(matrix, layout, keep, keep_going)?.spectra),
            false => Self::of(matrix, layout),
        }
    }

    pub(super) fn assemble(
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        values: Vec<ScaledValues>,
    ) -> Self {
        let unit = unit_of(largest_cell(matrix));
        let relative = RelativeSquares {
            unit,
            whole: squares(matrix, unit),
            outside: outside(matrix, &layout, unit),
        };
        Self {
            sigma: values.iter().map(ScaledValues::plain).collect(),
            norm: relative.whole.root() * unit,
            outside: relative.outside.root() * unit,
            layout,
            values,
            relative,
        }
    }

    /// The spectra of some of the layout's blocks, of which no two overlap and which cover the matrix.
    #[must_use]
    pub fn of_leaves(&self, leaves: &[Leaf]) -> Self {
        let value = |leaf: &Leaf| {
            let values = &self.values[leaf.block];
            match leaf.whole {
                true => {
                    let all = values.scaled.iter().copied().chain([values.left_out()]);
                    ScaledValues::all(vec![SumOfSquares::of(all).root()], values.unit)
                }
                false => values.clone(),
            }
        };
        let values: Vec<ScaledValues> = leaves.iter().map(value).collect();
        Self {
            layout: self.layout.of_leaves(leaves),
            sigma: values.iter().map(ScaledValues::plain).collect(),
            norm: self.norm,
            outside: 0.0,
            values,
            relative: RelativeSquares {
                outside: SumOfSquares::new(),
                ..self.relative
            },
        }
    }

    /// The unit that relative values are in.
    pub(in crate::approx) fn unit(&self) -> f64 {
        self.relative.unit
    }

    /// Spectra by hand.
    #[cfg(test)]
    pub(in crate::approx) fn from_sigma(layout: BlockLayout, sigma: Vec<Vec<f64>>) -> Self {
        let relative = RelativeSquares {
            unit: 1.0,
            whole: SumOfSquares::of(sigma.iter().flatten().copied()),
            outside: SumOfSquares::new(),
        };
        let values = |scaled: &Vec<f64>| ScaledValues::all(scaled.clone(), 1.0);
        Self {
            layout,
            values: sigma.iter().map(values).collect(),
            sigma,
            norm: relative.whole.root(),
            outside: 0.0,
            relative,
        }
    }

    /// The squares that errors are taken from.
    pub(in crate::approx) fn relative(&self) -> RelativeSquares {
        self.relative
    }

    /// Each block's singular values in the same units as [`Self::relative`].
    pub(in crate::approx) fn relative_sigma(
        &self,
    ) -> impl Iterator<Item = impl Iterator<Item = f64> + '_> + '_ {
        self.values.iter().map(|values| {
            let factor = values.unit / self.relative.unit;
            values.scaled.iter().map(move |sigma| sigma * factor)
        })
    }

    /// The squares that stay when every σ is kept: outside of the blocks, and left out of truncated
    /// spectra.
    pub(in crate::approx) fn residual_of_all(&self) -> SumOfSquares {
        let mut residual = self.relative.outside;
        for values in &self.values {
            residual.add(values.left_out() * (values.unit / self.relative.unit));
        }
        residual
    }

    /// The number of σ of a block that are known: all, or the first ones.
    pub fn kept(&self, block: usize) -> usize {
        self.values[block].scaled.len()
    }

    /// Whether these ranks lie within what is known.
    ///
    /// # Errors
    /// [`LayoutError::Truncated`].
    pub(in crate::approx) fn ensure_known(&self, ranks: &[usize]) -> Result<(), LayoutError> {
        let mut kept = (0..ranks.len()).map(|block| self.kept(block)).zip(ranks);
        match kept.find(|(kept, rank)| kept < rank) {
            Some((kept, _)) => Err(LayoutError::Truncated { kept }),
            None => Ok(()),
        }
    }

    /// Whether only the first σ of a block are known.
    pub(in crate::approx) fn is_truncated(&self, block: usize) -> bool {
        self.values[block].rest.is_some()
    }

    /// What is known of the spectra where they are truncated.
    pub fn truncated(&self) -> Option<TruncatedSpectrum> {
        let rests = self.values.iter().filter_map(|values| {
            let rest = values.rest?;
            Some((values.scaled.len(), rest.bound))
        });
        let together = rests.reduce(|(a, x), (b, y)| (a.min(b), x.max(y)));
        together.map(|(kept, bound)| TruncatedSpectrum { kept, bound })
    }

    /// Normalized Frobenius error (III.A) at a rank for each block, by Eckart–Young from the dropped
    /// σ alone.
    pub fn error_at(&self, ranks: &[usize]) -> f64 {
        let dropped = self
            .relative_sigma()
            .zip(ranks)
            .flat_map(|(sigma, rank)| sigma.skip(*rank));
        let mut residual = self.residual_of_all();
        dropped.for_each(|sigma| residual.add(sigma));
        residual.error_of(&self.relative.whole)
    }

    /// Normalized error (III.A) of one block alone at a rank.
    pub fn block_error(&self, block: usize, rank: usize) -> f64 {
        let sigma = &self.values[block].scaled;
        let rest = self.values[block].left_out();
        let squares =
            |from: usize| SumOfSquares::of(sigma.iter().skip(from).copied().chain([rest]));
        squares(rank).error_of(&squares(0))
    }

    /// Numerical rank (III.A) of a block, of a truncated spectrum a lower bound; right also where its σ are too small to be told apart
    /// from rounding as they are.
    pub fn numerical_rank(&self, block: usize) -> usize {
        let (rows, cols) = self.layout.blocks()[block].sides();
        metrics::numerical_rank(&self.values[block].scaled, rows, cols)
    }
}

/// All cells, in units. No square is too large, and of many cells those too small do not count.
fn squares(matrix: &DMatrix<f64>, unit: f64) -> SumOfSquares {
    if matrix.len() < WORTH_TRUNCATING {
        return SumOfSquares::of(matrix.iter().map(|cell| cell / unit));
    }
    let norms = in_parts(matrix.as_slice(), |cells| {
        let scaled: Vec<f64> = cells.iter().map(|cell| cell / unit).collect();
        dot(&scaled, &scaled).sqrt()
    });
    SumOfSquares::of(norms.into_iter())
}

/// The cells in no block, in units; blocks that overlap are chosen from so that none is left out.
fn outside(matrix: &DMatrix<f64>, layout: &BlockLayout, unit: f64) -> SumOfSquares {
    if layout.kind().overlaps() {
        return SumOfSquares::new();
    }
    let covered: usize = layout.blocks().iter().map(Block::entries).sum();
    if covered == matrix.len() {
        return SumOfSquares::new();
    }
    let mut rest = matrix.clone();
    layout
        .blocks()
        .iter()
        .for_each(|block| block.clear(&mut rest));
    squares(&rest, unit)
}

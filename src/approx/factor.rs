//! The only SVD of the program: reflections and QR of its own for small blocks, faer for large
//! ones, each where the other fails; block Lanczos where only the first triplets of a large block
//! are asked for.
//!
//! `nalgebra` 0.35 can return wrong singular values without any sign (dimforge/nalgebra#1172), and
//! right ones only to 1e-12. No result leaves this module unchecked. With vectors: σ sorted and finite, U and V orthonormal
//! and UΣVᵀ = W, all to rounding, well within the test ratios of LAPACK. Without vectors: as many
//! σ below every threshold as there must be, to rounding too.

mod band;
mod basis;
mod bidiagonal;
mod check;
mod decomposition;
mod first_view;
mod householder;
mod kernels;
#[cfg(test)]
mod known;
mod lanczos;
mod leading;
mod memory;
mod one_sided;
mod packed;
mod panels;
mod product;
mod schedule;
mod short_side;
mod spectra;
mod squares;
mod svd;
mod tall;
mod tridiagonal;
mod truncated;
mod values;
mod view;

use std::ops::ControlFlow;

use faer::Par;
use nalgebra::DMatrix;
use rayon::prelude::*;
use serde::Serialize;
use thiserror::Error;

use super::block::{Block, Pieces};
use super::choice::Leaf;
use super::layout::{BlockLayout, LayoutError};
use super::metrics::largest;
use crate::memory::Shortage;

pub use decomposition::Decomposition;
pub use first_view::FirstView;
use memory::SvdOutput;
pub(super) use product::multiplied_out;
pub use spectra::{Spectra, TruncatedSpectrum};
pub use svd::{factorize, singular_values};
use values::ScaledValues;

/// Layouts with fewer entries than this are not worth a second thread.
const WORTH_THREADS: usize = 128 * 128;

/// Smaller matrices are factorized whole: all of their spectrum is there soon enough.
const WORTH_TRUNCATING: usize = 2048 * 2048;

/// Cells of a large matrix that a thread looks at at once.
const PART: usize = 1 << 16;

/// The library that gave a factorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// This program's own reflections and QR iteration, verified.
    Reflections,
    /// faer's `svd`, verified.
    Faer,
    /// This program's own block Lanczos iterations for the first triplets, verified.
    Lanczos,
}

/// The singular triplets of each block that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All of them.
    All,
    /// The first ones at least; of large blocks no more than these are computed.
    First(usize),
}

impl Keep {
    /// As many as both ask for.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::First(one), Self::First(other)) => Self::First(one.max(other)),
            (Self::All, _) | (_, Self::All) => Self::All,
        }
    }
}

/// Why a matrix could not be factorized.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FactorError {
    /// The layout does not fit.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A cell that is not a number or not finite; counted from zero.
    #[error("every cell must be a finite number; row {}, column {} (counted from 1) is {value}",
        row + 1,
        col + 1)]
    NotFinite {
        /// Row of the cell.
        row: usize,
        /// Column of the cell.
        col: usize,
        /// The value of the cell.
        value: f64,
    },
    /// No library gave a factorization that passes the check.
    #[error(
        "no factorization of a {rows} × {cols} block passed its checks; scale or round its cells"
    )]
    Unverified {
        /// Rows of the block.
        rows: usize,
        /// Columns of the block.
        cols: usize,
    },
    /// The factorization needs more memory than there is.
    #[error(
        "factorizing {rows} × {cols} numbers {shortage}; {}",
        shortage.remedy("crop or resize the matrix")
    )]
    Memory {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
        /// The memory needed, and the memory free.
        shortage: Shortage,
    },
    /// The caller's callback answered *stop*.
    #[error("stopped")]
    Stopped,
}

/// A thin singular value decomposition `U Σ Vᵀ` of a `p × q` block, `s = min(p, q)`; or the first
/// `s` triplets of it.
#[derive(Clone, Debug)]
pub struct Factorization {
    /// Left singular vectors, `p × s`.
    pub u: DMatrix<f64>,
    /// Singular values, largest first.
    pub sigma: Vec<f64>,
    /// Right singular vectors, transposed, `s × q`.
    pub v_t: DMatrix<f64>,
    /// Who computed it.
    pub backend: Backend,
    /// `sigma` before they were brought back to the size of the cells.
    values: ScaledValues,
}

/// All blocks of one layout, factorized once; every rank follows by truncation.
#[derive(Clone, Debug)]
pub struct Factors {
    /// Layout, singular values and norms.
    pub spectra: Spectra,
    /// The pieces of each block, in the layout's order.
    pub blocks: Vec<Decomposition>,
}

impl Factors {
    /// Factorizes every block of `layout` in parallel. Cost: Σ O(p q min(p, q)).
    ///
    /// # Errors
    /// A cell that is not finite, memory that cannot be had, a block without verified factorization,
    /// or *stop* from `keep_going`, which is asked before each block.
    pub fn compute(
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, FactorError> {
        Self::compute_first(matrix, layout, Keep::All, keep_going)
    }

    /// [`Factors::compute`] of the triplets that are asked for: of a large block the first ones are
    /// computed alone where that is sooner done. Its spectrum is then truncated
    /// ([`Spectra::truncated`]): σ to 10⁻⁶, and every error as exact as they are.
    ///
    /// # Errors
    /// See [`Factors::compute`].
    pub fn compute_first(
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        keep: Keep,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, FactorError> {
        check_finite(matrix)?;
        let keep = match matrix.len() < WORTH_TRUNCATING {
            true => Keep::All,
            false => keep,
        };
        let wanted = SvdOutput::Vectors(keep);
        memory::ensure_free(matrix, &layout, wanted)?;
        let blocks = each_block(matrix, &layout, |cells, pieces, threads| {
            if keep_going().is_break() {
                return Err(FactorError::Stopped);
            }
            match truncated::first(cells, pieces, keep, threads, keep_going)? {
                Some(found) => Ok(Decomposition::Triplets(found)),
                None if keep == Keep::All => Decomposition::of(cells, pieces, threads),
                None => {
                    memory::ensure_free(matrix, &layout, SvdOutput::Vectors(Keep::All))?;
                    Decomposition::of(cells, pieces, threads)
                }
            }
        })?;
        let values = blocks.iter().map(|block| block.values().clone()).collect();
        Ok(Self {
            spectra: Spectra::assemble(matrix, layout, values),
            blocks,
        })
    }

    /// [`Factors::compute`] without a way to stop.
    ///
    /// # Errors
    /// See [`Factors::compute`].
    pub fn of(matrix: &DMatrix<f64>, layout: BlockLayout) -> Result<Self, FactorError> {
        Self::compute(matrix, layout, &|| ControlFlow::Continue(()))
    }

    /// The layout of the blocks.
    pub fn layout(&self) -> &BlockLayout {
        &self.spectra.layout
    }

    /// Whether all triplets that are asked for are there.
    pub fn holds(&self, keep: Keep) -> bool {
        self.spectra
            .layout
            .blocks()
            .iter()
            .enumerate()
            .all(|(at, block)| {
                let kept = self.spectra.kept(at);
                kept == block.max_rank() || matches!(keep, Keep::First(wanted) if wanted <= kept)
            })
    }

    /// The numbers of blocks that were factorized here and by faer.
    pub fn backends(&self) -> (usize, usize) {
        let backends = self.blocks.iter().filter_map(Decomposition::backend);
        let by = |wanted: Backend| backends.clone().filter(|one| *one == wanted).count();
        (
            by(Backend::Reflections) + by(Backend::Lanczos),
            by(Backend::Faer),
        )
    }

    /// The factors of some of the layout's blocks, of which no two overlap and which cover `matrix`.
    #[must_use]
    pub fn of_leaves(&self, matrix: &DMatrix<f64>, leaves: &[Leaf]) -> Self {
        let piece = |leaf: &Leaf| match leaf.whole {
            true => Decomposition::whole(self.layout().blocks()[leaf.block].cells(matrix)),
            false => self.blocks[leaf.block].clone(),
        };
        Self {
            spectra: self.spectra.of_leaves(leaves),
            blocks: leaves.iter().map(piece).collect(),
        }
    }
}

/// `work` on every block, in the layout's order. Threads go where they help: to the blocks when
/// there are as many as threads, inside a block when there are fewer, nowhere for small matrices.
fn each_block<T: Send>(
    matrix: &DMatrix<f64>,
    layout: &BlockLayout,
    work: impl Fn(&DMatrix<f64>, Pieces, Par) -> Result<T, FactorError> + Sync,
) -> Result<Vec<T>, FactorError> {
    let blocks = layout.blocks();
    let on = |block: &Block, par: Par| {
        if block.outline() == Some((0..matrix.nrows(), 0..matrix.ncols())) {
            return work(matrix, block.pieces(), par);
        }
        work(&block.cells(matrix), block.pieces(), par)
    };
    if matrix.len() < WORTH_THREADS {
        blocks.iter().map(|block| on(block, Par::Seq)).collect()
    } else if blocks.len() < rayon::current_num_threads() {
        blocks
            .iter()
            .map(|block| on(block, Par::rayon(0)))
            .collect()
    } else {
        blocks.par_iter().map(|block| on(block, Par::Seq)).collect()
    }
}

/// A number of each part of the cells, on all threads where there are many.
fn in_parts<T: Send>(cells: &[f64], of_part: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
    match cells.len() < WORTH_TRUNCATING {
        true => vec![of_part(cells)],
        false => cells.par_chunks(PART).map(&of_part).collect(),
    }
}

/// The largest magnitude of finite cells.
fn largest_cell(matrix: &DMatrix<f64>) -> f64 {
    let parts = in_parts(matrix.as_slice(), largest);
    parts.into_iter().fold(0.0, f64::max)
}

fn check_finite(matrix: &DMatrix<f64>) -> Result<(), FactorError> {
    // Without a way out in the middle, which makes it fast; where is only asked when it matters.
    let finite = in_parts(matrix.as_slice(), |cells| {
        cells
            .iter()
            .fold(true, |all, value| all & value.is_finite())
    });
    if finite.into_iter().all(|finite| finite) {
        return Ok(());
    }
    let Some(at) = matrix.iter().position(|value| !value.is_finite()) else {
        return Ok(());
    };
    let (row, col) = (at % matrix.nrows(), at / matrix.nrows());
    Err(FactorError::NotFinite {
        row,
        col,
        value: matrix[at],
    })
}

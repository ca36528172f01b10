//! The memory that factorizations take, asked for before they begin.

use faer::Par;
use nalgebra::DMatrix;

use super::{FactorError, Keep, svd, truncated};
use crate::approx::block::{Block, Pieces};
use crate::approx::layout::BlockLayout;
use crate::memory;

/// Beside what is counted: what allocators lose.
const SLACK: f64 = 1.25;

/// The results that a factorization is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SvdOutput {
    Vectors(Keep),
    Values,
}

/// Columns of a truncated factorization's bases, in triplets that it keeps.
const BASIS: usize = 20;

impl SvdOutput {
    fn keep(self) -> Keep {
        match self {
            Self::Vectors(keep) => keep,
            Self::Values => Keep::All,
        }
    }
}

/// Whether the factorizations of a layout's blocks can be had.
///
/// # Errors
/// [`FactorError::Memory`].
pub(super) fn ensure_free(
    matrix: &DMatrix<f64>,
    layout: &BlockLayout,
    wanted: SvdOutput,
) -> Result<(), FactorError> {
    let blocks = || layout.blocks().iter();
    let kept: f64 = blocks().map(|block| result(block, wanted)).sum();
    let at_once = rayon::current_num_threads().min(layout.blocks().len());
    let largest = blocks()
        .map(|block| work(block, wanted))
        .fold(0.0, f64::max);
    let needed = SLACK * (kept + largest * at_once as f64);
    // faer's products keep, for each thread, the caller's too, as much as two last caches, mostly
    // untouched.
    let threads = rayon::current_num_threads() as u64 + 1;
    let reserved = 2 * memory::last_cache() * threads;
    memory::ensure_free_with(needed as u64, reserved).map_err(|shortage| FactorError::Memory {
        rows: matrix.nrows(),
        cols: matrix.ncols(),
        shortage,
    })
}

/// Bytes of the matrices of these sizes; a product of sides may be more than a number of items can
/// be.
fn numbers(sizes: &[(usize, usize)]) -> f64 {
    let cells = sizes.iter().map(|&(rows, cols)| rows as f64 * cols as f64);
    cells.sum::<f64>() * size_of::<f64>() as f64
}

/// The bytes that stay of a block.
fn result(block: &Block, wanted: SvdOutput) -> f64 {
    let ((rows, cols), most) = (block.sides(), block.max_rank());
    if let Some(keep) = truncated::kept(block.sides(), block.pieces(), wanted.keep()) {
        return numbers(&[(rows, keep), (keep, cols)]);
    }
    match (block.pieces(), wanted) {
        (_, SvdOutput::Values) => numbers(&[(most, 2)]),
        (Pieces::Triplets, _) => numbers(&[(rows, most), (most, cols), (most, 2)]),
        (Pieces::Entries, _) => numbers(&[(most, 4)]),
        (Pieces::Whole, _) => numbers(&[(rows, cols)]),
    }
}

/// The bytes in use while a block is factorized: its cells, their scaled and turned copy, then either
/// the library's own or what the check multiplies out.
fn work(block: &Block, wanted: SvdOutput) -> f64 {
    let (rows, cols) = block.sides();
    if block.pieces() != Pieces::Triplets {
        // The cells, and their order.
        return numbers(&[(rows, cols), (rows, cols)]);
    }
    let (tall, rank) = (rows.max(cols), rows.min(cols));
    if let Some(keep) = truncated::kept((rows, cols), block.pieces(), wanted.keep()) {
        let columns = (BASIS * keep).min(rank);
        // Its cells, and packed.
        return numbers(&[
            (rows, cols),
            (rows, cols),
            (rows + cols, columns),
            (columns, columns),
            (columns, columns),
        ]);
    }
    let cells = (tall, rank);
    let library = svd::scratch_bytes(tall, rank, wanted != SvdOutput::Values, Par::rayon(0));
    match wanted {
        SvdOutput::Vectors(_) => {
            let check = numbers(&[cells, cells]);
            numbers(&[cells, cells, cells, (rank, rank)]) + check.max(library)
        }
        SvdOutput::Values => numbers(&[cells, cells, cells]) + library,
    }
}

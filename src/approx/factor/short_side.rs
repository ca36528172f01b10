//! The first triplets of a block from the product of its shorter side with itself: at once where that
//! side is short, and the way out where the iterations are too slow.

use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, Par};
use nalgebra::DMatrix;

use super::leading::Leading;
use super::packed::Packed;
use super::squares::{first_of_squares, from_subspace};
use super::view::{view, view_mut};

/// A side is short up to this length, where the other is this many times as long.
const SHORT: usize = 512;
const TIMES: usize = 4;

/// Rows or columns along the long side that are there at once.
const STRIP: usize = 512;

/// Whether a block is so much longer on one side than on the other that its square takes least time.
pub(super) fn is_long((rows, cols): (usize, usize)) -> bool {
    let (short, long) = (rows.min(cols), rows.max(cols));
    short <= SHORT && long >= TIMES * short
}

/// The bytes that [`from_square`] takes: the square and its making.
pub(super) fn square_bytes((rows, cols): (usize, usize)) -> u64 {
    let short = rows.min(cols) as u64;
    2 * short * short * size_of::<f64>() as u64
}

/// All σ of a block, as far as squares tell them, and its first `keep` triplets, not yet checked; nothing
/// where squares leave too few digits of the last of those. `packed`: the block in its unit. Cost: half
/// a product of the block with itself, and the eigenvalues of a matrix as large as its shorter side.
pub(super) fn from_square(
    (block, unit): (&DMatrix<f64>, f64),
    packed: &Packed,
    keep: usize,
    par: Par,
) -> Option<(Vec<f64>, Leading)> {
    let (rows, cols) = block.shape();
    let (short, long) = (rows.min(cols), rows.max(cols));
    let mut square = DMatrix::zeros(short, short);
    for from in (0..long).step_by(STRIP) {
        let count = STRIP.min(long - from);
        let strip = match rows > cols {
            true => block.rows(from, count) / unit,
            false => block.columns(from, count) / unit,
        };
        let strip = match rows > cols {
            true => view(&strip).transpose(),
            false => view(&strip),
        };
        matmul(
            view_mut(&mut square),
            BlockStructure::TriangularLower,
            Accum::Add,
            strip,
            BlockStructure::Rectangular,
            strip.transpose(),
            BlockStructure::Rectangular,
            1.0,
            par,
        );
    }
    let (sigma, vectors) = first_of_squares(square, keep)?;
    Some((sigma, from_subspace(packed, &vectors, par)?))
}

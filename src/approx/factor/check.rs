//! The checks that a factorization must pass before it leaves the module.
//!
//! LAPACK's own tests (its Working Note 41) ask three ratios to stay under 30, with n the larger
//! side: ‖W − UΣVᵀ‖ / (n ε ‖W‖), ‖I − UᵀU‖ / (n ε) and ‖I − VᵀV‖ / (n ε). Here they are taken in
//! the Frobenius norm, with σ₁ for ‖W‖, which makes none of them smaller. They alone would leave a
//! singular value 60 n ε σ₁ of room, so σ are held to [`APART`] besides.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

use super::householder::dot;
use super::view::view;
use crate::approx::metrics::norm;

/// LAPACK's limit for each ratio.
const RATIO: f64 = 30.0;

/// The largest distance of a singular value from the exact one, in n ε σ₁: with numpy's own error
/// added, that is less than 5.
pub(super) const APART: f64 = 4.0;

/// Thresholds that are counted at once, to fill vector registers.
const LANES: usize = 8;

/// A divisor that is not zero; beside its neighbours, at least ε², no one sees the difference.
const SMALLEST_DIVISOR: f64 = 1e-150;

/// n ε, n the larger side.
#[inline(always)]
fn unit(block: &DMatrix<f64>) -> f64 {
    block.nrows().max(block.ncols()) as f64 * f64::EPSILON
}

/// The three ratios of a factorization.
pub(super) struct Ratios {
    residual: f64,
    left: f64,
    right: f64,
}

impl Ratios {
    /// Of `U Σ Vᵀ` for a block whose largest cell is near one. Cost: three products.
    pub fn of(
        block: &DMatrix<f64>,
        (u, sigma, v): (&DMatrix<f64>, &[f64], &DMatrix<f64>),
        par: Par,
    ) -> Self {
        let mut scaled = u.clone();
        for (mut column, sigma) in scaled.column_iter_mut().zip(sigma) {
            column *= *sigma;
        }
        let residual = less_product(block.clone(), view(&scaled), view(v).transpose(), par);
        let largest = sigma.first().copied().unwrap_or_default();
        let unit = unit(block);
        Self {
            residual: length(&residual) / (unit * largest),
            left: off_identity(u, par) / unit,
            right: off_identity(v, par) / unit,
        }
    }

    /// Whether each is under LAPACK's limit.
    pub fn meet_lapacks(&self) -> bool {
        [self.residual, self.left, self.right]
            .iter()
            .all(|ratio| *ratio < RATIO)
    }

    /// Whether they prove every σ: a matrix that near to W has them exactly, and by Weyl's
    /// inequality the exact ones of W lie no farther away.
    pub fn prove_sigma(&self) -> bool {
        self.residual + (self.left + self.right) / 2.0 <= APART
    }
}

/// σ finite, not negative, largest first.
#[inline(always)]
pub(super) fn is_sorted(sigma: &[f64]) -> bool {
    sigma.windows(2).all(|pair| pair[0] >= pair[1])
        && sigma.iter().all(|s| s.is_finite() && *s >= 0.0)
}

/// Whether `q`'s columns are orthonormal by LAPACK's limit, `n` ε given.
pub(super) fn orthonormal(q: &DMatrix<f64>, unit: f64, par: Par) -> bool {
    off_identity(q, par) / unit < RATIO
}

/// ‖I − QᵀQ‖.
fn off_identity(q: &DMatrix<f64>, par: Par) -> f64 {
    let identity = DMatrix::identity(q.ncols(), q.ncols());
    length(&less_product(identity, view(q).transpose(), view(q), par))
}

/// The Frobenius norm of cells whose squares neither over- nor underflow, to rounding of the larger
/// side: column by column, since a single sum of equal squares rounds the same way each time.
#[inline(always)]
fn length(cells: &DMatrix<f64>) -> f64 {
    let mut squared = 0.0;
    for column in cells.as_slice().chunks(cells.nrows().max(1)) {
        squared += dot(column, column);
    }
    squared.sqrt()
}

/// `matrix − left · right`.
fn less_product(
    mut matrix: DMatrix<f64>,
    left: MatRef<'_, f64>,
    right: MatRef<'_, f64>,
    par: Par,
) -> DMatrix<f64> {
    let (rows, cols) = matrix.shape();
    let target = MatMut::from_column_major_slice_mut(matrix.as_mut_slice(), rows, cols);
    matmul(target, Accum::Add, left, right, -1.0, par);
    matrix
}

/// Whether `sigma` are the singular values of the upper bidiagonal matrix with this diagonal and
/// what stands above it, each within half of [`APART`], and whether that matrix has the norm of a `block`
/// whose largest cell is near one. The first by counting how many lie below thresholds on both
/// sides of each (Sturm, Golub and Van Loan 8.4): what an iteration may have left or lost is seen
/// without vectors. Cost: O(n²) at most.
#[inline(always)]
pub(super) fn are_singular_values(
    block: &DMatrix<f64>,
    diagonal: &[f64],
    above: &[f64],
    sigma: &[f64],
) -> bool {
    let near = APART / 2.0 * unit(block);
    let largest = sigma.first().copied().unwrap_or_default();
    let entries = norm(diagonal.iter().chain(above).copied());
    is_sorted(sigma)
        && (entries / length(block) - 1.0).abs() <= near
        && counts_agree(diagonal, above, sigma, near * largest)
}

/// Whether as many singular values as of `sigma` lie below each edge of the intervals of `near`
/// around them, where those do not overlap.
#[inline(always)]
fn counts_agree(diagonal: &[f64], above: &[f64], sigma: &[f64], near: f64) -> bool {
    let edges = edges(sigma, near);
    let square = |entries: &[f64]| -> Vec<f64> { entries.iter().map(|x| x * x).collect() };
    let (diagonal, mut above) = (square(diagonal), square(above));
    // The last row has nothing above and to the right of it.
    above.push(0.0);
    edges.chunks(LANES).all(|chunk| {
        let mut thresholds = [0.0; LANES];
        for (threshold, (edge, _)) in thresholds.iter_mut().zip(chunk) {
            *threshold = edge * edge;
        }
        let counts = counts_below(&diagonal, &above, &thresholds);
        chunk
            .iter()
            .zip(counts)
            .all(|((_, expected), count)| *expected == count)
    })
}

/// Thresholds between groups of σ that `near` cannot tell apart, one on either side of each group,
/// with how many σ lie below.
#[inline(always)]
fn edges(sigma: &[f64], near: f64) -> Vec<(f64, usize)> {
    let mut edges = Vec::with_capacity(2 * sigma.len());
    let mut above = 0;
    while above < sigma.len() {
        let mut last = above;
        while last + 1 < sigma.len() && sigma[last] - sigma[last + 1] <= 2.0 * near {
            last += 1;
        }
        edges.push((sigma[above] + near, sigma.len() - above));
        if sigma[last] > near {
            edges.push((sigma[last] - near, sigma.len() - last - 1));
        }
        above = last + 1;
    }
    edges
}

/// The number of eigenvalues of BᵀB below each threshold: the negative pivots of its `L D Lᵀ` after
/// the threshold is taken off the diagonal, by the stationary quotient-difference recurrence.
/// `diagonal` and `above` are squared, of equal length.
#[inline(always)]
fn counts_below(diagonal: &[f64], above: &[f64], thresholds: &[f64; LANES]) -> [usize; LANES] {
    let mut counts = [0.0; LANES];
    let mut rest = thresholds.map(|threshold| -threshold);
    for (d, e) in diagonal.iter().zip(above) {
        for ((rest, count), threshold) in rest.iter_mut().zip(&mut counts).zip(thresholds) {
            let mut pivot = d + *rest;
            if pivot.abs() < SMALLEST_DIVISOR {
                pivot = -SMALLEST_DIVISOR;
            }
            *count += if pivot < 0.0 { 1.0 } else { 0.0 };
            *rest = e * (*rest / pivot) - threshold;
        }
    }
    counts.map(|count| count as usize)
}

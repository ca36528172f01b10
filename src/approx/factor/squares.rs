//! The first σ of a matrix from its product with its own transpose, which takes a part of the time
//! where digits suffice.

use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use nalgebra::DMatrix;

use super::view::{view, view_mut};

/// Squares of σ are told apart down to this part of the largest.
const SQUARED: f64 = 1e-7;

/// The first `keep` σ and left singular vectors of a square matrix B, given the lower half of B Bᵀ;
/// nothing where squares leave too few digits of the last one.
pub(super) fn first_of_squares(
    squared: &DMatrix<f64>,
    keep: usize,
) -> Option<(Vec<f64>, DMatrix<f64>)> {
    let len = squared.nrows();
    let (mut values, mut vectors) = (vec![0.0; len], DMatrix::zeros(len, len));
    let too = ComputeEigenvectors::Yes;
    let scratch = self_adjoint_evd_scratch::<f64>(len, too, Par::Seq, Default::default());
    self_adjoint_evd(
        view(squared),
        DiagMut::from_slice_mut(&mut values),
        Some(view_mut(&mut vectors)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    // The largest come last.
    let values: Vec<f64> = values.into_iter().rev().take(keep).collect();
    let (first, last) = (*values.first()?, *values.last()?);
    let order: Vec<usize> = (0..keep).map(|at| len - 1 - at).collect();
    (last > SQUARED * first).then(|| {
        let sigma = values.iter().map(|value| value.sqrt()).collect();
        (sigma, vectors.select_columns(&order))
    })
}

//! The first σ of a matrix from its product with its own transpose, which takes a part of the time
//! where digits suffice.

use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::evd::tridiag::{tridiag_in_place, tridiag_in_place_scratch};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch as apply_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::recommended_block_size;
use faer::{Conj, Par};
use nalgebra::DMatrix;

use super::leading::Leading;
use super::packed::Packed;
use super::tall::{of_tall, product};
use super::tridiagonal::Tridiagonal;
use super::view::{view, view_mut};

/// Squares of σ are told apart down to this part of the largest.
const SQUARED: f64 = 1e-7;

/// σ of a matrix B with few rows, largest first, and its first `keep` left singular vectors, given the
/// lower half of B Bᵀ; nothing where squares leave too few digits of the last of those. Of the σ after
/// them digits are missing: none of them is further off than √ε of the largest.
pub(super) fn first_of_squares(
    squared: DMatrix<f64>,
    keep: usize,
) -> Option<(Vec<f64>, DMatrix<f64>)> {
    let (values, vectors) = first_eigenpairs(squared, keep)?;
    let last = *values.get(keep.checked_sub(1)?)?;
    let sigma = || values.iter().map(|value| value.max(0.0).sqrt()).collect();
    (last > SQUARED * values[0]).then(|| (sigma(), vectors))
}

/// All eigenvalues of a symmetric matrix, given its lower half, largest first, and vectors to the `keep`
/// first of them: faer's reduction to a tridiagonal matrix, with its reflections applied to those
/// vectors alone. On one thread, since on several its last digits depend on their number.
fn first_eigenpairs(mut matrix: DMatrix<f64>, keep: usize) -> Option<(Vec<f64>, DMatrix<f64>)> {
    let len = matrix.nrows();
    let block = recommended_block_size::<f64>(len, len);
    let mut reflections = DMatrix::zeros(block, len.checked_sub(1)?);
    let request = StackReq::any_of(&[
        tridiag_in_place_scratch::<f64>(len, Par::Seq, Default::default()),
        apply_scratch::<f64>(len - 1, block, keep),
    ]);
    let mut scratch = MemBuffer::new(request);
    let stack = MemStack::new(&mut scratch);
    tridiag_in_place(
        view_mut(&mut matrix),
        view_mut(&mut reflections),
        Par::Seq,
        stack,
        Default::default(),
    );
    let reduced = Tridiagonal {
        diagonal: (0..len).map(|at| matrix[(at, at)]).collect(),
        beside: (1..len).map(|at| matrix[(at, at - 1)]).collect(),
    };
    let values = reduced.values()?;
    let mut vectors = reduced.vectors(values.get(..keep)?);
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        view(&matrix).submatrix(1, 0, len - 1, len - 1),
        view(&reflections),
        Conj::No,
        view_mut(&mut vectors).subrows_mut(1, len - 1),
        Par::Seq,
        stack,
    );
    Some((values, vectors))
}

/// The triplets of a block in a subspace of its shorter side, given an orthonormal basis near to the
/// first vectors there: what squares have lost comes back from the block itself.
pub(super) fn from_subspace(block: &Packed, basis: &DMatrix<f64>, par: Par) -> Option<Leading> {
    let found = of_tall(&block.long_times(view(basis), par), par)?;
    let turned = product(view(basis), view(&found.v), par);
    let (u, v) = match block.is_turned() {
        true => (turned, found.u),
        false => (found.u, turned),
    };
    Some(Leading {
        u,
        sigma: found.sigma,
        v,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eigenpairs_are_the_first_ones_of_the_matrix() {
        for (side, keep) in [(1, 1), (2, 1), (3, 3), (40, 7), (300, 20)] {
            let half = DMatrix::from_fn(side, side, |i, j| ((i * 7 + j * 3) as f64 * 0.7548).sin());
            let matrix = &half + half.transpose();
            let (values, vectors) = first_eigenpairs(matrix.lower_triangle(), keep).expect("found");
            assert_eq!((values.len(), vectors.shape()), (side, (side, keep)));
            let mut all: Vec<f64> = matrix.symmetric_eigenvalues().iter().copied().collect();
            all.sort_by(|one, other| other.total_cmp(one));
            let size = matrix.norm();
            for (found, exact) in values.iter().zip(&all) {
                assert!((found - exact).abs() <= 1e-13 * size, "{found} for {exact}");
            }
            let residual = &matrix * &vectors
                - &vectors * DMatrix::from_diagonal(&values[..keep].to_vec().into());
            assert!(residual.norm() <= 1e-13 * size);
            let crossed = vectors.transpose() * &vectors - DMatrix::identity(keep, keep);
            assert!(crossed.norm() < 1e-13);
        }
    }
}

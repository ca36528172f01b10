//! The first singular triplets of a large block by block Lanczos tridiagonalization of LᵀL with full
//! reorthogonalization (Golub and Van Loan 10.3), L the block or its transpose: one basis, along the
//! shorter side, and cells that are read once a step. Squares hold half of the digits, so it serves
//! spectra that do not fall too far; the iteration of both sides ([`super::lanczos`]) the others.

use std::ops::ControlFlow;

use faer::Par;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::band::{Beside, banded};
use super::basis::{Basis, random_columns};
use super::kernels::WIDTH;
use super::leading::{Leading, NoTriplets};
use super::packed::Packed;
use super::schedule::{AIM, Schedule};
use super::squares::{first_of_squares, from_subspace};
use super::tall::product;
use super::view::view;

/// Where a basis of this part of the side has brought so small a part of the triplets near, their σ
/// lie too close together.
const HOPE: usize = 4;

/// The first `keep` triplets of a finite block, not yet checked.
/// Cost: some 6 to 10 `keep` products with the block and its transpose, more where its σ lie close
/// together.
pub(super) fn leading_of_squares(
    block: &Packed,
    keep: usize,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Leading, NoTriplets> {
    let (rows, cols) = block.shape();
    let side = rows.min(cols);
    let most = side / 3 * 2;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let mut basis = Basis::of(side, WIDTH);
    let mut band = Band::default();
    let mut schedule = Schedule::new(keep);
    basis.add(random_columns(side, WIDTH, &mut random), &mut random, par);
    while basis.len() + WIDTH <= most {
        if keep_going().is_break() {
            return Err(NoTriplets::Stopped);
        }
        let len = basis.len();
        let image = block.square_times(basis.last(), par);
        // Their mean, since rounding makes the two halves differ.
        let own = product(basis.last().transpose(), view(&image), Par::Seq);
        band.diagonal.push((&own + own.transpose()) / 2.0);
        let next = basis.add(image, &mut random, par);
        let is_last = len + 2 * WIDTH > most;
        if is_last || len >= schedule.next {
            let (near, vectors) = ritz(&band, &next, keep).ok_or(NoTriplets::TooSmall)?;
            if near == keep {
                let subspace = basis.times(&vectors, par);
                return from_subspace(block, &subspace, par).ok_or(NoTriplets::TooSlow);
            }
            if len > side / HOPE && near < keep / HOPE {
                return Err(NoTriplets::TooSlow);
            }
            schedule.after(len, near);
        }
        band.below.push(next);
    }
    Err(NoTriplets::TooSlow)
}

/// The block tridiagonal matrix that LᵀL is in the basis.
#[derive(Default)]
struct Band {
    diagonal: Vec<DMatrix<f64>>,
    below: Vec<DMatrix<f64>>,
}

/// The number of triplets, from the first on, that are as near to exact ones as is aimed at, and the
/// first `keep` vectors in the basis; nothing where squares leave too few digits. `next`: the
/// coefficients of the block that is still to come.
fn ritz(band: &Band, next: &DMatrix<f64>, keep: usize) -> Option<(usize, DMatrix<f64>)> {
    let squared = banded(&band.diagonal, &band.below, Beside::Below);
    let (sigma, vectors) = first_of_squares(squared, keep)?;
    // LᵀL v − σ² v = V_next · next · (the last rows of v in the basis), and of a triplet with
    // u = L v / σ the residual on its other side is that divided by σ.
    let missing = next * vectors.rows(vectors.nrows() - next.nrows(), next.nrows());
    let is_near = |at: &usize| missing.column(*at).norm() <= AIM * sigma[*at] * sigma[*at];
    Some(((0..keep).filter(is_near).count(), vectors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::factorize;
    use crate::approx::factor::known::with_sigma;

    fn first(matrix: &DMatrix<f64>, keep: usize) -> Result<Leading, NoTriplets> {
        let go_on = || ControlFlow::Continue(());
        let packed = Packed::of(matrix, 1.0, Par::Seq);
        leading_of_squares(&packed, keep, Par::Seq, &go_on)
    }

    #[test]
    fn triplets_of_either_shape_are_those_of_the_matrix() {
        for (rows, cols) in [(300, 300), (420, 300), (300, 420)] {
            let matrix = with_sigma(rows, cols, |at| 1.0 / (at + 1) as f64);
            let Ok(found) = first(&matrix, 20) else {
                panic!("{rows} × {cols}: none");
            };
            let whole = factorize(&matrix).expect("verified");
            for (found, whole) in found.sigma.iter().zip(&whole.sigma) {
                assert!((found / whole - 1.0).abs() < 1e-12, "{found} for {whole}");
            }
            let sigma = DMatrix::from_diagonal(&found.sigma.clone().into());
            // The side that is computed from the other is exact.
            let down = (&matrix * &found.v - &found.u * &sigma).norm();
            let across = (matrix.transpose() * &found.u - &found.v * &sigma).norm();
            assert!(down.min(across) < 1e-12 && down.max(across) < 1e-6);
            let left = found.u.transpose() * &found.u - DMatrix::identity(20, 20);
            let right = found.v.transpose() * &found.v - DMatrix::identity(20, 20);
            assert!(left.norm() < 1e-12 && right.norm() < 1e-12);
        }
    }

    /// Whatever columns lose against the basis: a spectrum that falls makes them lose most of
    /// themselves in each step, and what is left must still be orthogonal.
    #[test]
    fn the_basis_stays_orthonormal_where_columns_shrink() {
        let matrix = with_sigma(300, 300, |at| 0.9_f64.powi(at as i32));
        let packed = Packed::of(&matrix, 1.0, Par::Seq);
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut basis = Basis::of(300, WIDTH);
        basis.add(
            random_columns(300, WIDTH, &mut random),
            &mut random,
            Par::Seq,
        );
        while basis.len() < 200 {
            let image = packed.square_times(basis.last(), Par::Seq);
            basis.add(image, &mut random, Par::Seq);
        }
        let identity = DMatrix::identity(basis.len(), basis.len());
        let all = basis.times(&identity, Par::Seq);
        let crossed = all.tr_mul(&all);
        let apart = (crossed - identity).amax();
        assert!(apart < 1e-12, "{apart:e}");
    }

    #[test]
    fn what_squares_cannot_hold_or_the_basis_not_find_is_said() {
        let graded = with_sigma(300, 300, |at| 10f64.powi(-(at as i32)));
        assert!(matches!(first(&graded, 20), Err(NoTriplets::TooSmall)));
        let flat = with_sigma(600, 600, |at| 1.0 - 1e-7 * at as f64);
        assert!(matches!(first(&flat, 40), Err(NoTriplets::TooSlow)));
    }
}

//! Matrices that are much taller than wide: products that threads share, and the SVD by such alone.

use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::reborrow::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::{Cholesky, DMatrix};
use rayon::prelude::*;

use super::leading::Leading;
use super::svd::factorize_on;
use super::view::{view, view_mut};

/// Rows of a product that a thread takes at once.
const ROWS_AT_ONCE: usize = 256;

/// Rows of which a thread sums the products.
const STRIP: usize = 1024;

/// How far the columns may be from orthonormal after the first factorization, for the second to make
/// them so to rounding.
const NEAR: f64 = 1e-3;

/// `left · right`, where both have few columns: rows shared among threads, the same parts of them on
/// any number, and so the same numbers.
pub(super) fn product(left: MatRef<'_, f64>, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
    let (rows, columns) = (left.nrows(), right.ncols());
    let mut product = DMatrix::zeros(rows, columns);
    let mut target = view_mut(&mut product);
    let part = |(target, left): (MatMut<'_, f64>, MatRef<'_, f64>)| {
        matmul(target, Accum::Replace, left, right, 1.0, Par::Seq);
    };
    match par {
        Par::Seq => {
            for from in (0..rows).step_by(ROWS_AT_ONCE) {
                let count = ROWS_AT_ONCE.min(rows - from);
                let target = target.rb_mut().submatrix_mut(from, 0, count, columns);
                part((target, left.subrows(from, count)));
            }
        }
        Par::Rayon(_) => target
            .par_row_chunks_mut(ROWS_AT_ONCE)
            .zip(left.par_row_chunks(ROWS_AT_ONCE))
            .for_each(part),
    }
    product
}

/// The triplets of `tall`, not yet checked; nothing where its columns are too near to dependence, which
/// those with σ within 10⁻⁶ of the largest are not. Two Cholesky factorizations make the columns
/// orthonormal (CholeskyQR2: Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015), and their triangle is
/// factorized whole. Cost: four products with a square matrix as wide.
pub(super) fn of_tall(tall: &DMatrix<f64>, par: Par) -> Option<Leading> {
    let first = triangle(tall, par)?;
    let near = product(view(tall), view(&inverse(&first)?), par);
    let second = triangle(&near, par)?;
    let identity = DMatrix::identity(second.nrows(), second.ncols());
    if (&second - identity).amax() > NEAR {
        return None;
    }
    let small = factorize_on(&(&second * first), Par::Seq).ok()?;
    let turned = inverse(&second)? * small.u;
    Some(Leading {
        u: product(view(&near), view(&turned), par),
        sigma: small.sigma,
        v: small.v_t.transpose(),
    })
}

/// The upper triangular R with RᵀR = `tall`ᵀ `tall`.
fn triangle(tall: &DMatrix<f64>, par: Par) -> Option<DMatrix<f64>> {
    let lower = Cholesky::new(square(view(tall), par))?.unpack();
    Some(lower.transpose())
}

fn inverse(triangle: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let identity = DMatrix::identity(triangle.nrows(), triangle.ncols());
    triangle.solve_upper_triangular(&identity)
}

/// The lower half of `tall`ᵀ `tall`, the same on any number of threads.
fn square(tall: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
    let (rows, cols) = tall.shape();
    let of_strip = |at: usize| {
        let strip = tall.subrows(at * STRIP, STRIP.min(rows - at * STRIP));
        let mut square = DMatrix::zeros(cols, cols);
        triangular::matmul(
            view_mut(&mut square),
            BlockStructure::TriangularLower,
            Accum::Replace,
            strip.transpose(),
            BlockStructure::Rectangular,
            strip,
            BlockStructure::Rectangular,
            1.0,
            Par::Seq,
        );
        square
    };
    let strips = 0..rows.div_ceil(STRIP);
    let squares: Vec<DMatrix<f64>> = match par {
        Par::Seq => strips.map(of_strip).collect(),
        Par::Rayon(_) => strips.into_par_iter().map(of_strip).collect(),
    };
    let zero = DMatrix::zeros(cols, cols);
    squares.into_iter().fold(zero, |sum, square| sum + square)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::factorize;
    use crate::approx::factor::known::with_sigma;

    #[test]
    fn triplets_are_those_of_the_matrix() {
        let spectra: [fn(usize) -> f64; 3] = [
            |_| 3.0,
            |at| 1.0 / (at + 1) as f64,
            |at| 10f64.powf(-0.5 * at as f64),
        ];
        for (rows, cols) in [(1, 1), (12, 12), (700, 1), (2100, 12)] {
            for sigma in spectra {
                let matrix = with_sigma(rows, cols, sigma);
                let found = of_tall(&matrix, Par::rayon(0)).expect("independent columns");
                let whole = factorize(&matrix).expect("verified");
                let largest = whole.sigma[0];
                for (found, whole) in found.sigma.iter().zip(&whole.sigma) {
                    assert!(
                        (found - whole).abs() < 1e-13 * largest,
                        "{found} for {whole}"
                    );
                }
                let crossed = found.u.tr_mul(&found.u) - DMatrix::identity(cols, cols);
                assert!(crossed.amax() < 1e-14, "{rows} × {cols}: {crossed}");
                let sigma = DMatrix::from_diagonal(&found.sigma.clone().into());
                let product = &found.u * sigma * found.v.transpose();
                assert!((product - &matrix).amax() < 1e-13 * largest);
                let one = of_tall(&matrix, Par::Seq).expect("independent columns");
                assert_eq!((one.u, one.v), (found.u, found.v));
            }
        }
    }

    #[test]
    fn columns_near_to_dependence_are_refused() {
        let graded = with_sigma(900, 12, |at| 10f64.powi(-(at as i32)));
        assert!(of_tall(&graded, Par::Seq).is_none());
        assert!(of_tall(&DMatrix::from_element(900, 3, 0.3), Par::Seq).is_none());
        assert!(of_tall(&DMatrix::zeros(900, 3), Par::Seq).is_none());
    }
}

//! Matrices whose singular values are known, for the tests.

use nalgebra::DMatrix;

/// A `rows × cols` matrix with these σ: a diagonal one, reflected along both sides.
pub(super) fn with_sigma(rows: usize, cols: usize, sigma: impl Fn(usize) -> f64) -> DMatrix<f64> {
    let mut matrix = DMatrix::zeros(rows, cols);
    for at in 0..rows.min(cols) {
        matrix[(at, at)] = sigma(at);
    }
    reflected(&reflected(&matrix, 1.0).transpose(), 2.0).transpose()
}

/// A reflection I − 2 w wᵀ / wᵀw times `matrix`: its σ do not change.
fn reflected(matrix: &DMatrix<f64>, seed: f64) -> DMatrix<f64> {
    let w = DMatrix::from_fn(matrix.nrows(), 1, |i, _| ((i as f64 + seed) * 0.7548).sin());
    let factor = 2.0 / w.norm_squared();
    let across = w.transpose() * matrix;
    matrix - &w * across * factor
}

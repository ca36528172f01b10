//! The SVD of one block, verified whoever computed it.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

use super::{Backend, FactorError, Factorization, check_finite};
use crate::approx::metrics::norm;

/// From this smaller side on faer is faster than nalgebra.
const LARGE: usize = 48;

/// Largest relative reconstruction error that passes for a factorization.
pub const TOLERANCE: f64 = 1e-10;

/// Σσ² = ‖W‖² loses what the iteration left off the diagonal only to second order, so values that
/// come without vectors are held to rounding: this many ε for each row and column.
const VALUES_TOLERANCE: f64 = 16.0 * f64::EPSILON;

/// The convergence threshold at which nalgebra was right on all matrices where its default fails.
const NALGEBRA_EPSILON: f64 = 1e-12;

/// nalgebra has no limit on iterations of its own.
const NALGEBRA_ITERATIONS: usize = 10_000;

/// The verified thin SVD of a finite block. Cost: O(p q min(p, q)), on all cores for a large one.
///
/// # Errors
/// [`FactorError::NotFinite`] and [`FactorError::Unverified`].
pub fn factorize(block: &DMatrix<f64>) -> Result<Factorization, FactorError> {
    factorize_on(block, Par::rayon(0))
}

/// The same on chosen threads.
pub(super) fn factorize_on(block: &DMatrix<f64>, par: Par) -> Result<Factorization, FactorError> {
    check_finite(block)?;
    let scale = block.amax();
    if scale == 0.0 {
        return Ok(zero(block.nrows(), block.ncols()));
    }
    let scaled = block / scale;
    let mut found = direct(&scaled, par)
        .or_else(|| {
            let turned = scaled.transpose();
            direct(&turned, par).map(transposed)
        })
        .ok_or(FactorError::Unverified {
            rows: block.nrows(),
            cols: block.ncols(),
        })?;
    for sigma in &mut found.sigma {
        *sigma *= scale;
    }
    Ok(found)
}

/// The singular values alone, largest first: without vectors where Σσ² = ‖W‖² holds to rounding,
/// else from the verified factorization.
///
/// # Errors
/// As [`factorize`].
pub fn singular_values(block: &DMatrix<f64>) -> Result<Vec<f64>, FactorError> {
    singular_values_on(block, Par::rayon(0))
}

/// The same on chosen threads.
pub(super) fn singular_values_on(block: &DMatrix<f64>, par: Par) -> Result<Vec<f64>, FactorError> {
    check_finite(block)?;
    let scale = block.amax();
    if scale == 0.0 {
        return Ok(vec![0.0; block.nrows().min(block.ncols())]);
    }
    let scaled = block / scale;
    let found = if is_large(block) {
        faer_values(&scaled, par)
    } else {
        nalgebra_values(&scaled)
    };
    let tolerance = VALUES_TOLERANCE * (block.nrows() + block.ncols()) as f64;
    match found {
        Some(mut sigma) if plausible(&scaled, &sigma, tolerance) => {
            sigma.iter_mut().for_each(|s| *s *= scale);
            Ok(sigma)
        }
        _ => factorize_on(block, par).map(|found| found.sigma),
    }
}

fn is_large(block: &DMatrix<f64>) -> bool {
    block.nrows().min(block.ncols()) >= LARGE
}

/// The first library's answer that passes the check.
fn direct(scaled: &DMatrix<f64>, par: Par) -> Option<Factorization> {
    let verify = |found: &Factorization| verified(scaled, found, par);
    if is_large(scaled) {
        with_faer(scaled, par)
            .filter(verify)
            .or_else(|| with_nalgebra(scaled).filter(verify))
    } else {
        with_nalgebra(scaled)
            .filter(verify)
            .or_else(|| with_faer(scaled, par).filter(verify))
    }
}

/// The zero block: any orthonormal vectors do.
fn zero(rows: usize, cols: usize) -> Factorization {
    let rank = rows.min(cols);
    Factorization {
        u: DMatrix::identity(rows, rank),
        sigma: vec![0.0; rank],
        v_t: DMatrix::identity(rank, cols),
        backend: Backend::Nalgebra,
    }
}

#[allow(clippy::disallowed_methods)]
fn with_nalgebra(block: &DMatrix<f64>) -> Option<Factorization> {
    let mut found =
        block
            .clone()
            .try_svd_unordered(true, true, NALGEBRA_EPSILON, NALGEBRA_ITERATIONS)?;
    // Where squares underflow nalgebra finds NaN, and its own sorting panics.
    if found.singular_values.iter().any(|s| !s.is_finite()) {
        return None;
    }
    found.sort_by_singular_values();
    Some(Factorization {
        u: found.u?,
        sigma: found.singular_values.iter().copied().collect(),
        v_t: found.v_t?,
        backend: Backend::Nalgebra,
    })
}

#[allow(clippy::disallowed_methods)]
fn nalgebra_values(block: &DMatrix<f64>) -> Option<Vec<f64>> {
    let found =
        block
            .clone()
            .try_svd_unordered(false, false, NALGEBRA_EPSILON, NALGEBRA_ITERATIONS)?;
    let mut sigma: Vec<f64> = found.singular_values.iter().copied().collect();
    // The same as above: total_cmp stands NaN, which the check then refuses.
    sigma.sort_by(|a, b| b.total_cmp(a));
    Some(sigma)
}

fn with_faer(block: &DMatrix<f64>, par: Par) -> Option<Factorization> {
    let (rows, cols) = block.shape();
    let rank = rows.min(cols);
    let (mut u, mut v) = (DMatrix::zeros(rows, rank), DMatrix::zeros(cols, rank));
    let mut sigma = vec![0.0; rank];
    let thin = ComputeSvdVectors::Thin;
    let scratch = svd_scratch::<f64>(rows, cols, thin, thin, par, Default::default());
    svd(
        view(block),
        DiagMut::from_slice_mut(&mut sigma),
        Some(MatMut::from_column_major_slice_mut(
            u.as_mut_slice(),
            rows,
            rank,
        )),
        Some(MatMut::from_column_major_slice_mut(
            v.as_mut_slice(),
            cols,
            rank,
        )),
        par,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    Some(Factorization {
        u,
        sigma,
        v_t: v.transpose(),
        backend: Backend::Faer,
    })
}

fn faer_values(block: &DMatrix<f64>, par: Par) -> Option<Vec<f64>> {
    let (rows, cols) = block.shape();
    let mut sigma = vec![0.0; rows.min(cols)];
    let none = ComputeSvdVectors::No;
    let scratch = svd_scratch::<f64>(rows, cols, none, none, par, Default::default());
    svd(
        view(block),
        DiagMut::from_slice_mut(&mut sigma),
        None,
        None,
        par,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    Some(sigma)
}

fn view(matrix: &DMatrix<f64>) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(matrix.as_slice(), matrix.nrows(), matrix.ncols())
}

fn transposed(found: Factorization) -> Factorization {
    Factorization {
        u: found.v_t.transpose(),
        v_t: found.u.transpose(),
        ..found
    }
}

/// σ finite and sorted, Σσ² = ‖W‖², ‖W − UΣVᵀ‖ small; `block` is scaled to max |a| = 1.
fn verified(block: &DMatrix<f64>, found: &Factorization, par: Par) -> bool {
    plausible(block, &found.sigma, TOLERANCE) && {
        let mut scaled_u = found.u.clone();
        for (mut column, sigma) in scaled_u.column_iter_mut().zip(&found.sigma) {
            column *= *sigma;
        }
        let mut residual = block.clone();
        let (rows, cols) = block.shape();
        matmul(
            MatMut::from_column_major_slice_mut(residual.as_mut_slice(), rows, cols),
            Accum::Add,
            view(&scaled_u),
            view(&found.v_t),
            -1.0,
            par,
        );
        residual.norm() <= TOLERANCE * block.norm()
    }
}

/// σ finite and sorted, and Σσ² = ‖W‖² within a relative tolerance.
fn plausible(block: &DMatrix<f64>, sigma: &[f64], tolerance: f64) -> bool {
    let sorted = sigma.windows(2).all(|pair| pair[0] >= pair[1]);
    let finite = sigma.iter().all(|s| s.is_finite() && *s >= 0.0);
    let ratio = norm(sigma.iter().copied()) / norm(block.iter().copied());
    sorted && finite && (ratio - 1.0).abs() <= tolerance
}

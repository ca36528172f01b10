//! The SVD of one block, verified whoever computed it.

use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack, StackReq};
use faer::linalg::svd::bidiag::{bidiag_in_place, bidiag_in_place_scratch};
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use nalgebra::DMatrix;

use super::bidiagonal::{Bidiagonal, Vectors};
use super::check::{Ratios, are_singular_values, is_sorted};
use super::householder::Bidiagonalization;
use super::values::{ScaledValues, unit_of};
use super::view::{view, view_mut};
use super::{Backend, FactorError, Factorization, check_finite};
use crate::approx::metrics::largest;

/// From this smaller side on faer is faster.
const LARGE: usize = 48;

/// The verified thin SVD of a finite block. Cost: O(p q min(p, q)), on all cores for a large one.
///
/// # Errors
/// [`FactorError::NotFinite`] and [`FactorError::Unverified`].
pub fn factorize(block: &DMatrix<f64>) -> Result<Factorization, FactorError> {
    factorize_on(block, Par::rayon(0))
}

/// [`factorize`] on chosen threads.
pub(super) fn factorize_on(block: &DMatrix<f64>, par: Par) -> Result<Factorization, FactorError> {
    check_finite(block)?;
    let size = largest(block.as_slice());
    let unit = unit_of(size);
    let tall = tall(block, unit);
    let found = if size == 0.0 {
        zero(&tall)
    } else {
        verified(&tall, par).ok_or(FactorError::Unverified {
            rows: block.nrows(),
            cols: block.ncols(),
        })?
    };
    let values = ScaledValues::all(found.sigma, unit);
    let (u, v_t) = if is_wide(block) {
        (found.v, found.u.transpose())
    } else {
        (found.u, found.v.transpose())
    };
    Ok(Factorization {
        u,
        sigma: values.plain(),
        v_t,
        backend: found.backend,
        values,
    })
}

/// The singular values alone, largest first, as good as those that come with vectors.
///
/// # Errors
/// As [`factorize`].
pub fn singular_values(block: &DMatrix<f64>) -> Result<Vec<f64>, FactorError> {
    values_on(block, Par::rayon(0)).map(|values| values.plain())
}

/// Singular values alone, on chosen threads, in the block's unit.
pub(super) fn values_on(block: &DMatrix<f64>, par: Par) -> Result<ScaledValues, FactorError> {
    check_finite(block)?;
    let size = largest(block.as_slice());
    let unit = unit_of(size);
    if size == 0.0 {
        let scaled = vec![0.0; block.nrows().min(block.ncols())];
        return Ok(ScaledValues::all(scaled, unit));
    }
    let tall = tall(block, unit);
    match verified_values(&tall, par) {
        Some(scaled) => Ok(ScaledValues::all(scaled, unit)),
        None => factorize_on(block, par).map(|found| found.values),
    }
}

fn is_wide(block: &DMatrix<f64>) -> bool {
    block.nrows() < block.ncols()
}

/// The block in its unit, with no fewer rows than columns.
fn tall(block: &DMatrix<f64>, unit: f64) -> DMatrix<f64> {
    let scaled = block / unit;
    if is_wide(block) {
        scaled.transpose()
    } else {
        scaled
    }
}

fn is_large(tall: &DMatrix<f64>) -> bool {
    tall.ncols() >= LARGE
}

/// `U Σ Vᵀ` with V's columns as they are.
struct ThinSvd {
    u: DMatrix<f64>,
    sigma: Vec<f64>,
    v: DMatrix<f64>,
    backend: Backend,
}

impl ThinSvd {
    fn ratios(&self, tall: &DMatrix<f64>, par: Par) -> Ratios {
        Ratios::of(tall, (&self.u, &self.sigma, &self.v), par)
    }
}

/// The first answer that passes its checks.
fn verified(tall: &DMatrix<f64>, par: Par) -> Option<ThinSvd> {
    if is_large(tall) {
        with_faer(tall, par).or_else(|| with_reflections(tall, par))
    } else {
        with_reflections(tall, par).or_else(|| with_faer(tall, par))
    }
}

/// σ from a bidiagonalization alone, where they pass the check.
fn verified_values(tall: &DMatrix<f64>, par: Par) -> Option<Vec<f64>> {
    if is_large(tall) {
        let (diagonal, above) = faer_bidiagonal(tall, par);
        return values_of(tall, &diagonal, &above);
    }
    pulp::Arch::new().dispatch(SvdValues(tall))
}

// Work compiled for the widest vectors that the processor has: no closures, which are not inlined
// for certain, and what is not inlined is compiled for any processor.
struct SvdWithVectors<'a>(&'a DMatrix<f64>);

impl pulp::WithSimd for SvdWithVectors<'_> {
    type Output = Option<ThinSvd>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<ThinSvd> {
        by_reflections(self.0)
    }
}

struct SvdValues<'a>(&'a DMatrix<f64>);

impl pulp::WithSimd for SvdValues<'_> {
    type Output = Option<Vec<f64>>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Option<Vec<f64>> {
        let reduced = Bidiagonalization::of(self.0);
        values_of(self.0, &reduced.diagonal, &reduced.above)
    }
}

#[inline(always)]
fn values_of(tall: &DMatrix<f64>, diagonal: &[f64], above: &[f64]) -> Option<Vec<f64>> {
    let bidiagonal = Bidiagonal {
        diagonal: diagonal.to_vec(),
        above: above.to_vec(),
        vectors: None,
    };
    let mut sigma = bidiagonal.diagonalized()?.diagonal;
    sigma.iter_mut().for_each(|s| *s = s.abs());
    sigma.sort_by(|a, b| b.total_cmp(a));
    are_singular_values(tall, diagonal, above, &sigma).then_some(sigma)
}

/// The zero block: any orthonormal vectors do.
fn zero(tall: &DMatrix<f64>) -> ThinSvd {
    let (rows, rank) = tall.shape();
    ThinSvd {
        u: DMatrix::identity(rows, rank),
        sigma: vec![0.0; rank],
        v: DMatrix::identity(rank, rank),
        backend: Backend::Reflections,
    }
}

/// Householder's reflections and implicit QR, with the vector instructions that there are.
fn with_reflections(tall: &DMatrix<f64>, par: Par) -> Option<ThinSvd> {
    let found = pulp::Arch::new().dispatch(SvdWithVectors(tall))?;
    found.ratios(tall, par).meet_lapacks().then_some(found)
}

#[inline(always)]
fn by_reflections(tall: &DMatrix<f64>) -> Option<ThinSvd> {
    let reduced = Bidiagonalization::of(tall);
    let (u, v) = reduced.vectors();
    let found = Bidiagonal {
        diagonal: reduced.diagonal.clone(),
        above: reduced.above.clone(),
        vectors: Some(Vectors { u, v }),
    }
    .diagonalized()?;
    let Vectors { u, v } = found.vectors?;
    let sigma = found.diagonal;
    let mut order: Vec<usize> = (0..sigma.len()).collect();
    order.sort_by(|a, b| sigma[*b].abs().total_cmp(&sigma[*a].abs()));
    let mut u = u.select_columns(&order);
    for (column, at) in order.iter().enumerate() {
        if sigma[*at] < 0.0 {
            u.column_mut(column).neg_mut();
        }
    }
    let found = ThinSvd {
        u,
        sigma: order.iter().map(|at| sigma[*at].abs()).collect(),
        v: v.select_columns(&order),
        backend: Backend::Reflections,
    };
    are_singular_values(tall, &reduced.diagonal, &reduced.above, &found.sigma).then_some(found)
}

/// faer's own SVD.
fn with_faer(tall: &DMatrix<f64>, par: Par) -> Option<ThinSvd> {
    let (rows, rank) = tall.shape();
    let (mut u, mut v) = (DMatrix::zeros(rows, rank), DMatrix::zeros(rank, rank));
    let mut sigma = vec![0.0; rank];
    let scratch = vectors_scratch(rows, rank, par);
    svd(
        view(tall),
        DiagMut::from_slice_mut(&mut sigma),
        Some(view_mut(&mut u)),
        Some(view_mut(&mut v)),
        par,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    )
    .ok()?;
    let found = ThinSvd {
        u,
        sigma,
        v,
        backend: Backend::Faer,
    };
    let ratios = found.ratios(tall, par);
    (is_sorted(&found.sigma) && ratios.meet_lapacks() && ratios.prove_sigma()).then_some(found)
}

fn faer_bidiagonal(tall: &DMatrix<f64>, par: Par) -> (Vec<f64>, Vec<f64>) {
    let (rows, cols) = tall.shape();
    let mut reduced = tall.clone();
    // The reflections' coefficients, which only vectors need; blocks of one.
    let (mut left, mut right) = (DMatrix::zeros(1, cols), DMatrix::zeros(1, cols - 1));
    let scratch = bidiagonal_scratch(rows, cols, par);
    bidiag_in_place(
        view_mut(&mut reduced),
        view_mut(&mut left),
        view_mut(&mut right),
        par,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    (
        (0..cols).map(|k| reduced[(k, k)]).collect(),
        (1..cols).map(|k| reduced[(k - 1, k)]).collect(),
    )
}

fn vectors_scratch(rows: usize, cols: usize, par: Par) -> StackReq {
    let thin = ComputeSvdVectors::Thin;
    svd_scratch::<f64>(rows, cols, thin, thin, par, Default::default())
}

fn bidiagonal_scratch(rows: usize, cols: usize, par: Par) -> StackReq {
    bidiag_in_place_scratch::<f64>(rows, cols, par, Default::default())
}

/// Bytes that faer works in.
pub(super) fn scratch_bytes(rows: usize, cols: usize, with_vectors: bool, par: Par) -> f64 {
    let scratch = if with_vectors {
        vectors_scratch(rows, cols, par)
    } else {
        bidiagonal_scratch(rows, cols, par)
    };
    scratch.size_bytes() as f64
}

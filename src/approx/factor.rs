//! The only SVD of the program: nalgebra where it is fastest, verified, faer otherwise.
//!
//! `nalgebra` 0.35 can return wrong singular values without any sign (dimforge/nalgebra#1172), so
//! no result leaves this module unchecked: σ sorted and finite, Σσ² = ‖W‖², ‖W − UΣVᵀ‖ small.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use rayon::prelude::*;
use serde::Serialize;
use thiserror::Error;

use super::layout::{Block, BlockLayout, LayoutError};
use super::metrics::norm;

/// From this smaller side on faer is faster than nalgebra.
const LARGE: usize = 96;

/// Largest relative reconstruction error that passes for a factorization.
pub const TOLERANCE: f64 = 1e-10;

/// The convergence threshold at which nalgebra was right on all matrices where its default fails.
const NALGEBRA_EPSILON: f64 = 1e-12;

/// nalgebra has no limit on iterations of its own.
const NALGEBRA_ITERATIONS: usize = 10_000;

/// Which library gave a factorization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// nalgebra's `try_svd`, verified.
    Nalgebra,
    /// faer's `thin_svd`, verified.
    Faer,
}

/// Why a matrix could not be factorized.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FactorError {
    /// The layout does not fit.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// A cell that is not a number or not finite; counted from zero.
    #[error("cell ({row}, {col}) is {value}, give finite numbers only")]
    NotFinite {
        /// Row of the cell.
        row: usize,
        /// Column of the cell.
        col: usize,
        /// What stands there.
        value: f64,
    },
    /// No library gave a factorization that passes the check.
    #[error(
        "no verified factorization of a {rows} × {cols} block was found, scale or round its cells"
    )]
    Unverified {
        /// Rows of the block.
        rows: usize,
        /// Columns of the block.
        cols: usize,
    },
    /// The caller's callback answered *stop*.
    #[error("stopped")]
    Stopped,
}

/// A thin singular value decomposition `U Σ Vᵀ` of a `p × q` block, `s = min(p, q)`.
#[derive(Clone, Debug)]
pub struct Factorization {
    /// Left singular vectors, `p × s`.
    pub u: DMatrix<f64>,
    /// Singular values, largest first.
    pub sigma: Vec<f64>,
    /// Right singular vectors, transposed, `s × q`.
    pub v_t: DMatrix<f64>,
    /// Who computed it.
    pub backend: Backend,
}

/// The singular values of every block of a layout: all that errors, curves and ranks need.
#[derive(Clone, Debug)]
pub struct Spectra {
    /// Where the blocks lie.
    pub layout: BlockLayout,
    /// Singular values of each block, largest first, in the layout's order.
    pub sigma: Vec<Vec<f64>>,
    /// ‖W‖ over the whole matrix.
    pub norm: f64,
    /// Norm of the cells that no block covers: out of reach at any rank.
    pub outside: f64,
}

impl Spectra {
    /// The spectra alone, without singular vectors, one block after the other.
    ///
    /// # Errors
    /// See [`Factors::compute`].
    pub fn of(matrix: &DMatrix<f64>, layout: BlockLayout) -> Result<Self, FactorError> {
        check_finite(matrix)?;
        let sigma = layout
            .blocks()
            .iter()
            .map(|block| singular_values(&cells(matrix, block)))
            .collect::<Result<_, _>>()?;
        Ok(Self::assemble(matrix, layout, sigma))
    }

    fn assemble(matrix: &DMatrix<f64>, layout: BlockLayout, sigma: Vec<Vec<f64>>) -> Self {
        Self {
            norm: norm(matrix.iter().copied()),
            outside: outside_norm(matrix, &layout),
            layout,
            sigma,
        }
    }
}

/// All blocks of one layout, factorized once; every rank follows by truncation.
#[derive(Clone, Debug)]
pub struct Factors {
    /// Layout, singular values and norms.
    pub spectra: Spectra,
    /// The full factorization of each block, in the layout's order.
    pub blocks: Vec<Factorization>,
}

impl Factors {
    /// Factorizes every block of `layout` in parallel. Cost: Σ O(p q min(p, q)).
    ///
    /// # Errors
    /// A cell that is not finite, a block without verified factorization, or *stop* from `keep_going`,
    /// which is asked before each block.
    pub fn compute(
        matrix: &DMatrix<f64>,
        layout: BlockLayout,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, FactorError> {
        check_finite(matrix)?;
        let blocks = layout
            .blocks()
            .par_iter()
            .map(|block| match keep_going() {
                ControlFlow::Break(()) => Err(FactorError::Stopped),
                ControlFlow::Continue(()) => factorize(&cells(matrix, block)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let sigma = blocks.iter().map(|block| block.sigma.clone()).collect();
        Ok(Self {
            spectra: Spectra::assemble(matrix, layout, sigma),
            blocks,
        })
    }

    /// The same without a way to stop.
    ///
    /// # Errors
    /// See [`Factors::compute`].
    pub fn of(matrix: &DMatrix<f64>, layout: BlockLayout) -> Result<Self, FactorError> {
        Self::compute(matrix, layout, &|| ControlFlow::Continue(()))
    }

    /// Where the blocks lie.
    pub fn layout(&self) -> &BlockLayout {
        &self.spectra.layout
    }

    /// How many blocks each library factorized: nalgebra, faer.
    pub fn backends(&self) -> (usize, usize) {
        let by_nalgebra = self
            .blocks
            .iter()
            .filter(|block| block.backend == Backend::Nalgebra)
            .count();
        (by_nalgebra, self.blocks.len() - by_nalgebra)
    }
}

/// The cells of one block.
fn cells(matrix: &DMatrix<f64>, block: &Block) -> DMatrix<f64> {
    matrix
        .view(
            (block.rows.start, block.cols.start),
            (block.rows.len(), block.cols.len()),
        )
        .into_owned()
}

/// Norm of the cells in no block.
fn outside_norm(matrix: &DMatrix<f64>, layout: &BlockLayout) -> f64 {
    let covered: usize = layout.blocks().iter().map(Block::entries).sum();
    if covered == matrix.len() {
        return 0.0;
    }
    let mut rest = matrix.clone();
    for block in layout.blocks() {
        rest.view_mut(
            (block.rows.start, block.cols.start),
            (block.rows.len(), block.cols.len()),
        )
        .fill(0.0);
    }
    norm(rest.iter().copied())
}

/// The verified thin SVD of a non-empty finite block.
///
/// # Errors
/// [`FactorError::NotFinite`] and [`FactorError::Unverified`].
pub fn factorize(block: &DMatrix<f64>) -> Result<Factorization, FactorError> {
    check_finite(block)?;
    let scale = block.amax();
    if scale == 0.0 {
        return Ok(zero(block.nrows(), block.ncols()));
    }
    let scaled = block / scale;
    let small = block.nrows().min(block.ncols()) < LARGE;
    let order: [fn(&DMatrix<f64>) -> Option<Factorization>; 2] = if small {
        [with_nalgebra, with_faer]
    } else {
        [with_faer, with_nalgebra]
    };
    let direct = order
        .iter()
        .filter_map(|svd| svd(&scaled))
        .find(|f| verified(&scaled, f));
    let mut found = match direct {
        Some(found) => found,
        None => {
            let turned = scaled.transpose();
            order
                .iter()
                .filter_map(|svd| svd(&turned))
                .map(transposed)
                .find(|f| verified(&scaled, f))
                .ok_or(FactorError::Unverified {
                    rows: block.nrows(),
                    cols: block.ncols(),
                })?
        }
    };
    for sigma in &mut found.sigma {
        *sigma *= scale;
    }
    Ok(found)
}

/// The singular values alone, largest first, checked by Σσ² = ‖W‖².
///
/// # Errors
/// As [`factorize`].
pub fn singular_values(block: &DMatrix<f64>) -> Result<Vec<f64>, FactorError> {
    factorize(block).map(|found| found.sigma)
}

fn check_finite(matrix: &DMatrix<f64>) -> Result<(), FactorError> {
    let Some(at) = matrix.iter().position(|value| !value.is_finite()) else {
        return Ok(());
    };
    let (row, col) = (at % matrix.nrows(), at / matrix.nrows());
    Err(FactorError::NotFinite {
        row,
        col,
        value: matrix[at],
    })
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
    let svd = block
        .clone()
        .try_svd(true, true, NALGEBRA_EPSILON, NALGEBRA_ITERATIONS)?;
    Some(Factorization {
        u: svd.u?,
        sigma: svd.singular_values.iter().copied().collect(),
        v_t: svd.v_t?,
        backend: Backend::Nalgebra,
    })
}

#[allow(clippy::disallowed_methods)]
fn with_faer(block: &DMatrix<f64>) -> Option<Factorization> {
    let (rows, cols) = block.shape();
    let view = faer::MatRef::from_column_major_slice(block.as_slice(), rows, cols);
    let svd = view.thin_svd().ok()?;
    let (u, v) = (svd.U(), svd.V());
    let sigma: Vec<f64> = svd.S().column_vector().iter().copied().collect();
    Some(Factorization {
        u: DMatrix::from_fn(u.nrows(), u.ncols(), |i, j| u[(i, j)]),
        v_t: DMatrix::from_fn(v.ncols(), v.nrows(), |i, j| v[(j, i)]),
        sigma,
        backend: Backend::Faer,
    })
}

fn transposed(found: Factorization) -> Factorization {
    Factorization {
        u: found.v_t.transpose(),
        v_t: found.u.transpose(),
        ..found
    }
}

/// σ finite and sorted, Σσ² = ‖W‖², ‖W − UΣVᵀ‖ small; `block` is scaled to max |a| = 1.
fn verified(block: &DMatrix<f64>, found: &Factorization) -> bool {
    let sorted = found.sigma.windows(2).all(|pair| pair[0] >= pair[1]);
    let finite = found.sigma.iter().all(|s| s.is_finite() && *s >= 0.0);
    if !sorted || !finite {
        return false;
    }
    let size = norm(block.iter().copied());
    if (norm(found.sigma.iter().copied()) / size - 1.0).abs() > TOLERANCE {
        return false;
    }
    let mut scaled_u = found.u.clone();
    for (mut column, sigma) in scaled_u.column_iter_mut().zip(&found.sigma) {
        column *= *sigma;
    }
    let residual = block - scaled_u * &found.v_t;
    norm(residual.iter().copied()) <= TOLERANCE * size
}

//! Factors and ranks become a matrix again; nothing is factorized here.

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::factor::{Factorization, Factors};

/// Ŵ, `m × n`: every block from its first `ranks[b]` singular triplets, zero where no block lies
/// (Eqs. 2 and 4). A rank above a block's smaller side keeps all. Cost: Σ O(p q k), in parallel.
pub fn reconstruct(factors: &Factors, ranks: &[usize]) -> DMatrix<f64> {
    let (rows, cols) = factors.layout().shape();
    let products: Vec<_> = factors
        .blocks
        .par_iter()
        .zip(ranks)
        .map(|(block, rank)| truncated(block, *rank))
        .collect();
    let mut matrix = DMatrix::zeros(rows, cols);
    for (block, product) in factors.layout().blocks().iter().zip(&products) {
        matrix
            .view_mut((block.rows.start, block.cols.start), product.shape())
            .copy_from(product);
    }
    matrix
}

/// The best rank-`rank` approximation of one block: Σ σ_k u_k v_kᵀ over the first ones.
fn truncated(block: &Factorization, rank: usize) -> DMatrix<f64> {
    let rank = rank.min(block.sigma.len());
    let mut left = block.u.columns(0, rank).into_owned();
    for (mut column, sigma) in left.column_iter_mut().zip(&block.sigma) {
        column *= *sigma;
    }
    left * block.v_t.rows(0, rank)
}

//! Factors and ranks become a matrix again; nothing is factorized here.

use nalgebra::DMatrix;

use super::factor::{Factors, multiplied_out};

/// Ŵ, `m × n`: every block from its first `ranks[b]` singular triplets, zero where no block lies
/// (Eqs. 2 and 4). A rank above a block's smaller side keeps all. Cost: Σ O(p q k), large blocks
/// on all cores.
pub fn reconstruct(factors: &Factors, ranks: &[usize]) -> DMatrix<f64> {
    multiplied_out(factors, ranks)
}

//! What the ways to the first triplets of a large block give.

use nalgebra::DMatrix;

/// The first triplets of a block.
pub(super) struct Leading {
    /// Left singular vectors, a column each.
    pub u: DMatrix<f64>,
    /// Singular values, largest first.
    pub sigma: Vec<f64>,
    /// Right singular vectors, a column each.
    pub v: DMatrix<f64>,
}

/// Why there are none.
pub(super) enum NoTriplets {
    /// The caller's callback answered *stop*.
    Stopped,
    /// Squares leave too few digits of the last σ.
    TooSmall,
    /// They do not come forward within two thirds of the block's smaller side.
    TooSlow,
}

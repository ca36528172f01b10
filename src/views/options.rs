//! What is chosen about a view beside its material.

use crate::figure::compose::Context;

/// How a view is made.
#[derive(Clone, Debug)]
pub struct Options {
    /// What every figure is told.
    pub context: Context,
    /// A row of residuals under the reconstructions.
    pub error_maps: bool,
    /// Where curves end; at the matrix's number of entries when absent.
    pub max_params: Option<usize>,
}

//! The options of a view beside its material.

use crate::analysis::PartChoice;
use crate::figure::Gain;
use crate::figure::compose::Context;

/// The options of a view.
#[derive(Clone, Debug)]
pub struct Options {
    /// The context of its figure.
    pub context: Context,
    /// A row of residuals under the reconstructions, with this gain.
    pub error_maps: Option<Gain>,
    /// The number of parameters where curves end; the matrix's number of entries when absent.
    pub max_params: Option<usize>,
    /// The part of a method that is taken apart.
    pub part: PartChoice,
}

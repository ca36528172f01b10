//! Why a session gives nothing.

use thiserror::Error;

use crate::approx::{FactorError, LayoutError};
use crate::source::SourceError;

/// Why a session could not be analysed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AnalysisError {
    /// The matrix could not be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The matrix could not be factorized, a setting does not fit it, or the work was stopped.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// ‖W‖ is beyond the largest `f64`, and errors are parts of it.
    #[error("the matrix norm overflows a 64-bit float; scale the matrix down")]
    Overflow,
}

impl AnalysisError {
    /// Whether nothing is wrong: the listener stopped the work.
    pub fn is_stop(&self) -> bool {
        *self == Self::Factor(FactorError::Stopped)
    }
}

impl From<LayoutError> for AnalysisError {
    fn from(error: LayoutError) -> Self {
        Self::Factor(error.into())
    }
}

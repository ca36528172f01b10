//! Failures of a call, as one line and an exit status.

use std::fmt;

use crate::analysis::{AnalysisError, SurveyError};
use crate::approx::{FactorError, LayoutError};
use crate::figure::{FigureError, label};
use crate::source::SourceError;
use crate::store::StoreError;
use crate::text::elide;

/// A sentence (what, where, what to do) and the exit status that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    lead: &'static str,
    status: u8,
    sentence: String,
}

impl Failure {
    /// A run that failed: status 1.
    pub fn run(sentence: impl fmt::Display) -> Self {
        Self::new(1, sentence)
    }

    /// Wrong usage: status 2.
    pub fn usage(sentence: impl fmt::Display) -> Self {
        Self::new(2, sentence)
    }

    fn new(status: u8, sentence: impl fmt::Display) -> Self {
        Self {
            lead: "error",
            status,
            sentence: elide::message(&label::clean(&sentence.to_string())),
        }
    }

    /// 1 for a run that failed, 2 for wrong usage, 128 and the signal's number for one that was
    /// stopped.
    pub fn status(&self) -> u8 {
        self.status
    }

    /// A run that a signal stopped, with the exit status that goes with the signal.
    pub(super) fn stopped(status: u8, sentence: impl fmt::Display) -> Self {
        Self {
            lead: "stopped",
            ..Self::new(status, sentence)
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.lead, self.sentence)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::run(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Place { .. } | StoreError::Folder { .. } | StoreError::Busy { .. } => {
                Self::run(error)
            }
            StoreError::Source { .. } | StoreError::SameOutput { .. } => Self::usage(error),
        }
    }
}

impl From<LayoutError> for Failure {
    /// A setting that does not fit is the user's to mend.
    fn from(error: LayoutError) -> Self {
        Self::usage(error)
    }
}

impl From<FactorError> for Failure {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Layout(error) => error.into(),
            other => Self::run(other),
        }
    }
}

impl From<AnalysisError> for Failure {
    fn from(error: AnalysisError) -> Self {
        match error {
            AnalysisError::Source(error) => error.into(),
            AnalysisError::Factor(error) => error.into(),
            AnalysisError::Overflow => Self::run(error),
        }
    }
}

impl From<SurveyError> for Failure {
    fn from(error: SurveyError) -> Self {
        match error {
            SurveyError::Budget(sentence) => Self::usage(sentence),
            SurveyError::Factor(error) => error.into(),
            SurveyError::Image(_) | SurveyError::NoImages { .. } => Self::run(error),
        }
    }
}

impl From<FigureError> for Failure {
    fn from(error: FigureError) -> Self {
        match error {
            FigureError::Library { .. } => Self::run(error),
            _ => Self::usage(error),
        }
    }
}

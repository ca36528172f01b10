//! What went wrong, as one line and an exit status.

use std::ffi::OsString;
use std::fmt;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::analysis::AnalysisError;
use crate::approx::{FactorError, LayoutError};
use crate::figure::{FigureError, label};
use crate::source::SourceError;
use crate::store::StoreError;

/// A sentence (what, where, what to do) and the exit status that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
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
            status,
            sentence: label::clean(&sentence.to_string()),
        }
    }

    /// 1 for a run that failed, 2 for wrong usage.
    pub fn status(&self) -> u8 {
        self.status
    }

    /// clap's message without its usage lines, in one line.
    pub(super) fn from_clap(error: &clap::Error, arguments: &[OsString]) -> Self {
        if let Some(word) = arguments.get(1)
            && mistook_subcommand(error)
        {
            return Self::usage(format!(
                "there is no subcommand {}; --help shows those that there are, and one FILE alone opens the window",
                word.display()
            ));
        }
        let text = error.render().to_string();
        let mut paragraphs = text.split("\n\n").filter(|p| !p.trim().is_empty());
        let what = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "arguments are missing",
            _ => paragraphs.next().unwrap_or("wrong usage"),
        };
        let what = what.trim().trim_start_matches("error: ").to_owned();
        let tips: String = paragraphs
            .filter(|p| p.trim_start().starts_with("tip: "))
            .map(|p| format!("; {}", p.replace("tip: ", "").trim()))
            .collect();
        Self::usage(format!("{what}{tips}; --help shows what is possible"))
    }
}

/// Whether the first word was taken for the window's FILE although more follows.
fn mistook_subcommand(error: &clap::Error) -> bool {
    match error.get(ContextKind::PriorArg) {
        Some(ContextValue::String(prior)) => prior == "[FILE]",
        Some(ContextValue::Strings(prior)) => prior.iter().any(|prior| prior == "[FILE]"),
        _ => false,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.sentence)
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::run(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::run(error)
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
            AnalysisError::Factor(error) => error.into(),
            other => Self::run(other),
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

//! Why a session cannot be read or written.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::store::StoreError;

/// An error in a session's text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorkspaceError {
    /// It is something else; `what` says so and gives the remedy.
    #[error("{what}")]
    OfOtherKind {
        /// The actual content, and the remedy.
        what: String,
    },
    /// A newer version of the program wrote it.
    #[error(
        "this session is of a newer version of the program (form {version}, and this version reads \
         up to {known}); update the program"
    )]
    Newer {
        /// The form that it has.
        version: u64,
        /// The newest form that is read.
        known: u64,
    },
    /// It cannot be read.
    #[error("this session is damaged ({reason}); save it again or use another copy")]
    Damaged {
        /// The first thing that is wrong.
        reason: String,
    },
    /// It asks for something that this version does not know.
    #[error("this session asks for {what}, which this version does not know; update the program")]
    Unknown {
        /// The thing that it asks for.
        what: String,
    },
    /// It cannot be said in a file or a line.
    #[error("{0}")]
    Unsaid(&'static str),
}

impl WorkspaceError {
    pub(super) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged {
            reason: reason.into(),
        }
    }
}

/// Why a session file cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FileError {
    /// The system does not give the file.
    #[error("{}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        reason: String,
    },
    /// The file holds no session that can be opened, or cannot hold this one.
    #[error("{error}: {}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        error: WorkspaceError,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileError {
    pub(super) fn content(path: &Path) -> impl FnOnce(WorkspaceError) -> Self {
        move |error| Self::Content {
            path: path.to_owned(),
            error,
        }
    }
}

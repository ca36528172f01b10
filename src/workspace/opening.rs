//! Things that a person names to be opened: a matrix or a whole session.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::Workspace;
use super::error::WorkspaceError;
use super::file::is_session_file;
use super::link::is_link_text;
use crate::source::{Source, SourceError, whole_path};

/// Something that the window can be opened on.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// A matrix; everything else stays.
    Source(Source),
    /// A session file that is still to be read.
    File(PathBuf),
    /// A session.
    Workspace(Box<Workspace>),
}

/// Why a text names nothing that can be opened.
#[derive(Debug, Error)]
pub enum OpeningError {
    /// It is no SOURCE.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// It is a link that cannot be read.
    #[error(transparent)]
    Link(#[from] WorkspaceError),
}

impl Opening {
    /// Reads a word of a command line: a link text, a session file by its ending, else a SOURCE.
    ///
    /// # Errors
    /// As [`Workspace::from_link_text`] and the SOURCE's syntax.
    pub fn read(text: &str) -> Result<Self, OpeningError> {
        if is_link_text(text) {
            let workspace = Workspace::from_link_text(text)?;
            return Ok(Self::Workspace(Box::new(workspace)));
        }
        match text.parse()? {
            Source::File { path, array: None } => Ok(Self::of_path(path)),
            source => Ok(Self::Source(source)),
        }
    }

    /// The opening of a file, by its name.
    pub fn of_path(path: PathBuf) -> Self {
        match is_session_file(&path) {
            true => Self::File(path),
            false => Self::Source(Source::from_path(path)),
        }
    }

    /// The same with whole paths.
    #[must_use]
    pub fn absolute(self) -> Self {
        match self {
            Self::Source(source) => Self::Source(source.absolute()),
            Self::File(path) => Self::File(whole_path(&path)),
            Self::Workspace(workspace) => Self::Workspace(workspace),
        }
    }

    /// Reads what a person typed or pasted: as on the command line, in quotes or with `~` for `home` too.
    ///
    /// # Errors
    /// As [`Opening::read`].
    pub fn typed(text: &str, home: Option<&Path>) -> Result<Self, OpeningError> {
        if is_link_text(text) {
            return Self::read(text);
        }
        match Source::typed(text, home)? {
            Source::File { path, array: None } => Ok(Self::of_path(path)),
            source => Ok(Self::Source(source)),
        }
    }
}

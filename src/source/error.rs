//! What can go wrong with a source: one sentence each, with the place and the remedy.

use crate::process::panics;
use crate::system;

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The text is no SOURCE of the command line.
    #[error("'{text}' names no source: {reason}")]
    Syntax {
        /// What was given.
        text: String,
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// There is no such file.
    #[error("there is no file {path}; check the spelling and the folder")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// There is no such folder.
    #[error("there is no folder {path}; check the spelling")]
    MissingFolder {
        /// The path as given.
        path: String,
    },
    /// A folder where a file was expected.
    #[error("{path} is a folder; {remedy}")]
    IsFolder {
        /// The path as given.
        path: String,
        /// What to write instead.
        remedy: String,
    },
    /// The data inside the program.
    #[error("the built-in MNIST data is corrupted; install the program again")]
    Corrupted,
    /// The operating system does not give the file.
    #[error("{path} cannot be read: {reason}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// Standard input is named by two sources.
    #[error("standard input can be only one source; save it to a file and name that file twice")]
    StandardInputTwice,
    /// Nothing in it.
    #[error("{name} is empty; a matrix needs at least one row and one column")]
    Empty {
        /// The file or array.
        name: String,
    },
    /// A kind of file, array or image that this program does not read.
    #[error("{name} holds {what}; {remedy}")]
    Unsupported {
        /// The file or array.
        name: String,
        /// What it is.
        what: String,
        /// What would be read instead.
        remedy: String,
    },
    /// The content contradicts itself or breaks off.
    #[error("{name} is damaged or not {expected}: {reason}")]
    Damaged {
        /// The file or array.
        name: String,
        /// What it should have been.
        expected: String,
        /// What was found.
        reason: String,
    },
    /// More than the [`Limits`](super::Limits) allow.
    #[error(
        "{name} is too large: {what}; the limit is {limit}, take a part of it or scale it down"
    )]
    TooLarge {
        /// The file or array.
        name: String,
        /// What there is too much of.
        what: String,
        /// How much is allowed, and of what.
        limit: String,
    },
    /// More memory than there is.
    #[error("{name} {shortage}; {remedy}")]
    Memory {
        /// The file, array or kind of matrix.
        name: String,
        /// How much is needed, and how much is free.
        shortage: crate::memory::Shortage,
        /// What needs less.
        remedy: String,
    },
    /// One cell is no number, or not finite.
    #[error("{name} has {problem} at {place}; every cell must be a finite number")]
    Cell {
        /// The file or array.
        name: String,
        /// Row and column, counted from 1, and the line of a text file.
        place: String,
        /// What stands there.
        problem: String,
    },
    /// Rows of different length.
    #[error(
        "{name} is not rectangular: {place} has {} where the rows before have {expected}",
        counted(*found, "cell", "cells")
    )]
    Ragged {
        /// The file.
        name: String,
        /// The row, counted from 1, and the line of the file.
        place: String,
        /// Cells in that row.
        found: usize,
        /// Cells in the rows before.
        expected: usize,
    },
    /// An archive has several arrays, or not the one asked for.
    #[error("{name} {problem}; choose one as {name}#NAME, with NAME one of {names}")]
    WhichArray {
        /// The archive.
        name: String,
        /// Why nothing was chosen.
        problem: String,
        /// The names there are.
        names: String,
    },
    /// A data set has no image of that number.
    #[error("{dataset} has no {split} image {index}; they are numbered from 0 to {last}")]
    NoSuchImage {
        /// The data set.
        dataset: String,
        /// Which half.
        split: super::Split,
        /// The number asked for.
        index: usize,
        /// The largest number there is.
        last: usize,
    },
    /// Settings of a synthetic matrix out of range.
    #[error("a synthetic matrix cannot have {problem}")]
    Synthetic {
        /// Which setting, and the range it must be in.
        problem: String,
    },
    /// An order of rows and columns is for matrices of one shape.
    #[error(
        "{name} is {rows} × {cols} and the order is for {order_rows} × {order_cols}; choose an order for this shape"
    )]
    Order {
        /// The matrix.
        name: String,
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
        /// Rows of the order.
        order_rows: usize,
        /// Columns of the order.
        order_cols: usize,
    },
    /// Only matrices of one shape can be subtracted.
    #[error(
        "{whole} is {rows} × {cols} and {part} is {part_rows} × {part_cols}; a difference needs two sources of one shape"
    )]
    ShapesDiffer {
        /// What is subtracted from.
        whole: String,
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
        /// What is subtracted.
        part: String,
        /// Its rows.
        part_rows: usize,
        /// Its columns.
        part_cols: usize,
    },
}

impl SourceError {
    /// The error for a path that the operating system refused.
    pub(super) fn from_io(path: &std::path::Path, error: &std::io::Error) -> Self {
        if system::only_it_is_missing(path, error) {
            return Self::Missing { path: shown(path) };
        }
        Self::Unreadable {
            path: shown(path),
            reason: printable(&system::reading(path, error)),
        }
    }

    pub(super) fn syntax(text: &str, reason: impl Into<String>) -> Self {
        Self::Syntax {
            text: text.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn damaged(name: &str, expected: &str, reason: impl Into<String>) -> Self {
        Self::Damaged {
            name: name.to_owned(),
            expected: expected.to_owned(),
            reason: one_line(&reason.into()),
        }
    }

    pub(crate) fn memory(name: &str, shortage: crate::memory::Shortage, remedy: &str) -> Self {
        Self::Memory {
            name: name.to_owned(),
            shortage,
            remedy: remedy.to_owned(),
        }
    }

    pub(super) fn unsupported(
        name: &str,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self::Unsupported {
            name: name.to_owned(),
            what: one_line(&what.into()),
            remedy: remedy.into(),
        }
    }
}

/// *1 cell*, *2 cells*
pub(super) fn counted(count: usize, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {more}"),
    }
}

/// A path as it stands in a sentence.
pub(super) fn shown(path: &std::path::Path) -> String {
    printable(&path.to_string_lossy())
}

/// A name that stays on its line; files and arrays may have any characters in their names.
pub(super) fn printable(name: &str) -> String {
    name.replace(char::is_control, "\u{fffd}")
}

/// Other crates' messages, and cells of tables, within a sentence: one line, no full stop, not long.
pub(super) fn one_line(text: &str) -> String {
    const SHOWN: usize = 120;
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    let line = line.trim_end_matches('.');
    if line.chars().count() <= SHOWN {
        return line.to_owned();
    }
    let start: String = line.chars().take(SHOWN).collect();
    format!("{start}…")
}

/// Runs a decoder from another crate on data nobody has checked; a panic inside it is an answer.
pub(super) fn guarded<T>(
    name: &str,
    expected: &str,
    decode: impl FnOnce() -> Result<T, SourceError>,
) -> Result<T, SourceError> {
    panics::guarded(decode)
        .unwrap_or_else(|| Err(SourceError::damaged(name, expected, "it cannot be decoded")))
}

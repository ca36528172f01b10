//! Errors of sources: one sentence each, with the remedy and the place.

use crate::process::panics;
use crate::{system, text};

/// Why a source could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The text is no SOURCE of the command line.
    #[error("not a source; {reason}: '{text}'")]
    Syntax {
        /// The text as given.
        text: String,
        /// The error, or a correct form.
        reason: String,
    },
    /// There is no such file.
    #[error("file not found; check the spelling and the folder: {path}")]
    Missing {
        /// The path as given.
        path: String,
    },
    /// There is no such folder.
    #[error("folder not found; check the spelling: {path}")]
    MissingFolder {
        /// The path as given.
        path: String,
    },
    /// A folder where a file was expected.
    #[error("this is a folder; {remedy}: {path}")]
    IsFolder {
        /// The path as given.
        path: String,
        /// A correct form.
        remedy: String,
    },
    /// The data inside the program.
    #[error("the built-in MNIST data is corrupted; reinstall the program")]
    Corrupted,
    /// The operating system does not give the file.
    #[error("this cannot be read, because {reason}: {path}")]
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
    #[error("this is empty; a matrix needs at least one row and one column: {name}")]
    Empty {
        /// The file or array.
        name: String,
    },
    /// A kind of file, array or image that this program does not read.
    #[error("this holds {what}; {remedy}: {name}")]
    Unsupported {
        /// The file or array.
        name: String,
        /// The content of the file.
        what: String,
        /// A form that is read.
        remedy: String,
    },
    /// A JSON file of the program that holds no matrix.
    #[error("{refusal}: {name}")]
    OtherJson {
        /// The file.
        name: String,
        /// What it is, and where it opens.
        refusal: String,
    },
    /// The content contradicts itself or breaks off.
    #[error("this is damaged or not {expected}; {reason}: {name}")]
    Damaged {
        /// The file or array.
        name: String,
        /// The form that was expected.
        expected: String,
        /// The first thing that is wrong.
        reason: String,
    },
    /// More than the [`Limits`](super::Limits) allow.
    #[error(
        "this is too large ({what}; the limit is {limit}); take a part of it or scale it down: {name}"
    )]
    TooLarge {
        /// The file or array.
        name: String,
        /// The amount, with its unit.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// More memory than there is.
    #[error("this {shortage}; {remedy}: {name}")]
    Memory {
        /// The file, array or kind of matrix.
        name: String,
        /// The memory needed, and the memory free.
        shortage: crate::memory::Shortage,
        /// A way to need less.
        remedy: String,
    },
    /// One cell is no number, or not finite.
    #[error("found {problem} at {place}; every cell must be a finite number: {name}")]
    Cell {
        /// The file or array.
        name: String,
        /// Row and column, counted from 1, and the line of a text file.
        place: String,
        /// The content of the cell.
        problem: String,
    },
    /// Rows of different length.
    #[error(
        "not rectangular: {place} has {} where the rows before have {expected}; give every row the same \
         number of cells: {name}",
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
    #[error("this {problem}; choose one as {name}#NAME, with NAME one of {names}")]
    WhichArray {
        /// The archive.
        name: String,
        /// Why nothing was chosen.
        problem: String,
        /// The names there are.
        names: String,
    },
    /// A data set has no image of that number.
    #[error("{dataset} has no {split} image {index}; choose one from 0 to {last}")]
    NoSuchImage {
        /// The data set.
        dataset: String,
        /// The half.
        split: super::Split,
        /// The number asked for.
        index: usize,
        /// The largest number there is.
        last: usize,
    },
    /// Settings of a synthetic matrix out of range.
    #[error("a synthetic matrix cannot have {problem}")]
    Synthetic {
        /// The setting, and the range it must be in.
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
        "{whole} is {rows} × {cols} and {part} is {part_rows} × {part_cols}; a difference needs two sources of the same shape"
    )]
    ShapesDiffer {
        /// The source that is subtracted from.
        whole: String,
        /// Its rows.
        rows: usize,
        /// Its columns.
        cols: usize,
        /// The source that is subtracted.
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
    text::marked(name)
}

/// Other crates' messages, and cells of tables, within a sentence: one line, no full stop, not long.
pub(super) fn one_line(text: &str) -> String {
    const SHOWN: usize = 120;
    let line = text::clean(text);
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

//! Formats of files, as the search for the right one sees them.

use super::input::{FileStart, Input};
use crate::source::{Arrays, LoadedMatrix, SourceError};

/// Formats that are mistaken for each other: within a family a file's first bytes say more than its
/// name, between families its name says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatFamily {
    /// Arrays of numbers in bytes.
    Array,
    /// Pictures of pixels.
    Image,
    /// Numbers in text.
    Text,
}

/// The evidence in the first bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// They are not those of the format.
    No,
    /// They can be those of the format.
    Likely,
    /// They are those of the format, whatever the file is called.
    Sure,
}

impl Sign {
    /// Certainty from what was found.
    pub fn sure(found: bool) -> Self {
        if found { Self::Sure } else { Self::No }
    }

    /// A likelihood from what was found.
    pub fn likely(found: bool) -> Self {
        if found { Self::Likely } else { Self::No }
    }
}

/// The content of a file of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatContent {
    /// A matrix.
    Matrix,
    /// An array, which can be described without being read.
    Array,
    /// Arrays with names, of which `FILE#NAME` chooses one.
    Arrays,
}

/// A format of files that hold a matrix.
pub trait FileFormat: Sync {
    /// Its name in a list, after which the family's noun may follow: *PNG*, *CSV and TSV*.
    fn name(&self) -> &'static str;

    /// The endings of its files, in lower case.
    fn endings(&self) -> &'static [&'static str];

    /// The formats that it is mistaken for.
    fn family(&self) -> FormatFamily;

    /// The content.
    fn holds(&self) -> FormatContent {
        FormatContent::Matrix
    }

    /// Whether a file that begins so is one.
    fn recognizes(&self, start: &FileStart<'_>) -> Sign;

    /// The matrix in the file.
    ///
    /// # Errors
    /// One sentence that says what is wrong, where, and what to do.
    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError>;

    /// The arrays in the file; nothing where it [`holds`](Self::holds) only its matrix.
    ///
    /// # Errors
    /// A file that is damaged.
    fn list(&self, _input: &mut Input<'_>) -> Result<Option<Arrays>, SourceError> {
        Ok(None)
    }
}

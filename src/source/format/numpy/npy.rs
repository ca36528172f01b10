//! NumPy's `.npy` files: one array.

use super::header::{self, begins_as_array};
use super::values::{info, read_values};
use crate::source::format::input::{FileStart, Input};
use crate::source::format::kind::{FileFormat, FormatContent, FormatFamily, Sign};
use crate::source::{Arrays, LoadedMatrix, SourceError};

/// An array that `numpy.save` wrote.
pub struct Npy;

impl FileFormat for Npy {
    fn name(&self) -> &'static str {
        "NPY"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["npy"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Array
    }

    fn holds(&self) -> FormatContent {
        FormatContent::Array
    }

    /// Arrays are told by their first bytes, as in NumPy.
    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::sure(begins_as_array(start.bytes))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let header = header::read(input.name, &mut input.reader)?;
        let (length, limits) = (input.length, input.limits);
        read_values(input.name, &header, &mut input.reader, length, limits)
    }

    fn list(&self, input: &mut Input<'_>) -> Result<Option<Arrays>, SourceError> {
        let header = header::read(input.name, &mut input.reader)?;
        Ok(Some(Arrays {
            arrays: vec![info("", &header, input.length)],
            others: Vec::new(),
        }))
    }
}

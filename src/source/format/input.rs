//! A file on its way to the reader of its format.

use std::borrow::Cow;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use nalgebra::DMatrix;

use super::text;
use crate::memory;
use crate::source::{Limits, SourceError};

/// So many bytes tell what a file is.
const LOOKED_AT: u64 = 512;

/// Bytes that can be gone back to.
pub trait ByteSource: Read + Seek {}

impl<T: Read + Seek> ByteSource for T {}

/// The first bytes of a file, as they are and as text.
pub struct FileStart<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// The text that they are, if they are text; its last character may be cut off.
    pub text: Cow<'a, str>,
}

impl<'a> FileStart<'a> {
    /// The start of a file that begins with these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        let text = text::decode(bytes);
        Self { bytes, text }
    }
}

/// A file, what is wanted of it, and how much of it may be read.
pub struct Input<'a> {
    /// The path, as its user named it.
    pub path: &'a Path,
    /// The path in a sentence.
    pub name: &'a str,
    /// Its bytes.
    pub reader: &'a mut dyn ByteSource,
    /// The number of bytes.
    pub length: u64,
    /// The name of the array that is wanted.
    pub wanted: Option<&'a str>,
    /// Whether the path leads to it, so that files beside it belong to it.
    pub on_disk: bool,
    /// The matrix that is subtracted, which some updates depend on.
    pub base: Option<&'a DMatrix<f64>>,
    /// Bounds.
    pub limits: &'a Limits,
}

impl Input<'_> {
    /// Looks at the first bytes and goes back to them.
    ///
    /// # Errors
    /// An empty file, or what the operating system says.
    pub fn start(&mut self) -> Result<Vec<u8>, SourceError> {
        if self.length == 0 {
            return Err(SourceError::Empty {
                name: self.name.to_owned(),
            });
        }
        let mut start = Vec::new();
        let read = (&mut self.reader)
            .take(LOOKED_AT)
            .read_to_end(&mut start)
            .and_then(|_| self.reader.seek(SeekFrom::Start(0)));
        match read {
            Ok(_) => Ok(start),
            Err(error) => Err(SourceError::from_io(self.path, &error)),
        }
    }

    /// All bytes, within the limits.
    ///
    /// # Errors
    /// A file that is too large, also for the memory that is free, or what the operating system says.
    pub fn bytes(&mut self) -> Result<Vec<u8>, SourceError> {
        let limit = self.limits.max_file_bytes;
        let too_large = |length: u64| SourceError::TooLarge {
            name: self.name.to_owned(),
            what: format!("{length} bytes"),
            limit: format!("{limit} bytes"),
        };
        if self.length > limit {
            return Err(too_large(self.length));
        }
        memory::ensure_free(self.length)
            .map_err(|shortage| SourceError::memory(self.name, shortage, "take a part of it"))?;
        let mut bytes = Vec::new();
        // The file may have grown since its length was asked for.
        (&mut self.reader)
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| SourceError::from_io(self.path, &error))?;
        match bytes.len() as u64 {
            length if length > limit => Err(too_large(length)),
            _ => Ok(bytes),
        }
    }

    /// All its `bytes` as text whose line ends are `\n`.
    ///
    /// # Errors
    /// Bytes that are no text.
    pub fn text<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, SourceError> {
        let text = text::decode(bytes);
        if text.contains('\0') {
            let reason = "it has bytes that no text has";
            return Err(SourceError::damaged(self.name, text::EXPECTED, reason));
        }
        Ok(text)
    }
}

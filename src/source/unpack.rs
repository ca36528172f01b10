//! Files that may be packed with gzip: their first bytes say so, not their names.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use flate2::read::{GzDecoder, MultiGzDecoder};

use super::SourceError;
use super::error::shown;
use super::opening::open;

/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// No deflate stream unpacks to more than this many times its length.
const MOST_UNPACKED: u64 = 1032;

/// The content of a file, unpacked while it is read; its checksum is verified at its end.
pub(super) struct UnpackedFile {
    /// The file as it stands in a sentence.
    pub name: String,
    reader: Box<dyn Read>,
    /// The number of bytes, where it is known before they are read.
    pub length: Option<u64>,
    /// More bytes cannot come out of it.
    pub most: u64,
}

impl UnpackedFile {
    /// Opens a file.
    ///
    /// # Errors
    /// A file that is missing, unreadable or no regular file.
    pub fn of_file(path: &Path) -> Result<Self, SourceError> {
        let io = |error| SourceError::from_io(path, &error);
        let (mut file, length) = open(path)?;
        let mut start = Vec::new();
        let first = GZIP.len() as u64;
        file.by_ref()
            .take(first)
            .read_to_end(&mut start)
            .map_err(io)?;
        file.rewind().map_err(io)?;
        let name = shown(path);
        Ok(if start == GZIP {
            Self::packed(name, file, length)
        } else {
            Self {
                name,
                reader: Box::new(BufReader::new(file)),
                length: Some(length),
                most: length,
            }
        })
    }

    fn packed(name: String, file: File, length: u64) -> Self {
        Self {
            name,
            reader: Box::new(MultiGzDecoder::new(BufReader::new(file))),
            length: None,
            most: length.saturating_mul(MOST_UNPACKED),
        }
    }

    /// Bytes in memory, packed as one.
    pub fn of_packed_bytes(name: &str, bytes: &'static [u8]) -> Self {
        Self {
            name: name.to_owned(),
            reader: Box::new(GzDecoder::new(bytes)),
            length: None,
            most: (bytes.len() as u64).saturating_mul(MOST_UNPACKED),
        }
    }

    /// Appends up to `count` bytes to `bytes`; fewer only where the content ends.
    ///
    /// # Errors
    /// A gzip file that is damaged, or what the operating system says.
    pub fn read(&mut self, count: u64, bytes: &mut Vec<u8>) -> Result<(), SourceError> {
        match self.reader.by_ref().take(count).read_to_end(bytes) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.fault(&error)),
        }
    }

    /// Passes over `count` bytes.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn skip(&mut self, count: u64) -> Result<(), SourceError> {
        match io::copy(&mut self.reader.by_ref().take(count), &mut io::sink()) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.fault(&error)),
        }
    }

    fn fault(&self, error: &io::Error) -> SourceError {
        if self.length.is_some() {
            return SourceError::from_io(Path::new(&self.name), error);
        }
        let reason = format!("it cannot be unpacked ({error}); download it again");
        SourceError::damaged(&self.name, "a gzip file", reason)
    }
}

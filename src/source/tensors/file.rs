//! One safetensors file.

use std::io::{Read, Seek, SeekFrom};

use nalgebra::DMatrix;

use super::TensorStore;
use super::header::{EXPECTED, Header, TensorInfo, matrix_sides};
use crate::memory;
use crate::source::error::printable;
use crate::source::{Limits, SourceError};

/// So many values are read at once.
const CHUNK: usize = 1 << 16;

/// An open file whose header has been read.
pub struct TensorFile<R> {
    name: String,
    header: Header,
    reader: R,
}

impl<R: Read + Seek> TensorFile<R> {
    /// Reads the header of a file of `length` bytes.
    ///
    /// # Errors
    /// A file that is damaged or of another kind.
    pub fn open(name: &str, mut reader: R, length: u64) -> Result<Self, SourceError> {
        let header = Header::read(name, &mut reader, length)?;
        Ok(Self {
            name: name.to_owned(),
            header,
            reader,
        })
    }

    fn shown(&self, tensor: &str) -> String {
        format!("{}#{}", self.name, printable(tensor))
    }
}

impl<R: Read + Seek> TensorStore for TensorFile<R> {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        self.header.tensors.keys().cloned().collect()
    }

    fn info(&mut self, tensor: &str) -> Result<TensorInfo, SourceError> {
        let info = self.header.tensors.get(tensor).cloned();
        info.ok_or_else(|| {
            let reason = format!("it has no tensor '{}'", printable(tensor));
            SourceError::damaged(&self.name, EXPECTED, reason)
        })
    }

    fn matrix(&mut self, tensor: &str, limits: &Limits) -> Result<DMatrix<f64>, SourceError> {
        let info = self.info(tensor)?;
        let shown = self.shown(tensor);
        if !info.element.is_number() {
            let what = format!("values of type {}", info.element.name);
            let remedy = "save it as F32 or F16";
            return Err(SourceError::unsupported(&shown, what, remedy));
        }
        let (rows, cols) = matrix_sides(&shown, &info.shape, limits)?;
        let mut matrix = memory::zeros(rows, cols)
            .map_err(|shortage| SourceError::memory(&shown, shortage, "take a part of it"))?;
        let broken = |_| SourceError::damaged(&shown, EXPECTED, "its values cannot be read");
        self.reader
            .seek(SeekFrom::Start(info.begin))
            .map_err(broken)?;
        let size = info.element.size();
        // Some rows at a time, so that whole pieces of columns are written.
        let together = (CHUNK / cols).clamp(1, rows);
        let mut bytes = vec![0; size * together * cols];
        for first in (0..rows).step_by(together) {
            let count = together.min(rows - first);
            let part = &mut bytes[..size * count * cols];
            self.reader.read_exact(part).map_err(broken)?;
            for col in 0..cols {
                for row in 0..count {
                    let at = size * (row * cols + col);
                    matrix[(first + row, col)] = info.element.value(&part[at..at + size]);
                }
            }
        }
        Ok(matrix)
    }

    fn number(&mut self, tensor: &str) -> Result<f64, SourceError> {
        let info = self.info(tensor)?;
        let shown = self.shown(tensor);
        let mut bytes = vec![0; info.element.size()];
        let read = self
            .reader
            .seek(SeekFrom::Start(info.begin))
            .and_then(|_| self.reader.read_exact(&mut bytes));
        let value = info.element.value(&bytes);
        match read {
            Ok(()) if value.is_finite() => Ok(value),
            _ => Err(SourceError::damaged(
                &shown,
                EXPECTED,
                "it is not one finite number",
            )),
        }
    }

    fn metadata(&self, key: &str) -> Option<String> {
        self.header.metadata.get(key).cloned()
    }
}

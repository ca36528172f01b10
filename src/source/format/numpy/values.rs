//! The values of an `.npy` array, behind its header.

use std::io::{BufReader, ErrorKind, Read};

use half::f16;
use nalgebra::DMatrix;

use super::archive::unpack_reason;
use super::element::{ArrayElement, NumberType};
use super::header::{ArrayHeader, EXPECTED};
use crate::memory;
use crate::source::tensors::{matrix_sides, shape_note};
use crate::source::{ArrayInfo, Limits, LoadedMatrix, SourceError};

/// An array that takes so many bytes in its file.
pub fn info(name: &str, header: &ArrayHeader, bytes: u64) -> ArrayInfo {
    ArrayInfo {
        name: name.to_owned(),
        shape: header.shape.clone(),
        dtype: header.element.name(),
        bytes,
        update: None,
    }
}

/// The values behind a header; `length` is all that there should be, the header included.
pub fn read_values(
    name: &str,
    header: &ArrayHeader,
    mut reader: impl Read,
    length: u64,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let (number, big_endian) = match &header.element {
        ArrayElement::Number { number, big_endian } => (*number, *big_endian),
        ArrayElement::Other(other) => {
            let (what, remedy) = other.refusal(header.shape.len());
            return Err(SourceError::unsupported(name, what, remedy));
        }
    };
    let (rows, cols) = matrix_shape(name, header, limits)?;
    let available = length.saturating_sub(header.length);
    let announced = (rows as u64 * cols as u64).saturating_mul(number.size());
    if announced > available {
        let reason =
            format!("its header announces {announced} bytes of values and {available} are there");
        return Err(SourceError::damaged(name, EXPECTED, reason));
    }
    let matrix = memory::zeros(rows, cols)
        .map_err(|shortage| SourceError::memory(name, shortage, "take a part of it"))?;
    let fill = MatrixFill {
        name,
        matrix,
        fortran_sides: header.fortran_order.then(|| header.shape.clone()),
        big_endian,
    };
    let matrix = fill.read(number, (&mut reader).take(announced))?;
    let mut loaded = LoadedMatrix::new(name, matrix);
    loaded.notes.extend(shape_note(&header.shape, (rows, cols)));
    // Reading on to the end also lets an archive check its checksum.
    let behind = reader
        .read(&mut [0])
        .map_err(|error| SourceError::damaged(name, EXPECTED, unpack_reason(&error)))?;
    if behind > 0 {
        loaded
            .notes
            .push("data after the first array in the file was ignored".to_owned());
    }
    Ok(loaded)
}

/// Rows and columns: more than two dimensions as (first, rest), one as one row.
fn matrix_shape(
    name: &str,
    header: &ArrayHeader,
    limits: &Limits,
) -> Result<(usize, usize), SourceError> {
    if header.shape.is_empty() {
        let remedy = "save a.reshape(1, 1) of it for a matrix of one cell";
        return Err(SourceError::unsupported(name, "a single number", remedy));
    }
    matrix_sides(name, &header.shape, limits)
}

impl NumberType {
    fn size(self) -> u64 {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }
}

/// Values on their way into a matrix.
struct MatrixFill<'a> {
    name: &'a str,
    matrix: DMatrix<f64>,
    /// The sides of an array whose first index counts fastest.
    fortran_sides: Option<Vec<u64>>,
    big_endian: bool,
}

impl MatrixFill<'_> {
    fn read(self, number: NumberType, reader: impl Read) -> Result<DMatrix<f64>, SourceError> {
        match number {
            NumberType::Bool => self.convert(reader, |[byte]| f64::from(u8::from(byte != 0))),
            NumberType::I8 => self.convert(reader, |bytes| f64::from(i8::from_le_bytes(bytes))),
            NumberType::I16 => self.convert(reader, |bytes| f64::from(i16::from_le_bytes(bytes))),
            NumberType::I32 => self.convert(reader, |bytes| f64::from(i32::from_le_bytes(bytes))),
            NumberType::I64 => self.convert(reader, |bytes| i64::from_le_bytes(bytes) as f64),
            NumberType::U8 => self.convert(reader, |bytes| f64::from(u8::from_le_bytes(bytes))),
            NumberType::U16 => self.convert(reader, |bytes| f64::from(u16::from_le_bytes(bytes))),
            NumberType::U32 => self.convert(reader, |bytes| f64::from(u32::from_le_bytes(bytes))),
            NumberType::U64 => self.convert(reader, |bytes| u64::from_le_bytes(bytes) as f64),
            NumberType::F16 => self.convert(reader, |bytes| f64::from(f16::from_le_bytes(bytes))),
            NumberType::F32 => self.convert(reader, |bytes| f64::from(f32::from_le_bytes(bytes))),
            NumberType::F64 => self.convert(reader, f64::from_le_bytes),
        }
    }

    /// Reads value by value of `N` bytes, in a buffer.
    fn convert<const N: usize>(
        mut self,
        reader: impl Read,
        to_f64: impl Fn([u8; N]) -> f64,
    ) -> Result<DMatrix<f64>, SourceError> {
        let (rows, cols) = self.matrix.shape();
        let mut reader = BufReader::with_capacity(64 << 10, reader);
        let mut bytes = [0; N];
        for at in 0..rows * cols {
            reader.read_exact(&mut bytes).map_err(|error| {
                let reason = match error.kind() {
                    ErrorKind::UnexpectedEof => format!("it ends after {at} values"),
                    _ => unpack_reason(&error).to_owned(),
                };
                SourceError::damaged(self.name, EXPECTED, reason)
            })?;
            if self.big_endian {
                bytes.reverse();
            }
            let cell = match &self.fortran_sides {
                None => (at / cols, at % cols),
                Some(sides) => (at % rows, column(at / rows, sides)),
            };
            self.matrix[cell] = to_f64(bytes);
        }
        Ok(self.matrix)
    }
}

/// The column, in (first, rest), of the element that is `at` in the order in which the first index
/// behind the rows counts fastest.
fn column(mut at: usize, sides: &[u64]) -> usize {
    let rest = &sides[sides.len().min(1)..];
    let mut weight: usize = rest.iter().map(|&side| side as usize).product();
    let mut column = 0;
    for &side in rest {
        let side = side as usize;
        weight /= side;
        column += at % side * weight;
        at /= side;
    }
    column
}

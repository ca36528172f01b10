//! NumPy's `.npy` arrays and `.npz` archives.

use std::io::{BufReader, ErrorKind, Read, Seek};
use std::path::Path;

use half::f16;
use nalgebra::DMatrix;
use serde::Serialize;

use super::archive::{Archive, Member, unpack_reason};
use super::error::{printable, shown};
use super::npy_header::{self, EXPECTED, Header, sides};
use super::npy_type::{Element, Number};
use super::{Limits, Loaded, SourceError, file};
use crate::memory;

/// Arrays of an archive that are looked at to find the only matrix.
const LOOKED_AT: usize = 1000;

/// One array of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArrayInfo {
    /// Its name in an archive; empty for the array of an `.npy` file.
    pub name: String,
    /// Its sides.
    pub shape: Vec<u64>,
    /// Its element type as NumPy names it, such as `float32`.
    pub dtype: String,
    /// The bytes that it takes in the file once unpacked, its header included.
    pub bytes: u64,
}

/// A member of an archive that is no array.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherMember {
    /// Its name in the archive.
    pub name: String,
    /// Why it is none, as one sentence where it should be one.
    pub reason: String,
}

/// What is in a file of arrays, each in the order of the names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Arrays {
    /// The arrays.
    pub arrays: Vec<ArrayInfo>,
    /// What else is there.
    pub others: Vec<OtherMember>,
}

/// The arrays of an `.npz` or `.npy` file in the order of their names; none for other files.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn arrays_in(path: impl AsRef<Path>) -> Result<Vec<ArrayInfo>, SourceError> {
    let path = path.as_ref();
    let (opened, length) = file::open(path)?;
    let reader = BufReader::new(opened);
    Ok(file::list(path, &shown(path), reader, length)?
        .map(|listed| listed.arrays)
        .unwrap_or_default())
}

/// Everything in an `.npz` or `.npy` file; a member that is damaged does not hide the others.
///
/// # Errors
/// When the file cannot be read, or holds no arrays.
pub fn list_arrays(path: impl AsRef<Path>) -> Result<Arrays, SourceError> {
    let path = path.as_ref();
    let (opened, length) = file::open(path)?;
    let reader = BufReader::new(opened);
    file::list(path, &shown(path), reader, length)?.ok_or_else(|| {
        SourceError::unsupported(
            &shown(path),
            "no arrays that could be listed",
            "arrays are in .npy and .npz files",
        )
    })
}

/// The array of an `.npy` file of `length` bytes.
pub(super) fn list_npy(name: &str, reader: impl Read, length: u64) -> Result<Arrays, SourceError> {
    let header = npy_header::read(name, reader)?;
    Ok(Arrays {
        arrays: vec![info("", &header, length)],
        others: Vec::new(),
    })
}

/// The members of an `.npz` archive.
pub(super) fn list_npz(name: &str, reader: impl Read + Seek) -> Result<Arrays, SourceError> {
    let mut archive = Archive::open(name, reader)?;
    let arrays = archive.arrays();
    let mut listed = Arrays::default();
    for member in archive.members.clone() {
        if !arrays.contains(&member) {
            let reason = "no array".to_owned();
            listed.others.push(other(&member, reason));
            continue;
        }
        let shown = archive.shown(&member);
        let header = archive.with_member(&member, |entry| npy_header::read(&shown, entry));
        match header {
            Ok(header) => listed
                .arrays
                .push(info(&member.name, &header, member.length)),
            Err(error) => listed.others.push(other(&member, error.to_string())),
        }
    }
    Ok(listed)
}

fn info(name: &str, header: &Header, bytes: u64) -> ArrayInfo {
    ArrayInfo {
        name: name.to_owned(),
        shape: header.shape.clone(),
        dtype: header.element.name(),
        bytes,
    }
}

fn other(member: &Member, reason: String) -> OtherMember {
    OtherMember {
        name: member.name.clone(),
        reason,
    }
}

/// The array of an `.npy` file of `length` bytes.
pub(super) fn read_npy(
    name: &str,
    mut reader: impl Read,
    length: u64,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let header = npy_header::read(name, &mut reader)?;
    read_values(name, &header, reader, length, limits)
}

/// The array `wanted` of an `.npz` archive, or its only matrix.
pub(super) fn read_npz(
    name: &str,
    reader: impl Read + Seek,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let mut archive = Archive::open(name, reader)?;
    let member = match wanted {
        Some(wanted) => named(&mut archive, wanted)?,
        None => only_matrix(name, &mut archive)?,
    };
    let shown = archive.shown(&member);
    let mut loaded = archive.with_member(&member, |mut entry| {
        let header = npy_header::read(&shown, &mut entry)?;
        read_values(&shown, &header, entry, member.length, limits)
    })?;
    if wanted.is_none() {
        let note = format!("array '{}' of the archive", printable(&member.name));
        loaded.notes.insert(0, note);
    }
    Ok(loaded)
}

fn named<R: Read + Seek>(archive: &mut Archive<R>, wanted: &str) -> Result<Member, SourceError> {
    let found = archive.find(wanted).cloned();
    let arrays = archive.arrays();
    let Some(member) = found else {
        let problem = format!("has no array '{}'", printable(wanted));
        return Err(match arrays.is_empty() {
            true => no_arrays(archive.name()),
            false => archive.ask(&arrays, problem),
        });
    };
    // One that cannot be unpacked says itself why.
    if arrays.contains(&member) || archive.with_member(&member, |_| Ok(())).is_err() {
        return Ok(member);
    }
    let problem = format!("has a member '{}', which is no array", printable(wanted));
    Err(match arrays.is_empty() {
        true => no_arrays(archive.name()),
        false => archive.ask(&arrays, problem),
    })
}

fn no_arrays(name: &str) -> SourceError {
    let remedy = "an archive that numpy.savez wrote is needed";
    SourceError::unsupported(name, "no arrays", remedy)
}

/// The only two-dimensional array of numbers, or the only array.
fn only_matrix<R: Read + Seek>(
    name: &str,
    archive: &mut Archive<R>,
) -> Result<Member, SourceError> {
    let arrays = archive.arrays();
    match arrays.as_slice() {
        [] => return Err(no_arrays(name)),
        [only] => return Ok(only.clone()),
        many if many.len() > LOOKED_AT => {
            return Err(archive.ask(&arrays, format!("holds {} arrays", arrays.len())));
        }
        _ => {}
    }
    let has = |wanted: &str| arrays.iter().any(|member| member.name == wanted);
    if ["data", "format", "shape"].into_iter().all(has) {
        return Err(SourceError::unsupported(
            name,
            "a sparse matrix of SciPy",
            "save scipy.sparse.load_npz(FILE).toarray() with numpy.save",
        ));
    }
    let mut matrices = Vec::new();
    for member in &arrays {
        let shown = archive.shown(member);
        let header = archive.with_member(member, |entry| npy_header::read(&shown, entry))?;
        if header.shape.len() == 2 && matches!(header.element, Element::Number { .. }) {
            matrices.push(member.clone());
        }
    }
    match matrices.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(archive.ask(
            &arrays,
            "holds several arrays and none is a matrix of numbers",
        )),
        _ => Err(archive.ask(&arrays, "holds several matrices")),
    }
}

/// The values behind a header; `length` is all that there should be, the header included.
fn read_values(
    name: &str,
    header: &Header,
    mut reader: impl Read,
    length: u64,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let (number, big_endian) = match &header.element {
        Element::Number { number, big_endian } => (*number, *big_endian),
        Element::Other(other) => {
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
    let fill = Fill {
        name,
        matrix,
        fortran_order: header.fortran_order,
        big_endian,
    };
    let matrix = fill.read(number, (&mut reader).take(announced))?;
    let mut loaded = Loaded::new(name, matrix);
    if header.shape.len() == 1 {
        loaded
            .notes
            .push(format!("a 1-d array, taken as one row of {cols} columns"));
    }
    // Reading on to the end also lets an archive check its checksum.
    let behind = reader
        .read(&mut [0])
        .map_err(|error| SourceError::damaged(name, EXPECTED, unpack_reason(&error)))?;
    if behind > 0 {
        loaded
            .notes
            .push("what stands behind the first array in the file was left out".to_owned());
    }
    Ok(loaded)
}

/// Rows and columns, within the limits.
fn matrix_shape(
    name: &str,
    header: &Header,
    limits: &Limits,
) -> Result<(usize, usize), SourceError> {
    let (rows, cols) = match *header.shape {
        [rows, cols] => (rows, cols),
        [cols] => (1, cols),
        [] => {
            let remedy = "save a.reshape(1, 1) of it for a matrix of one cell";
            return Err(SourceError::unsupported(name, "a single number", remedy));
        }
        ref shape => return Err(too_many_dimensions(name, shape)),
    };
    match rows.checked_mul(cols) {
        Some(cells) if cells <= limits.max_cells as u64 => Ok((rows as usize, cols as usize)),
        _ => Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{rows} × {cols} cells"),
            limit: format!("{} cells", limits.max_cells),
        }),
    }
}

fn too_many_dimensions(name: &str, shape: &[u64]) -> SourceError {
    let first = vec!["0"; shape.len() - 2].join(", ");
    SourceError::unsupported(
        name,
        format!("a {}-d array of {}", shape.len(), sides(shape)),
        format!(
            "save one matrix of it, such as a[{first}], or all of it in rows as a.reshape({}, -1)",
            shape[0]
        ),
    )
}

impl Number {
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
struct Fill<'a> {
    name: &'a str,
    matrix: DMatrix<f64>,
    fortran_order: bool,
    big_endian: bool,
}

impl Fill<'_> {
    fn read(self, number: Number, reader: impl Read) -> Result<DMatrix<f64>, SourceError> {
        match number {
            Number::Bool => self.convert(reader, |[byte]| f64::from(u8::from(byte != 0))),
            Number::I8 => self.convert(reader, |bytes| f64::from(i8::from_le_bytes(bytes))),
            Number::I16 => self.convert(reader, |bytes| f64::from(i16::from_le_bytes(bytes))),
            Number::I32 => self.convert(reader, |bytes| f64::from(i32::from_le_bytes(bytes))),
            Number::I64 => self.convert(reader, |bytes| i64::from_le_bytes(bytes) as f64),
            Number::U8 => self.convert(reader, |bytes| f64::from(u8::from_le_bytes(bytes))),
            Number::U16 => self.convert(reader, |bytes| f64::from(u16::from_le_bytes(bytes))),
            Number::U32 => self.convert(reader, |bytes| f64::from(u32::from_le_bytes(bytes))),
            Number::U64 => self.convert(reader, |bytes| u64::from_le_bytes(bytes) as f64),
            Number::F16 => self.convert(reader, |bytes| f64::from(f16::from_le_bytes(bytes))),
            Number::F32 => self.convert(reader, |bytes| f64::from(f32::from_le_bytes(bytes))),
            Number::F64 => self.convert(reader, f64::from_le_bytes),
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
            let cell = match self.fortran_order {
                false => (at / cols, at % cols),
                true => (at % rows, at / rows),
            };
            self.matrix[cell] = to_f64(bytes);
        }
        Ok(self.matrix)
    }
}

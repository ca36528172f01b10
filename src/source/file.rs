//! Files and bytes, read as what they are.

use std::io::{BufReader, Cursor};
use std::path::Path;

use nalgebra::DMatrix;

use super::error::{printable, shown};
use super::file_name::ending;
use super::format::input::{FileStart, Input};
use super::format::{self, FileFormat, FormatContent, formats_with_arrays};
use super::opening::open;
use super::weights::{self, Weights};
use super::{ArrayInfo, Arrays, Limits, LoadedMatrix, SourceError, folder, matrix};
use crate::store::FoundJson;

/// Reads the matrix in the file at `path`; `base` is what is subtracted from it.
pub(super) fn load_file(
    path: &Path,
    array: Option<&str>,
    base: Option<&DMatrix<f64>>,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let mut loaded = if weights::is_at(path) {
        let mut weights = Weights::at(path)?.with_heads(path);
        weights.load(array, base, limits)?
    } else {
        load_plain(path, array, base, limits)?
    };
    let name = path.file_name().unwrap_or(path.as_os_str());
    loaded.name = shown(Path::new(name));
    if let Some(array) = array {
        loaded.name = format!("{}#{}", loaded.name, printable(array));
    }
    Ok(loaded)
}

fn load_plain(
    path: &Path,
    array: Option<&str>,
    base: Option<&DMatrix<f64>>,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    if let Some(error) = folder::explained(path) {
        return Err(error);
    }
    let (file, length) = open(path)?;
    load_input(&mut Input {
        path,
        name: &shown(path),
        reader: &mut BufReader::new(file),
        length,
        wanted: array,
        on_disk: true,
        base,
        limits,
    })
}

/// Reads the matrix in bytes that were dropped or pasted; `name` is a file's name.
///
/// # Errors
/// As [`load`](super::load).
pub fn load_bytes(name: &str, bytes: &[u8], limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let length = bytes.len() as u64;
    let name = &printable(name);
    let mut loaded = load_input(&mut Input {
        path: Path::new(name),
        name,
        reader: &mut Cursor::new(bytes),
        length,
        wanted: None,
        on_disk: false,
        base: None,
        limits,
    })?;
    loaded.name = name.clone();
    matrix::ensure_finite(name, &loaded.matrix)?;
    Ok(loaded)
}

/// The arrays of a file in the order of their names; none where its format has no such.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn arrays_in(path: impl AsRef<Path>) -> Result<Vec<ArrayInfo>, SourceError> {
    let listed = list(path.as_ref())?;
    Ok(listed.map(|listed| listed.arrays).unwrap_or_default())
}

/// Everything in a file of arrays; a member that is damaged does not hide the others.
///
/// # Errors
/// When the file cannot be read, or holds no arrays.
pub fn list_arrays(path: impl AsRef<Path>) -> Result<Arrays, SourceError> {
    let path = path.as_ref();
    list(path)?.ok_or_else(|| {
        let remedy = format!("arrays are listed of {} files", formats_with_arrays());
        SourceError::unsupported(&shown(path), "no arrays that could be listed", remedy)
    })
}

fn list(path: &Path) -> Result<Option<Arrays>, SourceError> {
    if weights::is_at(path) {
        return Ok(Some(Weights::at(path)?.list()));
    }
    let (file, length) = open(path)?;
    let mut input = Input {
        path,
        name: &shown(path),
        reader: &mut BufReader::new(file),
        length,
        wanted: None,
        on_disk: true,
        base: None,
        limits: &Limits::default(),
    };
    format_of(&mut input)?.list(&mut input)
}

fn format_of(input: &mut Input<'_>) -> Result<&'static dyn FileFormat, SourceError> {
    let start = input.start()?;
    let found = format::find(input.name, &ending(input.path), &FileStart::new(&start));
    found.map_err(|error| {
        let found = FoundJson::of(input.path).filter(|_| input.on_disk);
        found.map_or(error, |found| SourceError::OtherJson {
            name: input.name.to_owned(),
            refusal: found.refusal(),
        })
    })
}

fn load_input(input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
    let format = format_of(input)?;
    match input.wanted {
        Some(array) if format.holds() != FormatContent::Arrays => {
            let remedy = format!("leave out #{}", printable(array));
            Err(SourceError::unsupported(
                input.name,
                "no named arrays",
                remedy,
            ))
        }
        _ => format.read(input),
    }
}

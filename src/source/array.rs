//! NumPy's `.npy` arrays and `.npz` archives.

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use half::f16;
use nalgebra::DMatrix;
use npyz::npz::NpzArchive;
use npyz::{Deserialize, NpyFile, NpyHeader, Order};

use super::error::{guarded, printable, shown};
use super::npy_header::{self, dtype_name, sides};
use super::{Limits, Loaded, SourceError, file};

const ARCHIVE: &str = "an .npz archive";
const ARRAY: &str = "an .npy array";
/// Names in an error message, and arrays looked at to find the only matrix.
const LISTED: usize = 20;

/// One array of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayInfo {
    /// Its name in an archive; empty for the array of an `.npy` file.
    pub name: String,
    /// Its sides.
    pub shape: Vec<u64>,
    /// Its element type as NumPy names it, such as `float32`.
    pub dtype: String,
}

impl ArrayInfo {
    fn new(name: &str, header: &NpyHeader) -> Self {
        Self {
            name: name.to_owned(),
            shape: header.shape().to_vec(),
            dtype: dtype_name(&header.dtype()),
        }
    }
}

/// The arrays of an `.npz` or `.npy` file in the order of their names; none for other files.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn arrays_in(path: impl AsRef<Path>) -> Result<Vec<ArrayInfo>, SourceError> {
    let path = path.as_ref();
    let (opened, _) = file::open(path)?;
    let name = shown(path);
    let reader = BufReader::new(opened);
    match file::extension(path).as_str() {
        "npz" => Archive::open(&name, reader)?.infos(usize::MAX),
        "npy" => {
            let (header, _) = npy_header::read(&name, reader)?;
            Ok(vec![ArrayInfo::new("", &header)])
        }
        _ => Ok(Vec::new()),
    }
}

/// The array of an `.npy` file of `length` bytes.
pub(super) fn read_npy(
    name: &str,
    mut reader: impl Read,
    length: u64,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let (header, consumed) = npy_header::read(name, &mut reader)?;
    read_values(
        name,
        &header,
        reader,
        length.saturating_sub(consumed),
        limits,
    )
}

/// The array `wanted` of an `.npz` archive, or its only matrix.
pub(super) fn read_npz(
    name: &str,
    reader: impl Read + Seek,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let mut archive = Archive::open(name, reader)?;
    let array = match wanted {
        Some(array) if archive.names.iter().any(|known| known == array) => array.to_owned(),
        Some(array) => return Err(archive.ask(format!("has no array '{}'", printable(array)))),
        None => archive.only_matrix()?,
    };
    let shown = format!("{name}#{}", printable(&array));
    let mut loaded = archive.with_entry(&array, |mut entry, length| {
        let (header, consumed) = npy_header::read(&shown, &mut entry)?;
        read_values(
            &shown,
            &header,
            entry,
            length.saturating_sub(consumed),
            limits,
        )
    })?;
    if wanted.is_none() {
        loaded
            .notes
            .insert(0, format!("array '{}' of the archive", printable(&array)));
    }
    Ok(loaded)
}

struct Archive<R: Read + Seek> {
    name: String,
    archive: NpzArchive<R>,
    names: Vec<String>,
}

impl<R: Read + Seek> Archive<R> {
    fn open(name: &str, reader: R) -> Result<Self, SourceError> {
        let archive = guarded(name, ARCHIVE, || {
            NpzArchive::new(reader)
                .map_err(|error| SourceError::damaged(name, ARCHIVE, error.to_string()))
        })?;
        let mut names: Vec<String> = archive.array_names().map(str::to_owned).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            return Err(SourceError::unsupported(
                name,
                "no arrays",
                "an archive that numpy.savez wrote is needed",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            archive,
            names,
        })
    }

    /// Gives the unpacked bytes of an array, and how many it says they are, to `read`.
    fn with_entry<T>(
        &mut self,
        array: &str,
        read: impl FnOnce(&mut dyn Read, u64) -> Result<T, SourceError>,
    ) -> Result<T, SourceError> {
        let name = format!("{}#{}", self.name, printable(array));
        let file_name = npyz::npz::file_name_from_array_name(array);
        let zip = self.archive.zip_archive();
        guarded(&name, ARCHIVE, || {
            let mut entry = zip
                .by_name(&file_name)
                .map_err(|error| SourceError::damaged(&name, ARCHIVE, error.to_string()))?;
            let length = entry.size();
            read(&mut entry, length)
        })
    }

    fn infos(&mut self, most: usize) -> Result<Vec<ArrayInfo>, SourceError> {
        let names: Vec<String> = self.names.iter().take(most).cloned().collect();
        let mut infos = Vec::with_capacity(names.len());
        for array in names {
            let shown = format!("{}#{}", self.name, printable(&array));
            infos.push(self.with_entry(&array, |entry, _| {
                let (header, _) = npy_header::read(&shown, entry)?;
                Ok(ArrayInfo::new(&array, &header))
            })?);
        }
        Ok(infos)
    }

    /// The name of the only two-dimensional array, or of the only array.
    fn only_matrix(&mut self) -> Result<String, SourceError> {
        if let [only] = self.names.as_slice() {
            return Ok(only.clone());
        }
        if self.names.len() > LISTED {
            return Err(self.ask(format!("holds {} arrays", self.names.len())));
        }
        let infos = self.infos(LISTED)?;
        let mut matrices = infos.iter().filter(|info| info.shape.len() == 2);
        match (matrices.next(), matrices.next()) {
            (Some(only), None) => Ok(only.name.clone()),
            (Some(_), Some(_)) => Err(self.ask("holds several matrices".to_owned())),
            _ => Err(self.ask("holds several arrays and none is a matrix".to_owned())),
        }
    }

    fn ask(&self, problem: String) -> SourceError {
        let mut names = self
            .names
            .iter()
            .take(LISTED)
            .map(|name| printable(name))
            .collect::<Vec<_>>()
            .join(", ");
        if self.names.len() > LISTED {
            names.push_str(", …");
        }
        SourceError::WhichArray {
            name: self.name.clone(),
            problem,
            names,
        }
    }
}

/// The values behind a header, of which `available` bytes should be there.
fn read_values(
    name: &str,
    header: &NpyHeader,
    mut reader: impl Read,
    available: u64,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let (rows, cols) = matrix_shape(name, header, limits)?;
    let kind = dtype_name(&header.dtype());
    let item_bytes = header.dtype().num_bytes().unwrap_or(0) as u64;
    let announced = (rows as u64 * cols as u64).saturating_mul(item_bytes);
    if announced > available {
        return Err(SourceError::damaged(
            name,
            ARRAY,
            format!("its header announces {announced} bytes of values and {available} are there"),
        ));
    }
    let mut values = (&mut reader).take(announced);
    let fill = Fill {
        name,
        header,
        shape: (rows, cols),
    };
    let matrix = match kind.as_str() {
        "bool" => fill.read::<bool>(&mut values, |value| f64::from(u8::from(value))),
        "int8" => fill.read::<i8>(&mut values, f64::from),
        "int16" => fill.read::<i16>(&mut values, f64::from),
        "int32" => fill.read::<i32>(&mut values, f64::from),
        "int64" => fill.read::<i64>(&mut values, |value| value as f64),
        "uint8" => fill.read::<u8>(&mut values, f64::from),
        "uint16" => fill.read::<u16>(&mut values, f64::from),
        "uint32" => fill.read::<u32>(&mut values, f64::from),
        "uint64" => fill.read::<u64>(&mut values, |value| value as f64),
        "float16" => fill.read::<f16>(&mut values, f64::from),
        "float32" => fill.read::<f32>(&mut values, f64::from),
        "float64" => fill.read::<f64>(&mut values, |value| value),
        _ => Err(unsupported_type(name, &kind)),
    }?;
    let mut loaded = Loaded::new(name, matrix);
    if header.shape().len() == 1 {
        loaded
            .notes
            .push(format!("a 1-d array, taken as one row of {cols} columns"));
    }
    // Reading on to the end also lets an archive check its checksum.
    let behind = reader
        .read(&mut [0])
        .map_err(|error| SourceError::damaged(name, ARRAY, error.to_string()))?;
    if behind > 0 {
        loaded
            .notes
            .push("what stands behind the first array in the file was left out".to_owned());
    }
    Ok(loaded)
}

fn unsupported_type(name: &str, kind: &str) -> SourceError {
    SourceError::unsupported(
        name,
        format!("an array of type {kind}"),
        "save it as float64, for example with numpy.asarray(a, dtype=float)",
    )
}

/// Rows and columns, within the limits; refuses what is no array of numbers first.
fn matrix_shape(
    name: &str,
    header: &NpyHeader,
    limits: &Limits,
) -> Result<(usize, usize), SourceError> {
    let kind = dtype_name(&header.dtype());
    let is_number = ["bool", "int", "uint", "float"]
        .iter()
        .any(|known| kind.starts_with(known));
    if !is_number {
        return Err(unsupported_type(name, &kind));
    }
    let (rows, cols) = match *header.shape() {
        [rows, cols] => (rows, cols),
        [cols] => (1, cols),
        [] => {
            let remedy = "an array of two dimensions is needed";
            return Err(SourceError::unsupported(name, "a single number", remedy));
        }
        ref shape => {
            return Err(SourceError::unsupported(
                name,
                format!("a {}-d array of {}", shape.len(), sides(shape)),
                "save one matrix of it, for example a[0]",
            ));
        }
    };
    match rows.checked_mul(cols) {
        Some(cells) if cells <= limits.max_cells as u64 => Ok((rows as usize, cols as usize)),
        _ => Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{rows} x {cols} cells"),
            limit: format!("{} cells", limits.max_cells),
        }),
    }
}

struct Fill<'a> {
    name: &'a str,
    header: &'a NpyHeader,
    shape: (usize, usize),
}

impl Fill<'_> {
    fn read<T: Deserialize>(
        self,
        reader: impl Read,
        to_f64: impl Fn(T) -> f64,
    ) -> Result<DMatrix<f64>, SourceError> {
        let name = self.name;
        let (rows, cols) = self.shape;
        let order = self.header.order();
        guarded(name, ARRAY, || {
            let values = NpyFile::with_header(self.header.clone(), reader)
                .data::<T>()
                .map_err(|error| SourceError::damaged(name, ARRAY, error.to_string()))?;
            let mut matrix = DMatrix::zeros(rows, cols);
            let mut read = 0;
            for (at, value) in values.take(rows * cols).enumerate() {
                let value = value.map_err(|_| {
                    SourceError::damaged(name, ARRAY, format!("it ends after {at} values"))
                })?;
                let cell = match order {
                    Order::C => (at / cols, at % cols),
                    Order::Fortran => (at % rows, at / rows),
                };
                matrix[cell] = to_f64(value);
                read = at + 1;
            }
            if read == rows * cols {
                Ok(matrix)
            } else {
                let reason = format!("it ends after {read} values");
                Err(SourceError::damaged(name, ARRAY, reason))
            }
        })
    }
}

//! Files of tensors as they are written: safetensors and NPZ.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Write};
use std::path::Path;

use nalgebra::DMatrix;
use npyz::WriterBuilder;
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The member of an NPZ file that holds what a safetensors header says beside the tensors.
const METADATA: &str = "metadata.json";

/// The formats of a file of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorFormat {
    /// What Hugging Face's libraries read.
    Safetensors,
    /// What NumPy reads.
    Npz,
}

impl TensorFormat {
    /// The format that a file's ending names.
    pub fn from_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        let endings = [("safetensors", Self::Safetensors), ("npz", Self::Npz)];
        let mut endings = endings.into_iter();
        let named = endings.find(|(name, _)| ending.eq_ignore_ascii_case(name));
        named.map(|(_, format)| format)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When a writer refuses, which in memory it does not.
    pub(super) fn file(
        self,
        metadata: &BTreeMap<String, String>,
        tensors: &[StoredTensor],
    ) -> io::Result<Vec<u8>> {
        match self {
            Self::Safetensors => Ok(file(metadata, tensors)),
            Self::Npz => npz(metadata, tensors),
        }
    }
}

/// One tensor, its values with the last index counting fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: StoredValues,
}

/// Values of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredValues {
    F32(Vec<f32>),
    F64(Vec<f64>),
    I64(Vec<i64>),
}

impl StoredTensor {
    /// A matrix of 32-bit floats.
    pub fn of_f32(name: String, matrix: &DMatrix<f32>) -> Self {
        Self {
            name,
            shape: vec![matrix.nrows(), matrix.ncols()],
            values: StoredValues::F32(matrix.transpose().as_slice().to_vec()),
        }
    }

    /// A matrix of 64-bit floats.
    pub fn of_f64(name: String, matrix: &DMatrix<f64>) -> Self {
        Self {
            name,
            shape: vec![matrix.nrows(), matrix.ncols()],
            values: StoredValues::F64(matrix.transpose().as_slice().to_vec()),
        }
    }

    /// Places that are counted from 0.
    pub fn of_places(name: String, places: &[usize]) -> Self {
        Self {
            name,
            shape: vec![places.len()],
            values: StoredValues::I64(places.iter().map(|at| *at as i64).collect()),
        }
    }

    /// The bytes of an NPY file.
    fn npy(&self) -> io::Result<Vec<u8>> {
        match &self.values {
            StoredValues::F32(values) => self.npy_of(values),
            StoredValues::F64(values) => self.npy_of(values),
            StoredValues::I64(values) => self.npy_of(values),
        }
    }

    fn npy_of<T: npyz::AutoSerialize + Copy>(&self, values: &[T]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let shape: Vec<u64> = self.shape.iter().map(|side| *side as u64).collect();
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&shape)
            .writer(&mut bytes)
            .begin_nd()?;
        writer.extend(values.iter().copied())?;
        writer.finish()?;
        Ok(bytes)
    }

    /// The number of its values.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether all its values are finite.
    pub fn is_finite(&self) -> bool {
        match &self.values {
            StoredValues::F32(values) => values.iter().all(|value| value.is_finite()),
            StoredValues::F64(values) => values.iter().all(|value| value.is_finite()),
            StoredValues::I64(_) => true,
        }
    }
}

impl StoredValues {
    fn name(&self) -> &'static str {
        match self {
            Self::F32(_) => "F32",
            Self::F64(_) => "F64",
            Self::I64(_) => "I64",
        }
    }

    fn append(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::F32(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Self::F64(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
            Self::I64(values) => bytes.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        }
    }
}

/// The bytes of a file. The header is padded with spaces so that the data begin at a multiple of 8, as the
/// reference implementation does.
pub fn file(metadata: &BTreeMap<String, String>, tensors: &[StoredTensor]) -> Vec<u8> {
    let mut tensors: Vec<&StoredTensor> = tensors.iter().collect();
    tensors.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut data = Vec::new();
    for tensor in &tensors {
        let begin = data.len();
        tensor.values.append(&mut data);
        let (dtype, end) = (tensor.values.name(), data.len());
        let entry = json!({"dtype": dtype, "shape": tensor.shape, "data_offsets": [begin, end]});
        header.insert(tensor.name.clone(), entry);
    }
    let mut text = Value::Object(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut text);
    bytes.append(&mut data);
    bytes
}

/// The bytes of an NPZ file: an NPY member for each tensor, and the metadata as JSON.
fn npz(metadata: &BTreeMap<String, String>, tensors: &[StoredTensor]) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // As numpy.savez does: not compressed, and equal contents give equal bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip::DateTime::default())
        .large_file(true);
    archive.start_file(METADATA, options)?;
    archive.write_all(json!(metadata).to_string().as_bytes())?;
    for tensor in tensors {
        archive.start_file(format!("{}.npy", tensor.name), options)?;
        archive.write_all(&tensor.npy()?)?;
    }
    Ok(archive.finish()?.into_inner())
}

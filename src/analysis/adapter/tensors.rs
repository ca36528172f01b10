//! Safetensors files as they are written: 32-bit floats behind a header.

use std::collections::BTreeMap;

use nalgebra::DMatrix;
use serde_json::{Map, Value, json};

/// One tensor, its values with the last index counting fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl StoredTensor {
    /// A matrix.
    pub fn of_matrix(name: String, matrix: &DMatrix<f32>) -> Self {
        Self {
            name,
            shape: vec![matrix.nrows(), matrix.ncols()],
            values: matrix.transpose().as_slice().to_vec(),
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
    let mut end = 0;
    for tensor in &tensors {
        let begin = end;
        end += 4 * tensor.values.len();
        let entry = json!({"dtype": "F32", "shape": tensor.shape, "data_offsets": [begin, end]});
        header.insert(tensor.name.clone(), entry);
    }
    let mut text = Value::Object(header).to_string().into_bytes();
    text.resize(text.len().next_multiple_of(8), b' ');
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut text);
    for tensor in tensors {
        bytes.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
    }
    bytes
}

//! The header of a safetensors file: a length and a JSON object of names, types, shapes and places.
//!
//! Checked as the reference implementation does: the places cover the data without hole or overlap.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use super::element::Element;
use crate::source::error::{one_line, printable};
use crate::source::{Limits, SourceError};

/// The form in a sentence.
pub const EXPECTED: &str = "a safetensors file";

/// The longest header that the reference implementation reads.
const MAX_HEADER: u64 = 100_000_000;

/// Bytes of the length before the header.
const LENGTH: u64 = 8;

/// One tensor of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// The type of its elements.
    pub element: Element,
    /// Its sides.
    pub shape: Vec<u64>,
    /// The first byte, from the beginning of the file.
    pub begin: u64,
    /// The number of bytes.
    pub bytes: u64,
}

/// All tensors of a file, and what it says of itself.
#[derive(Debug, Default)]
pub struct Header {
    /// The tensors by name.
    pub tensors: BTreeMap<String, TensorInfo>,
    /// Texts by name.
    pub metadata: BTreeMap<String, String>,
}

/// Whether a file may be one by its first bytes: a length that can be, then a JSON object.
pub fn begins_as_tensors(start: &[u8]) -> bool {
    let Some((length, json)) = start.split_first_chunk::<8>() else {
        return false;
    };
    (2..=MAX_HEADER).contains(&u64::from_le_bytes(*length)) && json.starts_with(b"{\"")
}

/// Rows and columns of a tensor as a matrix: more than two dimensions as (first, rest), one as one row.
///
/// # Errors
/// A single number, nothing at all, or more cells than the limits allow.
pub fn matrix_sides(
    name: &str,
    shape: &[u64],
    limits: &Limits,
) -> Result<(usize, usize), SourceError> {
    let (rows, rest) = match *shape {
        [] => {
            let remedy = "choose an array with two or more dimensions";
            return Err(SourceError::unsupported(name, "a single number", remedy));
        }
        [cols] => (1, [cols].to_vec()),
        [rows, ref rest @ ..] => (rows, rest.to_vec()),
    };
    let cols = rest
        .iter()
        .try_fold(1_u64, |all, &side| all.checked_mul(side));
    let cells = cols.and_then(|cols| rows.checked_mul(cols));
    match (cols, cells) {
        (_, Some(0)) => Err(SourceError::Empty {
            name: name.to_owned(),
        }),
        (Some(cols), Some(cells)) if cells <= limits.max_cells as u64 => {
            Ok((rows as usize, cols as usize))
        }
        _ => Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{} cells", sides(shape)),
            limit: format!("{} cells", limits.max_cells),
        }),
    }
}

/// How an array of other than two dimensions was read as a matrix.
pub fn shape_note(shape: &[u64], (rows, cols): (usize, usize)) -> Option<String> {
    match shape.len() {
        1 => Some(format!("a 1-d array, read as one row of {cols} columns")),
        0 | 2 => None,
        more => Some(format!(
            "a {more}-d array of {}, read as {rows} × {cols} (first, rest)",
            sides(shape)
        )),
    }
}

/// `2 × 3 × 4`
pub fn sides(shape: &[u64]) -> String {
    let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
    sides.join(" × ")
}

impl Header {
    /// Reads the header of a file of `length` bytes.
    ///
    /// # Errors
    /// A file that is none of this kind, or one whose places do not fit its data.
    pub fn read(name: &str, reader: &mut dyn Read, length: u64) -> Result<Self, SourceError> {
        let damaged = |reason: &str| SourceError::damaged(name, EXPECTED, reason);
        let mut announced = [0; LENGTH as usize];
        if reader.read_exact(&mut announced).is_err() {
            return Err(damaged("it is shorter than the length of a header"));
        }
        let announced = u64::from_le_bytes(announced);
        if announced > MAX_HEADER {
            return Err(damaged("no header is as long as the one it announces"));
        }
        if announced > length.saturating_sub(LENGTH) {
            return Err(damaged("it ends within its header"));
        }
        let mut json = vec![0; announced as usize];
        if reader.read_exact(&mut json).is_err() {
            return Err(damaged("it ends within its header"));
        }
        let stored: StoredHeader = serde_json::from_slice(&json).map_err(|error| {
            damaged(&format!(
                "its header is wrong ({})",
                one_line(&error.to_string())
            ))
        })?;
        let start = LENGTH + announced;
        let data = length.saturating_sub(start);
        let tensors = checked(stored.tensors, start, data).map_err(|reason| damaged(&reason))?;
        Ok(Self {
            tensors,
            metadata: stored.metadata,
        })
    }
}

/// The tensors with their bytes in the file, which cover all `data` bytes from `start` on.
fn checked(
    stored: Vec<(String, StoredTensor)>,
    start: u64,
    data: u64,
) -> Result<BTreeMap<String, TensorInfo>, String> {
    let mut tensors = BTreeMap::new();
    let mut places = Vec::with_capacity(stored.len());
    for (name, tensor) in stored {
        let quoted = one_line(&printable(&name));
        let [begin, end] = tensor.data_offsets;
        let element = Element::named(&tensor.dtype).ok_or_else(|| {
            let dtype = one_line(&printable(&tensor.dtype));
            format!("'{quoted}' has the unknown type '{dtype}'")
        })?;
        let bits = tensor
            .shape
            .iter()
            .try_fold(element.bits, |all, &side| all.checked_mul(side))
            .filter(|bits| bits % 8 == 0)
            .ok_or_else(|| format!("'{quoted}' has a shape that no file can hold"))?;
        if begin.checked_add(bits / 8) != Some(end) {
            return Err(format!(
                "'{quoted}' has a shape that does not fit its bytes"
            ));
        }
        places.push((begin, end, quoted.clone()));
        let info = TensorInfo {
            element,
            shape: tensor.shape,
            begin: begin.saturating_add(start),
            bytes: bits / 8,
        };
        if tensors.insert(name, info).is_some() {
            return Err(format!("it has two tensors '{quoted}'"));
        }
    }
    places.sort_unstable();
    let mut reached = 0;
    for (begin, end, quoted) in places {
        if begin != reached {
            return Err(format!(
                "the bytes of '{quoted}' begin at {begin} and those before it end at {reached}"
            ));
        }
        reached = end;
    }
    match reached == data {
        true => Ok(tensors),
        false => Err(format!(
            "its header announces {reached} bytes of values and {data} are there"
        )),
    }
}

/// The object as it is stored, in which a name may come twice.
#[derive(Default)]
struct StoredHeader {
    tensors: Vec<(String, StoredTensor)>,
    metadata: BTreeMap<String, String>,
}

#[derive(serde::Deserialize)]
struct StoredTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

impl<'de> Deserialize<'de> for StoredHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = StoredHeader;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StoredHeader, A::Error> {
                let mut header = StoredHeader::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name == "__metadata__" {
                        true => header.metadata = map.next_value()?,
                        false => header.tensors.push((name, map.next_value()?)),
                    }
                }
                Ok(header)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

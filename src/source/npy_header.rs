//! The header of an `.npy` array, vetted before `npyz` sees it.
//!
//! `npyz` multiplies the shape unchecked, allocates the header's announced length, and parses it
//! recursively; so length, nesting and shape are looked at first.

use std::io::{Cursor, Read};

use npyz::{DType, NpyHeader, TypeChar};

use super::SourceError;
use super::error::guarded;

/// What NumPy itself accepts at most.
const MAX_TEXT: usize = 10_000;
const MAX_NESTING: usize = 16;
const EXPECTED: &str = "an .npy array";

/// Reads the header and leaves `reader` at the first value; also gives the header's length.
///
/// The shape has no zero and its product fits in 64 bits.
pub(super) fn read(name: &str, mut reader: impl Read) -> Result<(NpyHeader, u64), SourceError> {
    let damaged = |reason: &str| SourceError::damaged(name, EXPECTED, reason);
    let mut bytes = vec![0; 8];
    let mut fill = |bytes: &mut [u8]| {
        reader
            .read_exact(bytes)
            .map_err(|_| damaged("it ends within its header"))
    };
    fill(&mut bytes)?;
    if !bytes.starts_with(b"\x93NUMPY") {
        return Err(damaged("it does not begin as one"));
    }
    let mut size = vec![0; if bytes[6] == 1 { 2 } else { 4 }];
    fill(&mut size)?;
    let length = size
        .iter()
        .rev()
        .fold(0_usize, |sum, &byte| (sum << 8) | usize::from(byte));
    if length > MAX_TEXT {
        return Err(damaged("its header is longer than any array's"));
    }
    let mut text = vec![0; length];
    fill(&mut text)?;
    let shape = vet(&text).map_err(damaged)?;
    if shape.contains(&0) {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    let cells = shape
        .iter()
        .try_fold(1_u64, |all, &side| all.checked_mul(side));
    if cells.is_none() {
        return Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("its header announces {}", sides(&shape)),
            limit: "what a machine can address".to_owned(),
        });
    }
    bytes.extend(size);
    bytes.extend(text);
    let consumed = bytes.len() as u64;
    let header = guarded(name, EXPECTED, || {
        NpyHeader::from_reader(Cursor::new(bytes))
            .map_err(|_| damaged("its header is not what NumPy writes"))
    })?;
    if header.shape() != shape {
        return Err(damaged("its header is ambiguous"));
    }
    Ok((header, consumed))
}

/// The shape that the header's text states, or what is wrong with the text.
fn vet(text: &[u8]) -> Result<Vec<u64>, &'static str> {
    let text = std::str::from_utf8(text).map_err(|_| "its header is not text")?;
    if text.contains('\\') || deepest(text) > MAX_NESTING {
        return Err("its header is not what NumPy writes");
    }
    let mut found = text.split("shape").skip(1);
    let (Some(after), None) = (found.next(), found.next()) else {
        return Err("its header does not state one shape");
    };
    let inside = after
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .ok_or("its header does not state one shape")?;
    inside
        .split(',')
        .map(str::trim)
        .filter(|side| !side.is_empty())
        .map(|side| {
            side.parse()
                .map_err(|_| "a side in its shape is no number that fits")
        })
        .collect()
}

fn deepest(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// `2 x 3 x 4`
pub(super) fn sides(shape: &[u64]) -> String {
    let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
    sides.join(" x ")
}

/// The element type as NumPy names it.
pub(super) fn dtype_name(dtype: &DType) -> String {
    let DType::Plain(scalar) = dtype else {
        return "structured".to_owned();
    };
    let kind = match scalar.type_char() {
        TypeChar::Bool => return "bool".to_owned(),
        TypeChar::Object => return "object".to_owned(),
        TypeChar::Int => "int",
        TypeChar::Uint => "uint",
        TypeChar::Float => "float",
        TypeChar::Complex => "complex",
        TypeChar::TimeDelta => return "timedelta".to_owned(),
        TypeChar::DateTime => return "datetime".to_owned(),
        TypeChar::ByteStr | TypeChar::UnicodeStr => return "text".to_owned(),
        TypeChar::RawData => return "raw bytes".to_owned(),
        _ => return "unknown".to_owned(),
    };
    format!("{kind}{}", scalar.size_field().saturating_mul(8))
}

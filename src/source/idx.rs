//! IDX, the form of MNIST's files: two zero bytes, a type and the number of dimensions, their
//! lengths, then every value, all big-endian. A file is believed only as far as it has been checked.

use super::SourceError;
use super::format::input::FileStart;
use super::format::unread;
use super::unpack::UnpackedFile;
use crate::memory;

/// Bytes that the values of one file may take in memory: EMNIST's largest has 547 MB.
const LARGEST: u64 = 1 << 30;

/// The first bytes by which a text in the data's place is recognized.
const RECOGNIZED: u64 = 64;

/// The type of every value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IdxElement {
    U8,
    I8,
    I16,
    I32,
    F32,
    F64,
}

impl IdxElement {
    fn of(code: u8) -> Option<Self> {
        Some(match code {
            0x08 => Self::U8,
            0x09 => Self::I8,
            0x0b => Self::I16,
            0x0c => Self::I32,
            0x0d => Self::F32,
            0x0e => Self::F64,
            _ => return None,
        })
    }

    fn bytes(self) -> u64 {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Bytes in the file and in memory together, for each value.
    fn memory(self) -> u64 {
        match self {
            Self::U8 => 1,
            _ => self.bytes() + 8,
        }
    }

    /// One value from as many bytes as it has.
    fn value(self, bytes: &[u8]) -> f64 {
        let unsigned = bytes
            .iter()
            .fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        match self {
            Self::U8 => unsigned as f64,
            Self::I8 => f64::from(unsigned as u8 as i8),
            Self::I16 => f64::from(unsigned as u16 as i16),
            Self::I32 => f64::from(unsigned as u32 as i32),
            Self::F32 => f64::from(f32::from_bits(unsigned as u32)),
            Self::F64 => f64::from_bits(unsigned),
        }
    }

    fn is_whole(self) -> bool {
        !matches!(self, Self::F32 | Self::F64)
    }
}

/// The header of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdxHeader {
    element: IdxElement,
    /// The length of each dimension, the number of items first.
    pub sides: Vec<usize>,
}

impl IdxHeader {
    /// Reads it from the beginning of `content`.
    ///
    /// # Errors
    /// Content that is no IDX data; what it is instead is named where it is known.
    pub fn read(content: &mut UnpackedFile) -> Result<Self, SourceError> {
        let mut start = Vec::new();
        content.read(4, &mut start)?;
        let Some((element, dimensions)) = magic(&start) else {
            content.read(RECOGNIZED, &mut start)?;
            return Err(no_idx(&content.name, &start));
        };
        let mut lengths = Vec::new();
        content.read(4 * u64::from(dimensions), &mut lengths)?;
        if lengths.len() < 4 * usize::from(dimensions) {
            return Err(damaged(&content.name, "it ends within its header"));
        }
        let side = |word: &[u8]| {
            word.iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
        };
        let sides = lengths.chunks_exact(4).map(side).collect();
        Ok(Self { element, sides })
    }

    /// Bytes of the header itself.
    pub fn bytes(&self) -> u64 {
        4 + 4 * self.sides.len() as u64
    }

    /// Bytes of everything after the header.
    fn body(&self) -> Option<u64> {
        self.count()?.checked_mul(self.element.bytes())
    }

    fn count(&self) -> Option<u64> {
        let mut sides = self.sides.iter();
        sides.try_fold(1_u64, |product, side| product.checked_mul(*side as u64))
    }

    /// Bytes in memory while the values are read.
    fn memory(&self) -> Option<u64> {
        self.count()?.checked_mul(self.element.memory())
    }

    /// Whether every value is an unsigned byte.
    pub fn is_bytes(&self) -> bool {
        self.element == IdxElement::U8
    }

    /// Whether `content`, from which this header came, has the length that it announces.
    pub fn fits(&self, content: &UnpackedFile) -> bool {
        let announced = self.body().and_then(|body| body.checked_add(self.bytes()));
        announced == content.length
    }

    /// Checks what is announced against what there can be, before anything is allocated for it.
    fn check(&self, content: &UnpackedFile) -> Result<u64, SourceError> {
        let too_large = |what: String| SourceError::TooLarge {
            name: content.name.clone(),
            what,
            limit: format!("{LARGEST} bytes in memory"),
        };
        let sides: Vec<String> = self.sides.iter().map(ToString::to_string).collect();
        let sides = sides.join(" × ");
        match (self.body(), self.memory()) {
            (Some(body), Some(memory)) if memory <= LARGEST => {
                let announced = body + self.bytes();
                match content.length {
                    Some(length) if length != announced => Err(damaged(
                        &content.name,
                        format!("it has {length} bytes where its header announces {announced}"),
                    )),
                    None if content.most < announced => Err(damaged(
                        &content.name,
                        format!(
                            "it is too short for the {announced} bytes that its header announces"
                        ),
                    )),
                    _ => Ok(body),
                }
            }
            _ => Err(too_large(format!("it announces {sides} values"))),
        }
    }
}

/// Every value of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum IdxValues {
    /// Bytes, and whole numbers of another type that are all from 0 to 255.
    Bytes(Vec<u8>),
    /// Anything else.
    Numbers(Vec<f64>),
}

/// A whole file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Idx {
    /// The length of each dimension.
    pub sides: Vec<usize>,
    /// The last dimension runs fastest.
    pub values: IdxValues,
}

impl Idx {
    /// Reads a file to its end.
    ///
    /// # Errors
    /// No IDX data, another length than announced, more than memory is meant for.
    pub fn read(mut content: UnpackedFile) -> Result<Self, SourceError> {
        let header = IdxHeader::read(&mut content)?;
        let body = header.check(&content)?;
        let needed = header.memory().unwrap_or(u64::MAX);
        memory::ensure_free(needed).map_err(|shortage| {
            SourceError::memory(&content.name, shortage, "take a smaller one")
        })?;
        let length = usize::try_from(body).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        bytes.reserve_exact(length);
        content.read(body, &mut bytes)?;
        let announced = body + header.bytes();
        if bytes.len() < length {
            let found = bytes.len() as u64 + header.bytes();
            let reason =
                format!("it ends after {found} of the {announced} bytes that its header announces");
            return Err(damaged(&content.name, reason));
        }
        // Reading on also verifies the checksum of what was packed.
        content.read(1, &mut bytes)?;
        if bytes.len() > length {
            let reason =
                format!("it continues after the {announced} bytes that its header announces");
            return Err(damaged(&content.name, reason));
        }
        Ok(Self {
            values: values(header.element, bytes),
            sides: header.sides,
        })
    }
}

fn values(element: IdxElement, bytes: Vec<u8>) -> IdxValues {
    if element == IdxElement::U8 {
        return IdxValues::Bytes(bytes);
    }
    let numbers: Vec<f64> = bytes
        .chunks_exact(element.bytes() as usize)
        .map(|bytes| element.value(bytes))
        .collect();
    let fit = |number: &f64| (0.0..=255.0).contains(number);
    if element.is_whole() && numbers.iter().all(fit) {
        IdxValues::Bytes(numbers.into_iter().map(|number| number as u8).collect())
    } else {
        IdxValues::Numbers(numbers)
    }
}

/// Type and number of dimensions, where the first four bytes are those of an IDX file.
fn magic(start: &[u8]) -> Option<(IdxElement, u8)> {
    match *start {
        [0, 0, code, dimensions @ 1..=4] => Some((IdxElement::of(code)?, dimensions)),
        _ => None,
    }
}

/// The error about files that people get in the place of the data they wanted.
fn no_idx(name: &str, start: &[u8]) -> SourceError {
    if let Err(error) = unread::refuse_stand_in(name, &FileStart::new(start)) {
        return error;
    }
    if start.is_empty() {
        damaged(name, "it is empty")
    } else if start.trim_ascii_start().starts_with(b"<") {
        let what = "a server's answer, not the file itself";
        SourceError::unsupported(name, what, "download the file again")
    } else if start.starts_with(b"PK\x03\x04") {
        SourceError::unsupported(name, "a zip archive", "unpack it in its folder")
    } else {
        damaged(name, "it does not begin as one")
    }
}

fn damaged(name: &str, reason: impl Into<String>) -> SourceError {
    let reason = format!("{}; download it again", reason.into());
    SourceError::damaged(name, "an IDX file", reason)
}

//! The element types of safetensors: <https://github.com/huggingface/safetensors>.

use half::{bf16, f16};

/// A type of elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its name in a header.
    pub name: &'static str,
    /// The bits of one element.
    pub bits: u64,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Bool,
    Unsigned,
    Signed,
    F8E4M3,
    F8E5M2,
    F16,
    BF16,
    F32,
    F64,
    /// Described in lists and not read as numbers.
    Unread,
}

const fn element(name: &'static str, bits: u64, reading: Reading) -> Element {
    Element {
        name,
        bits,
        reading,
    }
}

const ELEMENTS: [Element; 22] = [
    element("BOOL", 8, Reading::Bool),
    element("U8", 8, Reading::Unsigned),
    element("I8", 8, Reading::Signed),
    element("U16", 16, Reading::Unsigned),
    element("I16", 16, Reading::Signed),
    element("U32", 32, Reading::Unsigned),
    element("I32", 32, Reading::Signed),
    element("U64", 64, Reading::Unsigned),
    element("I64", 64, Reading::Signed),
    element("F8_E4M3", 8, Reading::F8E4M3),
    element("F8_E5M2", 8, Reading::F8E5M2),
    element("F16", 16, Reading::F16),
    element("BF16", 16, Reading::BF16),
    element("F32", 32, Reading::F32),
    element("F64", 64, Reading::F64),
    element("F4", 4, Reading::Unread),
    element("F6_E2M3", 6, Reading::Unread),
    element("F6_E3M2", 6, Reading::Unread),
    element("F8_E8M0", 8, Reading::Unread),
    element("F8_E4M3FNUZ", 8, Reading::Unread),
    element("F8_E5M2FNUZ", 8, Reading::Unread),
    element("C64", 64, Reading::Unread),
];

impl Element {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        ELEMENTS.iter().copied().find(|one| one.name == name)
    }

    /// Whether its elements are read as numbers.
    pub fn is_number(self) -> bool {
        self.reading != Reading::Unread
    }

    /// Bytes of one element that is a number.
    pub fn size(self) -> usize {
        (self.bits / 8).max(1) as usize
    }

    /// The value of an element in its bytes, the lowest first.
    pub fn value(self, bytes: &[u8]) -> f64 {
        let mut all = [0; 8];
        let size = bytes.len().min(all.len());
        all[..size].copy_from_slice(&bytes[..size]);
        let bits = u64::from_le_bytes(all);
        match self.reading {
            Reading::Bool => f64::from(u8::from(bits != 0)),
            Reading::Unsigned => bits as f64,
            Reading::Signed => {
                let unused = 64 - self.bits;
                ((bits << unused) as i64 >> unused) as f64
            }
            Reading::F8E4M3 => e4m3(all[0]),
            // The upper half of a 16-bit float.
            Reading::F8E5M2 => f64::from(f16::from_bits(u16::from(all[0]) << 8)),
            Reading::F16 => f64::from(f16::from_bits(bits as u16)),
            Reading::BF16 => f64::from(bf16::from_bits(bits as u16)),
            Reading::F32 => f64::from(f32::from_bits(bits as u32)),
            Reading::F64 => f64::from_bits(bits),
            Reading::Unread => f64::NAN,
        }
    }
}

/// Four bits of exponent and three of mantissa: no infinities, and one NaN of each sign
/// (Micikevicius et al., FP8 formats for deep learning, 2022).
fn e4m3(byte: u8) -> f64 {
    let (exponent, mantissa) = (i32::from(byte >> 3 & 15), f64::from(byte & 7));
    let magnitude = match (exponent, byte & 7) {
        (15, 7) => f64::NAN,
        (0, _) => mantissa / 8.0 * 2_f64.powi(-6),
        _ => (1.0 + mantissa / 8.0) * 2_f64.powi(exponent - 7),
    };
    if byte & 0x80 == 0 {
        magnitude
    } else {
        -magnitude
    }
}

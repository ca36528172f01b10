//! The element types of NumPy: which are numbers, and what to do about the others.

use super::literal::Literal;

/// Numbers that become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberType {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F16,
    F32,
    F64,
}

/// Each with its kind and bytes in an array's header, its name, and NumPy's one-letter code.
const NUMBERS: [(NumberType, char, u64, &str, &str); 12] = [
    (NumberType::Bool, 'b', 1, "bool", "?"),
    (NumberType::I8, 'i', 1, "int8", "b"),
    (NumberType::I16, 'i', 2, "int16", "h"),
    (NumberType::I32, 'i', 4, "int32", "i"),
    (NumberType::I64, 'i', 8, "int64", "q"),
    (NumberType::U8, 'u', 1, "uint8", "B"),
    (NumberType::U16, 'u', 2, "uint16", "H"),
    (NumberType::U32, 'u', 4, "uint32", "I"),
    (NumberType::U64, 'u', 8, "uint64", "Q"),
    (NumberType::F16, 'f', 2, "float16", "e"),
    (NumberType::F32, 'f', 4, "float32", "f"),
    (NumberType::F64, 'f', 8, "float64", "d"),
];

/// The type of an array's elements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArrayElement {
    Number {
        number: NumberType,
        big_endian: bool,
    },
    Other(Other),
}

/// Elements that are no cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Other {
    /// Of more than 64 bits.
    LongFloat(u64),
    Complex(u64),
    Object,
    Text,
    Date,
    TimeSpan,
    /// Bytes without a meaning, which is how NumPy stores what it does not know.
    Raw(u64),
    /// The name of the first field.
    Structured(String),
}

impl ArrayElement {
    /// The type that a header states.
    pub fn from_literal(descr: &Literal<'_>) -> Option<Self> {
        match descr {
            Literal::Text(text) => Self::from_text(text),
            Literal::Sequence(fields) => {
                let first = fields.iter().find_map(field_name)?;
                Some(Self::Other(Other::Structured(first)))
            }
            _ => None,
        }
    }

    /// `<f8`, `=f8`, `?`, `float64`
    fn from_text(text: &str) -> Option<Self> {
        let (big_endian, code) = match text.split_at_checked(1)? {
            (">", code) => (true, code),
            ("<", code) => (false, code),
            ("=" | "|", code) => (cfg!(target_endian = "big"), code),
            _ => (cfg!(target_endian = "big"), text),
        };
        let mut numbers = NUMBERS.iter();
        let named = numbers.find(|(.., name, letter)| code == *name || code == *letter);
        if let Some(&(number, ..)) = named {
            return Some(Self::Number { number, big_endian });
        }
        let kind = code.chars().next()?;
        let digits = code[kind.len_utf8()..].split('[').next()?;
        let size = match digits {
            "" => 0,
            _ => digits.parse().ok()?,
        };
        let number = NUMBERS.iter().find(|one| (one.1, one.2) == (kind, size));
        if let Some(&(number, ..)) = number {
            return Some(Self::Number { number, big_endian });
        }
        Some(Self::Other(match (kind, size) {
            ('f', 10 | 12 | 16) => Other::LongFloat(size * 8),
            ('c', 8 | 16 | 20 | 24 | 32) => Other::Complex(size * 8),
            ('O', _) => Other::Object,
            ('S' | 'a' | 'U' | 'T', _) => Other::Text,
            ('M', _) => Other::Date,
            ('m', _) => Other::TimeSpan,
            ('V', 1..) => Other::Raw(size),
            _ => return None,
        }))
    }

    /// As NumPy names it.
    pub fn name(&self) -> String {
        let other = match self {
            Self::Number { number, .. } => {
                let known = NUMBERS.iter().find(|one| one.0 == *number);
                return known.map_or_else(String::new, |one| one.3.to_owned());
            }
            Self::Other(other) => other,
        };
        match other {
            Other::LongFloat(bits) => format!("float{bits}"),
            Other::Complex(bits) => format!("complex{bits}"),
            Other::Object => "object".to_owned(),
            Other::Text => "text".to_owned(),
            Other::Date => "datetime".to_owned(),
            Other::TimeSpan => "timedelta".to_owned(),
            Other::Raw(size) => format!("void ({} bits)", size.saturating_mul(8)),
            Other::Structured(_) => "structured".to_owned(),
        }
    }
}

fn field_name(field: &Literal<'_>) -> Option<String> {
    let Literal::Sequence(parts) = field else {
        return None;
    };
    match parts.first()? {
        Literal::Text(name) => Some((*name).to_owned()),
        // A field with a title: ('title', 'name').
        Literal::Sequence(names) => match names.last()? {
            Literal::Text(name) => Some((*name).to_owned()),
            _ => None,
        },
        _ => None,
    }
}

impl Other {
    /// The content of an array of `dimensions` of these, and the way in NumPy to make a matrix of it; every
    /// remedy was tried there.
    pub fn refusal(&self, dimensions: usize) -> (String, String) {
        match self {
            Self::LongFloat(bits) => (
                format!("an array of float{bits}"),
                "save a.astype('f8') of it".to_owned(),
            ),
            Self::Complex(bits) => (
                format!("an array of complex{bits}"),
                "save a.real, a.imag or abs(a) of it".to_owned(),
            ),
            Self::Object => (
                "an array of Python objects, which can run code when it is opened".to_owned(),
                "if all of them are numbers, save a.astype('f8')".to_owned(),
            ),
            Self::Text => (
                "an array of text".to_owned(),
                "if all of it is numbers, save a.astype('f8')".to_owned(),
            ),
            Self::Date => (
                "an array of dates (datetime64)".to_owned(),
                "save a.astype('i8') of it".to_owned(),
            ),
            Self::TimeSpan => (
                "an array of time spans (timedelta64)".to_owned(),
                "save a.astype('i8') of it".to_owned(),
            ),
            Self::Raw(2) => (
                "an array of raw 2-byte elements (V2), as NumPy stores bfloat16".to_owned(),
                "save (a.view('u2').astype('u4') << 16).view('f4')".to_owned(),
            ),
            Self::Raw(1) => (
                "an array of raw bytes (V1), as NumPy stores float8 without saying which kind"
                    .to_owned(),
                "convert it with a.astype('f4') before it is saved".to_owned(),
            ),
            Self::Raw(size) => {
                let view = match size {
                    4 => "f4",
                    8 => "f8",
                    _ => "u1",
                };
                (
                    format!("an array of raw {size}-byte elements (V{size})"),
                    format!("save the numbers in it, for example as a.view('{view}')"),
                )
            }
            Self::Structured(first) => (
                "a structured array".to_owned(),
                match dimensions {
                    1 => "if its fields are numbers, save numpy.array(a.tolist(), 'f8')".to_owned(),
                    _ => format!("save one field of it, as a['{first}']"),
                },
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Option<String> {
        ArrayElement::from_text(text).map(|element| element.name())
    }

    #[test]
    fn every_way_to_write_a_type_is_understood() {
        for (texts, name) in [
            (
                &["<f8", "=f8", ">f8", "f8", "d", "<d", "float64"][..],
                "float64",
            ),
            (&["|b1", "?", "|?", "b1", "bool"], "bool"),
            (&["|i1", "<i1", ">i1", "b", "int8"], "int8"),
            (&["<u8", "Q", "uint64"], "uint64"),
            (&["<f2", "e", "float16"], "float16"),
            (&["<f16"], "float128"),
            (&["<f12"], "float96"),
            (&["<c8"], "complex64"),
            (&["|O", "O"], "object"),
            (&["<U4", "|S4", "<U0"], "text"),
            (&["<M8[ns]", "<M8"], "datetime"),
            (&["<m8[25s]"], "timedelta"),
            (&["|V2", "<V2"], "void (16 bits)"),
        ] {
            for text in texts {
                assert_eq!(named(text).as_deref(), Some(name), "{text}");
            }
        }
        for text in ["", "<", "f3", "q9", "<i16", "<f-8", "é", "<é8", "V", "f8x"] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn only_an_angle_to_the_right_turns_the_bytes_round() {
        let big = |text: &str| match ArrayElement::from_text(text) {
            Some(ArrayElement::Number { big_endian, .. }) => big_endian,
            _ => panic!("{text} is a number"),
        };
        assert!(big(">f8") && !big("<f8"));
        assert_eq!(big("=f8"), cfg!(target_endian = "big"));
        assert_eq!(big("|f8"), cfg!(target_endian = "big"));
    }
}

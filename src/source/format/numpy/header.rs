//! The header of an `.npy` array: a Python dictionary of element type, order and shape.
//!
//! Read as NumPy reads it, with the `5L` of Python 2. Nothing in it costs more memory than its own
//! text, which NumPy bounds as well.

use std::io::{ErrorKind, Read};

use super::element::ArrayElement;
use super::literal::{Literal, NOT_NUMPYS, Python};
use crate::source::SourceError;
use crate::source::tensors::sides;

/// The longest header that NumPy itself accepts.
const MAX_TEXT: usize = 10_000;
const MAGIC: &[u8] = b"\x93NUMPY";
pub const EXPECTED: &str = "an .npy array";

/// The header of an array; the shape has no zero, and its product fits in 64 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrayHeader {
    pub shape: Vec<u64>,
    pub fortran_order: bool,
    pub element: ArrayElement,
    /// Bytes that the header itself takes.
    pub length: u64,
}

/// Whether these are the first bytes of an array.
pub fn begins_as_array(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Reads the header and leaves `reader` at the first value.
pub fn read(name: &str, mut reader: impl Read) -> Result<ArrayHeader, SourceError> {
    let damaged = |reason: &str| SourceError::damaged(name, EXPECTED, reason);
    let mut fill = |bytes: &mut [u8]| {
        reader.read_exact(bytes).map_err(|error| {
            damaged(match error.kind() {
                ErrorKind::UnexpectedEof => "it ends within its header",
                _ => "its header cannot be unpacked",
            })
        })
    };
    let mut start = [0; 8];
    fill(&mut start)?;
    if !begins_as_array(&start) {
        return Err(damaged("it does not begin as one"));
    }
    let mut size = vec![
        0;
        match (start[6], start[7]) {
            (1, 0) => 2,
            (2 | 3, 0) => 4,
            _ => return Err(damaged("its version is none that NumPy writes")),
        }
    ];
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
    // Versions 1 and 2 are Latin-1, whose bytes are the first characters of Unicode.
    let text = match start[6] {
        3 => String::from_utf8(text).map_err(|_| damaged("its header is not text"))?,
        _ => text.into_iter().map(char::from).collect(),
    };
    let mut header = parse(&text).map_err(damaged)?;
    header.length = (start.len() + size.len() + length) as u64;
    check_shape(name, &header.shape)?;
    Ok(header)
}

fn check_shape(name: &str, shape: &[u64]) -> Result<(), SourceError> {
    if shape.contains(&0) {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    let cells = shape
        .iter()
        .try_fold(1_u64, |all, &side| all.checked_mul(side));
    match cells {
        Some(_) => Ok(()),
        None => Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("its header announces {}", sides(shape)),
            limit: "what a machine can address".to_owned(),
        }),
    }
}

/// Reads the header's text, or says what is wrong with it.
fn parse(text: &str) -> Result<ArrayHeader, &'static str> {
    let mut python = Python::new(text.trim());
    let (mut descr, mut fortran_order, mut shape) = (None, None, None);
    for (key, value) in python.dictionary()? {
        let place = match key {
            "descr" => &mut descr,
            "fortran_order" => &mut fortran_order,
            "shape" => &mut shape,
            _ => return Err(NOT_NUMPYS),
        };
        if place.replace(value).is_some() {
            return Err("its header is ambiguous");
        }
    }
    let (Some(descr), Some(Literal::Bool(fortran_order)), Some(Literal::Sequence(shape))) =
        (descr, fortran_order, shape)
    else {
        return Err("its header does not state type, order and shape");
    };
    if !python.ended() {
        return Err(NOT_NUMPYS);
    }
    let side = |literal: &Literal| match literal {
        Literal::Integer(Some(side)) => Ok(*side),
        _ => Err("a side in its shape is no number that fits"),
    };
    Ok(ArrayHeader {
        shape: shape.iter().map(side).collect::<Result<_, _>>()?,
        fortran_order,
        element: ArrayElement::from_literal(&descr).ok_or("its element type is none of NumPy's")?,
        length: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<Vec<u64>, &'static str> {
        parse(text).map(|header| header.shape)
    }

    #[test]
    fn headers_of_every_age_and_spacing_are_read() {
        for text in [
            "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 7), }          \n",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (5L, 7L), }",
            "{'shape':(5,7),'fortran_order':False,'descr':'<f8'}",
            " { \"fortran_order\" : False , \"descr\" : \"<f8\" , \"shape\" : ( 5 , 7 , ) , } ",
            "{u'descr': u'<f8', u'fortran_order': False, u'shape': [5, 7]}",
        ] {
            assert_eq!(shape(text), Ok(vec![5, 7]), "{text}");
        }
    }

    #[test]
    fn one_number_in_brackets_is_no_shape_but_with_a_comma_it_is() {
        let header = |shape: &str| {
            parse(&format!(
                "{{'descr': '<f8', 'fortran_order': True, 'shape': {shape}}}"
            ))
            .map(|header| header.shape)
        };
        assert_eq!(header("(5,)"), Ok(vec![5]));
        assert_eq!(header("(5L,)"), Ok(vec![5]));
        assert_eq!(header("()"), Ok(vec![]));
        for wrong in [
            "(5)", "5", "(5 7)", "(5,,7)", "(5, 7", "5, 7)", "(-5, 7)", "(5.0, 7)", "'5'", "(x,)",
        ] {
            assert!(header(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_header_with_other_keys_twice_the_same_or_rubbish_behind_is_refused() {
        for text in [
            "",
            "{}",
            "{'descr': '<f8', 'fortran_order': False}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}",
            "{'descr': '<f8', 'fortran_order': False 'shape': (1,)}",
            "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} x",
            "{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}",
        ] {
            assert!(shape(text).is_err(), "{text}");
        }
    }
}

//! The header of an `.npy` array: a Python dictionary of element type, order and shape.
//!
//! Read as NumPy reads it, with the `5L` of Python 2. Nothing in it costs more memory than its own
//! text, which NumPy bounds as well.

use std::io::{ErrorKind, Read};

use super::SourceError;
use super::npy_type::Element;

/// What NumPy itself accepts at most.
const MAX_TEXT: usize = 10_000;
const MAX_NESTING: usize = 16;
const MAGIC: &[u8] = b"\x93NUMPY";
pub(super) const EXPECTED: &str = "an .npy array";

const NOT_NUMPYS: &str = "its header is not what NumPy writes";

/// What the header of an array says; the shape has no zero, and its product fits in 64 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub shape: Vec<u64>,
    pub fortran_order: bool,
    pub element: Element,
    /// Bytes that the header itself takes.
    pub length: u64,
}

/// Whether these are the first bytes of an array.
pub(super) fn begins_as_array(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Reads the header and leaves `reader` at the first value.
pub(super) fn read(name: &str, mut reader: impl Read) -> Result<Header, SourceError> {
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
        match start[6] {
            1 => 2,
            2 | 3 => 4,
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

/// `2 × 3 × 4`
pub(super) fn sides(shape: &[u64]) -> String {
    let sides: Vec<String> = shape.iter().map(u64::to_string).collect();
    sides.join(" × ")
}

/// What the header's text says, or what is wrong with it.
fn parse(text: &str) -> Result<Header, &'static str> {
    let mut python = Python {
        rest: text.trim(),
        depth: 0,
    };
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
    if !python.rest.is_empty() {
        return Err(NOT_NUMPYS);
    }
    let side = |literal: &Literal| match literal {
        Literal::Integer(Some(side)) => Ok(*side),
        _ => Err("a side in its shape is no number that fits"),
    };
    Ok(Header {
        shape: shape.iter().map(side).collect::<Result<_, _>>()?,
        fortran_order,
        element: Element::from_literal(&descr).ok_or("its element type is none of NumPy's")?,
        length: 0,
    })
}

/// A value in a header.
#[derive(Debug, PartialEq)]
pub(super) enum Literal<'a> {
    /// As written between the quotes.
    Text(&'a str),
    /// A whole number; `None` where it is negative, broken or does not fit.
    Integer(Option<u64>),
    Bool(bool),
    /// A tuple or list.
    Sequence(Vec<Literal<'a>>),
}

/// A reader of Python literals.
struct Python<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Python<'a> {
    /// Skips blanks, and `symbol` if it comes next.
    fn takes(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn dictionary(&mut self) -> Result<Vec<(&'a str, Literal<'a>)>, &'static str> {
        let mut entries = Vec::new();
        let mut more = self.takes('{');
        if !more {
            return Err(NOT_NUMPYS);
        }
        while !self.takes('}') {
            let key = match more {
                true => self.text(),
                false => None,
            };
            let (Some(key), true) = (key, self.takes(':')) else {
                return Err(NOT_NUMPYS);
            };
            entries.push((key, self.value()?));
            more = self.takes(',');
        }
        Ok(entries)
    }

    fn value(&mut self) -> Result<Literal<'a>, &'static str> {
        if let Some(text) = self.text() {
            return Ok(Literal::Text(text));
        }
        for (open, close) in [('(', ')'), ('[', ']')] {
            if self.takes(open) {
                self.depth += 1;
                let items = self.items(close)?;
                self.depth -= 1;
                return Ok(items);
            }
        }
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-+._".contains(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "True" => Ok(Literal::Bool(true)),
            "False" => Ok(Literal::Bool(false)),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                let digits = word.strip_suffix('L').unwrap_or(word);
                Ok(Literal::Integer(digits.parse().ok()))
            }
            _ => Err(NOT_NUMPYS),
        }
    }

    /// What stands between the brackets; one value without a comma is that value.
    fn items(&mut self, close: char) -> Result<Literal<'a>, &'static str> {
        if self.depth > MAX_NESTING {
            return Err(NOT_NUMPYS);
        }
        let mut items = Vec::new();
        let mut comma = true;
        while !self.takes(close) {
            if !comma {
                return Err(NOT_NUMPYS);
            }
            items.push(self.value()?);
            comma = self.takes(',');
        }
        match items.pop() {
            Some(only) if items.is_empty() && !comma && close == ')' => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Sequence(items))
            }
        }
    }

    /// A quoted text, with the letter in front that Python 2 wrote.
    fn text(&mut self) -> Option<&'a str> {
        let trimmed = self.rest.trim_start();
        let body = trimmed.strip_prefix(['u', 'b']).unwrap_or(trimmed);
        let quote = body.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut escaped = false;
        let end = body[1..].find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        self.rest = &body[end + 2..];
        Some(&body[1..=end])
    }
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

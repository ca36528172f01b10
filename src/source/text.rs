//! Text that holds a matrix: which of its forms it is, from its first lines.

use std::borrow::Cow;

use super::error::printable;
use super::{Limits, Loaded, SourceError, grid, matrix_market, octave, table};

/// What an error calls text of any form.
const EXPECTED: &str = "a table of text";

/// Reads the matrix in a text file, `wanted` where the file may hold several.
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let text = decode(name, bytes)?;
    if octave::is_octave(&text) {
        return octave::read(name, &text, wanted, limits);
    }
    if let Some(array) = wanted {
        return Err(no_arrays(name, array));
    }
    if matrix_market::is_matrix_market(&text) {
        matrix_market::read(name, &text, limits)
    } else if let Some(kind) = grid::kind_of(&text) {
        grid::read(name, &text, kind, limits)
    } else {
        table::read(name, &text, limits)
    }
}

/// The error for `#NAME` behind a file that has no named arrays.
pub(super) fn no_arrays(name: &str, array: &str) -> SourceError {
    let remedy = format!("leave out #{}", printable(array));
    SourceError::unsupported(name, "no named arrays", remedy)
}

/// UTF-8, or UTF-16 where a mark or its zeros say so; a stray byte in a header does no harm. Line
/// ends of every system become `\n`.
fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, SourceError> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => match utf16_without_mark(bytes) {
            Some(unit) => Cow::Owned(utf16(bytes, unit)),
            None => String::from_utf8_lossy(bytes),
        },
    };
    if text.contains('\0') {
        let reason = "it has bytes that no text has";
        return Err(SourceError::damaged(name, EXPECTED, reason));
    }
    Ok(with_one_line_end(text))
}

type Unit = fn([u8; 2]) -> u16;

fn utf16(bytes: &[u8], unit: Unit) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The order of bytes in text of which every other byte is zero: numbers, in UTF-16.
fn utf16_without_mark(bytes: &[u8]) -> Option<Unit> {
    const LOOKED_AT: usize = 64;
    let start = &bytes[..bytes.len().min(LOOKED_AT) & !1];
    let half = |offset: usize, zero: bool| {
        start
            .iter()
            .skip(offset)
            .step_by(2)
            .all(|&byte| (byte == 0) == zero)
    };
    match start.len() {
        0..4 => None,
        _ if half(0, false) && half(1, true) => Some(u16::from_le_bytes),
        _ if half(0, true) && half(1, false) => Some(u16::from_be_bytes),
        _ => None,
    }
}

/// Whether a file begins as text of Octave.
pub(super) fn is_octave(start: &[u8]) -> bool {
    octave::is_octave(&with_one_line_end(String::from_utf8_lossy(start)))
}

/// Whether a file can be text: it has no zeros but those of UTF-16.
pub(super) fn can_be_text(start: &[u8]) -> bool {
    let marked = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    !start.contains(&0) || marked || utf16_without_mark(start).is_some()
}

/// `\r\n`, and `\r` alone as old Macintoshes and some instruments write it, become `\n`.
fn with_one_line_end(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\r') {
        return text;
    }
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split('\r');
    plain += pieces.next().unwrap_or_default();
    for piece in pieces {
        if !piece.starts_with('\n') {
            plain.push('\n');
        }
        plain += piece;
    }
    Cow::Owned(plain)
}

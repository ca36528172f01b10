//! Text of every encoding and system.

use std::borrow::Cow;

/// The name of text of any form in an error.
pub const EXPECTED: &str = "a table of text";

/// UTF-8, or UTF-16 where a mark or its zeros say so; a stray byte in a header does no harm. Line
/// ends of every system become `\n`.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    with_one_line_end(match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => match utf16_without_mark(bytes) {
            Some(unit) => Cow::Owned(utf16(bytes, unit)),
            None => String::from_utf8_lossy(bytes),
        },
    })
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

/// Whether a file can be text: it has no zeros but those of UTF-16.
pub fn can_be_text(start: &[u8]) -> bool {
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

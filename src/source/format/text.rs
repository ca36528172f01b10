//! Text of every encoding and system.

use std::borrow::Cow;

use crate::text::encoding::{as_utf8, is_utf16};

/// The name of text of any form in an error.
pub const EXPECTED: &str = "a table of text";

/// UTF-8, or UTF-16 where a mark or its zeros say so; a stray byte in a header does no harm. Line
/// ends of every system become `\n`.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    with_one_line_end(match as_utf8(bytes) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

/// Whether a file can be text: it has no zeros but those of UTF-16.
pub fn can_be_text(start: &[u8]) -> bool {
    !start.contains(&0) || is_utf16(start)
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

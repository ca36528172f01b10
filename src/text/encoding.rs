//! Text in the encodings that editors and shells write.

use std::borrow::Cow;

/// The bytes of a text in UTF-8 without a byte order mark, from that or from UTF-16, which its mark or its zeros
/// tell. Whether they are UTF-8 is not looked at.
pub fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match (bytes, utf16(bytes)) {
        ([0xef, 0xbb, 0xbf, rest @ ..], _) => Cow::Borrowed(rest),
        (_, Some((unit, rest))) => {
            let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            let text = char::decode_utf16(units)
                .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER));
            Cow::Owned(text.collect::<String>().into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}

/// Whether bytes begin as UTF-16 does.
pub fn is_utf16(start: &[u8]) -> bool {
    utf16(start).is_some()
}

type Unit = fn([u8; 2]) -> u16;

/// How UTF-16 is read, and what is behind its mark.
fn utf16(bytes: &[u8]) -> Option<(Unit, &[u8])> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => Some((u16::from_le_bytes, rest)),
        [0xfe, 0xff, rest @ ..] => Some((u16::from_be_bytes, rest)),
        _ => Some((without_mark(bytes)?, bytes)),
    }
}

/// The order of bytes in text of which every other byte is zero: numbers, in UTF-16.
fn without_mark(bytes: &[u8]) -> Option<Unit> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_every_encoding_is_read_alike() {
        let text = "{\"größe\": 1}";
        let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let [little, big]: [Vec<u8>; 2] = [units(u16::to_le_bytes), units(u16::to_be_bytes)];
        let utf8 = text.as_bytes().to_vec();
        for (mark, bytes) in [
            (&[][..], &utf8),
            (&[0xef, 0xbb, 0xbf], &utf8),
            (&[0xff, 0xfe], &little),
            (&[], &little),
            (&[0xfe, 0xff], &big),
            (&[], &big),
        ] {
            let written = [mark, bytes].concat();
            assert_eq!(as_utf8(&written), text.as_bytes(), "{mark:?}");
        }
        for bytes in [&b""[..], b"{", b"\xff", b"\0\0\0\0", b"{}"] {
            assert_eq!(as_utf8(bytes), bytes);
            assert!(!is_utf16(bytes));
        }
        assert_eq!(as_utf8(b"\xff\xfe{"), b"" as &[u8], "half a unit");
    }
}

//! Facts that the blocks of a picture's file tell without decoding it: the number of pictures,
//! which one is read, and whether it is whole.

use std::io::Cursor;

use ::image::ImageFormat;

use super::{DecoderInput, whole};

/// A remark where a picture is one of several; a file that breaks off counts as far as it goes.
fn first_of(count: Option<usize>) -> Option<String> {
    let count = count.filter(|count| *count > 1)?;
    Some(format!("first of {count} frames"))
}

/// The remark on an animated GIF.
pub fn of_gif(bytes: &[u8]) -> Option<String> {
    first_of(gif(bytes))
}

/// The remark on an animated WebP.
pub fn of_webp(bytes: &[u8]) -> Option<String> {
    first_of(webp(bytes))
}

/// The remark on an animated PNG.
pub fn of_png(bytes: &[u8]) -> Option<String> {
    first_of(png(bytes))
}

/// The remark on an icon of several sizes.
pub fn of_icon(bytes: &[u8]) -> Option<String> {
    let count = u16::from_le_bytes([*bytes.get(4)?, *bytes.get(5)?]);
    (count > 1).then(|| format!("the largest of the {count} pictures in the icon"))
}

/// A JPEG that is whole: its decoder would fill the rest with grey.
pub fn whole_jpeg(bytes: &[u8]) -> Result<DecoderInput<'_>, &'static str> {
    match is_jpeg(bytes) && jpeg_has_no_end(bytes) {
        true => Err("it ends early"),
        false => whole(bytes),
    }
}

/// The largest picture of an icon, which may be a PNG.
pub fn largest_of_icon(bytes: &[u8]) -> Result<DecoderInput<'_>, &'static str> {
    let Some(bytes) = png_of_icon(bytes) else {
        return whole(bytes);
    };
    Ok(DecoderInput {
        bytes,
        decoder: Some(ImageFormat::Png),
    })
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

/// The frames of a GIF: its blocks, walked from one to the next.
fn gif(bytes: &[u8]) -> Option<usize> {
    let colours = |flags: u8| match flags & 0x80 {
        0 => 0,
        _ => 3 << ((flags & 7) + 1),
    };
    let mut at = 13 + colours(*bytes.get(10)?);
    let mut frames = 0;
    loop {
        match bytes.get(at) {
            // An extension: its kind, then its data.
            Some(0x21) => at += 2,
            // A picture: its place, its own colours, the width of its codes, then its data.
            Some(0x2c) => {
                let Some(flags) = bytes.get(at + 9) else {
                    return Some(frames);
                };
                at += 11 + colours(*flags);
                frames += 1;
            }
            _ => return Some(frames),
        }
        // Data in pieces of up to 255 bytes, ended by one of none.
        loop {
            let Some(&length) = bytes.get(at) else {
                return Some(frames);
            };
            at += 1 + usize::from(length);
            if length == 0 {
                break;
            }
        }
    }
}

/// The frames of a WebP: chunks of four letters and a length.
fn webp(bytes: &[u8]) -> Option<usize> {
    let mut frames = 0;
    let mut at = 12_usize;
    while let Some(head) = bytes.get(at..at.checked_add(8)?) {
        frames += usize::from(head.starts_with(b"ANMF"));
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        // Chunks begin at even places.
        at = at
            .checked_add(8)?
            .checked_add(length)?
            .checked_add(length % 2)?;
    }
    Some(frames)
}

/// The largest picture of an icon where it is a PNG, as all large ones are: the icon decoder takes
/// none without an alpha channel.
fn png_of_icon(bytes: &[u8]) -> Option<&[u8]> {
    let number = |at: usize, size: usize| -> Option<usize> {
        let bytes = bytes.get(at..at + size)?;
        let join = |number, byte: &u8| (number << 8) | usize::from(*byte);
        Some(bytes.iter().rev().fold(0, join))
    };
    let entries = (0..number(4, 2)?).filter_map(|entry| {
        let at = 6 + 16 * entry;
        // A side of 256 is written as 0.
        let side = |at| number(at, 1).map(|side| if side == 0 { 256 } else { side });
        let depth = number(at + 6, 2)?;
        Some((side(at)? * side(at + 1)?, depth, at))
    });
    let (.., at) = entries.max()?;
    let (length, start) = (number(at + 8, 4)?, number(at + 12, 4)?);
    let picture = bytes.get(start..start.checked_add(length)?)?;
    picture.starts_with(b"\x89PNG").then_some(picture)
}

/// Whether the mark at the end of a JPEG's pixels is missing.
fn jpeg_has_no_end(bytes: &[u8]) -> bool {
    const SCAN: u8 = 0xda;
    let mut at = 2;
    // Segments before the first scan: a mark, and a length that counts itself. A preview among
    // them is a JPEG of its own.
    while let Some(&[mark, kind, high, low]) = bytes.get(at..at + 4) {
        if mark != 0xff || kind == SCAN {
            break;
        }
        at += match kind {
            0xff => 1,
            _ => 2 + usize::from(u16::from_be_bytes([high, low])),
        };
    }
    let pixels = bytes.get(at..).unwrap_or_default();
    !pixels.windows(2).any(|pair| pair == [0xff, 0xd9])
}

/// The frames of an animated PNG.
fn png(bytes: &[u8]) -> Option<usize> {
    let reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
    let animation = reader.info().animation_control()?;
    Some(animation.num_frames as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One pixel in each frame, with and without colours of their own.
    fn animated() -> Vec<u8> {
        let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        file.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
        for own in [false, true, false] {
            file.extend(b"\x21\xf9\x04\0\x0a\0\0\0");
            file.extend(b"\x2c\0\0\0\0\x01\0\x01\0");
            match own {
                true => file.extend(b"\x80\x2c\x2c\x2c\x21\x21\x21"),
                false => file.push(0),
            }
            file.extend(b"\x02\x02\x44\x01\0");
        }
        file.push(0x3b);
        file
    }

    #[test]
    fn the_frames_of_a_gif_are_counted_also_when_it_breaks_off() {
        let file = animated();
        let counted = |length| gif(&file[..length]).unwrap_or_default();
        assert_eq!(counted(file.len()), 3);
        let counts: Vec<usize> = (0..file.len()).map(counted).collect();
        assert!(counts.is_sorted() && counts.contains(&1));
        assert_eq!(of_gif(&file).as_deref(), Some("first of 3 frames"));
    }

    #[test]
    fn the_frames_of_a_webp_are_counted() {
        let mut file = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\0\0\0\0\0\0".to_vec();
        file.extend(b"ANMF\x03\0\0\0abc\0ANMF\x02\0\0\0ab");
        assert_eq!(webp(&file), Some(2));
        assert_eq!(webp(&file[..20]), Some(0));
        file.extend(b"EXIF\xff\xff\xff\xff");
        assert_eq!(webp(&file), Some(2));
    }

    #[test]
    fn the_largest_picture_of_an_icon_is_found_where_it_is_a_png() {
        let mut icon = b"\0\0\x01\0\x02\0".to_vec();
        icon.extend(b"\x10\x10\0\0\x01\0\x20\0\x04\0\0\0\x26\0\0\0");
        icon.extend(b"\0\0\0\0\x01\0\x20\0\x06\0\0\0\x2a\0\0\0");
        icon.extend(b"bmp.\x89PNG12");
        assert_eq!(png_of_icon(&icon), Some(b"\x89PNG12".as_slice()));
        for length in 0..icon.len() {
            assert_eq!(png_of_icon(&icon[..length]), None);
        }
        // Turned round, the largest is no PNG.
        icon.swap(6, 22);
        icon.swap(7, 23);
        assert_eq!(png_of_icon(&icon), None);
    }

    #[test]
    fn the_end_of_a_jpeg_is_looked_for_behind_its_preview() {
        let preview = b"\xff\xd8\xff\xe1\0\x06\xff\xd9..";
        let whole = [preview.as_slice(), b"\xff\xda\0\x02pixels\xff\xd9"].concat();
        assert!(!jpeg_has_no_end(&whole));
        for length in 0..whole.len() {
            assert!(jpeg_has_no_end(&whole[..length]), "{length} bytes");
        }
    }

    #[test]
    fn one_picture_is_not_mentioned() {
        assert_eq!(of_icon(&[0, 0, 1, 0, 1, 0]), None);
        assert!(of_icon(&[0, 0, 1, 0, 5, 0]).is_some());
        assert_eq!(of_png(b"no picture"), None);
    }
}

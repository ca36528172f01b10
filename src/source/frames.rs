//! How many pictures a file holds, of which one is read.

use std::io::Cursor;

use ::image::ImageFormat;

/// A remark where a picture is one of several; a file that breaks off counts as far as it goes.
pub(super) fn note(format: ImageFormat, bytes: &[u8]) -> Option<String> {
    let (count, note) = match format {
        ImageFormat::Gif => (gif(bytes)?, "first"),
        ImageFormat::WebP => (webp(bytes)?, "first"),
        ImageFormat::Png => (png(bytes)?, "first"),
        ImageFormat::Ico => {
            let count = u16::from_le_bytes([*bytes.get(4)?, *bytes.get(5)?]);
            return (count > 1).then(|| format!("the largest of the {count} pictures in the icon"));
        }
        _ => return None,
    };
    (count > 1).then(|| format!("{note} of {count} frames"))
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
        let note = note(ImageFormat::Gif, &file);
        assert_eq!(note.as_deref(), Some("first of 3 frames"));
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
    fn one_picture_is_not_mentioned() {
        assert_eq!(note(ImageFormat::Ico, &[0, 0, 1, 0, 1, 0]), None);
        assert!(note(ImageFormat::Ico, &[0, 0, 1, 0, 5, 0]).is_some());
        assert_eq!(note(ImageFormat::Jpeg, b""), None);
        assert_eq!(note(ImageFormat::Png, b"no picture"), None);
    }
}

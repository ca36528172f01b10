//! The formats that decoders of the `image` crate read.

use ::image::ImageFormat;

use super::{Raster, frames, whole};
use crate::source::format::input::FileStart;

/// The properties that most of them share.
const PLAIN: Raster = Raster {
    name: "",
    title: "picture",
    endings: &[],
    decoder: ImageFormat::Png,
    is_sure: |_| false,
    part: whole,
    note: |_| None,
};

/// Portable Network Graphics, of an animation the first frame.
pub static PNG: Raster = Raster {
    name: "PNG",
    title: "PNG",
    endings: &["png", "apng"],
    decoder: ImageFormat::Png,
    note: frames::of_png,
    ..PLAIN
};

/// JPEG.
pub static JPEG: Raster = Raster {
    name: "JPEG",
    title: "JPEG",
    endings: &["jpg", "jpeg", "jfif"],
    decoder: ImageFormat::Jpeg,
    part: frames::whole_jpeg,
    ..PLAIN
};

/// WebP, of an animation the first frame.
pub static WEBP: Raster = Raster {
    name: "WebP",
    title: "WebP picture",
    endings: &["webp"],
    decoder: ImageFormat::WebP,
    note: frames::of_webp,
    ..PLAIN
};

/// GIF, of an animation the first frame.
pub static GIF: Raster = Raster {
    name: "GIF",
    title: "GIF",
    endings: &["gif"],
    decoder: ImageFormat::Gif,
    note: frames::of_gif,
    ..PLAIN
};

/// Windows bitmaps.
pub static BMP: Raster = Raster {
    name: "BMP",
    title: "BMP",
    endings: &["bmp"],
    decoder: ImageFormat::Bmp,
    ..PLAIN
};

/// Windows icons, the largest picture of each.
pub static ICO: Raster = Raster {
    name: "ICO",
    title: "Windows icon",
    endings: &["ico"],
    decoder: ImageFormat::Ico,
    part: frames::largest_of_icon,
    note: frames::of_icon,
    ..PLAIN
};

/// Netpbm's portable maps, of bits, greys, colours and anything.
pub static PNM: Raster = Raster {
    name: "PNM",
    title: "PBM, PGM, PPM or PAM picture",
    endings: &["pnm", "pgm", "ppm", "pbm", "pam"],
    decoder: ImageFormat::Pnm,
    is_sure: is_text_map,
    ..PLAIN
};

/// The Quite OK Image format.
pub static QOI: Raster = Raster {
    name: "QOI",
    title: "QOI picture",
    endings: &["qoi"],
    decoder: ImageFormat::Qoi,
    ..PLAIN
};

/// Truevision's TGA, which has no mark: its ending tells it.
pub static TGA: Raster = Raster {
    name: "TGA",
    title: "TGA",
    endings: &["tga"],
    decoder: ImageFormat::Tga,
    ..PLAIN
};

/// Radiance's pictures of floating-point numbers.
pub static HDR: Raster = Raster {
    name: "Radiance HDR",
    title: "Radiance HDR picture",
    endings: &["hdr"],
    decoder: ImageFormat::Hdr,
    ..PLAIN
};

/// A map written as text: `P2` or its like, then its width and height in one line. A table of which
/// the first line is `P2` goes on otherwise.
fn is_text_map(start: &FileStart<'_>) -> bool {
    let mut lines = start
        .text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'));
    let magic = lines
        .next()
        .is_some_and(|line| matches!(line, "P1" | "P2" | "P3"));
    let sides: Vec<&str> = lines
        .next()
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    magic && sides.len() == 2 && sides.iter().all(|side| side.parse::<u32>().is_ok())
}

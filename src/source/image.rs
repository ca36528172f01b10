//! Pictures: which format, and their pixels.

use std::io::{Cursor, ErrorKind};

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use super::error::guarded;
use super::picture::{Alpha, Canvas, SMALLER, Shade};
use super::{Limits, Loaded, SourceError, frames, tiff, tiff_directory};
use crate::memory;

/// No side may be longer; the formats' own bound is the same or higher.
const MAX_SIDE: u32 = 65_535;
const EXPECTED: &str = "a picture of its kind";

/// Whether this is the extension of a picture that can be decoded.
pub(super) fn is_known(extension: &str) -> bool {
    ImageFormat::from_extension(extension).is_some_and(|format| format.reading_enabled())
}

/// Whether these are the first bytes of a picture.
pub(super) fn begins_as_picture(start: &[u8]) -> bool {
    format_of(start).is_some()
}

fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    match tiff_directory::is_tiff(bytes) {
        true => Some(ImageFormat::Tiff),
        false => ::image::guess_format(bytes).ok(),
    }
}

/// Decodes a picture; its content tells the format, and where it does not (TGA) the extension.
pub(super) fn decode(
    name: &str,
    extension: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let format = format_of(bytes)
        .or_else(|| ImageFormat::from_extension(extension))
        .filter(ImageFormat::reading_enabled)
        .ok_or_else(|| {
            SourceError::unsupported(
                name,
                "a picture of a kind that is not read",
                "save it as .png",
            )
        })?;
    guarded(name, EXPECTED, || {
        if format == ImageFormat::Tiff && tiff_directory::is_tiff(bytes) {
            return tiff::decode(name, bytes, limits);
        }
        if format == ImageFormat::Jpeg && frames::jpeg_has_no_end(bytes) {
            // Its decoder would fill the rest with grey.
            return Err(SourceError::damaged(name, EXPECTED, "it ends early"));
        }
        let (image, orientation) = match frames::png_of_icon(bytes) {
            Some(png) if format == ImageFormat::Ico => {
                decode_as(name, ImageFormat::Png, png, limits)
            }
            _ => decode_as(name, format, bytes, limits),
        }?;
        let mut loaded = from_image(name, &image, orientation, limits)?;
        loaded.notes.extend(frames::note(format, bytes));
        Ok(loaded)
    })
}

fn decode_as(
    name: &str,
    format: ImageFormat,
    bytes: &[u8],
    limits: &Limits,
) -> Result<(DynamicImage, Orientation), SourceError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut bounds = ::image::Limits::default();
    bounds.max_image_width = Some(MAX_SIDE);
    bounds.max_image_height = Some(MAX_SIDE);
    bounds.max_alloc = Some(limits.max_decoded_bytes);
    reader.limits(bounds);
    let recognized = format_of(bytes) == Some(format);
    let failed = |error: ImageError| describe(name, &error, format, recognized, limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    // Not every decoder looks at its limits.
    if decoder.total_bytes() > limits.max_decoded_bytes || width.max(height) > MAX_SIDE {
        let what = format!("{width} × {height} pixels");
        return Err(too_large(name, what, limits));
    }
    // Several decoders put a picture together in one more place of its size.
    memory::ensure_free(decoder.total_bytes().saturating_mul(2))
        .map_err(|shortage| SourceError::memory(name, shortage, SMALLER))?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok((image, orientation))
}

/// A library's error in our words.
fn describe(
    name: &str,
    error: &ImageError,
    format: ImageFormat,
    recognized: bool,
    limits: &Limits,
) -> SourceError {
    let kind = title(format);
    let reason = match error {
        ImageError::Limits(_) => return too_large(name, "its pixels".to_owned(), limits),
        ImageError::Unsupported(_) if recognized => {
            let what = format!("a {kind} of a kind that is not read");
            return SourceError::unsupported(name, what, "save it as an ordinary .png");
        }
        _ if !recognized && format != ImageFormat::Tga => {
            format!("it does not begin as a {kind}")
        }
        error if ends_early(error) => "it ends early".to_owned(),
        _ => format!("it begins as a {kind} and does not go on as one"),
    };
    SourceError::damaged(name, EXPECTED, reason)
}

/// Whether the end of the file came before that of the picture. Only some decoders keep the cause;
/// the others have it in their text.
fn ends_early(error: &ImageError) -> bool {
    const SAID: [&str; 5] = [
        "end of file",
        "eof",
        "fill whole buffer",
        "truncated",
        "not enough",
    ];
    if let ImageError::IoError(io) = error {
        return io.kind() == ErrorKind::UnexpectedEof;
    }
    let text = error.to_string().to_lowercase();
    SAID.iter().any(|said| text.contains(said))
}

fn title(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP picture",
        ImageFormat::Pnm => "PBM, PGM, PPM or PAM picture",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Tga => "TGA",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Ico => "Windows icon",
        ImageFormat::Hdr => "Radiance HDR picture",
        ImageFormat::Qoi => "QOI picture",
        _ => "picture",
    }
}

fn too_large(name: &str, what: String, limits: &Limits) -> SourceError {
    SourceError::TooLarge {
        name: name.to_owned(),
        what,
        limit: format!(
            "{} bytes once decoded and {MAX_SIDE} pixels a side",
            limits.max_decoded_bytes
        ),
    }
}

/// A pasted picture: `width` x `height` pixels of red, green, blue and alpha, row by row.
///
/// # Errors
/// When `rgba` does not have `4 · width · height` bytes, or there are none.
pub fn from_rgba(
    name: &str,
    width: usize,
    height: usize,
    rgba: &[u8],
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let expected = width
        .checked_mul(height)
        .and_then(|pixels| pixels.checked_mul(4));
    if expected != Some(rgba.len()) {
        let reason = format!("{} bytes for {width} × {height} pixels", rgba.len());
        return Err(SourceError::damaged(name, "a picture", reason));
    }
    let canvas = Canvas {
        name,
        width,
        height,
        orientation: Orientation::NoTransforms,
        limits,
    };
    paint(&canvas, rgba, 4, 255.0)
}

fn from_image(
    name: &str,
    image: &DynamicImage,
    orientation: Orientation,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let canvas = Canvas {
        name,
        width: image.width() as usize,
        height: image.height() as usize,
        orientation,
        limits,
    };
    let channels = usize::from(image.color().channel_count());
    macro_rules! paint {
        ($buffer:expr, $white:expr) => {
            paint(&canvas, $buffer.as_raw(), channels, $white)
        };
    }
    match image {
        DynamicImage::ImageLuma8(buffer) => paint!(buffer, 255.0),
        DynamicImage::ImageLumaA8(buffer) => paint!(buffer, 255.0),
        DynamicImage::ImageRgb8(buffer) => paint!(buffer, 255.0),
        DynamicImage::ImageRgba8(buffer) => paint!(buffer, 255.0),
        DynamicImage::ImageLuma16(buffer) => paint!(buffer, 65_535.0),
        DynamicImage::ImageLumaA16(buffer) => paint!(buffer, 65_535.0),
        DynamicImage::ImageRgb16(buffer) => paint!(buffer, 65_535.0),
        DynamicImage::ImageRgba16(buffer) => paint!(buffer, 65_535.0),
        DynamicImage::ImageRgb32F(buffer) => paint!(buffer, 1.0),
        DynamicImage::ImageRgba32F(buffer) => paint!(buffer, 1.0),
        _ => Err(SourceError::unsupported(
            name,
            "pixels of an unusual kind",
            "save it as an ordinary .png",
        )),
    }
}

/// Luminance of interleaved samples whose white is `white`.
fn paint<T: Copy + Into<f64>>(
    canvas: &Canvas<'_>,
    samples: &[T],
    channels: usize,
    white: f64,
) -> Result<Loaded, SourceError> {
    canvas.paint(|y, row| {
        let line = samples.chunks_exact(channels).skip(y * canvas.width);
        for (shade, pixel) in row.iter_mut().zip(line) {
            let sample = |at: usize| -> f64 { pixel[at].into() / white };
            let (rgb, alpha) = match channels {
                1 => ([sample(0); 3], Alpha::Opaque),
                2 => ([sample(0); 3], Alpha::Straight(sample(1))),
                3 => ([sample(0), sample(1), sample(2)], Alpha::Opaque),
                _ => (
                    [sample(0), sample(1), sample(2)],
                    Alpha::Straight(sample(3)),
                ),
            };
            *shade = Shade::of(rgb, alpha);
        }
        Ok(())
    })
}

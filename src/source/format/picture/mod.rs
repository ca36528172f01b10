//! Pictures of pixels, as decoders of the `image` crate give them.

pub mod canvas;
mod frames;
pub mod kinds;

use std::io::{Cursor, ErrorKind};

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader};

use self::canvas::{Alpha, PictureCanvas, SMALLER, Shade};
use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatFamily, Sign};
use super::unread::UNREAD_PICTURE;
use crate::memory;
use crate::source::error::guarded;
use crate::source::{Limits, LoadedMatrix, SourceError};

/// No side may be longer; the formats' own bound is the same or higher.
const MAX_SIDE: u32 = 65_535;
const EXPECTED: &str = "a picture of its kind";

/// A format that a decoder of the `image` crate reads.
pub struct Raster {
    name: &'static str,
    /// The name of one such file in a sentence.
    title: &'static str,
    endings: &'static [&'static str],
    decoder: ImageFormat,
    /// Whether it is certain, from the first bytes, what the file is.
    is_sure: fn(&FileStart<'_>) -> bool,
    /// The picture in the file that is decoded, or the reason why none is.
    part: fn(&[u8]) -> Result<DecoderInput<'_>, &'static str>,
    /// A note on a file with several pictures.
    note: fn(&[u8]) -> Option<String>,
}

/// The bytes that a decoder takes.
struct DecoderInput<'a> {
    bytes: &'a [u8],
    /// Another format than that of the file around it.
    decoder: Option<ImageFormat>,
}

/// A decoder takes all of the file.
fn whole(bytes: &[u8]) -> Result<DecoderInput<'_>, &'static str> {
    Ok(DecoderInput {
        bytes,
        decoder: None,
    })
}

impl FileFormat for Raster {
    fn name(&self) -> &'static str {
        self.name
    }

    fn endings(&self) -> &'static [&'static str] {
        self.endings
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Image
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        match (self.is_sure)(start) {
            true => Sign::Sure,
            false => Sign::likely(decoder_of(start.bytes) == Some(self.decoder)),
        }
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        let (name, limits) = (input.name, input.limits);
        // A picture of a kind that is not read, under the name of one that is.
        if decoder_of(&bytes).is_some_and(|found| !found.reading_enabled()) {
            let (what, remedy) = UNREAD_PICTURE;
            return Err(SourceError::unsupported(name, what, remedy));
        }
        guarded(name, EXPECTED, || {
            let part = (self.part)(&bytes);
            let part = part.map_err(|why| SourceError::damaged(name, EXPECTED, why))?;
            let (image, orientation) = self.decode(name, &part, limits)?;
            let mut loaded = from_image(name, &image, orientation, limits)?;
            loaded.notes.extend((self.note)(&bytes));
            Ok(loaded)
        })
    }
}

/// Whether these are the first bytes of a picture, read or not.
pub fn is_known(start: &[u8]) -> bool {
    decoder_of(start).is_some()
}

/// The decoder for what begins so, if it has marks of its own.
fn decoder_of(bytes: &[u8]) -> Option<ImageFormat> {
    ::image::guess_format(bytes).ok()
}

impl Raster {
    fn decode(
        &self,
        name: &str,
        part: &DecoderInput<'_>,
        limits: &Limits,
    ) -> Result<(DynamicImage, Orientation), SourceError> {
        let format = part.decoder.unwrap_or(self.decoder);
        let mut reader = ImageReader::with_format(Cursor::new(part.bytes), format);
        let mut bounds = ::image::Limits::default();
        bounds.max_image_width = Some(MAX_SIDE);
        bounds.max_image_height = Some(MAX_SIDE);
        bounds.max_alloc = Some(limits.max_decoded_bytes);
        reader.limits(bounds);
        let recognized = decoder_of(part.bytes) == Some(format);
        let failed = |error: ImageError| self.describe(name, &error, recognized, limits);
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
        &self,
        name: &str,
        error: &ImageError,
        recognized: bool,
        limits: &Limits,
    ) -> SourceError {
        let kind = self.title;
        let reason = match error {
            ImageError::Limits(_) => return too_large(name, "its pixels".to_owned(), limits),
            ImageError::Unsupported(_) if recognized => {
                let what = format!("a {kind} of a kind that is not read");
                return SourceError::unsupported(name, what, "save it as an ordinary .png");
            }
            _ if !recognized && self.decoder != ImageFormat::Tga => {
                format!("it does not begin as a {kind}")
            }
            error if ends_early(error) => "it ends early".to_owned(),
            _ => format!("it begins as a {kind}, but the rest is something else"),
        };
        SourceError::damaged(name, EXPECTED, reason)
    }
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

/// A pasted picture: `width` × `height` pixels of red, green, blue and alpha, row by row.
///
/// # Errors
/// When `rgba` does not have `4 · width · height` bytes, or there are none.
pub fn from_rgba(
    name: &str,
    width: usize,
    height: usize,
    rgba: &[u8],
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let expected = width
        .checked_mul(height)
        .and_then(|pixels| pixels.checked_mul(4));
    if expected != Some(rgba.len()) {
        let reason = format!("{} bytes for {width} × {height} pixels", rgba.len());
        return Err(SourceError::damaged(name, "a picture", reason));
    }
    let canvas = PictureCanvas {
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
) -> Result<LoadedMatrix, SourceError> {
    let canvas = PictureCanvas {
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
    canvas: &PictureCanvas<'_>,
    samples: &[T],
    channels: usize,
    white: f64,
) -> Result<LoadedMatrix, SourceError> {
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

//! Pictures as matrices of luminance, 0 (black) to 255 (white).

use std::io::Cursor;

use ::image::metadata::Orientation;
use ::image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use nalgebra::DMatrix;

use super::error::guarded;
use super::matrix::not_finite;
use super::{Limits, Loaded, SourceError};

const WHITE: f64 = 255.0;
/// No side may be longer; the formats' own bound is the same or higher.
const MAX_SIDE: u32 = 65_535;
const EXPECTED: &str = "a picture of its kind";

/// Whether this is the extension of a picture that can be decoded.
pub(super) fn is_known(extension: &str) -> bool {
    ImageFormat::from_extension(extension).is_some_and(|format| format.reading_enabled())
}

/// Decodes a picture; its content tells the format, and where it does not (TGA) the extension.
pub(super) fn decode(
    name: &str,
    extension: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let format = ::image::guess_format(bytes)
        .ok()
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
        let (mut image, orientation) = decode_as(name, format, bytes, limits)?;
        image.apply_orientation(orientation);
        from_image(name, &image, limits)
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
    let failed = |error: ::image::ImageError| describe(name, &error, limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    // Not every decoder looks at its limits.
    if decoder.total_bytes() > limits.max_decoded_bytes || width.max(height) > MAX_SIDE {
        return Err(too_large(
            name,
            format!("{width} x {height} pixels"),
            limits,
        ));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(failed)?;
    Ok((image, orientation))
}

fn describe(name: &str, error: &::image::ImageError, limits: &Limits) -> SourceError {
    match error {
        ::image::ImageError::Limits(_) => too_large(name, "its pixels".to_owned(), limits),
        ::image::ImageError::Unsupported(reason) => {
            SourceError::unsupported(name, reason.to_string(), "save it as an ordinary .png")
        }
        other => SourceError::damaged(name, EXPECTED, other.to_string()),
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
        let reason = format!("{} bytes for {width} x {height} pixels", rgba.len());
        return Err(SourceError::damaged(name, "a picture", reason));
    }
    from_samples(name, width, height, rgba, 4, 255.0, limits)
}

fn from_image(name: &str, image: &DynamicImage, limits: &Limits) -> Result<Loaded, SourceError> {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let channels = usize::from(image.color().channel_count());
    macro_rules! samples {
        ($buffer:expr, $white:expr) => {
            from_samples(
                name,
                width,
                height,
                $buffer.as_raw(),
                channels,
                $white,
                limits,
            )
        };
    }
    match image {
        DynamicImage::ImageLuma8(buffer) => samples!(buffer, 255.0),
        DynamicImage::ImageLumaA8(buffer) => samples!(buffer, 255.0),
        DynamicImage::ImageRgb8(buffer) => samples!(buffer, 255.0),
        DynamicImage::ImageRgba8(buffer) => samples!(buffer, 255.0),
        DynamicImage::ImageLuma16(buffer) => samples!(buffer, 65_535.0),
        DynamicImage::ImageLumaA16(buffer) => samples!(buffer, 65_535.0),
        DynamicImage::ImageRgb16(buffer) => samples!(buffer, 65_535.0),
        DynamicImage::ImageRgba16(buffer) => samples!(buffer, 65_535.0),
        DynamicImage::ImageRgb32F(buffer) => samples!(buffer, 1.0),
        DynamicImage::ImageRgba32F(buffer) => samples!(buffer, 1.0),
        _ => Err(SourceError::unsupported(
            name,
            "pixels of an unusual kind",
            "save it as an ordinary .png",
        )),
    }
}

/// Luminance of interleaved samples whose white is `white`, scaled down where it must be.
fn from_samples<T: Copy + Into<f64>>(
    name: &str,
    width: usize,
    height: usize,
    samples: &[T],
    channels: usize,
    white: f64,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    if width == 0 || height == 0 {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    let (to_width, to_height) = fitted(width, height, limits.max_pixels.max(1));
    let mut shrink = Shrink::new((width, height), (to_width, to_height));
    let mut row = vec![0.0; width];
    for (y, line) in samples.chunks_exact(width * channels).enumerate() {
        for (x, (value, pixel)) in row.iter_mut().zip(line.chunks_exact(channels)).enumerate() {
            *value = luminance(pixel, white);
            if !value.is_finite() {
                return Err(not_finite(name, y, x, *value));
            }
        }
        shrink.add_row(y, &row);
    }
    let mut loaded = Loaded::new(name, shrink.matrix);
    if (to_width, to_height) != (width, height) {
        loaded.notes.push(format!(
            "scaled down from {width} x {height} to {to_width} x {to_height} pixels"
        ));
    }
    // Only pictures of floating-point numbers can be brighter than white.
    let brightest = loaded.matrix.max().max(WHITE);
    loaded.pixel_range = Some((0.0, brightest));
    Ok(loaded)
}

/// Luminance of one pixel by Rec. 709, laid over white where it has an alpha channel.
fn luminance<T: Copy + Into<f64>>(pixel: &[T], white: f64) -> f64 {
    let sample = |at: usize| -> f64 { pixel[at].into() / white };
    let color = match pixel.len() {
        1 | 2 => sample(0),
        _ => {
            let (red, green, blue) = (sample(0), sample(1), sample(2));
            // The weights add up to 1 only up to rounding: a grey pixel keeps its value.
            if red == green && green == blue {
                red
            } else {
                0.2126 * red + 0.7152 * green + 0.0722 * blue
            }
        }
    };
    let opacity = match pixel.len() {
        2 => sample(1),
        4 => sample(3),
        _ => 1.0,
    };
    let value = WHITE * (color * opacity + (1.0 - opacity));
    // What was a whole number in 8 bits is one again.
    let rounded = value.round();
    if (value - rounded).abs() < 1e-9 {
        rounded
    } else {
        value
    }
}

/// The largest size of the same proportions with at most `max_pixels`.
fn fitted(width: usize, height: usize, max_pixels: usize) -> (usize, usize) {
    if width.saturating_mul(height) <= max_pixels {
        return (width, height);
    }
    let scale = (max_pixels as f64 / (width as f64 * height as f64)).sqrt();
    let side = |length: usize| ((length as f64 * scale) as usize).max(1);
    let (to_width, to_height) = (side(width), side(height));
    (
        to_width.min(max_pixels / to_height.min(max_pixels)),
        to_height.min(max_pixels / to_width.min(max_pixels)),
    )
}

/// Scales a picture down row by row; each new pixel is the mean of the area it covers.
struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    matrix: DMatrix<f64>,
    narrow: Vec<f64>,
}

impl Shrink {
    fn new(from: (usize, usize), to: (usize, usize)) -> Self {
        Self {
            from,
            to,
            matrix: DMatrix::zeros(to.1, to.0),
            narrow: vec![0.0; to.0],
        }
    }

    fn add_row(&mut self, y: usize, row: &[f64]) {
        if self.from == self.to {
            for (x, &value) in row.iter().enumerate() {
                self.matrix[(y, x)] = value;
            }
            return;
        }
        self.narrow.fill(0.0);
        for (x, &value) in row.iter().enumerate() {
            for (to, share) in overlaps(x, self.from.0, self.to.0) {
                self.narrow[to] += share * value;
            }
        }
        for (to, share) in overlaps(y, self.from.1, self.to.1) {
            for (x, &value) in self.narrow.iter().enumerate() {
                self.matrix[(to, x)] += share * value;
            }
        }
    }
}

/// Which new pixels an old one lies in, and which share of each it covers; at most two, as the
/// new side is not longer than the old one.
fn overlaps(at: usize, from: usize, to: usize) -> impl Iterator<Item = (usize, f64)> {
    // In units of 1/from of a new pixel, everything is a whole number.
    let (start, end) = (at * to, (at + 1) * to);
    let first = start / from;
    let boundary = (first + 1) * from;
    let share = |length: usize| length as f64 / from as f64;
    let one = (first, share(end.min(boundary) - start));
    let two = (end > boundary).then(|| (first + 1, share(end - boundary)));
    std::iter::once(one).chain(two)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_by_two_takes_the_mean_of_four_pixels() {
        let mut shrink = Shrink::new((4, 2), (2, 1));
        shrink.add_row(0, &[1.0, 3.0, 10.0, 20.0]);
        shrink.add_row(1, &[5.0, 7.0, 30.0, 40.0]);
        assert_eq!(shrink.matrix, DMatrix::from_row_slice(1, 2, &[4.0, 25.0]));
    }

    #[test]
    fn shrinking_by_an_odd_factor_keeps_the_mean() {
        let mut shrink = Shrink::new((7, 5), (3, 2));
        let mut sum = 0.0;
        for y in 0..5 {
            let row: Vec<f64> = (0..7).map(|x| f64::from(y * y * 10 + x * x)).collect();
            sum += row.iter().sum::<f64>();
            shrink.add_row(y as usize, &row);
        }
        assert!((shrink.matrix.mean() - sum / 35.0).abs() < 1e-9);
    }

    #[test]
    fn a_fitted_size_never_exceeds_the_limit() {
        for (width, height) in [(5000, 4000), (1, 1_000_000), (65_535, 2), (3, 3)] {
            let (to_width, to_height) = fitted(width, height, 1000);
            assert!(to_width >= 1 && to_height >= 1 && to_width * to_height <= 1000);
            assert!(to_width <= width && to_height <= height);
        }
    }
}

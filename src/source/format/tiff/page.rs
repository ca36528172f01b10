//! A TIFF's page: what its directory says of its pixels, and what their numbers mean.

use ::image::metadata::Orientation;

use super::directory::{Directory, Tag};
use crate::memory;
use crate::source::format::picture::canvas::{Alpha, SMALLER, Shade};
use crate::source::{Limits, LoadedMatrix, SourceError};

pub const EXPECTED: &str = "a TIFF picture";

/// The meaning of a picture's numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum PixelMeaning {
    /// Nothing that is known: they are the matrix.
    Values,
    /// Brightness.
    Grey {
        white_is_zero: bool,
    },
    /// Places in a list of colours.
    Palette(Vec<[f64; 3]>),
    Rgb,
    Cmyk,
    YCbCr,
}

impl PixelMeaning {
    /// The number of channels that it takes.
    fn channels(&self) -> usize {
        match self {
            Self::Values | Self::Grey { .. } | Self::Palette(_) => 1,
            Self::Rgb | Self::YCbCr => 3,
            Self::Cmyk => 4,
        }
    }
}

/// The first page, as its directory describes it.
pub struct TiffPage<'a> {
    pub name: &'a str,
    pub directory: Directory<'a>,
    pub width: usize,
    pub height: usize,
    pub bits: u64,
    pub samples: usize,
    pub format: u64,
    pub planar: bool,
    pub meaning: PixelMeaning,
    /// The channel of the alpha value, and whether the colours are multiplied by it.
    alpha: Option<(usize, bool)>,
}

impl<'a> TiffPage<'a> {
    pub fn new(name: &'a str, directory: Directory<'a>) -> Result<Self, SourceError> {
        let number = |tag, otherwise| directory.number(tag, otherwise);
        let bits = number(Tag::BitsPerSample, 1);
        let samples = number(Tag::SamplesPerPixel, 1) as usize;
        let format = number(Tag::SampleFormat, 1);
        let side = |tag| usize::try_from(number(tag, 0)).unwrap_or(usize::MAX);
        let (width, height) = (side(Tag::Width), side(Tag::Height));
        let depths = directory.numbers(Tag::BitsPerSample);
        let formats = directory.numbers(Tag::SampleFormat);
        let mixed =
            depths.iter().any(|&one| one != bits) || formats.iter().any(|&one| one != format);
        let page = Self {
            name,
            width,
            height,
            bits,
            samples,
            format,
            planar: number(Tag::Planar, 1) == 2,
            meaning: PixelMeaning::Values,
            alpha: None,
            directory,
        };
        if width == 0 || height == 0 || samples == 0 || bits == 0 {
            return Err(page.damaged("it does not state its size"));
        }
        if mixed {
            return Err(page.unsupported("channels of different depths", "save all of them alike"));
        }
        page.check_packing()?;
        page.check_depth()?;
        page.with_meaning()
    }

    pub fn damaged(&self, reason: &str) -> SourceError {
        SourceError::damaged(self.name, EXPECTED, reason)
    }

    fn unsupported(&self, what: impl Into<String>, remedy: &str) -> SourceError {
        SourceError::unsupported(self.name, what, remedy)
    }

    /// Refuses what the decoder cannot unpack, by its name.
    fn check_packing(&self) -> Result<(), SourceError> {
        let method = self.directory.number(Tag::Compression, 1);
        if let Some(method) = packing(method) {
            return Err(self.unsupported(
                format!("pixels packed with {method}"),
                "save it with LZW or deflate compression",
            ));
        }
        if self.directory.number(Tag::FillOrder, 1) == 2 {
            return Err(self.unsupported(
                "bytes whose bits are in reverse order (FillOrder 2)",
                "save it with LZW or deflate compression",
            ));
        }
        // The decoder takes the last tiles of such planes for whole ones.
        let tile = self.directory.number(Tag::TileHeight, 0);
        if self.planar && tile > 0 && !(self.height as u64).is_multiple_of(tile) {
            return Err(self.unsupported(
                "separate planes of tiles that reach beyond the picture",
                "save it in strips, or with the channels of each pixel together",
            ));
        }
        Ok(())
    }

    fn check_depth(&self) -> Result<(), SourceError> {
        let known = match self.format {
            // Depths between bytes have no predictor, and their planes are not told apart.
            1 if self.is_odd() => self.directory.number(Tag::Predictor, 1) == 1 && !self.planar,
            1 | 4 => [1, 2, 4, 8, 16, 32, 64].contains(&self.bits),
            2 => [8, 16, 32, 64].contains(&self.bits),
            3 => [16, 32, 64].contains(&self.bits),
            _ => false,
        };
        let kind = match self.format {
            1 | 4 => "whole",
            2 => "signed whole",
            3 => "floating-point",
            _ => "complex",
        };
        match known {
            true => Ok(()),
            false => Err(self.unsupported(
                format!("pixels of {}-bit {kind} numbers", self.bits),
                "save it with 8 or 16 bits, or as 32-bit floating-point numbers",
            )),
        }
    }

    /// Whether the depth is none that the decoder knows, so that it is read bit by bit.
    pub fn is_odd(&self) -> bool {
        [3, 5, 6, 7].contains(&self.bits) || (9..16).contains(&self.bits)
    }

    fn with_meaning(mut self) -> Result<Self, SourceError> {
        let photometric = self.directory.number(Tag::Photometric, u64::MAX);
        let meaning = match photometric {
            0 | 1 => PixelMeaning::Grey {
                white_is_zero: photometric == 0,
            },
            2 => PixelMeaning::Rgb,
            3 => PixelMeaning::Palette(self.palette()?),
            5 if self.directory.number(Tag::InkSet, 1) == 1 => PixelMeaning::Cmyk,
            6 => PixelMeaning::YCbCr,
            _ => {
                let what = format!("{} pixels", colour_space(photometric));
                return Err(self.unsupported(what, "convert it to RGB or grey"));
            }
        };
        let packed = self.directory.number(Tag::Compression, 1);
        let coarse = self.directory.numbers(Tag::ChromaSubsampling) != [1, 1];
        if meaning == PixelMeaning::YCbCr && packed != JPEG && coarse {
            let what = "YCbCr pixels that share their colours, without JPEG";
            return Err(self.unsupported(what, "convert it to RGB"));
        }
        let channels = meaning.channels();
        if self.samples < channels {
            return Err(self.damaged("it has too few channels for its colours"));
        }
        self.alpha = self.alpha_behind(channels);
        let grey = matches!(meaning, PixelMeaning::Grey { .. });
        if grey && self.alpha.is_none() && self.samples > 1 {
            let what = format!("{} channels that are no colours", self.samples);
            return Err(self.unsupported(what, "save one channel of it"));
        }
        // What no picture has: numbers that are measured, not seen.
        let measured = self.format == 3 || self.format == 2 || self.bits >= 32;
        self.meaning = match grey && measured && self.samples == 1 {
            true => PixelMeaning::Values,
            false => meaning,
        };
        if self.format == 2 && self.meaning != PixelMeaning::Values {
            let what = format!("colours of signed {}-bit numbers", self.bits);
            return Err(self.unsupported(what, "save it with 8 or 16 bits"));
        }
        Ok(self)
    }

    /// The channel of the alpha value: the first of those behind the colours that says so.
    fn alpha_behind(&self, channels: usize) -> Option<(usize, bool)> {
        let extra = self.directory.numbers(Tag::ExtraSamples);
        if extra.is_empty() && self.samples == channels + 1 {
            // Older writers said nothing about it.
            return Some((channels, false));
        }
        let first = self.samples.saturating_sub(extra.len());
        let found = extra.iter().position(|kind| matches!(kind, 1 | 2))?;
        let channel = first + found;
        (channel >= channels && channel < self.samples).then_some((channel, extra[found] == 1))
    }

    /// Red, green and blue of each entry; white is 1.
    fn palette(&self) -> Result<Vec<[f64; 3]>, SourceError> {
        let values = self.directory.numbers(Tag::ColorMap);
        let count = values.len() / 3;
        if count == 0 || !values.len().is_multiple_of(3) {
            return Err(self.damaged("its list of colours is missing"));
        }
        // Against the specification, some writers took 255 for white, and others 255 · 256.
        let white = match values.iter().max() {
            Some(&most) if most <= 255 => 255.0,
            _ if values.iter().all(|value| value % 256 == 0) => 65_280.0,
            _ => 65_535.0,
        };
        let colour = |at: usize| [0, 1, 2].map(|band| values[band * count + at] as f64 / white);
        Ok((0..count).map(colour).collect())
    }

    pub fn check_size(&self, limits: &Limits) -> Result<(), SourceError> {
        let pixels = (self.width as u64).saturating_mul(self.height as u64);
        let bytes = pixels
            .saturating_mul(self.samples as u64)
            .saturating_mul(self.bits)
            .div_ceil(8);
        if bytes > limits.max_decoded_bytes {
            return Err(SourceError::TooLarge {
                name: self.name.to_owned(),
                what: format!("{} × {} pixels", self.width, self.height),
                limit: format!("{} once decoded", memory::bytes(limits.max_decoded_bytes)),
            });
        }
        // Decoded and, where it is packed, once more in between.
        memory::ensure_free(bytes.saturating_mul(2))
            .map_err(|shortage| SourceError::memory(self.name, shortage, SMALLER))
    }

    pub fn orientation(&self) -> Orientation {
        let exif = u8::try_from(self.directory.number(Tag::Orientation, 1)).ok();
        exif.and_then(Orientation::from_exif)
            .unwrap_or(Orientation::NoTransforms)
    }

    /// The number that stands for white.
    pub fn white(&self) -> f64 {
        match self.format {
            3 => 1.0,
            _ => 2.0_f64.powi(self.bits as i32) - 1.0,
        }
    }

    pub fn shade(&self, pixel: &[f64], white: f64) -> Shade {
        let at = |channel: usize| pixel[channel] / white;
        let rgb = match &self.meaning {
            PixelMeaning::Palette(colours) => {
                let place = pixel[0] as usize;
                colours.get(place).copied().unwrap_or_default()
            }
            PixelMeaning::Values
            | PixelMeaning::Grey {
                white_is_zero: false,
            } => [at(0); 3],
            PixelMeaning::Grey {
                white_is_zero: true,
            } => [1.0 - at(0); 3],
            PixelMeaning::Rgb => [at(0), at(1), at(2)],
            PixelMeaning::Cmyk => [0, 1, 2].map(|ink| (1.0 - at(ink)) * (1.0 - at(3))),
            PixelMeaning::YCbCr => rgb_of_ycbcr([at(0), at(1), at(2)], white),
        };
        let alpha = match self.alpha {
            None => Alpha::Opaque,
            Some((channel, false)) => Alpha::Straight(at(channel)),
            Some((channel, true)) => Alpha::Premultiplied(at(channel)),
        };
        Shade::of(rgb, alpha)
    }

    pub fn note_what_is_left_out(&self, loaded: &mut LoadedMatrix) {
        let used = self.meaning.channels() + usize::from(self.alpha.is_some());
        if self.samples > used {
            let count = self.samples - used;
            let channels = if count == 1 { "channel" } else { "channels" };
            loaded.notes.push(format!(
                "{count} {channels} beyond colour and alpha left out"
            ));
        }
        if self.directory.pages > 1 {
            loaded
                .notes
                .push(format!("page 1 of {}", self.directory.pages));
        }
    }
}

/// By Rec. 601 in the full range of JPEG, which TIFF takes where it says nothing else.
fn rgb_of_ycbcr([y, cb, cr]: [f64; 3], white: f64) -> [f64; 3] {
    // Half of the range, rounded up to a whole number: 128 of 255.
    let middle = ((white + 1.0) / 2.0).floor() / white;
    let (cb, cr) = (cb - middle, cr - middle);
    [
        y + 1.402 * cr,
        y - 0.344_136 * cb - 0.714_136 * cr,
        y + 1.772 * cb,
    ]
    .map(|channel| channel.clamp(0.0, 1.0))
}

const JPEG: u64 = 7;

/// The name of a packing method that is not read.
fn packing(method: u64) -> Option<&'static str> {
    Some(match method {
        // None, LZW, deflate twice, PackBits, fax group 4.
        1 | 4 | 5 | JPEG | 8 | 32_773 | 32_946 => return None,
        2 | 3 => "fax group 3",
        6 => "old-style JPEG",
        33_003 | 33_004 | 33_005 | 34_712 => "JPEG 2000",
        34_676 | 34_677 => "SGI LogLuv",
        34_887 => "LERC",
        34_925 => "LZMA",
        34_926 | 50_000 => "Zstandard",
        34_927 | 50_001 => "WebP",
        50_002 | 52_546 => "JPEG XL",
        _ => "a method that is not known",
    })
}

fn colour_space(photometric: u64) -> &'static str {
    match photometric {
        4 => "mask",
        5 => "ink",
        8..=10 => "CIELAB",
        32_803 | 34_892 => "camera raw",
        32_844 | 32_845 => "LogLuv",
        u64::MAX => "unexplained",
        _ => "unknown",
    }
}

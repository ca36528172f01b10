//! The pixels of a TIFF's page, row by row, as numbers without a meaning.

use std::io::ErrorKind;

use ::tiff::decoder::{Decoder, DecodingResult};
use ::tiff::{TiffError, TiffFormatError};

use super::changed::PatchedFile;
use super::directory::Tag;
use super::page::{EXPECTED, TiffPage};
use super::unpacked;
use crate::memory;
use crate::source::{Limits, SourceError};

/// The rows of a page, decoded strip by strip or one row of tiles at a time.
pub struct Bands<'a> {
    page: &'a TiffPage<'a>,
    decoder: Decoder<PatchedFile<'a>>,
    limits: &'a Limits,
    /// Rows of a strip or tile, and how many stand side by side.
    chunk_height: usize,
    across: usize,
    /// The rows that are decoded, and their strips or tiles: plane by plane, left to right.
    at: Option<usize>,
    chunks: Vec<Chunk>,
}

struct Chunk {
    data: DecodingResult,
    width: usize,
}

impl<'a> Bands<'a> {
    /// Begins with the page; nothing is decoded yet.
    pub fn new(page: &'a TiffPage<'a>, limits: &'a Limits) -> Result<Self, SourceError> {
        let mut changes = vec![(Tag::Photometric, 1)];
        if page.format == 4 {
            // Undefined, which libraries take for whole numbers.
            changes.push((Tag::SampleFormat, 1));
        }
        if page.is_odd() {
            let bits = u16::try_from(page.bits.saturating_mul(page.samples as u64));
            let bits = bits.map_err(|_| page.damaged("it has too many channels"))?;
            changes.extend([(Tag::BitsPerSample, 1), (Tag::SamplesPerPixel, bits)]);
        }
        let mut bounds = ::tiff::decoder::Limits::default();
        let most = usize::try_from(limits.max_decoded_bytes).unwrap_or(usize::MAX);
        bounds.decoding_buffer_size = most;
        bounds.intermediate_buffer_size = most;
        let file = unpacked::file(page, &changes, limits.max_decoded_bytes);
        let decoder = Decoder::new(file)
            .map_err(|error| describe(page.name, &error, limits))?
            .with_limits(bounds);
        let (chunk_width, chunk_height) = decoder.chunk_dimensions();
        Ok(Self {
            page,
            decoder,
            limits,
            chunk_height: chunk_height as usize,
            across: page.width.div_ceil(chunk_width as usize),
            at: None,
            chunks: Vec::new(),
        })
    }
}

impl Bands<'_> {
    /// The samples of row `y`, pixel by pixel.
    pub fn row(&mut self, y: usize, samples: &mut [f64]) -> Result<(), SourceError> {
        let band = y / self.chunk_height;
        if self.at != Some(band) {
            self.decode(band)?;
            self.at = Some(band);
        }
        let page = self.page;
        let inside = y - band * self.chunk_height;
        let (planes, per_plane) = match page.planar {
            true => (page.samples, 1),
            false => (1, page.samples),
        };
        let mut line = Vec::new();
        for plane in 0..planes {
            let mut x = 0;
            for chunk in &self.chunks[plane * self.across..][..self.across] {
                chunk.row(inside, chunk.width * per_plane, page, &mut line)?;
                for (at, value) in line.iter().enumerate() {
                    let (pixel, channel) = (x + at / per_plane, plane + at % per_plane);
                    if pixel < page.width {
                        samples[pixel * page.samples + channel] = *value;
                    }
                }
                x += chunk.width;
            }
        }
        Ok(())
    }

    fn decode(&mut self, band: usize) -> Result<(), SourceError> {
        let page = self.page;
        let planes = if page.planar { page.samples } else { 1 };
        let per_plane = page.height.div_ceil(self.chunk_height) * self.across;
        self.chunks.clear();
        for plane in 0..planes {
            for across in 0..self.across {
                let index = plane * per_plane + band * self.across + across;
                let index =
                    u32::try_from(index).map_err(|_| page.damaged("it has too many tiles"))?;
                let (width, _) = self.decoder.chunk_data_dimensions(index);
                let data = self
                    .decoder
                    .read_chunk(index)
                    .map_err(|error| describe(page.name, &error, self.limits))?;
                let width = width as usize;
                self.chunks.push(Chunk { data, width });
            }
        }
        Ok(())
    }
}

impl Chunk {
    /// Row `y` of `count` samples.
    fn row(
        &self,
        y: usize,
        count: usize,
        page: &TiffPage<'_>,
        line: &mut Vec<f64>,
    ) -> Result<(), SourceError> {
        macro_rules! copied {
            ($values:expr, $convert:expr) => {
                $values
                    .get(y * count..(y + 1) * count)
                    .map(|row| line.extend(row.iter().map($convert)))
            };
        }
        line.clear();
        let found = match &self.data {
            DecodingResult::U8(bytes) if page.bits != 8 => {
                let bits = page.bits as usize;
                let length = (count * bits).div_ceil(8);
                bytes
                    .get(y * length..(y + 1) * length)
                    .map(|row| unpack(row, bits, count, line))
            }
            DecodingResult::U8(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::U16(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::U32(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::U64(values) => copied!(values, |&value| value as f64),
            DecodingResult::I8(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::I16(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::I32(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::I64(values) => copied!(values, |&value| value as f64),
            DecodingResult::F16(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::F32(values) => copied!(values, |&value| f64::from(value)),
            DecodingResult::F64(values) => copied!(values, |&value| value),
        };
        found.ok_or_else(|| page.damaged("it ends early"))
    }
}

/// Numbers of `bits` bits each, the highest first.
fn unpack(row: &[u8], bits: usize, count: usize, line: &mut Vec<f64>) {
    let bit = |at: usize| u32::from(row[at / 8] >> (7 - at % 8) & 1);
    let number = |at: usize| (at * bits..(at + 1) * bits).fold(0, |sum, at| sum << 1 | bit(at));
    line.extend((0..count).map(|at| f64::from(number(at))));
}

fn describe(name: &str, error: &TiffError, limits: &Limits) -> SourceError {
    let reason = match error {
        TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => "it ends early",
        TiffError::IoError(_) => "its packed pixels are wrong",
        TiffError::FormatError(TiffFormatError::CompressedDataCorrupt(_)) => {
            "its packed pixels are wrong"
        }
        TiffError::FormatError(_) | TiffError::UsageError(_) => {
            "what it says about its pixels contradicts itself"
        }
        TiffError::IntSizeError | TiffError::LimitsExceeded => {
            return SourceError::TooLarge {
                name: name.to_owned(),
                what: "its pixels".to_owned(),
                limit: format!("{} once decoded", memory::bytes(limits.max_decoded_bytes)),
            };
        }
        TiffError::UnsupportedError(_) => {
            let remedy = "save it with LZW or deflate compression and 8 or 16 bits";
            return SourceError::unsupported(name, "a TIFF of a kind that is not read", remedy);
        }
    };
    SourceError::damaged(name, EXPECTED, reason)
}

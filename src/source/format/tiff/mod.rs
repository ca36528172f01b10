//! TIFF pictures, and the matrices that scientific programs store as TIFF.

mod bands;
mod changed;
mod directory;
mod lzw;
mod page;
mod unpacked;

use self::bands::Bands;
use self::directory::{Directory, is_tiff};
use self::page::{EXPECTED, PixelMeaning, TiffPage};
use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatFamily, Sign};
use super::picture::canvas::PictureCanvas;
use crate::source::error::guarded;
use crate::source::{Limits, LoadedMatrix, SourceError};

/// TIFF and BigTIFF, the first page.
pub struct Tiff;

impl FileFormat for Tiff {
    fn name(&self) -> &'static str {
        "TIFF"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["tif", "tiff"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Image
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::likely(is_tiff(start.bytes))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        let (name, limits) = (input.name, input.limits);
        if !is_tiff(&bytes) {
            let reason = "it does not begin as a TIFF";
            return Err(SourceError::damaged(name, EXPECTED, reason));
        }
        guarded(name, EXPECTED, || decode(name, &bytes, limits))
    }
}

/// Decodes the first page of a TIFF.
fn decode(name: &str, bytes: &[u8], limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let directory = Directory::first(bytes).ok_or_else(|| {
        SourceError::damaged(
            name,
            EXPECTED,
            "its list of pages is missing, as when only a part was copied",
        )
    })?;
    let page = TiffPage::new(name, directory)?;
    page.check_size(limits)?;
    let canvas = PictureCanvas {
        name,
        width: page.width,
        height: page.height,
        orientation: page.orientation(),
        limits,
    };
    let mut bands = Bands::new(&page, limits)?;
    let mut samples = vec![0.0; page.width * page.samples];
    let mut loaded = match page.meaning {
        PixelMeaning::Values => canvas.values(|y, row| {
            bands.row(y, &mut samples)?;
            row.copy_from_slice(&samples);
            Ok(())
        }),
        _ => {
            let white = page.white();
            canvas.paint(|y, row| {
                bands.row(y, &mut samples)?;
                for (shade, pixel) in row.iter_mut().zip(samples.chunks_exact(page.samples)) {
                    *shade = page.shade(pixel, white);
                }
                Ok(())
            })
        }
    }?;
    page.note_what_is_left_out(&mut loaded);
    Ok(loaded)
}

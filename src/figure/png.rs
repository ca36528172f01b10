//! PNG: the SVG drawn to pixels, with resolution and metadata in the file.

use std::io::Write as _;

use resvg::tiny_skia::{Pixmap, Transform};

use super::tree::tree;
use super::{Figure, FigureError, MAX_PIXELS, Metadata};

const INCH_IN_METRES: f64 = 0.0254;

/// Writes what a file says about itself.
pub(super) fn describe<W: std::io::Write>(
    encoder: &mut png::Encoder<'_, W>,
    metadata: &Metadata,
) -> Result<(), png::EncodingError> {
    for (keyword, text) in metadata.entries() {
        // iTXt, because settings and names need more than Latin-1; it must not contain NUL.
        encoder.add_itxt_chunk(keyword.to_owned(), text.replace('\0', " "))?;
    }
    Ok(())
}

pub(super) fn encode(figure: &Figure, width: u32, dpi: f64) -> Result<Vec<u8>, FigureError> {
    if !(1.0..=10_000.0).contains(&dpi) {
        return Err(FigureError::Resolution { dpi });
    }
    let pixels = draw(figure, width)?;
    let failed = |error: png::EncodingError| FigureError::library("PNG", &error);

    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let per_metre = (dpi / INCH_IN_METRES).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    describe(&mut encoder, &figure.metadata).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    write_rows(&mut writer, &pixels).map_err(|error| FigureError::library("PNG", &error))?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// Row by row, so that a large picture is held in memory only once.
fn write_rows(writer: &mut png::Writer<&mut Vec<u8>>, pixels: &Pixmap) -> std::io::Result<()> {
    let mut stream = writer.stream_writer()?;
    for row in pixels.data().chunks_exact(4 * pixels.width() as usize) {
        // The ground is opaque, so nothing is lost with the alpha channel.
        let rgb = row.chunks_exact(4).flat_map(|pixel| &pixel[..3]);
        stream.write_all(&rgb.copied().collect::<Vec<u8>>())?;
    }
    stream.finish()?;
    Ok(())
}

pub(super) fn draw(figure: &Figure, width: u32) -> Result<Pixmap, FigureError> {
    let tree = tree(figure, "PNG")?;
    let size = tree.size();
    let aspect = f64::from(size.height()) / f64::from(size.width());
    let height = (f64::from(width) * aspect).round().max(1.0) as u64;
    let too_large = || FigureError::Size {
        width,
        height,
        widest: (MAX_PIXELS as f64 / aspect).sqrt() as u32,
    };
    if u64::from(width).saturating_mul(height) > MAX_PIXELS {
        return Err(too_large());
    }
    let mut pixels = Pixmap::new(width, height as u32).ok_or_else(too_large)?;
    let scale = Transform::from_scale(width as f32 / size.width(), height as f32 / size.height());
    resvg::render(&tree, scale, &mut pixels.as_mut());
    Ok(pixels)
}

//! From a figure to the bytes of a file.

use std::collections::BTreeSet;

use super::fallback::{Fallbacks, note};
use super::format::{FigureError, Format};
use super::{Figure, font, pdf, png, svg};

/// Draws a figure in a format. `width_px` and `dpi` are those of a PNG; the vector formats have
/// the figure's own width on paper.
///
/// # Errors
/// As [`Figure::to_png`] and [`Figure::to_pdf`].
pub fn render(
    figure: &Figure,
    format: Format,
    width_px: u32,
    dpi: f64,
) -> Result<Vec<u8>, FigureError> {
    match format {
        Format::Svg => Ok(figure.to_svg().into_bytes()),
        Format::Png => figure.to_png(width_px, dpi),
        Format::Pdf => figure.to_pdf(),
    }
}

/// The width in pixels at which a figure has its own size on paper at a resolution.
pub fn default_png_width(figure: &Figure, dpi: f64) -> u32 {
    (figure.drawn_width() * dpi / 72.0).round() as u32
}

impl Figure {
    /// The width that is drawn: [`Figure::width`] within its limits.
    pub fn drawn_width(&self) -> f64 {
        if self.width.is_nan() {
            return Self::PAGE;
        }
        self.width.clamp(Self::MIN_WIDTH, Self::MAX_WIDTH)
    }

    /// A sentence about the characters that neither the embedded font nor one of the system has;
    /// they are drawn as boxes.
    pub fn font_note(&self) -> Option<String> {
        let written = svg::written(self);
        let mut without = BTreeSet::new();
        for (bold, characters) in [false, true].into_iter().zip(&written) {
            if !characters.iter().all(|&c| font::has(bold, c)) {
                without.extend(Fallbacks::system().faces_for(bold, characters).1);
            }
        }
        note(&without)
    }

    /// The figure as an SVG document, its size in points, with the glyphs of its text in it.
    pub fn to_svg(&self) -> String {
        svg::document(self, svg::Fonts::Embedded).0
    }

    /// The figure as a PNG of a width in pixels, with the resolution and the metadata in the file.
    ///
    /// # Errors
    /// [`FigureError::Size`] when it has no pixels or more than [`MAX_PIXELS`](super::MAX_PIXELS);
    /// [`FigureError::Resolution`] for a `dpi` outside 1 to 10000.
    pub fn to_png(&self, width_px: u32, dpi: f64) -> Result<Vec<u8>, FigureError> {
        png::encode(self, width_px, dpi)
    }

    /// The figure as a PDF page of the figure's size, with text that can be searched.
    ///
    /// # Errors
    /// [`FigureError::Library`] when the page is larger than PDF allows.
    pub fn to_pdf(&self) -> Result<Vec<u8>, FigureError> {
        pdf::encode(self)
    }
}

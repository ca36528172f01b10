//! From a figure to the bytes of a file.

use std::collections::BTreeSet;
use std::path::Path;

use super::fallback::{Fallbacks, note};
use super::{Figure, font, pdf, png, svg};

/// The most pixels a PNG may have: 300 MB of memory while it is drawn.
pub const MAX_PIXELS: u64 = 75_000_000;

/// The formats that a figure can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Vectors, with text kept as text and the glyphs that it needs.
    Svg,
    /// Pixels of a chosen width and resolution.
    Png,
    /// Vectors, with the font embedded.
    Pdf,
}

impl Format {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 3] = [Self::Png, Self::Svg, Self::Pdf];

    /// The ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// [`FigureError::UnknownFormat`] for any other ending than .png, .svg and .pdf.
    pub fn from_path(path: &Path) -> Result<Self, FigureError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        Self::ALL
            .into_iter()
            .find(|format| ending.eq_ignore_ascii_case(format.extension()))
            .ok_or_else(|| FigureError::UnknownFormat {
                path: path.display().to_string(),
            })
    }
}

/// Why a figure could not be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FigureError {
    /// The file's ending names no format.
    #[error("a figure can be written as .png, .svg or .pdf; change the ending: {path}")]
    UnknownFormat {
        /// The path that was asked for.
        path: String,
    },
    /// The PNG would be empty or larger than [`MAX_PIXELS`].
    #[error(
        "a picture of {width} × {height} pixels cannot be drawn; choose a width from 1 to {widest} pixels"
    )]
    Size {
        /// The width asked for, in pixels.
        width: u32,
        /// The height that follows from it.
        height: u64,
        /// The largest width that works for this figure.
        widest: u32,
    },
    /// A resolution that a PNG cannot record.
    #[error(
        "a resolution of {} dots per inch cannot be recorded; choose one from 1 to 10000",
        format!("{dpi:?}").trim_end_matches(".0")
    )]
    Resolution {
        /// The resolution asked for.
        dpi: f64,
    },
    /// A drawing library refused.
    #[error("the figure could not be written as {format}: {reason}")]
    Library {
        /// The format that was being written.
        format: &'static str,
        /// The library's reason.
        reason: String,
    },
}

impl FigureError {
    pub(super) fn library(format: &'static str, reason: &dyn std::fmt::Display) -> Self {
        Self::Library {
            format,
            reason: reason.to_string(),
        }
    }
}

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
    /// [`FigureError::Size`] when it has no pixels or more than [`MAX_PIXELS`];
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

/// The figure as the tree that PNG and PDF are drawn from.
pub(super) fn tree(figure: &Figure, format: &'static str) -> Result<usvg::Tree, FigureError> {
    let (document, written) = svg::document(figure, svg::Fonts::Known);
    let options = usvg::Options {
        dpi: 72.0,
        font_family: font::FAMILY.to_owned(),
        fontdb: font::database_for(&written),
        ..usvg::Options::default()
    };
    usvg::Tree::from_str(&document, &options).map_err(|error| FigureError::library(format, &error))
}

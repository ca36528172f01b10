//! The formats of a figure's file, and why one cannot be written.

use std::path::Path;

use super::label;
use super::paper::Paper;

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
    /// The ending of an animation's file names no format.
    #[error("an animation can be written as .gif, .png or .apng: change the ending of {path}")]
    UnknownAnimation {
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
    /// Everything that the figure could show is left out.
    #[error("nothing is left of this figure; leave out fewer of its parts")]
    Empty,
    /// Type that nobody can read, or that nothing has room for.
    #[error(
        "labels can have {} to {} pt, so that no text is under {} pt; choose another size: {} pt",
        Paper::LEAST_TYPE, Paper::MOST_TYPE, Paper::SMALLEST, label::short(*size)
    )]
    Type {
        /// The size asked for, in points.
        size: f64,
    },
    /// A width that has no room for the text.
    #[error(
        "with labels of {} pt a figure can be {least} to {most} mm wide; change one of the two: {} mm",
        label::short(*size), label::short(*width)
    )]
    Width {
        /// The size of labels, in points.
        size: f64,
        /// The smallest width for it, in millimetres.
        least: f64,
        /// The largest.
        most: f64,
        /// The width asked for, in millimetres.
        width: f64,
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

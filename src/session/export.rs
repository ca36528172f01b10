//! The choices for an exported figure.

use std::path::PathBuf;

use crate::figure::palette::{ColorMap, Theme};
use crate::figure::{Figure, Format, Gain, Omitted, Paper, default_png_width};

/// A figure's file, and what is chosen for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The file; `-` is standard output.
    pub path: PathBuf,
    /// The format, where the file's ending does not tell.
    pub format: Option<Format>,
    /// Width of a PNG in pixels; from the figure's width on paper when absent.
    pub width: Option<u32>,
    /// Resolution of a PNG, in dots per inch.
    pub dpi: f64,
    /// Light or dark ground.
    pub theme: Theme,
    /// The colour scale of matrices.
    pub colors: ColorMap,
    /// A row of residuals under the reconstructions.
    pub error_maps: bool,
    /// Size, type and lines on paper.
    pub paper: Paper,
    /// What the figure does without.
    pub omit: Vec<Omitted>,
    /// The gain of its colours.
    pub error_gain: Gain,
}

impl Export {
    /// Resolution that journals ask for.
    pub const DPI: f64 = 300.0;

    /// A light figure at the usual resolution.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            format: None,
            width: None,
            dpi: Self::DPI,
            theme: Theme::default(),
            colors: ColorMap::default(),
            error_maps: false,
            paper: Paper::default(),
            omit: Vec::new(),
            error_gain: Gain::default(),
        }
    }

    /// The format that is written; `None` where neither the ending nor the choice tells.
    pub fn written_as(&self) -> Option<Format> {
        self.format.or_else(|| Format::from_path(&self.path).ok())
    }

    /// The width of a PNG of a figure, in pixels.
    pub fn pixels(&self, figure: &Figure) -> u32 {
        self.width
            .unwrap_or_else(|| default_png_width(figure, self.dpi))
    }
}

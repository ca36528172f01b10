//! The choices for an exported figure.

use std::path::PathBuf;

use crate::figure::palette::{ColorMap, Theme};
use crate::figure::{Format, Gain};

/// A figure's file, and what is chosen for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The file; `-` is standard output.
    pub path: PathBuf,
    /// The format, where the file's ending does not tell.
    pub format: Option<Format>,
    /// Width of a PNG in pixels; from the figure's size on paper when absent.
    pub width: Option<u32>,
    /// Resolution of a PNG, in dots per inch.
    pub dpi: f64,
    /// Light or dark ground.
    pub theme: Theme,
    /// The colour scale of matrices.
    pub colors: ColorMap,
    /// A row of residuals under the reconstructions.
    pub error_maps: bool,
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
            error_gain: Gain::default(),
        }
    }
}

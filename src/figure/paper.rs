//! Sizes on paper: widths that journals ask for, and type that can be read.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

const POINTS_PER_MILLIMETRE: f64 = 72.0 / 25.4;

/// Points (1/72 inch) of a length in millimetres.
pub fn points(millimetres: f64) -> f64 {
    millimetres * POINTS_PER_MILLIMETRE
}

/// Millimetres of a length in points (1/72 inch).
pub fn millimetres(points: f64) -> f64 {
    points / POINTS_PER_MILLIMETRE
}

/// The size of a figure on paper, and how it survives print.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Paper {
    /// Width in millimetres; the figure's own when absent.
    pub width: Option<f64>,
    /// Size of labels, in points.
    pub type_size: f64,
    /// Whether lines differ in their dashes as well as in colour.
    pub line_styles: bool,
}

impl Paper {
    /// The usual size of labels, in points.
    pub const TYPE: f64 = 7.5;
    /// No text is set smaller than this, in points: what journals ask for.
    pub const SMALLEST: f64 = 6.0;
    /// The smallest size of labels. Numbers at ticks are a little smaller, and not under
    /// [`Paper::SMALLEST`].
    pub const LEAST_TYPE: f64 = 6.5;
    /// The largest size of labels.
    pub const MOST_TYPE: f64 = 36.0;
    /// The widths that can be chosen, in millimetres.
    pub const WIDTHS: RangeInclusive<f64> = 30.0..=1000.0;

    /// The height of a page's text in millimetres: what Nature and the ACL's class have for a figure, and
    /// an A4 page within its margins.
    pub const PAGE_HEIGHT: f64 = 247.0;

    /// Whether each choice is possible by itself.
    pub fn is_possible(&self) -> bool {
        let width = self.width.is_none_or(|width| Self::WIDTHS.contains(&width));
        width && (Self::LEAST_TYPE..=Self::MOST_TYPE).contains(&self.type_size)
    }
}

impl Default for Paper {
    fn default() -> Self {
        Self {
            width: None,
            type_size: Self::TYPE,
            line_styles: true,
        }
    }
}

/// A width that a publisher asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColumnWidth {
    /// Its name on a command line.
    pub key: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The width in millimetres.
    pub width: f64,
}

const fn column(key: &'static str, name: &'static str, width: f64) -> ColumnWidth {
    ColumnWidth { key, name, width }
}

/// Widths from the publishers' instructions to authors and their LaTeX classes, and two for other
/// uses.
pub const COLUMNS: [ColumnWidth; 22] = [
    column("nature-1", "Nature, one column", 89.0),
    column("nature-2", "Nature, two columns", 183.0),
    column("science-1", "Science, one column", 57.0),
    column("science-2", "Science, two columns", 121.0),
    column("science-3", "Science, three columns", 184.0),
    column("pnas-1", "PNAS, one column", 87.0),
    column("pnas-1.5", "PNAS, one and a half columns", 114.0),
    column("pnas-2", "PNAS, two columns", 178.0),
    column("elsevier-1", "Elsevier, one column", 90.0),
    column("elsevier-1.5", "Elsevier, one and a half columns", 140.0),
    column("elsevier-2", "Elsevier, two columns", 190.0),
    column("ieee-1", "IEEE, one column", 88.9),
    column("ieee-2", "IEEE, two columns", 181.9),
    column("acm-1", "ACM, one column", 84.7),
    column("acm-2", "ACM, two columns", 177.8),
    column("icml-1", "ICML, one column", 82.6),
    column("icml-2", "ICML, two columns", 171.5),
    column("acl-1", "ACL and EMNLP, one column", 77.0),
    column("acl-2", "ACL and EMNLP, two columns", 160.0),
    column("neurips", "NeurIPS and ICLR, text width", 139.7),
    column("a4", "A4 page, text width", 160.0),
    column("slide", "Slide, 16:9", 254.0),
];

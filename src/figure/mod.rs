//! Figures: one description ([`Figure`]), drawn to SVG, from which PNG and PDF come.
//!
//! Results go in, bytes come out; whoever asked for the figure writes the file.
//! Text is set in the embedded DejaVu Sans, so no system font is needed, and equal figures give
//! equal bytes: nothing in them depends on the clock or the machine. Only characters that this font
//! lacks, as in a Chinese file name, are set in one of the system's fonts.

pub mod animation;
pub mod axis;
pub mod bars;
pub mod compose;
pub mod label;
pub mod palette;
pub mod paper;
pub mod place;
pub mod product;
pub mod ticks;

mod contents;
mod faces;
mod fallback;
mod font;
mod format;
mod gain;
mod heatmap;
mod latex;
mod model;
mod pdf;
mod plot;
mod png;
mod render;
mod svg;
mod table;
mod tree;

pub use contents::Omitted;
pub use fallback::{Face, system_face};
pub use format::{FigureError, Format, MAX_PIXELS};
pub use gain::Gain;
pub use heatmap::{
    BlockLine, CellNames, Colors, ConfusionMatrix, Heading, Heatmap, ScaleBar, class_strength,
};
pub use latex::latex;
pub use model::{Element, Figure, Metadata, Part};
pub use paper::Paper;
pub use plot::{BAR, Dash, Guide, GuideAxis, Mark, Marker, Plot, Series, SeriesStyle};
pub use render::{Pixels, default_png_width, render};
pub use table::{Align, Cell, Column, Row, Table};

/// The regular face of the embedded font, for the window to use as well.
pub const FONT_REGULAR: &[u8] = font::REGULAR;
/// The bold face of the embedded font.
pub const FONT_BOLD: &[u8] = font::BOLD;

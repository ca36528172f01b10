//! The tree of shapes that PNG and PDF are drawn from.

use super::{Figure, FigureError, font, svg};

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

//! Matrices as pictures: heat maps, their colour scale, and confusion matrices.

use std::ops::Range;

use nalgebra::DMatrix;

use super::label;
use super::palette::{self, ColorMap, Gradient, Rgb, Theme};

/// A way to colour the values of a heat map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colors {
    /// From the low end of the range to the high end.
    Sequential(Gradient),
    /// Signed values, neutral in the middle of the range.
    Diverging,
    /// From the ground at the low end to this colour, which is a method's, at the high end.
    Tint(Rgb),
}

impl Colors {
    /// The colours that `map` gives values over `range`, and the ends of their scale, which is
    /// symmetric about zero where they diverge.
    pub fn of(map: ColorMap, range: (f64, f64)) -> (Self, (f64, f64)) {
        let (low, high) = range;
        let signed = low < 0.0 && high > 0.0;
        let largest = low.abs().max(high.abs());
        match map {
            ColorMap::Gradient(gradient) => (Self::Sequential(gradient), range),
            ColorMap::Automatic if !signed => (Self::Sequential(Gradient::Gray), range),
            ColorMap::Automatic | ColorMap::Diverging => (Self::Diverging, (-largest, largest)),
        }
    }

    /// The colour of cells that hold no number, which no value has.
    pub fn missing(self, theme: Theme) -> Rgb {
        match self {
            Self::Sequential(Gradient::Gray | Gradient::Ink) => palette::missing(theme),
            _ => palette::missing_gray(theme),
        }
    }

    /// The colour of `value` on a scale over `range`; what is not finite, and every value of an
    /// empty range, gets a defined colour too.
    pub fn color(self, theme: Theme, value: f64, range: (f64, f64)) -> Rgb {
        if value.is_nan() {
            return self.missing(theme);
        }
        // Halved, so that a range over all of f64 does not overflow.
        let span = range.1 / 2.0 - range.0 / 2.0;
        let share = if span > 0.0 {
            ((value / 2.0 - range.0 / 2.0) / span).clamp(0.0, 1.0)
        } else {
            0.5
        };
        match self {
            Self::Sequential(map) => palette::sequential(map, share),
            Self::Diverging => palette::diverging(theme, share * 2.0 - 1.0),
            Self::Tint(color) => palette::background(theme).mix(color, share),
        }
    }
}

/// A line of text above a heat map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The text; shortened when it does not fit.
    pub text: String,
    /// Its colour, the theme's foreground by default.
    pub color: Option<Rgb>,
    /// Whether it is the panel's name.
    pub bold: bool,
}

impl Heading {
    /// A plain line.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            color: None,
            bold: false,
        }
    }

    /// The panel's name, in the method's colour if it has one.
    pub fn name(text: impl Into<String>, color: Option<Rgb>) -> Self {
        Self {
            text: text.into(),
            color,
            bold: true,
        }
    }
}

/// The outline of one block, in rows and columns of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockLine {
    /// The block's rows.
    pub rows: Range<usize>,
    /// The block's columns.
    pub cols: Range<usize>,
}

/// The names of the rows and of the columns of a heat map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellNames {
    /// The rows, from the top.
    pub rows: Vec<String>,
    /// The columns, from the left.
    pub cols: Vec<String>,
}

/// A matrix as a picture: one square per cell, never smoothed; cells with names may be lower than wide.
#[derive(Debug, Clone, PartialEq)]
pub struct Heatmap {
    /// The values, row 0 on top.
    pub matrix: DMatrix<f64>,
    /// The values at the two ends of the colour scale.
    pub range: (f64, f64),
    /// The colour scale.
    pub colors: Colors,
    /// Lines above the picture.
    pub headings: Vec<Heading>,
    /// Block outlines.
    pub blocks: Vec<BlockLine>,
    /// Into how many classes the rows fall, one after the other: marked at the left edge.
    pub row_classes: Option<usize>,
    /// The outlines' colour, which is the method's.
    pub block_color: Option<Rgb>,
    /// Writes the cells' numbers into them, where there is room.
    pub numbers: bool,
    /// Names beside the rows and above the columns, where they have some.
    pub names: Option<Box<CellNames>>,
    /// Red, green and blue in place of the colour scale, over the same range.
    pub channels: Option<Box<[DMatrix<f64>; 3]>>,
}

impl Heatmap {
    /// The form of the numbers in its cells.
    pub fn number_form(&self) -> impl Fn(f64) -> String + use<> {
        label::in_cells(&self.matrix)
    }

    /// A heat map without headings or blocks.
    pub fn new(matrix: DMatrix<f64>, range: (f64, f64), colors: Colors) -> Self {
        Self {
            matrix,
            range,
            colors,
            headings: Vec::new(),
            blocks: Vec::new(),
            row_classes: None,
            block_color: None,
            numbers: false,
            names: None,
            channels: None,
        }
    }

    /// Whether some cells hold no number.
    pub fn lacks_numbers(&self) -> bool {
        self.matrix.iter().any(|value| value.is_nan())
    }

    /// The colour of one cell.
    pub fn cell_color(&self, theme: Theme, row: usize, col: usize) -> Rgb {
        self.colors
            .color(theme, self.matrix[(row, col)], self.range)
    }
}

/// The strength of the mark of a row class: all of them differ, the first is the strongest.
pub fn class_strength(class: usize, classes: usize) -> f64 {
    1.0 - 0.85 * class as f64 / classes.saturating_sub(1).max(1) as f64
}

/// The colour scale of one or more heat maps, as a bar with its two ends and middle labelled.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleBar {
    /// The values at the two ends.
    pub range: (f64, f64),
    /// The colour scale.
    pub colors: Colors,
    /// The name of the values.
    pub label: String,
    /// What cells without a number are, where there are some: a key tells it.
    pub missing: Option<&'static str>,
    /// Whether all values are whole: no other number is told then.
    pub whole: bool,
}

/// Counts of true (rows) against predicted (columns) classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    /// `counts[t][p]`: items of class `t` that were taken for class `p`.
    pub counts: Vec<Vec<u64>>,
    /// The classes' names.
    pub classes: Vec<String>,
    /// Lines above the picture.
    pub headings: Vec<Heading>,
    /// Shade of a full row.
    pub color: Rgb,
}

impl ConfusionMatrix {
    /// The shade of a cell, by its share of its row; the theme's foreground reads on all of them.
    pub fn cell_color(&self, theme: Theme, truth: usize, guess: usize) -> Rgb {
        let row = self.counts.get(truth).map_or(&[][..], Vec::as_slice);
        let total: f64 = row.iter().map(|count| *count as f64).sum();
        let count = row.get(guess).copied().unwrap_or_default();
        let full = palette::under_text(theme, self.color);
        palette::background(theme).mix(full, count as f64 / total.max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::palette::Hue;

    #[test]
    fn counts_read_on_every_shade() {
        for theme in [Theme::Light, Theme::Dark] {
            for hue in Hue::ALL {
                let matrix = ConfusionMatrix {
                    counts: (0..=100).map(|count| vec![count, 100 - count]).collect(),
                    classes: Vec::new(),
                    headings: Vec::new(),
                    color: hue.on(theme),
                };
                for share in 0..=100 {
                    let contrast = matrix
                        .cell_color(theme, share, 0)
                        .contrast(palette::foreground(theme));
                    assert!(contrast >= 4.5, "{hue:?} at {share} %: {contrast}");
                }
            }
        }
    }

    #[test]
    fn zero_is_in_the_middle_of_a_diverging_scale() {
        let gray = Colors::Sequential(Gradient::Gray);
        let of = |low, high| Colors::of(ColorMap::Automatic, (low, high));
        assert_eq!(of(0.0, 255.0), (gray, (0.0, 255.0)));
        assert_eq!(of(-3.0, -1.0), (gray, (-3.0, -1.0)));
        assert_eq!(of(-3.0, 1.0), (Colors::Diverging, (-3.0, 3.0)));
        assert_eq!(of(-1.0, 2.5), (Colors::Diverging, (-2.5, 2.5)));
        let chosen = Colors::of(ColorMap::Diverging, (0.0, 4.0));
        assert_eq!(chosen, (Colors::Diverging, (-4.0, 4.0)));
        let ink = ColorMap::Gradient(Gradient::Ink);
        let chosen = Colors::of(ink, (-3.0, 1.0));
        assert_eq!(chosen, (Colors::Sequential(Gradient::Ink), (-3.0, 1.0)));
        for theme in [Theme::Light, Theme::Dark] {
            let (colors, range) = of(-0.3, 7.0);
            let zero = colors.color(theme, 0.0, range);
            assert_eq!(zero, palette::diverging(theme, 0.0));
        }
    }
}

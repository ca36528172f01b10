//! The looks of methods: name, colour, marker and dashes, the same in every figure.

use crate::approx::Method;
use crate::figure::palette::{self, Rgb, Theme};
use crate::figure::{Dash, Marker, Series};
use crate::finetune::Layout;

/// Name, colour, marker and dashes of a method or layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The name in legends and tables.
    pub name: String,
    /// The colour.
    pub color: Rgb,
    /// The marker.
    pub marker: Marker,
    /// The dashes of lines.
    pub dash: Dash,
}

impl Look {
    /// Any name, colour and marker, with solid lines.
    pub fn new(name: &str, color: Rgb, marker: Marker) -> Self {
        Self {
            name: name.to_owned(),
            color,
            marker,
            dash: Dash::Solid,
        }
    }

    /// A method of section II.
    pub fn method(method: Method, theme: Theme) -> Self {
        let definition = method.definition();
        Self {
            dash: definition.dash,
            ..Self::new(
                definition.title,
                definition.hue.on(theme),
                definition.marker,
            )
        }
    }

    /// A layout of an adapter (III.B).
    pub fn layout(layout: Layout, theme: Theme) -> Self {
        Self::new(layout.name(), layout.hue().on(theme), layout.marker())
    }

    /// Full fine-tuning.
    pub fn full(theme: Theme) -> Self {
        Self::new(
            "Full fine-tuning",
            palette::foreground(theme),
            Marker::Circle,
        )
    }

    /// A line in this look.
    pub fn line(&self, points: Vec<(f64, f64)>) -> Series {
        let mut series = Series::line(self.name.clone(), self.color, points);
        series.marker = self.marker;
        series.dash = self.dash;
        series
    }
}

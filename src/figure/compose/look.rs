//! How a method looks: its name, colour and marker, the same in every figure.

use crate::approx::Method;
use crate::figure::palette::{self, Rgb, Theme};
use crate::figure::{Marker, Series};

/// Name, colour and marker of a method or layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The name in legends and tables.
    pub name: String,
    /// The colour.
    pub color: Rgb,
    /// The marker.
    pub marker: Marker,
}

impl Look {
    fn new(name: &str, color: Rgb, marker: Marker) -> Self {
        Self {
            name: name.to_owned(),
            color,
            marker,
        }
    }

    /// A method of section II.
    pub fn method(method: Method, theme: Theme) -> Self {
        let (color, marker) = match method {
            Method::Lora => (palette::lora(theme), Marker::Circle),
            Method::Melora => (palette::melora(theme), Marker::Triangle),
            Method::Localized => (palette::localized(theme), Marker::Square),
            Method::LocalizedAdaptive => (palette::localized_adaptive(theme), Marker::Diamond),
        };
        Self::new(method.title(), color, marker)
    }

    /// LoRA as an adapter.
    pub fn lora(theme: Theme) -> Self {
        Self::method(Method::Lora, theme)
    }

    /// MELoRA as an adapter.
    pub fn melora(theme: Theme) -> Self {
        Self::method(Method::Melora, theme)
    }

    /// Localized LoRA on weight blocks (Eq. 2).
    pub fn localized_block(theme: Theme) -> Self {
        let color = palette::localized_block(theme);
        Self::new("Localized, weight blocks", color, Marker::Square)
    }

    /// Localized LoRA on image cells (III.B's text).
    pub fn localized_grid(theme: Theme) -> Self {
        let color = palette::localized_grid(theme);
        Self::new("Localized, spatial grid", color, Marker::Diamond)
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
        series
    }
}

//! Every colour of the program, for the window and the figures alike.
//!
//! The methods' colours are those of Okabe and Ito ("Color Universal Design", 2008), which the
//! colour-blind can tell apart; LoRA's blue is the lighter of their two on a dark ground.

use serde::{Deserialize, Serialize};

/// A colour in sRGB: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// As written in SVG: `#0072b2`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The colour a `share` (0 to 1) of the way to `other`.
    #[must_use]
    pub fn mix(self, other: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let one =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(
            one(self.0, other.0),
            one(self.1, other.1),
            one(self.2, other.2),
        )
    }

    /// Relative luminance, 0 to 1, as WCAG 2 defines it.
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio with another colour, 1 to 21, as WCAG 2 defines it.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// Light or dark ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Dark text on white.
    #[default]
    Light,
    /// Light text on near-black.
    Dark,
}

const BLUE: Rgb = Rgb(0x00, 0x72, 0xb2);
const SKY_BLUE: Rgb = Rgb(0x56, 0xb4, 0xe9);
const BLUISH_GREEN: Rgb = Rgb(0x00, 0x9e, 0x73);
const ORANGE: Rgb = Rgb(0xe6, 0x9f, 0x00);
const VERMILLION: Rgb = Rgb(0xd5, 0x5e, 0x00);
const REDDISH_PURPLE: Rgb = Rgb(0xcc, 0x79, 0xa7);

fn by_theme(theme: Theme, light: Rgb, dark: Rgb) -> Rgb {
    match theme {
        Theme::Light => light,
        Theme::Dark => dark,
    }
}

/// A colour that names something, the same in every plot and table; readable on both grounds and
/// told apart by the colour-blind (Okabe and Ito, then darker ones of Paul Tol).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hue {
    /// Blue, a sky blue on dark.
    Blue,
    /// Red with orange in it.
    Vermillion,
    /// Green with blue in it.
    BluishGreen,
    /// Pink.
    ReddishPurple,
    /// Orange.
    Orange,
    /// Yellow with green in it.
    Olive,
    /// Dark violet, a light one on dark.
    Indigo,
    /// Wine red, a rose on dark.
    Wine,
    /// Grey with blue in it.
    Slate,
    /// Brown, a light one on dark.
    Brown,
    /// Dark green, a light one on dark.
    Forest,
}

impl Hue {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Blue,
        Self::Vermillion,
        Self::BluishGreen,
        Self::ReddishPurple,
        Self::Orange,
        Self::Olive,
        Self::Indigo,
        Self::Wine,
        Self::Slate,
        Self::Brown,
        Self::Forest,
    ];

    /// The colour on a theme's ground.
    pub fn on(self, theme: Theme) -> Rgb {
        match self {
            Self::Blue => by_theme(theme, BLUE, SKY_BLUE),
            Self::Vermillion => VERMILLION,
            Self::BluishGreen => BLUISH_GREEN,
            Self::ReddishPurple => REDDISH_PURPLE,
            Self::Orange => ORANGE,
            Self::Olive => by_theme(theme, Rgb(0x8a, 0x8a, 0x1f), Rgb(0xc8, 0xc8, 0x5a)),
            Self::Indigo => by_theme(theme, Rgb(0x33, 0x22, 0x88), Rgb(0x9c, 0x94, 0xe8)),
            Self::Wine => by_theme(theme, Rgb(0x88, 0x22, 0x55), Rgb(0xff, 0x5c, 0x8a)),
            Self::Slate => by_theme(theme, Rgb(0x50, 0x60, 0x70), Rgb(0x9a, 0xaa, 0xba)),
            Self::Brown => by_theme(theme, Rgb(0x7a, 0x4b, 0x1f), Rgb(0xc8, 0x9a, 0x6c)),
            Self::Forest => by_theme(theme, Rgb(0x2e, 0x6b, 0x1f), Rgb(0x8f, 0xd0, 0x6f)),
        }
    }
}

/// The ground of figures.
pub fn background(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0xff, 0xff, 0xff), Rgb(0x1b, 0x1b, 0x1e))
}

/// Text, axes, and full fine-tuning's own curve.
pub fn foreground(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x1a, 0x1a, 0x1a), Rgb(0xec, 0xec, 0xec))
}

/// Text of second importance, and guides.
pub fn muted(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x5c, 0x5c, 0x5c), Rgb(0xa8, 0xa8, 0xa8))
}

/// Grid lines behind curves.
pub fn grid(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0xe4, 0xe4, 0xe4), Rgb(0x36, 0x36, 0x3a))
}

/// Frames round plots and heat maps.
pub fn frame(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x8a, 0x8a, 0x8a), Rgb(0x70, 0x70, 0x70))
}

/// Cells that hold no number beside colours, none of which is gray.
pub fn missing_gray(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0xdc, 0xdc, 0xdc), Rgb(0x3c, 0x3c, 0x40))
}

/// Cells that hold no number beside shades of gray.
pub fn missing(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0xf2, 0xd5, 0xe3), Rgb(0x5a, 0x2c, 0x45))
}

/// The text of errors; readable on the grounds of figures and of the window.
pub fn error_text(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0xb3, 0x1b, 0x1b), Rgb(0xff, 0x8a, 0x80))
}

/// A warning that stands until it is dealt with, as text.
pub fn warning_text(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x8a, 0x4b, 0x00), Rgb(0xff, 0xb8, 0x4d))
}

/// The ring round the widget that has the keyboard. No method's colour, so that it says only that.
pub fn focus_ring(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x10, 0x10, 0x10), Rgb(0xff, 0xff, 0xff))
}

/// The window's usual text.
pub fn window_text(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x42, 0x42, 0x42), Rgb(0xaa, 0xaa, 0xaa))
}

/// The window's text of second importance: hints in fields, what is not meant now.
pub fn weak_text(theme: Theme) -> Rgb {
    by_theme(theme, Rgb(0x66, 0x66, 0x66), Rgb(0x92, 0x92, 0x92))
}

/// `color` moved towards the foreground until it reads as text on the theme's ground (a contrast of
/// 4.5, WCAG AA), also on that of the window, which is a little closer to the middle.
pub fn as_text(theme: Theme, color: Rgb) -> Rgb {
    let ground = background(theme);
    let strong = foreground(theme);
    (0..=20)
        .map(|step| color.mix(strong, f64::from(step) / 20.0))
        .find(|mixed| mixed.contrast(ground) >= 4.8)
        .unwrap_or(strong)
}

/// `color` moved towards the theme's ground until the theme's foreground reads well on it (a
/// contrast of 6, as the numbers of a table are small).
pub fn under_text(theme: Theme, color: Rgb) -> Rgb {
    let (ground, text) = (background(theme), foreground(theme));
    (0..=20)
        .map(|step| color.mix(ground, f64::from(step) / 20.0))
        .find(|mixed| mixed.contrast(text) >= 6.0)
        .unwrap_or(ground)
}

/// Black or white, whichever reads better on `ground`.
pub fn text_on(ground: Rgb) -> Rgb {
    let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
    if ground.contrast(black) >= ground.contrast(white) {
        black
    } else {
        white
    }
}

/// A colour scale from low to high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gradient {
    /// Black to white, as the digits are stored and as the paper prints them.
    #[default]
    Gray,
    /// White to black, as ink on paper.
    Ink,
    /// Dark blue, green, yellow.
    Viridis,
    /// Black, purple, pale yellow.
    Magma,
    /// Blue to yellow, the same to the colour-blind.
    Cividis,
}

/// The colours of a matrix's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorMap {
    /// Diverging where values have both signs, gray where they have one.
    #[default]
    Automatic,
    /// Blue below zero, red above it, on a scale that is symmetric about zero.
    Diverging,
    /// From the lowest value to the highest.
    #[serde(untagged)]
    Gradient(Gradient),
}

impl ColorMap {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 7] = [
        Self::Automatic,
        Self::Gradient(Gradient::Gray),
        Self::Gradient(Gradient::Ink),
        Self::Gradient(Gradient::Viridis),
        Self::Gradient(Gradient::Magma),
        Self::Gradient(Gradient::Cividis),
        Self::Diverging,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Diverging => "diverging",
            Self::Gradient(Gradient::Gray) => "gray",
            Self::Gradient(Gradient::Ink) => "ink",
            Self::Gradient(Gradient::Viridis) => "viridis",
            Self::Gradient(Gradient::Magma) => "magma",
            Self::Gradient(Gradient::Cividis) => "cividis",
        }
    }

    /// Its colours, from low to high.
    pub fn about(self) -> &'static str {
        match self {
            Self::Automatic => "Diverging for values of both signs, gray for all others",
            Self::Diverging => "Blue below zero, red above it, with zero in the middle",
            Self::Gradient(Gradient::Gray) => {
                "Black to white, as the digits are stored and the paper prints them"
            }
            Self::Gradient(Gradient::Ink) => "White to black, as ink on paper",
            Self::Gradient(Gradient::Viridis) => "Dark blue, green, yellow",
            Self::Gradient(Gradient::Magma) => "Black, purple, pale yellow",
            Self::Gradient(Gradient::Cividis) => "Blue to yellow, the same to the colour-blind",
        }
    }
}

/// The colour at `t`, 0 (low) to 1 (high), on a scale; outside values get the nearest end.
pub fn sequential(gradient: Gradient, t: f64) -> Rgb {
    let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
    let gray = |share: f64| {
        let level = (share * 255.0).round() as u8;
        Rgb(level, level, level)
    };
    let sample = |gradient: colorous::Gradient| {
        let color = gradient.eval_continuous(t);
        Rgb(color.r, color.g, color.b)
    };
    match gradient {
        Gradient::Gray => gray(t),
        Gradient::Ink => gray(1.0 - t),
        Gradient::Viridis => sample(colorous::VIRIDIS),
        Gradient::Magma => sample(colorous::MAGMA),
        Gradient::Cividis => sample(colorous::CIVIDIS),
    }
}

/// The colour of a pixel whose red, green and blue are on a scale over `range`.
pub fn pixel(rgb: [f64; 3], (low, high): (f64, f64)) -> Rgb {
    let level = |value: f64| {
        let share = (value - low) / (high - low);
        (share.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    let [red, green, blue] = rgb.map(level);
    Rgb(red, green, blue)
}

/// The colour of a signed value `t` from -1 (blue) over 0 to 1 (red): white in the middle on a
/// light ground, near-black on a dark one, so that *no difference* recedes in both.
pub fn diverging(theme: Theme, t: f64) -> Rgb {
    let t = if t.is_nan() { 0.0 } else { t.clamp(-1.0, 1.0) };
    let (middle, [blue, deep_blue], [red, deep_red]) = match theme {
        Theme::Light => (
            Rgb(255, 255, 255),
            [Rgb(0x67, 0xa9, 0xcf), Rgb(0x05, 0x30, 0x61)],
            [Rgb(0xef, 0x8a, 0x62), Rgb(0x67, 0x00, 0x1f)],
        ),
        Theme::Dark => (
            Rgb(0x12, 0x12, 0x14),
            [Rgb(0x1f, 0x78, 0xb4), Rgb(0xa6, 0xdc, 0xff)],
            [Rgb(0xc2, 0x3b, 0x22), Rgb(0xff, 0xc9, 0xa8)],
        ),
    };
    let (near, far) = if t < 0.0 {
        (blue, deep_blue)
    } else {
        (red, deep_red)
    };
    let size = t.abs();
    if size <= 0.5 {
        middle.mix(near, size * 2.0)
    } else {
        near.mix(far, size * 2.0 - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEMES: [Theme; 2] = [Theme::Light, Theme::Dark];

    #[test]
    fn hues_stand_out_and_read_as_text() {
        for theme in THEMES {
            let hues = Hue::ALL.map(|hue| hue.on(theme));
            for (i, color) in hues.iter().enumerate() {
                assert!(!hues[..i].contains(color), "{color:?} is used twice");
                assert!(color.contrast(background(theme)) > 2.0, "{color:?}");
                assert!(as_text(theme, *color).contrast(background(theme)) >= 4.5);
            }
            assert!(muted(theme).contrast(background(theme)) >= 4.5);
        }
    }

    #[test]
    fn gray_is_the_stored_digit() {
        for level in 0..=255u8 {
            assert_eq!(
                sequential(Gradient::Gray, f64::from(level) / 255.0),
                Rgb(level, level, level)
            );
        }
    }

    #[test]
    fn scales_take_any_number() {
        for t in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0, 7.0] {
            for map in ColorMap::ALL {
                if let ColorMap::Gradient(gradient) = map {
                    sequential(gradient, t);
                }
            }
            for theme in THEMES {
                diverging(theme, t);
            }
        }
        assert_eq!(diverging(Theme::Light, 0.0), Rgb(255, 255, 255));
        assert_eq!(diverging(Theme::Light, f64::NAN), Rgb(255, 255, 255));
    }

    #[test]
    fn signs_differ_in_hue_at_the_same_strength() {
        for theme in THEMES {
            for strength in [0.25, 0.5, 0.75, 1.0] {
                let (low, high) = (diverging(theme, -strength), diverging(theme, strength));
                assert!(low.2 > low.0 && high.0 > high.2, "{theme:?} {strength}");
            }
        }
    }

    #[test]
    fn color_maps_are_kept_by_their_names() {
        for map in ColorMap::ALL {
            let kept = serde_json::to_value(map).expect("is written");
            assert_eq!(kept, map.name());
            assert_eq!(
                serde_json::from_value::<ColorMap>(kept).expect("is read"),
                map
            );
        }
    }
}

//! The palette and the font, brought to the window.

use std::sync::Arc;

use eframe::egui::{self, FontData, FontDefinitions, FontFamily, TextStyle};

use crate::approx::Method;
use crate::figure::palette::{self, Rgb, Theme};

/// The palette's theme for the window's present one.
pub fn of(ctx: &egui::Context) -> Theme {
    match ctx.theme() {
        egui::Theme::Light => Theme::Light,
        egui::Theme::Dark => Theme::Dark,
    }
}

/// The method's one colour.
pub fn method(method: Method, theme: Theme) -> Rgb {
    match method {
        Method::Lora => palette::lora(theme),
        Method::Melora => palette::melora(theme),
        Method::Localized => palette::localized(theme),
        Method::LocalizedAdaptive => palette::localized_adaptive(theme),
    }
}

/// The same, strong enough to be read as text.
pub fn method_text(of: Method, theme: Theme) -> Rgb {
    palette::as_text(theme, method(of, theme))
}

/// Sets sizes, and adds the font with the mathematics that we print behind egui's own.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let name = "DejaVu Sans".to_owned();
    let data = FontData::from_static(include_bytes!("../../assets/fonts/DejaVuSans.ttf"));
    fonts.font_data.insert(name.clone(), Arc::new(data));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(name.clone());
    }
    ctx.set_fonts(fonts);
    // A projector is far away: egui's small text would be too small to read there.
    ctx.all_styles_mut(|style| {
        for (text_style, size) in [(TextStyle::Small, 11.5), (TextStyle::Body, 13.5)] {
            if let Some(font) = style.text_styles.get_mut(&text_style) {
                font.size = size;
            }
        }
        style.spacing.slider_width = 130.0;
    });
}

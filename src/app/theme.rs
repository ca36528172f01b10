//! The palette and the font, brought to the window.

use std::sync::Arc;

use eframe::egui::{self, FontData, FontDefinitions, FontFamily, FontTweak, TextStyle};

use super::texture::color32;
use crate::approx::Method;
use crate::figure::palette::{self, Hue, Rgb, Theme};

/// The palette's theme for the window's present one.
pub fn of(ctx: &egui::Context) -> Theme {
    match ctx.theme() {
        egui::Theme::Light => Theme::Light,
        egui::Theme::Dark => Theme::Dark,
    }
}

/// The method's one colour.
pub fn method(method: Method, theme: Theme) -> Rgb {
    method.definition().hue.on(theme)
}

/// The colour of a method, strong enough to be read as text.
pub fn method_text(of: Method, theme: Theme) -> Rgb {
    palette::as_text(theme, method(of, theme))
}

/// Text in colours that can be read: egui's own red has a contrast of 4.3 on dark and 3.8 on light,
/// its weak text one of 2.8 and 3.0.
fn readable(visuals: &mut egui::Visuals, theme: Theme) {
    visuals.widgets.noninteractive.fg_stroke.color = color32(palette::window_text(theme));
    visuals.weak_text_color = Some(color32(palette::weak_text(theme)));
    visuals.error_fg_color = color32(palette::error_text(theme));
    visuals.warn_fg_color = color32(palette::warning_text(theme));
    visuals.hyperlink_color = color32(palette::as_text(theme, Hue::Blue.on(theme)));
}

/// Sets sizes, and adds the fonts with the mathematics that we print behind egui's own.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    // DejaVu's ‖ is one grey bar in small type; this one has thin bars far apart, on whole pixels.
    let bars = FontData::from_static(include_bytes!("../../assets/fonts/NormBars.ttf"));
    let bars = bars.tweak(FontTweak {
        subpixel_binning: Some(false),
        ..FontTweak::default()
    });
    let dejavu = FontData::from_static(include_bytes!("../../assets/fonts/DejaVuSans.ttf"));
    for (name, data) in [("Norm Bars", bars), ("DejaVu Sans", dejavu)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
        for family in [FontFamily::Proportional, FontFamily::Monospace] {
            fonts
                .families
                .entry(family)
                .or_default()
                .push(name.to_owned());
        }
    }
    ctx.set_fonts(fonts);
    ctx.style_mut_of(egui::Theme::Light, |style| {
        readable(&mut style.visuals, Theme::Light);
    });
    ctx.style_mut_of(egui::Theme::Dark, |style| {
        readable(&mut style.visuals, Theme::Dark);
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rgb(color: egui::Color32) -> Rgb {
        let [r, g, b, _] = color.to_array();
        Rgb(r, g, b)
    }

    #[test]
    fn the_bars_of_a_norm_are_two_at_every_size() {
        let ctx = egui::Context::default();
        install(&ctx);
        for size in [11.5, 13.5, 16.0, 26.0] {
            let mut bars = Vec::new();
            let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
                let font = egui::FontId::proportional(size);
                let text = "‖ΔW‖/‖W₀‖ il‖i‖".to_owned();
                let galley = ui
                    .painter()
                    .layout_no_wrap(text, font, egui::Color32::BLACK);
                let glyphs = galley.rows.iter().flat_map(|row| &row.glyphs);
                let found = glyphs.filter(|glyph| glyph.chr == '‖');
                bars = found.map(|glyph| glyph.uv_rect).collect();
            });
            // Nobody uploads them here.
            output.textures_delta.clear();
            assert_eq!(bars.len(), 6);
            assert!(bars.iter().all(|one| *one == bars[0]), "{bars:?}");
            let ([left, top], [right, bottom]) = (bars[0].min, bars[0].max);
            let row = usize::from(top.midpoint(bottom));
            let ink: Vec<u8> = ctx.fonts(|fonts| {
                let image = fonts.image();
                let ink = (left..right).map(|x| image[(usize::from(x), row)].a());
                ink.collect()
            });
            let dark = |part: &[u8]| part.iter().any(|alpha| *alpha > 160);
            let gap = ink
                .iter()
                .enumerate()
                .min_by_key(|(at, alpha)| (**alpha, at.abs_diff(ink.len() / 2)));
            let (gap, least) = gap.expect("pixels");
            assert!(*least < 80, "{size}: {ink:?}");
            assert!(dark(&ink[..gap]) && dark(&ink[gap..]), "{size}: {ink:?}");
        }
    }

    #[test]
    fn every_text_has_the_contrast_of_wcag_aa_in_both_themes() {
        let ctx = egui::Context::default();
        install(&ctx);
        for (theme, of) in [
            (egui::Theme::Light, Theme::Light),
            (egui::Theme::Dark, Theme::Dark),
        ] {
            let visuals = ctx.style_of(theme).visuals.clone();
            let grounds = [
                visuals.panel_fill,
                visuals.window_fill,
                visuals.extreme_bg_color,
            ];
            let texts = [
                visuals.text_color(),
                visuals.weak_text_color(),
                visuals.strong_text_color(),
                visuals.error_fg_color,
                visuals.warn_fg_color,
                visuals.hyperlink_color,
            ];
            let methods = Method::ALL.iter();
            let methods = methods.map(|method| color32(method_text(*method, of)));
            for text in texts.into_iter().chain(methods) {
                for ground in grounds {
                    let contrast = rgb(text).contrast(rgb(ground));
                    assert!(
                        contrast >= 4.5,
                        "{theme:?}: {text:?} on {ground:?} {contrast:.2}"
                    );
                }
            }
            let widgets = &visuals.widgets;
            let buttons = [
                &widgets.inactive,
                &widgets.hovered,
                &widgets.active,
                &widgets.open,
            ];
            let buttons = buttons.map(|one| (one.text_color(), one.weak_bg_fill));
            let selection = (visuals.selection.stroke.color, visuals.selection.bg_fill);
            for (text, ground) in buttons.into_iter().chain([selection]) {
                let contrast = rgb(text).contrast(rgb(ground));
                assert!(
                    contrast >= 4.5,
                    "{theme:?}: {text:?} on {ground:?} {contrast:.2}"
                );
            }
            for ground in grounds {
                let ring = palette::focus_ring(of).contrast(rgb(ground));
                assert!(ring >= 3.0, "{theme:?}: {ring:.2}");
            }
        }
    }
}

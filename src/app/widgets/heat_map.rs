//! Small heat maps with a number in every cell, and the colour scale beside them, as the figures have them.

use eframe::egui::{
    self, Align2, FontId, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Vec2, WidgetInfo,
};

use super::prose;
use crate::app::texture::color32;
use crate::figure::palette::{self, Theme};
use crate::figure::{Heatmap, ScaleBar, label};

/// Draws the map into `place`.
pub fn paint(ui: &egui::Ui, place: Rect, map: &Heatmap, theme: Theme) {
    let (rows, cols) = map.matrix.shape();
    let cell = Vec2::new(place.width() / cols as f32, place.height() / rows as f32);
    let (painter, form) = (ui.painter(), map.number_form());
    for (row, col) in (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col))) {
        let corner = Vec2::new(col as f32, row as f32) * cell;
        let rect = Rect::from_min_size(place.min + corner, cell);
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let (value, fill) = (map.matrix[(row, col)], map.cell_color(theme, row, col));
        painter.rect_filled(rect, 0.0, color32(fill));
        if cell.x >= 4.0 {
            let line = Stroke::new(1.0, color32(palette::background(theme)));
            painter.rect_stroke(rect, 0.0, line, StrokeKind::Middle);
        }
        if cell.x >= 16.0 && !value.is_nan() {
            let size = (cell.x * 0.4).min(cell.y * 0.6).clamp(9.0, 20.0);
            painter.text(
                rect.center(),
                Align2::CENTER_CENTER,
                form(value),
                FontId::proportional(size),
                color32(palette::text_on(fill)),
            );
        }
    }
    let frame = Stroke::new(1.0, color32(palette::frame(theme)));
    painter.rect_stroke(place, 0.0, frame, StrokeKind::Outside);
}

/// The least width of the colour scale and its numbers, for the key below it.
const SCALE: f32 = 70.0;

/// Width of the colours, with the gap to their numbers.
const COLORS: f32 = 19.0;

/// The numbers at the high end and at the low one.
fn ends(scale: &ScaleBar) -> [String; 2] {
    [scale.range.1, scale.range.0].map(label::short)
}

/// Width of a colour scale and its numbers, whatever their length.
pub fn scale_width(ui: &egui::Ui, scale: &ScaleBar) -> f32 {
    let numbers = ends(scale).map(|text| prose::width(ui, &text, &egui::TextStyle::Small));
    SCALE.max(COLORS + numbers[0].max(numbers[1]))
}

/// The scale from its high end down, and below it the key of cells without a number, where there are some.
pub fn bar(ui: &mut egui::Ui, scale: &ScaleBar, height: f32, theme: Theme) {
    ui.vertical(|ui| {
        colors(ui, scale, height, theme);
        if let Some(word) = scale.missing {
            key_of_missing(ui, scale, word, theme);
        }
    });
}

fn key_of_missing(ui: &mut egui::Ui, scale: &ScaleBar, word: &str, theme: Theme) {
    ui.horizontal_top(|ui| {
        ui.set_width(SCALE);
        ui.spacing_mut().item_spacing.x = 5.0;
        let (swatch, _) = ui.allocate_exact_size(Vec2::splat(14.0), Sense::hover());
        let fill = color32(scale.colors.missing(theme));
        let frame = Stroke::new(1.0, color32(palette::frame(theme)));
        ui.painter()
            .rect(swatch, 0.0, fill, frame, StrokeKind::Inside);
        ui.add(egui::Label::new(egui::RichText::new(word).small()).wrap());
    });
}

fn colors(ui: &mut egui::Ui, scale: &ScaleBar, height: f32, theme: Theme) {
    let size = Vec2::new(scale_width(ui, scale), height);
    let (place, response) = ui.allocate_exact_size(size, Sense::hover());
    let [high, low] = ends(scale);
    response.widget_info(|| {
        let text = format!("colour scale from {low} to {high}");
        WidgetInfo::labeled(Role::Label, true, text)
    });
    let bar = Rect::from_min_size(place.min, Vec2::new(14.0, height));
    const STEPS: u8 = 40;
    for step in 0..STEPS {
        let share = (f64::from(step) + 0.5) / f64::from(STEPS);
        let value = scale.range.1 + (scale.range.0 - scale.range.1) * share;
        let top = bar.top() + height * f32::from(step) / f32::from(STEPS);
        let part = Rect::from_min_size(
            Pos2::new(bar.left(), top),
            Vec2::new(bar.width(), height / f32::from(STEPS) + 0.5),
        );
        let color = scale.colors.color(theme, value, scale.range);
        ui.painter().rect_filled(part, 0.0, color32(color));
    }
    let frame = Stroke::new(1.0, color32(palette::frame(theme)));
    ui.painter()
        .rect_stroke(bar, 0.0, frame, StrokeKind::Outside);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let ink = ui.visuals().text_color();
    for (text, y, align) in [
        (high, bar.top(), Align2::LEFT_TOP),
        (low, bar.bottom(), Align2::LEFT_BOTTOM),
    ] {
        let at = Pos2::new(place.left() + COLORS, y);
        ui.painter().text(at, align, text, font.clone(), ink);
    }
}

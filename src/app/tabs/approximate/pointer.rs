//! The value under the pointer, large enough for a class.

use eframe::egui::{self, Align2, Color32, FontId, Vec2};

use crate::app::texture::color32;
use crate::figure::palette::{self, Theme};

/// The value of the cell under the pointer, beside it.
pub fn value_at_pointer(ui: &egui::Ui, text: String, theme: Theme) {
    let Some(pointer) = ui.ctx().pointer_hover_pos() else {
        return;
    };
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Tooltip,
        egui::Id::unique("value at the pointer"),
    ));
    let color = color32(palette::foreground(theme));
    let galley = painter.layout_no_wrap(text, FontId::proportional(44.0), color);
    let window = ui.ctx().content_rect();
    let right = pointer.x + galley.size().x + 60.0 < window.right();
    let (anchor, away) = match right {
        true => (Align2::LEFT_BOTTOM, egui::vec2(24.0, -12.0)),
        false => (Align2::RIGHT_BOTTOM, egui::vec2(-24.0, -12.0)),
    };
    let mut place = anchor.anchor_size(pointer + away, galley.size());
    place = place.translate(Vec2::new(0.0, (window.top() + 8.0 - place.top()).max(0.0)));
    let ground = color32(palette::background(theme));
    painter.rect_filled(place.expand(8.0), 6.0, ground);
    let stroke = egui::Stroke::new(2.0, color);
    painter.rect_stroke(place.expand(8.0), 6.0, stroke, egui::StrokeKind::Inside);
    painter.galley(place.min, galley, Color32::PLACEHOLDER);
}

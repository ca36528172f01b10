//! Text with its indices set low, as in the exported figures.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{self, Align, Color32, FontId, TextStyle};

use crate::figure::label;

/// `text` in a style of the window and its usual colour, each index smaller and lower.
pub fn indexed(ui: &egui::Ui, text: &str, style: &TextStyle) -> LayoutJob {
    typeset(text, &style.resolve(ui.style()), ui.visuals().text_color())
}

/// `text` in one line, each index smaller and lower.
pub fn typeset(text: &str, font: &FontId, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (part, low) in label::typeset(text) {
        let size = font.size * if low { 0.75 } else { 1.0 };
        let format = TextFormat {
            font_id: FontId::new(size, font.family.clone()),
            color,
            valign: Align::BOTTOM,
            ..TextFormat::default()
        };
        job.append(part, 0.0, format);
    }
    job
}

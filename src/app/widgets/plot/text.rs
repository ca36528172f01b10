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
    in_one_line(label::typeset(text), font, color)
}

/// A formula likewise, in which every letter may have an index.
pub fn formula(text: &str, font: &FontId, color: Color32) -> LayoutJob {
    in_one_line(label::typeset_formula(text), font, color)
}

/// The size of an index beside that of its letter.
const INDEX: f32 = 0.75;

fn in_one_line(parts: Vec<(&str, bool)>, font: &FontId, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (part, low) in parts {
        let size = if low { INDEX * font.size } else { font.size };
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

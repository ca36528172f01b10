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

/// Type before a class is never smaller, indices included.
pub const READABLE: f32 = 24.0;

fn low_size(size: f32) -> f32 {
    match size >= READABLE {
        true => (0.75 * size).max(READABLE),
        false => 0.75 * size,
    }
}

fn in_one_line(parts: Vec<(&str, bool)>, font: &FontId, color: Color32) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (part, low) in parts {
        let size = if low { low_size(font.size) } else { font.size };
        let format = TextFormat {
            font_id: FontId::new(size, font.family.clone()),
            color,
            // A lower line is what lowers an index that is hardly smaller.
            line_height: (low && font.size >= READABLE).then_some(0.92 * size),
            valign: Align::BOTTOM,
            ..TextFormat::default()
        };
        job.append(part, 0.0, format);
    }
    job
}

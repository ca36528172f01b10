//! Names that lose their middle where there is no room in the window.

use eframe::egui::{self, TextStyle};

use super::prose;
use crate::text::elide::shortened;

/// As much of `text` as fits into `room` points in the type of buttons, with … in the middle.
pub fn middle(ui: &egui::Ui, text: &str, room: f32) -> String {
    middle_of(ui, text, room, &TextStyle::Button)
}

/// The same in another type.
pub fn middle_of(ui: &egui::Ui, text: &str, room: f32, style: &TextStyle) -> String {
    shortened(text, &|text| prose::width(ui, text, style) <= room)
}

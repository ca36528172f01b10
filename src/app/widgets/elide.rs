//! Names that lose their middle where there is no room in the window.

use eframe::egui::{self, TextStyle};

use super::prose;
use crate::text::elide::{all_shortened, shortened};

/// As much of `text` as fits into `room` points in the type of buttons, with … in the middle.
pub fn middle(ui: &egui::Ui, text: &str, room: f32) -> String {
    shortened(text, &|text| {
        prose::width(ui, text, &TextStyle::Button) <= room
    })
}

/// The names of a list, each with as much as fits; those that would read alike keep what tells them apart.
pub fn all(ui: &egui::Ui, names: &[String], room: f32, style: &TextStyle) -> Vec<String> {
    all_shortened(names, &|text| prose::width(ui, text, style) <= room)
}

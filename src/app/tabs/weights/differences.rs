//! How the open model and its base differ.

use eframe::egui::{self, RichText};

use crate::analysis::{ModelBase, ModelComparison};
use crate::app::notices::capitalized;
use crate::figure::label;

/// Differences that are told at once; all others are behind a fold.
const SEEN: usize = 2;

/// How a model and its base differ, before any work.
pub fn show(ui: &mut egui::Ui, base: &ModelBase) {
    let of = &base.comparison;
    let notes = of.notes();
    if notes.is_empty() {
        ui.label(capitalized(ModelComparison::NONE));
        return;
    }
    // An adapter changes some of the layers only.
    let color = match of.other_shapes.is_empty() && of.not_in_base.is_empty() {
        true => ui.visuals().text_color(),
        false => ui.visuals().warn_fg_color,
    };
    if notes.len() <= SEEN {
        for note in &notes {
            let text = RichText::new(capitalized(note)).color(color);
            ui.add(egui::Label::new(text).truncate());
        }
        return;
    }
    let title = format!(
        "{} of another shape, {} not in the base, {} only in the base",
        label::count(of.other_shapes.len()),
        label::count(of.not_in_base.len()),
        label::count(of.only_in_base.len()),
    );
    egui::CollapsingHeader::new(RichText::new(title).color(color))
        .id_salt("differences")
        .show(ui, |ui| {
            let height = ui.text_style_height(&egui::TextStyle::Body);
            egui::ScrollArea::vertical()
                .max_height(6.0 * (height + ui.spacing().item_spacing.y))
                .auto_shrink([false, true])
                .show_rows(ui, height, notes.len(), |ui, rows| {
                    for note in &notes[rows] {
                        ui.add(egui::Label::new(capitalized(note)).truncate());
                    }
                });
        });
}

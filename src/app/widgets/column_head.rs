//! The head of a table's column that sorts its rows.

use eframe::egui::{self, RichText, WidgetInfo};

/// Draws it, with an arrow where the rows are `sorted` by it (`true`: descending); whether it was clicked. It fills
/// its cell, so that the hint and the click are not only those of the letters.
pub fn show(ui: &mut egui::Ui, name: &str, sorted: Option<bool>, hint: &str) -> bool {
    let text = match sorted {
        Some(true) => format!("{name} ▼"),
        Some(false) => format!("{name} ▲"),
        None => name.to_owned(),
    };
    let words = RichText::new(&text).small().strong();
    // An empty text at the right end keeps the words at the left one.
    let button = egui::Button::new(words).frame(false).right_text("");
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    // What measures the column asks for the words alone.
    let layout = layout.with_main_justify(!ui.is_sizing_pass());
    let response = ui.allocate_ui_with_layout(ui.available_size(), layout, |ui| ui.add(button));
    let response = response.inner;
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &text));
    response.on_hover_text(hint).clicked()
}

//! Sentences as they are read: indices low, a number and its sign on one line, a ragged right edge.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    self, Align, Color32, FontId, Label, Layout, Response, Role, TextStyle, WidgetInfo,
};

use super::plot::typeset;
use crate::figure::label;

/// A sentence in the usual type.
pub fn sentence(ui: &mut egui::Ui, text: &str) -> Response {
    let color = ui.visuals().text_color();
    styled(ui, text, &TextStyle::Body, color)
}

/// One in small type.
pub fn small(ui: &mut egui::Ui, text: &str) -> Response {
    let color = ui.visuals().text_color();
    styled(ui, text, &TextStyle::Small, color)
}

/// One that stands out.
pub fn strong(ui: &mut egui::Ui, text: &str) -> Response {
    let color = ui.visuals().strong_text_color();
    styled(ui, text, &TextStyle::Body, color)
}

/// One in any style and colour.
pub fn styled(ui: &mut egui::Ui, text: &str, style: &TextStyle, color: Color32) -> Response {
    let job = laid(text, &style.resolve(ui.style()), color);
    // A column of plots would spread the words over its width.
    let response = ui
        .with_layout(Layout::top_down(Align::LEFT), |ui| {
            ui.add(Label::new(job).wrap())
        })
        .inner;
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// A small line that is cut where it has no room, whole under the pointer.
pub fn line(ui: &mut egui::Ui, text: &str) -> Response {
    let font = TextStyle::Small.resolve(ui.style());
    let job = laid(text, &font, ui.visuals().text_color());
    let response = ui.add(Label::new(job).truncate());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// The width of a line in a style.
pub fn width(ui: &egui::Ui, text: &str, style: &TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    galley.size().x
}

/// A sentence before it is drawn.
pub fn laid(text: &str, font: &FontId, color: Color32) -> LayoutJob {
    typeset(&label::unbroken(text), font, color)
}

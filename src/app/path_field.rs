//! The field for a typed path or SOURCE, with what is wrong with it beneath.

use eframe::egui;

use super::command::Command;
use super::notices::Act;
use super::state::State;
use super::tab::Tab;

/// Draws the field and its button.
pub fn show(ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - 44.0).max(60.0);
        let field = egui::TextEdit::singleline(&mut state.path_field)
            .hint_text("path, FILE#NAME, mnist:test:1 …")
            .desired_width(width);
        let response = ui
            .add(field)
            .on_hover_text("A file's path or URL, or a SOURCE as on the command line");
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "path or source")
        });
        if response.changed() {
            state.notices.settle(Tab::HOME, Act::Path);
        }
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let go = ui.button("Go").on_hover_text("Open what is typed");
        if (entered || go.clicked()) && !state.path_field.trim().is_empty() {
            out.push(Command::OpenText(state.path_field.trim().to_owned()));
        }
    });
    if let Some(message) = state.notices.at(Tab::HOME, Act::Path) {
        let text = egui::RichText::new(message.sentence()).color(ui.visuals().error_fg_color);
        ui.label(text);
    }
}

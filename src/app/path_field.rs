//! The field for a typed path or SOURCE, with what is wrong with it beneath.

use eframe::egui;

use super::command::Command;
use super::notices::Act;
use super::state::State;
use super::tab::Tab;

/// Room for the buttons behind the field.
const BUTTONS: f32 = 124.0;

/// Draws the field and its buttons.
pub fn show(ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let width = (ui.available_width() - BUTTONS).max(60.0);
        let field = egui::TextEdit::singleline(&mut state.path_field)
            .hint_text("path, FILE#NAME, mnist:test:1 …")
            .desired_width(width);
        let response = ui
            .add(field)
            .on_hover_text("A file's path or URL, or a SOURCE as on the command line");
        response.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::TextInput, true, "path or source")
        });
        if std::mem::take(&mut state.type_path) {
            response.request_focus();
        }
        if response.changed() {
            state.notices.settle(Tab::HOME, Act::Path);
        }
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let go = ui.button("Go").on_hover_text("Open what is typed");
        let typed = state.path_field.trim();
        let minus = ui.add_enabled(!typed.is_empty(), egui::Button::new("Subtract"));
        let minus = minus
            .on_hover_text("Subtract what is typed from the matrix")
            .on_disabled_hover_text("Subtracts what is typed; type a path or a SOURCE first");
        if (entered || go.clicked()) && !typed.is_empty() {
            out.push(Command::OpenText(typed.to_owned()));
        } else if minus.clicked() {
            out.push(Command::SubtractText(typed.to_owned()));
        }
    });
    if let Some(message) = state.notices.at(Tab::HOME, Act::Path) {
        let text = egui::RichText::new(message.sentence()).color(ui.visuals().error_fg_color);
        ui.label(text);
    }
}

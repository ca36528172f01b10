//! What the keys and the mouse do.

use eframe::egui;

use super::command::Command;
use super::state::{State, Tab};

const MOUSE: [(&str, &str); 10] = [
    ("Scroll over a pane", "zoom all panes"),
    ("Drag a pane", "move all panes"),
    ("Double click a pane", "show the whole matrix"),
    ("Click a block", "show its singular values"),
    ("Click a point of a curve", "use its setting"),
    ("Drag a plot, Ctrl + scroll", "move and zoom it"),
    ("Double click a plot", "show all of it"),
    ("Click a point of Figure 2", "show what the run learned"),
    ("Ctrl + click a point", "compare it with the one before"),
    ("Drop a file", "open it"),
];

/// Draws the page while it is open.
pub fn show(ctx: &egui::Context, state: &mut State) {
    let mut open = state.help;
    egui::Window::new("Keys and help")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .vscroll(true)
        .pivot(egui::Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .show(ctx, |ui| {
            egui::Grid::new("keys")
                .num_columns(2)
                .striped(true)
                .show(ui, |ui| {
                    let tabs = Tab::ALL.into_iter().map(Command::Show);
                    for command in Command::NAMED.into_iter().chain(tabs) {
                        if let Some(shortcut) = command.shortcut() {
                            ui.monospace(ui.ctx().format_shortcut(&shortcut));
                            ui.label(command.text()).on_hover_text(command.tooltip());
                            ui.end_row();
                        }
                    }
                    ui.monospace("Ctrl + / Ctrl −");
                    ui.label("Larger and smaller");
                    ui.end_row();
                    for (action, effect) in MOUSE {
                        ui.label(action);
                        ui.label(effect);
                        ui.end_row();
                    }
                });
            ui.separator();
            ui.label(concat!(
                "Localized LoRA Explorer ",
                env!("CARGO_PKG_VERSION"),
                ", MIT or Apache-2.0"
            ));
        });
    state.help = open;
}

//! The list of keyboard shortcuts and mouse gestures.

use eframe::egui;

use super::command::Command;
use super::state::State;
use super::tabs;

const KEYS: [(&str, &str); 10] = [
    ("Ctrl + / Ctrl −", "Zoom in and out"),
    ("Tab, Shift+Tab", "Next and previous control"),
    ("Arrows on a slider", "Change its value"),
    ("Arrows on a pane", "Select a block"),
    ("Arrows on a plot", "Go through its points; Enter uses one"),
    ("Arrows on the gallery", "Go through the digits"),
    (
        "Arrows on the arrays of a model",
        "Go through them; ← and → fold, Enter opens one",
    ),
    ("M on a pane or plot", "Maximize it; Esc brings all back"),
    ("Arrows on the line above the plots", "Resize the panes"),
    (
        "Arrows on the rank map",
        "Go through the blocks; digits, + and − set a rank",
    ),
];

/// So wide that every row has its place.
const WIDTH: f32 = 520.0;

const SINGLE_KEYS: &str = "Single keys act while no control is in use: after a field or a slider, \
    click a picture or a plot, or press Esc, to give them back to it. Keys with Ctrl always act.";

const MOUSE: [(&str, &str); 10] = [
    ("Scroll over a pane", "Zoom all panes"),
    ("Drag a pane", "Move all panes"),
    (
        "Double-click a pane or plot",
        "Show all of it, maximized; again brings the others back",
    ),
    ("Drag the line above the plots", "Resize the panes"),
    ("Click a block", "Show its singular values"),
    ("Click a point of a curve", "Use its setting"),
    ("Drag a plot, Ctrl + scroll", "Move and zoom it"),
    ("Click a point of Figure 2", "Inspect its run"),
    ("Ctrl + click a point", "Compare it with the previous one"),
    ("Drop a file", "Open it"),
];

/// Draws the page while it is open.
pub fn show(ctx: &egui::Context, state: &mut State) {
    let mut open = state.help;
    egui::Window::new("Keyboard shortcuts")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .default_width(WIDTH)
        .vscroll(true)
        .pivot(egui::Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .show(ctx, |ui| {
            egui::Grid::new("keys")
                .num_columns(2)
                .striped(true)
                .show(ui, |ui| {
                    let tabs = tabs::all().map(Command::Show);
                    for command in Command::named().chain(tabs) {
                        let keys: Vec<String> = command
                            .shortcuts()
                            .map(|shortcut| ui.ctx().format_shortcut(&shortcut))
                            .collect();
                        if !keys.is_empty() {
                            ui.monospace(keys.join(", "));
                            ui.label(command.text()).on_hover_text(command.tooltip());
                            ui.end_row();
                        }
                    }
                    for (action, effect) in KEYS.into_iter().chain(MOUSE) {
                        ui.label(action);
                        ui.label(effect);
                        ui.end_row();
                    }
                });
            ui.separator();
            ui.add(egui::Label::new(SINGLE_KEYS).wrap());
            ui.separator();
            ui.label(concat!(
                "Localized LoRA Explorer ",
                env!("CARGO_PKG_VERSION"),
                ", MIT or Apache-2.0"
            ));
        });
    state.help = open;
}

//! The bar at the top: menus, tabs, theme.

use eframe::egui;

use super::command::Command;
use super::sessions::action::SessionAction;
use super::state::{State, Tab, ThemeChoice};
use super::tabs;
use super::tabs::approximate::action::MatrixAction;
use super::tabs::approximate::play::action::PlayAction;
use super::tabs::finetune::action::SweepAction;
use super::tabs::weights::action::WeightsAction;

/// Draws the bar.
pub fn show(ui: &mut egui::Ui, state: &mut State, out: &mut Vec<Command>) {
    egui::MenuBar::new().ui(ui, |ui| {
        ui.menu_button("File", |ui| {
            for command in [
                Command::Open,
                Command::OpenFolder,
                Command::Weights(WeightsAction::OpenModel),
                Command::Session(SessionAction::Open),
                Command::Session(SessionAction::Save),
                Command::Subtract,
                Command::Paste,
                Command::Finetune(SweepAction::OpenResults),
                Command::Export,
                Command::play(PlayAction::Export),
                Command::CopyCommand,
                Command::Quit,
            ] {
                command.menu_item(ui, out);
            }
            ui.separator();
            size_limit(ui, state);
        });
        ui.menu_button("Edit", |ui| edit(ui, state, out));
        ui.menu_button("View", |ui| {
            Command::Approximate(MatrixAction::ResetZoom).menu_item(ui, out);
            Command::Approximate(MatrixAction::ToggleControls).menu_item(ui, out);
            Command::Approximate(MatrixAction::Factors).menu_item(ui, out);
            Command::FullScreen.menu_item(ui, out);
            Command::Approximate(MatrixAction::Present).menu_item(ui, out);
            ui.separator();
            size(ui);
            ui.separator();
            themes(ui, state);
        });
        ui.menu_button("Help", |ui| {
            Command::Help.menu_item(ui, out);
            Command::Approximate(MatrixAction::ToggleVerdict).menu_item(ui, out);
            Command::About.menu_item(ui, out);
        });
        ui.separator();
        for tab in tabs::all() {
            let response = ui.selectable_label(state.tab == tab, tab.title());
            if response.clicked() {
                out.push(Command::Show(tab));
            }
        }
        let buttons = |ui: &mut egui::Ui| {
            if state.tab == Tab::HOME {
                lessons(ui, state, out);
            }
            Command::CopyCommand.button(ui, out);
            Command::Export.button(ui, out);
        };
        match ui.available_width() < BUTTONS {
            true => _ = ui.menu_button("More", buttons),
            false => at_the_right(ui, buttons),
        }
    });
}

/// With less width than this the buttons at the right stand in a menu.
const BUTTONS: f32 = 400.0;

fn edit(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    let session = state.session();
    for (command, possible) in [
        (Command::Undo, state.undoer.has_undo(session)),
        (Command::Redo, state.undoer.has_redo(session)),
        (
            Command::Approximate(MatrixAction::Pin),
            state.analysis.is_some(),
        ),
        (
            Command::Approximate(MatrixAction::Unpin),
            !state.pinned.is_empty(),
        ),
    ] {
        ui.add_enabled_ui(possible, |ui| command.menu_item(ui, out));
    }
    ui.separator();
    Command::Session(SessionAction::CopyLink).menu_item(ui, out);
}

/// The presets that show the methods best, before a class.
fn lessons(ui: &mut egui::Ui, state: &State, out: &mut Vec<Command>) {
    let shuffle = Command::Approximate(MatrixAction::Shuffle);
    let shuffled = state.latest_session().transform.shuffle.is_some();
    let response = ui.selectable_label(shuffled, shuffle.text());
    if response.on_hover_text(shuffle.tooltip()).clicked() {
        out.push(shuffle);
    }
    Command::play(PlayAction::Toggle).button(ui, out);
    Command::Approximate(MatrixAction::Present).button(ui, out);
}

fn themes(ui: &mut egui::Ui, state: &mut State) {
    for (theme, name) in [
        (ThemeChoice::System, "Use system theme"),
        (ThemeChoice::Light, "Light theme"),
        (ThemeChoice::Dark, "Dark theme"),
    ] {
        let chosen = &mut state.preferences.theme;
        if ui.radio_value(chosen, theme, name).clicked() {
            ui.ctx().set_theme(theme);
            ui.close();
        }
    }
}

/// Puts widgets at the right end of the bar, from left to right as Tab goes through them; a layout
/// from right to left would turn their order round.
fn at_the_right(ui: &mut egui::Ui, add: impl FnOnce(&mut egui::Ui)) {
    let key = ui.scope_id().with("width of the right end");
    let width: f32 = ui.data(|data| data.get_temp(key)).unwrap_or_default();
    let gap = ui.spacing().item_spacing.x;
    ui.add_space((ui.available_width() - width - gap).max(0.0));
    let used = ui.horizontal(add).response.rect.width();
    if used != width {
        ui.data_mut(|data| data.insert_temp(key, used));
        ui.ctx()
            .request_discard("the right end of the bar has another width");
    }
}

/// Zoom for those who do not know the keys, which egui listens to by itself.
fn size(ui: &mut egui::Ui) {
    use egui::gui_zoom::{kb_shortcuts, zoom_in, zoom_out};
    type Change = fn(&egui::Context);
    let usual: Change = |ctx| ctx.set_zoom_factor(1.0);
    for (name, shortcut, change) in [
        ("Zoom in", kb_shortcuts::ZOOM_IN, zoom_in as Change),
        ("Zoom out", kb_shortcuts::ZOOM_OUT, zoom_out),
        ("Reset zoom", kb_shortcuts::ZOOM_RESET, usual),
    ] {
        let keys = ui.ctx().format_shortcut(&shortcut);
        if ui
            .add(egui::Button::new(name).shortcut_text(keys))
            .clicked()
        {
            change(ui.ctx());
        }
    }
}

/// Up to which size an image keeps its pixels.
fn size_limit(ui: &mut egui::Ui, state: &mut State) {
    const MEGA: f64 = 1e6;
    let mut mega = state.preferences.max_pixels as f64 / MEGA;
    ui.horizontal(|ui| {
        ui.label("Scale down images above");
        let field = egui::DragValue::new(&mut mega)
            .range(0.1..=64.0)
            .speed(0.1)
            .suffix(" megapixels");
        let hint = "Larger images are scaled down; large matrices take long to factorize";
        ui.add(field).on_hover_text(hint);
    });
    let wanted = (mega * MEGA).round() as usize;
    if wanted.abs_diff(state.preferences.max_pixels) > 1 {
        state.preferences.max_pixels = wanted;
    }
}

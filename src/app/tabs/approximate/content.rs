//! What stands right of the controls: the summary, the panes, the numbers, the plots, each with the
//! height that the others leave it.

use eframe::egui::{self, CursorIcon, Sense, Vec2, WidgetInfo};

use super::maximized::Part;
use super::{ApproximateTab, panes, plots, table, toolbar, verdict_line};
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::widgets::focus;
use crate::figure::palette::Theme;
use crate::session::Session;

/// The part of the height that the panes have at least, where nothing was chosen.
const PANES: f32 = 0.46;

/// Height of the line between panes and plots.
const DIVIDER: f32 = 8.0;

/// In less than this the pictures stand alone, the rest is folded or scrolled to.
const SMALL: Vec2 = Vec2::new(380.0, 330.0);

/// Draws the content of the tab.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    let view = ui.available_size();
    let small = view.x < SMALL.x || view.y < SMALL.y;
    egui::ScrollArea::vertical().show(ui, |ui| {
        let top = ui.cursor().top();
        verdict_line::show(tab, ui, state, small, out);
        toolbar::show(tab, ui, state, theme, small, out);
        if state.analysis.is_none() {
            let doing = tab.progress().unwrap_or_else(|| "Loading…".to_owned());
            ui.centered_and_justified(|ui| ui.label(doing));
            return;
        }
        let rest = Vec2::new(ui.available_width(), view.y - (ui.cursor().top() - top));
        match tab.present_part(state) {
            Some(Part::Pane(_)) => panes::show(tab, ui, state, session, theme, rest),
            Some(part) => plots::only(tab, ui, state, session, (theme, rest.y), part),
            None => all(tab, ui, state, session, (theme, rest, small), out),
        }
        focus::follow(ui);
    });
}

/// Panes, table and plots, one below the other.
fn all(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    (theme, rest, small): (Theme, Vec2, bool),
    out: &mut Vec<Command>,
) {
    let share = state.preferences.view.panes_share;
    let height = match share {
        _ if small => rest.y,
        Some(share) => share.clamp(LEAST_SHARE, MOST_SHARE) * rest.y,
        // What the plots do not need, for a matrix that has use for it.
        None => (rest.y - plots::LEAST_HEIGHT - DIVIDER - table::FOLDED).max(PANES * rest.y),
    };
    let room = Vec2::new(rest.x, height);
    let top = ui.cursor().top();
    panes::show(tab, ui, state, session, theme, room);
    let used = ui.cursor().top() - top;
    if share.is_some() && used < height {
        ui.add_space(height - used);
    }
    let panes = ui.cursor().top() - top;
    let left = rest.y - panes - DIVIDER - plots::LEAST_HEIGHT;
    let played = tab.player.build_up().is_some();
    table::show(ui, state, theme, (left, played), out);
    let chosen = &mut state.preferences.view.panes_share;
    divider(ui, chosen, panes, rest.y);
    let height = rest.y - (ui.cursor().top() - top) - ui.spacing().item_spacing.y;
    plots::show(tab, ui, state, session, theme, height);
}

const LEAST_SHARE: f32 = 0.15;
const MOST_SHARE: f32 = 0.85;

/// The line that is dragged to resize the panes against what is below them.
fn divider(ui: &mut egui::Ui, share: &mut Option<f32>, panes: f32, height: f32) {
    let size = Vec2::new(ui.available_width(), DIVIDER);
    let (place, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let response = response
        .on_hover_cursor(CursorIcon::ResizeVertical)
        .on_hover_text("Drag to resize the panes; double-click for the usual size");
    let now = (panes / height.max(1.0)).clamp(LEAST_SHARE, MOST_SHARE);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(now), "Height of the panes"));
    if response.double_clicked() {
        *share = None;
    } else if response.dragged() && response.drag_delta().y != 0.0 {
        let moved = response.drag_delta().y / height.max(1.0);
        *share = Some((share.unwrap_or(now) + moved).clamp(LEAST_SHARE, MOST_SHARE));
    }
    if let Some((down, _)) = focus::arrows(ui, &response) {
        *share = Some((now + 0.05 * down as f32).clamp(LEAST_SHARE, MOST_SHARE));
    }
    let visuals = ui.visuals();
    let stroke = match response.hovered() || response.dragged() {
        true => visuals.widgets.hovered.fg_stroke,
        false => visuals.widgets.noninteractive.bg_stroke,
    };
    ui.painter()
        .hline(place.x_range(), place.center().y, stroke);
}

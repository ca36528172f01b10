//! A panel that asks a question of the matrix as soon as it is looked at, and draws the last answer.

use std::sync::Arc;

use eframe::egui;

use super::progress::DIMMED;
use crate::analysis::Analysis;
use crate::app::background::{Background, BackgroundTask};
use crate::app::widgets::measuring::{still_shown, working};
use crate::app::worker::wake_by;

/// Asks of the analysis' matrix, and shows how far the work is.
pub fn ask(
    background: &mut Background,
    ui: &mut egui::Ui,
    wanted: &BackgroundTask,
    analysis: &Analysis,
) {
    let matrix = Some(Arc::clone(&analysis.loaded));
    background.ask(wanted.clone(), matrix, &wake_by(ui.ctx()));
    working(background, ui);
}

/// Draws an answer; dimmed where it is `old`, the one to an earlier question (`what`). With it, whether
/// the user asks for the new one.
pub fn draw<R>(
    background: &Background,
    ui: &mut egui::Ui,
    (old, what): (bool, &str),
    draw: impl FnOnce(&mut egui::Ui) -> R,
) -> (R, bool) {
    let again = old && still_shown(ui, background, what);
    let drawn = ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        draw(ui)
    });
    (drawn.inner, again)
}

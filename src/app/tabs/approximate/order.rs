//! Looking for an order of rows and columns in which the matrix is local.

use std::sync::Arc;

use eframe::egui;

use super::ApproximateTab;
use super::figures::order_ask;
use super::progress::DIMMED;
use crate::analysis::{Analysis, FoundOrder};
use crate::app::widgets::measuring::working;
use crate::app::widgets::numbers;
use crate::app::widgets::plot::indexed;
use crate::app::widgets::prose;
use crate::app::worker::wake_by;
use crate::approx::Method;
use crate::figure::compose::order_table;
use crate::figure::palette::Theme;
use crate::session::Session;

/// Draws what the last search found, and starts one when the user asks: it may take seconds.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
) {
    let wanted = order_ask(analysis);
    let known = tab.background.answers(&wanted);
    let blocks = analysis.session.settings.of(Method::Localized).describe();
    ui.horizontal_wrapped(|ui| {
        let start = egui::Button::new("Find order");
        let start = ui
            .add_enabled(!known && !tab.background.busy(), start)
            .on_hover_text(
                "Look for an order of rows and columns at which Localized LoRA's error is lowest",
            )
            .on_disabled_hover_text("The order for these settings is below");
        let text = format!("in which blocks at {blocks} fit best");
        ui.label(indexed(ui, &text, &egui::TextStyle::Body));
        if start.clicked() {
            tab.background.again();
            let loaded = Some(Arc::clone(&analysis.loaded));
            tab.background
                .ask(wanted.clone(), loaded, &wake_by(ui.ctx()));
        }
    });
    working(&mut tab.background, ui);
    let Some((shown, found)) = &tab.background.order else {
        prose::sentence(
            ui,
            "The order of a weight's rows and columns is often arbitrary. A search for a better \
             one finds something in noise too, so it is held against the same entries shuffled.",
        );
        return;
    };
    let old = *shown != wanted;
    ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        result(ui, found, theme);
    });
    let better = found.found.after < found.found.before;
    if !old && better && ui.button("Use this order").clicked() {
        session.order = Some(found.found.order.clone().into());
    }
}

fn result(ui: &mut egui::Ui, found: &FoundOrder, theme: Theme) {
    prose::sentence(ui, &found.verdict());
    let table = order_table(found, theme);
    numbers::table(ui, "order", &table, table.rows.len(), None);
}

//! The locality test over the data set, label by label.

use eframe::egui;

use super::ApproximateTab;
use super::figures::locality_survey_ask;
use super::progress::DIMMED;
use crate::analysis::Analysis;
use crate::app::state::State;
use crate::app::widgets::measuring::working;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::app::widgets::prose;
use crate::app::worker::wake_by;
use crate::figure::compose::{locality_label_plot, locality_label_table};
use crate::figure::palette::Theme;

/// Draws what the last test found, and starts one when the user asks: it may take minutes.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    theme: Theme,
) {
    let wanted = locality_survey_ask(state, analysis);
    let known = tab.background.answers(&wanted);
    ui.horizontal_wrapped(|ui| {
        let start = egui::Button::new("Test all images");
        let start = ui
            .add_enabled(!known && !tab.background.busy(), start)
            .on_hover_text("Ask the three questions of the locality test of every image")
            .on_disabled_hover_text("The answers for these settings are below");
        ui.label(format!("of the {}", wanted.subject()));
        if start.clicked() {
            tab.background.again();
            tab.background.ask(wanted.clone(), None, &wake_by(ui.ctx()));
        }
    });
    working(&mut tab.background, ui);
    let Some((shown, found)) = &tab.background.locality_survey else {
        prose::sentence(
            ui,
            "One image may be local by luck. Over a data set the share of images that are local, \
             diagonal or low-rank beyond chance at 1 % tells more: by luck it is one in a hundred.",
        );
        return;
    };
    let old = *shown != wanted;
    ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        prose::sentence(ui, &found.sentence());
        let table = locality_label_table(found);
        let plot = locality_label_plot(theme, found);
        let text = |pick: Pick| {
            let row = table.rows.get(pick.point)?;
            let cells = row.cells.iter().zip(&table.columns);
            let told = cells.map(|(cell, column)| format!("{} {}", column.name, cell.text));
            Some(told.collect::<Vec<_>>().join(", "))
        };
        let view = PlotView {
            name: "Locality over the data set",
            plot: &plot,
            theme,
            height: ui.available_height(),
            refit: false,
            empty: "No image was tested",
        };
        view.show(ui, &text);
    });
}

//! The locality test: three null distributions with the matrix's own values, live.

use std::sync::Arc;

use eframe::egui;

use super::ApproximateTab;
use super::figures::locality_ask;
use super::progress::DIMMED;
use crate::analysis::{Analysis, LocalityQuestion};
use crate::app::widgets::measuring::{still_shown, working};
use crate::app::widgets::plot::PlotView;
use crate::app::worker::wake_by;
use crate::figure::compose::locality_plots;
use crate::figure::palette::Theme;

/// Draws the test as far as it is.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    theme: Theme,
    refit: bool,
) {
    let wanted = locality_ask(analysis);
    let wake = wake_by(ui.ctx());
    tab.background
        .ask(wanted.clone(), Some(Arc::clone(&analysis.loaded)), &wake);
    working(&mut tab.background, ui);
    let Some((shown, found)) = &tab.background.locality else {
        return;
    };
    // What is shown may be the answer to an earlier question.
    let old = *shown != wanted;
    let again = old && still_shown(ui, &tab.background, "the previous test");
    ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        ui.label(found.verdict());
        let height = ui.available_height();
        let plots = locality_plots(theme, found);
        let plots = LocalityQuestion::ALL.into_iter().zip(&plots);
        ui.columns_const::<3, _>(|columns| {
            for (ui, (question, plot)) in columns.iter_mut().zip(plots) {
                let name = format!("Is it {}?", question.adjective());
                let view = PlotView {
                    name: &name,
                    plot,
                    theme,
                    height,
                    refit,
                    empty: "No draw has been made",
                };
                view.show(ui, &|_| None);
            }
        });
    });
    if again {
        tab.background.again();
    }
}

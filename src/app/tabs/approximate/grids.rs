//! The best grid for a budget: the error of every K that fits.

use eframe::egui;

use super::figures::grids_ask;
use super::{ApproximateTab, answered};
use crate::analysis::Analysis;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::app::widgets::prose;
use crate::approx::best_grid::GridAtBudget;
use crate::approx::{LocalizedSettings, MethodSettings};
use crate::figure::compose::{best_grid_plot, grid_sentence};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Session;

/// Draws the search; a click on a point sets its K and rank.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
) {
    let wanted = grids_ask(analysis);
    answered::ask(&mut tab.background, ui, &wanted, analysis);
    let Some((shown, grids)) = &tab.background.grids else {
        return;
    };
    let old = *shown != wanted;
    let said = (old, "the previous search");
    let (chosen, again) = answered::draw(&tab.background, ui, said, |ui| {
        prose::sentence(ui, &grid_sentence(&grids.found, grids.budget));
        plot(ui, &grids.found, analysis, theme)
    });
    if let Some(chosen) = chosen.filter(|_| !old) {
        session.settings.matched = None;
        session.settings.localized = chosen;
    }
    if again {
        tab.background.again();
    }
}

/// The errors of all grids; the answer is the setting of the point that was clicked.
fn plot(
    ui: &mut egui::Ui,
    grids: &[GridAtBudget],
    analysis: &Analysis,
    theme: Theme,
) -> Option<LocalizedSettings> {
    let present = analysis.session.settings.localized.grid;
    let plot = best_grid_plot(theme, grids, Some(present));
    let view = PlotView {
        name: "Error of every grid",
        plot: &plot,
        theme,
        height: ui.available_height(),
        refit: false,
        empty: "No grid fits in this budget; increase it",
    };
    // The first series has a point per grid with uniform ranks, the second one with adaptive ones.
    let of = |pick: Pick| {
        let evaluation = |grid: &GridAtBudget| match pick.series {
            0 => grid.uniform.clone(),
            _ => grid.adaptive.clone(),
        };
        grids.iter().filter_map(evaluation).nth(pick.point)
    };
    let text = |pick: Pick| {
        let one = of(pick)?;
        let (error, setting) = (label::error(one.error), one.settings.describe());
        Some(match one.settings {
            MethodSettings::Localized(_) => format!("{setting}: error {error} (click to set)"),
            _ => format!("adaptive, {setting}: error {error}"),
        })
    };
    let picked = view.show(ui, &text);
    match picked.and_then(of)?.settings {
        MethodSettings::Localized(settings) => Some(settings),
        _ => None,
    }
}

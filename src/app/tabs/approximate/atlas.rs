//! The atlas: every structure at its best within the budget.

use eframe::egui;

use super::figures::atlas_ask;
use super::{ApproximateTab, answered};
use crate::analysis::Analysis;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::app::widgets::prose;
use crate::approx::atlas::{Atlas, AtlasEntry};
use crate::figure::compose::{atlas_bars, atlas_curves};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Session;

/// With less room than this the curves are left out.
const BOTH: f32 = 560.0;

/// Height of a bar at least, and of the axis below.
const LEAST_ROW: f32 = 16.0;
const AXIS: f32 = 44.0;

/// Draws the atlas; a click on a bar shows that structure with these settings.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
) {
    let wanted = atlas_ask(analysis);
    answered::ask(&mut tab.background, ui, &wanted, analysis);
    let Some((shown, found)) = &tab.background.atlas else {
        return;
    };
    let old = *shown != wanted;
    let said = (old, "the previous atlas");
    let (chosen, again) = answered::draw(&tab.background, ui, said, |ui| {
        prose::sentence(ui, &found.sentence());
        for remark in found.remarks() {
            prose::small(ui, &remark);
        }
        plots(ui, found, analysis, theme)
    });
    if let Some(entry) = chosen.filter(|_| !old) {
        entry.choose(&mut session.settings);
    }
    if again {
        tab.background.again();
    }
}

/// Bars, and curves where there is room; the answer is the structure whose bar or curve was clicked.
fn plots<'a>(
    ui: &mut egui::Ui,
    found: &'a Atlas,
    analysis: &Analysis,
    theme: Theme,
) -> Option<&'a AtlasEntry> {
    // Bars lower than this could not be told apart; the tab scrolls instead.
    let least = LEAST_ROW * found.entries.len() as f32 + AXIS;
    let height = ui.available_height().max(least);
    let text = |pick: Pick| {
        let one = &found.entries.get(pick.series)?.evaluation;
        Some(format!(
            "{}: {}\n{}, error {} (click to show)",
            one.method().title(),
            one.settings.describe(),
            label::parameters(one.params),
            label::error(one.error)
        ))
    };
    let bars = atlas_bars(theme, found);
    let bars = |ui: &mut egui::Ui| {
        let view = PlotView {
            name: "Structures by error",
            plot: &bars,
            theme,
            height,
            refit: true,
            empty: "No structure fits in this budget; increase it",
        };
        view.show(ui, &text)
    };
    let picked = if ui.available_width() < BOTH {
        bars(ui)
    } else {
        ui.columns_const(|[left, right]| {
            let curves = atlas_curves(theme, found, analysis.loaded.matrix.len());
            let picked = bars(left);
            let view = PlotView {
                name: "Error of every structure against parameters",
                plot: &curves,
                theme,
                height,
                refit: false,
                empty: "No structure fits in this budget; increase it",
            };
            picked.or(view.show(right, &text))
        })
    };
    found.entries.get(picked?.series)
}

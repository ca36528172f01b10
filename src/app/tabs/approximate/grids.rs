//! The best grid for a budget: the error of every K that fits.

use std::sync::Arc;

use eframe::egui;
use egui_plot::{Legend, Line, MarkerShape, Plot, PlotPoints, Points, VLine};

use super::ApproximateTab;
use super::data_set::{still_shown, working};
use super::figures::grids_ask;
use super::plots::wake;
use super::progress::DIMMED;
use crate::analysis::Analysis;
use crate::app::notices::capitalized;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::axis;
use crate::app::widgets::marks::Marks;
use crate::approx::best_grid::GridAtBudget;
use crate::approx::{Evaluation, LocalizedSettings, Method, MethodSettings};
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
    let wake = wake(ui);
    tab.background
        .ask(wanted.clone(), Some(Arc::clone(&analysis.loaded)), &wake);
    working(&mut tab.background, ui);
    let Some((shown, grids)) = &tab.background.grids else {
        return;
    };
    // What is shown may be the answer to an earlier question.
    let old = *shown != wanted;
    let again = old && still_shown(ui, &tab.background, "the previous search");
    let chosen = ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        match grids.summary() {
            Ok(best) => ui.label(best),
            Err(none) => ui.label(capitalized(&none)),
        };
        plot(ui, &grids.found, analysis, theme)
    });
    if let Some(chosen) = chosen.inner.filter(|_| !old) {
        session.settings.matched = None;
        session.settings.localized = chosen;
    }
    if again {
        tab.background.again();
    }
}

fn plot(
    ui: &mut egui::Ui,
    grids: &[GridAtBudget],
    analysis: &Analysis,
    theme: Theme,
) -> Option<LocalizedSettings> {
    let present = analysis.session.settings.localized.grid;
    let points = |of: fn(&GridAtBudget) -> Option<&Evaluation>| -> Vec<[f64; 2]> {
        grids
            .iter()
            .filter_map(|g| Some([g.grid as f64, of(g)?.error]))
            .collect()
    };
    let uniform = points(|g| g.uniform.as_ref());
    let adaptive = points(|g| g.adaptive.as_ref());
    let mut marks = Marks::default();
    let response = Plot::new("best grid")
        .height(ui.available_height().max(120.0))
        .legend(Legend::default())
        .x_axis_label("K")
        .y_axis_label("error")
        .x_grid_spacer(|seen| axis::whole(&seen))
        .y_grid_spacer(|seen| axis::even(&seen))
        .y_axis_formatter(|mark, _| axis::number(mark))
        .allow_scroll(false)
        .show_crosshair(false)
        .include_y(0.0)
        .show(ui, |plot| {
            for (method, points) in [
                (Method::Localized, uniform),
                (Method::LocalizedAdaptive, adaptive),
            ] {
                let color = color32(theme::method(method, theme));
                let line = Line::new(method.title(), PlotPoints::from(points.clone()));
                plot.line(line.color(color));
                let marks = Points::new(method.title(), PlotPoints::from(points));
                plot.points(marks.color(color).shape(MarkerShape::Circle).radius(3.5));
            }
            let color = color32(theme::method(Method::Localized, theme)).gamma_multiply(0.5);
            plot.vline(VLine::new("present K", present as f64).color(color));
            for grid in grids {
                if let Some(uniform) = &grid.uniform
                    && let MethodSettings::Localized(setting) = uniform.settings
                {
                    marks.offer(plot, 0, [grid.grid as f64, uniform.error], setting);
                }
            }
        })
        .response;
    marks.show(ui, &response, "Error of every grid", |setting| {
        let (grid, rank) = (setting.grid, setting.rank);
        format!("K = {grid}, r_block = {rank} (click to set)")
    })
}

//! The best grid for a budget: the error of every K that fits.

use std::sync::Arc;

use eframe::egui;
use egui_plot::{Legend, Line, MarkerShape, Plot, PlotPoints, Points, VLine};

use super::ApproximateTab;
use super::background::Ask;
use super::data_set::{still_shown, working};
use super::job::Analysis;
use super::plots::{outcome_of, wake};
use super::progress::DIMMED;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::axis;
use crate::app::widgets::marks::Marks;
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform};
use crate::approx::{Evaluation, LocalizedSettings, Method, MethodSettings};
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
    let settings = &analysis.session.settings;
    let localized = outcome_of(analysis, Method::Localized).map(|o| o.evaluation.params);
    let budget = match settings.matched {
        Some(_) => settings.share_of_budget(Method::Localized),
        None => localized.unwrap_or(settings.adaptive.budget),
    };
    let wanted = Ask::Grids {
        matrix_id: analysis.matrix_id,
        budget,
    };
    let wake = wake(ui);
    tab.background
        .ask(wanted.clone(), Some(Arc::clone(&analysis.loaded)), &wake);
    working(&mut tab.background, ui);
    let Some((shown, grids)) = &tab.background.grids else {
        return;
    };
    // What is shown may be the answer to an earlier question.
    let old = *shown != wanted;
    let Ask::Grids { budget, .. } = *shown else {
        return;
    };
    let again = old && still_shown(ui, &tab.background, "the previous search");
    let chosen = ui.scope(|ui| {
        if old {
            ui.multiply_opacity(DIMMED);
        }
        ui.label(summary(grids, budget));
        plot(ui, grids, analysis, theme)
    });
    if let Some(chosen) = chosen.inner.filter(|_| !old) {
        session.settings.matched = None;
        session.settings.localized = chosen;
    }
    if again {
        tab.background.again();
    }
}

/// The best grids in a sentence.
fn summary(grids: &[GridAtBudget], budget: usize) -> String {
    let budget = label::count(budget);
    let Some((_, best)) = best_uniform(grids) else {
        return format!("No grid fits in {budget} parameters; increase the budget");
    };
    let (error, setting) = (label::error(best.error), best.settings.describe());
    let mut text = format!("Best within {budget} parameters: {error}, {setting}");
    if let Some((grid, best)) = best_adaptive(grids) {
        text += &format!("; adaptive {}, K = {grid}", label::error(best.error));
    }
    text
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

//! The best grid for a budget: the error of every K that fits.

use std::sync::Arc;

use eframe::egui;
use egui_plot::{Legend, Line, MarkerShape, Plot, PlotPoint, PlotPoints, Points, VLine};

use super::ApproximateTab;
use super::background::Ask;
use super::job::Analysis;
use super::plots::{outcome_of, wake, working};
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::axis;
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
    let localized = outcome_of(analysis, Method::Localized).map(|o| o.evaluation.params);
    let budget = match session.settings.matched {
        Some(_) => session.settings.adaptive.budget,
        None => localized.unwrap_or(session.settings.adaptive.budget),
    };
    let ask = Ask::Grids {
        matrix_id: analysis.matrix_id,
        budget,
    };
    let wake = wake(ui);
    tab.background
        .ask(ask, Some(Arc::clone(&analysis.loaded)), &wake);
    working(&mut tab.background, ui);
    let Some((_, grids)) = &tab.background.grids else {
        return;
    };
    ui.label(summary(grids, budget));
    if let Some(chosen) = plot(ui, grids, session.settings.localized.grid, theme) {
        session.settings.matched = None;
        session.settings.localized = chosen;
    }
}

/// The best grids in a sentence.
fn summary(grids: &[GridAtBudget], budget: usize) -> String {
    let budget = label::count(budget);
    let Some((_, best)) = best_uniform(grids) else {
        return format!("{budget} parameters pay for no grid, give more");
    };
    let (error, setting) = (best.error, best.settings.describe());
    let mut text = format!("best at {budget} parameters: {error:.4}, {setting}");
    if let Some((grid, best)) = best_adaptive(grids) {
        text += &format!("; adaptive {:.4}, K = {grid}", best.error);
    }
    text
}

fn plot(
    ui: &mut egui::Ui,
    grids: &[GridAtBudget],
    present: usize,
    theme: Theme,
) -> Option<LocalizedSettings> {
    let points = |of: fn(&GridAtBudget) -> Option<&Evaluation>| -> Vec<[f64; 2]> {
        grids
            .iter()
            .filter_map(|g| Some([g.grid as f64, of(g)?.error]))
            .collect()
    };
    let uniform = points(|g| g.uniform.as_ref());
    let adaptive = points(|g| g.adaptive.as_ref());
    let mut nearest: Option<(f32, LocalizedSettings)> = None;
    let response = Plot::new("best grid")
        .height(ui.available_height().max(120.0))
        .legend(Legend::default())
        .x_axis_label("K")
        .y_axis_label("error")
        .x_grid_spacer(|seen| axis::whole(&seen))
        .y_grid_spacer(|seen| axis::even(&seen))
        .y_axis_formatter(|mark, _| axis::number(mark))
        .allow_scroll(false)
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
            let Some(pointer) = plot.response().hover_pos() else {
                return;
            };
            for grid in grids {
                let Some(uniform) = &grid.uniform else {
                    continue;
                };
                let at = PlotPoint::new(grid.grid as f64, uniform.error);
                let distance = plot.screen_from_plot(at).distance(pointer);
                if let MethodSettings::Localized(setting) = uniform.settings
                    && nearest.as_ref().is_none_or(|(best, _)| distance < *best)
                {
                    nearest = Some((distance, setting));
                }
            }
        })
        .response;
    let (distance, setting) = nearest?;
    if distance >= 14.0 {
        return None;
    }
    let clicked = response.clicked();
    response.on_hover_text_at_pointer(format!(
        "K = {}, r_block = {} (click to set)",
        setting.grid, setting.rank
    ));
    clicked.then_some(setting)
}

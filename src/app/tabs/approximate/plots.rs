//! Below the panes: error against parameters, and one of four second plots.

use std::sync::Arc;

use eframe::egui;
use egui_plot::{Legend, Line, MarkerShape, Plot, PlotPoints, PlotUi, Points};

use super::job::{Analysis, MethodResult, Outcome};
use super::{ApproximateTab, SecondPlot, data_set, grids, ranks, spectrum};
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::axis;
use crate::app::widgets::marks::Marks;
use crate::app::worker::Wake;
use crate::approx::{Method, MethodSettings};
use crate::figure::palette::Theme;
use crate::session::{Session, Settings};

/// Below this the axes would be all there is; the tab scrolls instead.
const LEAST_HEIGHT: f32 = 210.0;

/// Narrower than this the plots stand one above the other.
const SIDE_BY_SIDE: f32 = 520.0;

/// Draws both plots.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
) {
    let Some(analysis) = state.analysis.clone() else {
        return;
    };
    let height = ui.available_height().max(LEAST_HEIGHT);
    // Another matrix has other numbers: a plot that was moved or zoomed shows all of them again.
    let refit = tab.plotted.replace(analysis.matrix_id) != Some(analysis.matrix_id);
    if ui.available_width() >= SIDE_BY_SIDE {
        ui.columns_const(|[left, right]| {
            left.set_max_height(height);
            right.set_max_height(height);
            first(left, state, &analysis, session, theme, refit);
            second(tab, right, state, &analysis, session, theme, refit);
        });
        return;
    }
    let size = egui::vec2(ui.available_width(), LEAST_HEIGHT);
    ui.allocate_ui(size, |ui| {
        first(ui, state, &analysis, session, theme, refit);
    });
    ui.allocate_ui(size, |ui| {
        second(tab, ui, state, &analysis, session, theme, refit);
    });
}

fn first(
    ui: &mut egui::Ui,
    state: &mut State,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
    refit: bool,
) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("Error against parameters");
        ui.checkbox(&mut state.preferences.view.log_error, "Log error");
    });
    error_plot(ui, state, analysis, &mut session.settings, theme, refit);
}

fn second(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    analysis: &Analysis,
    session: &mut Session,
    theme: Theme,
    refit: bool,
) {
    let shown = &mut state.preferences.view.second;
    ui.horizontal_wrapped(|ui| {
        for choice in SecondPlot::ALL {
            ui.selectable_value(shown, choice, choice.title())
                .on_hover_text(choice.tooltip());
        }
    });
    match *shown {
        SecondPlot::SingularValues => spectrum::show(tab, ui, analysis, theme, refit),
        SecondPlot::DataSet => data_set::show(tab, ui, state, analysis, theme),
        SecondPlot::Grids => grids::show(tab, ui, analysis, session, theme),
        SecondPlot::Ranks => ranks::show(tab, ui, state, analysis, session, theme),
    }
}

/// The window's waker for a worker that a plot starts.
pub fn wake(ui: &egui::Ui) -> Wake {
    let ctx = ui.ctx().clone();
    Arc::new(move || ctx.request_repaint())
}

fn axis(value: f64, log: bool) -> f64 {
    // Exact approximations have no logarithm; they lie on the lowest line.
    if log { value.max(1e-6).log10() } else { value }
}

/// More points than this are more than a plot can show.
const DRAWN_POINTS: usize = 600;

/// Error against parameters of every method, present settings and pinned ones marked; a click on a
/// point sets its rank.
fn error_plot(
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    settings: &mut Settings,
    theme: Theme,
    refit: bool,
) {
    let log = state.preferences.view.log_error;
    let mut marks = Marks::default();
    let response = error_axes(log, refit)
        .height(ui.available_height())
        .show(ui, |plot| {
            // Those of another matrix lie on curves that are not here.
            let here = |pinned: &&Arc<Analysis>| pinned.session.same_matrix(&analysis.session);
            for pinned in state.pinned.iter().filter(here) {
                for method in &pinned.methods {
                    mark_pinned(plot, method, theme, log);
                }
            }
            for (curve, method) in analysis.methods.iter().enumerate() {
                let color = color32(theme::method(method.settings.method(), theme));
                let at = |x: usize, y: f64| [x as f64, axis(y, log)];
                let thinned = method.curve.len().div_ceil(DRAWN_POINTS).max(1);
                let points: Vec<[f64; 2]> = method
                    .curve
                    .iter()
                    .step_by(thinned)
                    .map(|p| at(p.params, p.error))
                    .collect();
                let title = method.settings.method().title();
                plot.line(Line::new(title, PlotPoints::from(points.clone())).color(color));
                if points.len() <= 60 {
                    plot.points(
                        Points::new(title, PlotPoints::from(points))
                            .color(color)
                            .radius(2.0),
                    );
                }
                if let Ok(outcome) = &method.outcome {
                    let now = at(outcome.evaluation.params, outcome.evaluation.error);
                    plot.points(
                        Points::new(title, PlotPoints::from(vec![now]))
                            .color(color)
                            .shape(MarkerShape::Diamond)
                            .radius(7.0),
                    );
                }
                for point in method.curve.iter().step_by(thinned) {
                    let chosen = method.settings.at_point(point);
                    marks.offer(plot, curve, at(point.params, point.error), chosen);
                }
            }
        })
        .response;
    let text = |chosen: &MethodSettings| {
        let title = chosen.method().title();
        format!("{title}: {} (click to set)", chosen.describe())
    };
    if let Some(chosen) = marks.show(ui, &response, "Error against parameters", text) {
        set(settings, chosen);
    }
}

/// The axes of errors against parameters.
fn error_axes(log: bool, refit: bool) -> Plot<'static> {
    let plot = Plot::new(("error against parameters", log))
        .legend(Legend::default())
        .x_axis_label("parameters")
        .y_axis_label("error")
        .x_grid_spacer(|seen| axis::whole(&seen))
        .x_axis_formatter(|mark, _| axis::count(mark))
        .allow_scroll(false)
        .show_crosshair(false)
        .include_x(0.0)
        .include_y(0.0);
    let plot = if refit { plot.reset() } else { plot };
    if log {
        plot.y_grid_spacer(|seen| axis::powers(&seen))
            .y_axis_formatter(|mark, _| axis::power(mark))
    } else {
        plot.y_grid_spacer(|seen| axis::even(&seen))
            .y_axis_formatter(|mark, _| axis::number(mark))
    }
}

/// A hollow mark where a pinned result lies.
fn mark_pinned(plot: &mut PlotUi<'_>, method: &MethodResult, theme: Theme, log: bool) {
    let Ok(outcome) = &method.outcome else {
        return;
    };
    let kind = method.settings.method();
    let e = &outcome.evaluation;
    let at = vec![[e.params as f64, axis(e.error, log)]];
    plot.points(
        Points::new(kind.title(), PlotPoints::from(at))
            .color(color32(theme::method(kind, theme)))
            .shape(MarkerShape::Diamond)
            .filled(false)
            .radius(7.0),
    );
}

/// Takes a setting over, without the one budget for all.
fn set(settings: &mut Settings, chosen: MethodSettings) {
    settings.matched = None;
    settings.set(chosen);
}

/// The outcome of one method, if it has one.
pub fn outcome_of(analysis: &Analysis, method: Method) -> Option<&Outcome> {
    analysis
        .methods
        .iter()
        .find(|m| m.settings.method() == method)
        .and_then(|m| m.outcome.as_ref().ok())
}

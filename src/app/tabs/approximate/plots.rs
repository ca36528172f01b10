//! Below the panes: error against parameters, and one of four second plots.

use std::sync::Arc;

use eframe::egui::{self, RichText};
use egui_plot::{Legend, Line, MarkerShape, Plot, PlotPoint, PlotPoints, PlotUi, Points, VLine};

use super::background::Ask;
use super::job::{Analysis, MethodResult, Outcome};
use super::{ApproximateTab, Background, SecondPlot, grids, ranks, spectrum};
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::axis;
use crate::app::worker::Wake;
use crate::approx::survey::Survey;
use crate::approx::{Method, MethodSettings};
use crate::figure::build::verdict_sentence;
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::{Session, Settings};
use crate::source::{Dataset, Source};

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
        ui.checkbox(&mut state.preferences.view.log_error, "log error");
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
        SecondPlot::DataSet => data_set(tab, ui, state, analysis, theme),
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
    let mut nearest: Option<(f32, MethodSettings)> = None;
    let response = error_axes(log, refit)
        .height(ui.available_height())
        .show(ui, |plot| {
            for pinned in &state.pinned {
                for method in &pinned.methods {
                    mark_pinned(plot, method, theme, log);
                }
            }
            let pointer = plot.response().hover_pos();
            for method in &analysis.methods {
                let Ok(outcome) = &method.outcome else {
                    continue;
                };
                let color = color32(theme::method(method.settings.method(), theme));
                let at = |x: usize, y: f64| [x as f64, axis(y, log)];
                let thinned = outcome.curve.len().div_ceil(DRAWN_POINTS).max(1);
                let points: Vec<[f64; 2]> = outcome
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
                let now = at(outcome.evaluation.params, outcome.evaluation.error);
                plot.points(
                    Points::new(title, PlotPoints::from(vec![now]))
                        .color(color)
                        .shape(MarkerShape::Diamond)
                        .radius(7.0),
                );
                let Some(pointer) = pointer else {
                    continue;
                };
                for point in outcome.curve.iter().step_by(thinned) {
                    let [x, y] = at(point.params, point.error);
                    let distance = plot
                        .screen_from_plot(PlotPoint::new(x, y))
                        .distance(pointer);
                    if nearest.as_ref().is_none_or(|(best, _)| distance < *best) {
                        nearest = Some((distance, at_point(&method.settings, point)));
                    }
                }
            }
        })
        .response;
    if let Some((distance, chosen)) = nearest
        && distance < 14.0
    {
        let text = format!("{}: {}", chosen.method().title(), chosen.describe());
        let clicked = response.clicked();
        response.on_hover_text_at_pointer(format!("{text} (click to set)"));
        if clicked {
            set(settings, chosen);
        }
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

/// The setting that a point of the curve stands for.
fn at_point(settings: &MethodSettings, point: &crate::approx::curve::CurvePoint) -> MethodSettings {
    let mut chosen = settings.clone();
    match &mut chosen {
        MethodSettings::Lora(s) => s.rank = point.rank,
        MethodSettings::Melora(s) => s.rank = point.rank,
        MethodSettings::Localized(s) => s.rank = point.rank,
        MethodSettings::LocalizedAdaptive(s) => {
            s.budget = point.params;
            s.painted = None;
        }
    }
    chosen
}

/// Takes a setting over; with one budget for all, its parameters become the budget.
fn set(settings: &mut Settings, chosen: MethodSettings) {
    if settings.matched.is_some() {
        settings.matched = None;
    }
    match chosen {
        MethodSettings::Lora(s) => settings.lora = s,
        MethodSettings::Melora(s) => settings.melora = s,
        MethodSettings::Localized(s) => settings.localized = s,
        MethodSettings::LocalizedAdaptive(s) => settings.adaptive = s,
    }
}

/// The outcome of one method, if it has one.
pub fn outcome_of(analysis: &Analysis, method: Method) -> Option<&Outcome> {
    analysis
        .methods
        .iter()
        .find(|m| m.settings.method() == method)
        .and_then(|m| m.outcome.as_ref().ok())
}

/// Errors over the whole data set: a histogram per method, means in the methods' colours, and who
/// wins.
fn data_set(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    theme: Theme,
) {
    let ask = survey_ask(state, analysis);
    let Ask::Survey { split, .. } = ask else {
        return;
    };
    let wake = wake(ui);
    tab.background.ask(ask, None, &wake);
    working(&mut tab.background, ui);
    let Some((_, survey)) = &tab.background.survey else {
        return;
    };
    summary(ui, survey, split, theme);
    histogram(ui, survey, theme);
}

/// The present settings on every image of the data set.
pub fn survey_ask(state: &State, analysis: &Analysis) -> Ask {
    let (dataset, split) = match &analysis.session.source {
        Source::Digit { dataset, split, .. } => (dataset.clone(), *split),
        _ => (Dataset::BuiltIn, state.preferences.view.split),
    };
    Ask::Survey {
        dataset,
        split,
        transform: analysis.session.transform,
        settings: analysis
            .methods
            .iter()
            .filter(|m| m.outcome.is_ok())
            .map(|m| m.settings.clone())
            .collect(),
    }
}

/// Progress or failure of the work in the background.
pub fn working(background: &mut Background, ui: &mut egui::Ui) {
    if background.busy() {
        ui.horizontal(|ui| {
            ui.add(egui::ProgressBar::new(background.progress).desired_width(160.0));
            if ui.button("Stop").clicked() {
                background.cancel();
            }
        });
    } else if let Some(why) = background.failure.clone() {
        ui.horizontal(|ui| {
            ui.colored_label(ui.visuals().error_fg_color, why);
            if ui.button("Try again").clicked() {
                background.again();
            }
        });
    }
}

fn summary(ui: &mut egui::Ui, survey: &Survey, split: crate::source::Split, theme: Theme) {
    ui.horizontal_wrapped(|ui| {
        for (s, setting) in survey.settings.iter().enumerate() {
            let method = setting.method();
            let spread = survey.spread(s);
            let text = format!("{} {:.4} ± {:.4}", method.title(), spread.mean, spread.std);
            ui.label(RichText::new(text).color(color32(theme::method_text(method, theme))));
        }
        if let Some(verdict) = survey.localized_against_lora() {
            let text = format!(
                "{} of {} {split} images",
                verdict_sentence(&verdict),
                label::count(survey.count())
            );
            let by_digit: Vec<String> = survey
                .by_label()
                .iter()
                .filter_map(|l| {
                    let verdict = l.localized_against_lora?;
                    Some(format!(
                        "label {}: {} of {}",
                        l.label,
                        verdict_sentence(&verdict),
                        label::count(l.count)
                    ))
                })
                .collect();
            ui.strong(text).on_hover_text(by_digit.join("\n"));
        }
    });
}

fn histogram(ui: &mut egui::Ui, survey: &Survey, theme: Theme) {
    const BINS: usize = 60;
    let most = survey
        .errors
        .iter()
        .flatten()
        .copied()
        .fold(0.0_f64, f64::max)
        .max(1e-12);
    Plot::new("data set")
        .height(ui.available_height().max(120.0))
        .x_axis_label("error")
        .y_axis_label("images")
        .x_grid_spacer(|seen| axis::even(&seen))
        .x_axis_formatter(|mark, _| axis::number(mark))
        .y_grid_spacer(|seen| axis::whole(&seen))
        .y_axis_formatter(|mark, _| axis::count(mark))
        .include_y(0.0)
        .allow_scroll(false)
        .show(ui, |plot| {
            for (s, setting) in survey.settings.iter().enumerate() {
                let color = color32(theme::method(setting.method(), theme));
                let mut counts = [0_usize; BINS];
                for error in &survey.errors[s] {
                    counts[((error / most * BINS as f64) as usize).min(BINS - 1)] += 1;
                }
                let middle = |bin: usize| (bin as f64 + 0.5) * most / BINS as f64;
                let outline: Vec<[f64; 2]> = counts
                    .iter()
                    .enumerate()
                    .map(|(bin, count)| [middle(bin), *count as f64])
                    .collect();
                let title = setting.method().title();
                plot.line(
                    Line::new(title, PlotPoints::from(outline))
                        .color(color)
                        .width(1.5)
                        .fill(0.0)
                        .fill_alpha(0.15),
                );
                plot.vline(VLine::new(title, survey.spread(s).mean).color(color));
            }
        });
}

//! The accuracy drop against the share of parameters, and the way of a run through training.

use eframe::egui::{self, Color32, RichText, Stroke};
use egui_plot::{HLine, Legend, Line, LineStyle, MarkerShape, Plot, PlotPoints, PlotUi, Points};

use super::training::Training;
use crate::app::texture::color32;
use crate::app::widgets::marks::Marks;
use crate::app::widgets::{axis, focus};
use crate::experiment::figures::{self, look, setting, whole_setting};
use crate::figure::compose::Look;
use crate::figure::palette::Theme;
use crate::figure::{Marker, label};
use crate::finetune::train::EpochRecord;
use crate::finetune::{FrontierPoint, Results, RunKey, RunRecord};

/// A click on a point: which run, and whether it is to be compared.
pub type Clicked = Option<(RunKey, bool)>;

/// In a narrower plot the legend would hide the curves; the controls have the same colours.
const ROOM_FOR_LEGEND: f32 = 380.0;

/// Draws Figure 2.
pub fn accuracy_drop(
    ui: &mut egui::Ui,
    training: &Training,
    selected: &[RunKey],
    theme: Theme,
) -> Clicked {
    let results = training.results();
    let base = results.and_then(|results| results.full.test_accuracy);
    let mut points = Found::default();
    let top = top(training);
    // A new top is a new plot, or the old bounds would stay.
    let mut plot = Plot::new(("accuracy drop", top as usize)).height(ui.available_height());
    if ui.available_width() >= ROOM_FOR_LEGEND {
        plot = plot.legend(Legend::default().follow_insertion_order(true));
    }
    let response = plot
        .x_axis_label(axis_label(results))
        .y_axis_label("accuracy drop, points")
        .x_grid_spacer(|seen| axis::decades(&seen))
        .y_grid_spacer(|seen| axis::even(&seen))
        .y_axis_formatter(|mark, _| axis::number(mark))
        .x_axis_formatter(|mark, _| percent(mark.value))
        .label_formatter(|_| None)
        .show_crosshair(false)
        .allow_scroll(false)
        .default_x_bounds(-0.1, 2.1)
        .default_y_bounds(-0.06 * top, top)
        .show(ui, |plot| {
            let (Some(results), Some(base)) = (results, base) else {
                return;
            };
            base_line(plot, results, base, &mut points, theme);
            clouds(plot, results, base, &mut points, theme);
            for (layout, frontier) in training.frontiers() {
                curve(plot, &look(*layout, theme), frontier, &mut points);
            }
            marks(plot, training, selected);
        })
        .response;
    let place = response.rect;
    let hint = "click to see what was learned, Ctrl + click to compare";
    let found = points.marks;
    let name = "Accuracy drop against parameters";
    let clicked = found.show(ui, &response, name, |(_, text)| format!("{text}\n{hint}"));
    let clicked = clicked.map(|(key, _)| (key, compares(ui.ctx())));
    if base.is_none() {
        let text = match training.under_way() {
            true => "The first point needs full fine-tuning, which is under way…",
            false => "Run the sweep: every point appears as its run ends",
        };
        let font = egui::FontId::proportional(14.0);
        let color = ui.visuals().weak_text_color();
        ui.painter().text(
            place.center(),
            egui::Align2::CENTER_CENTER,
            text,
            font,
            color,
        );
    }
    clicked
}

/// Whether the click of this frame is to compare. The keys count as they were at the click: while
/// all cores train they may be let go before the frame is drawn.
pub fn compares(ctx: &egui::Context) -> bool {
    ctx.input(|input| {
        let mut events = input.events.iter().rev();
        let at_click = events.find_map(|event| match event {
            egui::Event::PointerButton {
                pressed: false,
                modifiers,
                ..
            } => Some(*modifiers),
            _ => None,
        });
        let held = at_click.unwrap_or(input.modifiers);
        held.command || held.shift
    })
}

/// What the share is of: biases and classifier count too.
fn axis_label(results: Option<&Results>) -> String {
    match results {
        Some(results) => format!(
            "trainable, % of all {} parameters",
            label::count(results.full.params)
        ),
        None => "trainable, % of all parameters".to_owned(),
    }
}

/// As high as the frontiers reach; the faint points of bad learning rates may lie above.
fn top(training: &Training) -> f64 {
    let fronts = training.frontiers().iter().flat_map(|(_, points)| points);
    let highest = fronts.map(|point| point.drop[2]).fold(0.0, f64::max);
    match highest {
        0.0 => 5.0,
        _ => 5.0 * (1.1 * highest / 5.0).ceil(),
    }
}

/// The points that can be chosen, a curve after the other.
#[derive(Default)]
struct Found {
    marks: Marks<(RunKey, String)>,
    curve: usize,
}

impl Found {
    fn offer(&mut self, plot: &PlotUi<'_>, at: [f64; 2], key: RunKey, text: String) {
        self.marks.offer(plot, self.curve, at, (key, text));
    }
}

/// Full fine-tuning: the line that everything is measured from, and its point at 100 %.
fn base_line(
    plot: &mut PlotUi<'_>,
    results: &Results,
    base: f64,
    points: &mut Found,
    theme: Theme,
) {
    let full = Look::full(theme);
    let color = color32(full.color);
    let name = format!("{}, {base:.2} %", full.name);
    plot.hline(
        HLine::new(&name, 0.0)
            .color(color)
            .style(LineStyle::dashed_loose()),
    );
    plot.points(
        Points::new(&name, vec![[2.0, 0.0]])
            .color(color)
            .radius(4.0),
    );
    if let Some(run) = results.best_full().first() {
        points.offer(plot, [2.0, 0.0], run.key, name.clone());
    }
}

/// Every run as a faint point.
fn clouds(plot: &mut PlotUi<'_>, results: &Results, base: f64, points: &mut Found, theme: Theme) {
    for layout in crate::finetune::Layout::ALL {
        let of_it = |run: &&RunRecord| run.key.adapter.is_some_and(|one| one.layout == layout);
        points.curve += 1;
        let look = look(layout, theme);
        let at = |run: &RunRecord| [share(run.share), base - run.test_accuracy];
        let cloud: Vec<[f64; 2]> = results.runs.iter().filter(of_it).map(at).collect();
        for run in results.runs.iter().filter(of_it) {
            let text = format!(
                "{}, {}: {:.2} % right, drop {:.2}",
                look.name,
                whole_setting(&run.key),
                run.test_accuracy,
                base - run.test_accuracy
            );
            points.offer(plot, at(run), run.key, text);
        }
        let faint = color32(look.color).gamma_multiply(0.35);
        plot.points(Points::new("", cloud).color(faint).radius(2.0));
    }
}

/// The best of a layout at each parameter count, with the spread over seeds.
fn curve(plot: &mut PlotUi<'_>, look: &Look, frontier: &[FrontierPoint], points: &mut Found) {
    points.curve += 1;
    let color = color32(look.color);
    let at = |point: &FrontierPoint| [(point.share).log10(), point.drop[0]];
    let line: Vec<[f64; 2]> = frontier.iter().map(at).collect();
    plot.line(Line::new(&look.name, line.clone()).color(color).width(2.0));
    plot.points(
        Points::new(&look.name, line)
            .color(color)
            .shape(shape(look.marker))
            .radius(4.5),
    );
    for point in frontier {
        let [x, _] = at(point);
        if point.runs.len() > 1 {
            let spread = PlotPoints::from(vec![[x, point.drop[1]], [x, point.drop[2]]]);
            plot.line(Line::new("", spread).color(color).width(1.0));
        }
        let Some(run) = point.runs.first() else {
            continue;
        };
        points.offer(plot, at(point), run.key, described(look, point));
    }
}

fn described(look: &Look, point: &FrontierPoint) -> String {
    let [mean, low, high] = point.drop;
    let seeds = point.runs.len();
    let spread = match seeds {
        1 => String::new(),
        _ => format!(" ({low:.2} to {high:.2} over {seeds} seeds)"),
    };
    format!(
        "{}, {}\n{} parameters ({:.2} %), learning rate {}\n{:.2} % right, drop {mean:.2}{spread}",
        look.name,
        setting(&point.runs[0].key),
        label::count(point.params),
        point.share,
        point.learning_rate,
        point.test_accuracy,
    )
}

/// Rings around the selected runs.
fn marks(plot: &mut PlotUi<'_>, training: &Training, selected: &[RunKey]) {
    let Some(results) = training.results() else {
        return;
    };
    let base = results.full.test_accuracy.unwrap_or_default();
    let fronts = training.frontiers().iter().flat_map(|(_, points)| points);
    let color = plot.ctx().global_style().visuals.strong_text_color();
    for key in selected {
        let best = fronts
            .clone()
            .find(|point| point.runs.iter().any(|run| run.key == *key));
        let place = match (best, results.find(key)) {
            (Some(point), _) => [point.share.log10(), point.drop[0]],
            (None, Some(run)) if key.adapter.is_some() => {
                [share(run.share), base - run.test_accuracy]
            }
            (None, Some(_)) => [2.0, 0.0],
            (None, None) => continue,
        };
        plot.points(
            Points::new("", vec![place])
                .color(color)
                .filled(false)
                .radius(9.0),
        );
    }
}

fn shape(marker: Marker) -> MarkerShape {
    match marker {
        Marker::Circle => MarkerShape::Circle,
        Marker::Square => MarkerShape::Square,
        Marker::Triangle => MarkerShape::Up,
        Marker::Diamond => MarkerShape::Diamond,
    }
}

/// A share, 0 to 1, on the logarithmic axis of percent.
fn share(share: f64) -> f64 {
    (100.0 * share).max(1e-6).log10()
}

fn percent(log: f64) -> String {
    let value = 10_f64.powf(log);
    let digits = (-log.floor()).clamp(0.0, 6.0) as usize;
    format!("{value:.digits$} %")
}

/// What the second plot shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Negative log-likelihood.
    #[default]
    Loss,
    /// Percent named rightly.
    Accuracy,
}

/// Draws the ways of the selected runs, or of those under way.
pub fn training_curves(
    ui: &mut egui::Ui,
    curves: &[(RunKey, Vec<EpochRecord>)],
    measure: &mut Measure,
    theme: Theme,
) {
    let label = match measure {
        Measure::Loss => "loss (held out; training dashed)",
        Measure::Accuracy => "held-out accuracy, %",
    };
    let mut plot = Plot::new(("training curve", *measure as usize)).height(ui.available_height());
    if ui.available_width() >= ROOM_FOR_LEGEND {
        plot = plot.legend(Legend::default().follow_insertion_order(true));
    }
    if curves.is_empty() {
        // Around nothing the axis would reach below zero, where no measure is.
        plot = plot.include_y(0.0).include_y(1.0);
    }
    let shown = plot
        .x_axis_label("epoch")
        .y_axis_label(label)
        .x_grid_spacer(|seen| axis::whole(&seen))
        .x_axis_formatter(|mark, _| format!("{:.0}", mark.value))
        .y_grid_spacer(|seen| axis::even(&seen))
        .y_axis_formatter(|mark, _| axis::number(mark))
        .label_formatter(|_| None)
        .allow_scroll(false)
        .include_x(1.0)
        .show(ui, |plot| {
            for (place, (key, history)) in curves.iter().enumerate() {
                let curve = figures::training_curve(key, history, theme);
                let color = color32(curve.look.color);
                // Two runs of one layout are told apart by their strength.
                let color = match place {
                    0 => color,
                    _ => color.gamma_multiply(0.65),
                };
                let line = |points: &[(f64, f64)]| -> Vec<[f64; 2]> {
                    points.iter().map(|&(x, y)| [x, y]).collect()
                };
                let name = format!("{}, rate {}", curve.look.name, key.learning_rate);
                let shape = shape(curve.look.marker);
                match measure {
                    Measure::Loss => {
                        draw(plot, &name, &line(&curve.validation_loss), color, shape);
                        let dashed = Line::new(&name, line(&curve.training_loss))
                            .color(color)
                            .style(LineStyle::dashed_dense());
                        plot.line(dashed);
                    }
                    Measure::Accuracy => draw(plot, &name, &line(&curve.accuracy), color, shape),
                }
            }
        });
    focus::name(&shown.response, "Training curves");
}

fn draw(
    plot: &mut PlotUi<'_>,
    name: &str,
    points: &[[f64; 2]],
    color: Color32,
    shape: MarkerShape,
) {
    let stroke = Stroke::new(2.0, color);
    plot.line(Line::new(name, points.to_vec()).stroke(stroke));
    let marks = Points::new(name, points.to_vec());
    plot.points(marks.color(color).shape(shape).radius(3.0));
}

/// The choice between loss and accuracy, and what the curves are of.
pub fn head(ui: &mut egui::Ui, what: &str, measure: &mut Measure) {
    ui.horizontal(|ui| {
        ui.strong("Training");
        ui.selectable_value(measure, Measure::Loss, "Loss");
        ui.selectable_value(measure, Measure::Accuracy, "Accuracy");
        ui.add(egui::Label::new(RichText::new(what).small()).truncate());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_reads_as_percent() {
        let read: Vec<String> = [-1.0, -0.301, 0.0, 0.699, 1.0, 2.0].map(percent).to_vec();
        assert_eq!(read, ["0.1 %", "0.5 %", "1 %", "5 %", "10 %", "100 %"]);
    }
}

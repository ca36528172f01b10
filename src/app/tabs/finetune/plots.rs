//! The accuracy drop against the share of parameters, and the way of a run through training.

use eframe::egui;

use super::training::Training;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::app::widgets::prose;
use crate::experiment::figures::{self, runs_of, setting, whole_setting};
use crate::figure::compose::{Look, TrainingCurve, accuracy_drop_plot, accuracy_plot, loss_plot};
use crate::figure::palette::Theme;
use crate::figure::{Mark, Plot, Series, SeriesStyle, label};
use crate::finetune::train::EpochRecord;
use crate::finetune::{FrontierPoint, Layout, Results, RunKey};
use crate::views::projections;

/// A click on a point: which run, and whether it is to be compared.
pub type RunClick = Option<(RunKey, bool)>;

/// Draws Figure 2.
pub fn accuracy_drop(
    ui: &mut egui::Ui,
    training: &Training,
    selected: &[RunKey],
    theme: Theme,
) -> RunClick {
    let drops = Drops::of(training, theme);
    let plot = drops
        .as_ref()
        .map_or_else(Plot::default, |drops| drops.plot(selected, theme));
    let view = PlotView {
        name: "Accuracy drop against parameters",
        plot: &plot,
        theme,
        height: ui.available_height(),
        refit: false,
        empty: match training.under_way() {
            true => "Training the full fine-tuning baseline; the first point needs it…",
            false => "Press Run: every point appears when its run ends",
        },
    };
    let hint = "Click to inspect the run, Ctrl + click to compare two";
    let text = |pick| Some(format!("{}\n{hint}", drops.as_ref()?.at(pick)?.1));
    let picked = view.show(ui, &text)?;
    let (key, _) = drops.as_ref()?.at(picked)?;
    Some((key, compares(ui.ctx())))
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

/// The content of Figure 2, and the runs behind its points.
struct Drops<'a> {
    results: &'a Results,
    base: f64,
    /// The layouts with a run, in the order of the series.
    layouts: Vec<Layout>,
    frontiers: &'a figures::Frontiers,
    plot: Plot,
    theme: Theme,
}

impl<'a> Drops<'a> {
    fn of(training: &'a Training, theme: Theme) -> Option<Self> {
        let results = training.results()?;
        let base = results.full.test_accuracy?;
        let frontiers = training.frontiers();
        let shown = figures::drop_shown(theme, results, frontiers)?;
        let has_run = |layout: &Layout| runs_of(results, *layout).next().is_some();
        let top = top(frontiers);
        Some(Self {
            results,
            base,
            layouts: Layout::ALL.into_iter().filter(has_run).collect(),
            frontiers,
            plot: Plot {
                // As high as the best reach; the faint points of bad learning rates may lie above.
                y_range: Some((-0.06 * top, top)),
                ..accuracy_drop_plot(&shown)
            },
            theme,
        })
    }

    /// The exported plot, with full fine-tuning's own point and the selected runs pointed out.
    fn plot(&self, selected: &[RunKey], theme: Theme) -> Plot {
        let mut plot = self.plot.clone();
        let full = Look::full(theme);
        let point = Series {
            // The line that it lies on is labelled.
            name: String::new(),
            ..full.line(vec![(100.0, 0.0)])
        };
        plot.series
            .push(point.styled(SeriesStyle::Points, full.marker));
        let marks = selected.iter().filter_map(|key| self.mark(key));
        plot.marks = marks.collect();
        plot
    }

    fn frontier(&self, layout: Layout) -> &'a [FrontierPoint] {
        let found = self.frontiers.iter().find(|(of, _)| *of == layout);
        found.map_or(&[], |(_, points)| points)
    }

    /// The run behind a point, and what it is.
    fn at(&self, pick: Pick) -> Option<(RunKey, String)> {
        let count = self.layouts.len();
        if let Some(layout) = self.layouts.get(pick.series) {
            let run = runs_of(self.results, *layout).nth(pick.point)?;
            let text = format!(
                "{}, {}: {} correct, drop {}",
                Look::layout(*layout, self.theme).name,
                whole_setting(&run.key),
                label::percentage(run.test_accuracy),
                label::points(self.base - run.test_accuracy)
            );
            return Some((run.key, text));
        }
        if let Some(layout) = self.layouts.get(pick.series - count) {
            let point = self.frontier(*layout).get(pick.point)?;
            let run = point.runs.first()?;
            return Some((
                run.key,
                described(&Look::layout(*layout, self.theme), point),
            ));
        }
        let run = self.results.best_full().into_iter().next()?;
        let name = Look::full(self.theme).name;
        Some((
            run.key,
            format!("{name}: {} correct", label::percentage(self.base)),
        ))
    }

    /// The place of a selected run: on its layout's curve, if it is one of the best.
    fn mark(&self, key: &RunKey) -> Option<Mark> {
        let run = self.results.find(key)?;
        let (look, (x, y)) = match key.adapter {
            None => (Look::full(self.theme), (100.0, 0.0)),
            Some(one) => {
                let mut best = self.frontier(one.layout).iter();
                let best = best.find(|point| point.runs.iter().any(|run| run.key == *key));
                let at = match best {
                    Some(point) => (point.share, point.drop[0]),
                    None => (100.0 * run.share, self.base - run.test_accuracy),
                };
                (Look::layout(one.layout, self.theme), at)
            }
        };
        Some(Mark {
            x,
            y,
            color: look.color,
            marker: look.marker,
            hollow: false,
            label: String::new(),
        })
    }
}

/// As high as the frontiers reach, in steps of five points.
fn top(frontiers: &figures::Frontiers) -> f64 {
    let points = frontiers.iter().flat_map(|(_, points)| points);
    let highest = points.map(|point| point.drop[2]).fold(0.0, f64::max);
    match highest {
        0.0 => 5.0,
        _ => 5.0 * (1.1 * highest / 5.0).ceil(),
    }
}

fn described(look: &Look, point: &FrontierPoint) -> String {
    let [mean, low, high] = point.drop;
    let seeds = point.runs.len();
    let spread = match seeds {
        1 => String::new(),
        _ => format!(
            " ({} to {} over {seeds} seeds)",
            label::points(low),
            label::points(high)
        ),
    };
    format!(
        "{}, {}\n{} parameters ({}), learning rate {}\n{} correct, drop {}{spread}",
        look.name,
        setting(&point.runs[0].key),
        label::count(point.params),
        label::percentage(point.share),
        point.learning_rate,
        label::percentage(point.test_accuracy),
        label::points(mean),
    )
}

/// The measure in the second plot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// Negative log-likelihood.
    #[default]
    Loss,
    /// Percent named rightly.
    Accuracy,
    /// Accuracy against the error of the matrix, over both plots.
    Projections,
}

/// Draws the ways of the selected runs, or of those under way.
pub fn training_curves(
    ui: &mut egui::Ui,
    curves: &[(RunKey, Vec<EpochRecord>)],
    measure: Measure,
    theme: Theme,
) {
    let runs: Vec<TrainingCurve> = curves
        .iter()
        .map(|(key, history)| figures::training_curve(key, history, theme))
        .collect();
    let plot = match measure {
        Measure::Loss => loss_plot(&runs),
        Measure::Accuracy | Measure::Projections => accuracy_plot(&runs),
    };
    let plot = Plot {
        // The head has a name for it, and the buttons beside that another.
        title: None,
        y_label: match measure {
            Measure::Loss => format!("{} (dashed: training)", plot.y_label),
            Measure::Accuracy | Measure::Projections => format!("validation {}", plot.y_label),
        },
        ..plot
    };
    let view = PlotView {
        name: "Training curves",
        plot: &plot,
        theme,
        height: ui.available_height(),
        refit: false,
        empty: "Select a run to see its curves",
    };
    let value = |series: &Series, point: usize| {
        let (epoch, value) = series.points.get(point)?;
        Some(format!("epoch {epoch}: {}", label::short(*value)))
    };
    let text = |pick: Pick| value(plot.series.get(pick.series)?, pick.point);
    view.show(ui, &text);
}

/// The choice between loss and accuracy, and what the curves are of.
pub fn head(ui: &mut egui::Ui, what: &str, measure: &mut Measure) {
    ui.horizontal(|ui| {
        ui.strong("Training");
        ui.selectable_value(measure, Measure::Loss, "Loss");
        ui.selectable_value(measure, Measure::Accuracy, "Accuracy");
        ui.selectable_value(measure, Measure::Projections, projections::VIEW.short)
            .on_hover_text(projections::VIEW.about);
        prose::line(ui, what);
    });
}

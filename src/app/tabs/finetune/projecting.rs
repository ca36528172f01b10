//! Accuracy against the error of the matrix: does a lower one mean a better adapter?

use std::sync::Arc;

use eframe::egui;

use super::looks::Looks;
use super::training::Training;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::experiment::{Against, Projected, Projections};
use crate::figure::compose::{projection_plots, projection_sentence};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::finetune::Layout;

/// Draws what is known, and offers to measure what is not.
pub fn show(ui: &mut egui::Ui, training: &Training, looks: &mut Looks, theme: Theme) {
    let shared = training.shared();
    let known = looks.projections(shared.as_deref()).is_some();
    ui.horizontal_wrapped(|ui| {
        let ready = shared.as_ref().filter(|results| results.complete);
        let enabled = ready.is_some() && !known && !looks.busy() && !training.under_way();
        let button = ui
            .add_enabled(enabled, egui::Button::new("Project"))
            .on_hover_text(
                "Project full fine-tuning’s update onto every configuration and test the network with it",
            )
            .on_disabled_hover_text(match known {
                true => "The projections for these results are below",
                false => "Train all runs of the sweep first",
            });
        if let (true, Some(results)) = (button.clicked(), ready) {
            looks.project(Arc::clone(results));
        }
        if looks.busy() {
            ui.add(egui::ProgressBar::new(looks.progress).desired_width(90.0));
            if ui.button("Stop").clicked() {
                looks.stop();
            }
        }
        match looks.projections(shared.as_deref()) {
            Some(found) => ui.label(projection_sentence(found)),
            None => ui.label("Does a lower error of the matrix mean a better adapter?"),
        };
    });
    if let Some(found) = looks.projections(shared.as_deref()) {
        plots(ui, found, theme);
    }
}

/// A plot for each accuracy that the error is held against.
fn plots(ui: &mut egui::Ui, found: &Projections, theme: Theme) {
    let plots = projection_plots(theme, found);
    let height = ui.available_height();
    let of = |pick: Pick, against: Against| -> Option<&Projected> {
        let layout = Layout::ALL.get(pick.series)?;
        let mut points = found
            .points
            .iter()
            .filter(|point| point.configuration.layout == *layout && against.of(point).is_some());
        points.nth(pick.point)
    };
    ui.columns_const(|columns: &mut [egui::Ui; 3]| {
        for ((ui, plot), against) in columns.iter_mut().zip(&plots).zip(Against::ALL) {
            let text = |pick: Pick| {
                let point = of(pick, against)?;
                let one = point.configuration;
                Some(format!(
                    "{}, {} segments, rank {}, seed {}\nerror {}, {} correct",
                    one.layout.name(),
                    one.segments,
                    one.rank,
                    point.seed,
                    label::error(point.projection.error),
                    label::percentage(against.of(point)?)
                ))
            };
            let view = PlotView {
                name: against.name(),
                plot,
                theme,
                height,
                refit: false,
                empty: "No adapter was trained",
            };
            view.show(ui, &text);
        }
    });
}

//! Singular values: of the selected block, or of the whole matrix.

use eframe::egui::{self, RichText};
use egui_plot::{HLine, Line, LineStyle, Plot, PlotPoints, PlotUi, Points, VLine};

use super::ApproximateTab;
use super::job::Analysis;
use super::plots::outcome_of;
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::{axis, focus};
use crate::approx::{Method, metrics};
use crate::figure::label;
use crate::figure::palette::Theme;

/// What the plot of singular values is about.
struct Spectrum {
    title: String,
    sigma: Vec<f64>,
    /// Singular values below this are zero up to rounding.
    rounding: f64,
    /// How many of them the method keeps.
    kept: Option<(Method, usize)>,
}

/// The selected block's, where there is one.
fn block_spectrum(tab: &ApproximateTab, analysis: &Analysis) -> Option<Spectrum> {
    let (method, block) = tab.selected?;
    let outcome = outcome_of(analysis, method)?;
    let place = outcome.factors.layout().blocks().get(block)?;
    let sigma = outcome.factors.spectra.sigma[block].clone();
    let rank = *outcome.evaluation.ranks.get(block)?;
    let (rows, cols) = place.sides();
    let title = format!(
        "{} block ({}, {}), {rows} × {cols}: keeps {rank} of {}, error {}",
        method.title(),
        place.i,
        place.j,
        outcome.factors.spectra.numerical_rank(block),
        label::error(outcome.factors.spectra.block_error(block, rank)),
    );
    Some(Spectrum {
        title,
        rounding: metrics::rounding(&sigma, rows, cols),
        sigma,
        kept: Some((method, rank)),
    })
}

fn whole_spectrum(analysis: &Analysis) -> Spectrum {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let lora = outcome_of(analysis, Method::Lora);
    let kept = lora.and_then(|outcome| Some((Method::Lora, *outcome.evaluation.ranks.first()?)));
    let keeps = kept.map(|(_, rank)| format!("; LoRA keeps {rank}"));
    Spectrum {
        title: format!(
            "Whole matrix, numerical rank {}{}",
            analysis.rank,
            keeps.unwrap_or_default()
        ),
        sigma: analysis.sigma.to_vec(),
        rounding: metrics::rounding(&analysis.sigma, rows, cols),
        kept,
    }
}

/// Singular values on a logarithmic axis: of the selected block, or of the whole matrix.
pub fn show(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    analysis: &Analysis,
    theme: Theme,
    refit: bool,
) {
    let selected = block_spectrum(tab, analysis);
    let of_block = selected.is_some();
    let shown = selected.unwrap_or_else(|| whole_spectrum(analysis));
    // The button first, so that a long title leaves it its place.
    ui.horizontal(|ui| {
        if of_block && ui.small_button("Whole matrix").clicked() {
            tab.selected = None;
        }
        ui.add(egui::Label::new(RichText::new(&shown.title).small()).truncate());
    });
    // A block has a plot of its own, so that each keeps what is in view.
    let plot = Plot::new(("singular values", of_block))
        .height(ui.available_height())
        .x_axis_label("k")
        .y_axis_label("σ")
        .x_grid_spacer(|seen| axis::whole(&seen))
        .y_grid_spacer(|seen| axis::powers(&seen))
        .y_axis_formatter(|mark, _| axis::power(mark))
        .allow_scroll(false)
        .include_x(0.0);
    let plot = if refit { plot.reset() } else { plot };
    let drawn = plot.show(ui, |plot| draw_spectrum(plot, &shown, theme));
    focus::name(&drawn.response, "Singular values");
}

fn draw_spectrum(plot: &mut PlotUi<'_>, shown: &Spectrum, theme: Theme) {
    let floor = shown.sigma.first().copied().unwrap_or(1.0) * 1e-17;
    let drawn = shown.sigma.iter().enumerate().filter(|(_, s)| **s > floor);
    let points: Vec<[f64; 2]> = drawn.map(|(k, s)| [(k + 1) as f64, s.log10()]).collect();
    let color = plot.ctx().global_style().visuals.text_color();
    let below = points.last().is_some_and(|p| p[1] < shown.rounding.log10());
    if below {
        let line = HLine::new("zero up to rounding", shown.rounding.log10());
        plot.hline(line.color(color).style(LineStyle::dashed_loose()));
    }
    plot.line(Line::new("σ", PlotPoints::from(points.clone())).color(color));
    plot.points(
        Points::new("σ", PlotPoints::from(points))
            .color(color)
            .radius(2.5),
    );
    if let Some((method, rank)) = shown.kept {
        let color = color32(theme::method(method, theme));
        plot.vline(VLine::new("kept", rank as f64 + 0.5).color(color));
    }
}

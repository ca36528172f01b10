//! Singular values: of the selected block among those of its method, or of the whole matrix.

use eframe::egui;

use super::ApproximateTab;
use super::factors::FactorsWindow;
use crate::analysis::Analysis;
use crate::app::widgets::plot::{Pick, PlotView};
use crate::app::widgets::prose;
use crate::approx::Method;
use crate::figure::compose::{MethodSpectrum, plain_spectrum, spectrum_plot};
use crate::figure::palette::Theme;
use crate::figure::{Plot, label};
use crate::views::singular_values::spectra;

/// A plot and the sentence above it.
struct CaptionedPlot {
    title: String,
    plot: Plot,
}

fn method_spectrum(analysis: &Analysis, method: Method) -> Option<MethodSpectrum<'_>> {
    let mut all = spectra(analysis).into_iter();
    all.find(|one| one.settings.method() == method)
}

/// The selected block's, where there is one.
fn of_block(tab: &ApproximateTab, analysis: &Analysis, theme: Theme) -> Option<CaptionedPlot> {
    let (method, block) = tab.selected?;
    let outcome = analysis.outcome_of(method)?;
    let place = outcome.factors.layout().blocks().get(block)?;
    let rank = *outcome.evaluation.ranks.get(block)?;
    let (rows, cols) = place.sides();
    let title = format!(
        "{} block ({}, {}), {rows} × {cols}: keeps {rank} of {}, error {}",
        method.title(),
        place.i + 1,
        place.j + 1,
        outcome.factors.spectra.numerical_rank(block),
        label::error(outcome.factors.spectra.block_error(block, rank)),
    );
    let plot = spectrum_plot(theme, &method_spectrum(analysis, method)?, Some(block));
    Some(CaptionedPlot { title, plot })
}

/// The singular values of the whole matrix, which are LoRA's.
fn of_matrix(analysis: &Analysis, theme: Theme) -> CaptionedPlot {
    let lora = method_spectrum(analysis, Method::Lora);
    let kept = lora.as_ref().and_then(|one| one.ranks.first());
    let keeps = kept.map(|rank| format!("; LoRA keeps {rank}"));
    let plot = match &lora {
        Some(lora) => spectrum_plot(theme, lora, None),
        None => plain_spectrum(theme, &analysis.sigma[..analysis.rank]),
    };
    CaptionedPlot {
        title: format!(
            "Whole matrix, numerical rank {}{}",
            analysis.rank_words(),
            keeps.unwrap_or_default()
        ),
        plot,
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
    let selected = of_block(tab, analysis, theme);
    let is_block = selected.is_some();
    let of_method = tab.selected.map(|(method, _)| method).filter(|_| is_block);
    let mut shown = selected.unwrap_or_else(|| of_matrix(analysis, theme));
    // The button first, so that a long title leaves it its place.
    ui.horizontal(|ui| {
        if is_block && ui.small_button("Whole matrix").clicked() {
            tab.selected = None;
        }
        let factors = ui.small_button("Factors");
        let hint = "The factors and terms behind these values (F)";
        if factors.on_hover_text(hint).clicked() {
            tab.factors = Some(FactorsWindow::of(of_method.unwrap_or(Method::Lora)));
        }
        prose::line(ui, &shown.title);
    });
    shown.plot.title = None;
    let plot = &shown.plot;
    let text = |pick: Pick| {
        let (index, sigma) = plot.series.get(pick.series)?.points.get(pick.point)?;
        Some(format!("σ number {index}: {}", label::short(*sigma)))
    };
    let view = PlotView {
        name: "Singular values",
        plot,
        theme,
        height: ui.available_height(),
        // Blocks of a method are compared in one view; another method is another plot.
        refit: refit || tab.drawn_spectrum != of_method,
        empty: "All singular values are zero",
    };
    view.show(ui, &text);
    tab.drawn_spectrum = of_method;
}

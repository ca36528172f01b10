//! A card per method with its sliders, and the one budget that ties them.

use eframe::egui::{self, Frame, RichText, Slider};

use crate::analysis::localized_parameters;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::approx::budget::BudgetRule;
use crate::approx::{BlockLayout, LayoutKind, Method};
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the cards; `settings` changes as the user drags and types.
pub fn show(ui: &mut egui::Ui, state: &State, settings: &mut Settings, theme: Theme) {
    let (rows, cols) = state
        .analysis
        .as_ref()
        .map_or((28, 28), |a| a.loaded.matrix.shape());
    budget_card(ui, settings, rows, cols);
    let own_ranks = settings.matched.is_none();
    let side = rows.min(cols).max(1);
    let whole = max_rank(rows, cols, LayoutKind::Grid(1));
    card(ui, Method::Lora, theme, |ui| {
        slider(ui, &mut settings.lora.rank, whole, "rank r", own_ranks);
    });
    card(ui, Method::Melora, theme, |ui| {
        slider(ui, &mut settings.melora.blocks, side, "blocks N", true);
        let most = max_rank(rows, cols, LayoutKind::Diagonal(settings.melora.blocks));
        slider(
            ui,
            &mut settings.melora.rank,
            most,
            "rank r_diag",
            own_ranks,
        );
    });
    card(ui, Method::Localized, theme, |ui| {
        slider(ui, &mut settings.localized.grid, side, "grid K", true);
        let most = max_rank(rows, cols, LayoutKind::Grid(settings.localized.grid));
        slider(
            ui,
            &mut settings.localized.rank,
            most,
            "rank r_block",
            own_ranks,
        );
        gralora(ui, settings);
    });
    card(ui, Method::LocalizedAdaptive, theme, |ui| {
        let shown = ui
            .checkbox(&mut settings.show_adaptive, "show a rank r_ij per block")
            .on_hover_text(
                "II.C: spend the budget on the triplets with the largest σ² per parameter",
            );
        if shown.changed() && settings.show_adaptive {
            begin_adaptive(settings, rows, cols);
        }
        if settings.show_adaptive {
            adaptive(ui, settings, rows, cols);
        }
    });
}

fn card(ui: &mut egui::Ui, method: Method, theme: Theme, add: impl FnOnce(&mut egui::Ui)) {
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let color = color32(theme::method_text(method, theme));
        ui.label(RichText::new(method.title()).strong().color(color));
        ui.push_id(method.key(), add);
    });
}

/// A slider over ranks or segments; small numbers get most of its way.
fn slider(ui: &mut egui::Ui, value: &mut usize, most: usize, name: &str, enabled: bool) {
    let most = most.max(1);
    // A rank that the budget sets may be none at all. It is shown, never changed: a slider that
    // lifted it to 1 would ask for the same computation again and again.
    let mut shown = *value;
    let (value, least) = match enabled {
        true => (value, 1),
        false => (&mut shown, 0),
    };
    let slider = Slider::new(value, least..=most)
        .text(name)
        .logarithmic(most > 64)
        .step_by(1.0);
    let response = ui.add_enabled(enabled, slider);
    if !enabled {
        response.on_disabled_hover_text("The one budget sets this rank");
    }
}

fn budget_card(ui: &mut egui::Ui, settings: &mut Settings, rows: usize, cols: usize) {
    Frame::group(ui.style()).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let mut matched = settings.matched.is_some();
        let hint = "One budget for all methods; every rank is the largest that it pays for";
        if ui
            .checkbox(&mut matched, "Match budgets")
            .on_hover_text(hint)
            .changed()
        {
            settings.matched = matched.then(BudgetRule::default);
            if matched {
                settings.adaptive.budget = lora_params(settings, rows, cols);
            } else {
                keep_ranks(settings);
            }
        }
        let Some(rule) = &mut settings.matched else {
            return;
        };
        for choice in [BudgetRule::EqualParameters, BudgetRule::SectionTwoE] {
            ui.radio_value(rule, choice, choice.describe());
        }
        budget_slider(ui, &mut settings.adaptive.budget, rows, cols);
    });
}

/// Leaves matched ranks behind as they are; one that the budget did not pay for becomes 1.
fn keep_ranks(settings: &mut Settings) {
    for rank in [
        &mut settings.lora.rank,
        &mut settings.melora.rank,
        &mut settings.localized.rank,
    ] {
        *rank = (*rank).max(1);
    }
}

fn lora_params(settings: &Settings, rows: usize, cols: usize) -> usize {
    settings.lora.rank.min(rows.min(cols)) * (rows + cols)
}

fn budget_slider(ui: &mut egui::Ui, budget: &mut usize, rows: usize, cols: usize) {
    let step = rows + cols;
    let most = (rows.min(cols) * step).max(2);
    ui.add(
        Slider::new(budget, 2..=most)
            .text("budget")
            .logarithmic(most > 20_000)
            .clamping(egui::SliderClamping::Edits),
    )
    .on_hover_text(format!("Parameters; one rank of LoRA costs {step}"));
}

/// Begins beside Localized, on its grid and with as many parameters, so that the two compare.
fn begin_adaptive(settings: &mut Settings, rows: usize, cols: usize) {
    if settings.adaptive.painted.is_some() {
        return;
    }
    settings.adaptive.grid = settings.localized.grid;
    if settings.matched.is_none() {
        settings.adaptive.budget = localized_parameters(settings, rows, cols);
    }
}

fn adaptive(ui: &mut egui::Ui, settings: &mut Settings, rows: usize, cols: usize) {
    let side = rows.min(cols).max(1);
    slider(ui, &mut settings.adaptive.grid, side, "grid K", true);
    if settings.matched.is_none() && settings.adaptive.painted.is_none() {
        budget_slider(ui, &mut settings.adaptive.budget, rows, cols);
    }
    if settings.adaptive.painted.is_some() {
        // Wrapped, so that the panel does not grow when a block is painted.
        ui.horizontal_wrapped(|ui| {
            ui.label("ranks are painted by hand");
            if ui.button("Choose them again").clicked() {
                settings.adaptive.painted = None;
            }
        });
    } else {
        ui.label(RichText::new("Which triplets were kept is not counted").small());
    }
}

/// The same method in the words of Hugging Face PEFT.
fn gralora(ui: &mut egui::Ui, settings: &Settings) {
    let s = settings.localized;
    let text = format!("GraLoRA: gralora_k = {}, r = {}", s.grid, s.grid * s.rank);
    ui.label(RichText::new(text).small()).on_hover_text(
        "Localized LoRA's twin in Hugging Face PEFT (arXiv 2505.20355): r = K · r_block",
    );
}

fn max_rank(rows: usize, cols: usize, kind: LayoutKind) -> usize {
    BlockLayout::new(rows, cols, kind).map_or(1, |layout| layout.max_rank())
}

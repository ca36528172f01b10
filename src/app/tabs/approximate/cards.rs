//! A card per method with its sliders. They show what this matrix takes of the wanted settings, and
//! say why where that is something else.

use eframe::egui::{self, Frame, RichText};

use super::knobs::{fixed, line, slider};
use super::shared_budget;
use crate::analysis::localized_parameters;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme;
use crate::approx::budget::parameters;
use crate::approx::{LayoutKind, Method};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::{Fitted, Settings};

/// The matrix's shape and the settings as it takes them.
pub struct Fit {
    /// Rows and columns.
    pub shape: (usize, usize),
    /// What is computed on it.
    pub fitted: Fitted,
}

impl Fit {
    fn most_segments(&self) -> usize {
        self.shape.0.min(self.shape.1)
    }

    /// The largest rank of a block when each side is cut into `segments`.
    fn most_rank(&self, segments: usize) -> usize {
        let (rows, cols) = self.shape;
        rows.div_ceil(segments.max(1))
            .min(cols.div_ceil(segments.max(1)))
    }

    /// What the blocks of a method are: `16 blocks of 7 × 7, 224 parameters per rank`.
    fn blocks(&self, kind: LayoutKind, count: usize) -> String {
        let (rows, cols) = self.shape;
        let segments = kind.segments().max(1);
        let (height, width) = (rows.div_ceil(segments), cols.div_ceil(segments));
        let even = rows.is_multiple_of(segments) && cols.is_multiple_of(segments);
        let blocks = match (count, even) {
            (1, _) => format!("1 block of {height} × {width}"),
            (_, true) => format!("{} blocks of {height} × {width}", label::count(count)),
            (_, false) => format!("{} blocks up to {height} × {width}", label::count(count)),
        };
        let cost = parameters(rows, cols, kind, 1).map_or(0, |cost| cost);
        format!("{blocks}; rank 1 costs {}", label::count(cost))
    }
}

/// Draws the cards; `settings` changes as the user drags and types, and not by being drawn.
pub fn show(ui: &mut egui::Ui, state: &State, settings: &mut Settings, theme: Theme) {
    let shape = state
        .analysis
        .as_ref()
        .map_or((28, 28), |analysis| analysis.loaded.matrix.shape());
    let fit = Fit {
        shape,
        fitted: settings.fitted(shape.0, shape.1),
    };
    shared_budget::show(ui, state, settings, &fit);
    let used = &fit.fitted.settings;
    card(ui, Method::Lora, theme, |ui| {
        let most = fit.most_rank(1);
        let rank = &mut settings.lora.rank;
        rank_slider(ui, used, rank, used.lora.rank, most, "rank r");
        told(ui, &fit, Method::Lora, &fit.blocks(LayoutKind::Grid(1), 1));
    });
    card(ui, Method::Melora, theme, |ui| {
        let blocks = used.melora.blocks;
        let most = fit.most_segments();
        slider(ui, &mut settings.melora.blocks, blocks, most, "blocks N");
        let most = fit.most_rank(blocks);
        let rank = &mut settings.melora.rank;
        rank_slider(ui, used, rank, used.melora.rank, most, "rank r_diag");
        let kind = LayoutKind::Diagonal(blocks);
        told(ui, &fit, Method::Melora, &fit.blocks(kind, blocks));
    });
    card(ui, Method::Localized, theme, |ui| {
        let grid = used.localized.grid;
        let most = fit.most_segments();
        slider(ui, &mut settings.localized.grid, grid, most, "grid K");
        let most = fit.most_rank(grid);
        let rank = &mut settings.localized.rank;
        rank_slider(ui, used, rank, used.localized.rank, most, "rank r_block");
        gralora(ui, &fit);
    });
    card(ui, Method::LocalizedAdaptive, theme, |ui| {
        let shown = ui
            .checkbox(&mut settings.show_adaptive, "Choose a rank for each block")
            .on_hover_text(
                "r_ij (II.C): spend the budget on the triplets with the largest σ² per parameter",
            );
        if shown.changed() && settings.show_adaptive {
            begin_adaptive(settings, &fit);
        }
        if settings.show_adaptive {
            adaptive(ui, settings, &fit);
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

/// A rank's slider; one that the shared budget sets cannot be moved.
fn rank_slider(
    ui: &mut egui::Ui,
    used: &Settings,
    wanted: &mut usize,
    shown: usize,
    most: usize,
    name: &str,
) {
    match used.matched {
        None => slider(ui, wanted, shown, most, name),
        Some(_) => fixed(ui, shown, most, name),
    }
}

/// Why the settings above it are not the wanted ones, else what their blocks are.
fn told(ui: &mut egui::Ui, fit: &Fit, method: Method, otherwise: &str) {
    line(ui, &fit.fitted.reasons(method), otherwise);
}

/// Begins beside Localized, on its grid and with as many parameters, so that the two compare.
fn begin_adaptive(settings: &mut Settings, fit: &Fit) {
    if settings.adaptive.painted.is_some() {
        return;
    }
    settings.adaptive.grid = settings.localized.grid;
    if settings.matched.is_none() {
        let (rows, cols) = fit.shape;
        settings.adaptive.budget = localized_parameters(&fit.fitted.settings, rows, cols);
    }
}

fn adaptive(ui: &mut egui::Ui, settings: &mut Settings, fit: &Fit) {
    let used = &fit.fitted.settings.adaptive;
    let most = fit.most_segments();
    slider(ui, &mut settings.adaptive.grid, used.grid, most, "grid K");
    if settings.matched.is_none() && used.painted.is_none() {
        shared_budget::slider(ui, &mut settings.adaptive.budget, fit.shape, &[]);
    }
    let by_hand = used.painted.is_some();
    let reasons = fit.fitted.reasons(Method::LocalizedAdaptive);
    ui.horizontal(|ui| {
        if by_hand {
            if ui.small_button("Choose automatically").clicked() {
                settings.adaptive.painted = None;
            }
            line(ui, &reasons, "Ranks set by hand");
        } else {
            let counted = "The cost of recording which triplets were kept is not included";
            line(ui, &reasons, counted);
        }
    });
}

/// The same method in the words of Hugging Face PEFT.
fn gralora(ui: &mut egui::Ui, fit: &Fit) {
    let s = fit.fitted.settings.localized;
    let text = format!("GraLoRA: gralora_k = {}, r = {}", s.grid, s.grid * s.rank);
    let reasons = fit.fitted.reasons(Method::Localized);
    ui.scope(|ui| line(ui, &reasons, &text))
        .response
        .on_hover_text(format!(
            "{text}: Localized LoRA's twin in Hugging Face PEFT (arXiv 2505.20355), r = K · r_block\n{}",
            fit.blocks(LayoutKind::Grid(s.grid), s.grid * s.grid)
        ));
}

//! The fields of a scan's settings.

use eframe::egui;

use crate::analysis::{OpenModel, PATTERNS_MEAN, ScanSettings, split_patterns};
use crate::app::widgets::knobs::whole;

/// The settings of the next scan.
pub struct ScanFields {
    /// LoRA's rank.
    pub budget_rank: usize,
    /// Localized's K and MELoRA's N.
    pub grid: usize,
    /// The most random orders of a locality test.
    pub draws: usize,
    /// Chooses the random orders.
    pub seed: usize,
    /// Patterns with commas between.
    pub layers: String,
}

impl Default for ScanFields {
    fn default() -> Self {
        Self {
            budget_rank: 8,
            grid: 4,
            draws: 100,
            seed: 0,
            layers: String::new(),
        }
    }
}

impl ScanFields {
    /// The patterns of the names of layers; all layers without.
    pub fn patterns(&self) -> Vec<String> {
        let patterns = split_patterns(&self.layers).into_iter();
        patterns.filter(|pattern| !pattern.is_empty()).collect()
    }

    /// The settings for a model.
    pub fn settings(&self, model: &OpenModel) -> ScanSettings {
        ScanSettings {
            model: model.path.clone(),
            subtract: model.base.as_ref().map(|base| base.path.clone()),
            budget_rank: self.budget_rank,
            grid: self.grid,
            draws: self.draws,
            seed: self.seed as u64,
        }
    }

    /// Draws them.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        ui.horizontal_wrapped(|ui| {
            for (name, value, least, most, hint) in [
                (
                    "Budget rank",
                    &mut self.budget_rank,
                    1,
                    4096,
                    "Every structure gets the parameters of LoRA at this rank",
                ),
                (
                    "Grid K",
                    &mut self.grid,
                    1,
                    1024,
                    "Localized’s K, at rank R/K, and MELoRA’s number of blocks N",
                ),
                (
                    "Draws",
                    &mut self.draws,
                    0,
                    100_000,
                    "At most so many random orders for the locality test of a layer; 0 for none",
                ),
                (
                    "Seed",
                    &mut self.seed,
                    0,
                    u32::MAX as usize,
                    "Chooses the random orders",
                ),
            ] {
                let label = ui.label(name);
                ui.add(whole(value, least, most))
                    .labelled_by(label.id)
                    .on_hover_text(hint);
            }
            let label = ui.label("Layers");
            let field = egui::TextEdit::singleline(&mut self.layers)
                .hint_text("all; or *.attn.*, layers.?.q*")
                .desired_width(170.0);
            ui.add(field)
                .labelled_by(label.id)
                .on_hover_text(PATTERNS_MEAN);
        });
    }
}

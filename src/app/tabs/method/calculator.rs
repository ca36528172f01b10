//! Section II.E's comparison of parameters, for any d, r and N.

use eframe::egui::{self, RichText, Slider};

use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::knobs::ranged;
use crate::approx::budget::{BudgetRule, matched_rank};
use crate::approx::{
    BlockLayout, LayoutKind, LocalizedSettings, LoraSettings, MeloraSettings, MethodSettings,
};
use crate::figure::label;
use crate::figure::palette::Theme;

/// The calculator's three numbers; they begin as the paper's example.
pub struct Calculator {
    side: usize,
    rank: usize,
    blocks: usize,
    grid: usize,
}

impl Default for Calculator {
    fn default() -> Self {
        Self {
            side: 256,
            rank: 16,
            blocks: 4,
            grid: 2,
        }
    }
}

/// One line of the calculator.
struct CalculatorLine {
    settings: MethodSettings,
    params: usize,
    unused: usize,
}

impl Calculator {
    /// Draws the sliders and the counts by both budget rules.
    pub fn ui(&mut self, ui: &mut egui::Ui, theme: Theme) {
        ui.heading("Trainable parameters (section II.E)");
        ui.add(
            Slider::new(&mut self.side, 2..=8192)
                .logarithmic(true)
                .text("d, the side"),
        );
        let most = |limit: usize| self.side.min(limit);
        let (ranks, segments) = (1..=most(256), 1..=most(64));
        ranged(ui, &mut self.rank, ranks, "r, LoRA's rank", false);
        ranged(
            ui,
            &mut self.blocks,
            segments.clone(),
            "N, MELoRA's blocks",
            false,
        );
        let fitting = self.fitting();
        ui.horizontal(|ui| {
            ranged(ui, &mut self.grid, segments, "K, the grid", false);
            let root = fitting.blocks.isqrt();
            if ui
                .add_enabled(root * root == fitting.blocks, egui::Button::new("K² = N"))
                .on_hover_text("As the paper sets K: the square root of N")
                .on_disabled_hover_text("N is not a square number")
                .clicked()
            {
                self.grid = root;
            }
        });
        for rule in [BudgetRule::SectionTwoE, BudgetRule::EqualParameters] {
            ui.add_space(4.0);
            ui.label(RichText::new(rule.describe()).strong());
            fitting.table(ui, rule, theme);
        }
    }

    /// The numbers as a matrix of this side takes them.
    fn fitting(&self) -> Self {
        let fit = |wanted: usize, most: usize| wanted.clamp(1, self.side.min(most));
        Self {
            side: self.side,
            rank: fit(self.rank, 256),
            blocks: fit(self.blocks, 64),
            grid: fit(self.grid, 64),
        }
    }

    fn table(&self, ui: &mut egui::Ui, rule: BudgetRule, theme: Theme) {
        egui::Grid::new(rule.describe())
            .striped(true)
            .spacing([18.0, 3.0])
            .show(ui, |ui| {
                for line in self.lines(rule) {
                    let method = line.settings.method();
                    let color = color32(theme::method_text(method, theme));
                    ui.label(RichText::new(method.title()).color(color));
                    ui.label(line.settings.describe());
                    ui.strong(label::count(line.params));
                    ui.label(match line.unused {
                        0 => String::new(),
                        unused => format!(
                            "{} of the budget unused (rank rounded down)",
                            label::count(unused)
                        ),
                    });
                    ui.end_row();
                }
            });
    }

    fn lines(&self, rule: BudgetRule) -> Vec<CalculatorLine> {
        let d = self.side;
        let lora = BlockLayout::new(d, d, LayoutKind::Grid(1)).map_or(0, |layout| {
            layout.parameters(&layout.uniform_ranks(self.rank))
        });
        let budget = rule.local_budget(lora, self.blocks);
        let mut lines = vec![CalculatorLine {
            settings: MethodSettings::Lora(LoraSettings { rank: self.rank }),
            params: lora,
            unused: 0,
        }];
        let (blocks, grid) = (self.blocks, self.grid);
        let melora = |rank| MethodSettings::Melora(MeloraSettings { blocks, rank });
        let localized = |rank| MethodSettings::Localized(LocalizedSettings { grid, rank });
        let at_rank: [&dyn Fn(usize) -> MethodSettings; 2] = [&melora, &localized];
        for settings in at_rank {
            if let Ok(matched) = matched_rank(d, d, settings(1).layout(), budget) {
                lines.push(CalculatorLine {
                    settings: settings(matched.rank),
                    params: matched.params,
                    unused: matched.unused,
                });
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_on_the_papers_example() {
        let counts = |rule| -> Vec<usize> {
            Calculator::default()
                .lines(rule)
                .iter()
                .map(|line| line.params)
                .collect()
        };
        assert_eq!(counts(BudgetRule::SectionTwoE), [8192, 2048, 2048]);
        assert_eq!(counts(BudgetRule::EqualParameters), [8192, 8192, 8192]);
    }
}

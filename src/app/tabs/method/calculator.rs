//! Section II.E's comparison of parameters, for any d, r and N.

use eframe::egui::{self, RichText, Slider, TextStyle};

use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::knobs::ranged;
use crate::app::widgets::plot::typeset;
use crate::approx::budget::{BudgetRule, parameters};
use crate::approx::{LayoutKind, Method, MethodSettings};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Settings;

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

/// One line of the calculator: a method at the rank that its share pays for.
struct CalculatorLine {
    settings: MethodSettings,
    share: usize,
    /// Its parameters, or why it has none.
    params: Result<usize, String>,
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
        let font = TextStyle::Body.resolve(ui.style());
        let ink = ui.visuals().text_color();
        egui::Grid::new(rule.describe())
            .striped(true)
            .spacing([18.0, 3.0])
            .show(ui, |ui| {
                for line in self.lines(rule) {
                    let method = line.settings.method();
                    let color = color32(theme::method_text(method, theme));
                    ui.label(RichText::new(method.title()).color(color));
                    ui.label(typeset(&line.settings.describe(), &font, ink));
                    match &line.params {
                        Ok(params) => {
                            ui.strong(label::count(*params));
                            ui.label(unused(*params, line.share));
                        }
                        Err(why) => {
                            ui.label("–");
                            ui.label(why);
                        }
                    }
                    ui.end_row();
                }
            });
    }

    /// Every method within its share of what LoRA has at this rank.
    fn lines(&self, rule: BudgetRule) -> Vec<CalculatorLine> {
        let d = self.side;
        let lora = parameters(d, d, LayoutKind::Grid(1), self.rank).unwrap_or(0);
        let mut wanted = Settings {
            matched: Some(rule),
            ..Settings::default()
        };
        wanted.adaptive.budget = lora;
        wanted.melora.blocks = self.blocks;
        wanted.localized.grid = self.grid;
        wanted.adaptive.grid = self.grid;
        wanted.rectangular_grid.grid_rows = self.grid;
        wanted.rectangular_grid.grid_cols = self.grid;
        wanted.row_strips.blocks = self.blocks;
        wanted.column_strips.blocks = self.blocks;
        let fitted = wanted.fitted(d, d).settings;
        let line = |method: Method| {
            let settings = fitted.of(method);
            let share = fitted.share_of_budget(method);
            let params = match (
                fitted.unaffordable(d, d, &settings),
                settings.uniform_rank(),
            ) {
                (Some(why), _) => Err(why),
                (None, Some(rank)) => {
                    parameters(d, d, settings.layout(), rank).map_err(|error| error.to_string())
                }
                // Ranks for each block may spend all of it.
                (None, None) => Ok(share),
            };
            CalculatorLine {
                settings,
                share,
                params,
            }
        };
        Method::ALL.iter().copied().map(line).collect()
    }
}

/// What of a share is left over.
fn unused(params: usize, share: usize) -> String {
    match share.saturating_sub(params) {
        0 => String::new(),
        unused => format!(
            "{} of the budget unused (rank rounded down)",
            label::count(unused)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_on_the_papers_example() {
        let counts = |rule| -> Vec<usize> {
            let lines = Calculator::default().lines(rule);
            let counts = lines.into_iter().filter_map(|line| line.params.ok());
            counts.take(3).collect()
        };
        assert_eq!(counts(BudgetRule::SectionTwoE), [8192, 2048, 2048]);
        assert_eq!(counts(BudgetRule::EqualParameters), [8192, 8192, 8192]);
    }
}

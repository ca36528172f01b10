//! The methods, with the present numbers in the formulas, and what the paper reports
//! beside what this program measured.

mod calculator;
mod measured;

use eframe::egui::{self, RichText};

use crate::analysis::{Analysis, Outcome};
use crate::app::command::Command;
use crate::app::page::Page;
use crate::app::state::{State, Tab};
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::focus;
use crate::approx::{BlockLayout, Method, MethodSettings, Pieces};
use crate::figure::label;
use crate::figure::palette::Theme;

use calculator::Calculator;
use measured::Measurement;

/// The tab.
pub const TAB: Tab = Tab::new("method", "Method", egui::Key::Num3);

/// The tab: its calculator and its measurements.
#[derive(Default)]
pub struct MethodTab {
    calculator: Calculator,
    measured: Measurement,
}

impl Page for MethodTab {
    fn tab(&self) -> Tab {
        TAB
    }

    fn receive(&mut self, _state: &mut State) {
        self.measured.background.receive();
    }

    fn busy(&self) -> bool {
        self.measured.background.busy()
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, _out: &mut Vec<Command>) {
        egui::CentralPanel::default().show(ui, |ui| {
            focus::content(ui);
            egui::ScrollArea::vertical()
                .auto_shrink(false)
                .show(ui, |ui| {
                    ui.set_max_width(ui.available_width().min(READABLE));
                    definitions(ui, state.analysis.as_deref(), theme);
                    ui.separator();
                    self.calculator.ui(ui, theme);
                    ui.separator();
                    self.measured.ui(ui, state.trained.as_deref());
                    focus::follow(ui);
                });
        });
    }
}

/// Lines longer than this are hard to read.
const READABLE: f32 = 920.0;

fn definitions(ui: &mut egui::Ui, analysis: Option<&Analysis>, theme: Theme) {
    ui.heading("The approximations (section II)");
    ui.label(
        "Every method covers the m × n matrix W with disjoint blocks and keeps the first k \
         singular triplets of each: the best approximation of that rank (Eckart–Young). \
         A p × q block at rank k costs k (p + q) parameters. \
         error = ‖W − Ŵ‖ / ‖W‖, in the Frobenius norm (III.A).",
    );
    for method in Method::ALL.iter().copied() {
        ui.add_space(6.0);
        let color = color32(theme::method_text(method, theme));
        ui.label(RichText::new(method.title()).strong().color(color));
        ui.label(method.definition().about);
        let outcome = analysis.and_then(|a| a.outcome_of(method));
        if let (Some(analysis), Some(outcome)) = (analysis, outcome) {
            ui.label(RichText::new(present(analysis, outcome)).monospace());
        }
    }
    ui.add_space(6.0);
    ui.label(
        "If N or K does not divide a side, the first blocks are one row or column larger. In Hugging Face PEFT \
         Localized LoRA's twin is GraLoRA (arXiv 2505.20355): gralora_k = K, r = K · r_block.",
    );
}

/// The parameter count and the error with the present numbers in them.
fn present(analysis: &Analysis, outcome: &Outcome) -> String {
    let e = &outcome.evaluation;
    format!(
        "{}: {} = {} parameters, error {}",
        analysis.name(),
        sum(&e.settings, outcome.factors.layout(), &e.ranks),
        label::count(e.params),
        label::error(e.error)
    )
}

/// The formula of the parameter count: the method's own where all blocks are alike.
fn sum(settings: &MethodSettings, layout: &BlockLayout, ranks: &[usize]) -> String {
    let blocks = layout.blocks();
    let (Some(first), Some(rank)) = (blocks.first(), ranks.first()) else {
        return "0".to_owned();
    };
    let sides = first.sides();
    let alike = ranks.iter().all(|k| k == rank) && blocks.iter().all(|b| b.sides() == sides);
    match alike {
        true => settings.configured().cost(*rank, sides),
        false => {
            let each = || blocks.iter().zip(ranks);
            let whole = each().filter(|(block, _)| block.pieces() == Pieces::Whole);
            let (whole, count) = (whole.count(), blocks.len());
            let total = ranks.iter().sum::<usize>() - whole;
            let sum = format!(
                "Σ k (p + q) over {} blocks with {total} triplets",
                count - whole
            );
            match whole {
                0 => sum,
                _ => format!("{sum} + Σ p q over {whole} blocks stored entry by entry"),
            }
        }
    }
}

//! Definitions 1 and 2, equations 1 to 4, and every method with the present numbers in its formula.

use eframe::egui::{self, RichText, TextStyle};

use crate::analysis::{Analysis, Outcome};
use crate::app::texture::color32;
use crate::app::theme;
use crate::app::widgets::formula::{Term, equation};
use crate::app::widgets::plot::formula;
use crate::approx::{BlockLayout, Method, MethodSettings, Pieces};
use crate::figure::label;
use crate::figure::palette::Theme;

/// Draws them.
pub fn show(ui: &mut egui::Ui, analysis: Option<&Analysis>, theme: Theme) {
    definitions(ui, analysis);
    ui.separator();
    equations(ui);
    ui.separator();
    methods(ui, analysis, theme);
}

/// The tab in one sentence.
const PURPOSE: &str = "A large matrix is replaced by products of thin ones, which have far fewer \
    numbers; the methods differ in which part of the matrix each product stands for.";

fn definitions(ui: &mut egui::Ui, analysis: Option<&Analysis>) {
    prose(ui, PURPOSE);
    ui.add_space(6.0);
    ui.heading("Definitions (section II.A)");
    ui.label(
        "Definition 1. A matrix M of m × n is globally low-rank if its rank is much smaller than its \
         sides:",
    );
    equation(ui, &[Term::Text("rank(M) = r ≪ min(m, n)")], "");
    if let Some(analysis) = analysis {
        let (rows, cols) = analysis.shape();
        present(
            ui,
            &format!(
                "{}: rank {}, min({rows}, {cols}) = {}",
                analysis.name(),
                analysis.rank,
                rows.min(cols)
            ),
        );
    }
    prose(
        ui,
        "Definition 2. It is locally low-rank if it can be cut into submatrices M_k of m_k × n_k that \
         are:",
    );
    equation(
        ui,
        &[Term::Text("rank(M_k) = r_k ≪ min(m_k, n_k)   for all k")],
        "",
    );
    if let Some((analysis, ranks)) = analysis.and_then(|one| Some((one, block_ranks(one)?))) {
        present(ui, &format!("{}: {ranks}", analysis.name()));
    }
}

/// *the blocks of K = 2 have ranks 5, 9, 8 and 10, of at most 14*.
fn block_ranks(analysis: &Analysis) -> Option<String> {
    const MOST: usize = 16;
    let outcome = analysis.outcome_of(Method::Localized)?;
    let spectra = &outcome.factors.spectra;
    let blocks = spectra.layout.blocks();
    let ranks: Vec<usize> = (0..blocks.len())
        .map(|block| spectra.numerical_rank(block))
        .collect();
    let setting = outcome.evaluation.settings.describe_segments();
    let most = blocks.iter().map(crate::approx::Block::max_rank).max()?;
    let told = match ranks.len() <= MOST {
        true => {
            let all: Vec<String> = ranks.iter().map(usize::to_string).collect();
            all.join(", ")
        }
        false => {
            let [least, most] = [ranks.iter().min()?, ranks.iter().max()?];
            label::span(&least.to_string(), &most.to_string())
        }
    };
    Some(format!(
        "ranks of the blocks with {setting}: {told}, of at most {most}"
    ))
}

fn equations(ui: &mut egui::Ui) {
    ui.heading("The updates (sections II.B to II.D)");
    ui.label("LoRA adds one product of two thin matrices to the frozen weight:");
    equation(ui, &[Term::Text("W* = W + ΔW = W + B A")], "(1)");
    ui.label(
        "Localized LoRA cuts the weight into K × K blocks and gives each a product of its own:",
    );
    let blocks: &[&[&str]] = &[
        &["B_11 A_11", "⋯", "B_1K A_1K"],
        &["⋮", "⋱", "⋮"],
        &["B_K1 A_K1", "⋯", "B_KK A_KK"],
    ];
    equation(
        ui,
        &[Term::Text("ℬ⟦B_ij, A_ij⟧ = "), Term::Matrix(blocks)],
        "(2)",
    );
    equation(ui, &[Term::Text("W* = W + ℬ⟦B_ij, A_ij⟧")], "(3)");
    ui.label("MELoRA has products on the diagonal only:");
    let diagonal: &[&[&str]] = &[
        &["B_1 A_1", "0", "⋯", "0"],
        &["0", "B_2 A_2", "⋯", "0"],
        &["⋮", "⋮", "⋱", "⋮"],
        &["0", "0", "⋯", "B_N A_N"],
    ];
    equation(
        ui,
        &[Term::Text("D⟦B_i, A_i⟧ = "), Term::Matrix(diagonal)],
        "(4)",
    );
}

fn methods(ui: &mut egui::Ui, analysis: Option<&Analysis>, theme: Theme) {
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
        prose(ui, method.definition().about);
        let outcome = analysis.and_then(|a| a.outcome_of(method));
        if let (Some(analysis), Some(outcome)) = (analysis, outcome) {
            present(ui, &counted(analysis, outcome));
        }
    }
    ui.add_space(6.0);
    prose(
        ui,
        "If N or K does not divide a side, the first blocks are one row or column larger. In Hugging Face PEFT \
         Localized LoRA’s twin is GraLoRA (arXiv 2505.20355): gralora_k = K, r = K · r_block.",
    );
}

/// Sentences in which letters may have an index.
fn prose(ui: &mut egui::Ui, text: &str) {
    let font = TextStyle::Body.resolve(ui.style());
    let text = formula(&label::unbroken(text), &font, ui.visuals().text_color());
    ui.add(egui::Label::new(text).wrap());
}

/// A line with the present numbers in it.
fn present(ui: &mut egui::Ui, text: &str) {
    let font = TextStyle::Monospace.resolve(ui.style());
    let text = formula(text, &font, ui.visuals().strong_text_color());
    ui.add(egui::Label::new(text).wrap());
}

/// The parameter count and the error with the present numbers in them.
fn counted(analysis: &Analysis, outcome: &Outcome) -> String {
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

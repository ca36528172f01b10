//! What the program is, and the paper that it is about.

use eframe::egui::{self, RichText};

use super::TITLE;
use super::command::Command;
use super::state::State;

const PAPER: &str = "Localized LoRA: A Structured Low-Rank Approximation for Efficient Fine-Tuning";

const AUTHOR: &str = "Babak Barazandeh, University of Southern California, 2025";

const LINK: &str = "https://arxiv.org/abs/2506.00236";

/// The paper for a bibliography.
pub const BIBTEX: &str = "\
@misc{barazandeh2025localized,
  title         = {Localized {LoRA}: A Structured Low-Rank Approximation
                   for Efficient Fine-Tuning},
  author        = {Barazandeh, Babak},
  year          = {2025},
  eprint        = {2506.00236},
  archivePrefix = {arXiv},
  url           = {https://arxiv.org/abs/2506.00236}
}";

/// Draws the window while it is open.
pub fn show(ctx: &egui::Context, state: &mut State, out: &mut Vec<Command>) {
    let mut open = state.about;
    egui::Window::new("About")
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .default_width(500.0)
        .vscroll(true)
        .pivot(egui::Align2::CENTER_CENTER)
        .default_pos(ctx.content_rect().center())
        .show(ctx, |ui| {
            let version = env!("CARGO_PKG_VERSION");
            ui.label(RichText::new(TITLE).strong().size(18.0));
            ui.label(format!(
                "Version {version}, licensed under MIT or Apache-2.0"
            ));
            ui.label(
                "Approximates any matrix by LoRA, MELoRA and Localized LoRA at equal parameters, \
                 to check by eye and by number what the paper claims.",
            );
            ui.separator();
            ui.label("The paper");
            ui.strong(PAPER);
            ui.label(AUTHOR);
            ui.hyperlink_to("arXiv:2506.00236", LINK);
            ui.add_space(6.0);
            ui.label(RichText::new(BIBTEX).monospace().small());
            if ui.button("Copy BibTeX").clicked() {
                out.push(Command::CopyText(BIBTEX.to_owned()));
            }
        });
    state.about = open;
}

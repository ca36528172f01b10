//! The numbers of all methods, and of pinned results, as one table.

use eframe::egui::{self, RichText};

use super::figures;
use super::job::{Analysis, MethodResult};
use crate::analysis::notes;
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme::method_text;
use crate::approx::Evaluation;
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the table with its copy menu.
pub fn show(ui: &mut egui::Ui, state: &State, theme: Theme, out: &mut Vec<Command>) {
    let Some(analysis) = &state.analysis else {
        return;
    };
    ui.horizontal(|ui| {
        ui.strong("Results");
        ui.menu_button("Copy table", |ui| copy_menu(ui, analysis, out))
            .response
            .on_hover_text("As text, CSV or LaTeX");
        Command::Pin.button(ui, out);
        if !state.pinned.is_empty() {
            Command::Unpin.button(ui, out);
        }
    });
    egui::ScrollArea::horizontal().show(ui, |ui| {
        egui::Grid::new("results")
            .striped(true)
            .spacing([18.0, 3.0])
            .show(ui, |ui| {
                for head in ["Method", "Setting", "Parameters", "Share", "Error", "Notes"] {
                    ui.label(RichText::new(head).small());
                }
                ui.end_row();
                for method in &analysis.methods {
                    row(ui, method, &analysis.session.settings, theme, None);
                }
                for (number, pinned) in state.pinned.iter().enumerate() {
                    let name = format!("{} · pinned {}", pinned.loaded.name, number + 1);
                    for method in &pinned.methods {
                        row(ui, method, &pinned.session.settings, theme, Some(&name));
                    }
                }
            });
    });
}

fn row(
    ui: &mut egui::Ui,
    method: &MethodResult,
    settings: &Settings,
    theme: Theme,
    pinned: Option<&str>,
) {
    let kind = method.settings.method();
    let title = RichText::new(kind.title()).color(color32(method_text(kind, theme)));
    ui.label(if pinned.is_some() {
        title
    } else {
        title.strong()
    });
    ui.label(method.settings.describe());
    match &method.outcome {
        Ok(outcome) => {
            let e = &outcome.evaluation;
            ui.label(e.params.to_string());
            ui.label(format!("{:.1} %", 100.0 * e.share));
            ui.label(RichText::new(format!("{:.4}", e.error)).strong());
            let notes: Vec<String> = pinned
                .map(str::to_owned)
                .into_iter()
                .chain(brief_notes(e, settings))
                .collect();
            let text = notes.join(" · ");
            let label = egui::Label::new(RichText::new(&text).small());
            ui.add(label.extend());
        }
        Err(reason) => {
            for _ in 0..3 {
                ui.label("–");
            }
            ui.label(RichText::new(reason).small());
        }
    }
    ui.end_row();
}

/// What a reader of the number should know; the row's head names the method already.
fn brief_notes(evaluation: &Evaluation, settings: &Settings) -> Vec<String> {
    let prefix = format!("{}: ", evaluation.method().title());
    notes(evaluation, settings)
        .into_iter()
        .map(|note| {
            note.strip_prefix(&prefix)
                .map(str::to_owned)
                .unwrap_or(note)
        })
        .collect()
}

fn copy_menu(ui: &mut egui::Ui, analysis: &Analysis, out: &mut Vec<Command>) {
    let table = figures::comparison(analysis, Theme::Light);
    for (name, text) in [
        ("As text", table.to_text()),
        ("As CSV", table.to_csv()),
        ("As LaTeX", table.to_latex()),
    ] {
        if ui.button(name).clicked() {
            out.push(Command::CopyText(text));
            ui.close();
        }
    }
}

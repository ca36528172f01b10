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
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the table with its copy menu.
pub fn show(ui: &mut egui::Ui, state: &State, theme: Theme, out: &mut Vec<Command>) {
    let Some(analysis) = &state.analysis else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.strong("Results");
        ui.menu_button("Copy table", |ui| copy_menu(ui, analysis, out))
            .response
            .on_hover_text("As text, CSV or LaTeX");
        Command::Pin.button(ui, out);
        if !state.pinned.is_empty() {
            Command::Unpin.button(ui, out);
        }
    });
    let beside = ui
        .horizontal_top(|ui| {
            rows(ui, state, analysis, theme);
            let room = ui.available_width() >= NOTES_WIDTH;
            if room {
                ui.add_space(12.0);
                ui.vertical(|ui| notes_of(ui, analysis, theme));
            }
            room
        })
        .inner;
    if !beside {
        notes_of(ui, analysis, theme);
    }
}

/// With less room than this beside the table, the notes stand below it.
const NOTES_WIDTH: f32 = 260.0;

/// More pinned results than fit here scroll, so that the plots stay in view.
const MOST_HEIGHT: f32 = 192.0;

fn rows(ui: &mut egui::Ui, state: &State, analysis: &Analysis, theme: Theme) {
    egui::ScrollArea::both()
        .id_salt("results")
        .max_height(MOST_HEIGHT)
        .min_scrolled_height(MOST_HEIGHT)
        .show(ui, |ui| {
            egui::Grid::new("results")
                .striped(true)
                .spacing([18.0, 3.0])
                .show(ui, |ui| {
                    for head in ["Method", "Setting", "Parameters", "Share", "Error"] {
                        ui.label(RichText::new(head).small());
                    }
                    ui.end_row();
                    for method in &analysis.methods {
                        row(ui, method, theme, None);
                    }
                    for (number, pinned) in state.pinned.iter().enumerate() {
                        let name = format!("pinned {}: {}", number + 1, pinned.name());
                        for method in &pinned.methods {
                            row(ui, method, theme, Some(&name));
                        }
                    }
                });
        });
}

fn row(ui: &mut egui::Ui, method: &MethodResult, theme: Theme, pinned: Option<&str>) {
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
            ui.label(label::count(e.params));
            ui.label(label::percent(e.share));
            ui.label(RichText::new(format!("{:.4}", e.error)).strong());
        }
        Err(_) => {
            for _ in 0..3 {
                ui.label("–");
            }
        }
    }
    if let Some(name) = pinned {
        ui.label(RichText::new(name).small());
    }
    ui.end_row();
}

/// What a reader of the numbers should know, under the names of their methods.
fn notes_of(ui: &mut egui::Ui, analysis: &Analysis, theme: Theme) {
    for method in &analysis.methods {
        let notes = match &method.outcome {
            Ok(outcome) => brief_notes(&outcome.evaluation, &analysis.session.settings),
            Err(reason) => vec![reason.clone()],
        };
        if notes.is_empty() {
            continue;
        }
        let kind = method.settings.method();
        let color = color32(method_text(kind, theme));
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label(RichText::new(kind.title()).small().color(color));
            ui.label(RichText::new(notes.join(" · ")).small());
        });
    }
}

/// What a reader of the number should know; the method's name stands before it already.
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

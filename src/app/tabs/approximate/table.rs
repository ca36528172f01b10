//! The numbers of all methods, and of pinned results, as one table.

use eframe::egui::{self, RichText, TextStyle};

use super::action::MatrixAction;
use crate::analysis::{Analysis, MethodResult, not_matched, notes};
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::texture::color32;
use crate::app::theme::method_text;
use crate::app::widgets::plot::indexed;
use crate::app::widgets::prose;
use crate::approx::Evaluation;
use crate::figure::compose::{BITS, comparison_table, tells_bits};
use crate::figure::label;
use crate::figure::palette::Theme;
use crate::session::Settings;

/// Draws the table with its copy menu.
///
/// The heads of the panes have the same numbers: with less than `room` points of height the table
/// is folded, unless results are pinned or the user has it otherwise. While something is `played` it
/// stays as it was.
pub fn show(
    ui: &mut egui::Ui,
    state: &mut State,
    theme: Theme,
    (room, played): (f32, bool),
    out: &mut Vec<Command>,
) {
    let Some(analysis) = state.analysis.clone() else {
        return;
    };
    let rows = analysis.methods.len() as f32;
    let height = FOLDED + 22.0 + 22.0 * rows;
    let key = egui::Id::unique("table of results");
    let before = ui
        .data(|data| data.get_temp::<bool>(key))
        .filter(|_| played);
    let usual = before.unwrap_or(room >= height || !state.pinned.is_empty());
    ui.data_mut(|data| data.insert_temp(key, usual));
    let mut shown = state.preferences.view.table.unwrap_or(usual);
    ui.horizontal_wrapped(|ui| {
        let name = RichText::new("Results").strong();
        let hint = "Show or hide the table of results";
        if ui
            .toggle_value(&mut shown, name)
            .on_hover_text(hint)
            .changed()
        {
            state.preferences.view.table = Some(shown);
        }
        ui.menu_button("Copy table", |ui| copy_menu(ui, &analysis, out))
            .response
            .on_hover_text("As text, CSV, LaTeX or Markdown");
        Command::Approximate(MatrixAction::Pin).button(ui, out);
        if !state.pinned.is_empty() {
            Command::Approximate(MatrixAction::Unpin).button(ui, out);
        }
    });
    if !shown {
        return;
    }
    let beside = ui
        .horizontal_top(|ui| {
            rows_of(ui, state, &analysis, theme, out);
            let room = ui.available_width() >= NOTES_WIDTH;
            if room {
                ui.add_space(12.0);
                ui.vertical(|ui| notes_of(ui, &analysis, theme));
            }
            room
        })
        .inner;
    if !beside {
        notes_of(ui, &analysis, theme);
    }
}

/// Height without the table.
pub const FOLDED: f32 = 26.0;

/// With less room than this beside the table, the notes stand below it.
const NOTES_WIDTH: f32 = 260.0;

/// More pinned results than fit here scroll, so that the plots stay in view.
const MOST_HEIGHT: f32 = 150.0;

fn rows_of(
    ui: &mut egui::Ui,
    state: &State,
    analysis: &Analysis,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    egui::ScrollArea::both()
        .id_salt("results")
        .max_height(MOST_HEIGHT)
        .min_scrolled_height(MOST_HEIGHT)
        .show(ui, |ui| {
            egui::Grid::new("results")
                .striped(true)
                .spacing([18.0, 3.0])
                .show(ui, |ui| {
                    let pinned = state.pinned.iter().map(AsRef::as_ref);
                    let shown = pinned.chain([analysis]);
                    let bits = shown
                        .flat_map(Analysis::evaluations)
                        .any(|one| one.structure_bits > 0);
                    let told = bits.then_some(BITS);
                    let heads = ["Method", "Setting", "Parameters", "Share"];
                    for head in heads.into_iter().chain(["Error"]).chain(told) {
                        ui.label(RichText::new(head).small());
                    }
                    ui.end_row();
                    for method in &analysis.methods {
                        row(ui, (analysis, method), theme, (false, bits));
                        ui.end_row();
                    }
                    for (number, pinned) in state.pinned.iter().enumerate() {
                        pinned_rows(ui, (number, bits), pinned, theme, out);
                    }
                });
        });
}

/// The rows of one pinned result; the first has the way back to it.
fn pinned_rows(
    ui: &mut egui::Ui,
    (number, bits): (usize, bool),
    pinned: &Analysis,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    let name = format!("pinned {}: {}", number + 1, pinned.name());
    for (place, method) in pinned.methods.iter().enumerate() {
        row(ui, (pinned, method), theme, (true, bits));
        ui.label(RichText::new(&name).small());
        if place == 0 {
            ui.push_id(number, |ui| {
                ui.horizontal(|ui| {
                    let restore = ui.small_button("Restore");
                    let hint = "Show this matrix at these settings again";
                    if restore.on_hover_text(hint).clicked() {
                        out.push(Command::SetSession(Box::new(pinned.asked())));
                    }
                    let unpin = Command::Approximate(MatrixAction::UnpinOne(number));
                    let response = ui.small_button(unpin.text());
                    if response.on_hover_text(unpin.tooltip()).clicked() {
                        out.push(unpin);
                    }
                });
            });
        }
        ui.end_row();
    }
}

fn row(
    ui: &mut egui::Ui,
    (analysis, method): (&Analysis, &MethodResult),
    theme: Theme,
    (pinned, bits): (bool, bool),
) {
    let kind = method.settings.method();
    let title = RichText::new(kind.title()).color(color32(method_text(kind, theme)));
    ui.label(if pinned { title } else { title.strong() });
    let setting = analysis.describe(&method.settings);
    ui.label(indexed(ui, &setting, &TextStyle::Body));
    match &method.outcome {
        Ok(outcome) => {
            let e = &outcome.evaluation;
            ui.label(label::count(e.params));
            ui.label(label::percent(e.share));
            ui.label(RichText::new(label::error(e.error)).strong());
            if bits {
                ui.label(label::bits(e.structure_bits));
            }
        }
        Err(_) => {
            for _ in 0..3 + usize::from(bits) {
                ui.label("–");
            }
        }
    }
}

/// The notes on the numbers, under the names of their methods.
fn notes_of(ui: &mut egui::Ui, analysis: &Analysis, theme: Theme) {
    if let Some(told) = not_matched(&analysis.spending()) {
        let color = ui.visuals().warn_fg_color;
        prose::styled(ui, &told, &TextStyle::Small, color);
    }
    for method in &analysis.methods {
        let notes = match &method.outcome {
            Ok(_) if analysis.partial => Vec::new(),
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

/// The notes on one method; its name stands before them already.
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
    let evaluations = analysis.evaluations();
    let table = |bits: bool| comparison_table(Theme::Light, &evaluations, bits);
    let bits = tells_bits(&evaluations);
    for (name, text) in [
        ("As text", table(bits).to_text()),
        ("As CSV", table(true).to_csv()),
        ("As LaTeX", table(bits).to_latex()),
        ("As Markdown", table(bits).to_markdown()),
    ] {
        if ui.button(name).clicked() {
            out.push(Command::CopyText(text));
            ui.close();
        }
    }
}

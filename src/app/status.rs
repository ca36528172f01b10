//! The line at the bottom: what was computed, what is going on and what went wrong; above it the
//! warnings that stand until they are dismissed.

use std::time::Duration;

use eframe::egui;

use super::command::Command;
use super::notices::{COPIED, Message, capitalized};
use super::state::{State, Tab};
use crate::analysis::{Analysis, Timing};
use crate::figure::label;

/// Draws the panels; the line is as high with a message or a button as without.
pub fn show(
    ui: &mut egui::Ui,
    state: &mut State,
    progress: Option<String>,
    out: &mut Vec<Command>,
) {
    let height = ui.spacing().interact_size.y + 8.0;
    egui::Panel::bottom("status")
        .resizable(false)
        .exact_size(height)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let working = progress.is_some();
                    if let Some(doing) = progress {
                        going_on(ui, &doing, out);
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        line(ui, state, working);
                    });
                });
            });
        });
    warnings(ui, state);
}

/// The work under way, and the button to stop it.
fn going_on(ui: &mut egui::Ui, doing: &str, out: &mut Vec<Command>) {
    Command::Cancel.button(ui, out);
    ui.label(capitalized(doing));
    ui.spinner();
}

fn line(ui: &mut egui::Ui, state: &mut State, working: bool) {
    let Some((act, message)) = state.notices.line(state.tab) else {
        // The times of the last answer say nothing about what is under way.
        if let Some(analysis) = &state.analysis
            && state.tab == Tab::HOME
            && !working
        {
            let label = egui::Label::new(computed(analysis)).truncate();
            ui.add(label).on_hover_text(details(analysis));
        }
        return;
    };
    let text = match message {
        Message::Copied(text) => copied(ui, text),
        Message::Done(_) => message.sentence().into(),
        Message::Error(_) => egui::RichText::new(message.sentence())
            .color(ui.visuals().error_fg_color)
            .into(),
    };
    let close = ui.button("×").on_hover_text("Close the message").clicked();
    ui.add(egui::Label::new(text).truncate());
    if close {
        state.notices.settle(state.tab, act);
    }
}

/// In a font that keeps two hyphens apart, for it is a command.
fn copied(ui: &egui::Ui, text: &str) -> egui::WidgetText {
    let mut job = egui::text::LayoutJob::default();
    for (text, style) in [
        (COPIED, egui::TextStyle::Body),
        (text, egui::TextStyle::Monospace),
    ] {
        let font = style.resolve(ui.style());
        job.append(
            text,
            0.0,
            egui::TextFormat::simple(font, ui.visuals().text_color()),
        );
    }
    job.into()
}

fn warnings(ui: &mut egui::Ui, state: &mut State) {
    if state.notices.warnings().is_empty() {
        return;
    }
    let mut dismissed = None;
    egui::Panel::bottom("warnings")
        .resizable(false)
        .show(ui, |ui| {
            for warning in state.notices.warnings() {
                ui.horizontal(|ui| {
                    let close = ui.button("Dismiss");
                    if close.on_hover_text("Take this warning down").clicked() {
                        dismissed = Some(warning.clone());
                    }
                    let text = egui::RichText::new(format!("⚠ {}", capitalized(warning)))
                        .color(ui.visuals().warn_fg_color);
                    ui.add(egui::Label::new(text).wrap());
                });
            }
        });
    if let Some(warning) = dismissed {
        state.notices.dismiss(&warning);
    }
}

/// The hint for a file that is held over the window.
pub fn drop_hint(ui: &egui::Ui, hint: &str) {
    if ui.ctx().input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let screen = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(egui::LayerId::new(
        egui::Order::Foreground,
        egui::Id::unique("drop hint"),
    ));
    painter.rect_filled(
        screen,
        0.0,
        ui.visuals().extreme_bg_color.gamma_multiply(0.8),
    );
    painter.text(
        screen.center(),
        egui::Align2::CENTER_CENTER,
        hint,
        egui::FontId::proportional(28.0),
        ui.visuals().strong_text_color(),
    );
}

/// The line while nothing is under way.
fn computed(analysis: &Analysis) -> String {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let Timing {
        factorize,
        reconstruct,
        ..
    } = analysis.timing;
    format!(
        "{rows} × {cols}, computed in {}",
        milliseconds(factorize + reconstruct)
    )
}

/// The libraries and times behind [`computed`], for whoever asks.
fn details(analysis: &Analysis) -> String {
    let timing = &analysis.timing;
    let (built_in, by_faer) = timing.backends;
    let blocks = |count: usize| match count {
        1 => "1 block".to_owned(),
        _ => format!("{} blocks", label::count(count)),
    };
    let factorized = match (built_in, by_faer) {
        (n, 0) => format!("{} by the built-in SVD", blocks(n)),
        (0, n) => format!("{} by faer", blocks(n)),
        (n, m) => format!(
            "{} by the built-in SVD and {} by faer",
            blocks(n),
            label::count(m)
        ),
    };
    let time = match timing.factorize.is_zero() {
        true => "kept from before".to_owned(),
        false => format!("in {}", milliseconds(timing.factorize)),
    };
    format!(
        "Factorized {factorized}, verified, {time}; reconstructed in {}",
        milliseconds(timing.reconstruct)
    )
}

fn milliseconds(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 0.01 {
        "under 0.01 ms".to_owned()
    } else if ms < 10.0 {
        format!("{ms:.2} ms")
    } else {
        format!("{} ms", label::count(ms.round() as usize))
    }
}

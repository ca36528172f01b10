//! The line at the bottom: what was computed, by which library, in how long, and what went wrong.

use std::time::Duration;

use eframe::egui;

use super::command::Command;
use super::state::{Message, State, Tab};
use super::tabs::approximate::job::Analysis;

/// Draws the line.
pub fn show(
    ui: &mut egui::Ui,
    state: &mut State,
    progress: Option<String>,
    out: &mut Vec<Command>,
) {
    ui.horizontal(|ui| {
        // As high without a button as with one, so that nothing above it moves.
        ui.set_min_height(ui.spacing().interact_size.y);
        let working = progress.is_some();
        if let Some(doing) = progress {
            ui.spinner();
            ui.label(doing);
            Command::Cancel.button(ui, out);
        }
        let mut close = false;
        match &state.message {
            Some(Message::Error(sentence)) => {
                close = ui.button("×").on_hover_text("Close the message").clicked();
                let text = egui::RichText::new(sentence).color(ui.visuals().error_fg_color);
                ui.add(egui::Label::new(text).truncate());
            }
            Some(Message::Done(text)) => {
                close = ui.button("×").on_hover_text("Close the message").clicked();
                ui.add(egui::Label::new(text).truncate());
            }
            None => {
                // The times of the last answer say nothing about what is under way.
                if let Some(analysis) = &state.analysis
                    && state.tab == Tab::Approximate
                    && !working
                {
                    ui.add(egui::Label::new(computed(analysis)).truncate());
                }
            }
        }
        if close {
            state.message = None;
        }
    });
}

/// What will happen to the file that is held over the window.
pub fn drop_hint(ui: &egui::Ui) {
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
        "Drop the file to open it",
        egui::FontId::proportional(28.0),
        ui.visuals().strong_text_color(),
    );
}

fn computed(analysis: &Analysis) -> String {
    let (rows, cols) = analysis.loaded.matrix.shape();
    let timing = &analysis.timing;
    let (by_nalgebra, by_faer) = timing.backends;
    let backend = match (by_nalgebra, by_faer) {
        (n, 0) => format!("{n} blocks by nalgebra"),
        (0, f) => format!("{f} blocks by faer"),
        (n, f) => format!("{n} blocks by nalgebra, {f} by faer"),
    };
    let factorized = if timing.factorize.is_zero() {
        "factors kept".to_owned()
    } else {
        format!("factorized in {}", milliseconds(timing.factorize))
    };
    format!(
        "{rows} × {cols}: {backend}, verified, {factorized}; reconstructed in {}",
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
        format!("{ms:.0} ms")
    }
}

//! The work in the background: how far it is, why it failed, and what is shown meanwhile.

use eframe::egui;

use super::prose;
use crate::app::background::Background;

/// Progress or failure of the work in the background.
pub fn working(background: &mut Background, ui: &mut egui::Ui) {
    if background.busy() {
        ui.horizontal(|ui| {
            ui.add(egui::ProgressBar::new(background.progress.share()).desired_width(90.0));
            if ui
                .button("Stop")
                .on_hover_text("Stop measuring (Esc)")
                .clicked()
            {
                background.cancel();
            }
            ui.add(egui::Label::new(background.describe()).truncate());
        });
    } else if let Some(why) = background.failure.clone() {
        ui.horizontal(|ui| {
            if ui.button("Try again").clicked() {
                background.again();
            }
            ui.colored_label(ui.visuals().error_fg_color, why);
        });
    }
}

/// Says that what follows answers an earlier question. Whether the user asks for the new one, which
/// was stopped.
pub fn still_shown(ui: &mut egui::Ui, background: &Background, what: &str) -> bool {
    let stopped = !background.busy() && background.failure.is_none();
    ui.horizontal(|ui| {
        let again = stopped && ui.small_button("Measure").clicked();
        prose::line(ui, &format!("Still showing {what}"));
        again
    })
    .inner
}

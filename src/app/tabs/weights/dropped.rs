//! The question what a dropped file is beside an open model. The system does not tell where over the window a
//! file is held, so it is asked after the drop.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Align, Button, Layout, RichText};

use super::action::{ModelRole, WeightsAction};
use crate::analysis::OpenModel;
use crate::app::command::Command;
use crate::app::widgets::dialog::dialog;
use crate::figure::label;

/// A file or folder that was dropped.
pub struct DroppedModel {
    path: PathBuf,
    /// Whether it has just been dropped, so that the first answer takes the focus.
    fresh: bool,
}

const WIDTH: f32 = 420.0;
const HEIGHT: f32 = 54.0;

impl DroppedModel {
    /// Asks what this is.
    pub fn new(path: PathBuf) -> Self {
        Self { path, fresh: true }
    }

    /// Draws the question; whether it is answered.
    pub fn ui(&mut self, ctx: &egui::Context, model: &OpenModel, out: &mut Vec<Command>) -> bool {
        let (new, open) = (name(&self.path), name(&model.path));
        let base = model.base.as_ref().map(|base| name(&base.path));
        let subtracted = match &base {
            Some(base) => format!("{open} minus {new}, no longer minus {base}"),
            None => format!("{open} minus {new}, matched by name"),
        };
        let answers = [
            (
                ModelRole::Model,
                "Open as the model",
                format!("in place of {open}"),
            ),
            (ModelRole::Base, "Subtract as the base", subtracted),
        ];
        let mut chosen = None;
        let mut closed = false;
        let modal = dialog(ctx, egui::Id::unique("dropped model"), |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 48.0));
            ui.heading(format!("What is {new}?"));
            ui.with_layout(Layout::top_down_justified(Align::Min), |ui| {
                for (role, title, what) in answers {
                    let mut text = egui::text::LayoutJob::default();
                    RichText::new(title).strong().append_to(
                        &mut text,
                        ui.style(),
                        egui::FontSelection::Default,
                        Align::Center,
                    );
                    RichText::new(format!("\n{what}")).small().append_to(
                        &mut text,
                        ui.style(),
                        egui::FontSelection::Default,
                        Align::Center,
                    );
                    let button = Button::new(text).wrap().min_size(egui::vec2(0.0, HEIGHT));
                    let response = ui.add(button);
                    response
                        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, title));
                    if std::mem::take(&mut self.fresh) {
                        response.request_focus();
                    }
                    if response.clicked() {
                        chosen = Some(role);
                    }
                }
            });
            closed = ui
                .button("Close")
                .on_hover_text("Open nothing (Esc)")
                .clicked();
        });
        let path = || self.path.clone();
        let open = chosen.map(|role| Command::Weights(WeightsAction::Open(role, path())));
        let answered = open.is_some();
        out.extend(open);
        answered || closed || modal.should_close()
    }
}

/// The last part of a path, as it is shown.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    label::clean(&name.to_string_lossy()).to_string()
}

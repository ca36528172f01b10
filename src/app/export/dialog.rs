//! The dialog itself. Every line keeps its place whatever is chosen, so that nothing jumps.

use eframe::egui::{self, Key, RichText};

use super::{Content, ExportTarget, Exporter, offered};
use crate::app::command::Command;
use crate::app::notices::capitalized;
use crate::app::state::State;
use crate::figure::Format;
use crate::figure::palette::Theme;

const WIDTH: f32 = 480.0;

/// Lines of small text that the path and its failures may take.
const TOLD_LINES: f32 = 3.0;

impl Exporter {
    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, state: &mut State, out: &mut Vec<Command>) {
        if !self.open {
            return;
        }
        let modal = egui::Modal::new(egui::Id::unique("export")).show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 48.0));
            ui.heading("Export");
            ui.add_enabled_ui(!self.busy(), |ui| self.choices(ui, state));
            let entered = ui
                .add_enabled_ui(!self.busy(), |ui| self.path_row(ui, out))
                .inner;
            let target = self.target();
            self.told(ui, &target);
            ui.separator();
            self.buttons(ui, &target, entered, out);
        });
        if modal.should_close() {
            self.close();
        }
    }

    fn choices(&mut self, ui: &mut egui::Ui, state: &mut State) {
        let mut view = self.view;
        for one in offered(state.tab) {
            ui.radio_value(&mut view, one, one.title);
        }
        if view != self.view {
            self.failure = None;
            self.choose(state, view);
        }
        ui.separator();
        let before = self.content;
        ui.horizontal(|ui| {
            ui.label("Format");
            for (content, extension) in Content::ALL {
                if content.fits(self.view) {
                    ui.radio_value(&mut self.content, content, extension.to_uppercase());
                }
            }
        });
        if before != self.content {
            self.failure = None;
            self.chose_content();
        }
        let figure = matches!(self.content, Content::Figure(_));
        ui.add_enabled_ui(figure, |ui| {
            ui.horizontal(|ui| {
                ui.label("Background");
                ui.radio_value(&mut self.theme, Theme::Light, "Light");
                ui.radio_value(&mut self.theme, Theme::Dark, "Dark");
            });
        });
        let png = self.content == Content::Figure(Format::Png);
        ui.add_enabled_ui(png, |ui| {
            let (width, dpi) = &mut state.preferences.png;
            ui.horizontal(|ui| {
                ui.label("PNG size");
                let pixels = egui::DragValue::new(width).range(100..=20_000);
                ui.add(pixels.suffix(" pixels wide"))
                    .on_hover_text("Width of the picture");
                let resolution = egui::DragValue::new(dpi).range(36.0..=2400.0);
                ui.add(resolution.suffix(" dpi"))
                    .on_hover_text("Resolution: pixels per inch on paper");
            });
        });
    }

    /// The path, and whether Enter was pressed in it.
    fn path_row(&mut self, ui: &mut egui::Ui, out: &mut Vec<Command>) -> bool {
        let before = self.path.clone();
        let entered = ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut self.path)
                .desired_width(ui.available_width() - 80.0);
            let response = ui.add(field);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "file to write")
            });
            if std::mem::take(&mut self.fresh) {
                response.request_focus();
            }
            let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let name = format!("{}.{}", self.view.file_name, self.content.extension());
            Command::BrowseExport(name).button(ui, out);
            entered
        });
        if before != self.path {
            self.failure = None;
            self.follow_ending();
        }
        entered.inner
    }

    /// The line about what will be written, what is being done, or why nothing can be.
    fn told(&self, ui: &mut egui::Ui, target: &Result<ExportTarget, String>) {
        let height = TOLD_LINES * ui.text_style_height(&egui::TextStyle::Body);
        let size = egui::vec2(ui.available_width(), height);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            let (error, warning) = (ui.visuals().error_fg_color, ui.visuals().warn_fg_color);
            if let Some(measuring) = &self.measuring {
                ui.label(measuring.ask.long());
                ui.add(egui::ProgressBar::new(measuring.work.progress.share()).show_percentage());
                return;
            }
            let text = match (&self.failure, target) {
                _ if self.writing() => RichText::new("Writing the file…"),
                (Some(why), _) | (None, Err(why)) => RichText::new(capitalized(why)).color(error),
                (None, Ok(target)) if target.path.exists() => {
                    RichText::new(format!("Replaces the existing file {}", name(target)))
                        .color(warning)
                }
                (None, Ok(target)) => RichText::new(format!("Writes {}", name(target))),
            };
            ui.label(text);
        });
    }

    fn buttons(
        &mut self,
        ui: &mut egui::Ui,
        target: &Result<ExportTarget, String>,
        entered: bool,
        out: &mut Vec<Command>,
    ) {
        ui.horizontal(|ui| {
            let replaces = target.as_ref().is_ok_and(|target| target.path.exists());
            let (save, hint) = match replaces {
                true => ("Replace", "Overwrite the existing file"),
                false => ("Save", "Write the file"),
            };
            let possible = target.is_ok() && !self.busy();
            let button = ui.add_enabled(possible, egui::Button::new(save));
            let clicked = button.on_hover_text(hint).clicked();
            if let Ok(target) = target
                && possible
                && (clicked || entered)
            {
                out.push(Command::ExportTo(target.path.clone()));
            }
            let figure = matches!(self.content, Content::Figure(_));
            let path = target.as_ref().map(|target| target.path.clone());
            ui.add_enabled_ui(figure && path.is_ok(), |ui| {
                Command::CopyFigureCommand(path.unwrap_or_default()).button(ui, out);
            });
            let (close, hint) = match self.measuring {
                Some(_) => ("Cancel", "Stop measuring"),
                None => ("Close", "Write nothing"),
            };
            if ui.button(close).on_hover_text(hint).clicked() {
                match self.measuring.take() {
                    Some(_) => {}
                    None => self.open = false,
                }
            }
        });
    }
}

fn name(target: &ExportTarget) -> String {
    target.path.display().to_string()
}

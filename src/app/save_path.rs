//! The path in a dialog that saves: what is typed, what will become of it, and what became of it.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, RichText};

use super::command::Command;
use super::notices::capitalized;

/// The path, and what came of the last file that was written to one.
#[derive(Default)]
pub struct SavePath {
    /// Whether the dialog has just been opened, so that its path takes the focus.
    fresh: bool,
    /// The path as it is typed.
    pub text: String,
    /// The folder that a bare name is put in.
    pub folder: PathBuf,
    failure: Option<String>,
    /// The file that was written last, since the dialog was opened.
    saved: Option<PathBuf>,
}

/// Work that keeps the dialog from writing another file.
pub struct SaveBusy {
    /// The work in words.
    pub text: String,
    /// The share of it that is done, where that is known.
    pub share: Option<f32>,
}

impl SavePath {
    /// Begins anew: nothing was written, and the path takes the focus.
    pub fn begin(&mut self) {
        self.failure = None;
        self.forget_saved();
        self.fresh = true;
    }

    /// The file that was written is another than the one that would be.
    pub fn forget_saved(&mut self) {
        self.saved = None;
    }

    /// Suggests a file name in a folder, that of the program where there is none.
    pub fn suggest(&mut self, folder: Option<PathBuf>, name: &str) {
        let folder = folder.or_else(|| std::env::current_dir().ok());
        self.folder = folder.unwrap_or_default();
        self.text = self.folder.join(name).display().to_string();
    }

    /// Takes the path that the system's dialog gave.
    pub fn set(&mut self, path: &Path) {
        self.text = path.display().to_string();
    }

    /// Why nothing was written.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Says why nothing was written, with the path still there to be changed.
    pub fn fail(&mut self, why: String) {
        self.failure = Some(why);
    }

    /// Takes what was told of the last file down.
    pub fn settle(&mut self) {
        self.failure = None;
    }

    /// Says that a file was written.
    pub fn saved(&mut self, path: PathBuf) {
        self.failure = None;
        self.saved = Some(path);
    }

    /// Draws the path; whether Enter was pressed in it.
    pub fn row(&mut self, ui: &mut egui::Ui, browse: Command, out: &mut Vec<Command>) -> bool {
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut self.text)
                .desired_width(ui.available_width() - 80.0);
            let response = ui.add(field);
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::TextInput, true, "file to write")
            });
            if std::mem::take(&mut self.fresh) {
                response.request_focus();
            }
            if response.changed() {
                self.failure = None;
            }
            browse.button(ui, out);
            response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
        })
        .inner
    }

    /// The line about what will be written, what is being done, what was, or why nothing can be; it has
    /// room for so many `lines`, whatever it says.
    pub fn told(
        &self,
        ui: &mut egui::Ui,
        lines: f32,
        target: Result<&Path, &str>,
        busy: Option<&SaveBusy>,
    ) {
        let height = lines * ui.text_style_height(&egui::TextStyle::Body);
        let size = egui::vec2(ui.available_width(), height);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            if let Some(busy) = busy {
                ui.label(&busy.text);
                if let Some(share) = busy.share {
                    ui.add(egui::ProgressBar::new(share).show_percentage());
                }
                return;
            }
            let (error, warning) = (ui.visuals().error_fg_color, ui.visuals().warn_fg_color);
            let text = match (self.failure(), target) {
                (Some(why), _) | (None, Err(why)) => RichText::new(capitalized(why)).color(error),
                (None, Ok(path)) if self.saved.as_deref() == Some(path) => {
                    RichText::new(format!("Saved {}", path.display())).strong()
                }
                (None, Ok(path)) if path.exists() => {
                    RichText::new(format!("Replaces the existing file {}", path.display()))
                        .color(warning)
                }
                (None, Ok(path)) => RichText::new(format!("Writes {}", path.display())),
            };
            ui.label(text);
        });
    }
}

/// The button that writes `target`; the answer is the file to write, once.
pub fn save_button(
    ui: &mut egui::Ui,
    target: Result<&Path, &str>,
    entered: bool,
    idle: bool,
) -> Option<PathBuf> {
    let (save, hint) = match target.is_ok_and(Path::exists) {
        true => ("Replace", "Overwrite the existing file"),
        false => ("Save", "Write the file"),
    };
    let possible = target.is_ok() && idle;
    let button = ui.add_enabled(possible, egui::Button::new(save));
    let clicked = button.on_hover_text(hint).clicked();
    let target = target.ok().filter(|_| possible && (clicked || entered));
    target.map(Path::to_path_buf)
}

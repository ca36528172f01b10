//! The question where to write a file: a path that is typed, with what will become of it.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Key, RichText};

use super::command::Command;
use super::notices::capitalized;
use crate::source::typed_path;

const WIDTH: f32 = 480.0;

/// Lines of small text that the path and its failures may take.
const TOLD_LINES: f32 = 3.0;

/// A dialog over everything else, while it is open.
#[derive(Default)]
pub struct SaveDialog {
    open: bool,
    /// Whether it has just been opened, so that its path takes the focus.
    fresh: bool,
    path: String,
    /// The folder that a bare name is put in.
    folder: PathBuf,
    failure: Option<String>,
}

/// The request of a dialog.
pub struct SaveRequest<'a> {
    /// Its heading.
    pub heading: &'static str,
    /// The ending that a name without one of `endings` gets.
    pub ending: &'a str,
    /// Endings that are kept.
    pub endings: &'a [&'a str],
    /// The work under way, while there is some.
    pub busy: Option<String>,
    /// Asks the system.
    pub browse: Command,
}

impl SaveDialog {
    /// Opens it on a file name in a folder.
    pub fn open(&mut self, folder: Option<PathBuf>, name: &str) {
        self.folder = folder
            .or_else(|| std::env::current_dir().ok())
            .unwrap_or_default();
        self.path = self.folder.join(name).display().to_string();
        self.failure = None;
        self.fresh = true;
        self.open = true;
    }

    /// Closes it; whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.open)
    }

    /// Whether it is on screen: keys are its own then.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.path = path.display().to_string();
    }

    /// Gives the path another ending of `endings`.
    pub fn set_ending(&mut self, endings: &[&str], ending: &str) {
        let known = endings.iter().find_map(|one| self.path.strip_suffix(one));
        self.path = format!("{}{ending}", known.unwrap_or(&self.path));
    }

    /// Whether the path ends in one of these.
    pub fn ends_in(&self, endings: &[&str]) -> bool {
        let path = self.path.trim_end().to_lowercase();
        endings.iter().any(|ending| path.ends_with(ending))
    }

    /// Says why nothing was written, with the path still there to be changed.
    pub fn fail(&mut self, why: String) {
        self.open = true;
        self.failure = Some(why);
    }

    /// Draws it while it is open, `choices` under its heading; the answer is the file to write, once.
    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        asked: SaveRequest<'_>,
        home: Option<&Path>,
        choices: impl FnOnce(&mut egui::Ui),
        out: &mut Vec<Command>,
    ) -> Option<PathBuf> {
        if !self.open {
            return None;
        }
        let id = egui::Id::unique(asked.heading);
        let modal = egui::Modal::new(id).show(ctx, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 48.0));
            ui.heading(asked.heading);
            let idle = asked.busy.is_none();
            ui.add_enabled_ui(idle, choices);
            let entered = ui.add_enabled_ui(idle, |ui| self.path_row(ui, asked.browse, out));
            let target = self.target(asked.ending, asked.endings, home);
            self.told(ui, &target, asked.busy.as_deref());
            ui.separator();
            self.buttons(ui, target, entered.inner && idle, idle)
        });
        if modal.should_close() && asked_nothing(&modal.inner) {
            self.open = false;
        }
        modal.inner
    }

    /// The path, and whether Enter was pressed in it.
    fn path_row(&mut self, ui: &mut egui::Ui, browse: Command, out: &mut Vec<Command>) -> bool {
        ui.horizontal(|ui| {
            let field = egui::TextEdit::singleline(&mut self.path)
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

    fn target(
        &self,
        ending: &str,
        endings: &[&str],
        home: Option<&Path>,
    ) -> Result<PathBuf, String> {
        let path = PathBuf::from(typed_path(&self.path, home));
        if path.as_os_str().is_empty() {
            return Err("no file is named; type a name".to_owned());
        }
        let path = self.folder.join(path);
        if path.is_dir() || self.path.trim_end().ends_with(std::path::is_separator) {
            return Err(format!(
                "this is a folder; type a file name behind it: {}",
                path.display()
            ));
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if endings.iter().any(|known| name.ends_with(known)) {
            return Ok(path);
        }
        let mut whole = path.into_os_string();
        whole.push(ending);
        Ok(whole.into())
    }

    /// The line about what will be written, what is being done, or why nothing can be.
    fn told(&self, ui: &mut egui::Ui, target: &Result<PathBuf, String>, busy: Option<&str>) {
        let height = TOLD_LINES * ui.text_style_height(&egui::TextStyle::Body);
        let size = egui::vec2(ui.available_width(), height);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            let (error, warning) = (ui.visuals().error_fg_color, ui.visuals().warn_fg_color);
            let text = match (busy, &self.failure, target) {
                (Some(busy), ..) => RichText::new(busy),
                (_, Some(why), _) | (_, None, Err(why)) => {
                    RichText::new(capitalized(why)).color(error)
                }
                (_, None, Ok(path)) if path.exists() => {
                    RichText::new(format!("Replaces the existing file {}", path.display()))
                        .color(warning)
                }
                (_, None, Ok(path)) => RichText::new(format!("Writes {}", path.display())),
            };
            ui.label(text);
        });
    }

    fn buttons(
        &mut self,
        ui: &mut egui::Ui,
        target: Result<PathBuf, String>,
        entered: bool,
        idle: bool,
    ) -> Option<PathBuf> {
        ui.horizontal(|ui| {
            let (save, hint) = match target.as_ref().is_ok_and(|path| path.exists()) {
                true => ("Replace", "Overwrite the existing file"),
                false => ("Save", "Write the file"),
            };
            let possible = target.is_ok() && idle;
            let button = ui.add_enabled(possible, egui::Button::new(save));
            let clicked = button.on_hover_text(hint).clicked();
            let (close, hint) = match idle {
                true => ("Close", "Write nothing"),
                false => ("Cancel", "Stop writing"),
            };
            if ui.button(close).on_hover_text(hint).clicked() {
                self.open = false;
            }
            target.ok().filter(|_| possible && (clicked || entered))
        })
        .inner
    }
}

/// Enter in the path both saves and would close.
fn asked_nothing(path: &Option<PathBuf>) -> bool {
    path.is_none()
}

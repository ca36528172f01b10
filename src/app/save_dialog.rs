//! The question where to write a file, in which form, and the worker that writes it. The dialog stays when the
//! file is there, and says so: the next form is one click away.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::command::Command;
use super::save_path::{SaveBusy, SavePath, save_button};
use super::service::Service;
use super::state::State;
use super::widgets::dialog::dialog;
use super::worker::Reply;
use crate::source::typed_path;

const WIDTH: f32 = 480.0;

/// Lines of small text that the path and its failures may take.
const TOLD_LINES: f32 = 3.0;

/// A form that a file can have: its ending says which.
pub struct FileForm {
    /// Its endings, with the point; the first is the usual one.
    pub endings: &'static [&'static str],
    /// Its name.
    pub name: &'static str,
    /// What is special about it.
    pub hint: &'static str,
}

/// The request of a dialog.
pub struct SaveRequest<'a> {
    /// Its heading.
    pub heading: &'static str,
    /// The forms to choose from; a name with none of their endings gets that of the first.
    pub forms: &'a [FileForm],
    /// Asks the system.
    pub browse: Command,
}

/// What a worker says of its file.
pub enum SaveMessage {
    /// It is still being made.
    At(SaveBusy),
    /// It is there, or why it is not.
    Ended(Result<PathBuf, String>),
}

/// A dialog over everything else, while it is open, and the worker that makes its files from a `Q` each.
pub struct SaveDialog<Q> {
    open: bool,
    path: SavePath,
    files: Service<Q, SaveMessage>,
    at: Option<SaveBusy>,
}

impl<Q: Send + 'static> SaveDialog<Q> {
    /// A dialog whose files `write` makes on a thread called `name`.
    pub fn new(
        name: &'static str,
        write: impl FnMut(Q, &Reply<'_, SaveMessage>) + Send + 'static,
    ) -> Self {
        Self {
            open: false,
            path: SavePath::default(),
            files: Service::new(name, write),
            at: None,
        }
    }

    /// Opens it on a file name in a folder.
    pub fn open(&mut self, folder: Option<PathBuf>, name: &str) {
        self.path.begin();
        self.path.suggest(folder, name);
        self.open = true;
    }

    /// Closes it and stops what is being made; whether it was open.
    pub fn close(&mut self) -> bool {
        self.files.cancel();
        self.at = None;
        std::mem::take(&mut self.open)
    }

    /// Whether it is on screen: keys are its own then.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether a file is being written.
    pub fn busy(&self) -> bool {
        self.files.busy()
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.path.set(path);
    }

    /// Says why nothing was written.
    pub fn fail(&mut self, why: String) {
        self.open = true;
        self.path.fail(why);
    }

    /// Writes a file.
    pub fn write(&mut self, file: Q, state: &State) {
        self.path.settle();
        self.files.ask(file, &state.wake);
    }

    /// Says what became of the file; its path, once it is there.
    pub fn receive(&mut self, state: &mut State) -> Option<PathBuf> {
        let mut written = None;
        for message in self.files.receive() {
            match message {
                Ok(SaveMessage::At(busy)) => self.at = Some(busy),
                Ok(SaveMessage::Ended(Ok(path))) => {
                    state.preferences.export_folder = path.parent().map(Path::to_path_buf);
                    state.done(format!("wrote {}", path.display()));
                    self.path.saved(path.clone());
                    written = Some(path);
                }
                Ok(SaveMessage::Ended(Err(why))) | Err(why) => self.fail(why),
            }
        }
        if !self.busy() {
            self.at = None;
        }
        written
    }

    /// Draws it while it is open, `choices` under its forms; the answer is the file to write, once.
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
        let modal = dialog(ctx, id, |ui| {
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 48.0));
            ui.heading(asked.heading);
            let idle = !self.busy();
            ui.add_enabled_ui(idle, |ui| {
                self.forms(ui, asked.forms);
                choices(ui);
            });
            let entered = ui.add_enabled_ui(idle, |ui| self.path.row(ui, asked.browse, out));
            let target = self.target(asked.forms, home);
            let target = target.as_deref().map_err(String::as_str);
            let writing = (!idle).then(|| SaveBusy {
                text: "Writing the file…".to_owned(),
                share: None,
            });
            let busy = writing
                .as_ref()
                .map(|usual| self.at.as_ref().unwrap_or(usual));
            self.path.told(ui, TOLD_LINES, target, busy);
            ui.separator();
            ui.horizontal(|ui| {
                let chosen = save_button(ui, target, entered.inner && idle, idle);
                let (close, hint) = match idle {
                    true => ("Close", "Back to the window (Esc)"),
                    false => ("Cancel", "Stop writing"),
                };
                (chosen, ui.button(close).on_hover_text(hint).clicked())
            })
            .inner
        });
        let (chosen, closed) = &modal.inner;
        // Enter in the path both saves and would close.
        if *closed || modal.should_close() && chosen.is_none() {
            self.close();
        }
        modal.inner.0
    }

    /// The choice of a form, where there is one.
    fn forms(&mut self, ui: &mut egui::Ui, forms: &[FileForm]) {
        if forms.len() < 2 {
            return;
        }
        ui.horizontal_wrapped(|ui| {
            ui.label("Format");
            let chosen = self.form(forms);
            for (at, form) in forms.iter().enumerate() {
                let choice = ui.radio(chosen == at, form.name).on_hover_text(form.hint);
                if choice.clicked() && chosen != at {
                    self.path.settle();
                    self.set_ending(forms, form.endings[0]);
                }
            }
        });
    }

    /// The form that the path's ending says, else the first.
    fn form(&self, forms: &[FileForm]) -> usize {
        let path = self.path.text.trim_end().to_lowercase();
        let ends = |form: &FileForm| form.endings.iter().any(|one| path.ends_with(one));
        forms.iter().position(ends).unwrap_or_default()
    }

    /// Gives the path another ending of the forms.
    fn set_ending(&mut self, forms: &[FileForm], ending: &str) {
        let path = self.path.text.trim_end();
        let lower = path.to_lowercase();
        let known = all_endings(forms).find(|one| lower.ends_with(one));
        // Lower case is as long where a path ends in one of these.
        let stem = known.and_then(|known| path.get(..path.len() - known.len()));
        self.path.text = format!("{}{ending}", stem.unwrap_or(path));
    }

    fn target(&self, forms: &[FileForm], home: Option<&Path>) -> Result<PathBuf, String> {
        let path = PathBuf::from(typed_path(&self.path.text, home));
        if path.as_os_str().is_empty() {
            return Err("no file is named; type a name".to_owned());
        }
        let path = self.path.folder.join(path);
        if path.is_dir() || self.path.text.trim_end().ends_with(std::path::is_separator) {
            return Err(format!(
                "this is a folder; type a file name behind it: {}",
                path.display()
            ));
        }
        let name = path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        if all_endings(forms).any(|known| name.ends_with(known)) {
            return Ok(path);
        }
        let mut whole = path.into_os_string();
        whole.push(forms.first().map_or("", |form| form.endings[0]));
        Ok(whole.into())
    }
}

fn all_endings(forms: &[FileForm]) -> impl Iterator<Item = &'static str> {
    forms.iter().flat_map(|form| form.endings.iter().copied())
}

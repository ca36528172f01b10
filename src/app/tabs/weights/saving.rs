//! The scan and the plan as files: the dialog, and the worker that writes it.

use std::path::{Path, PathBuf};

use eframe::egui;

use super::action::WeightsAction;
use crate::analysis::{Plan, PlanReport, Scan};
use crate::app::command::Command;
use crate::app::save_dialog::{SaveDialog, SaveRequest};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::Reply;
use crate::figure::compose::plan_table;
use crate::figure::{Format, render};
use crate::report;
use crate::session::Export;
use crate::store::{check_outputs, save_atomically};
use crate::views::Material;
use crate::views::scan::{self, ScanCall};

/// The ending of a file, its button, and what it holds.
type FileForm = (&'static str, &'static str, &'static str);

const SCAN: [FileForm; 5] = [
    (
        ".json",
        "Scan (JSON)",
        "All numbers; scan --resume, plan and this tab read it again",
    ),
    (".csv", "CSV", "The table"),
    (".svg", "SVG", "The map of the model"),
    (".pdf", "PDF", "The map of the model"),
    (".png", "PNG", "The map of the model"),
];

const PLAN: [FileForm; 2] = [
    (
        ".json",
        "Plan (JSON)",
        "All ranks with PEFT’s settings; adapter --plan reads it",
    ),
    (".csv", "CSV", "The table"),
];

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The scan, its table or its map.
    Scan,
    /// The plan or its table.
    Plan,
}

impl Saved {
    fn heading(self) -> &'static str {
        match self {
            Self::Scan => "Save scan",
            Self::Plan => "Save plan",
        }
    }

    fn forms(self) -> &'static [FileForm] {
        match self {
            Self::Scan => &SCAN,
            Self::Plan => &PLAN,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Plan => "plan",
        }
    }
}

/// The content of a file, and where it goes.
pub struct SavedFile {
    /// Makes its bytes.
    pub bytes: Box<dyn FnOnce() -> Result<Vec<u8>, String> + Send>,
    /// The file.
    pub path: PathBuf,
    /// Files that must not be overwritten.
    pub sources: Vec<PathBuf>,
}

/// The dialog and its worker.
pub struct Saving {
    what: Saved,
    dialog: SaveDialog,
    files: Service<SavedFile, Result<PathBuf, String>>,
}

impl Default for Saving {
    fn default() -> Self {
        Self {
            what: Saved::Scan,
            dialog: SaveDialog::default(),
            files: Service::new("save scan", |file: SavedFile, reply: &Reply<'_, _>| {
                let path = file.path.clone();
                reply.send(write(file).map(|()| path));
            }),
        }
    }
}

impl Saving {
    /// Asks for the file of the scan or the plan of a model.
    pub fn open(&mut self, what: Saved, state: &State, model: &str) {
        self.what = what;
        let model = Path::new(model).file_stem().unwrap_or_default();
        let name = format!("{}-{}.json", model.to_string_lossy(), what.word());
        let folder = state.preferences.export_folder.clone();
        self.dialog.open(folder, &name);
    }

    /// What the dialog is of.
    pub fn what(&self) -> Saved {
        self.what
    }

    /// Says why nothing is written.
    pub fn fail(&mut self, why: String) {
        self.dialog.fail(why);
    }

    /// Closes the dialog; whether it was open.
    pub fn close(&mut self) -> bool {
        self.dialog.close()
    }

    /// Whether the dialog is on screen.
    pub fn is_open(&self) -> bool {
        self.dialog.is_open()
    }

    /// Whether a file is being written.
    pub fn busy(&self) -> bool {
        self.files.busy()
    }

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.dialog.set_path(path);
    }

    /// Writes a file.
    pub fn write(&mut self, file: SavedFile, state: &State) {
        self.files.ask(file, &state.wake);
    }

    /// Says what became of the file.
    pub fn receive(&mut self, state: &mut State) {
        for answer in self.files.receive() {
            match answer.and_then(|written| written) {
                Ok(path) => {
                    self.dialog.close();
                    state.preferences.export_folder = path.parent().map(Path::to_path_buf);
                    state.done(format!("wrote {}", path.display()));
                }
                Err(why) => self.dialog.fail(why),
            }
        }
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, home: Option<&Path>, out: &mut Vec<Command>) {
        let forms = self.what.forms();
        let endings: Vec<&str> = forms.iter().map(|(ending, ..)| *ending).collect();
        let asked = SaveRequest {
            heading: self.what.heading(),
            ending: endings[0],
            endings: &endings,
            busy: self.busy().then(|| "Writing…".to_owned()),
            browse: Command::Weights(WeightsAction::BrowseSave(format!(
                "{}.json",
                self.what.word()
            ))),
        };
        let mut chosen = None;
        let choices = |ui: &mut egui::Ui| {
            ui.horizontal(|ui| {
                ui.label("Format");
                for (ending, text, hint) in forms {
                    if ui.button(*text).on_hover_text(*hint).clicked() {
                        chosen = Some(*ending);
                    }
                }
            });
        };
        let path = self.dialog.ui(ctx, asked, home, choices, out);
        if let Some(ending) = chosen {
            self.dialog.set_ending(&endings, ending);
        }
        out.extend(path.map(|path| Command::Weights(WeightsAction::SaveTo(path))));
    }
}

fn write(file: SavedFile) -> Result<(), String> {
    check_outputs(&[&file.path], &file.sources).map_err(|error| error.to_string())?;
    let bytes = (file.bytes)()?;
    save_atomically(&file.path, &bytes).map_err(|error| error.to_string())
}

/// The same bytes as `scan --out`, `--csv` and `--figure` write.
pub fn scan_bytes(scan: &Scan, call: &ScanCall, export: &Export) -> Result<Vec<u8>, String> {
    let material = Material {
        scan: Some((scan, call.color.unwrap_or_default())),
        ..Material::default()
    };
    let figure = Format::from_path(&export.path).ok();
    let options = call.options(scan, figure.is_some().then_some(export));
    let document = scan::VIEW.document(&material, &options);
    match figure {
        Some(format) => {
            let figure = document.figure()?;
            let width = export.pixels(&figure);
            render(&figure, format, width, export.dpi).map_err(|error| error.to_string())
        }
        None if is_csv(&export.path) => Ok(document.csv()?.into_bytes()),
        None => Ok(document.json()?.into_bytes()),
    }
}

/// The same bytes as `plan --json` prints, or the table.
pub fn plan_bytes(plan: &Plan, path: &Path) -> Result<Vec<u8>, String> {
    match is_csv(path) {
        true => Ok(plan_table(plan).to_csv().into_bytes()),
        false => Ok(report::text(&PlanReport::new(plan))?.into_bytes()),
    }
}

fn is_csv(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("csv")
}

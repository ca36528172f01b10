//! The scan as a file: the dialog, and the worker that writes it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::action::WeightsAction;
use crate::analysis::Scan;
use crate::app::command::Command;
use crate::app::save_dialog::{SaveDialog, SaveRequest};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::Reply;
use crate::figure::{Format, render};
use crate::session::Export;
use crate::source::Source;
use crate::store::{check_outputs, save_atomically};
use crate::views::Material;
use crate::views::scan::{self, ScanCall};

/// The endings of a scan's files, with their buttons.
const FORMATS: [(&str, &str, &str); 5] = [
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

/// A scan that is to be written.
struct ScanFile {
    scan: Arc<Scan>,
    call: ScanCall,
    export: Export,
}

/// The dialog and its worker.
pub struct Saving {
    dialog: SaveDialog,
    files: Service<ScanFile, Result<PathBuf, String>>,
}

impl Default for Saving {
    fn default() -> Self {
        Self {
            dialog: SaveDialog::default(),
            files: Service::new("save scan", |file: ScanFile, reply: &Reply<'_, _>| {
                let path = file.export.path.clone();
                reply.send(write(&file).map(|()| path));
            }),
        }
    }
}

impl Saving {
    /// Asks for the file.
    pub fn open(&mut self, state: &State, scan: &Scan) {
        let model = Path::new(&scan.model).file_stem().unwrap_or_default();
        let name = format!("{}-scan.json", model.to_string_lossy());
        let folder = state.preferences.export_folder.clone();
        self.dialog.open(folder, &name);
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

    /// Writes a scan.
    pub fn write(&mut self, path: PathBuf, scan: Arc<Scan>, call: ScanCall, state: &State) {
        let export = Export {
            dpi: state.preferences.dpi,
            paper: state.preferences.paper,
            ..Export::to(path)
        };
        let file = ScanFile { scan, call, export };
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
        let endings = FORMATS.map(|(ending, ..)| ending);
        let asked = SaveRequest {
            heading: "Save scan",
            ending: endings[0],
            endings: &endings,
            busy: self.busy().then(|| "Writing…".to_owned()),
            browse: Command::Weights(WeightsAction::BrowseSave("scan.json".to_owned())),
        };
        let mut chosen = None;
        let choices = |ui: &mut egui::Ui| {
            ui.horizontal(|ui| {
                ui.label("Format");
                for (ending, text, hint) in FORMATS {
                    if ui.button(text).on_hover_text(hint).clicked() {
                        chosen = Some(ending);
                    }
                }
            });
        };
        let path = self.dialog.ui(ctx, asked, home, choices, out);
        if let Some(ending) = chosen {
            self.dialog.set_ending(&endings, ending);
        }
        out.extend(path.map(|path| Command::Weights(WeightsAction::SaveScanTo(path))));
    }
}

/// The same bytes as `scan --out`, `--csv` and `--figure` write.
fn write(file: &ScanFile) -> Result<(), String> {
    let ScanFile { scan, call, export } = file;
    let models = [Some(&call.settings.model), call.settings.subtract.as_ref()];
    let models = models.into_iter().flatten();
    let sources: Vec<PathBuf> = models
        .flat_map(|path| Source::from_path(path).files())
        .collect();
    check_outputs(&[&export.path], &sources).map_err(|error| error.to_string())?;
    let material = Material {
        scan: Some((scan, call.color.unwrap_or_default())),
        ..Material::default()
    };
    let ending = export.path.extension().unwrap_or_default();
    let figure = Format::from_path(&export.path).ok();
    let options = call.options(scan, figure.is_some().then_some(export));
    let document = scan::VIEW.document(&material, &options);
    let bytes = match figure {
        Some(format) => {
            let figure = document.figure()?;
            let width = export.pixels(&figure);
            render(&figure, format, width, export.dpi).map_err(|error| error.to_string())?
        }
        None if ending.eq_ignore_ascii_case("csv") => document.csv()?.into_bytes(),
        None => document.json()?.into_bytes(),
    };
    save_atomically(&export.path, &bytes).map_err(|error| error.to_string())
}

//! The scan and the plan as files: the dialog, and the worker that writes it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use super::action::WeightsAction;
use crate::analysis::{Plan, PlanReport, Scan};
use crate::app::command::Command;
use crate::app::save_dialog::{FileForm, SaveDialog, SaveMessage, SaveRequest};
use crate::app::state::State;
use crate::figure::compose::{plan_table, scan_table};
use crate::report;
use crate::store::{check_outputs, save_atomically};

const CSV: FileForm = FileForm {
    endings: &[".csv"],
    name: "Table (CSV)",
    hint: "A row for each layer",
};

const JSON: FileForm = FileForm {
    endings: &[".json"],
    name: "Scan (JSON)",
    hint: "All numbers; scan --resume, plan and this tab read it again",
};

/// What can be written of a scan, the form to begin with first.
const SCAN: [FileForm; 2] = [JSON, CSV];

const PLAN: [FileForm; 2] = [
    FileForm {
        endings: &[".json"],
        name: "Plan (JSON)",
        hint: "All ranks with PEFT’s settings; adapter --plan reads it",
    },
    CSV,
];

/// What is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The scan or its table.
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

    /// The name of a file of its first form, behind `before`.
    fn file_name(self, before: &str) -> String {
        let ending = self.forms()[0].endings[0];
        format!("{before}{}{ending}", self.word())
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

/// What the dialog is of, and the dialog.
pub struct Saving {
    what: Saved,
    /// The scan that is written, or the one of the plan.
    scan: Option<Arc<Scan>>,
    /// The dialog, which writes its files.
    pub dialog: SaveDialog<SavedFile>,
}

impl Default for Saving {
    fn default() -> Self {
        Self {
            what: Saved::Scan,
            scan: None,
            dialog: SaveDialog::new("save scan", |file: SavedFile, reply| {
                let path = file.path.clone();
                match write(file, &|| reply.keep_going()) {
                    Ok(ControlFlow::Break(())) => {}
                    Ok(ControlFlow::Continue(())) => reply.send(SaveMessage::Ended(Ok(path))),
                    Err(why) => reply.send(SaveMessage::Ended(Err(why))),
                }
            }),
        }
    }
}

impl Saving {
    /// Asks for the file of the scan or the plan of a model.
    pub fn open(&mut self, what: Saved, state: &State, model: &str) {
        self.what = what;
        let model = Path::new(model).file_stem().unwrap_or_default();
        let name = what.file_name(&format!("{}-", model.to_string_lossy()));
        let folder = state.preferences.export_folder.clone();
        self.dialog.open(folder, &name);
    }

    /// What the dialog is of.
    pub fn what(&self) -> Saved {
        self.what
    }

    /// Takes the scan that is written, or whose plan is.
    pub fn write_of(&mut self, scan: &Arc<Scan>) {
        self.scan = Some(Arc::clone(scan));
    }

    /// The scan that a file which was written holds.
    pub fn written_scan(&mut self, path: &Path) -> Option<Arc<Scan>> {
        let scan = self.scan.take();
        scan.filter(|_| self.what == Saved::Scan && !is_csv(path))
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, home: Option<&Path>, out: &mut Vec<Command>) {
        let name = self.what.file_name("");
        let asked = SaveRequest {
            heading: self.what.heading(),
            forms: self.what.forms(),
            browse: Command::Weights(WeightsAction::BrowseSave(name)),
        };
        let path = self.dialog.ui(ctx, asked, home, |_| {}, out);
        out.extend(path.map(|path| Command::Weights(WeightsAction::SaveTo(path))));
    }
}

fn write(
    file: SavedFile,
    keep_going: &dyn Fn() -> ControlFlow<()>,
) -> Result<ControlFlow<()>, String> {
    check_outputs(&[&file.path], &file.sources).map_err(|error| error.to_string())?;
    let bytes = (file.bytes)()?;
    if keep_going().is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let saved = save_atomically(&file.path, &bytes).map_err(|error| error.to_string());
    saved.map(ControlFlow::Continue)
}

/// The same bytes as `scan --out` and `--csv` write.
pub fn scan_bytes(scan: &Scan, path: &Path) -> Result<Vec<u8>, String> {
    match is_csv(path) {
        true => Ok(scan_table(scan).to_csv().into_bytes()),
        false => Ok(report::text(scan)?.into_bytes()),
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

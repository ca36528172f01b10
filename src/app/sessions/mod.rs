//! Sessions as files and lines: what is in view goes out, and comes back whole or not at all.

pub mod action;

use std::path::{Path, PathBuf};

use eframe::egui;

use super::command::Command;
use super::save_dialog::{FileForm, SaveDialog, SaveMessage, SaveRequest};
use super::service::Service;
use super::state::{Preferences, State, Tab};
use super::tabs;
use super::tabs::approximate::view::PaneContent;
use super::tabs::approximate::view::second::stands_beside;
use super::tabs::finetune::action::TAB as SWEEP_TAB;
use super::tabs::weights::action::TAB as WEIGHTS_TAB;
use super::worker::{Reply, Wake};
use crate::views::{approximation, block_spectra, error_curve};
use crate::workspace::{self, DisplaySettings, ENDING, Workspace};

use action::SessionAction;

/// A session file that was read, or why it was not.
type SessionRead = Result<(PathBuf, Box<Workspace>), String>;

/// The reader of session files, and the dialog that writes them.
pub struct Sessions {
    /// The dialog.
    pub dialog: SaveDialog<(PathBuf, Box<Workspace>)>,
    reader: Service<PathBuf, SessionRead>,
    /// The file that the session was saved to last, or was read from.
    path: Option<PathBuf>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            dialog: SaveDialog::new("save session", |file: (PathBuf, Box<Workspace>), reply| {
                let (path, workspace) = file;
                let saved = workspace::save(&path, &workspace);
                let saved = saved.map(|()| path).map_err(|why| why.to_string());
                reply.send(SaveMessage::Ended(saved));
            }),
            reader: Service::new("session file", |path: PathBuf, reply: &Reply<'_, _>| {
                let read = workspace::load(&path).map_err(|why| why.to_string());
                reply.send(read.map(|read| (path, Box::new(read))));
            }),
            path: None,
        }
    }
}

impl Sessions {
    /// Whether a file is being read or written.
    pub fn busy(&self) -> bool {
        self.reader.busy() || self.dialog.busy()
    }

    /// Asks where to save.
    pub fn ask(&mut self, state: &State) {
        let known = self.path.as_deref();
        let name = known.and_then(Path::file_name);
        let name = name.map_or_else(
            || format!("session{ENDING}"),
            |name| name.to_string_lossy().into_owned(),
        );
        let folder = known.and_then(Path::parent).map(Path::to_path_buf);
        self.dialog.open(
            folder.or_else(|| state.preferences.export_folder.clone()),
            &name,
        );
    }

    /// Reads a file.
    pub fn read(&mut self, path: PathBuf, wake: &Wake) {
        self.reader.ask(path, wake);
    }

    /// Writes everything in view.
    pub fn write(&mut self, path: PathBuf, state: &State) {
        self.dialog.write((path, Box::new(in_view(state))), state);
    }

    /// The session that was read since the last call; says what became of one that was written.
    pub fn receive(&mut self, state: &mut State) -> Option<SessionRead> {
        if let Some(path) = self.dialog.receive(state) {
            state.preferences.remember(&path.display().to_string());
            self.path = Some(path);
        }
        let read = self.reader.receive().into_iter().next()?;
        let read = read.and_then(|read| read);
        if let Ok((path, _)) = &read {
            self.path = Some(path.clone());
        }
        Some(read)
    }

    /// Draws the dialog while it is open.
    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        home: Option<&Path>,
        tab: Tab,
        out: &mut Vec<Command>,
    ) {
        const FORM: FileForm = FileForm {
            endings: &[ENDING],
            name: "Session (JSON)",
            hint: "Everything in view, which the program opens again",
        };
        let asked = SaveRequest {
            heading: "Save session",
            forms: &[FORM],
            browse: Command::Session(SessionAction::Browse(format!("session{ENDING}"))),
        };
        let choices = |ui: &mut egui::Ui| {
            ui.label(
                "Source, settings and views; data beside the file is found again when both move",
            );
            if tab == WEIGHTS_TAB {
                ui.label("Models and scans are not in it; Save… in Weights keeps a scan");
            }
        };
        let path = self.dialog.ui(ctx, asked, home, choices, out);
        out.extend(path.map(|path| Command::Session(SessionAction::SaveTo(path))));
    }
}

/// Everything in view.
pub fn in_view(state: &State) -> Workspace {
    let preferences = &state.preferences;
    let view = &preferences.view;
    let panes = match view.panes() {
        PaneContent::Spectra => &block_spectra::VIEW,
        PaneContent::Reconstructions | PaneContent::ErrorMaps => &approximation::VIEW,
    };
    Workspace {
        tab: state.tab.id().to_owned(),
        session: state.session().clone(),
        display: DisplaySettings {
            views: vec![panes, &error_curve::VIEW, view.second],
            error_maps: view.error_maps,
            error_gain: view.error_gain,
            colors: view.map,
            block_lines: view.block_lines,
            log_error: view.log_error,
            log_parameters: view.log_parameters,
            split: view.split,
        },
        max_pixels: preferences.max_pixels,
        experiment: (state.tab == SWEEP_TAB).then(|| preferences.experiment.clone()),
    }
}

/// Looks at things as a session does; its source and settings come with their results.
pub fn show(state: &mut State, workspace: &Workspace) {
    let Workspace {
        tab,
        display,
        experiment,
        ..
    } = workspace;
    state.tab = tabs::named(tab);
    let Preferences {
        view,
        experiment: shown,
        ..
    } = &mut state.preferences;
    view.error_maps = display.error_maps;
    view.spectra = display.views.contains(&&block_spectra::VIEW);
    view.error_gain = display.error_gain;
    view.map = display.colors;
    view.block_lines = display.block_lines;
    view.log_error = display.log_error;
    view.log_parameters = display.log_parameters;
    view.split = display.split;
    let beside = display.views.iter().rev().copied();
    if let Some(second) = beside.into_iter().find(|one| stands_beside(one)) {
        view.second = second;
    }
    if let Some(experiment) = experiment {
        *shown = experiment.clone();
    }
}

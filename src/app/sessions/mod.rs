//! Sessions as files and lines: what is in view goes out, and comes back whole or not at all.

pub mod action;

use std::path::{Path, PathBuf};

use eframe::egui;

use super::command::Command;
use super::save_dialog::{SaveDialog, SaveRequest};
use super::service::Service;
use super::state::{Preferences, State};
use super::tabs;
use super::tabs::approximate::view::PaneContent;
use super::tabs::approximate::view::second::stands_beside;
use super::tabs::finetune::action::TAB as SWEEP_TAB;
use super::worker::{Reply, Wake};
use crate::views::{approximation, block_spectra, error_curve};
use crate::workspace::{self, DisplaySettings, ENDING, Workspace};

use action::SessionAction;

/// A job with a file, off the window's thread.
enum SessionJob {
    Read(PathBuf),
    Write(PathBuf, Box<Workspace>),
}

/// The result of a job.
pub enum SessionMessage {
    /// A session was read from this file.
    Read(PathBuf, Box<Workspace>),
    /// The session is in this file.
    Written(PathBuf),
    /// No session could be read.
    Unread(String),
    /// No session could be written.
    Unwritten(String),
}

/// The dialog and the worker for session files.
pub struct Sessions {
    dialog: SaveDialog,
    files: Service<SessionJob, SessionMessage>,
    /// The file that the session was saved to last, or was read from.
    path: Option<PathBuf>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            dialog: SaveDialog::default(),
            files: Service::new("session file", work),
            path: None,
        }
    }
}

fn work(job: SessionJob, reply: &Reply<'_, SessionMessage>) {
    reply.send(match job {
        SessionJob::Read(path) => match workspace::load(&path) {
            Ok(read) => SessionMessage::Read(path, Box::new(read)),
            Err(why) => SessionMessage::Unread(why.to_string()),
        },
        SessionJob::Write(path, workspace) => match workspace::save(&path, &workspace) {
            Ok(()) => SessionMessage::Written(path),
            Err(why) => SessionMessage::Unwritten(why.to_string()),
        },
    });
}

impl Sessions {
    /// Whether the dialog is on screen.
    pub fn is_open(&self) -> bool {
        self.dialog.is_open()
    }

    /// Closes the dialog; whether it was open.
    pub fn close(&mut self) -> bool {
        self.dialog.close()
    }

    /// Whether a file is being read or written.
    pub fn busy(&self) -> bool {
        self.files.busy()
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

    /// Takes the path that the system's dialog gave.
    pub fn set_path(&mut self, path: &Path) {
        self.dialog.set_path(path);
    }

    /// Reads a file.
    pub fn read(&mut self, path: PathBuf, wake: &Wake) {
        self.files.ask(SessionJob::Read(path), wake);
    }

    /// Writes everything in view.
    pub fn write(&mut self, path: PathBuf, workspace: Workspace, wake: &Wake) {
        self.files
            .ask(SessionJob::Write(path, Box::new(workspace)), wake);
    }

    /// The result since the last call.
    pub fn receive(&mut self) -> Option<SessionMessage> {
        let told = self.files.receive().into_iter().next()?;
        let told = told.unwrap_or_else(SessionMessage::Unread);
        match &told {
            SessionMessage::Read(path, _) => self.path = Some(path.clone()),
            SessionMessage::Written(path) => {
                self.path = Some(path.clone());
                self.dialog.close();
            }
            SessionMessage::Unwritten(why) => self.dialog.fail(why.clone()),
            SessionMessage::Unread(_) => {}
        }
        Some(told)
    }

    /// Draws the dialog while it is open.
    pub fn ui(&mut self, ctx: &egui::Context, home: Option<&Path>, out: &mut Vec<Command>) {
        let asked = SaveRequest {
            heading: "Save session",
            ending: ENDING,
            endings: &[ENDING],
            busy: self.busy().then(|| "Writing the file…".to_owned()),
            browse: Command::Session(SessionAction::Browse(format!("session{ENDING}"))),
        };
        let choices = |ui: &mut egui::Ui| {
            ui.label(
                "Source, settings and views; data beside the file is found again when both move",
            );
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

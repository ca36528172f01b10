//! The state of the window: the session, the open tab, and what is transient.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, util::undoer::Undoer};
use serde::{Deserialize, Serialize};

pub use super::notices::{Act, Message};
pub use super::tab::Tab;

use super::command::Command;
use super::dialogs::Dialogs;
use super::notices::Notices;
use super::tabs::approximate::view::ApproximateView;
use super::worker::Wake;
use crate::analysis::{Analysis, PartChoice};
use crate::experiment::{Experiment, Projections};
use crate::figure::Paper;
use crate::finetune::Results;
use crate::session::{Export, Session};
use crate::source::{DigitSet, Limits, Source};
use crate::workspace::Workspace;

/// Light, dark or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Light => Self::Light,
            ThemeChoice::Dark => Self::Dark,
        }
    }
}

/// Preferences that are remembered from one start to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The name of the tab that was open.
    pub tab: String,
    /// The last session, opened again unless the program is started on a file.
    pub session: Session,
    /// Light, dark or as the system has it.
    pub theme: ThemeChoice,
    /// Size of the window in points.
    pub window: [f32; 2],
    /// Zoom of everything in the window.
    pub zoom: f32,
    /// Files and SOURCEs opened last, newest first.
    pub recent: VecDeque<String>,
    /// Models opened last, newest first.
    pub models: VecDeque<String>,
    /// The file of the last scan, which the Weights tab shows again.
    pub scan: Option<PathBuf>,
    /// The view options of the Approximate tab.
    pub view: ApproximateView,
    /// The experiment of the Fine-tune tab.
    pub experiment: Experiment,
    /// Size, type and lines of exported figures.
    pub paper: Paper,
    /// Resolution of exported PNGs, in dots per inch.
    pub dpi: f64,
    /// Images with more pixels are scaled down.
    pub max_pixels: usize,
    /// Folder of the last export.
    pub export_folder: Option<PathBuf>,
    /// The name, without its ending, that each kind of figure was last written under.
    pub export_names: BTreeMap<String, String>,
}

/// The number of recent files that are remembered.
const RECENT: usize = 12;

impl Default for Preferences {
    fn default() -> Self {
        Self {
            tab: Tab::HOME.id().to_owned(),
            session: Session::default(),
            theme: ThemeChoice::System,
            window: [1360.0, 820.0],
            zoom: 1.0,
            recent: VecDeque::new(),
            models: VecDeque::new(),
            scan: None,
            view: ApproximateView::default(),
            experiment: Experiment::default(),
            paper: Paper::default(),
            dpi: Export::DPI,
            max_pixels: Limits::default().max_pixels,
            export_folder: None,
            export_names: BTreeMap::new(),
        }
    }
}

impl Preferences {
    /// Puts a source at the head of the recent ones.
    pub fn remember(&mut self, source: &str) {
        put_first(&mut self.recent, source);
    }

    /// Puts a model at the head of the recent ones.
    pub fn remember_model(&mut self, path: &str) {
        put_first(&mut self.models, path);
    }
}

fn put_first(recent: &mut VecDeque<String>, name: &str) {
    recent.retain(|known| known != name);
    recent.push_front(name.to_owned());
    recent.truncate(RECENT);
}

/// A whole session on its way.
pub struct Arriving {
    /// The workspace that it shows.
    pub workspace: Workspace,
    /// The file that it was read from.
    pub file: Option<String>,
    /// The pixels that images were allowed before it.
    pub max_pixels: usize,
}

/// The state of the window; the tabs read it and answer with commands.
pub struct State {
    /// The preferences; their session is the one on screen.
    pub preferences: Preferences,
    /// A session whose source is being loaded; the old one stays on screen until it is there.
    pub opening: Option<Session>,
    /// The display settings of the session that is being loaded, for when it is there.
    pub arriving: Option<Box<Arriving>>,
    /// The last good answer.
    pub analysis: Option<Arc<Analysis>>,
    /// Results that the table compares with.
    pub pinned: Vec<Arc<Analysis>>,
    /// The data set of the gallery.
    pub digits: Option<Arc<DigitSet>>,
    /// The results that were trained last, or are being trained.
    pub trained: Option<Arc<Results>>,
    /// Projections beside them.
    pub projected: Option<Arc<Projections>>,
    /// The open tab.
    pub tab: Tab,
    /// The messages, by tab and act.
    pub notices: Notices,
    /// The act that opens the present source, and so the place of a failure's message.
    pub opened_by: Act,
    /// The tab that speaks, where it is not the open one.
    speaker: Option<Tab>,
    /// The text in the path field.
    pub path_field: String,
    /// Whether a path is to be typed, for no dialog has asked for it: the field of the open tab takes the
    /// keyboard.
    pub type_path: bool,
    /// The part of a method that is looked at: the factors' view is of it.
    pub part: PartChoice,
    /// Where a matrix was opened from.
    pub opened_from: Option<Origin>,
    /// Whether the help page is open.
    pub help: bool,
    /// Whether the first tab is shown to a class, without the panels round it.
    pub presenting: bool,
    /// Whether the page about the program and the paper is.
    pub about: bool,
    /// The system's file dialogs.
    pub dialogs: Dialogs,
    /// Wakes the window.
    pub wake: Wake,
    /// Past sessions.
    pub undoer: Undoer<Session>,
}

/// Where a matrix was opened from.
pub struct Origin {
    /// The tab.
    pub tab: Tab,
    /// The source of the matrix.
    pub source: Source,
    /// What opens the one before it there, and the next.
    pub steps: [Command; 2],
}

impl State {
    /// A window that opens on `tab`, with these preferences.
    pub fn new(preferences: Preferences, tab: Tab, wake: Wake) -> Self {
        Self {
            opening: Some(preferences.session.clone()),
            tab,
            preferences,
            arriving: None,
            analysis: None,
            pinned: Vec::new(),
            digits: None,
            trained: None,
            projected: None,
            notices: Notices::default(),
            opened_by: Act::Open,
            speaker: None,
            path_field: String::new(),
            type_path: false,
            part: PartChoice::default(),
            opened_from: None,
            help: false,
            presenting: false,
            about: false,
            dialogs: Dialogs::new(Arc::clone(&wake)),
            wake,
            undoer: Undoer::default(),
        }
    }

    /// The session on screen.
    pub fn session(&self) -> &Session {
        &self.preferences.session
    }

    /// The session that the next change starts from: the one being opened, if any is.
    pub fn latest_session(&self) -> &Session {
        self.opening.as_ref().unwrap_or(&self.preferences.session)
    }

    /// Where the matrix on screen was opened from, if another tab opened it.
    pub fn origin(&self) -> Option<&Origin> {
        let origin = self.opened_from.as_ref();
        origin.filter(|origin| origin.source == self.latest_session().source)
    }

    /// Runs what may speak for a tab that need not be the open one, such as its workers.
    pub fn speaking_for<T>(&mut self, tab: Tab, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.speaker.replace(tab);
        let told = run(self);
        self.speaker = before;
        told
    }

    /// Says what failed.
    pub fn fail(&mut self, error: impl Into<String>) {
        self.say(Act::Other, Message::Error(error.into()));
    }

    /// Says what was done.
    pub fn done(&mut self, text: impl Into<String>) {
        self.say(Act::Other, Message::Done(text.into()));
    }

    /// Says what became of an act.
    pub fn say(&mut self, act: Act, message: Message) {
        let tab = self.speaker.unwrap_or(self.tab);
        self.notices.say(tab, act, message);
    }

    /// Warns of something that may be lost; it stands until the user dismisses it.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.notices.warn(text.into());
    }

    /// The last message of the open tab.
    pub fn message(&self) -> Option<&Message> {
        self.notices.of(self.tab)
    }
}

//! The window: receive what the workers sent, draw the open tab, then run the commands that the
//! drawing gave. It holds no numbers of its own.

mod about;
mod arrays;
pub mod background;
pub mod command;
mod dialogs;
mod digest;
mod export;
mod exports;
mod fonts;
mod help;
mod keys;
mod menu;
mod monitor;
pub mod notices;
mod opened;
mod page;
mod path_field;
pub mod preferences;
mod save_dialog;
mod save_path;
mod service;
pub mod sessions;
mod start;
pub mod state;
mod status;
mod tab;
pub mod tabs;
mod texture;
mod theme;
mod update;
mod widgets;
pub mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui;

use arrays::ArrayChooser;
use command::Command;
use export::Exporter;
use keys::Keys;
use page::Page;
use service::Service;
use sessions::Sessions;
use state::{Preferences, State, Tab};
use tabs::approximate::job::{self, JobMessage};
use tabs::approximate::progress::Activity;
use tabs::{Pages, StartState};

use crate::analysis::Analyst;
use crate::session::Session;
use crate::source::{Dataset, DigitSet, Limits, SourceError, Split, digits};

/// The name that windows and desktop entries know the program by.
pub const APP_ID: &str = "io.github.localized_lora.Explorer";

pub use start::run;

const TITLE: &str = "Localized LoRA Explorer";

type DigitsAnswer = Result<(Dataset, Arc<DigitSet>), SourceError>;

/// The window's program.
pub struct Explorer {
    state: State,
    pages: Pages,
    fonts: fonts::SystemFonts,
    exporter: Exporter,
    arrays: ArrayChooser,
    sessions: Sessions,
    keys: Keys,
    fitted: monitor::Fitted,
    analyst: Service<(Session, Limits), JobMessage>,
    digits: Service<(Dataset, Split), DigitsAnswer>,
    digits_asked: Option<(Dataset, Split)>,
    limits: Limits,
    saver: preferences::Saver,
}

impl Explorer {
    /// A program that opens with `preferences` and keeps them in `file`, if there is one.
    pub fn new(
        ctx: &egui::Context,
        preferences: Preferences,
        file: Option<PathBuf>,
        limits: Limits,
    ) -> Self {
        theme::install(ctx);
        let max_pixels = limits.max_pixels.max(preferences.max_pixels);
        ctx.set_theme(preferences.theme);
        ctx.set_zoom_factor(preferences.zoom.clamp(0.5, 4.0));
        let wake = worker::wake_by(ctx);
        let mut analyst = Analyst::default();
        let folder = file.as_deref().and_then(Path::parent);
        let place = StartState {
            folder: folder.map(Path::to_path_buf),
            wake: Arc::clone(&wake),
        };
        let tab = tabs::named(&preferences.tab);
        let mut explorer = Self {
            analyst: Service::new("approximate", move |request, reply| {
                job::work(&mut analyst, request, reply);
            }),
            digits: Service::new("digits", |(dataset, split), reply| {
                reply.send(digits(&dataset, split).map(|set| (dataset, set)));
            }),
            saver: preferences::Saver::new(file, &preferences),
            pages: Pages::new(&place),
            fonts: fonts::SystemFonts::new(ctx, &wake),
            state: State::new(preferences, tab, wake),
            exporter: Exporter::default(),
            arrays: ArrayChooser::default(),
            sessions: Sessions::default(),
            keys: Keys::default(),
            fitted: monitor::Fitted::default(),
            digits_asked: None,
            limits: Limits {
                max_pixels,
                ..limits
            },
        };
        explorer.request();
        explorer
    }

    /// The state, for tests that look at what the window knows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// A tab, likewise.
    pub fn page<T: Page>(&self) -> Option<&T> {
        self.pages.get()
    }

    /// Whether an answer is still to come.
    pub fn busy(&self) -> bool {
        self.analyst.busy()
            || self.digits.busy()
            || self.pages.iter().any(Page::busy)
            || self.exporter.busy()
            || self.exporter.drawing()
            || self.arrays.busy()
            || self.sessions.busy()
    }

    /// Runs a command as a menu or a key would.
    pub fn run(&mut self, ctx: &egui::Context, command: Command) {
        update::run(self, ctx, command);
    }

    /// Asks for the latest session to be computed.
    fn request(&mut self) {
        let session = self.state.latest_session().clone();
        let known = self.state.analysis.as_deref();
        self.pages.home.asked(Activity::first(&session, known));
        self.analyst.ask((session, self.limits), &self.state.wake);
    }

    /// Whether a dialog lies over the tab.
    fn asks(&self) -> bool {
        self.exporter.is_open()
            || self.arrays.is_open()
            || self.sessions.dialog.is_open()
            || self.pages.iter().any(Page::asks)
    }

    /// Draws everything and collects what the user asked for.
    fn draw(&mut self, ui: &mut egui::Ui) -> Vec<Command> {
        let mut out = self.keys.pressed(ui.ctx(), self.state.tab);
        if self.asks() {
            out.retain(|command| matches!(command, Command::Cancel | Command::Quit));
        }
        let theme = theme::of(ui.ctx());
        if !(self.state.presenting && self.state.tab == Tab::HOME) {
            egui::Panel::top("menu").show(ui, |ui| menu::show(ui, &mut self.state, &mut out));
            let progress = self.pages.home.progress();
            status::show(ui, &mut self.state, progress, &mut out);
        }
        if let Some(page) = self.pages.of(self.state.tab) {
            page.ui(ui, &mut self.state, theme, &mut out);
        }
        self.exporter.ui(ui.ctx(), &mut self.state, &mut out);
        let home = export::home();
        let tab = self.state.tab;
        self.sessions.ui(ui.ctx(), home.as_deref(), tab, &mut out);
        if let Some(session) = self.arrays.ui(ui.ctx(), &mut out) {
            out.insert(0, Command::SetSession(Box::new(session)));
        }
        help::show(ui.ctx(), &mut self.state);
        about::show(ui.ctx(), &mut self.state, &mut out);
        if let Some(page) = self.pages.of(self.state.tab) {
            status::drop_hint(ui, page.drop_hint());
        }
        widgets::focus::finish(ui.ctx(), TITLE);
        out
    }
}

impl eframe::App for Explorer {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        update::receive(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        if let Some(command) = opened::dropped(self, ui.ctx()) {
            update::run(self, ui.ctx(), command);
        }
        for command in self.draw(ui) {
            self.keys.after(&command);
            update::run(self, ui.ctx(), command);
        }
        update::afterwards(self, ui.ctx());
        self.fitted.look(ui.ctx());
        self.fonts.update(ui.ctx());
    }

    fn on_exit(&mut self) {
        self.saver.save(&self.state.preferences);
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

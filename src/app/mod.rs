//! The window: receive what the workers sent, draw the open tab, then run the commands that the
//! drawing gave. It holds no numbers of its own.

mod arrays;
pub mod command;
mod dialogs;
mod export;
mod fonts;
mod help;
mod keys;
mod menu;
pub mod notices;
mod opened;
mod path_field;
pub mod preferences;
mod start;
pub mod state;
mod status;
pub mod tabs;
mod texture;
mod theme;
mod update;
mod widgets;
pub mod worker;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;

use arrays::ArrayChooser;
use command::Command;
use dialogs::Dialogs;
use export::Exporter;
use keys::Keys;
use state::{Preferences, State, Tab};
use tabs::approximate::ApproximateTab;
use tabs::approximate::job::{self, Progress};
use tabs::approximate::progress::Doing;
use tabs::finetune::FinetuneTab;
use tabs::method::MethodTab;
use worker::{Answers, Wake, Worker};

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
    approximate: ApproximateTab,
    finetune: FinetuneTab,
    fonts: fonts::SystemFonts,
    method: MethodTab,
    dialogs: Dialogs,
    exporter: Exporter,
    arrays: ArrayChooser,
    keys: Keys,
    analyst: (Worker<(Session, Limits)>, Answers<Progress>),
    digits: (Worker<(Dataset, Split)>, Answers<DigitsAnswer>),
    digits_asked: Option<(Dataset, Split)>,
    limits: Limits,
    wake: Wake,
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
        let waker = ctx.clone();
        let wake: Wake = Arc::new(move || waker.request_repaint());
        let mut analyst = Analyst::default();
        let sweeps = file.as_deref().and_then(preferences::sweeps);
        let mut explorer = Self {
            analyst: Worker::spawn("approximate", Arc::clone(&wake), move |request, reply| {
                job::work(&mut analyst, request, reply);
            }),
            digits: Worker::spawn("digits", Arc::clone(&wake), |(dataset, split), reply| {
                reply.send(digits(&dataset, split).map(|set| (dataset, set)));
            }),
            saver: preferences::Saver::new(file, &preferences),
            state: State::new(preferences),
            approximate: ApproximateTab::default(),
            finetune: FinetuneTab::new(sweeps, &wake),
            fonts: fonts::SystemFonts::new(ctx, &wake),
            method: MethodTab::default(),
            dialogs: Dialogs::default(),
            exporter: Exporter::default(),
            arrays: ArrayChooser::default(),
            keys: Keys::default(),
            digits_asked: None,
            limits: Limits {
                max_pixels,
                ..limits
            },
            wake,
        };
        explorer.request();
        explorer
    }

    /// The state, for tests that look at what the window knows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The Fine-tune tab, likewise.
    pub fn finetune(&self) -> &FinetuneTab {
        &self.finetune
    }

    /// Whether an answer is still to come.
    pub fn busy(&self) -> bool {
        self.analyst.0.busy()
            || self.digits.0.busy()
            || self.approximate.background.busy()
            || self.finetune.busy()
            || self.method.busy()
            || self.exporter.busy()
            || self.arrays.busy()
    }

    /// Runs a command as a menu or a key would.
    pub fn run(&mut self, ctx: &egui::Context, command: Command) {
        update::run(self, ctx, command);
    }

    /// Opens a results file, for the tab that shows it.
    fn open_results(&mut self, path: PathBuf) {
        let (state, tab) = (&mut self.state, &mut self.finetune);
        state.speaking_for(Tab::FineTune, |state| tab.open(state, path));
    }

    /// Trains on the data set in a folder.
    fn choose_training_data(&mut self, path: PathBuf) {
        let (state, tab) = (&mut self.state, &mut self.finetune);
        state.speaking_for(Tab::FineTune, |state| tab.choose(state, path));
    }

    /// Asks for the latest session to be computed.
    fn request(&mut self) {
        let session = self.state.latest_session().clone();
        let known = self.state.analysis.as_deref();
        self.approximate.asked(Doing::first(&session, known));
        self.analyst.0.ask((session, self.limits));
    }

    /// Draws everything and collects what the user asked for.
    fn draw(&mut self, ui: &mut egui::Ui) -> (Vec<Command>, Option<Session>) {
        let mut out = self.keys.pressed(ui.ctx());
        if self.exporter.is_open() || self.arrays.is_open() {
            out.retain(|command| matches!(command, Command::Cancel | Command::Quit));
        }
        let theme = theme::of(ui.ctx());
        egui::Panel::top("menu").show(ui, |ui| menu::show(ui, &mut self.state, &mut out));
        let progress = self.approximate.progress();
        status::show(ui, &mut self.state, progress, &mut out);
        let changed = match self.state.tab {
            Tab::Approximate => self.approximate.ui(ui, &mut self.state, theme, &mut out),
            Tab::FineTune => {
                self.finetune.ui(ui, &mut self.state, theme, &mut out);
                None
            }
            Tab::Method => {
                let trained = self.finetune.training().results();
                self.method.ui(ui, &self.state, trained, theme);
                None
            }
        };
        self.exporter.ui(ui.ctx(), &mut self.state, &mut out);
        let chosen = self.arrays.ui(ui.ctx());
        help::show(ui.ctx(), &mut self.state);
        status::drop_hint(ui);
        widgets::focus::finish(ui.ctx(), TITLE);
        (out, chosen.or(changed))
    }
}

impl eframe::App for Explorer {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        update::receive(self, ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        opened::dropped(self, ui.ctx());
        let (commands, changed) = self.draw(ui);
        if let Some(session) = changed {
            opened::change(self, session);
        }
        for command in commands {
            self.keys.after(&command);
            update::run(self, ui.ctx(), command);
        }
        update::afterwards(self, ui.ctx());
        self.fonts.update(ui.ctx());
    }

    fn on_exit(&mut self) {
        self.saver.save(&self.state.preferences);
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

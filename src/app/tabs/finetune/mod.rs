//! Experiment 2: adapt a network to new digits with every layout, and see what it costs.

mod controls;
mod detail;
pub mod figures;
mod gate;
mod looks;
mod plots;
mod reader;
mod table;
mod trainer;
mod training;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{self, RichText};

use self::gate::Pace;
use self::looks::Looks;
use self::plots::Measure;
use self::training::Training;
use crate::app::command::Command;
use crate::app::state::State;
use crate::app::widgets::focus;
use crate::app::worker::Wake;
use crate::experiment::Experiment;
use crate::experiment::figures::{look_of, setting};
use crate::figure::palette::Theme;
use crate::finetune::train::EpochRecord;
use crate::finetune::{RunKey, SweepSettings};
use crate::source::Dataset;

/// Both plots are at least this high; the tab scrolls instead.
const LEAST_HEIGHT: f32 = 250.0;

/// Beside each other from this width on, else below each other.
const TWO_PLOTS: f32 = 560.0;

/// So many runs under way have their curves drawn.
const LIVE: usize = 2;

/// The tab: the sweep, the runs looked into, and how they are looked at.
pub struct FinetuneTab {
    training: Training,
    looks: Looks,
    /// Settings of an opened file that no preset gives.
    custom: Option<SweepSettings>,
    measure: Measure,
    table: table::View,
}

impl FinetuneTab {
    /// A tab that keeps its sweeps in `folder`, if there is one.
    pub fn new(folder: Option<PathBuf>, wake: &Wake) -> Self {
        Self {
            training: Training::new(folder, Arc::clone(wake)),
            looks: Looks::new(Arc::clone(wake)),
            custom: None,
            measure: Measure::default(),
            table: table::View::default(),
        }
    }

    /// The sweep and its results, for tests that look at what the window knows.
    pub fn training(&self) -> &Training {
        &self.training
    }

    /// The runs looked into.
    pub fn looks(&self) -> &Looks {
        &self.looks
    }

    /// Whether an answer will come without the user.
    pub fn busy(&self) -> bool {
        self.training.busy() || self.looks.busy()
    }

    /// Takes what the workers sent.
    pub fn receive(&mut self, state: &mut State) {
        if let Some(results) = self.training.receive(state) {
            let dataset = &state.preferences.experiment.dataset;
            let found = Experiment::of(&results.settings, dataset);
            self.custom = found.is_none().then_some(results.settings);
            if let Some(found) = found {
                state.preferences.experiment = found;
            }
        }
        let image = self.training.results().map(|results| results.image);
        self.looks.receive(state, image.unwrap_or_default());
    }

    /// What is to be trained.
    fn settings(&self, state: &State) -> SweepSettings {
        let custom = self.custom.clone();
        custom.unwrap_or_else(|| state.preferences.experiment.settings())
    }

    /// One of the tab's commands.
    pub fn run(&mut self, state: &mut State, command: &Command) {
        match command {
            Command::Train => self.training.run(Pace::Running),
            Command::PauseTraining => self.training.pause(),
            Command::StepTraining => self.training.run(Pace::Step),
            Command::StopTraining => self.training.stop(),
            Command::ResetTraining => {
                self.training.reset(state);
                self.looks.clear();
            }
            Command::NewSeed => {
                // Short enough to be read out.
                let seed = u64::from(rand::random::<u16>());
                self.custom = None;
                state.preferences.experiment.seeds = Some(vec![seed]);
            }
            _ => {}
        }
    }

    /// Stops what is under way.
    pub fn cancel(&mut self) {
        self.training.stop();
        self.looks.stop();
    }

    /// Opens a results file.
    pub fn open(&mut self, state: &mut State, path: PathBuf) {
        if self.free(state) {
            self.training.open(path);
        }
    }

    /// Trains on another data set.
    pub fn choose(&mut self, state: &mut State, folder: PathBuf) {
        if self.free(state) {
            state.preferences.experiment.dataset = Dataset::Folder(folder);
        }
    }

    fn free(&self, state: &mut State) -> bool {
        let free = !self.training.under_way();
        if !free {
            state.fail("a sweep is under way, stop it before opening another");
        }
        free
    }

    /// Draws the tab.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        state: &mut State,
        theme: Theme,
        out: &mut Vec<Command>,
    ) {
        let dataset = state.preferences.experiment.dataset.clone();
        self.training.ask_for((dataset, self.settings(state)));
        self.looks.belong_to(self.training.asked());
        egui::Panel::left("training controls")
            .default_size(310.0)
            .size_range(260.0..=460.0)
            .show(ui, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    controls::show(self, ui, state, theme, out);
                    focus::follow(ui);
                });
            });
        egui::CentralPanel::default().show(ui, |ui| {
            focus::content(ui);
            egui::ScrollArea::vertical().show(ui, |ui| {
                self.pictures(ui, state, theme, out);
                focus::follow(ui);
            });
        });
    }

    fn pictures(&mut self, ui: &mut egui::Ui, state: &State, theme: Theme, out: &mut Vec<Command>) {
        let height = (0.46 * ui.available_height()).max(LEAST_HEIGHT);
        let (what, curves) = self.curves(theme);
        let mut clicked = None;
        let drops = |ui: &mut egui::Ui| {
            let title = RichText::new("Accuracy drop against parameters").strong();
            ui.add(egui::Label::new(title).truncate());
            clicked = plots::accuracy_drop(ui, &self.training, self.looks.selected(), theme);
        };
        let training = |ui: &mut egui::Ui| {
            plots::head(ui, &what, &mut self.measure);
            plots::training_curves(ui, &curves, &mut self.measure, theme);
        };
        two_plots(ui, height, drops, training);
        ui.separator();
        detail::show(ui, &mut self.looks, state.latest_session(), theme, out);
        let selected = self.looks.selected().to_vec();
        let row = table::show(ui, &self.training, &mut self.table, &selected, theme, out);
        if let Some((key, beside)) = row.or(clicked)
            && let Some(results) = self.training.results()
        {
            self.looks
                .select(key, beside, &results.dataset, &self.training.cache);
        }
    }

    /// The curves to draw, and in a few words what they are: of the runs looked into, else of those
    /// under way, else of the run trained last.
    fn curves(&self, theme: Theme) -> (String, Vec<(RunKey, Vec<EpochRecord>)>) {
        let of = |key: &RunKey| {
            let known = self.looks.known();
            let inside = known.iter().find(|run| run.record.key == *key);
            let history = inside.map(|run| run.history.clone());
            history.or_else(|| self.training.history(key).map(<[_]>::to_vec))
        };
        let with = |keys: &[RunKey]| {
            let found = keys.iter().filter_map(|key| Some((*key, of(key)?)));
            found.collect::<Vec<_>>()
        };
        let selected = self.looks.selected();
        if !selected.is_empty() {
            return (String::new(), with(selected));
        }
        let live: Vec<RunKey> = self.training.live().copied().collect();
        let live = &live[live.len().saturating_sub(LIVE)..];
        if self.training.under_way() && !live.is_empty() {
            return ("under way".to_owned(), with(live));
        }
        match self.training.latest() {
            Some(key) => {
                let name = look_of(key, theme).name;
                (format!("latest: {name}, {}", setting(key)), with(&[*key]))
            }
            None => (
                "the curves of a run, while it is trained or selected".to_owned(),
                Vec::new(),
            ),
        }
    }
}

/// Two plots of this height, beside each other where that leaves room to read them.
fn two_plots(
    ui: &mut egui::Ui,
    height: f32,
    left: impl FnOnce(&mut egui::Ui),
    right: impl FnOnce(&mut egui::Ui),
) {
    let within = |ui: &mut egui::Ui| {
        ui.set_height(height);
        ui.set_max_height(height);
    };
    let width = ui.available_width();
    if width >= TWO_PLOTS {
        ui.columns_const(|[first, second]| {
            within(first);
            left(first);
            within(second);
            right(second);
        });
        return;
    }
    let size = egui::vec2(width, height);
    ui.allocate_ui(size, |ui| {
        within(ui);
        left(ui);
    });
    ui.allocate_ui(size, |ui| {
        within(ui);
        right(ui);
    });
}

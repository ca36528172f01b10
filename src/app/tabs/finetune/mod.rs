//! Experiment 2: adapt a network to new digits with every layout, and see what it costs.

pub mod action;
mod archive;
mod asked;
mod controls;
mod detail;
mod fields;
pub mod figures;
mod gate;
mod keeper;
mod looks;
mod plots;
mod projecting;
mod reader;
mod table;
mod trainer;
mod training;

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{self, RichText};

use self::action::{SweepAction, TAB};
use self::fields::Fields;
use self::gate::Pace;
use self::looks::Looks;
use self::plots::Measure;
use self::training::Training;
use crate::app::command::Command;
use crate::app::dialogs::Question;
use crate::app::page::Page;
use crate::app::state::{Act, Message, State, Tab};
use crate::app::tabs::StartState;
use crate::app::widgets::focus;
use crate::experiment::Experiment;
use crate::experiment::figures::{look_of, setting};
use crate::figure::palette::Theme;
use crate::finetune::train::EpochRecord;
use crate::finetune::{RunKey, SweepSettings};
use crate::source::Dataset;
use crate::store::JsonKind;

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
    table: table::TableOptions,
    /// The texts in the lists of the sweep.
    fields: Fields,
    detail: Detail,
}

/// The place of the detail above the table, which must not move when it opens.
#[derive(Default)]
struct Detail {
    /// Whether a row opened it: then the row stays where it was clicked.
    by_row: bool,
    height: f32,
}

impl FinetuneTab {
    /// A tab that keeps its sweeps in a folder of its own, if there is a place for one.
    pub fn new(place: &StartState) -> Self {
        let folder = place.folder.as_ref().map(|folder| folder.join("sweeps"));
        let training = Training::new(folder, Arc::clone(&place.wake));
        Self {
            looks: Looks::new(Arc::clone(&place.wake), training.cache.clone()),
            training,
            custom: None,
            measure: Measure::default(),
            table: table::TableOptions::default(),
            fields: Fields::default(),
            detail: Detail::default(),
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

    /// The sweep that is to be trained.
    fn settings(&self, state: &State) -> SweepSettings {
        let custom = self.custom.clone();
        custom.unwrap_or_else(|| state.preferences.experiment.settings())
    }

    /// Why nothing can be trained with what is typed, if it cannot.
    fn problem(&self) -> Option<&str> {
        let typed = self.custom.is_none() && !self.training.under_way();
        self.fields.problem().filter(|_| typed)
    }

    fn free(&self, state: &mut State) -> bool {
        let free = !self.training.under_way();
        if !free {
            state.fail("a sweep is under way; stop it before you open another");
        }
        free
    }

    /// The plots, what was learned, and the runs, of which a height of `seen` is in view.
    fn pictures(
        &mut self,
        ui: &mut egui::Ui,
        seen: f32,
        state: &State,
        theme: Theme,
        out: &mut Vec<Command>,
    ) {
        let height = (0.46 * ui.available_height()).max(LEAST_HEIGHT);
        let mut clicked = None;
        let top = ui.cursor().top();
        if self.measure == Measure::Projections {
            let size = egui::vec2(ui.available_width(), height);
            ui.allocate_ui(size, |ui| {
                ui.set_height(height);
                plots::head(ui, "", &mut self.measure);
                projecting::show(ui, &self.training, &mut self.looks, theme);
            });
        } else {
            clicked = self.runs(ui, height, theme);
        }
        ui.separator();
        let above = ui.cursor().top();
        detail::show(ui, &mut self.looks, state.latest_session(), theme, out);
        let grown = ui.cursor().top() - above;
        let selected = self.looks.selected().to_vec();
        // As high as without the detail, or the row that was clicked would scroll out of it.
        let high = ui.available_height() + grown;
        let row = table::show(
            ui,
            (&self.training, high),
            &mut self.table,
            &selected,
            theme,
            out,
        );
        // After the table, which would scroll its own rows by it.
        self.detail.hold_the_table(ui, grown);
        if self.detail.by_row && grown > 0.0 {
            // Room to scroll to, so that the row can stay even where the table is short.
            let without = ui.cursor().top() - top - grown;
            ui.add_space((seen - without).max(0.0));
        }
        let by_row = row.is_some();
        if let Some((key, beside)) = row.or(clicked)
            && let Some(results) = self.training.results()
        {
            self.detail.by_row = by_row;
            self.looks.select(key, beside, &results.dataset);
        }
    }

    /// Figure 2 and the way of runs through training; the answer is the run that was clicked.
    fn runs(&mut self, ui: &mut egui::Ui, height: f32, theme: Theme) -> plots::RunClick {
        let (what, curves) = self.curves(theme);
        let mut clicked = None;
        let drops = |ui: &mut egui::Ui| {
            let title = RichText::new("Accuracy drop against parameters").strong();
            ui.add(egui::Label::new(title).truncate());
            clicked = plots::accuracy_drop(ui, &self.training, self.looks.selected(), theme);
        };
        let measure = &mut self.measure;
        let training = |ui: &mut egui::Ui| {
            plots::head(ui, &what, measure);
            plots::training_curves(ui, &curves, *measure, theme);
        };
        two_plots(ui, height, drops, training);
        clicked
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
            None => (String::new(), Vec::new()),
        }
    }
}

impl Page for FinetuneTab {
    fn tab(&self) -> Tab {
        TAB
    }

    fn busy(&self) -> bool {
        self.training.busy() || self.looks.busy()
    }

    fn receive(&mut self, state: &mut State) {
        if let Some(results) = self.training.receive(state) {
            let dataset = &state.preferences.experiment.dataset;
            let found = Experiment::of(&results.settings, dataset);
            self.custom = found.is_none().then_some(results.settings);
            self.fields.clear();
            if let Some(found) = found {
                state.preferences.experiment = found;
            }
        }
        let image = self.training.results().map(|results| results.image);
        self.looks.receive(state, image.unwrap_or_default());
        if self.problem().is_none() {
            state.notices.settle(TAB, Act::Fields);
        }
        state.trained = self.training.shared();
        let projections = self.looks.projections(state.trained.as_deref());
        state.projected = projections.cloned();
    }

    fn run(&mut self, command: &Command, state: &mut State, _out: &mut Vec<Command>) {
        let Command::Finetune(action) = command else {
            return;
        };
        if !matches!(
            action,
            SweepAction::OpenResults | SweepAction::ChooseDataSet
        ) {
            // What was said of the sweep before is over.
            state.notices.settle(TAB, Act::Other);
        }
        if let (SweepAction::Train | SweepAction::Step, Some(why)) = (action, self.problem()) {
            let error = Message::Error(format!("{why}; nothing is trained before that is mended"));
            return state.notices.say(TAB, Act::Fields, error);
        }
        match action {
            SweepAction::Train => self.training.run(Pace::Running, state),
            SweepAction::Pause => self.training.pause(),
            SweepAction::Step => self.training.run(Pace::Step, state),
            SweepAction::Stop => self.training.stop(),
            SweepAction::Reset => {
                self.training.reset(state);
                self.looks.clear();
            }
            SweepAction::NewSeed => {
                // Short enough to be read out.
                let seed = u64::from(rand::random::<u16>());
                self.custom = None;
                self.fields.clear();
                state.preferences.experiment.seeds = Some(vec![seed]);
            }
            SweepAction::OpenResults => state
                .dialogs
                .ask(Question::File("Results", vec!["json"]), |path| {
                    Command::Finetune(SweepAction::OpenFile(path))
                }),
            SweepAction::OpenFile(path) if self.free(state) => self.training.open(path.clone()),
            SweepAction::ChooseDataSet => state.dialogs.ask(Question::Folder, |path| {
                Command::Finetune(SweepAction::TrainOn(path))
            }),
            SweepAction::TrainOn(folder) if self.free(state) => {
                state.preferences.experiment.dataset = Dataset::Folder(folder.clone());
            }
            SweepAction::OpenFile(_) | SweepAction::TrainOn(_) => {}
        }
    }

    fn cancel(&mut self) -> bool {
        self.training.stop();
        self.looks.stop();
        true
    }

    /// A folder is a data set where it is dropped on the sweep; results are JSON.
    fn takes(&self, path: &Path, open: bool) -> Option<Command> {
        let action = if open && path.is_dir() {
            SweepAction::TrainOn(path.to_owned())
        } else if JsonKind::of(path) == Some(JsonKind::Results) {
            SweepAction::OpenFile(path.to_owned())
        } else {
            return None;
        };
        Some(Command::Finetune(action))
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
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
            let seen = ui.available_height();
            egui::ScrollArea::vertical().show(ui, |ui| {
                self.pictures(ui, seen, state, theme, out);
                focus::follow(ui);
            });
        });
    }
}

impl Detail {
    /// Scrolls by as much as the detail has grown above the table.
    fn hold_the_table(&mut self, ui: &egui::Ui, height: f32) {
        let grown = height - std::mem::replace(&mut self.height, height);
        if self.by_row && grown.abs() > 0.5 {
            let up = egui::vec2(0.0, -grown);
            ui.scroll_with_delta_animation(up, egui::style::ScrollAnimation::none());
            ui.ctx()
                .request_discard("the table stays where it was clicked");
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

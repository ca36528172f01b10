//! Experiment 1: a matrix, its approximations, their errors and parameters, live.

pub mod action;
mod answered;
mod arrange;
mod atlas;
mod by_label;
mod cards;
mod content;
mod data_set;
mod examples;
mod factors;
pub mod figures;
mod fit;
mod grids;
mod heads;
pub mod job;
mod locality;
mod locality_by_label;
mod maximized;
mod order;
mod panes;
pub mod play;
mod plots;
mod pointer;
mod presentation;
pub mod presets;
pub mod progress;
mod rank_map;
mod ranks;
mod shared_budget;
mod source_panel;
mod spectrum;
mod table;
mod toolbar;
mod verdict_line;
pub mod view;

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui;

use crate::analysis::LocalityQuestion;
use crate::app::background::Background;
use crate::app::command::Command;
use crate::app::export::home;
use crate::app::page::Page;
use crate::app::state::{State, Tab};
use crate::app::texture::MatrixTexture;
use crate::app::widgets::focus;
use crate::app::widgets::gallery::Gallery;
use crate::app::widgets::matrix_view::PaneView;
use crate::approx::Method;
use crate::figure::palette::Theme;
use crate::session::Session;
use crate::source::{Dataset, Source};

use action::MatrixAction;
use play::Player;
use progress::Pending;

/// The tab: what is transient in it.
#[derive(Default)]
pub struct ApproximateTab {
    pane: PaneView,
    cursor: Option<(usize, usize)>,
    selected: Option<(Method, usize)>,
    /// The method of whose blocks the singular values were drawn last.
    drawn_spectrum: Option<Method>,
    /// The matrix that the plots last showed.
    plotted: Option<u64>,
    textures: HashMap<Option<Method>, MatrixTexture>,
    /// The question of the locality test that is shown where there is room for one.
    question: LocalityQuestion,
    /// The work that has been asked for and is not on screen yet.
    pending: Option<Pending>,
    /// The wall of digits, which also knows what *next* means.
    pub gallery: Gallery,
    /// Surveys and searches over grids.
    pub background: Background,
    /// The build-up.
    pub player: Player,
    /// The survey for the line above the panes.
    overall: verdict_line::Overall,
    examples: examples::Examples,
    /// The window on a block's factors, while it is open.
    factors: Option<factors::FactorsWindow>,
    /// What is presented, while something is.
    presentation: Option<presentation::Presentation>,
    /// The pane or plot that has all the room.
    maximized: Option<maximized::Part>,
}

impl ApproximateTab {
    /// Shows the whole matrix again.
    pub fn reset_zoom(&mut self) {
        self.pane = PaneView::default();
    }

    /// Draws a step of the build-up as any result is drawn; the settings' own come back behind it.
    fn at_step(&mut self, state: &mut State, draw: impl FnOnce(&mut Self, &mut State)) {
        let step = self.player.step().cloned();
        let whole = step.and_then(|step| state.analysis.replace(step));
        draw(self, state);
        if whole.is_some() {
            state.analysis = whole;
        }
    }

    /// The session with another digit among those that the filter shows, while the tab is open.
    fn step(&mut self, state: &State, place: impl Fn(usize, usize) -> usize) -> Option<Session> {
        let set = state.digits.as_ref().filter(|_| state.tab == self.tab())?;
        let shown = self.gallery.indices(set, state.preferences.view.filter);
        if shown.is_empty() {
            return None;
        }
        let mut session = state.latest_session().clone();
        let (dataset, at) = match &session.source {
            Source::Digit {
                dataset,
                split,
                index,
            } if *split == set.split() => (dataset.clone(), shown.partition_point(|i| i < index)),
            Source::Digit { dataset, .. } => (dataset.clone(), 0),
            _ => (Dataset::BuiltIn, 0),
        };
        if !matches!(session.source, Source::Digit { .. }) {
            // What was subtracted belongs to a matrix of another kind.
            session.subtract = None;
        }
        session.source = Source::Digit {
            dataset,
            split: set.split(),
            index: shown[place(at.min(shown.len() - 1), shown.len()) % shown.len()],
        };
        Some(session)
    }
}

/// Keeps the present results; the same ones a second time would say nothing.
fn pin(state: &mut State) {
    let Some(present) = &state.analysis else {
        return;
    };
    if state.pinned.iter().any(|known| Arc::ptr_eq(known, present)) {
        return state.done("these results are already pinned; change a setting to compare");
    }
    state.pinned.push(Arc::clone(present));
}

impl Page for ApproximateTab {
    fn tab(&self) -> Tab {
        Tab::HOME
    }

    fn receive(&mut self, state: &mut State) {
        self.background.receive();
        self.player.receive(state);
        self.overall.receive();
        self.examples.receive();
    }

    fn busy(&self) -> bool {
        self.background.busy() || self.player.busy() || self.examples.busy()
    }

    fn asks(&self) -> bool {
        self.player.export.dialog.is_open()
    }

    fn cancel(&mut self) -> bool {
        if self.player.export.dialog.close()
            || self.factors.take().is_some()
            || self.maximized.take().is_some()
            || self.player.leave()
        {
            return true;
        }
        self.background.cancel();
        false
    }

    fn run(&mut self, command: &Command, state: &mut State, out: &mut Vec<Command>) {
        let Command::Approximate(action) = command else {
            return;
        };
        let action = match (action, state.presenting) {
            // The keys of a remote control, and those that a hand finds first.
            (MatrixAction::NextDigit, true) => &MatrixAction::NextScene,
            (MatrixAction::PreviousDigit, true) => &MatrixAction::PreviousScene,
            (action, _) => action,
        };
        if let Some(step) = beside(action, state) {
            return out.push(step);
        }
        let next = match action {
            MatrixAction::NextDigit => self.step(state, |at, count| (at + 1) % count),
            MatrixAction::PreviousDigit => self.step(state, |at, count| (at + count - 1) % count),
            MatrixAction::RandomDigit => {
                let any = rand::random::<u64>() as usize;
                self.step(state, |_, count| any % count)
            }
            MatrixAction::Pin => return pin(state),
            MatrixAction::Unpin => return state.pinned.clear(),
            MatrixAction::UnpinOne(number) => {
                if *number < state.pinned.len() {
                    state.pinned.remove(*number);
                }
                return;
            }
            MatrixAction::ResetZoom => return self.reset_zoom(),
            MatrixAction::Shuffle => {
                let mut session = state.latest_session().clone();
                let shuffle = &mut session.transform.shuffle;
                *shuffle = shuffle.is_none().then_some(0);
                Some(session)
            }
            MatrixAction::Play(action) => return self.player.run(action, state),
            MatrixAction::ToggleControls => {
                state.preferences.view.controls ^= true;
                return;
            }
            MatrixAction::Present => {
                (state.presenting, state.tab) = (!state.presenting, self.tab());
                return;
            }
            MatrixAction::NextScene | MatrixAction::PreviousScene => {
                let forward = *action == MatrixAction::NextScene;
                self.maximized = None;
                let presented = self.presentation.as_mut();
                presented.and_then(|presented| presented.step(forward))
            }
            MatrixAction::Factors => return self.toggle_factors(state),
            MatrixAction::ToggleVerdict => {
                state.preferences.view.verdict ^= true;
                return;
            }
        };
        out.extend(next.map(|session| Command::SetSession(Box::new(session))));
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
        let mut session = state.latest_session().clone();
        let before = session.clone();
        if state.presenting {
            presentation::show(self, ui, state, &mut session, theme, out);
            if session != before {
                out.insert(0, Command::SetSession(Box::new(session)));
            }
            return;
        }
        if let Some(presented) = self.presentation.take() {
            self.maximized = None;
            let own = presented.before_example();
            out.extend(own.map(|own| Command::SetSession(Box::new(own))));
        }
        if state.preferences.view.controls {
            controls(self, ui, state, &mut session, theme, out);
        }
        egui::CentralPanel::default().show(ui, |ui| {
            progress::show(self, ui, state, out);
            progress::dim_old(self, ui);
            focus::content(ui);
            play::show(&mut self.player, ui, state, out);
            self.at_step(state, |tab, state| {
                content::show(tab, ui, state, &mut session, theme, out);
            });
        });
        factors::show(self, ui.ctx(), state, theme);
        state.part = self.part();
        let home = home();
        self.player.export.ui(ui.ctx(), home.as_deref(), out);
        if session != before {
            // Before what was clicked in the same frame, which may build on it.
            out.insert(0, Command::SetSession(Box::new(session)));
        }
    }
}

/// The step to the matrix beside the one on screen in what that was opened from, where it is no digit.
fn beside(action: &MatrixAction, state: &State) -> Option<Command> {
    let [previous, next] = &state.origin()?.steps;
    match action {
        MatrixAction::PreviousDigit => Some(previous.clone()),
        MatrixAction::NextDigit => Some(next.clone()),
        _ => None,
    }
}

/// The panel at the left: first what the picture is of, in a line, then the knobs.
fn controls(
    tab: &mut ApproximateTab,
    ui: &mut egui::Ui,
    state: &mut State,
    session: &mut Session,
    theme: Theme,
    out: &mut Vec<Command>,
) {
    let most = (0.5 * ui.available_width()).clamp(LEAST_CONTROLS, 460.0);
    egui::Panel::left("controls")
        .default_size(330.0)
        .size_range(LEAST_CONTROLS..=most)
        .show(ui, |ui| {
            egui::ScrollArea::vertical().show(ui, |ui| {
                source_panel::show(tab, ui, state, session, out);
                ui.separator();
                cards::show(ui, state, &mut session.settings, &mut tab.factors, theme);
                examples::show(tab, ui, state, session, theme);
                focus::follow(ui);
            });
        });
}

/// Below this the sliders would be too short to be moved.
const LEAST_CONTROLS: f32 = 220.0;

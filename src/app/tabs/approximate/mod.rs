//! Experiment 1: a matrix, its approximations, their errors and parameters, live.

pub mod action;
pub mod background;
mod by_label;
mod cards;
mod data_set;
pub mod figures;
mod grids;
pub mod job;
pub mod knobs;
mod panes;
mod plots;
pub mod presets;
pub mod progress;
mod rank_map;
mod ranks;
mod second;
mod shared_budget;
mod source_panel;
mod spectrum;
mod table;

use std::collections::HashMap;
use std::sync::Arc;

use eframe::egui;
use serde::{Deserialize, Serialize};

use crate::app::command::Command;
use crate::app::page::Page;
use crate::app::state::{State, Tab};
use crate::app::texture::MatrixTexture;
use crate::app::widgets::focus;
use crate::app::widgets::gallery::Gallery;
use crate::app::widgets::matrix_view::PaneView;
use crate::approx::Method;
use crate::figure::palette::{ColorMap, Theme};
use crate::session::Session;
use crate::source::{Dataset, Source, Split, SyntheticSettings};
use crate::views::{View, singular_values};

use action::MatrixAction;
pub use background::Background;

pub use data_set::working;

use crate::analysis::Analysis;
use progress::Pending;

/// How the tab looks at things; remembered, but no part of undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApproximateView {
    /// Residuals instead of reconstructions.
    pub error_maps: bool,
    /// Colours of the matrix.
    pub map: ColorMap,
    /// Whether block lines are drawn.
    pub block_lines: bool,
    /// Whether errors are drawn on a logarithmic axis.
    pub log_error: bool,
    /// Whether parameters are; as the exported figure has it where nothing was chosen.
    pub log_parameters: Option<bool>,
    /// What the second plot shows.
    #[serde(with = "second")]
    pub second: &'static View,
    /// Which split the gallery shows.
    pub split: Split,
    /// Which digit the gallery shows; all where there is none.
    pub filter: Option<u8>,
    /// The synthetic matrix that is offered.
    pub synthetic: SyntheticSettings,
    /// The rank that the brush paints.
    pub brush: usize,
}

impl Default for ApproximateView {
    fn default() -> Self {
        Self {
            error_maps: false,
            map: ColorMap::default(),
            block_lines: true,
            log_error: false,
            log_parameters: None,
            second: &singular_values::VIEW,
            split: Split::Test,
            filter: None,
            synthetic: SyntheticSettings::new(crate::source::SyntheticKind::LowRank),
            brush: 1,
        }
    }
}

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
    /// What has been asked for and is not on screen yet.
    pending: Option<Pending>,
    /// The wall of digits, which also knows what *next* means.
    pub gallery: Gallery,
    /// Surveys and searches over grids.
    pub background: Background,
}

impl ApproximateTab {
    /// Shows the whole matrix again.
    pub fn reset_zoom(&mut self) {
        self.pane = PaneView::default();
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

    fn receive(&mut self, _state: &mut State) {
        self.background.receive();
    }

    fn busy(&self) -> bool {
        self.background.busy()
    }

    fn cancel(&mut self) -> bool {
        self.background.cancel();
        false
    }

    fn run(&mut self, command: &Command, state: &mut State, out: &mut Vec<Command>) {
        let Command::Approximate(action) = command else {
            return;
        };
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
        };
        out.extend(next.map(|session| Command::SetSession(Box::new(session))));
    }

    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>) {
        let mut session = state.latest_session().clone();
        let before = session.clone();
        egui::Panel::left("controls")
            .default_size(310.0)
            .size_range(260.0..=460.0)
            .show(ui, |ui| {
                egui::ScrollArea::vertical().show(ui, |ui| {
                    source_panel::show(self, ui, state, &mut session, out);
                    ui.separator();
                    cards::show(ui, state, &mut session.settings, theme);
                    focus::follow(ui);
                });
            });
        egui::CentralPanel::default().show(ui, |ui| {
            progress::show(self, ui, state, out);
            progress::dim_old(self, ui);
            focus::content(ui);
            egui::ScrollArea::vertical().show(ui, |ui| {
                panes::show(self, ui, state, &mut session, theme);
                table::show(ui, state, theme, out);
                ui.separator();
                plots::show(self, ui, state, &mut session, theme);
                focus::follow(ui);
            });
        });
        if session != before {
            // Before what was clicked in the same frame, which may build on it.
            out.insert(0, Command::SetSession(Box::new(session)));
        }
    }
}

/// The gallery goes along with a digit that was chosen elsewhere: it shows the digit's half of the
/// data set, and not a label that the digit has not.
pub fn gallery_follows(view: &mut ApproximateView, before: Option<&Analysis>, now: &Analysis) {
    let source = &now.session.source;
    // What the program starts with was not chosen: the view is kept as it was left, unless a folder
    // may have no other half.
    let kept = match (before, source) {
        (Some(before), _) => before.session.source == *source,
        (None, Source::Digit { dataset, .. }) => *dataset == Dataset::BuiltIn,
        (None, _) => true,
    };
    if kept {
        return;
    }
    if let Source::Digit { split, .. } = source {
        view.split = *split;
        if view.filter.is_some() && view.filter != now.loaded.label {
            view.filter = None;
        }
    }
}

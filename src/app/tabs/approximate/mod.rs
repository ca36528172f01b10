//! Experiment 1: a matrix, its approximations, their errors and parameters, live.

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

use eframe::egui;
use serde::{Deserialize, Serialize};

use crate::app::command::Command;
use crate::app::state::State;
use crate::app::texture::MatrixTexture;
use crate::app::widgets::focus;
use crate::app::widgets::gallery::Gallery;
use crate::app::widgets::matrix_view::PaneView;
use crate::approx::Method;
use crate::figure::palette::{ColorMap, Theme};
use crate::session::Session;
use crate::source::{Dataset, Source, Split, SyntheticSettings};
use crate::views::{View, singular_values};

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

    /// Draws the tab; changes of the session come back as a new one.
    pub fn ui(
        &mut self,
        ui: &mut egui::Ui,
        state: &mut State,
        theme: Theme,
        out: &mut Vec<Command>,
    ) -> Option<Session> {
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
        (session != before).then_some(session)
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

//! The view options of the Approximate tab, which are remembered.

pub mod second;

use serde::{Deserialize, Serialize};

use crate::analysis::Analysis;
use crate::figure::Gain;
use crate::figure::palette::ColorMap;
use crate::source::{Dataset, Source, Split, SyntheticKind, SyntheticSettings};
use crate::views::{View, singular_values};

/// What the panes of the methods show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaneContent {
    /// What each method makes of the matrix.
    Reconstructions,
    /// What each method misses.
    ErrorMaps,
    /// The singular values of every block, inside it.
    Spectra,
}

impl ApproximateView {
    /// What the panes show.
    pub fn panes(&self) -> PaneContent {
        match (self.spectra, self.error_maps) {
            (true, _) => PaneContent::Spectra,
            (false, true) => PaneContent::ErrorMaps,
            (false, false) => PaneContent::Reconstructions,
        }
    }

    /// Shows something else in the panes.
    pub fn show_in_panes(&mut self, content: PaneContent) {
        self.spectra = content == PaneContent::Spectra;
        self.error_maps = content == PaneContent::ErrorMaps;
    }
}

/// The view options of the tab; remembered, but no part of undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApproximateView {
    /// Residuals instead of reconstructions.
    pub error_maps: bool,
    /// Singular values instead of both.
    pub spectra: bool,
    /// The gain of the error maps' colours.
    pub error_gain: Gain,
    /// Colours of the matrix.
    pub map: ColorMap,
    /// Whether block lines are drawn.
    pub block_lines: bool,
    /// Whether errors are drawn on a logarithmic axis.
    pub log_error: bool,
    /// Whether parameters are; as the exported figure has it where nothing was chosen.
    pub log_parameters: Option<bool>,
    /// The view in the second plot.
    #[serde(with = "second")]
    pub second: &'static View,
    /// The split that the gallery shows.
    pub split: Split,
    /// The digit that the gallery shows; all where there is none.
    pub filter: Option<u8>,
    /// The synthetic matrix that is offered.
    pub synthetic: SyntheticSettings,
    /// The rank that the brush paints.
    pub brush: usize,
    /// Whether the line above the panes says which method is closest.
    pub verdict: bool,
    /// Whether the controls at the left are shown.
    pub controls: bool,
    /// Whether what a matrix can be taken from is unfolded.
    pub source_open: bool,
    /// Whether the table of results is shown; where nothing was chosen, if it has room.
    pub table: Option<bool>,
    /// The part of the height that the panes have, where it was chosen.
    pub panes_share: Option<f32>,
}

impl Default for ApproximateView {
    fn default() -> Self {
        Self {
            error_maps: false,
            spectra: false,
            error_gain: Gain::default(),
            map: ColorMap::default(),
            block_lines: true,
            log_error: false,
            log_parameters: None,
            second: &singular_values::VIEW,
            split: Split::Test,
            filter: None,
            synthetic: SyntheticSettings::new(SyntheticKind::LowRank),
            brush: 1,
            verdict: true,
            controls: true,
            source_open: false,
            table: None,
            panes_share: None,
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

//! Figures from results: which panels, curves and tables show them.

mod approximation;
mod atlas;
mod block_bars;
mod block_names;
mod build_up;
mod curves;
mod dataset;
mod factors;
mod finetune;
mod grids;
mod locality;
mod look;
mod order;
mod plan;
mod projection;
mod ranks;
mod residuals;
mod scan;
mod scan_table;
mod scan_words;
mod sources;
mod spectra;
mod together;

pub use approximation::{
    Approximation, BITS, Panel, comparison_table, figure_one, kept_entries, tells_bits,
};
pub use atlas::{atlas, atlas_bars, atlas_curves, atlas_table};
pub use block_bars::{BarsOfMethods, block_bars};
pub use build_up::{build_up, build_up_plot};
pub use curves::{ErrorCurve, curve_table, error_against_parameters, error_mark, error_plot};
pub use dataset::{
    distribution, distribution_plot, label_table, survey_rows, survey_table, verdict_sentence,
};
pub use factors::{factors, terms_table};
pub use finetune::{
    AccuracyDrop, Confusion, DeltaWeights, DropPoint, Feature, Frontier, TrainingCurve,
    accuracy_drop, accuracy_drop_plot, accuracy_plot, confusion, confusion_matrix, delta_weights,
    loss_plot, training_curves,
};
pub use grids::{best_grid, best_grid_plot, grid_sentence, grid_table};
pub use locality::{
    locality, locality_by_label, locality_label_plot, locality_label_table, locality_plots,
    locality_table,
};
pub use look::Look;
pub use order::{order, order_table};
pub use plan::{adapter_notes, adapter_table, plan_notes, plan_sentence, plan_table};
pub use projection::{
    correlation_table, projection_plots, projection_sentence, projection_table, projections,
};
pub use ranks::{BlockRanks, rank_heatmap, rank_map, rank_scale, rank_table};
pub use residuals::ResidualScale;
pub use scan::{MapColumn, ScanMap, scan_map};
pub use scan_table::{SCAN_VERDICT, scan_columns, scan_table};
pub use scan_words::{
    model_file_name, model_name, scan_fit, scan_heading, scan_missing, scan_rounding, scan_sentence,
};
pub use sources::source_grid;
pub use spectra::{MethodSpectrum, plain_spectrum, singular_values, spectrum_plot, spectrum_plots};
pub use together::{Letters, together};

use super::contents::without;
use super::palette::{ColorMap, Theme};
use super::paper::{Paper, points};
use super::{Figure, Metadata, Omitted};
use crate::approx::Method;

/// The look and the origin of a figure, beside its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Light or dark ground.
    pub theme: Theme,
    /// The colours of matrices.
    pub colors: ColorMap,
    /// Size and type on paper.
    pub paper: Paper,
    /// What is left out.
    pub omit: Vec<Omitted>,
    /// The matrix or data set, as a command line names it.
    pub source: String,
    /// The command line that makes the figure; empty when there is none.
    pub command: String,
}

impl Context {
    /// A figure of `source` on a light ground in the usual colours.
    pub fn new(source: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            theme: Theme::Light,
            colors: ColorMap::default(),
            paper: Paper::default(),
            omit: Vec::new(),
            source: source.into(),
            command: command.into(),
        }
    }

    /// Whether a part is left out.
    pub fn omits(&self, part: Omitted) -> bool {
        self.omit.contains(&part)
    }

    /// Whether the pane and the curve of a method are in it.
    pub fn shows(&self, method: Method) -> bool {
        !self.omits(Omitted::Method(method))
    }

    /// The figure as it is shown: with a note on numbers that have no room, without the tables and notes
    /// that are left out.
    #[must_use]
    pub fn trimmed(&self, figure: Figure) -> Figure {
        let mut figure = figure.with_note_on_numbers();
        without(&mut figure.rows, &self.omit);
        figure
    }

    /// A figure that holds nothing yet, of `width` points where no other is chosen; `title` and
    /// `description` stand in its file.
    pub fn figure(&self, width: f64, title: &str, description: String) -> Figure {
        let metadata = Metadata::new(title, description, &self.source, &self.command);
        let width = self.paper.width.map_or(width, points);
        Figure {
            type_size: self.paper.type_size,
            line_styles: self.paper.line_styles,
            ..Figure::new(self.theme, width, metadata)
        }
    }
}

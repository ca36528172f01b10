//! Figures from results: which panels, curves and tables show them.

mod approximation;
mod curves;
mod dataset;
mod finetune;
mod look;

pub use approximation::{Approximation, Panel, comparison_table, figure_one};
pub use curves::{
    ErrorCurve, MethodSpectrum, curve_table, error_against_parameters, singular_values,
};
pub use dataset::{distribution, label_table, survey_table, verdict_sentence};
pub use finetune::{
    AccuracyDrop, Confusion, DeltaWeights, Feature, Frontier, FrontierPoint, TrainingCurve,
    accuracy_drop, confusion, delta_weights, training_curves,
};
pub use look::Look;

use super::palette::{ColorMap, Theme};
use super::{Colors, Figure, Metadata};

/// What every figure is told beside its results.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Light or dark ground.
    pub theme: Theme,
    /// The colour scale of matrices.
    pub colors: Colors,
    /// The matrix or data set, as a command line names it.
    pub source: String,
    /// The command line that makes the figure; empty when there is none.
    pub command: String,
}

impl Context {
    /// A figure of `source` on a light ground, its matrices in gray.
    pub fn new(source: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            theme: Theme::Light,
            colors: Colors::Sequential(ColorMap::Gray),
            source: source.into(),
            command: command.into(),
        }
    }

    fn figure(&self, width: f64, title: &str, description: String) -> Figure {
        let metadata = Metadata::new(title, description, &self.source, &self.command);
        Figure::new(self.theme, width, metadata)
    }
}

//! Single runs as JSON, the same from the command line and the window.

use serde::Serialize;

use super::figures;
use crate::finetune::train::EpochRecord;
use crate::finetune::{Inspection, RunRecord};

/// The JSON form of what runs learned.
#[derive(Debug, Serialize)]
pub struct RunsReport<'a> {
    runs: Vec<RunReport<'a>>,
}

#[derive(Debug, Serialize)]
struct RunReport<'a> {
    #[serde(flatten)]
    record: &'a RunRecord,
    epochs: &'a [EpochRecord],
    digits: Vec<String>,
    /// Rows are the true digits.
    confusion: Vec<Vec<u32>>,
    most_moved: Vec<usize>,
    movement: &'a [f64],
}

impl<'a> RunsReport<'a> {
    /// The runs in their order.
    pub fn new(runs: &[&'a Inspection]) -> Self {
        Self {
            runs: runs.iter().map(|run| RunReport::new(run)).collect(),
        }
    }
}

impl<'a> RunReport<'a> {
    fn new(run: &'a Inspection) -> Self {
        Self {
            record: &run.record,
            epochs: &run.history,
            digits: figures::digits(),
            confusion: run
                .confusion
                .row_iter()
                .map(|row| row.iter().copied().collect())
                .collect(),
            most_moved: figures::most_moved(run, figures::FEATURES),
            movement: &run.movement,
        }
    }
}

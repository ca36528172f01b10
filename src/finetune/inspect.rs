//! Inspection of a run: it is trained again, the same bit for bit, and looked into.

use nalgebra::DMatrix;

use super::data::AdaptationData;
use super::layout::Part;
use super::record::RunRecord;
use super::run_key::RunKey;
use super::settings::SweepSettings;
use super::train::{EpochRecord, PretrainedNetwork, Runs, StopCheck};

/// The inside of a finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The run's record; all but `seconds` is what the sweep's record says.
    pub record: RunRecord,
    /// The update of the first layer's weights: hidden units × pixels.
    pub update: DMatrix<f64>,
    /// The places of the adapter's parts in it; empty for full fine-tuning.
    pub parts: Vec<Part>,
    /// The test digits: how often class `row` was taken for class `column`.
    pub confusion: DMatrix<u32>,
    /// The movement of each hidden unit's feature: the norm of its row of the update.
    pub movement: Vec<f64>,
    /// All epochs.
    pub history: Vec<EpochRecord>,
}

/// Trains a run again and looks inside; nothing when `tick` says stop.
///
/// `pretrained` is that of the run's seed (see [`pretrain`](super::train::pretrain)).
pub fn inspect(
    data: &AdaptationData,
    pretrained: &PretrainedNetwork,
    settings: &SweepSettings,
    key: RunKey,
    tick: StopCheck<'_>,
) -> Option<Inspection> {
    let mut runs = Runs::new(data, pretrained, key.adapter, &[key.learning_rate]);
    for _ in 0..settings.epochs {
        runs.epoch(tick)?;
    }
    let test = runs.test().into_iter().next()?;
    let (update, parts) = runs.update(0);
    Some(Inspection {
        record: runs.records().into_iter().next()?,
        movement: update.row_iter().map(|row| row.norm()).collect(),
        update,
        parts,
        confusion: DMatrix::from_row_slice(test.classes, test.classes, &test.confusion),
        history: runs.history(0).to_vec(),
    })
}

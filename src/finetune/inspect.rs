//! What a run has learned: trained again, the same bit for bit, and looked into.

use nalgebra::DMatrix;

use super::data::AdaptationData;
use super::layout::Part;
use super::record::RunRecord;
use super::run_key::RunKey;
use super::settings::SweepSettings;
use super::train::{EpochRecord, Pretrained, Runs, Tick};

/// The inside of a finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// The run's record; all but `seconds` is what the sweep's record says.
    pub record: RunRecord,
    /// What was added to the first layer's weights: hidden units x pixels.
    pub update: DMatrix<f64>,
    /// Where the adapter's parts lie in it; empty for full fine-tuning.
    pub parts: Vec<Part>,
    /// The test digits: how often class `row` was taken for class `column`.
    pub confusion: DMatrix<u32>,
    /// How far each hidden unit's feature moved: the norm of its row of the update.
    pub movement: Vec<f64>,
    /// All epochs.
    pub history: Vec<EpochRecord>,
}

/// Trains a run again and looks inside; nothing when `tick` says stop.
///
/// `pretrained` is that of the run's seed (see [`pretrain`](super::train::pretrain)).
pub fn inspect(
    data: &AdaptationData,
    pretrained: &Pretrained,
    settings: &SweepSettings,
    key: RunKey,
    tick: Tick<'_>,
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

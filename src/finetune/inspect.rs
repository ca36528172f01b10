//! What a run has learned: trained again, the same bit for bit, and looked into.

use nalgebra::DMatrix;

use super::data::AdaptationData;
use super::layout::Part;
use super::model::Evaluation;
use super::network::Network;
use super::record::RunRecord;
use super::settings::SweepSettings;
use super::train::{EpochRecord, Pretrained, Run, RunKey, Tick};

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
    let mut run = Run::new(data, pretrained, settings, key);
    for _ in 0..settings.epochs {
        run.epoch(tick)?;
    }
    Some(look(&run, pretrained))
}

/// The inside of a run as it stands.
pub fn look(run: &Run<'_>, pretrained: &Pretrained) -> Inspection {
    let shape = pretrained.network.shape;
    let (update, parts) = match (run.adapter(), run.network()) {
        (Some((wiring, parameters)), _) => (
            wiring.update(shape.hidden, shape.inputs(), parameters),
            wiring.parts().to_vec(),
        ),
        (None, Some(network)) => (weights(&network) - weights(&pretrained.network), Vec::new()),
        (None, None) => (DMatrix::zeros(shape.hidden, shape.inputs()), Vec::new()),
    };
    Inspection {
        record: run.record(),
        movement: update.row_iter().map(|row| row.norm()).collect(),
        update,
        parts,
        confusion: confusion(&run.test()),
        history: run.history().to_vec(),
    }
}

/// The first layer, hidden units x pixels.
fn weights(network: &Network<f32>) -> DMatrix<f64> {
    let values = network.w1.iter().map(|&weight| f64::from(weight));
    DMatrix::from_iterator(network.shape.hidden, network.shape.inputs(), values)
}

fn confusion(test: &Evaluation) -> DMatrix<u32> {
    DMatrix::from_row_slice(test.classes, test.classes, &test.confusion)
}

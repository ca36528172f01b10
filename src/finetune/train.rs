//! Runs: pretraining, then an adapter (or the whole network) epoch by epoch.

use std::ops::ControlFlow;
use std::sync::OnceLock;
use std::time::Instant;

use nalgebra::DMatrix;
use rand::seq::SliceRandom;
use serde::Serialize;

use super::adam::Adam;
use super::batch::Batch;
use super::data::AdaptationData;
use super::images::Examples;
use super::kernels::AlignedVec;
use super::layout::Part;
use super::model::{
    Adapter, BatchWorkspace, Full, Inputs, Model, ModelScore, evaluate, loss_and_gradient,
};
use super::network::Network;
use super::random::{Purpose, random};
use super::record::{RunRecord, rounded};
use super::run_key::RunKey;
use super::schedule::Schedule;
use super::settings::{Configuration, SweepSettings};
use super::wiring::Wiring;

/// One in ten images of digits 5–9 validates.
const VALIDATION_SHARE: usize = 10;

/// Asked before every batch whether to go on.
pub type StopCheck<'a> = &'a (dyn Fn() -> ControlFlow<()> + Sync);

/// A network that knows digits 0–4, and what all runs of its seed share.
#[derive(Debug, Clone)]
pub struct PretrainedNetwork {
    /// Its seed.
    pub seed: u64,
    /// Percent of the test digits 0–4 named rightly.
    pub accuracy: f64,
    /// The frozen network.
    pub network: Network<f32>,
    /// Images of a batch.
    size: usize,
    /// Epochs whose batches are kept.
    kept: usize,
    shared: OnceLock<SharedData>,
}

/// The data that follow from a network for the digits that its runs adapt to. They take memory, so the
/// first run makes it.
#[derive(Debug, Clone)]
struct SharedData {
    /// The frozen first layer's outputs for the adaptation's images: never computed again.
    frozen: Vec<f32>,
    frozen_test: Vec<f32>,
    lit: Vec<bool>,
    schedule: Schedule,
}

impl PretrainedNetwork {
    /// For a sweep, before its first run: keeps the batches of so many epochs, which all its runs
    /// see, or of as many as memory is meant for.
    pub fn keep_batches(&mut self, epochs: usize) {
        self.kept = epochs;
    }

    /// The network without what its runs share, which takes memory and follows from it.
    #[must_use]
    pub fn bare(&self) -> Self {
        Self {
            seed: self.seed,
            accuracy: self.accuracy,
            network: self.network.clone(),
            size: self.size,
            kept: 0,
            shared: OnceLock::new(),
        }
    }

    fn shared(&self, data: &AdaptationData) -> &SharedData {
        self.shared.get_or_init(|| {
            let Examples { images, labels } = &data.adaptation;
            let mut order: Vec<u32> = (0..labels.len() as u32).collect();
            order.shuffle(&mut random(self.seed, Purpose::Split));
            let training = order.split_off(order.len() / VALIDATION_SHARE);
            let adaptation = (images, training, &order[..]);
            let mut schedule = Schedule::new(self.seed, self.size, adaptation, &data.test.images);
            schedule.keep(images, self.kept);
            SharedData {
                frozen: self.network.first_layer(images),
                frozen_test: self.network.first_layer(&data.test.images),
                lit: images.ever_lit(),
                schedule,
            }
        })
    }
}

/// Pretrains a network on digits 0–4; nothing when `tick` says stop.
pub fn pretrain(
    data: &AdaptationData,
    settings: &SweepSettings,
    seed: u64,
    tick: StopCheck<'_>,
) -> Option<PretrainedNetwork> {
    let shape = settings.shape(data.rows, data.cols);
    let start = Network::random(shape, &mut random(seed, Purpose::Network));
    let full = Full::new(shape, &data.pretraining.images.ever_lit(), 1);
    let Examples { images, labels } = &data.pretraining;
    let inputs = Inputs {
        labels,
        frozen: &[],
    };
    let rates = full.spread(&[settings.pretraining_rate as f32]);
    let mut descent = Descent::new(&full.parameters(&start), &rates);
    for epoch in 0..settings.pretraining_epochs {
        let mut order: Vec<u32> = (0..labels.len() as u32).collect();
        order.shuffle(&mut random(seed, Purpose::PretrainingOrder(epoch)));
        let batches = Batch::sequence(images, &order, settings.batch);
        descent.epoch(&full, &inputs, &batches, tick)?;
    }
    let network = full.network(0, &descent.parameters);
    Some(PretrainedNetwork {
        seed,
        accuracy: rounded(network.accuracy(&data.pretraining_test)),
        network,
        size: settings.batch,
        kept: 0,
        shared: OnceLock::new(),
    })
}

/// Parameters on their way down, batch by batch.
#[derive(Debug, Clone)]
struct Descent {
    parameters: AlignedVec<f32>,
    gradients: AlignedVec<f32>,
    adam: Adam<f32>,
    workspace: BatchWorkspace<f32>,
}

impl Descent {
    /// Moves the first of `parameters`, each at its rate.
    fn new(parameters: &[f32], learning_rates: &[f32]) -> Self {
        Self {
            parameters: AlignedVec::from_slice(0, parameters),
            // As long as the rates, and written anew by every batch.
            gradients: AlignedVec::from_slice(0, learning_rates),
            adam: Adam::new(learning_rates),
            workspace: BatchWorkspace::default(),
        }
    }

    /// The mean loss of every run over the batches, or nothing when `tick` said stop.
    fn epoch(
        &mut self,
        model: &impl Model<f32>,
        inputs: &Inputs<'_, f32>,
        batches: &[Batch<f32>],
        tick: StopCheck<'_>,
    ) -> Option<Vec<f64>> {
        let mut totals = vec![0.0; model.runs()];
        let mut count = 0;
        for batch in batches {
            if tick().is_break() {
                return None;
            }
            let (parameters, gradients) = (&mut self.parameters, &mut self.gradients);
            let at = &mut self.workspace;
            let losses = loss_and_gradient(model, parameters, gradients, inputs, batch, at);
            for (total, loss) in totals.iter_mut().zip(losses) {
                *total += f64::from(loss) * batch.chosen().len() as f64;
            }
            count += batch.chosen().len();
            self.adam
                .step(&mut parameters[..gradients.len()], gradients);
        }
        for total in &mut totals {
            *total /= count.max(1) as f64;
        }
        Some(totals)
    }
}

/// The state of a run after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EpochRecord {
    /// 1 for the first.
    pub epoch: usize,
    /// Mean loss over the epoch's batches, each before its step.
    pub train_loss: f64,
    /// Mean loss of the held-out tenth after the epoch.
    pub validation_loss: f64,
    /// Percent of the held-out tenth named rightly.
    pub validation_accuracy: f64,
}

/// The model that is trained, with the parameters' arrangement.
#[derive(Debug, Clone)]
enum TrainedModel {
    Adapter(Wiring),
    Full(Full),
}

/// Runs under way: one adapter at several learning rates, from one seed, side by side. They see
/// the same images in the same order, so what an image costs to read is paid once.
///
/// They go on when [`epoch`](Self::epoch) is called, and each is the same bit for bit whatever
/// others are beside it, and whenever and on whatever thread that is.
#[derive(Debug, Clone)]
pub struct Runs<'a> {
    keys: Vec<RunKey>,
    data: &'a AdaptationData,
    pretrained: &'a PretrainedNetwork,
    shared: &'a SharedData,
    trained: TrainedModel,
    descent: Descent,
    histories: Vec<Vec<EpochRecord>>,
    /// Of all runs together.
    seconds: f64,
}

impl<'a> Runs<'a> {
    /// Runs of the seed of `pretrained` before their first epoch, one for every learning rate.
    pub fn new(
        data: &'a AdaptationData,
        pretrained: &'a PretrainedNetwork,
        adapter: Option<Configuration>,
        learning_rates: &[f64],
    ) -> Self {
        let (seed, count) = (pretrained.seed, learning_rates.len());
        let (network, shared) = (&pretrained.network, pretrained.shared(data));
        let rates: Vec<f32> = learning_rates.iter().map(|&rate| rate as f32).collect();
        let (trained, parameters, rates) = match adapter {
            Some(configuration) => {
                let parts = configuration.parts(&network.shape);
                let wiring = Wiring::side_by_side(parts, &shared.lit, count);
                let mut rng = random(seed, Purpose::Adapter(configuration));
                let (parameters, rates) = (wiring.random(&mut rng), wiring.spread(&rates));
                (TrainedModel::Adapter(wiring), parameters, rates)
            }
            None => {
                let full = Full::new(network.shape, &shared.lit, count);
                let (parameters, rates) = (full.parameters(network), full.spread(&rates));
                (TrainedModel::Full(full), parameters, rates)
            }
        };
        let key = |&learning_rate: &f64| RunKey {
            adapter,
            learning_rate,
            seed,
        };
        Self {
            keys: learning_rates.iter().map(key).collect(),
            data,
            pretrained,
            shared,
            trained,
            descent: Descent::new(&parameters, &rates),
            histories: vec![Vec::new(); count],
            seconds: 0.0,
        }
    }

    /// The keys of the runs.
    pub fn keys(&self) -> &[RunKey] {
        &self.keys
    }

    /// Batches of an epoch.
    pub(super) fn batches(&self) -> usize {
        self.shared.schedule.batches()
    }

    /// All epochs of a run so far.
    pub fn history(&self, run: usize) -> &[EpochRecord] {
        &self.histories[run]
    }

    /// Trains one epoch and validates: how each run stands. Nothing when `tick` said stop, and
    /// then the runs are spoilt.
    pub fn epoch(&mut self, tick: StopCheck<'_>) -> Option<Vec<EpochRecord>> {
        let start = Instant::now();
        let network = &self.pretrained.network;
        let schedule = &self.shared.schedule;
        let Examples { images, labels } = &self.data.adaptation;
        let inputs = Inputs {
            labels,
            frozen: &self.shared.frozen,
        };
        let batches = schedule.epoch(images, self.histories[0].len());
        let descent = &mut self.descent;
        let train_losses = match &self.trained {
            TrainedModel::Adapter(wiring) => {
                descent.epoch(&Adapter { wiring, network }, &inputs, &batches, tick)
            }
            TrainedModel::Full(full) => descent.epoch(full, &inputs, &batches, tick),
        }?;
        let validations = self.evaluate(&inputs, &schedule.validation);
        let records: Vec<EpochRecord> = train_losses
            .into_iter()
            .zip(validations)
            .map(|(train_loss, validation)| EpochRecord {
                epoch: self.histories[0].len() + 1,
                train_loss: rounded(train_loss),
                validation_loss: rounded(validation.loss),
                validation_accuracy: rounded(validation.accuracy()),
            })
            .collect();
        for (history, &record) in self.histories.iter_mut().zip(&records) {
            history.push(record);
        }
        self.seconds += start.elapsed().as_secs_f64();
        Some(records)
    }

    /// Loss and confusions of every run on the test digits 5–9.
    pub fn test(&mut self) -> Vec<ModelScore> {
        let inputs = Inputs {
            labels: &self.data.test.labels,
            frozen: &self.shared.frozen_test,
        };
        self.evaluate(&inputs, &self.shared.schedule.test)
    }

    fn evaluate(&mut self, inputs: &Inputs<'_, f32>, batches: &[Batch<f32>]) -> Vec<ModelScore> {
        let parameters = &self.descent.parameters;
        let at = &mut self.descent.workspace;
        match &self.trained {
            TrainedModel::Adapter(wiring) => {
                let network = &self.pretrained.network;
                evaluate(
                    &Adapter { wiring, network },
                    parameters,
                    inputs,
                    batches,
                    at,
                )
            }
            TrainedModel::Full(full) => evaluate(full, parameters, inputs, batches, at),
        }
    }

    /// The update of the first layer's weights by a run (hidden units × pixels), and where the
    /// parts of its adapter lie; there are none in full fine-tuning.
    pub fn update(&self, run: usize) -> (DMatrix<f64>, Vec<Part>) {
        let parameters = &self.descent.parameters;
        match &self.trained {
            TrainedModel::Adapter(wiring) => {
                let hidden = self.pretrained.network.shape.hidden;
                let update = wiring.update(run, hidden, parameters);
                (update, wiring.parts().to_vec())
            }
            TrainedModel::Full(full) => {
                let network = full.network(run, parameters);
                (
                    network.weights() - self.pretrained.network.weights(),
                    Vec::new(),
                )
            }
        }
    }

    /// The network that full fine-tuning left; `None` for adapters, which leave the network as it is.
    pub fn network(&self, run: usize) -> Option<Network<f32>> {
        match &self.trained {
            TrainedModel::Adapter(_) => None,
            TrainedModel::Full(full) => Some(full.network(run, &self.descent.parameters)),
        }
    }

    /// What the results keep of the runs as they stand.
    pub fn records(&mut self) -> Vec<RunRecord> {
        let start = Instant::now();
        let shape = self.pretrained.network.shape;
        let tests = self.test();
        self.seconds += start.elapsed().as_secs_f64();
        let seconds = self.seconds / self.keys.len() as f64;
        let runs = self.keys.iter().zip(&self.histories).zip(tests);
        runs.map(|((&key, history), test)| {
            let params = match key.adapter {
                Some(configuration) => configuration.params(&shape),
                None => shape.params(),
            };
            let last = history.last();
            RunRecord {
                key,
                params,
                share: rounded(params as f64 / shape.params() as f64),
                validation_loss: last.map_or(f64::NAN, |last| last.validation_loss),
                validation_accuracy: last.map_or(f64::NAN, |last| last.validation_accuracy),
                test_accuracy: rounded(test.accuracy()),
                seconds: rounded(seconds),
            }
        })
        .collect()
    }
}

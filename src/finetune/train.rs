//! One run: pretraining, then an adapter (or the whole network) epoch by epoch.

use std::ops::ControlFlow;
use std::time::Instant;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::data::AdaptationData;
use super::images::Examples;
use super::model::{Adapter, Evaluation, Full, Inputs, Model, evaluate, loss_and_gradient};
use super::network::Network;
use super::record::RunRecord;
use super::settings::{Configuration, SweepSettings};
use super::wiring::Wiring;

/// One in ten images of digits 5–9 validates.
const VALIDATION_SHARE: usize = 10;

/// Asked before every batch whether to go on.
pub type Tick<'a> = &'a (dyn Fn() -> ControlFlow<()> + Sync);

/// What a random stream of a seed is for. Batches come in the same order in every run of a seed,
/// so that runs differ by what they train alone.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Network,
    PretrainingOrder,
    Split,
    Order,
    Adapter(Configuration),
}

fn random(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match purpose {
        Purpose::Network => 1,
        Purpose::PretrainingOrder => 2,
        Purpose::Split => 3,
        Purpose::Order => 4,
        Purpose::Adapter(configuration) => {
            let Configuration {
                layout,
                segments,
                rank,
            } = configuration;
            ((1 + layout as u64) << 48) | ((segments as u64) << 24) | rank as u64
        }
    });
    rng
}

/// Which run: what is trained, at which rate, from which seed.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct RunKey {
    /// The adapter; none for full fine-tuning.
    #[serde(flatten)]
    pub adapter: Option<Configuration>,
    /// Adam's learning rate.
    pub learning_rate: f64,
    /// The seed.
    pub seed: u64,
}

/// A network that knows digits 0–4, and what all runs of its seed share.
#[derive(Debug, Clone)]
pub struct Pretrained {
    /// Its seed.
    pub seed: u64,
    /// Percent of the test digits 0–4 named rightly.
    pub accuracy: f64,
    /// The frozen network.
    pub network: Network<f32>,
    /// The frozen first layer's outputs for the adaptation's images: never computed again.
    frozen: Vec<f32>,
    frozen_test: Vec<f32>,
    lit: Vec<bool>,
    training: Vec<u32>,
    validation: Vec<u32>,
}

/// Pretrains a network on digits 0–4; nothing when `tick` says stop.
pub fn pretrain(
    data: &AdaptationData,
    settings: &SweepSettings,
    seed: u64,
    tick: Tick<'_>,
) -> Option<Pretrained> {
    let shape = settings.shape(data.rows, data.cols);
    let start = Network::random(shape, &mut random(seed, Purpose::Network));
    let full = Full::new(shape, &data.pretraining.images.ever_lit());
    let inputs = Inputs::new(&data.pretraining, &[]);
    let mut descent = Descent::new(
        full.parameters(&start),
        Model::<f32>::trained(&full),
        settings.pretraining_rate,
        (0..data.pretraining.labels.len() as u32).collect(),
        random(seed, Purpose::PretrainingOrder),
    );
    for _ in 0..settings.pretraining_epochs {
        descent.epoch(&full, &inputs, settings.batch, tick)?;
    }
    let network = full.network(&descent.parameters);
    let mut order: Vec<u32> = (0..data.adaptation.labels.len() as u32).collect();
    order.shuffle(&mut random(seed, Purpose::Split));
    let training = order.split_off(order.len() / VALIDATION_SHARE);
    Some(Pretrained {
        seed,
        accuracy: rounded(network.accuracy(&data.pretraining_test)),
        frozen: network.first_layer(&data.adaptation.images),
        frozen_test: network.first_layer(&data.test.images),
        lit: data.adaptation.images.ever_lit(),
        network,
        training,
        validation: order,
    })
}

/// Parameters on their way down, batch by batch.
#[derive(Debug, Clone)]
struct Descent {
    parameters: Vec<f32>,
    gradients: Vec<f32>,
    adam: Adam<f32>,
    order: Vec<u32>,
    rng: ChaCha8Rng,
}

impl Descent {
    fn new(
        parameters: Vec<f32>,
        trained: usize,
        rate: f64,
        order: Vec<u32>,
        rng: ChaCha8Rng,
    ) -> Self {
        Self {
            gradients: vec![0.0; trained],
            adam: Adam::new(trained, rate),
            parameters,
            order,
            rng,
        }
    }

    /// One pass in a new order: the mean loss, or nothing when `tick` said stop.
    fn epoch(
        &mut self,
        model: &impl Model<f32>,
        inputs: &Inputs<'_, f32>,
        batch: usize,
        tick: Tick<'_>,
    ) -> Option<f64> {
        self.order.shuffle(&mut self.rng);
        let mut total = 0.0;
        for batch in self.order.chunks(batch.max(1)) {
            if tick().is_break() {
                return None;
            }
            let (parameters, gradients) = (&mut self.parameters, &mut self.gradients);
            let loss = loss_and_gradient(model, parameters, gradients, inputs, batch);
            total += f64::from(loss) * batch.len() as f64;
            let trained = gradients.len();
            self.adam.step(&mut parameters[..trained], gradients);
        }
        Some(total / self.order.len().max(1) as f64)
    }
}

/// How a run stood after an epoch.
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

/// What is trained, with the parameters' arrangement.
#[derive(Debug, Clone)]
enum Trained {
    Adapter(Wiring),
    Full(Full),
}

/// A run under way; goes on when [`epoch`](Self::epoch) is called, and is the same bit for bit
/// whenever and on whatever thread that is.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    key: RunKey,
    data: &'a AdaptationData,
    pretrained: &'a Pretrained,
    batch: usize,
    trained: Trained,
    descent: Descent,
    history: Vec<EpochRecord>,
    seconds: f64,
}

impl<'a> Run<'a> {
    /// A run before its first epoch. `key.seed` must be that of `pretrained`.
    pub fn new(
        data: &'a AdaptationData,
        pretrained: &'a Pretrained,
        settings: &SweepSettings,
        key: RunKey,
    ) -> Self {
        let shape = pretrained.network.shape;
        let (trained, parameters, count) = match key.adapter {
            Some(configuration) => {
                let wiring = Wiring::new(configuration.parts(&shape), &pretrained.lit);
                let mut rng = random(key.seed, Purpose::Adapter(configuration));
                let (parameters, count) = (wiring.random(&mut rng), wiring.trained());
                (Trained::Adapter(wiring), parameters, count)
            }
            None => {
                let full = Full::new(shape, &pretrained.lit);
                let parameters = full.parameters(&pretrained.network);
                let count = Model::<f32>::trained(&full);
                (Trained::Full(full), parameters, count)
            }
        };
        let order = pretrained.training.clone();
        let rng = random(key.seed, Purpose::Order);
        Self {
            key,
            data,
            pretrained,
            batch: settings.batch,
            trained,
            descent: Descent::new(parameters, count, key.learning_rate, order, rng),
            history: Vec::new(),
            seconds: 0.0,
        }
    }

    /// Which run this is.
    pub fn key(&self) -> RunKey {
        self.key
    }

    /// All epochs so far.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// Trains one epoch and validates; nothing when `tick` said stop, and then the run is spoilt.
    pub fn epoch(&mut self, tick: Tick<'_>) -> Option<EpochRecord> {
        let start = Instant::now();
        let inputs = Inputs::new(&self.data.adaptation, &self.pretrained.frozen);
        let (descent, batch) = (&mut self.descent, self.batch);
        let train_loss = match &self.trained {
            Trained::Adapter(wiring) => {
                let network = &self.pretrained.network;
                descent.epoch(&Adapter { wiring, network }, &inputs, batch, tick)
            }
            Trained::Full(full) => descent.epoch(full, &inputs, batch, tick),
        }?;
        let chosen = &self.pretrained.validation;
        let validation = self.evaluate(&self.data.adaptation, &self.pretrained.frozen, chosen);
        let record = EpochRecord {
            epoch: self.history.len() + 1,
            train_loss: rounded(train_loss),
            validation_loss: rounded(validation.loss),
            validation_accuracy: rounded(validation.accuracy()),
        };
        self.history.push(record);
        self.seconds += start.elapsed().as_secs_f64();
        Some(record)
    }

    /// Loss and confusions on the test digits 5–9.
    pub fn test(&self) -> Evaluation {
        let all: Vec<u32> = (0..self.data.test.labels.len() as u32).collect();
        self.evaluate(&self.data.test, &self.pretrained.frozen_test, &all)
    }

    fn evaluate(&self, examples: &Examples<f32>, frozen: &[f32], chosen: &[u32]) -> Evaluation {
        let inputs = Inputs::new(examples, frozen);
        let parameters = &self.descent.parameters;
        match &self.trained {
            Trained::Adapter(wiring) => {
                let network = &self.pretrained.network;
                evaluate(&Adapter { wiring, network }, parameters, &inputs, chosen)
            }
            Trained::Full(full) => evaluate(full, parameters, &inputs, chosen),
        }
    }

    /// The adapter's arrangement and numbers; none in full fine-tuning.
    pub fn adapter(&self) -> Option<(&Wiring, &[f32])> {
        match &self.trained {
            Trained::Adapter(wiring) => Some((wiring, &self.descent.parameters)),
            Trained::Full(_) => None,
        }
    }

    /// The whole network in full fine-tuning; none with an adapter.
    pub fn network(&self) -> Option<Network<f32>> {
        match &self.trained {
            Trained::Adapter(_) => None,
            Trained::Full(full) => Some(full.network(&self.descent.parameters)),
        }
    }

    /// What the results keep of the run as it stands.
    pub fn record(&self) -> RunRecord {
        let start = Instant::now();
        let shape = &self.pretrained.network.shape;
        let params = match self.key.adapter {
            Some(configuration) => configuration.params(shape),
            None => shape.params(),
        };
        let test_accuracy = rounded(self.test().accuracy());
        let last = self.history.last();
        RunRecord {
            key: self.key,
            params,
            share: rounded(params as f64 / shape.params() as f64),
            validation_loss: last.map_or(f64::NAN, |last| last.validation_loss),
            validation_accuracy: last.map_or(f64::NAN, |last| last.validation_accuracy),
            test_accuracy,
            seconds: rounded(self.seconds + start.elapsed().as_secs_f64()),
        }
    }
}

/// Nine decimals: short enough that a number is the same after a way through text.
pub(super) fn rounded(value: f64) -> f64 {
    const DECIMALS: f64 = 1e9;
    (value * DECIMALS).round() / DECIMALS
}

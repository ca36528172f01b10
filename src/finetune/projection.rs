//! What is left of full fine-tuning when its update is put into an adapter's form: the paper goes
//! from approximating a matrix (experiment 1) to training (experiment 2), as if a lower error of
//! the matrix meant a better adapter. Here the two are measured side by side.

use nalgebra::DMatrix;

use super::data::AdaptationData;
use super::layout::Part;
use super::network::Network;
use super::settings::Configuration;
use super::train::{PretrainedNetwork, Runs, StopCheck};
use crate::approx::{FactorError, factorize};

/// Full fine-tuning of one seed.
#[derive(Debug, Clone)]
pub struct FullUpdate {
    /// The network that it left.
    network: Network<f32>,
    /// Its update of the first layer's weights, hidden units × inputs.
    pub update: DMatrix<f64>,
    /// Percent of the test digits named rightly.
    pub accuracy: f64,
}

impl FullUpdate {
    /// Fine-tunes the whole network at every learning rate and keeps the one with the lowest
    /// validation loss; `None` when `tick` says stop.
    pub fn train(
        data: &AdaptationData,
        pretrained: &PretrainedNetwork,
        (learning_rates, epochs): (&[f64], usize),
        tick: StopCheck<'_>,
    ) -> Option<Self> {
        let mut runs = Runs::new(data, pretrained, None, learning_rates);
        for _ in 0..epochs {
            runs.epoch(tick)?;
        }
        let records = runs.records();
        let best = (0..records.len()).min_by(|a, b| {
            records[*a]
                .validation_loss
                .total_cmp(&records[*b].validation_loss)
        })?;
        Some(Self {
            network: runs.network(best)?,
            update: runs.update(best).0,
            accuracy: records[best].test_accuracy,
        })
    }
}

/// The update in one adapter's form, and what the network does with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// ‖ΔW − Ŵ‖ / ‖ΔW‖.
    pub error: f64,
    /// Percent of the test digits named rightly with Ŵ and all else (biases, classifier) as full
    /// fine-tuning left it.
    pub accuracy: f64,
    /// Percent named rightly with all else as it was pretrained, as an adapter has it.
    pub accuracy_frozen: f64,
}

/// The nearest matrix to `full`'s update that an adapter of this configuration can be, put into
/// the network. Cost: the SVD of each part and the test digits twice.
///
/// # Errors
/// A part without verified factorization.
pub fn project(
    data: &AdaptationData,
    pretrained: &PretrainedNetwork,
    full: &FullUpdate,
    configuration: Configuration,
) -> Result<Projection, FactorError> {
    let parts = configuration.parts(&pretrained.network.shape);
    let nearest = nearest(&full.update, &parts)?;
    let whole = full.update.norm();
    let error = match whole > 0.0 {
        true => (&full.update - &nearest).norm() / whole,
        false => 0.0,
    };
    let with = |network: &Network<f32>| Network {
        w1: sum(&pretrained.network, &nearest),
        ..network.clone()
    };
    Ok(Projection {
        error,
        accuracy: with(&full.network).accuracy(&data.test),
        accuracy_frozen: with(&pretrained.network).accuracy(&data.test),
    })
}

/// Each part of `update` truncated to its rank; zero outside of the parts. Parts are disjoint, so
/// this is the nearest matrix of their form (Eckart–Young).
pub fn nearest(update: &DMatrix<f64>, parts: &[Part]) -> Result<DMatrix<f64>, FactorError> {
    let mut nearest = DMatrix::zeros(update.nrows(), update.ncols());
    for part in parts {
        let cells = DMatrix::from_fn(part.hidden.len(), part.inputs.len(), |h, i| {
            update[(part.hidden.start + h, part.inputs[i])]
        });
        let svd = factorize(&cells)?;
        let rank = part.rank.min(svd.sigma.len());
        let mut up = svd.u.columns(0, rank).into_owned();
        for (mut column, sigma) in up.column_iter_mut().zip(&svd.sigma) {
            column *= *sigma;
        }
        let truncated = up * svd.v_t.rows(0, rank);
        for (i, input) in part.inputs.iter().enumerate() {
            for (h, hidden) in part.hidden.clone().enumerate() {
                nearest[(hidden, *input)] = truncated[(h, i)];
            }
        }
    }
    Ok(nearest)
}

/// The network's first layer with `update` added, as the network stores it.
fn sum(network: &Network<f32>, update: &DMatrix<f64>) -> Vec<f32> {
    // Both are stored input by input.
    let pairs = network.w1.iter().zip(update.iter());
    pairs
        .map(|(weight, more)| (f64::from(*weight) + more) as f32)
        .collect()
}

//! The random streams of a seed.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::settings::Configuration;

/// The purpose of a random stream of a seed. Batches come in the same order in every run of a seed,
/// so that runs differ by what they train alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Network,
    /// Of an epoch.
    PretrainingOrder(usize),
    Split,
    /// Of an epoch.
    Order(usize),
    Adapter(Configuration),
}

pub(super) fn random(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(match purpose {
        Purpose::Network => 1,
        Purpose::Split => 2,
        Purpose::PretrainingOrder(epoch) => (1 << 32) | epoch as u64,
        Purpose::Order(epoch) => (2 << 32) | epoch as u64,
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

//! The key of a run in a sweep.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::settings::Configuration;

/// The key of a run: what is trained, at which rate, from which seed.
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

impl RunKey {
    /// The order of runs in results: by adapter, learning rate and seed.
    pub fn order(&self, other: &Self) -> Ordering {
        let rate = self.learning_rate.total_cmp(&other.learning_rate);
        let adapter = self.adapter.cmp(&other.adapter);
        adapter.then(rate).then(self.seed.cmp(&other.seed))
    }
}

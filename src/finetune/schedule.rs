//! In which order a seed's runs see the images, and the batches that this makes.

use std::sync::{Arc, OnceLock};

use rand::seq::SliceRandom;

use super::batch::Batch;
use super::images::SparseImages;
use super::random::{Purpose, random};

/// Images whose loss is looked at, so many at a time: as keep their numbers in the processor's
/// cache.
const LOOKED_AT: usize = 64;

/// Memory for batches that are kept: ten epochs of pictures twice as bright as MNIST's.
const MOST: usize = 256 << 20;

/// The batches of an epoch.
type Epoch = Arc<[Batch<f32>]>;

/// The images that all runs of a seed see: runs differ by what they train alone.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    seed: u64,
    training: Vec<u32>,
    size: usize,
    /// The batches of the epochs that are kept.
    kept: Vec<OnceLock<Epoch>>,
    pub validation: Vec<Batch<f32>>,
    pub test: Vec<Batch<f32>>,
}

impl Schedule {
    /// `training` in batches of `size`, in an order for each epoch.
    pub(super) fn new(
        seed: u64,
        size: usize,
        (adaptation, training, validation): (&SparseImages<f32>, Vec<u32>, &[u32]),
        test: &SparseImages<f32>,
    ) -> Self {
        let all: Vec<u32> = (0..test.count() as u32).collect();
        Self {
            seed,
            training,
            size,
            kept: Vec::new(),
            validation: Batch::sequence(adaptation, validation, LOOKED_AT),
            test: Batch::sequence(test, &all, LOOKED_AT),
        }
    }

    /// Keeps the batches of the first `epochs` epochs, or of as many as [`MOST`] bytes hold, which
    /// saves a sweep's small runs half their time.
    pub(super) fn keep(&mut self, images: &SparseImages<f32>, epochs: usize) {
        let bytes = Batch::sequence_bytes(images, self.size).max(1);
        self.kept = vec![OnceLock::new(); epochs.min(MOST / bytes)];
    }

    /// Batches of an epoch.
    pub(super) fn batches(&self) -> usize {
        self.training.len().div_ceil(self.size.max(1))
    }

    /// The batches of an epoch, 0 for the first, out of `images`.
    pub(super) fn epoch(&self, images: &SparseImages<f32>, epoch: usize) -> Epoch {
        let batches = || {
            let mut order = self.training.clone();
            order.shuffle(&mut random(self.seed, Purpose::Order(epoch)));
            Batch::sequence(images, &order, self.size).into()
        };
        match self.kept.get(epoch) {
            Some(kept) => Arc::clone(kept.get_or_init(batches)),
            None => batches(),
        }
    }
}

//! Ŵ and what it misses, multiplied out when somebody looks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use nalgebra::DMatrix;

use crate::approx::{Factors, reconstruct};
use crate::source::LoadedMatrix;

static IDS: AtomicU64 = AtomicU64::new(1);

/// A number that nothing else has: equal ids mean equal cells.
pub(super) fn new_id() -> u64 {
    IDS.fetch_add(1, Ordering::Relaxed)
}

/// A reconstruction that may not be multiplied out yet.
#[derive(Debug)]
pub(super) struct Picture {
    pub id: u64,
    loaded: Arc<LoadedMatrix>,
    factors: Arc<Factors>,
    ranks: Vec<usize>,
    reconstruction: OnceLock<DMatrix<f64>>,
    residual: OnceLock<(DMatrix<f64>, f64)>,
}

impl Picture {
    /// The reconstruction of `loaded` at these ranks.
    pub fn new(loaded: Arc<LoadedMatrix>, factors: Arc<Factors>, ranks: Vec<usize>) -> Self {
        Self {
            id: new_id(),
            loaded,
            factors,
            ranks,
            reconstruction: OnceLock::new(),
            residual: OnceLock::new(),
        }
    }

    /// The factors that it is multiplied out from.
    pub fn factors(&self) -> Arc<Factors> {
        Arc::clone(&self.factors)
    }

    /// Ŵ. Cost: a product of the factors, once.
    pub fn reconstruction(&self) -> &DMatrix<f64> {
        let made = || reconstruct(&self.factors, &self.ranks);
        self.reconstruction.get_or_init(made)
    }

    /// W − Ŵ, and its largest absolute value.
    pub fn residual(&self) -> &(DMatrix<f64>, f64) {
        self.residual.get_or_init(|| {
            let residual = &self.loaded.matrix - self.reconstruction();
            let largest = residual.amax();
            (residual, largest)
        })
    }
}

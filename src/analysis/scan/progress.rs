//! How far the work on the layers of a model is.

use std::time::Instant;

/// How far a scan is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanProgress {
    /// The share of the work that is done.
    pub fraction: f64,
    /// Seconds that are left, by what was done so far.
    pub seconds_left: f64,
}

/// Work that is done layer by layer, in any unit.
pub struct WorkMeter {
    begun: Instant,
    done: f64,
    total: f64,
}

impl WorkMeter {
    /// Nothing of `total` is done.
    pub fn begin(total: f64) -> Self {
        Self {
            begun: Instant::now(),
            done: 0.0,
            total,
        }
    }

    /// So much more is done.
    pub fn done(&mut self, work: f64) -> ScanProgress {
        self.done += work;
        ScanProgress {
            fraction: self.done / self.total,
            seconds_left: self.seconds() * (self.total - self.done).max(0.0) / self.done,
        }
    }

    /// The time that it has taken.
    pub fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

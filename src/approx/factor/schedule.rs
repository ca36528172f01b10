//! How long the bases of a Lanczos iteration have to be, and how near its triplets.

use super::kernels::WIDTH;

/// The largest distance of a kept σ from an exact one, relative to it, that the iteration aims at;
/// half of what is promised.
pub(super) const AIM: f64 = 5e-7;

/// When to look at what the columns of a basis hold: from some length on, each column brings about as many triplets near as the
/// one before it.
pub(super) struct Schedule {
    keep: usize,
    /// The number of columns at which to look.
    pub next: usize,
    last: (usize, usize),
}

impl Schedule {
    pub fn new(keep: usize) -> Self {
        Self {
            keep,
            next: keep + keep / 2,
            last: (keep, 0),
        }
    }

    /// After so many columns so many triplets were near enough.
    pub fn after(&mut self, len: usize, near: usize) {
        let (len_before, near_before) = self.last;
        let gained = near.saturating_sub(near_before).max(1) as f64;
        let missing = (self.keep - near) as f64 * (len - len_before) as f64 / gained;
        // A look costs as much as some columns, and far ahead a straight line leads astray.
        self.next = len + (missing as usize).clamp(len / 32, len / 4) + WIDTH;
        self.last = (len, near);
    }
}

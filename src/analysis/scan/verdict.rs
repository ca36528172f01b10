//! What the errors of a layer come to: which structure is closest, on which grid, and whether that is
//! more than the rounding of the stored weights.

use super::{ScanError, ScanLayer};
use crate::analysis::verdict::{BEYOND_CHANCE, least_error};
use crate::approx::metrics::{Comparison, compare};
use crate::figure::label;

/// From so many standard deviations on a layer is called local beyond chance.
const LOCAL: f64 = -3.0;

/// The names of the structures in verdicts.
pub(super) const STRUCTURES: [&str; 3] = ["LoRA", "MELoRA", "Localized"];

impl ScanLayer {
    /// The error of each structure that has one, in the order of [`STRUCTURES`].
    pub(super) fn errors(&self) -> impl Iterator<Item = (&'static str, ScanError)> {
        let all = [Some(self.lora), self.melora, self.localized];
        let named = STRUCTURES.into_iter().zip(all);
        named.filter_map(|(name, one)| Some((name, one?)))
    }

    /// The structures with the lowest error: several where they differ by rounding only, that of the
    /// computation or that of the stored weights.
    pub fn closest(&self) -> Vec<&'static str> {
        let errors = || self.errors().map(|(_, one)| one.error);
        let least = errors().fold(f64::INFINITY, f64::min);
        let closest = self.errors().filter(|(_, one)| self.ties(one.error, least));
        closest.map(|(name, _)| name).collect()
    }

    /// Whether an error differs from the least by rounding at most. What lies below the noise in a
    /// difference of stored weights fits that noise, so one is no closer than another there.
    fn ties(&self, error: f64, least: f64) -> bool {
        error <= self.floor() || compare(error, least) == Comparison::Equal
    }

    /// The error below which there is only rounding of the stored weights.
    fn floor(&self) -> f64 {
        self.rounding.unwrap_or(0.0)
    }

    /// Sets what follows from the numbers: the best grid and the verdict.
    pub(super) fn conclude(&mut self) {
        self.best_grid = self.lowest_grid();
        self.verdict = self.sentence();
    }

    /// The K of the lowest error, of equal ones the smallest.
    fn lowest_grid(&self) -> usize {
        let errors = self.by_grid.values().copied();
        let least = errors.fold(f64::INFINITY, f64::min);
        let mut grids = self.by_grid.iter();
        let first = grids.find(|(_, error)| self.ties(**error, least));
        first.map_or(1, |(grid, _)| *grid)
    }

    /// Whether the test found it local beyond chance; nothing where there is no test, or no change but
    /// rounding to test.
    pub fn is_local(&self) -> Option<bool> {
        let z = self.locality.as_ref().and_then(|test| test.z)?;
        (self.norm > 0.0 && self.floor() < 1.0).then_some(z <= LOCAL)
    }

    /// *least error: LoRA; locality: beyond chance*
    fn sentence(&self) -> String {
        if self.norm == 0.0 {
            return "no change".to_owned();
        }
        let floor = self.floor();
        let noise = label::error(floor);
        if floor >= 1.0 {
            return format!("no change beyond rounding, which is {noise} of it");
        }
        // Without a base nothing but the computation rounds.
        let below = self
            .errors()
            .filter(|(_, one)| 0.0 < floor && one.error <= floor);
        let told = match (&self.closest()[..], below.count()) {
            (closest @ [_], _) | (closest, 0 | 1) => least_error(closest),
            (several, _) => format!(
                "{}, errors below {noise} are rounding",
                least_error(several)
            ),
        };
        match self.is_local() {
            Some(true) => format!("{told}; {BEYOND_CHANCE}"),
            _ => told,
        }
    }
}

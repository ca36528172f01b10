//! A scan that is continued: only what it says of the model as it is now is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use super::progress::{ScanProgress, WorkMeter};
use super::targets::{ScanTarget, ScanTargets};
use super::values::LayerValues;
use super::{Scan, ScanLayer, SkippedArray};
use crate::analysis::error::AnalysisError;
use crate::approx::FactorError;
use crate::figure::label;
use crate::source::Limits;

/// The layers of a scan that were not kept when it was continued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResumeReview(BTreeMap<(Reason, Fate), Vec<String>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    /// Its values, or those of its base, are others now.
    Changed,
    /// An older version kept no digest of its values.
    Unknown,
    /// It is there, and no matrix that could be scanned any more: another shape, or no base.
    LeftOut,
    /// There is no such array any more.
    Gone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Again,
    Dropped,
}

impl ResumeReview {
    fn add(&mut self, reason: Reason, fate: Fate, layer: String) {
        self.0.entry((reason, fate)).or_default().push(layer);
    }

    /// What was not kept and why, one sentence each.
    pub fn notes(&self) -> Vec<String> {
        self.told(|_| true, "are")
    }

    /// Those notes that are over when the scan has ended, as they are said before and after.
    pub fn passing_notes(&self) -> Vec<[String; 2]> {
        let of = |verb| self.told(|fate| fate == Fate::Again, verb);
        let pairs = of("are").into_iter().zip(of("were"));
        pairs.map(<[String; 2]>::from).collect()
    }

    fn told(&self, wanted: impl Fn(Fate) -> bool, verb: &str) -> Vec<String> {
        let note = |(&(reason, fate), layers): (&(Reason, Fate), &Vec<String>)| {
            let why = match reason {
                Reason::Changed => "layers whose values have changed since they were scanned",
                Reason::Unknown => "layers of which an older version kept no digest to compare",
                Reason::LeftOut => {
                    "layers that the model still has and that can no longer be scanned"
                }
                Reason::Gone => "layers that the model no longer has",
            };
            let fate = match (reason, fate) {
                (_, Fate::Again) => "scanned again",
                (Reason::LeftOut | Reason::Gone, _) => "dropped",
                (_, Fate::Dropped) => "dropped, because this run does not ask for them",
            };
            format!("{why} {verb} {fate}: {}", label::some_names(layers))
        };
        let all = self.0.iter().filter(|((_, fate), _)| wanted(*fate));
        all.map(note).collect()
    }
}

impl Scan {
    /// Takes over what this scan does not hold of another with the same settings. Every layer is read again
    /// and compared by its digest, which costs much less than to scan it; those that the model does not have
    /// as they were scanned are left out. `on_layer` hears how much of that is done.
    ///
    /// # Errors
    /// *Stop* from `keep_going`, which is asked before each layer.
    pub fn resume(
        &mut self,
        known: Self,
        targets: &ScanTargets,
        limits: &Limits,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_layer: &mut dyn FnMut(ScanProgress),
    ) -> Result<ResumeReview, AnalysisError> {
        let with_fate = |fate: Fate| move |one| (one, fate);
        let asked = targets.targets.iter().map(with_fate(Fate::Again));
        let all = asked.chain(targets.unasked.iter().map(with_fate(Fate::Dropped)));
        let all: HashMap<&str, (&ScanTarget, Fate)> = all
            .map(|(target, fate)| (target.name.as_str(), (target, fate)))
            .collect();
        let held = self.layers.iter().map(|layer| layer.layer.clone());
        let held: HashSet<String> = held.collect();
        let mut review = ResumeReview::default();
        let layers = known.layers.into_iter();
        let layers: Vec<ScanLayer> = layers
            .filter(|layer| !held.contains(&layer.layer))
            .collect();
        let found = layers.iter().filter_map(|one| all.get(one.layer.as_str()));
        let mut work = WorkMeter::begin(found.map(|(target, _)| target.entries()).sum());
        for layer in layers {
            let Some(&(target, fate)) = all.get(layer.layer.as_str()) else {
                let is_there = targets.names.contains(&layer.layer);
                let reason = if is_there {
                    Reason::LeftOut
                } else {
                    Reason::Gone
                };
                review.add(reason, Fate::Dropped, layer.layer);
                continue;
            };
            if keep_going().is_break() {
                return Err(FactorError::Stopped.into());
            }
            match difference(&layer, target, targets, limits) {
                None => self.layers.push(layer),
                Some(reason) => review.add(reason, fate, layer.layer),
            }
            on_layer(work.done(target.entries()));
        }
        // What this run asks for is judged anew.
        let left_out = known.skipped.into_iter().filter(|array| {
            let is_asked = targets.targets.iter().any(|one| one.name == array.name);
            !is_asked && targets.arrays.contains(&array.name)
        });
        self.skip(left_out.collect());
        self.seconds = self.seconds.max(known.seconds);
        self.sort();
        Ok(review)
    }

    /// Notes arrays that were left out, each once, and none that was measured.
    pub(super) fn skip(&mut self, arrays: Vec<SkippedArray>) {
        self.skipped.extend(arrays);
        let mut seen: HashSet<String> = self.layers.iter().map(|one| one.layer.clone()).collect();
        self.skipped.retain(|one| seen.insert(one.name.clone()));
    }
}

/// Why a layer is not that of the model any more.
fn difference(
    layer: &ScanLayer,
    target: &ScanTarget,
    targets: &ScanTargets,
    limits: &Limits,
) -> Option<Reason> {
    if (layer.rows as u64, layer.cols as u64) != target.sides {
        return Some(Reason::Changed);
    }
    let Some(digest) = &layer.digest else {
        return Some(Reason::Unknown);
    };
    // What cannot be read any more is measured again, which tells why.
    let same = LayerValues::read(target, targets, limits)
        .is_ok_and(|values| values.have_digest(target, digest));
    (!same).then_some(Reason::Changed)
}

//! Many matrices with labels: mean, spread and who wins.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::evaluate::evaluate;
use super::factor::{FactorError, Spectra};
use super::layout::{BlockLayout, LayoutKind};
use super::method::{Method, MethodSettings};
use super::metrics::{Comparison, compare};

/// Errors of several methods over a set of labelled matrices.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The settings, in the order of the columns.
    pub settings: Vec<MethodSettings>,
    /// Label of each matrix.
    pub labels: Vec<u8>,
    /// The matrix of the data set that each row is.
    pub indices: Vec<usize>,
    /// `errors[s][i]`: normalized error of setting `s` on matrix `i`.
    pub errors: Vec<Vec<f64>>,
    /// `mean_bits[s]`: structure bits of setting `s`, the mean over the matrices.
    pub mean_bits: Vec<f64>,
}

impl Survey {
    /// The survey of some of its methods.
    #[must_use]
    pub fn only(&self, wanted: &dyn Fn(Method) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.settings.len())
            .filter(|s| wanted(self.settings[*s].method()))
            .collect();
        Self {
            settings: kept.iter().map(|s| self.settings[*s].clone()).collect(),
            labels: self.labels.clone(),
            indices: self.indices.clone(),
            errors: kept.iter().map(|s| self.errors[*s].clone()).collect(),
            mean_bits: kept.iter().map(|s| self.mean_bits[*s]).collect(),
        }
    }
}

/// Mean and spread of one setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Arithmetic mean; NaN for no matrices.
    pub mean: f64,
    /// Population standard deviation (numpy's `std`); NaN for no matrices.
    pub std: f64,
}

/// One label's part of a survey.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelSurvey {
    /// The label.
    pub label: u8,
    /// The number of matrices with it.
    pub count: usize,
    /// Spread of each setting, in the survey's order.
    pub spreads: Vec<Spread>,
    /// Localized against LoRA; `None` if one of them is not in the survey.
    pub localized_against_lora: Option<Verdict>,
}

/// On which share of the matrices one method has the lower error than another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Share on which its error is lower.
    pub better: f64,
    /// Share on which the two differ by rounding at most ([`compare`]).
    pub equal: f64,
}

/// Measures every matrix of `indices` with every setting, on all cores. `matrix` and `label` give
/// the data; `on_done` hears how many are finished and may stop.
///
/// # Errors
/// A setting that does not fit, a cell that is not finite, or [`FactorError::Stopped`].
pub fn survey(
    indices: &[usize],
    matrix: &(dyn Fn(usize) -> DMatrix<f64> + Sync),
    label: &(dyn Fn(usize) -> u8 + Sync),
    settings: &[MethodSettings],
    on_done: &(dyn Fn(usize) -> ControlFlow<()> + Sync),
) -> Result<Survey, FactorError> {
    let done = AtomicUsize::new(0);
    let rows = indices
        .par_iter()
        .map(|index| {
            let errors = errors_of(&matrix(*index), settings)?;
            let count = done.fetch_add(1, Ordering::Relaxed) + 1;
            match on_done(count) {
                ControlFlow::Continue(()) => Ok(errors),
                ControlFlow::Break(()) => Err(FactorError::Stopped),
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Survey {
        errors: (0..settings.len())
            .map(|s| rows.iter().map(|row| row[s].0).collect())
            .collect(),
        mean_bits: (0..settings.len())
            .map(|s| {
                let bits: usize = rows.iter().map(|row| row[s].1).sum();
                bits as f64 / rows.len().max(1) as f64
            })
            .collect(),
        labels: indices.iter().map(|i| label(*i)).collect(),
        indices: indices.to_vec(),
        settings: settings.to_vec(),
    })
}

/// Error and structure bits of every setting on one matrix; settings that share a layout share its
/// spectra.
fn errors_of(
    matrix: &DMatrix<f64>,
    settings: &[MethodSettings],
) -> Result<Vec<(f64, usize)>, FactorError> {
    let (rows, cols) = matrix.shape();
    let mut known: Vec<(LayoutKind, Spectra)> = Vec::new();
    let mut errors = Vec::with_capacity(settings.len());
    for setting in settings {
        let kind = setting.layout().canonical();
        if !known.iter().any(|(have, _)| *have == kind) {
            let layout = BlockLayout::new(rows, cols, kind)?;
            known.push((kind, Spectra::of(matrix, layout)?));
        }
        let spectra = known.iter().find(|(have, _)| *have == kind);
        if let Some((_, spectra)) = spectra {
            let found = evaluate(spectra, setting)?;
            errors.push((found.error, found.structure_bits));
        }
    }
    Ok(errors)
}

impl Survey {
    /// The number of matrices that were measured.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Mean and spread of setting `s` over all matrices.
    pub fn spread(&self, s: usize) -> Spread {
        spread(self.errors[s].iter().copied())
    }

    /// Localized against LoRA; `None` when one of the two is not in the survey or it is empty.
    pub fn localized_against_lora(&self) -> Option<Verdict> {
        self.verdict(|_| true)
    }

    /// The numbers label by label.
    pub fn by_label(&self) -> Vec<LabelSurvey> {
        let mut labels = self.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        labels
            .into_iter()
            .map(|label| self.of_label(label))
            .collect()
    }

    fn of_label(&self, label: u8) -> LabelSurvey {
        let chosen = |errors: &Vec<f64>| -> Vec<f64> {
            errors
                .iter()
                .zip(&self.labels)
                .filter(|(_, l)| **l == label)
                .map(|(e, _)| *e)
                .collect()
        };
        LabelSurvey {
            label,
            count: self.labels.iter().filter(|l| **l == label).count(),
            spreads: self
                .errors
                .iter()
                .map(|errors| spread(chosen(errors).into_iter()))
                .collect(),
            localized_against_lora: self.verdict(|l| l == label),
        }
    }

    fn verdict(&self, chosen: impl Fn(u8) -> bool) -> Option<Verdict> {
        let column = |method| self.settings.iter().position(|s| s.method() == method);
        let lora = &self.errors[column(Method::Lora)?];
        let localized = &self.errors[column(Method::Localized)?];
        let outcomes: Vec<Comparison> = lora
            .iter()
            .zip(localized)
            .zip(&self.labels)
            .filter(|(_, label)| chosen(**label))
            .map(|((lora, localized), _)| compare(*localized, *lora))
            .collect();
        let share = |outcome| {
            let count = outcomes.iter().filter(|one| **one == outcome).count();
            count as f64 / outcomes.len() as f64
        };
        (!outcomes.is_empty()).then(|| Verdict {
            better: share(Comparison::Better),
            equal: share(Comparison::Equal),
        })
    }
}

fn spread(values: impl Iterator<Item = f64> + Clone) -> Spread {
    let count = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / count;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    Spread {
        mean,
        std: variance.sqrt(),
    }
}

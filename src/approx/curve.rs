//! Error against parameters, for every rank at once, from the singular values alone.

use serde::Serialize;

use super::adaptive::triplets_by_worth;
use super::factor::Spectra;
use super::metrics::normalized_error;

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// The uniform rank; for adaptive ranks the number of triplets kept.
    pub rank: usize,
    /// Parameters at that rank.
    pub params: usize,
    /// Normalized Frobenius error.
    pub error: f64,
}

/// Error at every uniform rank, from 1 to the largest that changes anything.
/// Cost: O(number of σ).
pub fn uniform_curve(spectra: &Spectra) -> Vec<CurvePoint> {
    let layout = &spectra.layout;
    let most = layout.max_rank();
    let unit = unit(spectra);
    // What the k-th triplets of all blocks hold and cost together.
    let mut squares = vec![0.0; most];
    let mut costs = vec![0; most];
    for (sigma, block) in spectra.sigma.iter().zip(layout.blocks()) {
        for (k, s) in sigma.iter().enumerate() {
            squares[k] += (s / unit).powi(2);
            costs[k] += block.cost();
        }
    }
    // Summed from the small end, so that the tail keeps its digits.
    let mut residual = (spectra.outside / unit).powi(2);
    let mut errors = Vec::with_capacity(most);
    for square in squares.iter().rev() {
        errors.push(relative_error(spectra, residual, unit));
        residual += square;
    }
    let mut params = 0;
    errors
        .into_iter()
        .rev()
        .zip(costs)
        .enumerate()
        .map(|(k, (error, cost))| {
            params += cost;
            CurvePoint {
                rank: k + 1,
                params,
                error,
            }
        })
        .collect()
}

fn largest_sigma(spectra: &Spectra) -> f64 {
    spectra
        .sigma
        .iter()
        .filter_map(|sigma| sigma.first().copied())
        .fold(0.0, f64::max)
}

/// What squares are measured in, so that they neither over- nor underflow: the largest σ or the
/// norm outside the blocks; one for the zero matrix.
fn unit(spectra: &Spectra) -> f64 {
    match largest_sigma(spectra).max(spectra.outside) {
        0.0 => 1.0,
        unit => unit,
    }
}

/// The normalized error of a residual whose square is given in squared units.
fn relative_error(spectra: &Spectra, residual: f64, unit: f64) -> f64 {
    normalized_error(residual.sqrt() * unit, spectra.norm)
}

/// Error after each triplet in the order of worth (II.C's ranks `r_ij`): the error that
/// [`super::adaptive::adaptive_ranks`] reaches at those budgets when blocks are of equal size.
/// Cost: a sort of all σ.
pub fn adaptive_curve(spectra: &Spectra) -> Vec<CurvePoint> {
    let triplets = triplets_by_worth(spectra);
    let (largest, unit) = (largest_sigma(spectra), unit(spectra));
    let mut residual = (spectra.outside / unit).powi(2);
    let mut errors: Vec<f64> = Vec::with_capacity(triplets.len());
    for triplet in triplets.iter().rev() {
        errors.push(relative_error(spectra, residual, unit));
        residual += (triplet.relative_sigma * (largest / unit)).powi(2);
    }
    let mut params = 0;
    triplets
        .iter()
        .zip(errors.into_iter().rev())
        .enumerate()
        .map(|(i, (triplet, error))| {
            params += triplet.cost;
            CurvePoint {
                rank: i + 1,
                params,
                error,
            }
        })
        .collect()
}

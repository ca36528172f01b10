//! Error against parameters, for every rank at once, from the singular values alone.

use serde::Serialize;

use super::adaptive::triplets_by_worth;
use super::evaluate::error_at;
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
    (1..=layout.max_rank())
        .map(|rank| {
            let ranks = layout.uniform_ranks(rank);
            CurvePoint {
                rank,
                params: layout.parameters(&ranks),
                error: error_at(spectra, &ranks),
            }
        })
        .collect()
}

/// Error after each triplet in the order of worth (II.C's ranks `r_ij`): the error that
/// [`super::adaptive::adaptive_ranks`] reaches at those budgets when blocks are of equal size.
/// Cost: a sort of all σ.
pub fn adaptive_curve(spectra: &Spectra) -> Vec<CurvePoint> {
    let triplets = triplets_by_worth(spectra);
    let largest = spectra
        .sigma
        .iter()
        .filter_map(|sigma| sigma.first().copied())
        .fold(0.0, f64::max);
    if largest == 0.0 {
        return Vec::new();
    }
    // Summed from the small end, so that the tail keeps its digits.
    let mut residual = (spectra.outside / largest).powi(2);
    let mut errors: Vec<f64> = Vec::with_capacity(triplets.len());
    for triplet in triplets.iter().rev() {
        errors.push(normalized_error(residual.sqrt() * largest, spectra.norm));
        residual += triplet.relative_sigma.powi(2);
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

//! Error against parameters, for every rank at once, from the singular values alone.

use serde::Serialize;

use super::adaptive::triplets_by_worth;
use super::factor::Spectra;

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
    let truncated = |at: &usize| spectra.is_truncated(*at);
    let known = (0..layout.blocks().len()).filter(truncated);
    let known = known.map(|at| spectra.kept(at)).min();
    let most = layout.max_rank().min(known.unwrap_or(usize::MAX));
    let relative = spectra.relative();
    let sigma: Vec<Vec<f64>> = spectra.relative_sigma().map(Iterator::collect).collect();
    // Summed from the small end, so that the tail keeps its digits.
    let mut residual = spectra.residual_of_all();
    for sigma in &sigma {
        // Beyond the curve's end, where another block's spectrum is truncated.
        sigma
            .iter()
            .skip(most)
            .for_each(|sigma| residual.add(*sigma));
    }
    let mut errors = Vec::with_capacity(most);
    for rank in (1..=most).rev() {
        errors.push(residual.error_of(&relative.whole));
        let last_kept = sigma.iter().filter_map(|sigma| sigma.get(rank - 1));
        last_kept.for_each(|sigma| residual.add(*sigma));
    }
    errors
        .into_iter()
        .rev()
        .zip(1..)
        .map(|(error, rank)| CurvePoint {
            rank,
            params: layout.parameters(&layout.uniform_ranks(rank)),
            error,
        })
        .collect()
}

/// Error after each triplet in the order of worth (II.C's ranks `r_ij`): the error that
/// [`super::adaptive::adaptive_ranks`] reaches at those budgets when blocks are of equal size.
/// Cost: a sort of all σ.
pub fn adaptive_curve(spectra: &Spectra) -> Vec<CurvePoint> {
    let triplets = triplets_by_worth(spectra);
    let relative = spectra.relative();
    let mut residual = spectra.residual_of_all();
    let mut errors: Vec<f64> = Vec::with_capacity(triplets.len());
    for triplet in triplets.iter().rev() {
        errors.push(residual.error_of(&relative.whole));
        residual.add(triplet.relative_sigma);
    }
    let mut params = 0;
    let mut used = vec![0; spectra.layout.blocks().len()];
    triplets
        .iter()
        .zip(errors.into_iter().rev())
        .enumerate()
        .take_while(|(_, (triplet, _))| {
            used[triplet.block] += 1;
            // Beyond the end of a truncated spectrum the order is not known.
            !spectra.is_truncated(triplet.block)
                || used[triplet.block] < spectra.kept(triplet.block)
        })
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

//! Ranks `r_ij` per block (II.C): the singular triplets worth most per parameter.

use super::block::Block;
use super::factor::Spectra;
use super::layout::LayoutError;
use super::metrics::{Comparison, compare};

/// One singular triplet of one block, as a thing that can be bought.
#[derive(Clone, Copy, Debug)]
pub struct Triplet {
    /// Index of the block in the layout.
    pub block: usize,
    /// Its singular value, in units of the matrix's largest cell.
    pub relative_sigma: f64,
    /// Parameters it costs: p + q.
    pub cost: usize,
}

impl Triplet {
    /// The root of σ² per parameter, which orders as the square does and underflows later.
    fn worth(&self) -> f64 {
        self.relative_sigma / (self.cost as f64).sqrt()
    }
}

/// All triplets within the numerical rank of their block, the worthiest first; within a block in the order
/// of σ. What is left of a block is rounding, and no parameter is spent on it.
/// Ties keep the order of the blocks, so the choice is deterministic.
pub fn triplets_by_worth(spectra: &Spectra) -> Vec<Triplet> {
    let mut triplets: Vec<Triplet> = spectra
        .relative_sigma()
        .zip(spectra.layout.blocks())
        .enumerate()
        .flat_map(|(block, (sigma, place))| {
            let rank = spectra.numerical_rank(block);
            sigma.take(rank).filter(|s| *s > 0.0).map(move |s| Triplet {
                block,
                relative_sigma: s,
                cost: place.cost(),
            })
        })
        .collect();
    triplets.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
    triplets
}

/// The rank of each block when `budget` parameters go to the triplets with the largest σ² per
/// parameter. With blocks of equal size this is the best choice there is; with unequal ones the
/// uniform ranks of the same budget are taken where they do better, so it is never worse than them.
///
/// # Errors
/// [`LayoutError::Budget`] when the budget pays for no triplet of any block;
/// [`LayoutError::Truncated`] when it reaches beyond a truncated spectrum.
pub fn adaptive_ranks(spectra: &Spectra, budget: usize) -> Result<Vec<usize>, LayoutError> {
    let chosen = chosen_ranks(spectra, budget)?;
    // A truncated spectrum that is used up may have had more to offer.
    let mut used_up = (0..chosen.len())
        .filter(|block| spectra.is_truncated(*block) && spectra.kept(*block) <= chosen[*block]);
    match used_up.next() {
        Some(block) => Err(LayoutError::Truncated {
            kept: spectra.kept(block),
        }),
        None => Ok(chosen),
    }
}

fn chosen_ranks(spectra: &Spectra, budget: usize) -> Result<Vec<usize>, LayoutError> {
    let layout = &spectra.layout;
    let least = layout.blocks().iter().map(Block::cost).min().unwrap_or(0);
    if budget < least {
        return Err(LayoutError::Budget { budget, least });
    }
    let triplets = triplets_by_worth(spectra);
    let greedy = fill(&triplets, vec![0; layout.blocks().len()], budget);
    let uniform = layout.uniform_ranks(budget / layout.cost_per_rank());
    let topped_up = fill(
        &triplets,
        uniform.clone(),
        budget.saturating_sub(layout.parameters(&uniform)),
    );
    // What differs by rounding is not bought.
    match compare(spectra.error_at(&topped_up), spectra.error_at(&greedy)) {
        Comparison::Better => Ok(topped_up),
        Comparison::Equal | Comparison::Worse => Ok(greedy),
    }
}

/// Buys triplets in order while they fit; a block's triplets are only bought in the order of σ.
/// `ranks` are owned already and cost nothing more.
pub(super) fn fill(triplets: &[Triplet], mut ranks: Vec<usize>, budget: usize) -> Vec<usize> {
    let owned = ranks.clone();
    let mut seen = vec![0_usize; ranks.len()];
    let mut left = budget;
    for triplet in triplets {
        seen[triplet.block] += 1;
        // Costs are equal within a block, so one that does not fit closes its block for good.
        if seen[triplet.block] > owned[triplet.block] && triplet.cost <= left {
            left -= triplet.cost;
            ranks[triplet.block] += 1;
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::layout::{BlockLayout, LayoutKind};

    fn spectra(sigma: Vec<Vec<f64>>, side: usize) -> Spectra {
        let layout = BlockLayout::new(side, side, LayoutKind::Grid(2)).expect("fits");
        Spectra::from_sigma(layout, sigma)
    }

    #[test]
    fn the_largest_triplets_are_kept_wherever_they_lie() {
        let spectra = spectra(
            vec![
                vec![9.0, 8.0],
                vec![7.0, 0.0],
                vec![1.0, 0.5],
                vec![0.0, 0.0],
            ],
            4,
        );
        assert_eq!(adaptive_ranks(&spectra, 12).expect("fits"), [2, 1, 0, 0]);
        assert_eq!(adaptive_ranks(&spectra, 15).expect("fits"), [2, 1, 0, 0]);
        // Zero triplets are never bought.
        assert_eq!(adaptive_ranks(&spectra, 99).expect("fits"), [2, 1, 2, 0]);
        assert!(adaptive_ranks(&spectra, 3).is_err());
    }

    #[test]
    fn a_budget_may_skip_a_dear_triplet_for_a_cheaper_one() {
        // Side 3: blocks 2x2 (cost 4), 2x1 and 1x2 (3), 1x1 (2).
        let spectra = spectra(vec![vec![9.0, 5.0], vec![1.0], vec![1.0], vec![1.0]], 3);
        assert_eq!(adaptive_ranks(&spectra, 7).expect("fits"), [1, 0, 0, 1]);
    }
}

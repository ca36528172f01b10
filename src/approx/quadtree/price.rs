//! The best tree and ranks for a price per parameter, by dynamic programming from the leaves up.

use super::tree::Candidates;
use crate::approx::choice::Leaf;
use crate::approx::factor::Spectra;

/// A block with nothing worth its price costs as much as its four quarters, to rounding: it is not
/// split for that.
const TIE: f64 = 1.0 - 1e-12;

/// Prices of a curve.
const POINTS: u32 = 96;

/// The numbers of every block: σ and the sums of σ² from each on, in relative units.
pub(super) struct Bill<'a> {
    candidates: &'a Candidates,
    sigma: Vec<Vec<f64>>,
    tails: Vec<Vec<f64>>,
}

/// The best error of a block and all below it.
#[derive(Clone, Copy)]
struct Best {
    /// Σ dropped σ² + price · parameters.
    objective: f64,
    params: usize,
    /// The rank of the block itself, or that it is split.
    rank: Option<usize>,
}

/// Leaves with their ranks, and what they cost.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    pub leaves: Vec<Leaf>,
    pub params: usize,
}

impl<'a> Bill<'a> {
    /// The bill of the tree's blocks in `spectra`.
    pub fn new(candidates: &'a Candidates, spectra: &Spectra) -> Self {
        let sigma: Vec<Vec<f64>> = spectra
            .relative_sigma()
            .take(candidates.nodes.len())
            .map(Iterator::collect)
            .collect();
        let tails = sigma.iter().map(|sigma: &Vec<f64>| {
            let mut tail = vec![0.0; sigma.len() + 1];
            for (at, one) in sigma.iter().enumerate().rev() {
                tail[at] = tail[at + 1] + one * one;
            }
            tail
        });
        let tails = tails.collect();
        // What is rounding is worth nothing at any price.
        let mut sigma = sigma;
        for (place, own) in sigma.iter_mut().enumerate() {
            own.truncate(spectra.numerical_rank(place));
        }
        Self {
            candidates,
            sigma,
            tails,
        }
    }

    /// The largest and the smallest σ that is not zero.
    pub fn extremes(&self) -> Option<(f64, f64)> {
        let some = self.sigma.iter().flatten().filter(|sigma| **sigma > 0.0);
        some.fold(None, |ends: Option<(f64, f64)>, sigma| {
            let (high, low) = ends.unwrap_or((*sigma, *sigma));
            Some((high.max(*sigma), low.min(*sigma)))
        })
    }

    /// Roots of prices, from the highest that buys anything down to nothing; none where nothing is worth
    /// anything.
    pub fn prices(&self) -> impl Iterator<Item = f64> {
        let ends = self.extremes().map(|(most, least)| {
            let most = most.ln();
            (most, (least.ln() - 4.0).max(most - 40.0))
        });
        let steps = |(high, low): (f64, f64)| {
            (0..=POINTS).map(move |step| {
                let share = f64::from(step) / f64::from(POINTS);
                (high + (low - high) * share).exp()
            })
        };
        ends.into_iter().flat_map(steps)
    }

    /// The solution at the square of `root`, a price in relative units; of equal ones that with the
    /// fewest leaves. Cost: the logarithm of a rank for each block.
    pub fn at(&self, root: f64) -> Solution {
        let nodes = &self.candidates.nodes;
        let mut best: Vec<Option<Best>> = vec![None; nodes.len()];
        for (place, node) in nodes.iter().enumerate().rev() {
            let alone = self.alone(place, root);
            let split = node.children.and_then(|children| {
                children.iter().try_fold((0.0, 0), |sum, child| {
                    let one = best[*child]?;
                    Some((sum.0 + one.objective, sum.1 + one.params))
                })
            });
            best[place] = Some(match split {
                Some((objective, params)) if objective < TIE * alone.objective => Best {
                    objective,
                    params,
                    rank: None,
                },
                _ => alone,
            });
        }
        let mut solution = Solution {
            leaves: Vec::new(),
            params: best[0].map_or(0, |best| best.params),
        };
        self.collect(0, &best, &mut solution.leaves);
        solution
    }

    /// A block that is not split.
    fn alone(&self, place: usize, root: f64) -> Best {
        let (block, sigma) = (&self.candidates.blocks[place], &self.sigma[place]);
        let price = (root * root).min(1e300);
        let least = root * (block.cost() as f64).sqrt();
        let rank = sigma.partition_point(|one| *one > least);
        let params = rank * block.cost();
        Best {
            objective: self.tails[place][rank] + price * params as f64,
            params,
            rank: Some(rank),
        }
    }

    /// The leaves below a block, row by row of halves.
    fn collect(&self, place: usize, best: &[Option<Best>], leaves: &mut Vec<Leaf>) {
        let Some(chosen) = best[place] else { return };
        match (chosen.rank, self.candidates.nodes[place].children) {
            (None, Some(children)) => {
                for child in children {
                    self.collect(child, best, leaves);
                }
            }
            (rank, _) => leaves.push(Leaf {
                rank: rank.unwrap_or(0),
                ..Leaf::empty(place)
            }),
        }
    }
}

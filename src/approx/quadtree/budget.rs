//! The best tree and ranks within a budget: the price is searched for, what is left is filled, and
//! the adaptive ranks of every even grid compete.

use std::cmp::Ordering;

use super::price::{Bill, Solution};
use super::tree::Candidates;
use crate::approx::adaptive::{adaptive_ranks, fill, triplets_by_worth};
use crate::approx::choice::{Leaf, ranks};
use crate::approx::factor::Spectra;
use crate::approx::metrics::{Comparison, compare};

/// Halvings of the interval of prices: it is then as narrow as numbers are.
const HALVINGS: usize = 60;

/// The leaves with the lowest error of all that are tried within `budget` parameters, each charged
/// with what `bits` says its choice takes, in numbers.
pub(super) fn within(
    candidates: &Candidates,
    spectra: &Spectra,
    budget: usize,
    charge: &dyn Fn(&[Leaf]) -> usize,
) -> Vec<Leaf> {
    let mut tried: Vec<Vec<Leaf>> = Vec::new();
    let bill = Bill::new(candidates, spectra);
    let (fits, over) = bracket(&bill, budget, charge);
    let within = |leaves: &[Leaf]| budget.saturating_sub(charge(leaves));
    tried.extend(cheaper_whole(&bill, spectra, budget, charge));
    if let Some(over) = over {
        tried.push(filled(spectra, bare(over.leaves), &within));
    }
    tried.push(filled(spectra, fits.leaves, &within));
    for grid in &candidates.grids {
        let leaves: Vec<Leaf> = grid.clone().map(Leaf::empty).collect();
        let room = within(&leaves);
        let ranks = adaptive_ranks(&spectra.of_leaves(&leaves), room).unwrap_or_default();
        let owned = leaves.into_iter().zip(ranks);
        let owned: Vec<Leaf> = owned.map(|(leaf, rank)| Leaf { rank, ..leaf }).collect();
        if !owned.is_empty() {
            tried.push(filled(spectra, owned, &within));
        }
    }
    let measured = |leaves: &Vec<Leaf>| {
        let ranks = ranks(leaves);
        let chosen = spectra.of_leaves(leaves);
        (chosen.error_at(&ranks), chosen.layout.parameters(&ranks))
    };
    let measured = tried.into_iter().map(|leaves| (measured(&leaves), leaves));
    // Of equal ones, which differ by rounding at most, the one that costs less.
    let best = measured.min_by(|((a, cost), _), ((b, other), _)| match compare(*a, *b) {
        Comparison::Better => Ordering::Less,
        Comparison::Equal => cost.cmp(other),
        Comparison::Worse => Ordering::Greater,
    });
    best.map(|(_, leaves)| leaves).unwrap_or_default()
}

/// The solutions at the prices of the curve that fit with leaves stored entry by entry, which a search by
/// the price of factors alone passes over.
fn cheaper_whole(
    bill: &Bill<'_>,
    spectra: &Spectra,
    budget: usize,
    charge: &dyn Fn(&[Leaf]) -> usize,
) -> Vec<Vec<Leaf>> {
    let solutions = bill.prices().map(|price| bill.at(price));
    // Entries are never less than half as many as the numbers in the factors.
    let near = solutions.take_while(|one| one.params / 2 <= budget);
    let stored = near.filter_map(|solution| {
        let mut leaves = solution.leaves;
        let any = stored_whole(spectra, &mut leaves);
        let ranks = ranks(&leaves);
        let params = spectra.of_leaves(&leaves).layout.parameters(&ranks);
        (any && params + charge(&leaves) <= budget).then_some(leaves)
    });
    stored.collect()
}

/// The solution at the lowest price found that fits, and that at the highest found that does not.
fn bracket(
    bill: &Bill<'_>,
    budget: usize,
    charge: &dyn Fn(&[Leaf]) -> usize,
) -> (Solution, Option<Solution>) {
    let fits = |solution: &Solution| solution.params + charge(&solution.leaves) <= budget;
    let Some((most, least)) = bill.extremes() else {
        return (bill.at(1.0), None);
    };
    // No triplet is worth the first, and every one the second: a block has two sides at least, and
    // never more than all cells of the matrix.
    let (mut high, mut low) = (most.ln() + 1.0, least.ln() - 50.0);
    let (mut best, mut over) = (bill.at(high.exp()), bill.at(low.exp()));
    if fits(&over) {
        return (over, None);
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(high, low);
        let solution = bill.at(middle.exp());
        match fits(&solution) {
            true => (best, high) = (solution, middle),
            false => (over, low) = (solution, middle),
        }
    }
    (best, Some(over))
}

/// These leaves with nothing kept.
fn bare(leaves: Vec<Leaf>) -> Vec<Leaf> {
    let bare = leaves.into_iter().map(|leaf| Leaf::empty(leaf.block));
    bare.collect()
}

/// Buys the triplets worth most with what is left, also with what leaves free that are smaller
/// entry by entry.
fn filled(
    spectra: &Spectra,
    mut leaves: Vec<Leaf>,
    within: &dyn Fn(&[Leaf]) -> usize,
) -> Vec<Leaf> {
    let budget = within(&leaves);
    loop {
        let chosen = spectra.of_leaves(&leaves);
        let ranks = ranks(&leaves);
        let left = budget.saturating_sub(chosen.layout.parameters(&ranks));
        let bought = fill(&triplets_by_worth(&chosen), ranks, left);
        for (leaf, rank) in leaves.iter_mut().zip(bought) {
            leaf.rank = rank;
        }
        if !stored_whole(spectra, &mut leaves) {
            return leaves;
        }
    }
}

/// Stores leaves entry by entry whose factors would cost more; whether there was one.
pub(super) fn stored_whole(spectra: &Spectra, leaves: &mut [Leaf]) -> bool {
    let blocks = spectra.layout.blocks();
    let mut any = false;
    for leaf in leaves.iter_mut().filter(|leaf| !leaf.whole) {
        let block = &blocks[leaf.block];
        if leaf.rank * block.cost() > block.entries() {
            (leaf.rank, leaf.whole, any) = (1, true, true);
        }
    }
    any
}

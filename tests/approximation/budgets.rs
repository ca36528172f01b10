//! Parameters, matched ranks, and adaptive ranks against uniform ones.

use localized_lora::approx::best_grid::{best_uniform, grids_at_budget};
use localized_lora::approx::budget::matched_rank;
use localized_lora::approx::{
    Block, BlockLayout, FactorError, LayoutKind, MethodSettings, evaluate, reconstruct,
};
use proptest::prelude::*;
use std::ops::ControlFlow;

use super::samples::{matrix, matrix_and_grid};
use super::{TOLERANCE, adaptive, factors, localized, measure, melora, segments_of, spectra};

/// Shape, layout and budget.
fn plans() -> impl Strategy<Value = (usize, usize, LayoutKind, usize)> {
    (
        1_usize..200,
        1_usize..200,
        any::<prop::sample::Index>(),
        any::<bool>(),
        0_usize..20_000,
    )
        .prop_map(|(rows, cols, index, diagonal, budget)| {
            let segments = 1 + index.index(rows.min(cols));
            let kind = match diagonal {
                true => LayoutKind::Diagonal(segments),
                false => LayoutKind::Grid(segments),
            };
            (rows, cols, kind, budget)
        })
}

/// II.E once more, from numpy's definition of array_split alone: a block of p × q at rank k stores
/// k p + k q numbers, and k is at most the smaller of p and q.
fn direct_parameters(rows: usize, cols: usize, kind: LayoutKind, rank: usize) -> usize {
    let n = segments_of(kind);
    let length = |side: usize, i: usize| side / n + usize::from(i < side % n);
    let cost = |i, j| {
        let (p, q) = (length(rows, i), length(cols, j));
        rank.min(p).min(q) * (p + q)
    };
    match kind {
        LayoutKind::Diagonal(_) => (0..n).map(|i| cost(i, i)).sum(),
        _ => (0..n * n).map(|b| cost(b / n, b % n)).sum(),
    }
}

proptest! {
    #[test]
    fn matched_ranks_are_within_the_budget_and_maximal((rows, cols, kind, budget) in plans()) {
        let found = matched_rank(rows, cols, kind, budget).unwrap();
        prop_assert_eq!(found.params, direct_parameters(rows, cols, kind, found.rank));
        prop_assert!(found.params <= budget);
        prop_assert_eq!(found.unused, budget - found.params);
        let max_rank = BlockLayout::new(rows, cols, kind).unwrap().max_rank();
        prop_assert!(found.rank <= max_rank);
        if found.rank < max_rank {
            prop_assert!(direct_parameters(rows, cols, kind, found.rank + 1) > budget);
        }
    }

    #[test]
    fn parameters_are_the_numbers_in_the_factors((matrix, grid) in matrix_and_grid(), rank in 1_usize..26) {
        let (rows, cols) = matrix.shape();
        for (settings, kind) in [
            (localized(grid, rank), LayoutKind::Grid(grid)),
            (melora(grid, rank), LayoutKind::Diagonal(grid)),
        ] {
            let factors = factors(&matrix, kind);
            let found = evaluate(&factors.spectra, &settings).unwrap();
            let stored: usize = factors.blocks.iter().zip(&found.ranks)
                .map(|(block, k)| (block.triplets().unwrap(), k))
                .map(|(block, k)| block.u.columns(0, *k).len() + block.v_t.rows(0, *k).len())
                .sum();
            prop_assert_eq!(found.params, stored);
            prop_assert_eq!(found.params, direct_parameters(rows, cols, kind, rank));
            prop_assert!((found.share - stored as f64 / matrix.len() as f64).abs() < 1e-15);
            let clamped = found.ranks.iter().filter(|k| **k < rank).count();
            prop_assert_eq!(found.clamped_blocks, clamped);
        }
    }

    #[test]
    fn adaptive_ranks_keep_to_the_budget_and_are_never_worse_than_uniform_ones(
        (matrix, grid) in matrix_and_grid(), budget in 2_usize..800,
    ) {
        let (rows, cols) = matrix.shape();
        let spectra = spectra(&matrix, LayoutKind::Grid(grid));
        let least = spectra.layout.blocks().iter().map(Block::cost).min().unwrap();
        let found = evaluate(&spectra, &adaptive(grid, budget));
        prop_assert_eq!(found.is_ok(), budget >= least);
        let Ok(found) = found else { return Ok(()) };
        prop_assert!(found.params <= budget);
        prop_assert_eq!(found.unused, budget - found.params);
        for (rank, block) in found.ranks.iter().zip(spectra.layout.blocks()) {
            prop_assert!(*rank <= block.max_rank());
        }
        let matched = matched_rank(rows, cols, LayoutKind::Grid(grid), budget).unwrap();
        if matched.rank > 0 {
            let uniform = evaluate(&spectra, &localized(grid, matched.rank)).unwrap();
            prop_assert!(
                // Triplets that are rounding are left to the uniform ranks.
                found.error <= uniform.error * (1.0 + 1e-12) + 1e-14,
                "adaptive {} with {:?}, uniform {} at rank {}",
                found.error, found.ranks, uniform.error, matched.rank
            );
        }
    }

    /// With blocks of equal size, no other ranks of the budget do better: each is tried.
    #[test]
    fn adaptive_ranks_are_the_best_there_are_on_two_by_two_equal_blocks(
        values in prop::collection::vec(-1.0..1.0, 36), triplets in 1_usize..10,
    ) {
        let matrix = nalgebra::DMatrix::from_vec(6, 6, values);
        let spectra = spectra(&matrix, LayoutKind::Grid(2));
        let found = evaluate(&spectra, &adaptive(2, triplets * 6)).unwrap();
        for code in 0..4_usize.pow(4) {
            let painted: Vec<usize> = (0..4).map(|b| code / 4_usize.pow(b) % 4).collect();
            if painted.iter().sum::<usize>() <= triplets {
                let MethodSettings::LocalizedAdaptive(mut other) = adaptive(2, 0) else { unreachable!() };
                other.painted = Some(painted.clone());
                let other = evaluate(&spectra, &MethodSettings::LocalizedAdaptive(other)).unwrap();
                prop_assert!(found.error <= other.error + 1e-14, "{painted:?} is better");
            }
        }
    }

    #[test]
    fn the_best_grid_is_the_best_of_those_that_the_budget_pays_for(matrix in matrix(), budget in 0_usize..700) {
        let (rows, cols) = matrix.shape();
        let grids = grids_at_budget(std::slice::from_ref(&matrix), budget, &|_| ControlFlow::Continue(())).unwrap();
        let best = best_uniform(&grids).map(|(_, best)| best);
        let mut paid = 0;
        for grid in 1..=rows.min(cols) {
            let rank = matched_rank(rows, cols, LayoutKind::Grid(grid), budget).unwrap().rank;
            if rank > 0 {
                paid += 1;
                let other = measure(&matrix, &localized(grid, rank)).unwrap();
                prop_assert!(best.unwrap().error <= other.error + TOLERANCE, "K = {grid} is better");
            }
        }
        prop_assert_eq!(best.is_some(), paid > 0);
        if let Some(best) = best {
            prop_assert!(best.params <= budget);
            let factors = factors(&matrix, best.settings.layout());
            let rebuilt = reconstruct(&factors, &best.ranks);
            prop_assert!((super::direct_error(&matrix, &rebuilt) - best.error).abs() <= TOLERANCE);
        }
    }
}

#[test]
fn uniform_ranks_are_taken_where_the_greedy_order_wastes_the_budget() {
    // Blocks of 2 × 2, 2 × 1, 1 × 2 and 1 × 1 cost 4, 3, 3 and 2 per triplet. By worth per parameter
    // the second triplet of the first block (10.1) comes before all others (10), and after it and one
    // of the dear blocks 1 parameter of 12 is left over; uniform ranks use all 12 and drop only it.
    let [a, b, c] = [40.4, 30.0, 20.0].map(f64::sqrt);
    let matrix = nalgebra::DMatrix::from_row_slice(3, 3, &[60.0, 0.0, b, 0.0, a, 0.0, b, 0.0, c]);
    let found = measure(&matrix, &adaptive(2, 12)).unwrap();
    assert_eq!((found.ranks, found.params), (vec![1; 4], 12));
    let uniform = measure(&matrix, &localized(2, 1)).unwrap();
    assert!((found.error - uniform.error).abs() < TOLERANCE);
    assert!((found.error - a / matrix.norm()).abs() < TOLERANCE);
}

#[test]
fn the_search_for_the_best_grid_stops_when_told_to() {
    let matrix = nalgebra::DMatrix::from_fn(9, 9, |row, col| (row * col % 5) as f64);
    let stopped = grids_at_budget(
        std::slice::from_ref(&matrix),
        500,
        &|grid| match grid.grid {
            2.. => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        },
    );
    assert_eq!(stopped.unwrap_err(), FactorError::Stopped);
}

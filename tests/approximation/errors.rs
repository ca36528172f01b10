//! Errors: from the singular values, from the cells, and against every other factor pair.

use localized_lora::approx::curve::{adaptive_curve, uniform_curve};
use localized_lora::approx::{Block, LayoutKind, evaluate, reconstruct};
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::samples::{dense, matrix, matrix_and_grid, matrix_and_layout};
use super::{
    TOLERANCE, adaptive, direct_error, factors, localized, lora, measure, melora, segments_of,
    spectra,
};

/// The uniform setting of a layout at a rank.
fn uniform(kind: LayoutKind, rank: usize) -> localized_lora::approx::MethodSettings {
    match kind {
        LayoutKind::Diagonal(blocks) => melora(blocks, rank),
        grid => localized(segments_of(grid), rank),
    }
}

proptest! {
    #[test]
    fn the_error_from_singular_values_is_that_of_the_reconstruction(
        (matrix, kind) in matrix_and_layout(), rank in 1_usize..26,
    ) {
        let factors = factors(&matrix, kind);
        let found = evaluate(&factors.spectra, &uniform(kind, rank)).unwrap();
        let error = direct_error(&matrix, &reconstruct(&factors, &found.ranks));
        prop_assert!((found.error - error).abs() <= TOLERANCE, "{} and {error}", found.error);
        prop_assert!((0.0..=1.0 + TOLERANCE).contains(&found.error));
    }

    #[test]
    fn the_error_of_adaptive_ranks_is_that_of_their_reconstruction(
        (matrix, grid) in matrix_and_grid(), budget in 2_usize..400,
    ) {
        let factors = factors(&matrix, LayoutKind::Grid(grid));
        if let Ok(found) = evaluate(&factors.spectra, &adaptive(grid, budget)) {
            let error = direct_error(&matrix, &reconstruct(&factors, &found.ranks));
            prop_assert!((found.error - error).abs() <= TOLERANCE, "{} and {error}", found.error);
        }
    }

    #[test]
    fn more_rank_never_hurts((matrix, kind) in matrix_and_layout()) {
        let spectra = spectra(&matrix, kind);
        let errors: Vec<f64> = (1..=spectra.layout.max_rank() + 1)
            .map(|rank| evaluate(&spectra, &uniform(kind, rank)).unwrap().error)
            .collect();
        prop_assert!(errors.windows(2).all(|pair| pair[1] <= pair[0]), "{errors:?}");
    }

    #[test]
    fn at_full_rank_only_what_no_block_covers_is_left((matrix, kind) in matrix_and_layout()) {
        let spectra = spectra(&matrix, kind);
        let found = evaluate(&spectra, &uniform(kind, 24)).unwrap();
        prop_assert!((found.error - found.out_of_reach).abs() <= TOLERANCE);
        let mut uncovered = matrix.clone();
        for block in spectra.layout.blocks() {
            block.clear(&mut uncovered);
        }
        let outside = direct_error(&matrix, &(&matrix - uncovered));
        prop_assert!((found.out_of_reach - outside).abs() <= TOLERANCE);
    }

    #[test]
    fn squared_errors_of_blocks_and_outside_add_up(
        (matrix, kind) in matrix_and_layout(), rank in 1_usize..12,
    ) {
        let factors = factors(&matrix, kind);
        let found = evaluate(&factors.spectra, &uniform(kind, rank)).unwrap();
        let scale = matrix.amax();
        prop_assume!(scale > 0.0);
        let residual = (&matrix - reconstruct(&factors, &found.ranks)) / scale;
        let mut sum = (factors.spectra.outside / scale).powi(2);
        for block in factors.layout().blocks() {
            sum += block.cells(&residual).norm_squared();
        }
        let whole = (matrix / scale).norm_squared();
        prop_assert!((found.error.powi(2) - sum / whole).abs() <= TOLERANCE);
    }

    #[test]
    fn one_block_is_lora(matrix in matrix(), rank in 1_usize..26) {
        let lora = measure(&matrix, &lora(rank)).unwrap();
        for other in [melora(1, rank), localized(1, rank)] {
            let other = measure(&matrix, &other).unwrap();
            prop_assert_eq!(
                (other.error, other.params, other.clamped_blocks, &other.ranks),
                (lora.error, lora.params, lora.clamped_blocks, &lora.ranks)
            );
        }
        let bought = measure(&matrix, &adaptive(1, lora.params)).unwrap();
        prop_assert!((bought.error - lora.error).abs() <= TOLERANCE);
    }

    #[test]
    fn the_uniform_curve_is_the_evaluation_at_every_rank((matrix, kind) in matrix_and_layout()) {
        let spectra = spectra(&matrix, kind);
        let curve = uniform_curve(&spectra);
        prop_assert_eq!(curve.len(), spectra.layout.max_rank());
        for point in curve {
            let found = evaluate(&spectra, &uniform(kind, point.rank)).unwrap();
            prop_assert_eq!(point.params, found.params);
            prop_assert!((point.error - found.error).abs() <= TOLERANCE);
        }
    }

    #[test]
    fn the_adaptive_curve_is_what_its_budgets_buy((matrix, grid) in matrix_and_grid()) {
        let spectra = spectra(&matrix, LayoutKind::Grid(grid));
        let costs: Vec<usize> = spectra.layout.blocks().iter().map(Block::cost).collect();
        let equal = costs.iter().all(|cost| *cost == costs[0]);
        let curve = adaptive_curve(&spectra);
        prop_assert!(curve.windows(2).all(|pair| pair[1].error <= pair[0].error));
        for point in &curve {
            let found = evaluate(&spectra, &adaptive(grid, point.params)).unwrap();
            // With blocks of unequal cost the ranks at a budget may do better than the greedy order.
            prop_assert!(found.error <= point.error + TOLERANCE);
            prop_assert!(!equal || found.error >= point.error - TOLERANCE);
        }
        if let Some(last) = curve.last() {
            prop_assert!(last.error <= TOLERANCE, "all triplets leave {}", last.error);
        }
    }

    /// Eckart and Young: no pair of factors of rank r comes closer than the truncated SVD.
    #[test]
    fn no_factor_pair_beats_lora(
        (matrix, left, right, nudge) in (1_usize..25, 1_usize..25, 1_usize..6).prop_flat_map(
            |(rows, cols, rank)| (
                dense(rows, cols),
                dense(rows, rank.min(rows).min(cols)),
                dense(rank.min(rows).min(cols), cols),
                -6..0,
            ),
        ),
    ) {
        let factors = factors(&matrix, LayoutKind::Grid(1));
        let rank = left.ncols();
        let best = evaluate(&factors.spectra, &lora(rank)).unwrap().error;
        let product = &left * &right;
        let fitted = &product * (matrix.dot(&product) / product.norm_squared().max(f64::MIN_POSITIVE));
        // And pairs close to the best one, which random ones never are.
        let block = factors.blocks[0].triplets().unwrap();
        let sigma = DMatrix::from_diagonal(&block.sigma[..rank].to_vec().into());
        let nudge = 10_f64.powi(nudge);
        let near = (block.u.columns(0, rank) + left * nudge) * sigma * (block.v_t.rows(0, rank) + right * nudge);
        for other in [product, fitted, near] {
            let error = direct_error(&matrix, &other);
            prop_assert!(best <= error + 1e-13, "{best} is beaten by {error}");
        }
    }
}

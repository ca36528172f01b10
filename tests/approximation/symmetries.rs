//! What must not change the errors: scale, transposition, and for LoRA the order of rows and columns.

use localized_lora::approx::LayoutKind;
use localized_lora::source::shuffled;
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::samples::{dense, matrix, matrix_and_layout};
use super::{TOLERANCE, localized, lora, measure, melora, segments_of, spectra};

/// Errors of all methods at a rank, on one matrix.
fn errors(matrix: &DMatrix<f64>, segments: usize, rank: usize) -> Vec<f64> {
    [
        lora(rank),
        melora(segments, rank),
        localized(segments, rank),
    ]
    .iter()
    .map(|settings| measure(matrix, settings).unwrap().error)
    .collect()
}

fn same(left: &[f64], right: &[f64]) -> bool {
    left.iter()
        .zip(right)
        .all(|(a, b)| (a - b).abs() <= TOLERANCE)
}

proptest! {
    #[test]
    fn scaling_a_matrix_leaves_every_error(
        (matrix, segments) in (1_usize..25, 1_usize..25)
            .prop_flat_map(|(rows, cols)| (dense(rows, cols), 1..=rows.min(cols))),
        rank in 1_usize..8, exponent in -290..290, negative: bool,
    ) {
        let factor = 10_f64.powi(exponent) * if negative { -1.0 } else { 1.0 };
        let expected = errors(&matrix, segments, rank);
        let found = errors(&(&matrix * factor), segments, rank);
        prop_assert!(same(&found, &expected), "{found:?} and {expected:?}");
    }

    #[test]
    fn transposing_a_matrix_leaves_every_error((matrix, kind) in matrix_and_layout(), rank in 1_usize..8) {
        let segments = segments_of(kind);
        let expected = errors(&matrix, segments, rank);
        let found = errors(&matrix.transpose(), segments, rank);
        prop_assert!(same(&found, &expected), "{found:?} and {expected:?}");
    }

    #[test]
    fn shuffling_rows_and_columns_leaves_loras_error(matrix in matrix(), seed: u64, rank in 1_usize..8) {
        let expected = measure(&matrix, &lora(rank)).unwrap().error;
        let found = measure(&shuffled(&matrix, seed), &lora(rank)).unwrap().error;
        prop_assert!((found - expected).abs() <= TOLERANCE, "{found} and {expected}");
    }

    #[test]
    fn shuffling_blocks_leaves_the_grids_singular_values(
        (matrix, grid, seed) in (1_usize..7, 1_usize..5, 1_usize..5)
            .prop_flat_map(|(grid, p, q)| (dense(grid * p, grid * q), Just(grid), any::<u64>())),
    ) {
        // Blocks of equal size, their order drawn once for the rows and once for the columns.
        let (p, q) = (matrix.nrows() / grid, matrix.ncols() / grid);
        let numbers = DMatrix::from_fn(grid, grid, |i, j| (i * grid + j) as f64);
        let order = shuffled(&numbers, seed);
        let moved = DMatrix::from_fn(grid * p, grid * q, |row, col| {
            let from = order[(row / p, col / q)] as usize;
            matrix[(from / grid * p + row % p, from % grid * q + col % q)]
        });
        let all = |matrix| {
            let mut sigma = spectra(matrix, LayoutKind::Grid(grid)).sigma.concat();
            sigma.sort_by(f64::total_cmp);
            sigma
        };
        prop_assert!(same(&all(&moved), &all(&matrix)));
    }
}

#[test]
fn shuffling_changes_what_localized_lora_reaches() {
    // Two bright blocks on the diagonal: rank 1 in each block, until the order is lost.
    let matrix = DMatrix::from_fn(8, 8, |row, col| {
        if row / 4 == col / 4 {
            ((row + 1) * (col + 1)) as f64
        } else {
            0.0
        }
    });
    assert!(measure(&matrix, &localized(2, 1)).unwrap().error < TOLERANCE);
    let lost = measure(&shuffled(&matrix, 3), &localized(2, 1))
        .unwrap()
        .error;
    assert!(lost > 0.01, "{lost}");
}

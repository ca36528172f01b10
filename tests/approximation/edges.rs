//! The smallest, the emptiest and the worst matrices: an answer or one clear sentence, no panic.

use localized_lora::approx::best_grid::grids_at_budget;
use localized_lora::approx::budget::matched_rank;
use localized_lora::approx::curve::{adaptive_curve, uniform_curve};
use localized_lora::approx::survey::survey;
use localized_lora::approx::{
    BlockLayout, FactorError, Factors, LayoutError, LayoutKind, MethodSettings, Spectra, evaluate,
    factorize, reconstruct, singular_values,
};
use nalgebra::DMatrix;
use proptest::prelude::*;
use std::ops::ControlFlow;

use super::{
    TOLERANCE, adaptive, direct_error, factors, localized, lora, measure, melora, spectra,
};

/// One line, no full stop, and a remedy after the comma.
#[track_caller]
fn is_one_sentence(error: &impl ToString) {
    let text = error.to_string();
    assert!(
        !text.contains('\n') && !text.ends_with('.') && text.contains("; "),
        "{text}"
    );
}

#[test]
fn an_empty_matrix_has_no_layout() {
    for (rows, cols) in [(0, 0), (0, 5), (5, 0)] {
        for kind in [
            LayoutKind::Grid(1),
            LayoutKind::Grid(0),
            LayoutKind::Diagonal(3),
        ] {
            let error = BlockLayout::new(rows, cols, kind).unwrap_err();
            assert_eq!(error, LayoutError::Empty { rows, cols });
            is_one_sentence(&error);
            assert_eq!(matched_rank(rows, cols, kind, 100).unwrap_err(), error);
        }
    }
}

#[test]
fn segments_beyond_a_side_are_refused_with_the_range_that_fits() {
    for segments in [0, 4, 1000, usize::MAX] {
        for kind in [LayoutKind::Grid(segments), LayoutKind::Diagonal(segments)] {
            let error = BlockLayout::new(3, 8, kind).unwrap_err();
            assert!(error.to_string().ends_with("choose 1 to 3"), "{error}");
        }
    }
}

#[test]
fn rank_zero_is_refused_and_a_rank_beyond_all_is_clamped() {
    let matrix = DMatrix::from_fn(5, 7, |row, col| (row + 2 * col) as f64);
    for settings in [lora(0), melora(2, 0), localized(2, 0)] {
        let error = measure(&matrix, &settings).unwrap_err();
        assert!(matches!(error, LayoutError::RankZero { .. }), "{error}");
        is_one_sentence(&error);
    }
    for settings in [lora(usize::MAX), localized(2, usize::MAX)] {
        let found = measure(&matrix, &settings).unwrap();
        assert!(found.error < TOLERANCE);
        assert_eq!(found.clamped_blocks, found.ranks.len());
    }
    let huge = measure(&matrix, &adaptive(2, usize::MAX)).unwrap();
    assert!(huge.error < TOLERANCE);
    let everything = matched_rank(5, 7, LayoutKind::Grid(2), usize::MAX).unwrap();
    assert_eq!(everything.rank, 3);
}

#[test]
fn budgets_and_painted_ranks_that_cannot_be_are_refused() {
    let matrix = DMatrix::identity(6, 6);
    let error = measure(&matrix, &adaptive(2, 5)).unwrap_err();
    assert_eq!(
        error,
        LayoutError::Budget {
            budget: 5,
            least: 6
        }
    );
    is_one_sentence(&error);
    let MethodSettings::LocalizedAdaptive(mut painted) = adaptive(2, 100) else {
        unreachable!()
    };
    painted.painted = Some(vec![1, 2, 3]);
    let error = measure(&matrix, &MethodSettings::LocalizedAdaptive(painted)).unwrap_err();
    assert!(matches!(
        error,
        LayoutError::RankCount {
            given: 3,
            expected: 4,
            ..
        }
    ));
    is_one_sentence(&error);
}

#[test]
fn a_cell_that_is_not_finite_is_named() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for (row, col) in [(0, 0), (4, 2), (6, 4)] {
            let mut matrix = DMatrix::from_element(7, 5, 1.0);
            matrix[(row, col)] = value;
            let kind = LayoutKind::Diagonal(3);
            let layout = || BlockLayout::new(7, 5, kind).unwrap();
            let errors = [
                Spectra::of(&matrix, layout()).unwrap_err(),
                Factors::of(&matrix, layout()).unwrap_err(),
                factorize(&matrix).unwrap_err(),
                singular_values(&matrix).unwrap_err(),
            ];
            for error in errors {
                let FactorError::NotFinite {
                    row: r,
                    col: c,
                    value: v,
                } = error
                else {
                    panic!("{error}")
                };
                assert_eq!((r, c, v.to_bits()), (row, col, value.to_bits()));
                is_one_sentence(&FactorError::NotFinite { row, col, value });
            }
        }
    }
}

#[test]
fn an_empty_block_has_an_empty_factorization() {
    for (rows, cols) in [(0, 0), (0, 3), (3, 0)] {
        let found = factorize(&DMatrix::zeros(rows, cols)).unwrap();
        assert_eq!(
            (found.u.shape(), found.sigma.len(), found.v_t.shape()),
            ((rows, 0), 0, (0, cols))
        );
        assert!(
            singular_values(&DMatrix::zeros(rows, cols))
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn the_zero_matrix_is_met_exactly() {
    let matrix = DMatrix::zeros(6, 9);
    for settings in [lora(1), melora(3, 1), localized(3, 1), adaptive(3, 5)] {
        let found = measure(&matrix, &settings).unwrap();
        assert_eq!((found.error, found.out_of_reach), (0.0, 0.0));
    }
    let spectra = spectra(&matrix, LayoutKind::Grid(3));
    assert!(
        uniform_curve(&spectra)
            .iter()
            .all(|point| point.error == 0.0)
    );
    assert!(adaptive_curve(&spectra).is_empty());
    let factors = factors(&matrix, LayoutKind::Grid(3));
    assert_eq!(reconstruct(&factors, &[2; 9]), matrix);
}

#[test]
fn the_largest_and_smallest_numbers_have_an_answer() {
    for value in [f64::MAX, f64::MIN_POSITIVE, 5e-324] {
        let mut matrix = DMatrix::zeros(4, 4);
        matrix[(1, 2)] = value;
        let found = measure(&matrix, &lora(1)).unwrap();
        assert_eq!(found.error, 0.0, "{value:e}");
        assert_eq!(measure(&matrix, &melora(4, 1)).unwrap().error, 1.0);
    }
}

/// Sizes of cells at which squares, or the numbers themselves, over- or underflow; at the last ones
/// cells are multiples of the smallest number.
const SIZES: [f64; 9] = [
    1e300, 1e200, 1e160, 1e-160, 1e-200, 1e-300, 5e-300, 1e-310, 5e-324,
];

#[test]
fn two_equal_denormal_cells_leave_half_of_the_squares_at_rank_1() {
    // The file s_mindenorm.npy: 5e-324 twice on the diagonal.
    for size in SIZES {
        let matrix = DMatrix::from_diagonal_element(2, 2, size);
        let half = 0.5_f64.sqrt();
        let lora = measure(&matrix, &lora(1)).unwrap();
        assert_eq!(lora.error, half, "{size:e}");
        let spectra = spectra(&matrix, LayoutKind::Grid(1));
        assert_eq!(spectra.numerical_rank(0), 2, "{size:e}");
        assert_eq!(spectra.block_error(0, 1), half, "{size:e}");
        assert_eq!(spectra.sigma, [[size, size]]);
        assert_eq!(uniform_curve(&spectra)[0].error, half, "{size:e}");
        assert_eq!(adaptive_curve(&spectra)[0].error, half, "{size:e}");
        let rebuilt = reconstruct(&factors(&matrix, LayoutKind::Grid(1)), &[1]);
        assert_eq!(rebuilt.iter().filter(|cell| cell.abs() == size).count(), 1);
        assert_eq!(rebuilt.sum().abs(), size);
    }
}

#[test]
fn every_error_is_that_of_an_ordinary_matrix_at_any_size_of_the_cells() {
    // Whole numbers, so that a multiple of the smallest number loses nothing.
    let ordinary = DMatrix::from_fn(7, 9, |row, col| ((row * row + 5 * col) % 11) as f64 - 4.0);
    let errors = |matrix: &DMatrix<f64>| -> Vec<f64> {
        let mut found = Vec::new();
        for settings in [
            lora(1),
            lora(3),
            melora(3, 1),
            localized(2, 1),
            localized(3, 1),
            adaptive(2, 40),
            adaptive(3, 50),
        ] {
            let one = measure(matrix, &settings).unwrap();
            found.extend([one.error, one.out_of_reach, one.params as f64]);
        }
        for kind in [LayoutKind::Grid(2), LayoutKind::Diagonal(2)] {
            let spectra = spectra(matrix, kind);
            found.extend(uniform_curve(&spectra).iter().map(|point| point.error));
            // Triplets that are rounding are as many as they please.
            let errors = adaptive_curve(&spectra)
                .into_iter()
                .map(|point| point.error);
            let reached = |error: &f64| kind == LayoutKind::Grid(2) && *error > 1e-12;
            found.extend(errors.filter(reached));
            found.extend((0..spectra.sigma.len()).map(|block| spectra.block_error(block, 1)));
            found
                .extend((0..spectra.sigma.len()).map(|block| spectra.numerical_rank(block) as f64));
        }
        for grid in grids_at_budget(std::slice::from_ref(matrix), 80, &|_| {
            ControlFlow::Continue(())
        })
        .unwrap()
        {
            found.extend(grid.uniform.map(|one| one.error));
            found.extend(grid.adaptive.map(|one| one.error));
        }
        found
    };
    let expected = errors(&ordinary);
    for size in SIZES {
        let found = errors(&(&ordinary * size));
        assert_eq!(found.len(), expected.len(), "{size:e}");
        for (a, b) in found.iter().zip(&expected) {
            assert!(
                (a - b).abs() <= 1e-13,
                "{size:e}: {a} and {b}\n{found:?}\n{expected:?}"
            );
        }
    }
}

#[test]
fn a_survey_of_tiny_and_huge_matrices_has_the_errors_of_ordinary_ones() {
    let ordinary = DMatrix::from_fn(6, 6, |row, col| ((row * row + 5 * col) % 11) as f64 - 4.0);
    let settings = [lora(2), melora(2, 1), localized(2, 1)];
    let all: Vec<usize> = (0..=SIZES.len()).collect();
    let matrix = |at: usize| &ordinary * SIZES.get(at).copied().unwrap_or(1.0);
    let go_on = |_| ControlFlow::Continue(());
    let found = survey(&all, &matrix, &|_| 0, &settings, &go_on).unwrap();
    for errors in found.errors {
        assert!(
            errors
                .iter()
                .all(|error| (error - errors[SIZES.len()]).abs() <= 1e-13)
        );
    }
}

#[test]
fn small_cells_beside_large_ones_count_as_little_as_they_are() {
    // Without the smaller one the error is their ratio, far below where its square underflows.
    for (large, small) in [
        (1e300, 1e100),
        (1.0, 1e-200),
        (1e-100, 1e-300),
        (1e10, 1e-290),
    ] {
        let matrix = DMatrix::from_row_slice(2, 2, &[large, 0.0, 0.0, small]);
        let expected = small / large;
        let spectra = spectra(&matrix, LayoutKind::Grid(2));
        let errors = [
            measure(&matrix, &adaptive(2, 2)).unwrap().error,
            adaptive_curve(&spectra)[0].error,
        ];
        for error in errors {
            assert!(
                (error / expected - 1.0).abs() < 1e-14,
                "{large:e} {small:e}: {error:e}"
            );
        }
        assert!(measure(&matrix, &lora(1)).unwrap().error <= f64::EPSILON);
        // Adaptive ranks see the smaller block's values, too.
        let bought = measure(&matrix, &adaptive(2, 4)).unwrap();
        assert_eq!((bought.ranks, bought.error), (vec![1, 0, 0, 1], 0.0));
    }
}

#[test]
fn denormal_cells_are_rebuilt_to_the_last_bit() {
    for size in [5e-324, 1e-310] {
        let matrix = DMatrix::from_fn(6, 4, |row, col| ((row * 7 + col * col) % 13) as f64 * size);
        let factors = factors(&matrix, LayoutKind::Grid(2));
        assert_eq!(reconstruct(&factors, &[2; 4]), matrix);
    }
}

#[test]
fn one_thread_gives_what_many_give() {
    // Larger than what one thread alone is taken for, and blocks beyond the switch of libraries.
    let matrix = DMatrix::from_fn(150, 140, |row, col| ((row * row + 7 * col) % 17) as f64);
    let all = || {
        let lora = measure(&matrix, &lora(5)).unwrap().error;
        let factors = factors(&matrix, LayoutKind::Grid(2));
        let local = evaluate(&factors.spectra, &localized(2, 5)).unwrap().error;
        let rebuilt = reconstruct(&factors, &[5; 4]);
        assert!((direct_error(&matrix, &rebuilt) - local).abs() < TOLERANCE);
        assert!(
            (singular_values(&matrix).unwrap()[0] / factorize(&matrix).unwrap().sigma[0] - 1.0)
                .abs()
                < 1e-13
        );
        (lora, local)
    };
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap()
        .install(all);
    let three = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap()
        .install(all);
    assert!((one.0 - three.0).abs() < 1e-13 && (one.1 - three.1).abs() < 1e-13);
}

proptest! {
    #[test]
    fn one_row_or_one_column_is_met_exactly_by_rank_1(
        values in prop::collection::vec(-9.0..9.0, 1..40), upright: bool, rank in 1_usize..4,
    ) {
        let length = values.len();
        let (rows, cols) = if upright { (length, 1) } else { (1, length) };
        let matrix = DMatrix::from_vec(rows, cols, values);
        let params = length + 1;
        for settings in [lora(rank), melora(1, rank), localized(1, rank), adaptive(1, params)] {
            let found = measure(&matrix, &settings).unwrap();
            prop_assert!(found.error <= TOLERANCE);
            prop_assert_eq!(found.params, params);
        }
        prop_assert!(length == 1 || BlockLayout::new(rows, cols, LayoutKind::Grid(2)).is_err());
        let rebuilt = reconstruct(&factors(&matrix, LayoutKind::Grid(1)), &[rank]);
        prop_assert!((rebuilt - &matrix).amax() <= TOLERANCE * matrix.amax());
    }

    /// Also with values that no data set has: an answer or an error, at once.
    #[test]
    fn no_matrix_makes_a_panic(
        (rows, cols, values) in (1_usize..9, 1_usize..9)
            .prop_flat_map(|(rows, cols)| (Just(rows), Just(cols), prop::collection::vec(any::<f64>(), rows * cols))),
        segments in 0_usize..10, rank in 0_usize..10, budget in 0_usize..200,
    ) {
        let matrix = DMatrix::from_vec(rows, cols, values);
        let finite = matrix.iter().all(|value| value.is_finite());
        for settings in [lora(rank), melora(segments, rank), localized(segments, rank), adaptive(segments, budget)] {
            let Ok(layout) = BlockLayout::new(rows, cols, settings.layout()) else { continue };
            let Ok(factors) = Factors::of(&matrix, layout) else { continue };
            prop_assert!(finite);
            if let Ok(found) = evaluate(&factors.spectra, &settings) {
                let _ = reconstruct(&factors, &found.ranks);
                let (_, _) = (uniform_curve(&factors.spectra), adaptive_curve(&factors.spectra));
                prop_assert!(!factors.spectra.norm.is_finite() || (0.0..1.0 + TOLERANCE).contains(&found.error));
            }
        }
    }
}

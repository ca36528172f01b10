//! The smallest, the emptiest and the worst matrices: an answer or one clear sentence, no panic.

use localized_lora::approx::budget::matched_rank;
use localized_lora::approx::curve::{adaptive_curve, uniform_curve};
use localized_lora::approx::{
    BlockLayout, FactorError, Factors, LayoutError, LayoutKind, MethodSettings, Spectra, evaluate,
    factorize, reconstruct, singular_values,
};
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::{TOLERANCE, adaptive, factors, localized, lora, measure, melora, spectra};

/// One line, no full stop, and a remedy after the comma.
#[track_caller]
fn is_one_sentence(error: &impl ToString) {
    let text = error.to_string();
    assert!(
        !text.contains('\n') && !text.ends_with('.') && text.contains(", "),
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
            grid: 2
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

//! The paper's Table I, section II.E's example, and how Table I's settings do on all test digits.
//!
//! Expected values of the data set were computed with numpy 2.4 (`numpy.linalg.svd` of every block).
#![allow(clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::sync::Arc;

use localized_lora::approx::budget::{BudgetRule, matched_rank};
use localized_lora::approx::metrics::numerical_rank;
use localized_lora::approx::survey::{Survey, survey};
use localized_lora::approx::table_one;
use localized_lora::approx::{
    AdaptiveSettings, BlockLayout, Evaluation, Factors, LayoutKind, MethodSettings, Spectra,
    evaluate, reconstruct,
};
use localized_lora::source::{Dataset, DigitSet, Split, digits};
use nalgebra::DMatrix;

/// The parameters of every method in Table I.
const BUDGET: usize = 224;

/// The first "2" of the test digits: the picture of Table I.
const PAPERS_DIGIT: usize = 1;

fn test_digits() -> Arc<DigitSet> {
    digits(&Dataset::BuiltIn, Split::Test).unwrap()
}

fn spectra(matrix: &DMatrix<f64>, kind: LayoutKind) -> Spectra {
    let (rows, cols) = matrix.shape();
    Spectra::of(matrix, BlockLayout::new(rows, cols, kind).unwrap()).unwrap()
}

fn measure(index: usize, settings: &MethodSettings) -> Evaluation {
    let matrix = test_digits().matrix(index);
    evaluate(&spectra(&matrix, settings.layout()), settings).unwrap()
}

fn adaptive(grid: usize) -> MethodSettings {
    MethodSettings::LocalizedAdaptive(AdaptiveSettings {
        grid,
        budget: BUDGET,
        ..AdaptiveSettings::default()
    })
}

#[track_caller]
fn close(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected} ± {tolerance:e}"
    );
}

#[test]
fn table_one_comes_out_to_four_digits() {
    assert_eq!(test_digits().label(PAPERS_DIGIT), 2);
    let rows: Vec<(usize, String)> = table_one()
        .iter()
        .map(|settings| measure(PAPERS_DIGIT, settings))
        .map(|found| (found.params, format!("{:.4}", found.error)))
        .collect();
    let expected = ["0.2313", "0.9071", "0.2119"];
    assert_eq!(rows, expected.map(|error| (BUDGET, error.to_owned())));
}

#[test]
fn the_errors_of_table_one_are_numpys() {
    let expected = [0.231_349_091_384, 0.907_068_788_427, 0.211_869_286_889];
    for (settings, error) in table_one().iter().zip(expected) {
        close(measure(PAPERS_DIGIT, settings).error, error, 1e-11);
    }
}

#[test]
fn the_reconstructions_have_the_errors_of_table_one() {
    let matrix = test_digits().matrix(PAPERS_DIGIT);
    for settings in table_one() {
        let layout = BlockLayout::new(28, 28, settings.layout()).unwrap();
        let factors = Factors::of(&matrix, layout).unwrap();
        let found = evaluate(&factors.spectra, &settings).unwrap();
        let rebuilt = reconstruct(&factors, &found.ranks);
        close(
            (&matrix - rebuilt).norm() / matrix.norm(),
            found.error,
            1e-12,
        );
    }
}

#[test]
fn the_papers_digit_has_rank_15() {
    let matrix = test_digits().matrix(PAPERS_DIGIT);
    let whole = spectra(&matrix, LayoutKind::Grid(1));
    assert_eq!(numerical_rank(&whole.sigma[0], 28, 28), 15);
}

#[test]
fn nearly_all_of_meloras_error_is_out_of_reach_and_its_factors_are_denser_than_dense() {
    let melora = measure(PAPERS_DIGIT, &table_one()[1]);
    assert_eq!(format!("{:.4}", melora.out_of_reach), "0.9070");
    assert_eq!(melora.denser_than_dense, 4);
    assert_eq!(melora.clamped_blocks, 0);
    for other in [&table_one()[0], &table_one()[2]] {
        let other = measure(PAPERS_DIGIT, other);
        assert_eq!((other.out_of_reach, other.denser_than_dense), (0.0, 0));
    }
}

#[test]
fn on_test_digit_38_lora_wins() {
    let [lora, melora, localized] = table_one().map(|settings| measure(38, &settings).error);
    close(lora, 0.363_917_973_896, 1e-11);
    close(melora, 0.868_561_737_552, 1e-11);
    close(localized, 0.393_493_439_531, 1e-11);
}

#[test]
fn adaptive_ranks_are_never_worse_than_uniform_ones_on_the_papers_digit() {
    let uniform = measure(PAPERS_DIGIT, &table_one()[2]).error;
    let expected = [
        (2, 0.211_869_286_889),
        (4, 0.145_354_892_474),
        (7, 0.089_242_001_764),
    ];
    for (grid, error) in expected {
        let found = measure(PAPERS_DIGIT, &adaptive(grid));
        close(found.error, error, 1e-11);
        assert!(found.error <= uniform && found.params <= BUDGET);
    }
}

#[test]
fn section_two_e_gives_8192_2048_and_2048_parameters() {
    let lora = matched_rank(256, 256, LayoutKind::Grid(1), 8192).unwrap();
    assert_eq!((lora.rank, lora.params), (16, 8192));
    let local = BudgetRule::SectionTwoE.local_budget(lora.params, 4);
    // r_diag = r/N = 4; with K = √N = 2, r_block = r/(N√N) = 2.
    for (kind, rank) in [(LayoutKind::Diagonal(4), 4), (LayoutKind::Grid(2), 2)] {
        let found = matched_rank(256, 256, kind, local).unwrap();
        assert_eq!((found.rank, found.params, found.unused), (rank, 2048, 0));
    }
}

#[test]
fn experiment_one_gives_every_method_the_same_parameters() {
    let budget = BudgetRule::EqualParameters.local_budget(BUDGET, 4);
    // r_diag = r = 4, r_block = r/K = 2.
    for (kind, rank) in [
        (LayoutKind::Grid(1), 4),
        (LayoutKind::Diagonal(4), 4),
        (LayoutKind::Grid(2), 2),
    ] {
        let found = matched_rank(28, 28, kind, budget).unwrap();
        assert_eq!((found.rank, found.params, found.unused), (rank, BUDGET, 0));
    }
}

/// Table I's settings and the adaptive ones on every test digit.
fn survey_of_all() -> Survey {
    let set = test_digits();
    let indices: Vec<usize> = (0..set.count()).collect();
    let mut settings = table_one().to_vec();
    settings.extend([2, 4, 7].map(adaptive));
    survey(
        &indices,
        &|index| set.matrix(index),
        &|index| set.label(index),
        &settings,
        &|_| ControlFlow::Continue(()),
    )
    .unwrap()
}

/// Mean and standard deviation of LoRA, MELoRA, Localized and adaptive K = 2, 4, 7.
#[track_caller]
fn has_spreads(survey: &Survey, expected: [(f64, f64); 6]) {
    for (s, (mean, std)) in expected.into_iter().enumerate() {
        close(survey.spread(s).mean, mean, 1e-8);
        close(survey.spread(s).std, std, 1e-8);
    }
}

/// On how many images of each digit Localized is better than LoRA, and on how many equal.
#[track_caller]
fn has_wins(survey: &Survey, expected: [(usize, usize, usize); 10]) {
    for (found, (better, equal, count)) in survey.by_label().iter().zip(expected) {
        assert_eq!(found.count, count, "images of digit {}", found.label);
        let verdict = found.localized_against_lora.unwrap();
        let images = [verdict.better, verdict.equal].map(|share| (share * count as f64).round());
        assert_eq!(
            images,
            [better as f64, equal as f64],
            "of the images of digit {}",
            found.label
        );
    }
}

#[test]
fn on_all_test_digits_neither_lora_nor_localized_is_the_better_one() {
    let survey = survey_of_all();
    assert_eq!(survey.count(), 10_000);
    has_spreads(
        &survey,
        [
            (0.231_566_163, 0.078_741_478),
            (0.802_800_699, 0.066_571_819),
            (0.236_105_963, 0.080_404_183),
            (0.213_735_834, 0.083_232_561),
            (0.116_031_288, 0.062_200_920),
            (0.073_360_558, 0.047_342_287),
        ],
    );
    has_wins(
        &survey,
        [
            (86, 0, 980),
            (635, 40, 1135),
            (563, 0, 1032),
            (558, 0, 1010),
            (563, 0, 982),
            (669, 0, 892),
            (277, 0, 958),
            (721, 0, 1028),
            (435, 0, 974),
            (229, 0, 1009),
        ],
    );
    let verdict = survey.localized_against_lora().unwrap();
    assert_eq!((verdict.better, verdict.equal), (0.4736, 0.004));
}

#[test]
fn a_survey_stops_when_it_is_told_to() {
    let set = test_digits();
    let stopped = survey(
        &(0..50).collect::<Vec<_>>(),
        &|index| set.matrix(index),
        &|index| set.label(index),
        &table_one(),
        &|done| match done {
            20.. => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        },
    );
    assert_eq!(
        stopped.unwrap_err(),
        localized_lora::approx::FactorError::Stopped
    );
}

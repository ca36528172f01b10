//! What is chance is called chance, and what is not is not.

use std::ops::ControlFlow;

use localized_lora::approx::FactorError;
use localized_lora::approx::locality::LocalityTest;
use nalgebra::DMatrix;

use super::{asked, block_low_rank, gaussian, go_on, noisy, seeded, tested};

/// With 99 draws a p-value of 1 % says that no draw is as extreme.
const DRAWS: usize = 99;

#[test]
fn noise_is_called_structured_as_rarely_as_the_p_value_says() {
    let mut rng = seeded(1);
    let mut called = [0; 3];
    for _ in 0..1000 {
        let noise = gaussian(12, 16, &mut rng);
        let test = tested(&noise, asked(2, 2, 4, 3), DRAWS);
        for (count, one) in called
            .iter_mut()
            .zip([&test.local, &test.diagonal, &test.global])
        {
            *count += usize::from(one.beyond_chance());
        }
    }
    assert!(
        called.iter().all(|count| *count <= 20),
        "{called:?} of 1000"
    );
}

#[test]
fn block_low_rank_matrices_are_local() {
    let mut rng = seeded(2);
    let right = (0..200).filter(|_| {
        let matrix = noisy(&block_low_rank(32, 4, 1, &mut rng), 0.1, &mut rng);
        let test = tested(&matrix, asked(4, 1, 4, 4), DRAWS);
        let [lora, _, localized] = &test.evaluations;
        test.local.beyond_chance() && localized.error < lora.error
    });
    let right = right.count();
    assert!(right >= 198, "{right} of 200");
}

#[test]
fn block_diagonal_matrices_are_diagonal() {
    let mut rng = seeded(3);
    let right = (0..200).filter(|_| {
        let mut matrix = DMatrix::zeros(32, 32);
        for block in 0..4 {
            let part = gaussian(8, 8, &mut rng);
            matrix
                .view_mut((8 * block, 8 * block), (8, 8))
                .copy_from(&part);
        }
        let matrix = noisy(&matrix, 0.1, &mut rng);
        tested(&matrix, asked(4, 1, 4, 4), DRAWS)
            .diagonal
            .beyond_chance()
    });
    let right = right.count();
    assert!(right >= 198, "{right} of 200");
}

#[test]
fn low_rank_matrices_are_global_and_best_met_by_lora() {
    let mut rng = seeded(4);
    let right = (0..200).filter(|_| {
        let matrix = gaussian(32, 4, &mut rng) * gaussian(4, 32, &mut rng);
        let matrix = noisy(&matrix, 0.1, &mut rng);
        let test = tested(&matrix, asked(4, 1, 4, 4), DRAWS);
        let [lora, melora, localized] = &test.evaluations;
        test.global.beyond_chance() && lora.error < localized.error.min(melora.error)
    });
    let right = right.count();
    assert!(right >= 198, "{right} of 200");
}

/// numpy, K = 4 at rank 1 with 400 draws: 0.3618386536740167 against 0.4546 ± 0.0334.
#[test]
fn the_reference_case_has_numpys_null() {
    let source = "mnist:test:1".parse().unwrap();
    let digit = localized_lora::source::load(&source, &Default::default()).unwrap();
    let test = tested(&digit.matrix, asked(4, 1, 4, 4), 1000);
    assert!((test.local.statistic - 0.361_838_653_674_016_7).abs() < 1e-9);
    assert!(
        (test.local.mean() - 0.4546).abs() < 0.006,
        "{}",
        test.local.mean()
    );
    assert!(
        (test.local.std() - 0.0334).abs() < 0.004,
        "{}",
        test.local.std()
    );
    let z = test.local.z().unwrap();
    assert!((z + 2.773).abs() < 0.4, "{z}");
}

#[test]
fn draws_are_the_same_for_a_seed_whatever_the_batches_and_threads() {
    let matrix = gaussian(20, 14, &mut seeded(5));
    let whole = tested(&matrix, asked(2, 2, 2, 4), 60);
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let batches = alone.install(|| {
        let mut test = LocalityTest::new(&matrix, asked(2, 2, 2, 4)).unwrap();
        for more in [1, 7, 0, 52] {
            test.draw(more, &go_on).unwrap();
        }
        test
    });
    assert_eq!(whole.local, batches.local);
    assert_eq!(whole.diagonal, batches.diagonal);
    assert_eq!(whole.global, batches.global);
    let mut other = asked(2, 2, 2, 4);
    other.seed = 1;
    assert_ne!(whole.local.null, tested(&matrix, other, 60).local.null);
}

#[test]
fn a_stopped_test_keeps_the_draws_it_had() {
    let mut test = tested(&gaussian(9, 9, &mut seeded(6)), asked(3, 1, 3, 2), 10);
    let stopped = test.draw(10, &|| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(FactorError::Stopped)));
    assert_eq!(test.draws(), 10);
}

/// Where every order looks the same nothing is beyond chance, whatever rounding does.
#[test]
fn matrices_that_no_order_changes_are_chance() {
    for matrix in [
        DMatrix::zeros(6, 6),
        DMatrix::from_element(7, 9, 3.5),
        DMatrix::from_element(1, 1, -2.0),
        DMatrix::from_element(5, 5, 1e300),
        DMatrix::from_element(5, 5, 5e-324),
    ] {
        let test = tested(&matrix, asked(1, 1, 1, 1), 30);
        for one in [&test.local, &test.diagonal, &test.global] {
            assert_eq!((one.z(), one.p()), (None, 1.0), "{one:?}");
        }
    }
    let line = tested(&gaussian(1, 12, &mut seeded(7)), asked(1, 1, 1, 1), 30);
    assert_eq!(line.local.p(), 1.0);
}

#[test]
fn what_does_not_fit_is_refused() {
    let matrix = gaussian(4, 4, &mut seeded(8));
    assert!(LocalityTest::new(&matrix, asked(5, 1, 1, 1)).is_err());
    assert!(LocalityTest::new(&matrix, asked(1, 1, 5, 1)).is_err());
    assert!(LocalityTest::new(&matrix, asked(2, 0, 2, 1)).is_err());
    let mut broken = matrix;
    broken[(1, 2)] = f64::NAN;
    let refused = LocalityTest::new(&broken, asked(2, 1, 2, 1));
    assert!(matches!(
        refused,
        Err(FactorError::NotFinite { row: 1, col: 2, .. })
    ));
}

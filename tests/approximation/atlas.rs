//! The atlas against every setting there is, one after the other.

use std::ops::ControlFlow;

use localized_lora::approx::atlas::{Atlas, Fineness, atlas};
use localized_lora::approx::method::{Method, MethodSettings, Role};
use localized_lora::approx::segment::divisors;
use localized_lora::approx::{FactorError, LayoutKind};
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::samples::dense;
use super::{TOLERANCE, measure};

fn found(matrix: &DMatrix<f64>, budget: usize, charged: bool) -> Atlas {
    atlas(std::slice::from_ref(matrix), budget, charged, &|_, _| {
        ControlFlow::Continue(())
    })
    .unwrap()
}

/// Every setting of a method with every rank, whatever it costs.
fn all_settings(
    method: Method,
    (rows, cols): (usize, usize),
    budget: usize,
) -> Vec<MethodSettings> {
    let mut all = vec![method.usual()];
    for (place, parameter) in method.parameters().iter().enumerate() {
        let values = match parameter.role {
            Role::Segments(side) => (1..=side.most(rows, cols)).collect(),
            Role::Divisor(side) => divisors(side.most(rows, cols)),
            Role::Rank => (1..=rows * cols).collect(),
            Role::Budget => vec![budget],
        };
        let one = |settings: &MethodSettings, value: usize| {
            let mut settings = settings.clone();
            settings.set_value(place, value);
            settings
        };
        all = all
            .iter()
            .flat_map(|settings| values.iter().map(|value| one(settings, *value)))
            .collect();
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn each_structure_is_the_best_of_all_its_settings(
        matrix in (1usize..=6, 1usize..=6).prop_flat_map(|(rows, cols)| dense(rows, cols)),
        share in 0.05..1.3,
        charged: bool,
    ) {
        let shape = matrix.shape();
        let budget = 2 + (share * matrix.len() as f64) as usize;
        let atlas = found(&matrix, budget, charged);
        prop_assert_eq!(atlas.fineness, Fineness::Every);
        for method in Method::ALL {
            let affordable = all_settings(*method, shape, budget).into_iter().filter_map(|mut one| {
                one.charge(charged);
                let found = measure(&matrix, &one).ok()?;
                (found.spent <= budget && found.params > 0).then_some(found.error)
            });
            let least = affordable.fold(f64::INFINITY, f64::min);
            let entry = atlas.entries.iter().find(|one| one.evaluation.method() == *method);
            prop_assert_eq!(entry.is_none(), least == f64::INFINITY, "{:?}", method);
            prop_assert_eq!(entry.is_none(), atlas.missing.contains(method));
            let Some(entry) = entry else { continue };
            prop_assert!((entry.evaluation.error - least).abs() < TOLERANCE, "{:?}: {}", entry, least);
            // A direct look at the setting gives the same.
            let again = measure(&matrix, &entry.evaluation.settings).unwrap();
            prop_assert_eq!(&again, &entry.evaluation);
        }
        let errors: Vec<f64> = atlas.entries.iter().map(|one| one.evaluation.error).collect();
        // Ties stand in the order of the methods.
        prop_assert!(errors.windows(2).all(|pair| pair[0] <= pair[1] + TOLERANCE), "{:?}", errors);
    }

    #[test]
    fn a_curve_is_what_smaller_budgets_give(
        matrix in (2usize..=7, 2usize..=7).prop_flat_map(|(rows, cols)| dense(rows, cols)),
        share in 0.3..1.0,
    ) {
        let budget = 4 + (share * matrix.len() as f64) as usize;
        let whole = found(&matrix, budget, false);
        for entry in &whole.entries {
            let points = &entry.curve;
            prop_assert!(points.is_sorted_by(|a, b| a.params < b.params && a.error > b.error));
            prop_assert!(points.iter().all(|point| point.params <= budget));
            let last = points.last().unwrap().error;
            prop_assert!((last - entry.evaluation.error).abs() < TOLERANCE, "{}: {:?} {:?}", last, entry.evaluation, points);
            let by_rank = entry.evaluation.settings.uniform_rank().is_some();
            for point in points.iter().filter(|_| by_rank) {
                let smaller = found(&matrix, point.params, false);
                let mut same = smaller.entries.iter().map(|one| &one.evaluation);
                let same = same.find(|one| one.method() == entry.evaluation.method()).unwrap();
                prop_assert!((same.error - point.error).abs() < TOLERANCE, "{:?} {:?}", same, point);
            }
        }
    }
}

#[test]
fn a_layout_is_factorized_once_and_the_search_can_be_stopped() {
    let matrix = DMatrix::from_fn(12, 9, |i, j| ((i * 7 + j * 13) % 11) as f64);
    let whole = found(&matrix, 60, false);
    let kinds = |kind: LayoutKind| {
        let entries = whole.entries.iter();
        entries.filter(move |one| one.evaluation.settings.layout().canonical() == kind)
    };
    // LoRA's own layout is one of most methods'.
    assert!(kinds(LayoutKind::Grid(1)).count() >= 1);
    let tried: usize = whole.entries.iter().map(|one| one.tried).sum();
    assert!(whole.layouts < tried, "{} of {tried}", whole.layouts);
    let stopped = atlas(
        std::slice::from_ref(&matrix),
        60,
        false,
        &|done, _| match done {
            5.. => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        },
    );
    assert_eq!(stopped.err(), Some(FactorError::Stopped));
}

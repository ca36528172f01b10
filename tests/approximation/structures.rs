//! The structures beside the paper's three: numpy's numbers, direct reconstructions, and gradient
//! descent that finds nothing better.

use std::path::Path;

use localized_lora::approx::method::{
    ColumnStripsSettings, KroneckerSettings, MonarchSettings, RectangularSettings,
    RowStripsSettings,
};
use localized_lora::approx::{BlockLayout, LayoutError, Method, MethodSettings, reconstruct};
use localized_lora::session::{Session, Settings};
use localized_lora::source::{Limits, Source};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::samples::{dense, matrix};
use super::{TOLERANCE, direct_error, factors, measure};

/// A matrix of the reference cases.
pub fn load(name: &str) -> DMatrix<f64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases/methods");
    let source = match name.split_once(':') {
        Some(_) => name.parse().unwrap(),
        None => Source::from_path(folder.join(name)),
    };
    let session = Session {
        source,
        ..Session::default()
    };
    session.load(&Limits::default()).unwrap().matrix
}

/// The settings of a reference case: its names are those of the files.
pub fn settings(case: &Value) -> MethodSettings {
    let mut fields = case.as_object().unwrap().clone();
    let method = fields.remove("structure").unwrap();
    fields.retain(|name, _| !["params", "error", "objective", "leaves"].contains(&name.as_str()));
    fields.insert("method".to_owned(), method);
    serde_json::from_value(Value::Object(fields)).unwrap()
}

#[test]
fn every_reference_case_is_met() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../data/cases/methods/cases.json")).unwrap();
    let mut seen = 0;
    for case in &cases {
        let matrix = load(case["source"].as_str().unwrap());
        for structure in case["structures"].as_array().unwrap() {
            let found = measure(&matrix, &settings(structure)).unwrap();
            assert_eq!(found.params as u64, structure["params"].as_u64().unwrap());
            let expected = structure["error"].as_f64().unwrap();
            assert!(
                (found.error - expected).abs() < 1e-9,
                "{found:?}: {structure}"
            );
            seen += 1;
        }
    }
    assert_eq!(seen, 75, "five matrices, fifteen settings");
}

/// Settings of the structures with parts, fitted to the matrix, at this rank.
fn structured((rows, cols): (usize, usize), picks: [usize; 3]) -> Vec<MethodSettings> {
    let [a, b, rank] = picks;
    let (down, across) = (1 + a % rows, 1 + b % cols);
    let divisor = |length: usize, pick: usize| {
        let all: Vec<usize> = (1..=length)
            .filter(|one| length.is_multiple_of(*one))
            .collect();
        all[pick % all.len()]
    };
    vec![
        MethodSettings::RectangularGrid(RectangularSettings {
            grid_rows: down,
            grid_cols: across,
            rank,
        }),
        MethodSettings::RowStrips(RowStripsSettings { blocks: down, rank }),
        MethodSettings::ColumnStrips(ColumnStripsSettings {
            blocks: across,
            rank,
        }),
        MethodSettings::Monarch(MonarchSettings {
            row_classes: down,
            column_blocks: across,
            rank,
        }),
        MethodSettings::Kronecker(KroneckerSettings {
            left_rows: divisor(rows, a),
            left_cols: divisor(cols, b),
            terms: rank,
        }),
    ]
}

/// Ŵ as the definition says it, cell by cell, from factors `U` and `V` of every part.
fn from_definition(
    (rows, cols): (usize, usize),
    settings: &MethodSettings,
    factors: &[(DMatrix<f64>, DMatrix<f64>)],
) -> DMatrix<f64> {
    let place = |row: usize, col: usize| match settings {
        MethodSettings::Monarch(s) => {
            // numpy.array_split: the first segments are longer by one.
            let segment =
                (0..s.column_blocks).find(|j| col < boundary(cols, s.column_blocks, j + 1));
            let segment = segment.unwrap();
            let part = (row % s.row_classes) * s.column_blocks + segment;
            let first = boundary(cols, s.column_blocks, segment);
            (part, row / s.row_classes, col - first)
        }
        MethodSettings::Kronecker(s) => {
            let (m2, n2) = (rows / s.left_rows, cols / s.left_cols);
            let left = (row / m2) * s.left_cols + col / n2;
            (0, left, (row % m2) * n2 + col % n2)
        }
        _ => unreachable!("rectangles have their own tests"),
    };
    DMatrix::from_fn(rows, cols, |row, col| {
        let (part, p, q) = place(row, col);
        let (u, v) = &factors[part];
        (0..u.ncols()).map(|k| u[(p, k)] * v[(q, k)]).sum()
    })
}

fn boundary(length: usize, count: usize, at: usize) -> usize {
    at * (length / count) + at.min(length % count)
}

/// The lowest error that gradient descent on the factors of the definition reaches from a random
/// start: every structure is linear in each of its two sets of factors.
fn descended(matrix: &DMatrix<f64>, settings: &MethodSettings, seed: u64) -> f64 {
    let shape = matrix.shape();
    let layout = factors(matrix, settings.layout()).spectra.layout;
    let rank = settings.uniform_rank().unwrap();
    let mut random = StdRng::seed_from_u64(seed);
    let mut any = |rows: usize, cols: usize| {
        DMatrix::from_fn(rows, cols, |_, _| random.random_range(-0.7..0.7))
    };
    let mut found: Vec<_> = layout
        .blocks()
        .iter()
        .map(|block| {
            let (p, q) = block.sides();
            let rank = rank.min(p.min(q));
            (any(p, rank), any(q, rank))
        })
        .collect();
    let mut step = 0.05;
    let mut error = f64::INFINITY;
    for _ in 0..600 {
        let missed = matrix - from_definition(shape, settings, &found);
        let now = missed.norm() / matrix.norm();
        step *= if now <= error { 1.05 } else { 0.5 };
        error = error.min(now);
        for (block, (u, v)) in layout.blocks().iter().zip(&mut found) {
            let cells = block.cells(&missed);
            let (down, across) = (&cells * &*v, cells.transpose() * &*u);
            *u += down * step;
            *v += across * step;
        }
    }
    error
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn errors_are_those_of_the_reconstruction(
        matrix in matrix(), picks in [0usize..40, 0usize..40, 1usize..6],
    ) {
        for settings in structured(matrix.shape(), picks) {
            let found = measure(&matrix, &settings).unwrap();
            let factors = factors(&matrix, settings.layout());
            let direct = direct_error(&matrix, &reconstruct(&factors, &found.ranks));
            prop_assert!((found.error - direct).abs() <= TOLERANCE, "{:?}", settings);
            let counted: usize = factors.layout().blocks().iter().zip(&found.ranks)
                .map(|(block, rank)| rank * (block.sides().0 + block.sides().1)).sum();
            prop_assert_eq!(found.params, counted);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn gradient_descent_finds_nothing_better(
        matrix in dense(6, 8), picks in [1usize..6, 1usize..8, 1usize..3], seed: u64,
    ) {
        prop_assume!(matrix.norm() > 0.1);
        for settings in &structured(matrix.shape(), picks)[3..] {
            let best = measure(&matrix, settings).unwrap().error;
            for start in 0..3 {
                let reached = descended(&matrix, settings, seed.wrapping_add(start));
                prop_assert!(best <= reached + 1e-6, "{best} > {reached}: {settings:?}");
            }
        }
    }
}

#[test]
fn a_matrix_without_cells_is_refused_by_every_structure() {
    for method in Method::ALL {
        let kind = Settings::default().of(*method).layout();
        for (rows, cols) in [(0, 3), (3, 0), (0, 0)] {
            let refused = BlockLayout::new(rows, cols, kind).unwrap_err();
            assert_eq!(
                refused,
                LayoutError::Empty { rows, cols },
                "{}",
                method.title()
            );
        }
    }
}

#[test]
fn gradient_descent_comes_near() {
    // Otherwise it would say nothing that it finds nothing better.
    let matrix = DMatrix::from_fn(6, 8, |i, j| ((i * 8 + j) as f64).sin());
    for settings in &structured((6, 8), [1, 3, 1])[3..] {
        let best = measure(&matrix, settings).unwrap().error;
        let starts = (0..4).map(|seed| descended(&matrix, settings, seed));
        let reached = starts.fold(f64::INFINITY, f64::min);
        assert!(reached < best + 0.01, "{reached}, {best}: {settings:?}");
    }
}

//! Singular values against numpy's on the families that numerical analysts test with, and every
//! factorization against the test ratios of LAPACK, on both sides of the switch between libraries.
#![allow(clippy::unwrap_used)]

use localized_lora::approx::metrics::numerical_rank;
use localized_lora::approx::{Factorization, factorize, singular_values};
use nalgebra::DMatrix;
use proptest::prelude::*;

/// LAPACK's own tests (its Working Note 41) ask each ratio to stay under this.
const LAPACK: f64 = 30.0;

/// How far from numpy's a singular value may lie, in n ε σ₁.
const APART: f64 = 5.0;

const SIDES: [usize; 23] = [
    2, 3, 4, 5, 6, 7, 8, 11, 14, 16, 20, 24, 28, 32, 40, 46, 47, 48, 49, 50, 57, 63, 64,
];

const RECTANGLES: [(usize, usize); 10] = [
    (1, 9),
    (9, 1),
    (3, 40),
    (40, 3),
    (20, 64),
    (64, 20),
    (47, 60),
    (60, 47),
    (48, 70),
    (70, 48),
];

/// n ε, n the larger side.
fn unit(block: &DMatrix<f64>) -> f64 {
    block.nrows().max(block.ncols()) as f64 * f64::EPSILON
}

/// Numbers from 0 to 1 that look random and are the same everywhere: Weyl's sequence.
fn wobble(index: f64) -> f64 {
    (index * 0.618_033_988_749_895) % 1.0
}

/// By multiplication alone, so that numpy has the same bits.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

/// A way to make each cell from the shape and its place.
type Cell = fn((usize, usize), usize, usize) -> f64;

fn apart_squared(i: usize, j: usize) -> f64 {
    let apart = i.abs_diff(j) as f64;
    apart * apart
}

fn random((_, cols): (usize, usize), i: usize, j: usize) -> f64 {
    wobble((i * cols + j) as f64 + 1.0) - 0.5
}

fn upper(_: (usize, usize), i: usize, j: usize) -> f64 {
    f64::from(u8::from(i == j || j == i + 1))
}

/// The families of tests/peers/singular_values.py, in its order.
const FAMILIES: [(&str, Cell); 20] = [
    ("Hilbert", |_, i, j| 1.0 / (i as f64 + j as f64 + 1.0)),
    ("Vandermonde", |(rows, _), i, j| {
        power((i as f64 + 1.0) / rows as f64, j)
    }),
    ("Lehmer", |_, i, j| {
        (i.min(j) as f64 + 1.0) / (i.max(j) as f64 + 1.0)
    }),
    ("wide Gaussian", |(rows, cols), i, j| {
        (-apart_squared(i, j) / ((rows * cols) as f64 / 8.0)).exp()
    }),
    ("narrow Gaussian", |_, i, j| {
        (-apart_squared(i, j) / 2.0).exp()
    }),
    ("random", random),
    ("graded down", |shape, i, j| {
        random(shape, i, j) * power(0.5, i)
    }),
    ("graded up", |shape, i, j| {
        random(shape, i, j) * power(0.5, shape.0 - 1 - i)
    }),
    ("graded both ways", |shape, i, j| {
        random(shape, i, j) * power(0.5, i) * power(0.5, j)
    }),
    ("bidiagonal", upper),
    ("graded bidiagonal", |shape, i, j| {
        upper(shape, i, j) * power(0.5, i)
    }),
    ("bidiagonal with zeros", |shape, i, j| match i % 3 {
        1 => 0.0,
        _ => upper(shape, i, j),
    }),
    (
        "one and many equal",
        |_, i, j| if i == j { 2.0 } else { 1.0 },
    ),
    ("reflection", |(rows, _), i, j| {
        f64::from(u8::from(i == j)) - 2.0 / rows as f64
    }),
    ("constant", |_, _, _| 0.1),
    ("ones", |_, _, _| 1.0),
    ("rank one", |(rows, _), i, j| {
        (wobble(i as f64 + 1.0) - 0.3) * wobble((7 * j + rows) as f64)
    }),
    ("two levels", |(rows, cols), i, j| {
        if i < rows / 3 + 1 && j < cols / 2 {
            9.0
        } else {
            1.0
        }
    }),
    (
        "half black",
        |(_, cols), _, j| {
            if j < cols / 2 { 255.0 } else { 0.0 }
        },
    ),
    ("almost rank two", |_, i, j| {
        let level = if i < j { 1.0 } else { 2.0 };
        level
            * if i == j {
                1.0 + f64::EPSILON * 4096.0
            } else {
                1.0
            }
    }),
];

/// Each cell the sum of its upper and left neighbours.
fn pascal(rows: usize, cols: usize) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_element(rows, cols, 1.0);
    for row in 1..rows {
        for col in 1..cols {
            matrix[(row, col)] = matrix[(row - 1, col)] + matrix[(row, col - 1)];
        }
    }
    matrix
}

fn families(rows: usize, cols: usize) -> Vec<(&'static str, DMatrix<f64>)> {
    let mut found: Vec<_> = FAMILIES
        .iter()
        .map(|(name, cell)| {
            let matrix = DMatrix::from_fn(rows, cols, |i, j| cell((rows, cols), i, j));
            (*name, matrix)
        })
        .collect();
    found.push(("Pascal", pascal(rows, cols)));
    found
}

/// What numpy 2.4 found, written by tests/peers/singular_values.py.
fn numpys() -> Vec<f64> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/singular_values.npy"
    );
    let bytes = std::fs::read(path).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let (numbers, rest) = bytes[10 + header..].as_chunks();
    assert!(rest.is_empty());
    numbers
        .iter()
        .map(|number| f64::from_le_bytes(*number))
        .collect()
}

/// The three ratios, in the Frobenius norm, measured by nalgebra's products.
fn ratios(block: &DMatrix<f64>) -> [f64; 3] {
    let Factorization { u, sigma, v_t, .. } = factorize(block).unwrap();
    assert!(sigma.windows(2).all(|pair| pair[0] >= pair[1]));
    let size = block.amax();
    let block = block / if size == 0.0 { 1.0 } else { size };
    // The block divided by its largest cell has the same vectors; σ come from them.
    let sigma: Vec<f64> = (0..u.ncols())
        .map(|k| (u.column(k).transpose() * &block * v_t.row(k).transpose())[0])
        .collect();
    let identity = DMatrix::identity(u.ncols(), u.ncols());
    let norm = if size == 0.0 { 1.0 } else { block.norm() };
    let product = &u * DMatrix::from_diagonal(&sigma.into()) * &v_t;
    [
        (&block - product).norm() / norm,
        (&identity - u.tr_mul(&u)).norm(),
        (&identity - &v_t * v_t.transpose()).norm(),
    ]
    .map(|distance| distance / unit(&block))
}

#[track_caller]
fn meets_lapacks_ratios(block: &DMatrix<f64>, what: &str) {
    let found = ratios(block);
    // Written so that a NaN fails.
    let small = found.iter().all(|ratio| *ratio < LAPACK);
    assert!(small, "{what} {:?}: {found:?}", block.shape());
}

/// The largest difference of two lists, in n ε σ₁.
fn distance(block: &DMatrix<f64>, found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let scale = unit(block) * expected[0];
    let apart = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    apart.fold(0.0, f64::max) / if scale == 0.0 { 1.0 } else { scale }
}

#[test]
fn the_classic_families_have_numpys_singular_values_with_and_without_vectors() {
    let numpys = numpys();
    let mut rest = &numpys[..];
    let squares = SIDES.map(|side| (side, side));
    for (rows, cols) in squares.into_iter().chain(RECTANGLES) {
        for (name, block) in families(rows, cols) {
            let (expected, after) = rest.split_at(rows.min(cols));
            rest = after;
            for found in [
                factorize(&block).unwrap().sigma,
                singular_values(&block).unwrap(),
            ] {
                let apart = distance(&block, &found, expected);
                assert!(
                    apart <= APART,
                    "{name} {rows} × {cols}: {apart} n ε σ₁ apart\n{found:?}\n{expected:?}"
                );
            }
            meets_lapacks_ratios(&block, name);
        }
    }
    assert!(rest.is_empty(), "{} numbers are left", rest.len());
}

/// A square matrix that numpy wrote, row by row.
fn saved(bytes: &[u8], side: usize) -> DMatrix<f64> {
    let cells = &bytes[bytes.len() - 8 * side * side..];
    let numbers = cells
        .as_chunks()
        .0
        .iter()
        .map(|cell| f64::from_le_bytes(*cell));
    DMatrix::from_row_iterator(side, side, numbers)
}

#[test]
fn fast_decaying_spectra_have_numpys_rank() {
    let hilbert = saved(include_bytes!("data/cases/s_hilbert.npy"), 30);
    let vandermonde = saved(include_bytes!("data/cases/s_vander2.npy"), 20);
    for (block, rank) in [(&hilbert, 14), (&vandermonde, 7)] {
        let side = block.nrows();
        for sigma in [
            factorize(block).unwrap().sigma,
            singular_values(block).unwrap(),
        ] {
            assert_eq!(numerical_rank(&sigma, side, side), rank, "{sigma:?}");
        }
    }
    let sixth = singular_values(&vandermonde).unwrap()[5];
    assert!((sixth / 3.997e12 - 1.0).abs() < 1e-3, "{sixth:e}");
}

/// Cells of any size, from the smallest number to the largest that leaves a norm.
fn cells(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    let count = rows * cols;
    let ordinary = prop::collection::vec(-1.0..1.0, count);
    let few = prop::collection::vec(prop_oneof![3 => Just(0.0), 1 => -1.0..1.0], count);
    let spread = prop::collection::vec((-1.0..1.0, -300..300), count).prop_map(|cells| {
        let sized = |(cell, exponent): (f64, i32)| cell * 10_f64.powi(exponent);
        cells.into_iter().map(sized).collect()
    });
    let denormal = prop::collection::vec(-2000_i32..2000, count).prop_map(|cells| {
        cells
            .into_iter()
            .map(|cell| f64::from(cell) * 5e-324)
            .collect()
    });
    let scaled = (prop::collection::vec(-1.0..1.0, count), -307..305).prop_map(
        |(cells, exponent): (Vec<f64>, i32)| {
            let size = 10_f64.powi(exponent);
            cells.into_iter().map(|cell| cell * size).collect()
        },
    );
    let graded = (prop::collection::vec(-1.0..1.0, count), -9..9, -9..9).prop_map(
        move |(cells, down, across): (Vec<f64>, i32, i32)| {
            let size = |at: usize| {
                let (row, col) = ((at % rows) as i32, (at / rows) as i32);
                2_f64.powi((row * down + col * across).clamp(-900, 900))
            };
            let all = cells.into_iter().enumerate();
            all.map(|(at, cell)| cell * size(at)).collect()
        },
    );
    prop_oneof![ordinary, few, spread, denormal, scaled, graded]
        .prop_map(move |cells: Vec<f64>| DMatrix::from_vec(rows, cols, cells))
}

proptest! {
    #[test]
    fn any_matrix_meets_lapacks_ratios(
        block in (1_usize..40, 1_usize..60).prop_flat_map(|(rows, cols)| cells(rows, cols)),
    ) {
        let found = ratios(&block);
        prop_assert!(found.iter().all(|ratio| *ratio < LAPACK), "{found:?}");
        let with = factorize(&block).unwrap().sigma;
        let alone = singular_values(&block).unwrap();
        // A unit in which nothing under- or overflows; denormal σ are a multiple of the smallest.
        let least = 5e-324;
        let close = with.iter().zip(&alone).all(|(a, b)| {
            (a - b).abs() <= (APART * unit(&block) * with[0]).max(least)
        });
        prop_assert!(close, "{with:?}\n{alone:?}");
    }
}

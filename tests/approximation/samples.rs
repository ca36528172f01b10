//! Random matrices of every sort that has made trouble, and layouts that fit them.

use localized_lora::approx::LayoutKind;
use nalgebra::DMatrix;
use proptest::prelude::*;

/// The longest side of a sample.
const LONGEST: usize = 24;

/// Any matrix from 1 × 1 to 24 × 24.
pub fn matrix() -> impl Strategy<Value = DMatrix<f64>> {
    (1..=LONGEST, 1..=LONGEST).prop_flat_map(|(rows, cols)| of_shape(rows, cols))
}

/// A matrix and a layout that fits it.
pub fn matrix_and_layout() -> impl Strategy<Value = (DMatrix<f64>, LayoutKind)> {
    (matrix(), any::<prop::sample::Index>(), any::<bool>()).prop_map(|(matrix, index, diagonal)| {
        let segments = segments(&matrix, index);
        let kind = match diagonal {
            true => LayoutKind::Diagonal(segments),
            false => LayoutKind::Grid(segments),
        };
        (matrix, kind)
    })
}

/// A matrix and a number of segments that fits it.
pub fn matrix_and_grid() -> impl Strategy<Value = (DMatrix<f64>, usize)> {
    (matrix(), any::<prop::sample::Index>()).prop_map(|(matrix, index)| {
        let segments = segments(&matrix, index);
        (matrix, segments)
    })
}

fn segments(matrix: &DMatrix<f64>, index: prop::sample::Index) -> usize {
    1 + index.index(matrix.nrows().min(matrix.ncols()))
}

fn of_shape(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    prop_oneof![
        5 => dense(rows, cols),
        2 => deficient(rows, cols),
        2 => digit_like(rows, cols),
        1 => (-9.0..9.0).prop_map(move |value| DMatrix::from_element(rows, cols, value)),
        1 => dense(rows, cols).prop_map(|matrix| matrix * 1e200),
        1 => dense(rows, cols).prop_map(|matrix| matrix * 1e-300),
        1 => spread(rows, cols),
    ]
}

/// Any values from −1 to 1.
pub fn dense(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    prop::collection::vec(-1.0..1.0, rows * cols)
        .prop_map(move |values| DMatrix::from_vec(rows, cols, values))
}

/// A product of thin integer factors: a rank below full, exactly.
fn deficient(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    (0..=rows.min(cols).div_ceil(2)).prop_flat_map(move |rank| {
        let factor = |rows, cols| {
            prop::collection::vec(-3_i8..=3, rows * cols).prop_map(move |values| {
                DMatrix::from_iterator(rows, cols, values.into_iter().map(f64::from))
            })
        };
        (factor(rows, rank), factor(rank, cols)).prop_map(|(left, right)| left * right)
    })
}

/// Bytes, most of them zero.
fn digit_like(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    let pixel = prop_oneof![3 => Just(0_u8), 1 => any::<u8>(), 1 => Just(255)];
    prop::collection::vec(pixel, rows * cols).prop_map(move |values| {
        DMatrix::from_iterator(rows, cols, values.into_iter().map(f64::from))
    })
}

/// Values of very different size in one matrix.
fn spread(rows: usize, cols: usize) -> impl Strategy<Value = DMatrix<f64>> {
    prop::collection::vec((-1.0..1.0, -150..150), rows * cols).prop_map(move |values| {
        let sized = values
            .into_iter()
            .map(|(value, exponent): (f64, i32)| value * 10_f64.powi(exponent));
        DMatrix::from_iterator(rows, cols, sized)
    })
}

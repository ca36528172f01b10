//! The blocks on which nalgebra 0.35's `svd` is known to be wrong without a sign
//! (dimforge/nalgebra#1172), and their kin: here the factorization must be right.
#![allow(clippy::unwrap_used)]

use localized_lora::approx::segment::segments;
use localized_lora::approx::{Factorization, factorize, singular_values};
use localized_lora::source::{Dataset, Split, digits};
use nalgebra::DMatrix;

const TOLERANCE: f64 = 1e-10;

/// Largest difference of two lists of numbers, relative to the largest number of `expected`.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected
        .iter()
        .fold(f64::MIN_POSITIVE, |a, b| a.max(b.abs()));
    let apart = found
        .iter()
        .zip(expected)
        .map(|(f, e)| (f - e).abs() / largest);
    // `max` would let a NaN through.
    apart.fold(0.0, |worst, one| {
        if one > worst || one.is_nan() {
            one
        } else {
            worst
        }
    })
}

/// Whether both ways to the singular values give `sigma` and whatever zeros are missing.
#[track_caller]
fn has_sigma(block: &DMatrix<f64>, sigma: &[f64]) {
    let mut expected = sigma.to_vec();
    expected.resize(block.nrows().min(block.ncols()), 0.0);
    for found in [
        factorize(block).unwrap().sigma,
        singular_values(block).unwrap(),
    ] {
        let apart = difference(&found, &expected);
        assert!(
            apart <= TOLERANCE,
            "{:?}: σ is {found:?} and should be {expected:?}",
            block.shape()
        );
    }
    is_a_decomposition(block);
}

/// U and V orthonormal, σ sorted, UΣVᵀ the block: what makes a singular value decomposition.
#[track_caller]
fn is_a_decomposition(block: &DMatrix<f64>) {
    let Factorization { u, sigma, v_t, .. } = factorize(block).unwrap();
    let (rows, cols) = block.shape();
    let thin = rows.min(cols);
    assert_eq!(
        (u.shape(), sigma.len(), v_t.shape()),
        ((rows, thin), thin, (thin, cols))
    );
    assert!(sigma.windows(2).all(|pair| pair[0] >= pair[1]) && sigma.iter().all(|s| *s >= 0.0));
    let identity = DMatrix::identity(thin, thin);
    let u_off = (u.tr_mul(&u) - &identity).amax();
    let v_off = (&v_t * v_t.transpose() - &identity).amax();
    assert!(
        u_off <= TOLERANCE,
        "U of {rows} × {cols} is off by {u_off:e}"
    );
    assert!(
        v_off <= TOLERANCE,
        "V of {rows} × {cols} is off by {v_off:e}"
    );
    let scale = block.amax().max(f64::MIN_POSITIVE);
    let relative: Vec<f64> = sigma.iter().map(|s| s / scale).collect();
    let rebuilt = u * DMatrix::from_diagonal(&relative.into()) * v_t;
    let apart = (block / scale - rebuilt).norm();
    assert!(
        apart <= TOLERANCE * ((rows * cols) as f64).sqrt(),
        "UΣVᵀ of {rows} × {cols} is off by {apart:e}"
    );
}

/// Block (i, j) of the K × K grid over a test digit.
fn digit_block(index: usize, grid: usize, i: usize, j: usize) -> DMatrix<f64> {
    let matrix = digits(&Dataset::BuiltIn, Split::Test)
        .unwrap()
        .matrix(index);
    let cut = segments(28, grid);
    let (rows, cols) = (cut[i].clone(), cut[j].clone());
    matrix
        .view((rows.start, cols.start), (rows.len(), cols.len()))
        .into_owned()
}

#[test]
fn test_image_614_block_1_0_of_the_two_grid_has_numpys_singular_values() {
    // numpy 2.4, numpy.linalg.svd
    let sigma = [
        611.2859848500308,
        263.6432144048148,
        64.39120247402465,
        8.394835803868789,
    ];
    has_sigma(&digit_block(614, 2, 1, 0), &sigma);
}

#[test]
fn test_image_360_block_1_2_of_the_four_grid_has_numpys_singular_values() {
    // numpy 2.4, numpy.linalg.svd
    let sigma = [656.302_928_713_282, 111.188_780_944_470, 33.159_022_217_942];
    has_sigma(&digit_block(360, 4, 1, 2), &sigma);
}

#[test]
fn a_constant_matrix_has_one_singular_value() {
    for (rows, cols) in [
        (28, 28),
        (1, 1),
        (2, 2),
        (7, 7),
        (5, 14),
        (31, 32),
        (96, 96),
        (100, 120),
    ] {
        for value in [1.0, -1.0, 0.1, 255.0, 1e200, 1e-300] {
            let sigma = f64::abs(value) * ((rows * cols) as f64).sqrt();
            has_sigma(&DMatrix::from_element(rows, cols, value), &[sigma]);
        }
    }
}

#[test]
fn all_shapes_of_ones_up_to_32_are_right() {
    for rows in 1..=32 {
        for cols in 1..=32 {
            let sigma = ((rows * cols) as f64).sqrt();
            has_sigma(&DMatrix::from_element(rows, cols, 1.0), &[sigma]);
        }
    }
}

#[test]
fn a_half_black_picture_has_one_singular_value() {
    let sigma = 255.0 * (128.0_f64 * 96.0 / 2.0).sqrt();
    let light_above = DMatrix::from_fn(128, 96, |row, _| if row < 64 { 255.0 } else { 0.0 });
    let light_left = DMatrix::from_fn(128, 96, |_, col| if col < 48 { 255.0 } else { 0.0 });
    for picture in [light_above, light_left] {
        has_sigma(&picture, &[sigma]);
        has_sigma(&picture.transpose(), &[sigma]);
    }
}

#[test]
fn cells_158_decades_apart_are_no_panic() {
    // nalgebra finds NaN here, and its sorting of singular values panics on it.
    let mut block = DMatrix::zeros(5, 4);
    block[(1, 3)] = -1.135_457_386_231_319_3e148;
    block[(2, 3)] = 8.473_549_616_025_587e305;
    has_sigma(&block, &[8.473_549_616_025_587e305]);
    has_sigma(&block.transpose(), &[8.473_549_616_025_587e305]);
}

/// Numbers from 0 to 1 that look random and are the same everywhere: Weyl's sequence.
fn wobble(index: usize) -> f64 {
    (index as f64 * 0.618_033_988_749_895).fract()
}

#[test]
fn outer_products_have_the_product_of_the_norms() {
    for rows in 1..=32 {
        for cols in 1..=32 {
            let left = DMatrix::from_fn(rows, 1, |row, _| wobble(row + 1) - 0.3);
            let right = DMatrix::from_fn(1, cols, |_, col| wobble(7 * col + rows));
            has_sigma(&(&left * &right), &[left.norm() * right.norm()]);
        }
    }
}

#[test]
fn matrices_of_constant_rows_have_one_singular_value() {
    for rows in 1..=32 {
        for cols in 1..=32 {
            let heights: Vec<f64> = (0..rows).map(|row| (row * row % 11) as f64).collect();
            let block = DMatrix::from_fn(rows, cols, |row, _| heights[row]);
            let sum: f64 = heights.iter().map(|height| height * height).sum();
            has_sigma(&block, &[(sum * cols as f64).sqrt()]);
        }
    }
}

#[test]
fn two_level_pictures_have_the_singular_values_of_two_by_two() {
    // A bright rectangle of a × b at a corner on ground 1: W = P M Qᵀ with the orthonormal indicator
    // vectors of both parts of each side, so σ are those of the 2 × 2 matrix M.
    for rows in 2..=32_usize {
        for cols in 2..=32_usize {
            let (a, b) = (rows.div_ceil(3), cols / 2);
            let block = DMatrix::from_fn(
                rows,
                cols,
                |row, col| if row < a && col < b { 9.0 } else { 1.0 },
            );
            let area = |height: usize, width: usize| ((height * width) as f64).sqrt();
            let (m11, m12) = (9.0 * area(a, b), area(a, cols - b));
            let (m21, m22) = (area(rows - a, b), area(rows - a, cols - b));
            let sum = m11 * m11 + m12 * m12 + m21 * m21 + m22 * m22;
            let determinant = (m11 * m22 - m12 * m21).abs();
            let largest =
                f64::midpoint(sum, (sum * sum - 4.0 * determinant * determinant).sqrt()).sqrt();
            has_sigma(&block, &[largest, determinant / largest]);
        }
    }
}

#[test]
fn huge_and_tiny_matrices_have_the_singular_values_of_ordinary_ones() {
    for (rows, cols) in [(3, 3), (14, 14), (28, 20), (20, 28), (97, 100)] {
        let block = DMatrix::from_fn(rows, cols, |row, col| wobble(row * cols + col * col) - 0.5);
        let sigma = factorize(&block).unwrap().sigma;
        is_a_decomposition(&block);
        for scale in [1e200, 1e-200, 1e300, 1e-300] {
            let expected: Vec<f64> = sigma.iter().map(|s| s * scale).collect();
            has_sigma(&(&block * scale), &expected);
        }
    }
}

/// Eigenvalues of a symmetric matrix, largest first, by Jacobi's rotations: slow, simple, and no
/// kin of the bidiagonal algorithms that are under test.
fn jacobi_eigenvalues(mut symmetric: DMatrix<f64>) -> Vec<f64> {
    let side = symmetric.nrows();
    let size = symmetric.norm();
    for _sweep in 0..60 {
        let mut off = 0.0_f64;
        for p in 0..side {
            for q in p + 1..side {
                off = off.max(symmetric[(p, q)].abs());
                rotate(&mut symmetric, p, q);
            }
        }
        if off <= 1e-17 * size {
            break;
        }
    }
    let mut values: Vec<f64> = symmetric.diagonal().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// Turns the plane of `p` and `q` so that their off-diagonal entry vanishes (Golub and Van Loan, 8.5).
fn rotate(symmetric: &mut DMatrix<f64>, p: usize, q: usize) {
    let off = symmetric[(p, q)];
    if off == 0.0 {
        return;
    }
    let tau = (symmetric[(q, q)] - symmetric[(p, p)]) / (2.0 * off);
    let tangent = tau.signum() / (tau.abs() + 1.0_f64.hypot(tau));
    let cosine = 1.0 / 1.0_f64.hypot(tangent);
    let sine = tangent * cosine;
    for k in 0..symmetric.nrows() {
        let (kp, kq) = (symmetric[(k, p)], symmetric[(k, q)]);
        symmetric[(k, p)] = cosine * kp - sine * kq;
        symmetric[(k, q)] = sine * kp + cosine * kq;
    }
    for k in 0..symmetric.nrows() {
        let (pk, qk) = (symmetric[(p, k)], symmetric[(q, k)]);
        symmetric[(p, k)] = cosine * pk - sine * qk;
        symmetric[(q, k)] = sine * pk + cosine * qk;
    }
}

/// σ² against the eigenvalues of WᵀW; squares, since the root of a zero eigenvalue has few digits.
#[track_caller]
fn agrees_with_jacobi(block: &DMatrix<f64>, sigma: &[f64], what: &str) {
    let gram = if block.nrows() < block.ncols() {
        block * block.transpose()
    } else {
        block.tr_mul(block)
    };
    let squares: Vec<f64> = sigma.iter().map(|s| s * s).collect();
    let apart = difference(&squares, &jacobi_eigenvalues(gram));
    assert!(
        apart <= TOLERANCE,
        "{what}: σ² is off by {apart:e}: {sigma:?}"
    );
}

#[test]
fn blocks_of_300_digits_have_the_eigenvalues_of_their_gram_matrices() {
    for index in (0..10_000).step_by(33).take(300) {
        for grid in [1, 2, 4, 7, 14] {
            for (i, j) in (0..grid * grid).map(|block| (block / grid, block % grid)) {
                let block = digit_block(index, grid, i, j);
                let what = format!("test image {index}, K = {grid}, block ({i}, {j})");
                agrees_with_jacobi(&block, &singular_values(&block).unwrap(), &what);
                if index % 10 == 0 {
                    agrees_with_jacobi(&block, &factorize(&block).unwrap().sigma, &what);
                    is_a_decomposition(&block);
                }
            }
        }
    }
}

#[test]
fn the_oracle_finds_known_eigenvalues() {
    // The path of n nodes: 2 − 2 cos(kπ/(n+1)).
    let side = 9;
    let path = DMatrix::from_fn(side, side, |row, col| match row.abs_diff(col) {
        0 => 2.0,
        1 => -1.0,
        _ => 0.0,
    });
    let angle = |k: usize| k as f64 * std::f64::consts::PI / (side + 1) as f64;
    let expected: Vec<f64> = (1..=side)
        .rev()
        .map(|k| 2.0 - 2.0 * angle(k).cos())
        .collect();
    assert!(difference(&jacobi_eigenvalues(path), &expected) < 1e-14);
}

/// Rounding of sums of equal squares goes one way, and a check must not take it for a wrong norm.
#[test]
fn large_matrices_of_equal_tiles_have_the_singular_values_of_few_cells() {
    let single = |cells: [f32; 4]| DMatrix::from_fn(2, 2, |i, j| f64::from(cells[2 * i + j]));
    let tiles = [
        (DMatrix::from_element(1, 1, f64::from(0.3_f32)), 1024),
        (
            single([0.383_368_88, 0.408_473_21, 0.999_176_12, 0.652_369_1]),
            256,
        ),
    ];
    for (cells, side) in tiles {
        let block = cells.kronecker(&DMatrix::from_element(side, side, 1.0));
        let few = factorize(&cells).unwrap().sigma;
        let sigma: Vec<f64> = few.iter().map(|sigma| sigma * side as f64).collect();
        has_sigma(&block, &sigma);
    }
}

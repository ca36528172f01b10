//! How many singular values a matrix's blocks share their energy among: a statistic of locality that costs
//! a product instead of an SVD.
//!
//! (Σσ²)² / Σσ⁴ over the σ of all K × K blocks, the participation ratio. It is small where the energy lies
//! in few blocks or in few directions of each, which is what a grid of low-rank blocks can keep. Σσ⁴ of a
//! block B is ‖BᵀB‖², so no factorization is needed.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::factor::FactorError;
use super::locality::{NullTail, NullTest};
use super::metrics::largest;
use super::permutation::permutation;
use super::segment::segments;

/// The participation ratio of the singular values of `grid × grid` blocks; 0 for a matrix of zeros. The
/// grid must fit. Cost: m n times the smaller side of a block.
pub fn participation(matrix: &DMatrix<f64>, grid: usize) -> f64 {
    let (rows, cols) = matrix.shape();
    let unit = largest(matrix.as_slice());
    if unit == 0.0 {
        return 0.0;
    }
    let (mut squares, mut fourths) = (0.0, 0.0);
    for down in segments(rows, grid) {
        for across in segments(cols, grid) {
            let view = matrix.view((down.start, across.start), (down.len(), across.len()));
            let block = view.into_owned() / unit;
            let gram = match down.len() < across.len() {
                true => &block * block.transpose(),
                false => block.transpose() * &block,
            };
            squares += gram.trace();
            fourths += gram.norm_squared();
        }
    }
    squares * squares / fourths
}

/// The participation ratio against `draws` random orders of rows and columns, which leave the whole
/// matrix's singular values as they are. Low values speak for locality. Draw `i` is the same for a seed
/// whatever the threads.
///
/// # Errors
/// *Stop* from `keep_going`, which is asked before each draw.
pub fn participation_test(
    matrix: &DMatrix<f64>,
    grid: usize,
    (draws, seed): (usize, u64),
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<NullTest, FactorError> {
    let (rows, cols) = matrix.shape();
    let one = |draw: usize| {
        if keep_going().is_break() {
            return Err(FactorError::Stopped);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(draw as u64);
        let (down, across) = (permutation(rows, &mut rng), permutation(cols, &mut rng));
        let moved = DMatrix::from_fn(rows, cols, |row, col| matrix[(down[row], across[col])]);
        Ok(participation(&moved, grid))
    };
    let null = (0..draws).into_par_iter().map(one);
    Ok(NullTest {
        statistic: participation(matrix, grid),
        null: null.collect::<Result<Vec<f64>, _>>()?,
        side: NullTail::Low,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::{BlockLayout, LayoutKind, Spectra};

    fn go_on() -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn the_ratio_is_that_of_the_singular_values() {
        let matrix = DMatrix::from_fn(11, 7, |i, j| ((3 * i + 5 * j * j) % 13) as f64 - 6.0);
        for grid in [1, 2, 3] {
            let layout = BlockLayout::new(11, 7, LayoutKind::Grid(grid)).expect("fits");
            let spectra = Spectra::of(&matrix, layout).expect("finite");
            let sum = |power: i32| -> f64 {
                let all = spectra.sigma.iter().flatten();
                all.map(|sigma| sigma.powi(power)).sum()
            };
            let expected = sum(2).powi(2) / sum(4);
            let found = participation(&matrix, grid);
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn blocks_of_rank_one_are_local_and_equal_entries_are_not() {
        // Each block has a rank-1 pattern of its own.
        let block =
            |i: usize, j: usize, at: usize| ((7 * i + 3 * j + 1) * (at + 2) % 11) as f64 - 5.0;
        let local = DMatrix::from_fn(32, 32, |i, j| {
            let (down, across) = (i / 8, j / 8);
            block(down, across, i % 8) * block(across, down + 4, j % 8)
        });
        let found = participation_test(&local, 4, (60, 0), &go_on).expect("goes on");
        assert!(found.z().expect("spread") < -3.0, "{:?}", found.z());
        let same = participation_test(&local, 4, (60, 0), &go_on).expect("goes on");
        assert_eq!(found, same);
        let flat = DMatrix::from_element(16, 16, 1.0);
        let found = participation_test(&flat, 4, (5, 0), &go_on).expect("goes on");
        assert_eq!((found.statistic, found.z()), (16.0, None));
    }
}

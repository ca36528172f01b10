//! The permutation tests and the search for an order, held against numpy's numbers, against
//! matrices whose structure is known, and against chance.
#![allow(clippy::unwrap_used)]

#[path = "locality/chance.rs"]
mod chance;
#[path = "locality/orders.rs"]
mod orders;

use std::ops::ControlFlow;

use localized_lora::approx::LocalizedSettings;
use localized_lora::approx::locality::{LocalitySettings, LocalityTest};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn go_on() -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn gaussian(rows: usize, cols: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, cols, |_, _| StandardNormal.sample(rng))
}

/// Every block of a `grid × grid` cut of `side × side`, which `grid` divides, of this rank.
fn block_low_rank(side: usize, grid: usize, rank: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let part = side / grid;
    let mut matrix = DMatrix::zeros(side, side);
    for i in 0..grid {
        for j in 0..grid {
            let block = gaussian(part, rank, rng) * gaussian(rank, part, rng);
            matrix
                .view_mut((i * part, j * part), (part, part))
                .copy_from(&block);
        }
    }
    matrix
}

/// The matrix with noise of this share of its norm.
fn noisy(matrix: &DMatrix<f64>, share: f64, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    let noise = gaussian(matrix.nrows(), matrix.ncols(), rng);
    matrix + &noise * (share * matrix.norm() / noise.norm())
}

fn seeded(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn asked(grid: usize, block_rank: usize, blocks: usize, rank: usize) -> LocalitySettings {
    LocalitySettings {
        localized: LocalizedSettings {
            grid,
            rank: block_rank,
        },
        blocks,
        rank,
        seed: 0,
    }
}

fn tested(matrix: &DMatrix<f64>, settings: LocalitySettings, draws: usize) -> LocalityTest {
    let mut test = LocalityTest::new(matrix, settings).unwrap();
    test.draw(draws, &go_on).unwrap();
    test
}

//! The long check: every block of all 70,000 built-in images on the grids K = 1, 2, 4, 7, 14 is
//! factorized and held to the test ratios of LAPACK (its Working Note 41), in the Frobenius norm,
//! n the larger side: ‖W − UΣVᵀ‖ / (n ε ‖W‖), ‖I − UᵀU‖ / (n ε) and ‖I − VᵀV‖ / (n ε) under 30. The
//! singular values, those that come with vectors and those without, must lie within 5 n ε σ₁ of
//! numpy's (of each other, where there is no numpy). Ends with status 1 where one block misses.
//! `cargo bench --bench every_digit`; numpy is asked through `python3`, or what `PYTHON` names.

#[path = "support/load.rs"]
mod load;
#[path = "support/peer.rs"]
mod peer;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use load::load;
use localized_lora::approx::{
    Backend, BlockLayout, Factorization, LayoutKind, factorize, singular_values,
};
use localized_lora::source::{Dataset, DigitSet, Split, digits};
use nalgebra::DMatrix;
use peer::Peer;
use rayon::prelude::*;

const GRIDS: [usize; 5] = [1, 2, 4, 7, 14];

/// What LAPACK's own tests allow.
const MOST: f64 = 30.0;

/// n ε σ₁ by which singular values may differ from numpy's.
const APART: f64 = 5.0;

/// What is measured, in this order.
const NAMES: [&str; 5] = ["W − UΣVᵀ", "UᵀU", "VᵀV", "σ with vectors", "σ alone"];

/// The worst that was seen of one measure, with its image and block.
#[derive(Clone, Copy, Default)]
struct Worst {
    value: f64,
    place: (usize, usize),
}

/// What was seen on some images.
#[derive(Clone, Copy, Default)]
struct Seen {
    blocks: usize,
    by_faer: usize,
    missed: usize,
    worst: [Worst; 5],
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.blocks += other.blocks;
        self.by_faer += other.by_faer;
        self.missed += other.missed;
        for (mine, other) in self.worst.iter_mut().zip(other.worst) {
            // A NaN is the worst there is.
            if other.value > mine.value || other.value.is_nan() {
                *mine = other;
            }
        }
        self
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: {:8} blocks, {} built-in, {} by faer, {} missed",
            self.blocks,
            self.blocks - self.by_faer - self.missed,
            self.by_faer,
            self.missed
        );
        let worst: Vec<String> = (NAMES.iter().zip(self.worst))
            .map(|(name, Worst { value, place })| {
                format!("{name} {value:.2} (image {}, block {})", place.0, place.1)
            })
            .collect();
        println!("    worst: {}", worst.join(", "));
    }
}

fn main() -> ExitCode {
    let start = Instant::now();
    let mut numpy = Peer::numpy();
    println!("{}", load());
    let mut all = Seen::default();
    for split in [Split::Train, Split::Test] {
        let set = digits(&Dataset::BuiltIn, split).expect("built in");
        for grid in GRIDS {
            let expected = numpy.as_mut().map(|peer| sigma_of(peer, split, grid));
            let each = expected.as_ref().map(|all| all.len() / set.count());
            let seen = (0..set.count())
                .into_par_iter()
                .map(|image| {
                    let expected = expected.as_ref().zip(each);
                    let sigma = expected.map(|(all, each)| &all[image * each..(image + 1) * each]);
                    check(&set, image, grid, sigma)
                })
                .reduce(Seen::default, Seen::and);
            seen.print(&format!("{split}, K = {grid:2}"));
            all = all.and(seen);
        }
    }
    all.print(&format!("all, in {:.0} s", start.elapsed().as_secs_f64()));
    println!("{}", load());
    ExitCode::from(u8::from(all.missed > 0))
}

/// All blocks of one image; `expected` are its singular values, block after block.
fn check(set: &DigitSet, image: usize, grid: usize, expected: Option<&[f64]>) -> Seen {
    let matrix = set.matrix(image);
    let (rows, cols) = matrix.shape();
    let layout = BlockLayout::new(rows, cols, LayoutKind::Grid(grid)).expect("it fits");
    let mut seen = Seen::default();
    for (at, block) in layout.blocks().iter().enumerate() {
        let thin = block.max_rank();
        let sigma = expected.map(|all| &all[at * thin..(at + 1) * thin]);
        let (by_faer, values) = measure(&block.cells(&matrix), sigma);
        let limits = [MOST, MOST, MOST, APART, APART];
        seen = seen.and(Seen {
            blocks: 1,
            by_faer: usize::from(by_faer),
            missed: usize::from(
                !values
                    .iter()
                    .zip(limits)
                    .all(|(value, limit)| *value <= limit),
            ),
            worst: values.map(|value| Worst {
                value,
                place: (image, at),
            }),
        });
    }
    seen
}

/// Whether faer computed it, and the five measures; infinite where there is no factorization.
fn measure(block: &DMatrix<f64>, expected: Option<&[f64]>) -> (bool, [f64; 5]) {
    let (Ok(found), Ok(alone)) = (factorize(block), singular_values(block)) else {
        return (false, [f64::INFINITY; 5]);
    };
    let unit = block.nrows().max(block.ncols()) as f64 * f64::EPSILON;
    let Factorization { u, sigma, v_t, .. } = &found;
    let identity = DMatrix::identity(sigma.len(), sigma.len());
    let apart = |sigma: &[f64], from: &[f64]| {
        let largest = sigma
            .iter()
            .zip(from)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        relative(largest, from[0]) / unit
    };
    let expected = expected.unwrap_or(sigma);
    let product = u * DMatrix::from_diagonal(&sigma.clone().into()) * v_t;
    let values = [
        relative((block - product).norm(), block.norm()) / unit,
        (&identity - u.tr_mul(u)).norm() / unit,
        (&identity - v_t * v_t.transpose()).norm() / unit,
        apart(sigma, expected),
        apart(&alone, expected),
    ];
    (found.backend == Backend::Faer, values)
}

/// A difference as a part of a size; a zero block is held to zero.
fn relative(difference: f64, size: f64) -> f64 {
    if size == 0.0 && difference == 0.0 {
        0.0
    } else {
        difference / size
    }
}

/// numpy's singular values of all blocks of a split, image after image, by way of a file.
fn sigma_of(peer: &mut Peer, split: Split, grid: usize) -> Vec<f64> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sigma");
    peer.run(&format!("sigma {split} {grid} {}", file.display()));
    let bytes = fs::read(&file).expect("written by the peer");
    let (numbers, _) = bytes.as_chunks();
    numbers
        .iter()
        .map(|number| f64::from_le_bytes(*number))
        .collect()
}

//! The long check: every block of all 70,000 built-in images on the grids K = 1, 2, 4, 7, 14 is
//! factorized, multiplied out again by plain loops, and compared. Ends with status 1 where one
//! misses its block by more than 1e-10. `cargo bench --bench every_digit`

use std::process::ExitCode;
use std::time::Instant;

use localized_lora::approx::{BlockLayout, Factorization, Factors, LayoutKind};
use localized_lora::source::{Dataset, DigitSet, Split, digits};
use nalgebra::DMatrix;
use rayon::prelude::*;

const GRIDS: [usize; 5] = [1, 2, 4, 7, 14];

/// What the design promises, relative to the block's norm.
const TOLERANCE: f64 = 1e-10;

/// What was seen on some images.
#[derive(Clone, Copy, Default)]
struct Seen {
    blocks: usize,
    by_nalgebra: usize,
    by_faer: usize,
    missed: usize,
    worst: f64,
    /// Image and block of the worst.
    place: (usize, usize),
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.blocks += other.blocks;
        self.by_nalgebra += other.by_nalgebra;
        self.by_faer += other.by_faer;
        self.missed += other.missed;
        if other.worst > self.worst {
            (self.worst, self.place) = (other.worst, other.place);
        }
        self
    }
}

fn main() -> ExitCode {
    let start = Instant::now();
    let mut all = Seen::default();
    for split in [Split::Train, Split::Test] {
        let set = digits(&Dataset::BuiltIn, split).expect("built in");
        for grid in GRIDS {
            let images = (0..set.count()).into_par_iter();
            let seen = images
                .map(|image| check(&set, image, grid))
                .reduce(Seen::default, Seen::and);
            let (image, block) = seen.place;
            println!(
                "{split}, K = {grid:2}: {:8} blocks ({} by nalgebra, {} by faer), {} missed, \
                 worst {:.1e} (image {image}, block {block})",
                seen.blocks, seen.by_nalgebra, seen.by_faer, seen.missed, seen.worst
            );
            all = all.and(seen);
        }
    }
    println!(
        "{} blocks in {:.0} s, {} missed by more than {TOLERANCE:e}, worst {:.1e}",
        all.blocks,
        start.elapsed().as_secs_f64(),
        all.missed,
        all.worst
    );
    ExitCode::from(u8::from(all.missed > 0))
}

fn check(set: &DigitSet, image: usize, grid: usize) -> Seen {
    let matrix = set.matrix(image);
    let (rows, cols) = matrix.shape();
    let layout = BlockLayout::new(rows, cols, LayoutKind::Grid(grid)).expect("it fits");
    let Ok(factors) = Factors::of(&matrix, layout) else {
        return Seen {
            missed: grid * grid,
            worst: f64::INFINITY,
            place: (image, 0),
            ..Seen::default()
        };
    };
    let (by_nalgebra, by_faer) = factors.backends();
    let mut seen = Seen {
        by_nalgebra,
        by_faer,
        ..Seen::default()
    };
    for (place, (block, found)) in factors
        .layout()
        .blocks()
        .iter()
        .zip(&factors.blocks)
        .enumerate()
    {
        let cells = matrix
            .view(
                (block.rows.start, block.cols.start),
                (block.rows.len(), block.cols.len()),
            )
            .into_owned();
        let error = miss(&cells, found);
        seen = seen.and(Seen {
            blocks: 1,
            missed: usize::from(error.is_nan() || error > TOLERANCE),
            worst: error,
            place: (image, place),
            ..Seen::default()
        });
    }
    seen
}

/// ‖W − UΣVᵀ‖ / ‖W‖, by the definition; a zero block is held to zero.
fn miss(block: &DMatrix<f64>, found: &Factorization) -> f64 {
    let mut squares = 0.0;
    for row in 0..block.nrows() {
        for col in 0..block.ncols() {
            let triplets = found.sigma.iter().enumerate();
            let value: f64 = triplets
                .map(|(k, sigma)| found.u[(row, k)] * sigma * found.v_t[(k, col)])
                .sum();
            squares += (block[(row, col)] - value).powi(2);
        }
    }
    let norm = block.norm();
    match norm == 0.0 {
        true => squares.sqrt(),
        false => squares.sqrt() / norm,
    }
}

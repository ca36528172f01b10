//! A 4096 × 4096 weight: LoRA at rank 64, Localized LoRA (K = 4) and MELoRA (N = 4) at its
//! parameters, truncated and verified, in turn with scipy's PROPACK for the same triplets in f32; and
//! the same rank of a 30522 × 384 embedding, in turn with numpy's and LAPACK's Gram matrix in f64.
//! `cargo bench --bench large`
//!
//! scipy is asked through `python3`, or what `PYTHON` names; it needs some 1.5 GB.

#[path = "support/load.rs"]
mod load;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/rounds.rs"]
mod rounds;

use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;

use load::load;
use localized_lora::approx::{BlockLayout, Factors, Keep, LayoutKind};
use localized_lora::experiment::delta_file;
use localized_lora::source::{SyntheticKind, SyntheticSettings, synthesize};
use nalgebra::DMatrix;
use peer::Peer;
use rounds::alternate;

const SIDE: usize = 4096;

const ROUNDS: usize = 3;

/// Layouts at the parameters of LoRA's rank 64.
const WORKS: [(LayoutKind, usize); 3] = [
    (LayoutKind::Grid(1), 64),
    (LayoutKind::Grid(4), 16),
    (LayoutKind::Diagonal(4), 64),
];

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scipy = Peer::numpy();
    println!("{}", load());
    // Weights are f32.
    let noise = noise().map(|cell| f64::from(cell as f32));
    tall(&noise, &folder.path().join("tall.npy"), scipy.as_mut());
    let harmonic = harmonic(&noise).map(|cell| f64::from(cell as f32));
    for (name, matrix) in [("σ = 1/i", harmonic), ("Gaussian noise", noise)] {
        let file = folder.path().join("matrix.npy");
        fs::write(&file, delta_file(&matrix).expect("bytes")).expect("written");
        println!(
            "{SIDE} × {SIDE}, {name}: LoRA r = 64, Localized K = 4 r = 16, MELoRA N = 4 r = 64"
        );
        let work = format!("propack {}", file.display());
        let mut bound: f64 = 0.0;
        let rounds = alternate(ROUNDS, &work, scipy.as_mut(), || {
            for (kind, keep) in WORKS {
                let factors = black_box(truncated(&matrix, kind, keep));
                let known = factors.spectra.truncated().expect("truncated");
                bound = bound.max(known.bound);
            }
        });
        println!("  {rounds}; every σ within {bound:.0e} of its size");
    }
    println!("{}", load());
}

/// The shape of a small sentence transformer's table of words.
fn tall(noise: &DMatrix<f64>, file: &Path, scipy: Option<&mut Peer>) {
    let cells = noise.iter().copied().take(30522 * 384);
    let matrix = DMatrix::from_iterator(30522, 384, cells);
    fs::write(file, delta_file(&matrix).expect("bytes")).expect("written");
    println!("30522 × 384, Gaussian noise: LoRA r = 64");
    let work = format!("gram 64 {}", file.display());
    let rounds = alternate(ROUNDS, &work, scipy, || {
        black_box(truncated(&matrix, LayoutKind::Grid(1), 64));
    });
    println!("  {rounds}");
}

fn noise() -> DMatrix<f64> {
    synthesize(&SyntheticSettings {
        rows: SIDE,
        cols: SIDE,
        ..SyntheticSettings::new(SyntheticKind::Noise)
    })
    .expect("a matrix")
}

/// U diag(1/i) Vᵀ, where U and V are products of a few reflections along columns of noise.
fn harmonic(noise: &DMatrix<f64>) -> DMatrix<f64> {
    let mut matrix = DMatrix::from_fn(SIDE, SIDE, |i, j| match i == j {
        true => 1.0 / (i + 1) as f64,
        false => 0.0,
    });
    for at in 0..16 {
        let w = noise.columns(at, 1);
        let factor = 2.0 / w.norm_squared();
        let across = w.transpose() * &matrix;
        matrix.ger(-factor, &w.column(0), &across.transpose().column(0), 1.0);
        matrix.transpose_mut();
    }
    matrix
}

fn truncated(matrix: &DMatrix<f64>, kind: LayoutKind, keep: usize) -> Factors {
    let (rows, cols) = matrix.shape();
    let layout = BlockLayout::new(rows, cols, kind).expect("it fits");
    let go_on = || ControlFlow::Continue(());
    Factors::compute_first(matrix, layout, Keep::First(keep), &go_on).expect("verified")
}

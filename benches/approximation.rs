//! The approximations on a 1024 × 1024 matrix, digits one by one, and Table I on every test digit,
//! in turn with numpy's batched SVD of the same blocks. `cargo bench --bench approximation`
//!
//! numpy is asked through `python3`, or what `PYTHON` names.

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
use localized_lora::approx::survey::survey;
use localized_lora::approx::table_one;
use localized_lora::approx::{
    BlockLayout, Factors, FirstView, LayoutKind, adaptive, factorize, reconstruct,
};
use localized_lora::experiment::delta_file;
use localized_lora::source::{
    Dataset, DigitSet, Split, SyntheticKind, SyntheticSettings, digits, synthesize,
};
use nalgebra::DMatrix;
use peer::Peer;
use rounds::alternate;

const SIDE: usize = 1024;
const GRIDS: [usize; 5] = [1, 2, 4, 8, 16];

/// Triplets of a first view.
const SHOWN: usize = 64;

/// Digits that are factorized one by one.
const SINGLE: usize = 1000;

const ROUNDS: usize = 9;

/// Of the large matrix, each of which takes a while.
const LARGE_ROUNDS: usize = 5;

fn main() {
    let matrix = synthesize(&SyntheticSettings {
        rows: SIDE,
        cols: SIDE,
        ..SyntheticSettings::new(SyntheticKind::Gradient)
    })
    .expect("a matrix");
    let set = digits(&Dataset::BuiltIn, Split::Test).expect("built in");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("matrix.npy");
    fs::write(&file, delta_file(&matrix).expect("bytes")).expect("written");
    let mut numpy = Peer::numpy();
    println!("{}", load());
    whole_digits(&set, numpy.as_mut());
    every_test_digit(&set, numpy.as_mut());
    println!("a {SIDE} × {SIDE} matrix, all blocks of K × K factorized and verified");
    for grid in GRIDS {
        let rounds = alternate(
            LARGE_ROUNDS,
            &format!("grid {grid} {}", file.display()),
            numpy.as_mut(),
            || {
                black_box(factors(&matrix, LayoutKind::Grid(grid)));
            },
        );
        println!("  K = {grid:2}            {rounds}");
    }
    rank_change(&matrix);
    first_views(&matrix, numpy.as_mut(), &file);
    println!("{}", load());
}

/// What the window shows of K = 1 before all of it is there, in turn with numpy's whole SVD.
fn first_views(gradient: &DMatrix<f64>, mut numpy: Option<&mut Peer>, file: &Path) {
    let noise = synthesize(&SyntheticSettings {
        rows: SIDE,
        cols: SIDE,
        ..SyntheticSettings::new(SyntheticKind::Noise)
    })
    .expect("a matrix");
    println!("K = 1, a first view: {SHOWN} triplets verified, and all σ");
    for (name, matrix) in [("gradient", gradient), ("noise", &noise)] {
        fs::write(file, delta_file(matrix).expect("bytes")).expect("written");
        let work = format!("grid 1 {}", file.display());
        let rounds = alternate(LARGE_ROUNDS, &work, numpy.as_deref_mut(), || {
            let go_on = || ControlFlow::Continue(());
            let layout = BlockLayout::new(SIDE, SIDE, LayoutKind::Grid(1)).expect("it fits");
            let view = FirstView::of(matrix, &layout, SHOWN, &go_on).expect("not stopped");
            black_box(view.expect("a view"));
        });
        println!("  {name:<17} {rounds}");
    }
}

fn factors(matrix: &DMatrix<f64>, kind: LayoutKind) -> Factors {
    let layout = BlockLayout::new(SIDE, SIDE, kind).expect("it fits");
    Factors::of(matrix, layout).expect("verified")
}

/// K = 1 of a digit, on one core as numpy does it.
fn whole_digits(set: &DigitSet, numpy: Option<&mut Peer>) {
    let matrices: Vec<DMatrix<f64>> = (0..SINGLE).map(|i| set.matrix(i)).collect();
    println!("{SINGLE} test digits of 28 × 28, factorized one by one and verified");
    let rounds = alternate(ROUNDS, &format!("digits {SINGLE}"), numpy, || {
        for matrix in &matrices {
            black_box(factorize(matrix).expect("verified"));
        }
    });
    println!("  K =  1            {rounds}");
}

fn every_test_digit(set: &DigitSet, mut numpy: Option<&mut Peer>) {
    let indices: Vec<usize> = (0..set.count()).collect();
    let settings = table_one();
    let go_on = |_| ControlFlow::Continue(());
    println!("Table I on all {} test digits", set.count());
    for values in ["vectors", "values"] {
        let name = format!("survey {values}");
        let rounds = alternate(ROUNDS, &name, numpy.as_deref_mut(), || {
            let found = survey(
                &indices,
                &|i| set.matrix(i),
                &|i| set.label(i),
                &settings,
                &go_on,
            );
            black_box(found.expect("every digit"));
        });
        println!("  peer's {values:7}    {rounds}");
    }
}

/// All four reconstructions anew, from factors at hand: what a moved rank slider costs.
fn rank_change(matrix: &DMatrix<f64>) {
    let of = |kind| factors(matrix, kind);
    let kept = [
        (of(LayoutKind::Grid(1)), 128),
        (of(LayoutKind::Diagonal(4)), 128),
        (of(LayoutKind::Grid(4)), 32),
    ];
    let budget = 128 * 2 * SIDE;
    let adaptive = adaptive::adaptive_ranks(&kept[2].0.spectra, budget).expect("affordable");
    let rounds = alternate(15, "rank change", None, || {
        for (factors, rank) in &kept {
            let ranks = factors.layout().uniform_ranks(*rank);
            black_box(reconstruct(factors, &ranks));
        }
        black_box(reconstruct(&kept[2].0, &adaptive));
    });
    println!("a rank change, four reconstructions of 262,144 parameters: {rounds}");
}

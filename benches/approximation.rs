//! The approximations on a 1024 x 1024 matrix, and Table I on every test digit, beside numpy's
//! batched SVD of the same blocks in the same run. `cargo bench --bench approximation`
//!
//! numpy is asked through `python3`, or what `PYTHON` names.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use localized_lora::approx::settings::table_one;
use localized_lora::approx::survey::survey;
use localized_lora::approx::{BlockLayout, Factors, LayoutKind, adaptive, reconstruct};
use localized_lora::experiment::delta_file;
use localized_lora::source::{
    Dataset, Split, SyntheticKind, SyntheticSettings, digits, synthesize,
};
use nalgebra::DMatrix;

const SIDE: usize = 1024;
const GRIDS: [usize; 5] = [1, 2, 4, 8, 16];

fn main() {
    let matrix = synthesize(&SyntheticSettings {
        rows: SIDE,
        cols: SIDE,
        ..SyntheticSettings::new(SyntheticKind::Gradient)
    })
    .expect("a matrix");
    let numpy = peer(&matrix);
    println!("a {SIDE} x {SIDE} matrix, all blocks of K x K factorized and verified");
    for grid in GRIDS {
        let ours = median(5, || {
            black_box(factors(&matrix, LayoutKind::Grid(grid)));
        });
        row(&format!("K={grid}"), ours, &numpy);
    }
    rank_change(&matrix);
    every_test_digit(&numpy);
}

fn factors(matrix: &DMatrix<f64>, kind: LayoutKind) -> Factors {
    let layout = BlockLayout::new(SIDE, SIDE, kind).expect("it fits");
    Factors::of(matrix, layout).expect("verified")
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
    let ours = median(15, || {
        for (factors, rank) in &kept {
            let ranks = factors.layout().uniform_ranks(*rank);
            black_box(reconstruct(factors, &ranks));
        }
        black_box(reconstruct(&kept[2].0, &adaptive));
    });
    println!("a rank change, four reconstructions of 262,144 parameters: {ours:.1} ms");
}

fn every_test_digit(numpy: &HashMap<String, f64>) {
    let set = digits(&Dataset::BuiltIn, Split::Test).expect("built in");
    let indices: Vec<usize> = (0..set.count()).collect();
    let settings = table_one();
    let go_on = |_| ControlFlow::Continue(());
    let ours = median(3, || {
        let found = survey(
            &indices,
            &|i| set.matrix(i),
            &|i| set.label(i),
            &settings,
            &go_on,
        );
        black_box(found.expect("every digit"));
    });
    println!("Table I on all {} test digits", set.count());
    row("survey", ours, numpy);
}

fn row(name: &str, ours: f64, numpy: &HashMap<String, f64>) {
    match numpy.get(name) {
        Some(theirs) => {
            let ratio = ours / theirs;
            println!("  {name:7} {ours:7.1} ms, numpy {theirs:7.1} ms, ratio {ratio:.2}");
        }
        None => println!("  {name:7} {ours:7.1} ms"),
    }
}

/// Milliseconds.
fn median(times: usize, mut work: impl FnMut()) -> f64 {
    let mut taken: Vec<f64> = (0..times)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken[times / 2]
}

/// What numpy needs, by name; nothing where there is no numpy.
fn peer(matrix: &DMatrix<f64>) -> HashMap<String, f64> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("matrix.npy");
    fs::write(&file, delta_file(matrix).expect("bytes")).expect("written");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(&python)
        .arg(root.join("benches/numpy_peer.py"))
        .arg(&file)
        .arg(root.join("assets/mnist"))
        .args(GRIDS.map(|grid| grid.to_string()))
        .output();
    let printed = match output {
        Ok(output) if output.status.success() => output.stdout,
        _ => {
            println!("no numpy: {python} could not run benches/numpy_peer.py, set PYTHON");
            Vec::new()
        }
    };
    String::from_utf8_lossy(&printed)
        .lines()
        .filter_map(|line| {
            let (name, time) = line.split_once(' ')?;
            Some((name.to_owned(), time.parse().ok()?))
        })
        .collect()
}

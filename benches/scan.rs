//! `scan` of a model with the shapes of a small sentence transformer (all-MiniLM-L6-v2): every
//! structure, the best grid and the locality test of each layer, read from a file as the command does.
//! `cargo bench --bench scan`

#[path = "support/load.rs"]
mod load;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use load::load;
use localized_lora::analysis::{Scan, ScanSettings, ScanTargets};
use localized_lora::source::Limits;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde_json::{Map, Value, json};

const LAYERS: usize = 6;
const WIDTH: usize = 384;
const INNER: usize = 1536;

/// Directions that stand out of the noise, each with 1/k of the first one's weight.
const DIRECTIONS: usize = 24;

const ROUNDS: usize = 3;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("model.safetensors");
    let arrays = arrays();
    write(&model, &arrays).expect("written");
    let settings = ScanSettings {
        model,
        subtract: None,
        budget_rank: 8,
        grid: 4,
        draws: 100,
        seed: 0,
    };
    let targets = ScanTargets::new(&settings, &[]).expect("readable");
    let count = |sides: (u64, u64)| sides.0 * sides.1;
    let parameters: u64 = targets.targets.iter().map(|one| count(one.sides)).sum();
    println!("{}", load());
    println!(
        "scan of {} layers with {parameters} parameters at the command's usual settings",
        targets.targets.len()
    );
    for _ in 0..ROUNDS {
        let mut scan = Scan::new(&settings, &targets);
        let go_on = || ControlFlow::Continue(());
        let begun = Instant::now();
        scan.go_on(&targets, &Limits::default(), &go_on, &mut |_, _| go_on())
            .expect("measured");
        let seconds = begun.elapsed().as_secs_f64();
        assert_eq!(scan.layers.len(), targets.targets.len(), "every layer");
        println!(
            "  {seconds:.1} s, {:.2} million parameters a second",
            parameters as f64 / seconds / 1e6
        );
    }
    println!("{}", load());
}

/// Name, rows and columns of every matrix.
fn arrays() -> Vec<(String, usize, usize)> {
    let mut arrays = vec![
        (
            "embeddings.word_embeddings.weight".to_owned(),
            30_522,
            WIDTH,
        ),
        (
            "embeddings.position_embeddings.weight".to_owned(),
            512,
            WIDTH,
        ),
    ];
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}.weight");
        let attention = ["query", "key", "value"].map(|one| format!("attention.self.{one}"));
        for part in attention
            .iter()
            .map(String::as_str)
            .chain(["attention.output.dense"])
        {
            arrays.push((name(part), WIDTH, WIDTH));
        }
        arrays.push((name("intermediate.dense"), INNER, WIDTH));
        arrays.push((name("output.dense"), WIDTH, INNER));
    }
    arrays
}

/// A safetensors file of 32-bit floats.
fn write(path: &Path, arrays: &[(String, usize, usize)]) -> std::io::Result<()> {
    let (mut header, mut end) = (Map::new(), 0);
    for (name, rows, cols) in arrays {
        let begin = end;
        end += 4 * rows * cols;
        let entry = json!({"dtype": "F32", "shape": [rows, cols], "data_offsets": [begin, end]});
        header.insert(name.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    for (_, rows, cols) in arrays {
        for cell in cells(*rows, *cols, &mut random) {
            file.write_all(&cell.to_le_bytes())?;
        }
    }
    file.flush()
}

/// Gaussian noise with a spectrum that decays on top of it, row by row.
fn cells(rows: usize, cols: usize, random: &mut ChaCha8Rng) -> Vec<f32> {
    let mut normal = || -> f32 { StandardNormal.sample(random) };
    let mut cells: Vec<f32> = (0..rows * cols).map(|_| 0.03 * normal()).collect();
    for k in 1..=DIRECTIONS {
        let left: Vec<f32> = (0..rows).map(|_| normal()).collect();
        let right: Vec<f32> = (0..cols).map(|_| 0.06 / k as f32 * normal()).collect();
        for (row, left) in cells.chunks_exact_mut(cols).zip(left) {
            for (cell, right) in row.iter_mut().zip(&right) {
                *cell += left * right;
            }
        }
    }
    cells
}

//! The promises of `source`: right numbers from good files, one sentence from bad ones.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use localized_lora::source::{Limits, LoadedMatrix, Source, SourceError, load, load_bytes};
use nalgebra::DMatrix;

mod adapters;
mod arrays;
mod corpus;
mod data_sets;
mod fuzz;
mod idx_folders;
mod pictures;
mod syntax;
mod synthetic;
mod table_forms;
mod table_numbers;
mod tables;
mod text_formats;
mod tiffs;
mod weights;

/// What the command line would read.
fn read(text: &str) -> Result<LoadedMatrix, SourceError> {
    load(&text.parse::<Source>()?, &Limits::default())
}

fn read_path(path: &Path) -> Result<LoadedMatrix, SourceError> {
    load(&Source::from_path(path), &Limits::default())
}

/// A dropped file.
fn bytes(name: &str, content: impl AsRef<[u8]>) -> Result<LoadedMatrix, SourceError> {
    load_bytes(name, content.as_ref(), &Limits::default())
}

fn matrix(rows: usize, cols: usize, values: &[f64]) -> DMatrix<f64> {
    DMatrix::from_row_slice(rows, cols, values)
}

/// The sentence of an error: one line, no full stop, and with every one of `words`.
#[track_caller]
fn refused(result: Result<LoadedMatrix, SourceError>, words: &[&str]) -> String {
    let text = result.unwrap_err().to_string();
    assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    for word in words {
        assert!(text.contains(word), "'{word}' is not in: {text}");
    }
    text
}

/// A file of `tests/data/cases`, as the command line would read it.
fn case(file: &str) -> Result<LoadedMatrix, SourceError> {
    read(&format!(
        "{}/tests/data/cases/{file}",
        env!("CARGO_MANIFEST_DIR")
    ))
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

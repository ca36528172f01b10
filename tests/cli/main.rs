//! The command line keeps its promises: the numbers, the shapes of `--json`, the figures, and one
//! clear line for whatever is wrong.

#![allow(clippy::unwrap_used)]

mod animations;
mod arrays;
mod captions;
mod colour;
mod compose;
mod data_sets;
mod errors;
mod figures;
mod finetune;
mod gallery;
mod kinds;
mod memory;
mod models;
mod named;
mod numbers;
mod outputs;
mod planned;
mod plans;
mod process;
mod questions;
mod readme;
mod resumed;
mod scans;
mod sessions;
mod standard_input;
mod unread;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

fn program(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("localized-lora").unwrap();
    command.current_dir(folder);
    command
}

fn run(folder: &Path, line: &str) -> Output {
    let words = line.split_whitespace();
    program(folder).args(words).output().unwrap()
}

fn succeed(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(line: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    serde_json::from_str(&succeed(folder.path(), line)).unwrap()
}

/// `value` to four digits, as the paper prints errors.
fn four(value: &Value) -> String {
    format!("{:.4}", value.as_f64().unwrap())
}

/// Wrong in one way; nothing on standard output, one line on standard error, nothing written.
fn refuse(folder: &Path, line: &str, status: i32, part: &str) {
    let before = listing(folder);
    let output = run(folder, line);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{line}: {errors}");
    assert!(output.stdout.is_empty(), "{line} printed something");
    assert_eq!(errors.lines().count(), 1, "{line}: {errors}");
    assert!(errors.starts_with("error: "), "{line}: {errors}");
    assert!(errors.contains(part), "{line}: {part} in {errors}");
    assert_eq!(listing(folder), before, "{line} changed the folder");
}

fn listing(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default()))
        .collect();
    files.sort();
    files
}

/// A `.npy` file of version 1 with this header, whatever the data.
fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}");
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

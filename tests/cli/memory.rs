//! Memory that cannot be had is a sentence, not an end without one.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Output;

use super::npy;

/// Runs the program with an address space of so many kilobytes.
fn limited(folder: &Path, kilobytes: u32, line: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_localized-lora");
    std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {kilobytes} && exec '{program}' {line}"))
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", "1")
        .output()
        .unwrap()
}

#[track_caller]
fn refused(output: &Output, parts: &[&str]) {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for part in parts {
        assert!(errors.contains(part), "{part} is not in: {errors}");
    }
}

/// Kilobytes that are enough wherever the tests run: faer's products reserve address space by the
/// size of the last cache, which is 480 MB on some servers.
const ENOUGH: u32 = 16_000_000;

#[test]
fn a_small_file_that_needs_gigabytes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    // 35 bytes: a GIF of 65,535 × 65,535 pixels that says nothing about most of them.
    let gif =
        b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    std::fs::write(folder.path().join("a.gif"), gif).unwrap();
    let line = "approximate a.gif --max-pixels 9999999999";
    let output = limited(folder.path(), 2_000_000, line);
    refused(
        &output,
        &["this needs 34 GB of memory", "is free", "crop it: a.gif"],
    );
}

#[test]
fn arrays_tables_and_synthetic_matrices_ask_before_they_take() {
    let folder = tempfile::tempdir().unwrap();
    // 5000 × 5000 bytes, 200 MB as a matrix.
    let array = npy("|u1", "(5000, 5000)", &vec![1; 25_000_000]);
    std::fs::write(folder.path().join("a.npy"), array).unwrap();
    let output = limited(folder.path(), 220_000, "approximate a.npy");
    refused(
        &output,
        &["this needs 200 MB of memory", "take a part of it: a.npy"],
    );
    let line = "approximate synthetic:noise:rows=4096,cols=4096";
    let output = limited(folder.path(), 300_000, line);
    refused(&output, &["this needs 403 MB", "fewer rows", "4096 × 4096"]);
    let small = "approximate synthetic:noise:rows=64,cols=64";
    let enough = limited(folder.path(), ENOUGH, small);
    assert!(enough.status.success());
}

#[test]
fn a_factorization_asks_before_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let line = "approximate synthetic:noise:rows=1000,cols=1000";
    let mut refusals = 0;
    for kilobytes in (100_000..=1_500_000).step_by(50_000) {
        let output = limited(folder.path(), kilobytes, line);
        if output.status.success() {
            break;
        }
        let errors = String::from_utf8_lossy(&output.stderr);
        let factorizing = errors.contains("factorizing 1000 × 1000 numbers needs");
        refused(&output, &["of memory and", "is free;"]);
        refusals += u32::from(factorizing);
    }
    assert!(refusals > 0);
    let enough = limited(folder.path(), ENOUGH, line);
    assert!(enough.status.success());
}

#[test]
fn small_matrices_ask_for_what_their_products_reserve() {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "approximate mnist:test:1",
        "curve mnist:test:1",
        "dataset --digit 5",
    ] {
        for kilobytes in [120_000, 160_000, 200_000, 240_000, 320_000, 450_000] {
            let output = limited(folder.path(), kilobytes, line);
            if !output.status.success() {
                refused(&output, &["error: ", "is free; "]);
            }
        }
        assert!(limited(folder.path(), ENOUGH, line).status.success());
    }
}

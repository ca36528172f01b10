//! Data sets in folders, and the built-in one where nothing can be written.

use std::path::Path;

use serde_json::{Value, json};

use super::{program, refuse, succeed};

/// An IDX file: type, lengths of the dimensions, values as they are stored.
fn idx(code: u8, sides: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sides.len() as u8];
    bytes.extend(sides.iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(values);
    bytes
}

/// A half of 6 × 5 images with these labels, whose pixels differ from image to image.
pub fn half(folder: &Path, start: &str, labels: &[u8]) {
    std::fs::create_dir_all(folder).unwrap();
    let pixels: Vec<u8> = (0..labels.len() as u32 * 30)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let count = labels.len() as u32;
    for (name, bytes) in [
        ("images-idx3-ubyte", idx(8, &[count, 6, 5], &pixels)),
        ("labels-idx1-ubyte", idx(8, &[count], labels)),
    ] {
        std::fs::write(folder.join(format!("{start}-{name}")), bytes).unwrap();
    }
}

fn json(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&succeed(folder, line)).unwrap()
}

#[test]
fn a_data_set_of_letters_is_measured_label_by_label() {
    let folder = tempfile::tempdir().unwrap();
    half(
        &folder.path().join("d"),
        "emnist-letters-test",
        &[1, 26, 26, 1, 26],
    );
    let line = "dataset --data d --rank 1 --blocks 2 --diag-rank 1 --block-rank 1 --json";
    let found = json(folder.path(), line);
    assert_eq!(found["count"], 5);
    let labels: Vec<&Value> = found["by_digit"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["digit"])
        .collect();
    assert_eq!(labels, [&json!(1), &json!(26)]);
    let csv = succeed(folder.path(), &line.replace("--json", "--csv"));
    let head = "method,setting,mean_error,std_error,digit,count,localized_beats_lora,localized_equals_lora\n";
    assert!(csv.starts_with(head), "{csv}");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let number = |text: &str| -> f64 { text.parse().unwrap() };
    for (at, method) in ["lora", "melora", "localized"].into_iter().enumerate() {
        assert_eq!(number(&rows[at][2]), found["methods"][at]["mean_error"]);
        for (place, one) in found["by_digit"].as_array().unwrap().iter().enumerate() {
            let row = &rows[3 + 3 * place + at];
            assert_eq!(number(&row[2]), one["mean_error"][method]);
            assert_eq!(number(&row[4]), one["digit"]);
            assert_eq!(number(&row[5]), one["count"]);
            assert_eq!(number(&row[6]), one["localized_beats_lora"]);
            assert_eq!(number(&row[7]), one["localized_equals_lora"]);
        }
    }
    let found = json(folder.path(), &format!("{line} --digit 26"));
    assert_eq!(found["count"], 3);
    refuse(
        folder.path(),
        "dataset --data d --digit 0",
        1,
        "emnist-letters has no test image with the label 0; choose one of 1, 26",
    );
    let text = succeed(folder.path(), "approximate d#test:1 --rank 1");
    assert!(
        text.starts_with("emnist-letters test image 1, letter z (label 26): 5 × 6"),
        "{text}"
    );
    assert!(text.contains("shown upright"), "{text}");
}

#[test]
fn a_half_is_enough_until_the_other_one_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    half(&folder.path().join("d"), "train", &[3, 3]);
    let found = json(
        folder.path(),
        "dataset --data d --split train --rank 1 --json",
    );
    assert_eq!(found["count"], 2);
    refuse(folder.path(), "dataset --data d", 1, "no test images");
    refuse(folder.path(), "finetune --data d", 1, "no test images");
    refuse(folder.path(), "approximate d", 1, "write 'd#train:1'");
}

#[test]
fn an_idx_file_says_what_to_write_instead() {
    let folder = tempfile::tempdir().unwrap();
    half(folder.path(), "t10k", &[4, 5, 6]);
    refuse(
        folder.path(),
        "approximate t10k-images-idx3-ubyte",
        1,
        "this holds the test images of a data set; write '.#test:2' for one: t10k-images-idx3-ubyte",
    );
    succeed(folder.path(), "approximate .#test:2 --rank 1");
}

#[test]
fn images_of_any_size_are_trained_on_if_they_show_the_ten_digits() {
    let folder = tempfile::tempdir().unwrap();
    let labels: Vec<u8> = (0..60).map(|at| at % 12).collect();
    half(&folder.path().join("d"), "train", &labels);
    half(&folder.path().join("d"), "t10k", &labels);
    let sweep = "finetune --layouts lora,localized_grid --segments 2 --ranks 2 --epochs 1";
    let found = json(folder.path(), &format!("{sweep} --data d --json"));
    assert!(!found["runs"].as_array().unwrap().is_empty());
    // Of two sizes, of other classes, of other values.
    let write = |name: &str, bytes: Vec<u8>| {
        std::fs::write(folder.path().join("d").join(name), bytes).unwrap();
    };
    write("t10k-images-idx3-ubyte", idx(8, &[60, 5, 6], &[9; 1800]));
    refuse(
        folder.path(),
        &format!("{sweep} --data d"),
        1,
        "6 × 5 and the test images 5 × 6",
    );
    write(
        "t10k-images-idx3-ubyte",
        idx(14, &[60, 6, 5], &[63; 14_400]),
    );
    refuse(
        folder.path(),
        &format!("{sweep} --data d"),
        1,
        "whole numbers from 0 to 255",
    );
    let letters: Vec<u8> = (0..60).map(|at| at % 26 + 1).collect();
    half(&folder.path().join("l"), "emnist-letters-train", &letters);
    half(&folder.path().join("l"), "emnist-letters-test", &letters);
    refuse(folder.path(), &format!("{sweep} --data l"), 1, "no digit 0");
}

#[test]
fn the_built_in_digits_need_no_place_to_write() {
    let folder = tempfile::tempdir().unwrap();
    for line in [
        "dataset --digit 5 --json",
        "finetune --layouts lora --ranks 1 --epochs 1 --json",
    ] {
        let output = program(folder.path())
            .args(line.split(' '))
            .env("TMPDIR", "/nowhere")
            .env("HOME", "/nowhere")
            .env("XDG_CACHE_HOME", "/nowhere")
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {errors}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_image_with_nan_is_named_by_the_survey_as_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("d");
    half(&set, "t10k", &[0; 4]);
    let mut pixels: Vec<u8> = (0..120_u8)
        .flat_map(|at| f32::from(at).to_be_bytes())
        .collect();
    let at = 4 * (2 * 30 + 3 * 5 + 4);
    pixels[at..at + 4].copy_from_slice(&f32::NAN.to_be_bytes());
    std::fs::write(
        set.join("t10k-images-idx3-ubyte"),
        idx(0x0d, &[4, 6, 5], &pixels),
    )
    .unwrap();
    let sentence = "NaN at row 4, column 5 (counted from 1); every cell must be a finite number: d test image 2";
    refuse(folder.path(), "approximate d#test:2", 1, sentence);
    let line = "dataset --data d --rank 1 --blocks 2 --diag-rank 1 --block-rank 1";
    refuse(folder.path(), line, 1, sentence);
}

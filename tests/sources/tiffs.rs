//! TIFFs of every kind, written and measured by `tests/peers/tiff.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use localized_lora::source::{Limits, LoadedMatrix, load_bytes};
use serde::Deserialize;

use crate::{bytes, matrix, read_path, refused};

#[derive(Deserialize)]
struct Expected {
    rows: usize,
    cols: usize,
    norm: f64,
    weighted: f64,
    tolerance: f64,
    note: Option<String>,
}

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(data("tiff").join(format!("{name}.tif"))).unwrap()
}

/// Tells a turned or mirrored matrix from an upright one, as a norm does not.
fn weighted(loaded: &LoadedMatrix) -> f64 {
    let (rows, cols) = loaded.matrix.shape();
    let cells = (0..rows).flat_map(|row| (0..cols).map(move |col| (row, col)));
    cells
        .map(|(row, col)| ((row + 1) * (col + 1).pow(2)) as f64 * loaded.matrix[(row, col)])
        .sum()
}

#[test]
fn every_kind_of_tiff_is_the_matrix_that_was_written() {
    let text = fs::read_to_string(data("tiff/expected.json")).unwrap();
    let all: BTreeMap<String, Expected> = serde_json::from_str(&text).unwrap();
    assert!(all.len() > 50, "only {} are there", all.len());
    let mut wrong = Vec::new();
    for (name, expected) in all {
        let loaded = match read_path(&data("tiff").join(format!("{name}.tif"))) {
            Ok(loaded) => loaded,
            Err(error) => {
                wrong.push(error.to_string());
                continue;
            }
        };
        let shape = (expected.rows, expected.cols);
        let near = |found: f64, wanted: f64| {
            (found - wanted).abs() <= expected.tolerance * wanted.abs().max(1.0)
        };
        let (norm, sum) = (loaded.matrix.norm(), weighted(&loaded));
        let notes: Vec<String> = expected.note.into_iter().collect();
        // A picture may be coloured besides; what is stated must be there, and nothing else.
        let said = notes.iter().all(|note| loaded.notes.contains(note));
        let silent = !notes.is_empty() || loaded.notes.is_empty();
        if loaded.matrix.shape() != shape
            || !near(norm, expected.norm)
            || !near(sum, expected.weighted)
            || !said
            || !silent
        {
            wrong.push(format!(
                "{name}: {:?} {norm} {sum} {:?}, not {shape:?} {} {} {notes:?}",
                loaded.matrix.shape(),
                loaded.notes,
                expected.norm,
                expected.weighted
            ));
        }
        let measured = name.starts_with("values");
        assert_eq!(loaded.pixel_range.is_none(), measured, "{name}");
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_cases_of_bug_reports_are_right() {
    let case = |name: &str| read_path(&data("cases").join(name));
    let float = case("t03_f32.tif").unwrap();
    assert_eq!(float.matrix.shape(), (24, 30));
    assert!((float.matrix.norm() - 15.183595744227551).abs() < 1e-12);
    let premultiplied = case("t08_rgbapre.tif").unwrap().matrix.norm();
    assert!(
        (premultiplied / 5459.0 - 1.0).abs() < 0.003,
        "{premultiplied}"
    );
    refused(
        case("t08_planart.tif"),
        &["t08_planart.tif", "planes of tiles", "strips"],
    );
}

/// A TIFF of one strip whose tags are `tags`; the pixels stand behind them.
fn tiff(tags: &[(u16, u16, u32)], pixels: &[u8]) -> Vec<u8> {
    let mut entries: Vec<(u16, u16, u32)> = tags.to_vec();
    let end = 8 + 2 + 12 * (tags.len() as u32 + 2) + 4;
    entries.push((273, 4, end));
    entries.push((279, 4, pixels.len() as u32));
    entries.sort_unstable();
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(1_u32.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(pixels);
    file
}

/// Grey of 8 bits, 3 × 2, with some tags changed or added.
fn grey(changes: &[(u16, u16, u32)]) -> Vec<u8> {
    let mut tags = vec![
        (256, 3, 3),
        (257, 3, 2),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (277, 3, 1),
    ];
    for change in changes {
        tags.retain(|tag| tag.0 != change.0);
        tags.push(*change);
    }
    tiff(&tags, &[0, 1, 2, 3, 4, 5])
}

#[test]
fn what_is_not_read_is_refused_by_its_name() {
    let expected = matrix(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(bytes("p.tif", grey(&[])).unwrap().matrix, expected);
    assert_eq!(bytes("no extension", grey(&[])).unwrap().matrix, expected);
    for (changes, words) in [
        (&[(259, 3, 50_000)][..], ["Zstandard", "LZW or deflate"]),
        (&[(259, 3, 34_887)], ["LERC", "LZW or deflate"]),
        (&[(259, 3, 6)], ["old-style JPEG", "LZW or deflate"]),
        (&[(259, 3, 999)], ["not known", "LZW or deflate"]),
        (&[(266, 3, 2)], ["reverse order", "LZW or deflate"]),
        (&[(262, 3, 8)], ["CIELAB", "RGB or grey"]),
        (&[(262, 3, 32_803)], ["camera raw", "RGB or grey"]),
        (&[(258, 3, 24)], ["24-bit whole", "8 or 16 bits"]),
        (
            &[(258, 3, 8), (339, 3, 3)],
            ["8-bit floating-point", "32-bit"],
        ),
        (&[(258, 3, 32), (339, 3, 5)], ["complex", "32-bit"]),
        (
            &[(277, 3, 6), (256, 3, 1), (257, 3, 1)],
            ["6 channels", "one channel"],
        ),
        (&[(262, 3, 2)], ["damaged", "too few channels"]),
        (&[(262, 3, 3)], ["damaged", "list of colours"]),
        (&[(256, 3, 0)], ["damaged", "state its size"]),
        (&[(257, 3, 3)], ["damaged", "ends early"]),
    ] {
        refused(
            bytes("p.tif", grey(changes)),
            &["p.tif", words[0], words[1]],
        );
    }
    refused(
        bytes("p.tif", b"II*\0\xff\0\0\0"),
        &["damaged", "list of pages"],
    );
}

#[test]
fn a_matrix_in_a_tiff_is_bounded_like_a_table_and_a_picture_by_its_pixels() {
    let file = grey(&[(256, 4, 60_000), (257, 4, 60_000)]);
    refused(bytes("p.tif", file), &["too large", "60000 × 60000 pixels"]);
    let limits = Limits {
        max_cells: 69,
        max_pixels: 69,
        ..Limits::default()
    };
    let values = load_bytes("p.tif", &fixture("values_f4_tiles"), &limits);
    refused(values, &["too large", "7 × 10 cells"]);
    let picture = load_bytes("p.tif", &fixture("grey_8"), &limits).unwrap();
    assert!(picture.matrix.len() <= 69 && picture.notes[0].contains("scaled down"));
}

#[test]
fn a_tiff_may_end_or_be_changed_anywhere() {
    let limits = Limits {
        max_decoded_bytes: 1 << 20,
        ..Limits::default()
    };
    for name in [
        "grey_12",
        "rgb_8_planar_strips",
        "values_f4_tiles",
        "palette_4",
        "ycbcr_jpeg",
    ] {
        let file = fixture(name);
        for length in 0..file.len() {
            if let Err(error) = load_bytes("p.tif", &file[..length], &limits) {
                assert!(!error.to_string().contains('\n'));
            }
        }
        for at in 0..file.len().min(300) {
            for value in [0, 1, 0x7f, 0xff] {
                let mut file = file.clone();
                file[at] = value;
                if let Ok(loaded) = load_bytes("p.tif", &file, &limits) {
                    assert!(loaded.matrix.iter().all(|value| value.is_finite()));
                }
            }
        }
    }
}

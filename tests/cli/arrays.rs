//! `arrays` lists what is in a file.

use std::path::Path;

use serde_json::json;

use super::{json_of, refuse, succeed};

fn case(name: &str) -> String {
    format!("{}/tests/data/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_member_of_an_archive_is_listed_and_can_be_named() {
    let file = case("n06_both.npz");
    let text = succeed(Path::new("."), &format!("arrays {file}"));
    assert!(text.starts_with(&format!("{file}: 2 arrays\n")), "{text}");
    let listed = json_of(&format!("arrays {file} --json"));
    assert_eq!(listed["file"], json!(file));
    assert_eq!(listed["others"], json!([]));
    let arrays = listed["arrays"].as_array().unwrap();
    assert_eq!(arrays.len(), 2);
    for array in arrays {
        let name = array["name"].as_str().unwrap();
        let approximated = json_of(&format!("approximate {file}#{name} --json"));
        assert_eq!(
            array["shape"],
            json!([approximated["rows"], approximated["cols"]])
        );
        assert_eq!(array["dtype"], json!("float64"));
        assert!(text.lines().any(|line| line.starts_with(name)), "{text}");
    }
}

#[test]
fn the_array_of_an_npy_file_goes_by_the_name_of_the_file() {
    let file = case("n04_hdr_L.npy");
    let text = succeed(Path::new("."), &format!("arrays {file}"));
    let row = text.lines().last().unwrap();
    assert!(
        row.starts_with(&file) && row.contains("5 × 7  float64"),
        "{text}"
    );
    // Its element type is refused as a matrix, but not in a list.
    let raw = succeed(Path::new("."), &format!("arrays {}", case("n19_bf16.npy")));
    assert!(raw.contains("void (16 bits)"), "{raw}");
}

#[test]
fn a_file_without_arrays_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "1,2\n").unwrap();
    std::fs::write(folder.path().join("a.npz"), "PK\x03\x04").unwrap();
    refuse(folder.path(), "arrays a.csv", 1, ".npy and .npz");
    refuse(folder.path(), "arrays a.npz", 1, "a.npz is damaged");
    refuse(
        folder.path(),
        "arrays missing.npz",
        1,
        "no file missing.npz",
    );
    refuse(folder.path(), "arrays .", 1, "is a folder");
    refuse(folder.path(), "arrays", 2, "<FILE>");
}

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
    refuse(
        folder.path(),
        "arrays a.csv",
        1,
        "NPY, NPZ, safetensors or Octave text",
    );
    refuse(
        folder.path(),
        "arrays a.npz",
        1,
        "an .npz archive; its list of members is missing",
    );
    refuse(
        folder.path(),
        "arrays missing.npz",
        1,
        "file not found; check the spelling and the folder: missing.npz",
    );
    refuse(folder.path(), "arrays .", 1, "is a folder");
    refuse(folder.path(), "arrays", 2, "<FILE>");
}

#[test]
fn the_variables_of_octave_are_listed_with_shape_and_type_and_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = "# Created by Octave 8.4.0\n# name: title\n# type: string\n# elements: 1\n\
        # length: 2\nhi\n\n# name: S\n# type: sparse matrix\n# nnz: 1\n# rows: 3\n# columns: 4\n\
        3 4 5\n\n# name: A\n# type: int32 matrix\n# ndims: 2\n 1 2\n 7\n 8\n";
    std::fs::write(folder.path().join("a.txt"), text).unwrap();
    let listed = succeed(folder.path(), "arrays a.txt --json");
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let arrays = listed["arrays"].as_array().unwrap();
    let told = |at: usize, key: &str| arrays[at][key].clone();
    assert_eq!(arrays.len(), 2);
    assert_eq!(
        (told(0, "name"), told(0, "shape"), told(0, "dtype")),
        (json!("A"), json!([1, 2]), json!("int32 matrix"))
    );
    assert_eq!(
        (told(1, "name"), told(1, "shape"), told(1, "dtype")),
        (json!("S"), json!([3, 4]), json!("sparse matrix"))
    );
    assert_eq!(listed["others"][0]["name"], json!("title"));
    let table = succeed(folder.path(), "arrays a.txt");
    assert!(
        table.contains("title: a variable of type string"),
        "{table}"
    );
    succeed(folder.path(), "approximate a.txt#S --json");
}

#[test]
fn differences_between_two_models_are_told() {
    let file = |name: &str| {
        format!(
            "{}/tests/data/weights/pair/{name}.safetensors",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let (tuned, base) = (file("tuned"), file("base"));
    let text = succeed(Path::new("."), &format!("arrays {tuned} --subtract {base}"));
    for line in [
        format!("grown.weight is 7 × 4 and 6 × 4 in {base}"),
        format!("only_in_tuned.weight is not in {base}"),
        format!("only_in_base.weight is only in {base}"),
    ] {
        assert!(text.contains(&line), "{line} is not in: {text}");
    }
    let text = succeed(Path::new("."), &format!("arrays {base} --subtract {base}"));
    assert!(
        text.contains("every layer has its base, in the same shape"),
        "{text}"
    );
    let compared = json_of(&format!("arrays {tuned} --subtract {base} --json"));
    assert_eq!(
        compared["subtract"]["other_shapes"],
        json!([["grown.weight", [7, 4], [6, 4]]])
    );
}

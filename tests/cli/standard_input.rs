//! `-` is standard input.

use super::{npy, program};

/// Status, standard output and standard error of a command that is given `input`.
fn piped(line: &str, input: &[u8]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path())
        .args(line.split_whitespace())
        .write_stdin(input)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_first_bytes_tell_what_comes_through_a_pipe() {
    let array = npy("<f8", "(2, 2)", &[0; 32].map(|_: u8| 0x3f));
    for (input, shape) in [
        (b"1,2\n3,5\n".as_slice(), "2 × 2"),
        (&array, "2 × 2"),
        (include_bytes!("../../assets/icon.png"), " × "),
        (include_bytes!("../data/cases/t03_f32.tif"), "24 × 30"),
    ] {
        let (status, text, errors) = piped("approximate - --rank 1 --grid 1 --blocks 1", input);
        assert_eq!(status, 0, "{errors}");
        assert!(
            text.starts_with("standard input: ") && text.contains(shape),
            "{text}"
        );
    }
}

#[test]
fn what_standard_input_cannot_give_is_one_sentence() {
    for (line, input, part) in [
        (
            "approximate -",
            b"".as_slice(),
            "is empty; a matrix needs at least one row and one column: standard input",
        ),
        ("approximate - --subtract -", b"1,2\n", "only one source"),
        ("approximate -", b"\0\x01\x02", "data of an unknown format"),
        (
            "approximate -",
            include_bytes!("../data/cases/n06_both.npz"),
            "save it to a file and choose one as FILE#NAME",
        ),
    ] {
        let (status, text, errors) = piped(line, input);
        assert_eq!((status, text.as_str()), (1, ""), "{line}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        assert!(errors.contains(part), "{errors}");
    }
}

#[test]
fn a_difference_takes_one_side_from_a_pipe() {
    let line = "approximate synthetic:identity:rows=2,cols=2 --subtract - --json --rank 1 --grid 1 --blocks 1";
    let (status, text, errors) = piped(line, b"0,0\n0,3\n");
    assert_eq!(status, 0, "{errors}");
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!((value["norm"].as_f64().unwrap() - 5_f64.sqrt()).abs() < 1e-12);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_sent_in_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("in.png");
    let picture = include_bytes!("../../assets/icon.png");
    std::fs::write(&path, picture).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .args(["approximate", "-", "--figure", "in.png"])
        .current_dir(folder.path())
        .stdin(std::fs::File::open(&path).unwrap())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("would replace a source"), "{errors}");
    assert_eq!(std::fs::read(&path).unwrap(), picture);
}

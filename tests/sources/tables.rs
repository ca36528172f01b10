//! CSV, TSV and their relatives.

use localized_lora::source::{Limits, load_bytes};

use crate::{bytes, matrix, refused};

#[test]
fn every_usual_separator_gives_the_same_matrix() {
    let expected = matrix(2, 3, &[1.5, -2.0, 3e4, 4.0, 0.25, -6.0]);
    for text in [
        "1.5,-2,3e4\n4,.25,-6\n",
        "1.5, -2, 3e4\r\n4, 0.25, -6",
        "1.5;-2;3e4\n4;0.25;-6\n",
        "1,5;-2;3e4\n4;0,25;-6\n",
        "1.5\t-2\t3e4\n4\t0.25\t-6\n",
        "1,5\t-2\t3e4\n4\t0,25\t-6\n",
        "1.5|-2|3e4\n4|0.25|-6\n",
        "   1.5   -2 3e4\n 4  \t 0.25    -6   \n",
        "\"1.5\",\"-2\",\"3e4\"\n\"4\",\"0.25\",\"-6\"\n",
        "\u{feff}1.5,-2,3e4\n4,0.25,-6\n",
        "\n1.5,-2,3e4\n\n  \n4,0.25,-6\n\n",
        "1.5,-2,3e4\r4,0.25,-6\r",
        "1.5 -2 3e4\r4 0.25 -6",
        "1.5D0,-2,3d+4\n4,.25,-6\n",
        "+1.5,\u{2212}2,3e4\n4.,.25,-6.\n",
        "\"1,5\";\"-2\";\"3e4\"\n\"4\";\"0,25\";\"-6\"\n",
        "\"1,5\",\"-2\",\"3e4\"\n\"4\", \"0,25\" ,\"-6\"\n",
    ] {
        let loaded = bytes("table.csv", text).unwrap();
        assert_eq!(loaded.matrix, expected, "{text:?}");
        let blank = text.contains("\n\n");
        assert_eq!(
            loaded.notes.len(),
            usize::from(blank),
            "{text:?}: {:?}",
            loaded.notes
        );
    }
}

#[test]
fn utf_16_as_spreadsheets_write_it_is_read() {
    let units: Vec<u16> = "\u{feff}1\t2\n3\t4\n".encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    for content in [little, big] {
        let loaded = bytes("table.txt", content).unwrap();
        assert_eq!(loaded.matrix, matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]));
    }
}

#[test]
fn one_row_one_column_and_one_cell_are_matrices() {
    assert_eq!(bytes("t.csv", "1,2,3").unwrap().matrix.shape(), (1, 3));
    assert_eq!(bytes("t.csv", "1\n2\n3\n").unwrap().matrix.shape(), (3, 1));
    assert_eq!(
        bytes("t.csv", "a name\n1\n2\n3").unwrap().matrix.shape(),
        (3, 1)
    );
    assert_eq!(bytes("t.csv", "7").unwrap().matrix.shape(), (1, 1));
}

#[test]
fn a_text_file_needs_no_extension() {
    let loaded = bytes("numbers", "1 2\n3 4\n").unwrap();
    assert_eq!(loaded.matrix, matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn a_bad_cell_is_named_with_row_column_and_line() {
    for (text, words) in [
        ("a,b\n1,2\n3,x\n", ["row 2, column 2 (line 3", "'x'"]),
        ("1,2\n3,\n5,6\n", ["row 2, column 2 (line 2", "empty"]),
        ("1,2\n\n3,NaN\n", ["row 2, column 2 (line 3", "NaN"]),
        (
            "\"a\nb\",c\n#x\n\n1,2\r\n\r\n3,NaN\n",
            ["row 2, column 2 (line 7", "NaN"],
        ),
        ("1 2\n\n3 NaN\n", ["row 2, column 2 (line 3", "NaN"]),
        ("1,2\n3,\"x\ny\"\n", ["row 2, column 2 (line 2", "'x y'"]),
        ("1 -inf\n3 4\n", ["row 1, column 2 (line 1", "infinite"]),
        ("1,1e999\n", ["row 1, column 2", "infinite"]),
        ("1,2\nNA,4\n", ["row 2, column 1", "'NA'"]),
        ("1;2\n1.00,5;3\n", ["row 2, column 1", "'1.00,5'"]),
        ("x,1,2\ny,3,4\n", ["row 1, column 1", "'x'"]),
    ] {
        refused(bytes("table.csv", text), &["table.csv", words[0], words[1]]);
    }
    let long = format!("1,2\n3,{}\n", "w".repeat(10_000));
    assert!(refused(bytes("t.csv", long), &["www…"]).len() < 200);
}

#[test]
fn rows_of_different_length_are_refused() {
    let words = ["row 3 (line 4) has 2 cells", "3"];
    refused(bytes("t.csv", "a,b,c\n1,2,3\n4,5,6\n7,8\n"), &words);
    refused(bytes("t.csv", "1 2\n3 4 5\n"), &["row 2", "3 cells", "2"]);
    refused(bytes("t.csv", "1,2\n3,4,\n"), &["row 2", "3 cells"]);
}

#[test]
fn text_without_numbers_and_bytes_without_text_are_refused() {
    refused(bytes("t.csv", ""), &["is empty", "one column: t.csv"]);
    refused(
        bytes("t.csv", "\n \n\n"),
        &["no line of numbers", "only blank lines"],
    );
    refused(
        bytes("t.csv", "# one\n# two\n"),
        &["no line of numbers", "only comments"],
    );
    refused(
        bytes("t.txt", "\n# c\nDear reader,\nthis is prose.\n"),
        &["no line of numbers", "line 3", "'Dear"],
    );
    refused(bytes("t.csv", b"1,2\0\n"), &["no text has"]);
    refused(
        bytes("t.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        &["no text has"],
    );
}

#[test]
fn tables_stay_within_the_limit_of_cells() {
    let limits = Limits {
        max_cells: 10,
        ..Limits::default()
    };
    let load = |text: &str| load_bytes("t.csv", text.as_bytes(), &limits);
    assert!(load("1,2,3,4,5\n6,7,8,9,10\n").is_ok());
    refused(
        load("1,2,3,4,5\n6,7,8,9,10\n11,12,13,14,15\n"),
        &["10 cells"],
    );
    refused(load("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n"), &["10 cells"]);
    refused(load(&",".repeat(1000)), &["10 cells"]);
    let limits = Limits {
        max_file_bytes: 10,
        ..Limits::default()
    };
    refused(
        load_bytes("t.csv", b"1,2,3,4,5,6", &limits),
        &["11 bytes", "10 bytes"],
    );
}

/// A reader of records keeps whole cells: one without an end must not be given to it.
#[test]
fn a_cell_without_an_end_is_refused() {
    for text in [
        "1".repeat(100_000),
        format!("1{}\n2\n", " ".repeat(100_000)),
        format!("1,2\n\"{}", "a,\n".repeat(50_000)),
    ] {
        refused(bytes("t.csv", text), &["a cell of more than 65536 bytes"]);
    }
}

#[test]
fn a_single_line_may_be_of_any_length() {
    let cells = 400_000;
    let line = vec!["0,25"; cells].join(";");
    let loaded = bytes("t.csv", line).unwrap();
    assert_eq!(loaded.matrix.shape(), (1, cells));
    assert!(loaded.matrix.iter().all(|value| *value == 0.25));
}

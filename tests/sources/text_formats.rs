//! Text that looks like a table and is something else: read, or refused by name.

use localized_lora::source::{Limits, load_bytes};
use nalgebra::DMatrix;

use crate::{bytes, case, matrix, refused};

const MM: &str = "%%MatrixMarket matrix ";

/// As `scipy.io.mmread(…).toarray()` answers.
#[test]
fn matrix_market_is_read_as_scipy_reads_it() {
    for (text, shape, values) in [
        (
            "coordinate real general\n%\n2 3 2\n1 1 1.5\n2 3 -2e0\n",
            (2, 3),
            &[1.5, 0.0, 0.0, 0.0, 0.0, -2.0][..],
        ),
        (
            "coordinate real general\n2 2 3\n1 1 1\n1 1 5\n2 2 2\n",
            (2, 2),
            &[6.0, 0.0, 0.0, 2.0],
        ),
        (
            "coordinate pattern general\n2 2 3\n1 1\n1 1\n2 2\n",
            (2, 2),
            &[2.0, 0.0, 0.0, 1.0],
        ),
        (
            "coordinate real symmetric\n2 2 2\n1 1 1\n1 2 5\n",
            (2, 2),
            &[1.0, 5.0, 5.0, 0.0],
        ),
        (
            "coordinate real symmetric\n2 2 2\n2 1 1\n1 2 5\n",
            (2, 2),
            &[0.0, 6.0, 6.0, 0.0],
        ),
        (
            "coordinate real skew-symmetric\n2 2 2\n1 1 0\n2 1 5\n",
            (2, 2),
            &[0.0, -5.0, 5.0, 0.0],
        ),
        (
            "coordinate real skew-symmetric\n2 2 1\n1 2 5\n",
            (2, 2),
            &[0.0, 5.0, -5.0, 0.0],
        ),
        (
            "coordinate pattern symmetric\n2 2 1\n2 1\n",
            (2, 2),
            &[0.0, 1.0, 1.0, 0.0],
        ),
        (
            "coordinate pattern skew-symmetric\n2 2 1\n2 1\n",
            (2, 2),
            &[0.0, -1.0, 1.0, 0.0],
        ),
        (
            "coordinate real hermitian\n2 2 1\n2 1 3\n",
            (2, 2),
            &[0.0, 3.0, 3.0, 0.0],
        ),
        (
            "coordinate double general\n1 2 1\n1 2 1.5D0\n",
            (1, 2),
            &[0.0, 1.5],
        ),
        (
            "coordinate integer general\n1 2 1\n1 2 -7\n",
            (1, 2),
            &[0.0, -7.0],
        ),
        (
            "coordinate unsigned-integer general\n1 2 1\n1 2 7\n",
            (1, 2),
            &[0.0, 7.0],
        ),
        ("coordinate real general\n1 2 0\n", (1, 2), &[0.0, 0.0]),
        (
            "array real general\n2 2\n1\n2\n3\n4\n",
            (2, 2),
            &[1.0, 3.0, 2.0, 4.0],
        ),
        (
            "array real symmetric\n3 3\n1\n2\n3\n4\n5\n6\n",
            (3, 3),
            &[1.0, 2.0, 3.0, 2.0, 4.0, 5.0, 3.0, 5.0, 6.0],
        ),
        (
            "array real skew-symmetric\n3 3\n1\n2\n3\n",
            (3, 3),
            &[0.0, -1.0, -2.0, 1.0, 0.0, -3.0, 2.0, 3.0, 0.0],
        ),
        (
            "array integer skew-symmetric\n2 2\n4\n",
            (2, 2),
            &[0.0, -4.0, 4.0, 0.0],
        ),
    ] {
        let text = MM.to_owned() + text;
        let expected = DMatrix::from_row_slice(shape.0, shape.1, values);
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            for name in ["a.mtx", "a", "a.txt"] {
                let loaded = bytes(name, &text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
                assert_eq!(loaded.matrix, expected, "{text:?}");
                assert!(
                    loaded.notes[0].starts_with("Matrix Market"),
                    "{:?}",
                    loaded.notes
                );
            }
        }
    }
    let loaded = case("c13_coo.mtx").unwrap();
    assert_eq!(loaded.matrix.shape(), (9, 9));
    assert!((loaded.matrix.norm() - 2.809422303115282).abs() < 1e-14);
    assert!(
        loaded.notes[0].contains("24 entries for 81 cells"),
        "{:?}",
        loaded.notes
    );
    let text = "%%matrixmarket MATRIX Coordinate Real General\n% c\n\n 2 2 1 \n\n% c\n 1 1 1.5\n\n";
    assert_eq!(bytes("a.mtx", text).unwrap().matrix[(0, 0)], 1.5);
}

#[test]
fn what_a_matrix_market_file_leaves_in_doubt_is_said() {
    for (text, notes) in [
        (
            "coordinate real symmetric\n2 2 2\n2 1 3\n1 2 4\n",
            &[
                "Matrix Market: 2 entries for 4 cells, symmetric",
                "1 entry was repeated in the same place or its mirror image and added up",
            ][..],
        ),
        (
            "coordinate real general\n1 1 1\n1 1 3\n",
            &["1 entry for 1 cell, all other cells are 0"],
        ),
        (
            "array real hermitian\n2 2\n1\n2\n3\n",
            &["an array, hermitian"],
        ),
    ] {
        let found = bytes("a.mtx", MM.to_owned() + text).unwrap().notes;
        assert_eq!(found.len(), notes.len(), "{found:?}");
        for (found, part) in found.iter().zip(notes) {
            assert!(found.contains(part), "{part} is not in: {found}");
        }
    }
}

#[test]
fn matrix_market_is_refused_with_the_place() {
    for (text, words) in [
        (
            "coordinate complex general\n1 1 1\n1 1 1 2\n",
            ["a complex Matrix Market matrix", "scipy.io.mmwrite"],
        ),
        (
            "coordinate complex hermitian\n1 1 1\n1 1 1 2\n",
            ["a complex Matrix Market matrix", "scipy.io.mmread"],
        ),
        (
            "array pattern general\n1 1\n1\n",
            ["unknown word", "'pattern'"],
        ),
        (
            "coordinate real upper\n1 1 1\n1 1 1\n",
            ["unknown word", "'upper'"],
        ),
        (
            "coordinate real\n1 1 1\n1 1 1\n",
            ["first line", "three words"],
        ),
        (
            "coordinate real general\n",
            ["a.mtx", "ends before the line with its size"],
        ),
        (
            "coordinate real general\n2 2\n1 1 1\n",
            ["line 2", "rows, columns and entries"],
        ),
        (
            "array real general\n2 2 4\n1\n",
            ["line 2", "rows and columns"],
        ),
        (
            "coordinate real general\n2 2 1\n0 1 1\n",
            ["line 3 has row 0", "1 to 2"],
        ),
        (
            "coordinate real general\n2 2 1\n1 3 1\n",
            ["line 3 has column 3", "1 to 2"],
        ),
        (
            "coordinate real general\n2 2 1\n-1 1 1\n",
            ["line 3 has row -1", "1 to 2"],
        ),
        (
            "coordinate real general\n2 2 2\n1 1 1\n",
            ["2 entries", "has 1"],
        ),
        (
            "coordinate real general\n2 2 1\n1 1 1\n1 2 2\n",
            ["more than", "1 entry "],
        ),
        (
            "coordinate real general\n2 2 1\n1 1 1 7\n",
            ["line 3", "3 numbers"],
        ),
        ("coordinate real general\n2 2 1\n1 1 x\n", ["line 3", "'x'"]),
        (
            "coordinate pattern general\n2 2 1\n1 1 1\n",
            ["line 3", "2 numbers"],
        ),
        (
            "coordinate integer general\n2 2 1\n1 1 1.5\n",
            ["line 3", "'1.5' instead of an integer"],
        ),
        (
            "coordinate real general\n2 2 1\n1 2 nan\n",
            ["NaN", "row 1, column 2"],
        ),
        (
            "coordinate real symmetric\n2 3 0\n",
            ["2 × 3", "not symmetric"],
        ),
        (
            "coordinate real skew-symmetric\n2 2 2\n2 1 3\n1 1 5\n",
            ["line 4 has 5 on the diagonal", "skew-symmetric"],
        ),
        (
            "coordinate real general\n2 2 1\n",
            ["it announces 1 entry but has 0", "a.mtx"],
        ),
        ("array real general\n2 2\n1 2\n3 4\n", ["line 3", "'1 2'"]),
        (
            "array real general\n2 2\n1\n2\n",
            ["after 2 values", "2 × 2"],
        ),
        (
            "array real skew-symmetric\n2 2\n0\n4\n0\n",
            ["continues after its 1 value,", "line 4"],
        ),
        (
            "array real general\n0 5\n",
            ["this is empty", "at least one row and one column: a.mtx"],
        ),
        (
            "coordinate real general\n100000000 100000000 0\n",
            ["too large", "100000000 × 100000000"],
        ),
        (
            "array real general\n18446744073709551615 3\n",
            ["too large", "cells"],
        ),
    ] {
        refused(bytes("a.mtx", MM.to_owned() + text), &words);
    }
    let vector = "%%MatrixMarket vector array real general\n2\n1\n2\n";
    refused(bytes("a.mtx", vector), &["Matrix Market vector"]);
    let limits = Limits {
        max_cells: 10,
        ..Limits::default()
    };
    let text = MM.to_owned() + "coordinate real general\n4 4 0\n";
    refused(
        load_bytes("a.mtx", text.as_bytes(), &limits),
        &["4 × 4 cells", "10 cells"],
    );
}

const A: &str = "# name: A\n# type: matrix\n# rows: 2\n# columns: 2\n 1 2\n 3 4\n\n\n";
const B: &str = "# name: B\n# type: matrix\n# rows: 1\n# columns: 2\n 7 8\n\n\n";
const TITLE: &str = "# Created by Octave 8.4.0, Sat Mar 01 2025 <a@b>\n# name: title\n# type: string\n# elements: 1\n# length: 2\nhi\n\n\n";

#[test]
fn octave_text_with_one_matrix_is_read() {
    let square = matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]);
    for name in ["a.txt", "a.mat", "a", "a.csv"] {
        let loaded = bytes(name, A).unwrap();
        assert_eq!(loaded.matrix, square);
        assert_eq!(loaded.notes, ["the matrix A of an Octave text file"]);
    }
    let loaded = bytes("a.txt", TITLE.to_owned() + A).unwrap();
    assert_eq!(loaded.matrix, square);
    assert_eq!(
        loaded.notes[1],
        "other variables in the file were ignored: title"
    );
    for (text, shape, values) in [
        (
            "matrix\n# ndims: 2\n 2 3\n 1\n 2\n 3\n 4\n 5\n 6\n",
            (2, 3),
            &[1.0, 3.0, 5.0, 2.0, 4.0, 6.0][..],
        ),
        (
            "int32 matrix\n# ndims: 2\n 1 2\n  1\n  -2\n",
            (1, 2),
            &[1.0, -2.0],
        ),
        (
            "uint8 matrix\n# ndims: 2\n 1 2\n  1\n  2\n",
            (1, 2),
            &[1.0, 2.0],
        ),
        (
            "bool matrix\n# ndims: 2\n 2 1\n 1\n 0\n",
            (2, 1),
            &[1.0, 0.0],
        ),
        (
            "float matrix\n# rows: 1\n# columns: 2\n 0.5 1\n",
            (1, 2),
            &[0.5, 1.0],
        ),
        (
            "global matrix\n# rows: 1\n# columns: 2\n 0.5 1\n",
            (1, 2),
            &[0.5, 1.0],
        ),
        ("scalar\n3.5\n", (1, 1), &[3.5]),
        ("uint8 scalar\n3\n", (1, 1), &[3.0]),
        (
            "diagonal matrix\n# rows: 2\n# columns: 3\n5\n6\n",
            (2, 3),
            &[5.0, 0.0, 0.0, 0.0, 6.0, 0.0],
        ),
        (
            "sparse matrix\n# nnz: 2\n# rows: 2\n# columns: 2\n2 1 5\n1 2 6\n",
            (2, 2),
            &[0.0, 6.0, 5.0, 0.0],
        ),
    ] {
        let text = format!("# name: x\n# type: {text}");
        let loaded = bytes("a.txt", &text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(
            loaded.matrix,
            DMatrix::from_row_slice(shape.0, shape.1, values),
            "{text:?}"
        );
    }
}

#[test]
fn one_of_several_octave_matrices_is_chosen_by_its_name() {
    let words = ["has 2 matrices", "c12_octave2.txt#NAME", "A, B"];
    refused(case("c12_octave2.txt"), &words);
    let loaded = case("c12_octave2.txt#B").unwrap();
    assert_eq!(loaded.matrix, matrix(1, 3, &[7.0, 8.0, 9.0]));
    assert!(
        loaded.name.ends_with("c12_octave2.txt#B"),
        "{}",
        loaded.name
    );
    refused(case("c12_octave2.txt#C"), &["has no matrix 'C'", "A, B"]);
    // Only these names can be followed by #NAME.
    refused(
        bytes("ab", A.to_owned() + B),
        &["the Octave matrices A, B", "ends in .txt"],
    );
    refused(
        case("c14_mixed.txt#A"),
        &["no named arrays", "leave out #A"],
    );
}

#[test]
fn other_octave_variables_are_refused_by_type_or_place() {
    for (text, words) in [
        (
            "complex matrix\n# rows: 1\n# columns: 1\n (1,2)\n",
            ["type complex matrix", "real(A)"],
        ),
        (
            "complex scalar\n(1,2)\n",
            ["type complex scalar", "real(A)"],
        ),
        (
            "string\n# elements: 1\n# length: 2\nhi\n",
            ["type string", "only real numbers"],
        ),
        (
            "cell\n# rows: 1\n# columns: 1\n",
            ["type cell", "only real numbers"],
        ),
        (
            "matrix\n# ndims: 3\n 1 1 2\n 1\n 2\n",
            ["an array of 3 axes", "A(:,:,1)"],
        ),
        ("matrix\n# rows: 0\n# columns: 0\n", ["empty", "at least"]),
        ("matrix\n 1 2\n", ["x does not state its size", "a.txt"]),
        (
            "matrix\n# rows: 2\n# columns: 2\n 1 2\n 3\n",
            ["3 of 4 values", "x"],
        ),
        (
            "matrix\n# rows: 1\n# columns: 2\n 1 2 3\n",
            ["more than 2 values", "line 5"],
        ),
        (
            "matrix\n# rows: 1\n# columns: 2\n 1 NaN\n",
            ["'NaN' in x", "line 5"],
        ),
        (
            "matrix\n# rows: 1\n# columns: 2\n 1 NA\n",
            ["'NA' in x", "line 5"],
        ),
        (
            "matrix\n# rows: 99999999999\n# columns: 99999999999\n",
            ["too large", "cells"],
        ),
        (
            "sparse matrix\n# nnz: 1\n# rows: 2\n# columns: 2\n3 1 5\n",
            ["line 6", "2 × 2"],
        ),
        (
            "sparse matrix\n# nnz: 2\n# rows: 2\n# columns: 2\n1 1 5\n",
            ["announces 2 entries", "has 1"],
        ),
    ] {
        refused(bytes("a.txt", format!("# name: x\n# type: {text}")), &words);
    }
}

#[test]
fn grids_of_geography_are_read() {
    let expected = matrix(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let head = "ncols 3\nnrows 2\nxllcorner 100.5\nyllcorner 7\ncellsize 30\n";
    let values = "1 2 3\n4 5 6\n";
    for text in [
        format!("{head}{values}"),
        format!("{head}NODATA_value -9999\n{values}"),
        format!(
            "{}NODATA_VALUE -9999\n{}",
            head.to_uppercase(),
            values.replace('\n', " ")
        ),
    ] {
        for name in ["a.asc", "a.txt", "a"] {
            let loaded = bytes(name, &text).unwrap();
            assert_eq!(loaded.matrix, expected, "{text:?}");
            assert!(
                loaded.notes[0].contains("ESRI ASCII grid"),
                "{:?}",
                loaded.notes
            );
        }
    }
    let no_data = format!("{head}NODATA_value -9999\n1 2 3\n4 -9999.0 6\n");
    refused(
        bytes("a.asc", no_data),
        &["no data", "row 2, column 2 (line 8"],
    );
    refused(
        bytes("a.asc", format!("{head}1 2 3\n4 x 6\n")),
        &["'x'", "row 2, column 2"],
    );
    refused(
        bytes("a.asc", format!("{head}1 2 3\n4 5\n")),
        &["after 5 of 2 × 3 values"],
    );
    refused(
        bytes("a.asc", format!("{head}{values}7\n")),
        &["more than 2 × 3 values (line 8)"],
    );
    refused(
        bytes("a.asc", "ncols 3\n1 2 3\n"),
        &["does not state its size"],
    );
    refused(bytes("a.asc", "ncols 1e9\nnrows 1e9\n1\n"), &["too large"]);
    refused(bytes("a.asc", "ncols 0\nnrows 2\n1\n"), &["empty"]);
    let surfer = "DSAA\n3 2\n0 10\n0 5\n1 6\n1 2 3\n4 5\n6\n";
    let loaded = bytes("a.grd", surfer).unwrap();
    assert_eq!(loaded.matrix, expected);
    assert!(
        loaded.notes[0].contains("Surfer grid"),
        "{:?}",
        loaded.notes
    );
    refused(
        bytes("a.grd", surfer.replace('5', "1.70141e+038")),
        &["row 2, column 2", "no data"],
    );
    refused(
        bytes("a.grd", "DSAA\n3 2\n0 1\n"),
        &["does not state its size"],
    );
}

#[test]
fn pictures_and_arrays_under_the_name_of_a_table_are_read() {
    let picture = bytes("a.txt", "P2\n# c\n3 2\n255\n0 1 2\n3 4 255\n").unwrap();
    assert_eq!(
        picture.matrix,
        matrix(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 255.0])
    );
    let table = bytes("a.txt", "P2\n3\n5\n").unwrap();
    assert_eq!(table.matrix, matrix(2, 1, &[3.0, 5.0]));
    let array = crate::arrays::npy("'<i4'", false, "(1, 2)", &[1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(
        bytes("a.csv", array).unwrap().matrix,
        matrix(1, 2, &[1.0, 2.0])
    );
}

#[test]
fn text_of_utf_16_needs_no_mark() {
    let units: Vec<u16> = "1\t2\r\n3\t4\r\n".encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(little.clone()).collect();
    for content in [little, big, marked] {
        for name in ["table.txt", "table"] {
            let loaded = bytes(name, &content).unwrap();
            assert_eq!(loaded.matrix, matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]));
        }
    }
}

#[test]
fn what_only_looks_like_a_table_is_refused_by_name() {
    let merge = "1,2\n<<<<<<< HEAD\n3,4\n=======\n3,5\n>>>>>>> other\n";
    for (text, words) in [
        (
            "@relation x\n@attribute a numeric\n@data\n1\n2\n",
            ["an ARFF file", "@data"],
        ),
        (
            "% a comment\n\n@RELATION x\n@DATA\n1\n",
            ["an ARFF file", "@data"],
        ),
        ("1 1:0.5 7:2\n-1 2:1\n", ["SVMlight", "load_svmlight_file"]),
        (
            "# vtk DataFile Version 3.0\nx\nASCII\n",
            ["a VTK file", ".csv"],
        ),
        ("[[1, 2], [3, 4]]", ["JSON", ".csv"]),
        ("[[1. 2.]\n [3. 4.]]", ["a printed array", ".csv"]),
        ("[1, 2, 3]", ["JSON", ".csv"]),
        ("{\"a\": [1, 2]}", ["JSON", ".csv"]),
        ("<?xml version=\"1.0\"?>\n<a/>", ["XML", ".csv"]),
        ("<!DOCTYPE html>\n<html>", ["a web page", "raw file"]),
        ("\n <HTML><head>", ["a web page", "raw file"]),
        ("%PDF-1.7\n1 2\n", ["a PDF document", ".csv"]),
        (
            "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            ["a Git LFS pointer", "git lfs pull"],
        ),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |\n",
            ["drawn with bars", "bars at the ends"],
        ),
        (merge, ["unfinished merge (line 2)", "in git"]),
        (
            "PK\u{3}\u{4}..[Content_Types].xml",
            ["a spreadsheet", ".csv"],
        ),
        ("PK\u{3}\u{4}..a.npy", ["an .npz archive", ".npz"]),
        ("PK\u{3}\u{4}..a.txt", ["a ZIP archive", "unpack"]),
    ] {
        for name in ["t.csv", "t.txt", "t.dat"] {
            refused(bytes(name, text), &[name, words[0], words[1]]);
        }
        if !text.starts_with("PK") {
            refused(bytes("t", text), &words);
        }
    }
    refused(
        bytes("t.csv", b"\x1f\x8b\x08\0rest"),
        &["packed by gzip", "gzip -dc"],
    );
    for name in ["t.npy", "t.npz", "t.png", "t.tif", "t.mtx"] {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1\n";
        refused(bytes(name, pointer), &["a Git LFS pointer", "git lfs pull"]);
        refused(bytes(name, "<!doctype html>"), &["a web page", "raw file"]);
    }
    // Names of columns in brackets, and times, are no other format.
    for text in [
        "[m],[s]\n1,2\n",
        "[1/s] [m]\n1 2\n",
        "[1],[2]\n1,2\n",
        "a:1 b:2\n1 2\n",
        "PAR1,BZh\n1,2\n",
    ] {
        assert_eq!(
            bytes("t.csv", text).unwrap().matrix,
            matrix(1, 2, &[1.0, 2.0]),
            "{text:?}"
        );
    }
    // The remedies work.
    assert_eq!(bytes("t.csv", "1\n2\n").unwrap().matrix.shape(), (2, 1));
    assert_eq!(
        bytes("t.csv", " a | b \n 1 | 2 \n").unwrap().matrix.shape(),
        (1, 2)
    );
}

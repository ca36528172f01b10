//! What belongs to a table and what stands around it: titles, headers, names of rows, comments.

use nalgebra::DMatrix;

use crate::{bytes, case, matrix, refused};

/// The shape and norm of a case, and what its notes must say.
#[track_caller]
fn reads(file: &str, shape: (usize, usize), norm: f64, notes: &[&str]) {
    let loaded = case(file).unwrap();
    assert_eq!(loaded.matrix.shape(), shape, "{file}");
    let found = loaded.matrix.norm();
    assert!(
        (found / norm - 1.0).abs() < 1e-8,
        "{file}: {found} is not {norm}"
    );
    assert_eq!(
        loaded.notes.len(),
        notes.len(),
        "{file}: {:?}",
        loaded.notes
    );
    for (note, words) in loaded.notes.iter().zip(notes) {
        assert!(note.contains(words), "{file}: '{words}' is not in: {note}");
    }
}

#[test]
fn the_cases_of_tables_are_read_or_refused_as_they_must() {
    reads(
        "c01_sep_line.csv",
        (4, 3),
        17.3227632,
        &["sep=;, names the separator"],
    );
    reads(
        "c02_title2.csv",
        (3, 2),
        10.198039027185569,
        &["a title line", "if 1,2 has decimal commas"],
    );
    let names = ["a header line", "the first column (gene) was left out"];
    reads("c04_gene.csv", (4, 3), 17.3227632, &names);
    let names = ["a header line", "the first column (country) was left out"];
    reads("c05_years_corner.csv", (4, 3), 17.3227632, &names);
    reads("c08_fortran_d.csv", (2, 2), 7.318640584152224, &[]);
    reads(
        "c14_mixed.txt",
        (3, 3),
        17.435595774162696,
        &["a header line"],
    );
    refused(case("c15_hna2.csv"), &["#N/A", "row 2, column 1 (line 2"]);
    refused(
        case("c20_lastcol_all_empty.csv"),
        &["an empty cell at row 1, column 3"],
    );
    let note = &case("c06_thousands_semicolon.csv").unwrap().notes[0];
    assert!(note.contains("1,234 was read as 1.234"), "{note}");
}

/// The matrix 1 2 / 3 4 from `text`, with notes that have these words, in this order.
#[track_caller]
fn square(text: &str, notes: &[&str]) {
    let loaded = bytes("table.csv", text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(
        loaded.matrix,
        matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]),
        "{text:?}"
    );
    assert_eq!(
        loaded.notes.len(),
        notes.len(),
        "{text:?}: {:?}",
        loaded.notes
    );
    for (note, words) in loaded.notes.iter().zip(notes) {
        assert!(
            note.contains(words),
            "{text:?}: '{words}' is not in: {note}"
        );
    }
}

const HEADER: &str = "a header line was left out";
const NAMES: &str = "the first column was left out, as it names the rows";

#[test]
fn header_lines_are_left_out_and_a_note_says_so() {
    square("a,b\n1,2\n3,4\n", &[HEADER]);
    square("\"first, quoted\",\"b\"\n1,2\n3,4\n", &[HEADER]);
    square("\"two\nlines\",\"b\"\n1,2\n3,4\n", &[HEADER]);
    square(
        "A title\n\na;b\n1;2\n3;4\n",
        &[
            "a title line was left out (line 1)",
            "a header line was left out (line 3)",
        ],
    );
    square(
        "A title\nand one more\na;b\n1;2\n3;4\n",
        &["2 title lines were left out (the first is line 1)", HEADER],
    );
    square("latin \u{fffd},b\n1,2\n3,4\n", &[HEADER]);
    square(
        "a,b\nm,kg\n1,2\n3,4\n",
        &["2 header lines were left out (the first is line 1)"],
    );
    square(
        "a,b,\n1,2,\n3,4,\n",
        &[HEADER, "the separator at the end of every row"],
    );
    square(
        "a,b\n1,2,\n3,4,\n",
        &[HEADER, "the separator at the end of every row"],
    );
    square("1,2,\n3,4,\n", &["the separator at the end of every row"]);
    let loaded = bytes("table.csv", b"caf\xe9,b\n1,2\n3,4\n").unwrap();
    assert_eq!(loaded.matrix, matrix(2, 2, &[1.0, 2.0, 3.0, 4.0]));
}

#[test]
fn comments_blank_lines_and_empty_rows_are_left_out_and_a_note_says_so() {
    square(
        "# by numpy.savetxt\n1 2\n3 4\n",
        &["a comment line was left out (line 1)"],
    );
    square(
        "#1,2\n1,2\n  # more\n#7,8\n3,4\n",
        &["3 comment lines were left out (the first is line 1)"],
    );
    square(
        "1,2\n\n \n3,4\n\n",
        &["2 blank lines between rows were left out (the first is line 2)"],
    );
    square("\n\n1,2\n3,4\n\n\n", &[]);
    square(
        "1,2\n3,4\n,,\n",
        &["a line of empty cells was left out (line 3)"],
    );
    square("### Section 1\n1 2\n3 4\n", &["a comment line"]);
    square("# Attention!\n1,2\n3,4\n", &["a comment line"]);
}

#[test]
fn a_first_line_may_name_the_separator() {
    for (first, separator) in [
        ("sep=;", ";"),
        ("\u{feff}sep=;", ";"),
        ("\"sep=;\"", ";"),
        ("SEP=,", ","),
        ("sep=,,", ","),
        ("sep=\t", "\t"),
        ("sep=\\t", "\t"),
        ("sep=|", "|"),
        ("sep=:", ":"),
        ("sep= ", " "),
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let text = [
                first,
                &["1", "2"].join(separator),
                &["3", "4"].join(separator),
            ]
            .join(end);
            square(&text, &["names the separator"]);
        }
    }
    square(
        "sep=;\na;b\n1;2\n3;4\n",
        &["names the separator", "a header line was left out (line 2)"],
    );
    // It decides, even against what the lines look like.
    refused(
        bytes("t.csv", "sep=;\n1,2,3\n4,5,6\n"),
        &["line 2 has '1,2,3'"],
    );
    // A name like any other.
    square("sep=a;b\n1;2\n3;4\n", &[HEADER]);
}

#[test]
fn names_of_rows_are_left_out_where_all_other_columns_have_names() {
    for text in [
        ",a,b\nx,1,2\ny,3,4\n",
        ",a,b\n1,1,2\n2,3,4\n",
        ",a,b\n1,1,2\ntotal,3,4\n",
        ",0,1\n0,1,2\n1,3,4\n",
        ",2001,2002\n0,1,2\n1,3,4\n",
        ",a,2002\nx,1,2\ny,3,4\n",
        "\"\",\"V1\",\"V2\"\n\"1\",1,2\n\"2\",3,4\n",
        "\"\",\"2001\",\"7\"\n\"1\",1,2\n\"2\",3,4\n",
        "V1 V2\nr1 1 2\nr2 3 4\n",
        "V1 V2\n1 1 2\n2 3 4\n",
        "\"V1\" \"V2\"\n\"row 1\" 1 2\n\"row 2\" 3 4\n",
        "\"2001\" \"2002\"\n\"1\" 1 2\n\"2\" 3 4\n",
    ] {
        square(text, &[HEADER, NAMES]);
    }
    for (text, name) in [
        ("gene,s1,s2\ng1,1,2\ng2,3,4\n", "(gene)"),
        ("gene;s1;s2\ng1;1,0;2,0\ng2;3;4,0\n", "(gene)"),
        ("gene s1 s2\ng1 1,0 2,0\ng2 3 4,0\n", "(gene)"),
        ("date,a,b\n2001-01-05,1,2\n2001-01-06,3,4\n", "(date)"),
        ("date;a;b\n05.01.2001;1;2\n06.01.2001;3;4\n", "(date)"),
        ("time\ta\tb\n12:30\t1\t2\n12:40\t3\t4\n", "(time)"),
        ("gene,0,1\nx,1.0,2\ny,3,4\n", "(gene)"),
        ("country,2001,2002\nDE,1,2\nFR,3,4\n", "(country)"),
        ("country,2002,2001\nDE,1,2\nFR,3,4\n", "(country)"),
        ("Unnamed: 0,a,b\n0,1,2\n1,3,4\n", "(Unnamed: 0)"),
        ("gene,a,b,\ng1,1,2,\ng2,3,4,\n", "(gene)"),
    ] {
        let trailing = text.ends_with(",\n").then_some("the separator at the end");
        let notes = [HEADER, name].into_iter().chain(trailing);
        square(text, &notes.collect::<Vec<_>>());
    }
    let loaded = bytes("t.csv", "A title\n\ngene,450,500,550\nx,7,9,8\n").unwrap();
    assert_eq!(loaded.matrix, matrix(1, 3, &[7.0, 9.0, 8.0]));
    let loaded = bytes("t.csv", "frequency,0.1,0.2,0.3\na,7,9,8\n").unwrap();
    assert_eq!(loaded.matrix, matrix(1, 3, &[7.0, 9.0, 8.0]));
    let loaded = bytes("t.csv", "\"x\"\n\"1\" 5\n\"2\" 7\n").unwrap();
    assert_eq!(loaded.matrix, matrix(2, 1, &[5.0, 7.0]));
}

#[test]
fn a_column_of_numbers_is_never_left_out_on_one_hint() {
    for (text, values) in [
        // A title of one word, of two, and of as many as there are rows.
        (
            "Measured\n1,2\n3,4\n5,7\n",
            &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0][..],
        ),
        ("Measured\n1,2\n2,4\n3,7\n", &[1.0, 2.0, 2.0, 4.0, 3.0, 7.0]),
        ("My title\n1 2 3\n4 5 6\n", &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        // A header without a corner above numbers that do not count the rows.
        ("a,b\n5,1,2\n7,3,4\n", &[5.0, 1.0, 2.0, 7.0, 3.0, 4.0]),
        (",a,b\n5,1,2\n7,3,4\n", &[5.0, 1.0, 2.0, 7.0, 3.0, 4.0]),
        // A curve whose first column counts, and has a name.
        ("x,y\n1,5\n2,7\n", &[1.0, 5.0, 2.0, 7.0]),
        ("x;y;z\n0;5;6\n1;7;8\n", &[0.0, 5.0, 6.0, 1.0, 7.0, 8.0]),
        // Years without a corner could be values.
        ("2001,2002\n1,2\n", &[2001.0, 2002.0, 1.0, 2.0]),
    ] {
        let loaded = bytes("t.csv", text).unwrap();
        let rows = text
            .lines()
            .filter(|line| line.contains(|c: char| c.is_ascii_digit()))
            .count();
        let expected = DMatrix::from_row_slice(rows, values.len() / rows, values);
        assert_eq!(loaded.matrix, expected, "{text:?}: {:?}", loaded.notes);
    }
    let notes = bytes("t.csv", ",a,b\n5,1,2\n7,3,4\n").unwrap().notes;
    assert!(
        notes[1].contains("the first column has no name and was kept"),
        "{notes:?}"
    );
    let notes = bytes("t.csv", "0,1,2\n1.5,7,3\n").unwrap().notes;
    assert!(
        notes[0].contains("the first row, 0, 1, 2 …, was kept"),
        "{notes:?}"
    );
    assert!(bytes("t.csv", "0,1,2\n3,4,5\n").unwrap().notes.is_empty());
}

#[test]
fn a_first_row_of_numbers_is_never_taken_for_names_on_one_hint() {
    for (text, words) in [
        // The first value is missing.
        (",2,3\n4,5,6\n", ["an empty cell", "row 1, column 1"]),
        (",2,3\n1,5,6\n", ["an empty cell", "row 1, column 1"]),
        // All first values are missing.
        (",1,2\n,3,4\n", ["an empty cell", "row 1, column 1"]),
        (",a,b\n,1,2\n,3,4\n", ["an empty cell", "row 1, column 1"]),
        // Names of rows without a header.
        ("x,1,2\ny,3,4\n", ["'x'", "row 1, column 1"]),
        ("g1,1,2,3\ng2,4,5,6\n", ["'g1'", "row 1, column 1"]),
        ("g1,1,2,3\ng2,9,5,6\n", ["'g1'", "row 1, column 1"]),
        // Values that nobody has are no names.
        ("a,b\nNA,2\nNA,4\n", ["'NA'", "row 1, column 1"]),
        ("a,b\n#N/A,2\n#N/A,4\n", ["#N/A", "row 1, column 1"]),
        ("a,b\nx,2\n3,4\n", ["'x'", "row 1, column 1"]),
        ("a,b,c\n1,2,\n3,4,5\n", ["an empty cell", "row 1, column 3"]),
        ("1,2,\n3,4,5\n", ["an empty cell", "row 1, column 3"]),
        ("1,2,\"\"\n3,4,\"\"\n", ["an empty cell", "row 1, column 3"]),
        (
            "gene,a,b\ng1,1,2\ng2,3,x\n",
            ["'x'", "row 2, column 2 after the row names (line 3"],
        ),
    ] {
        refused(bytes("t.csv", text), &words);
    }
}

#[test]
fn errors_of_a_spreadsheet_are_no_comments() {
    for error in [
        "#N/A",
        "#DIV/0!",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#NV",
        "#WERT!",
        "#NOM?",
        "#¡DIV/0!",
        "#ÜBERLAUF!",
    ] {
        for separator in [",", ";", "\t", " "] {
            let rows = [["1", "2", "3"], [error, "5", "6"], ["7", "8", "9"]];
            let text = rows.map(|row| row.join(separator)).join("\n");
            refused(bytes("t.csv", &text), &[error, "row 2, column 1 (line 2"]);
            refused(
                bytes("t.csv", text.replace('\n', "\r")),
                &[error, "(line 2"],
            );
        }
        refused(
            bytes("t.csv", format!("1,2\n3,{error}\n")),
            &[error, "row 2, column 2"],
        );
        refused(
            bytes("t.csv", format!("1\n{error}\n2\n")),
            &[error, "row 2, column 1"],
        );
    }
    refused(
        bytes("t.csv", "1,2\n###,5\n"),
        &["'###'", "row 2, column 1"],
    );
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = ["# c", "", "a;\"b", "more\"", "1;2", "", "3;x"];
        let words = ["row 2, column 2 (line 7", "'x'"];
        refused(bytes("t.csv", lines.join(end)), &words);
    }
    refused(
        bytes("t.txt", "1 2\r3 4\n5 6\r\n7 x\r"),
        &["row 4, column 2 (line 4"],
    );
    let loaded = bytes("t.txt", "1 2\r3 4\n5 6\r\n7 8\r").unwrap();
    assert_eq!(loaded.matrix.shape(), (4, 2));
}

#[test]
fn a_quotation_mark_without_its_other_is_named() {
    refused(
        bytes("t.csv", "1,2\n\"3,4\n5,6\n"),
        &["quotation mark in line 2"],
    );
}

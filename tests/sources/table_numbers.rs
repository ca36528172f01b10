//! Numbers as the tables of the world write them.

use crate::{bytes, matrix, refused};

/// The cells of one row from `text`, and how many notes there are about them.
#[track_caller]
fn row(text: &str, values: &[f64], notes: &[&str]) {
    let loaded = bytes("t.csv", text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    assert_eq!(loaded.matrix, matrix(1, values.len(), values), "{text:?}");
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

#[test]
fn exponents_of_fortran_are_read() {
    row("1.5D+03,1.5d3,-2D-1", &[1500.0, 1500.0, -0.2], &[]);
    row("1.5D+03 4.D0 .5d1", &[1500.0, 4.0, 5.0], &[]);
    row("1,5D+03;4D0", &[1500.0, 4.0], &[]);
    row(
        "1.5+100,2.5-100",
        &[1.5e100, 2.5e-100],
        &["1.5+100 was read as 1.5e100"],
    );
    for text in [
        "1.5+10,1", "15+100,1", "1.5D,1", "D5,1", "infd,1", "1.5D+,1", "1D2D3,1",
    ] {
        refused(bytes("t.csv", text), &["row 1, column 1"]);
    }
}

#[test]
fn marks_between_thousands_are_left_out_with_a_note_where_they_can_be_nothing_else() {
    let thousands = "marks between thousands were left out";
    row("1.234,5;2", &[1234.5, 2.0], &["1.234,5 was read as 1234.5"]);
    row("1.234.567;2", &[1_234_567.0, 2.0], &[thousands]);
    row("1,234.5;2", &[1234.5, 2.0], &["1,234.5 was read as 1234.5"]);
    row("1,234,567;2", &[1_234_567.0, 2.0], &[thousands]);
    row("\"1,234.5\",2", &[1234.5, 2.0], &[thousands]);
    row("1 234,5;-1 234 567", &[1234.5, -1_234_567.0], &[thousands]);
    row("1\u{a0}234,5;2", &[1234.5, 2.0], &[thousands]);
    row("1\u{202f}234,5;2", &[1234.5, 2.0], &[thousands]);
    row("1\u{2009}234,5 2", &[1234.5, 2.0], &[thousands]);
    row("1'234.5;2", &[1234.5, 2.0], &["1'234.5 was read as 1234.5"]);
    row("1\u{2019}234.5,2", &[1234.5, 2.0], &[thousands]);
    row("\"1 234\",2", &[1234.0, 2.0], &[thousands]);
}

#[test]
fn a_mark_with_two_meanings_has_that_of_the_other_numbers() {
    let thousands = "marks between thousands were left out";
    // The point stands before decimals, so the comma stands between thousands, and the other way.
    row("1,234;0.5", &[1234.0, 0.5], &["1,234 was read as 1234"]);
    row("1,234;1,234,567", &[1234.0, 1_234_567.0], &[thousands]);
    row("\"1,234\",5.25", &[1234.0, 5.25], &[thousands]);
    row("1,234;0,5", &[1.234, 0.5], &[]);
    row(
        "1,234;1.234,5",
        &[1.234, 1234.5],
        &["1.234,5 was read as 1234.5"],
    );
    row("1.234;0,5", &[1234.0, 0.5], &["1.234 was read as 1234"]);
    row("1.234;1.234.567", &[1234.0, 1_234_567.0], &[thousands]);
    // A leading zero, or more than three digits, is no thousand.
    row("0,123;4", &[0.123, 4.0], &[]);
    row("1234,567;4", &[1234.567, 4.0], &[]);
    row("1.234;5", &[1.234, 5.0], &[]);
    // Both marks stand before decimals: certain cells are read, others named.
    row(
        "0.5;0,5",
        &[0.5, 0.5],
        &["some numbers have a decimal point and others a decimal comma"],
    );
    for cell in ["1,234", "1.234"] {
        let text = format!("0.5;0,5;{cell}");
        refused(bytes("t.csv", text), &["row 1, column 3", cell, "two ways"]);
    }
}

#[test]
fn a_comma_that_nothing_explains_is_read_with_a_note_and_its_remedy_works() {
    row(
        "1,234;5",
        &[1.234, 5.0],
        &["1,234 was read as 1.234, with a decimal comma; if it means 1234, remove the commas"],
    );
    row("1234;5", &[1234.0, 5.0], &[]);
    // Among commas, as English spreadsheets quote it.
    row(
        "\"1,234\",5",
        &[1234.0, 5.0],
        &[
            "1,234 was read as 1234, with a comma between thousands; if it means 1.234, write a decimal point",
        ],
    );
    row("1.234,5", &[1.234, 5.0], &[]);
}

#[test]
fn numbers_that_separators_may_have_cut_are_mentioned() {
    let blanks = "blanks were read as separators; if they stand between thousands, remove them";
    row("1 234,5", &[1.0, 234.5], &[blanks]);
    row("-12 345", &[-12.0, 345.0], &[blanks]);
    row("1 234 56", &[1.0, 234.0, 56.0], &[]);
    let text = "1,5\n0,05\n";
    let notes = bytes("t.csv", text).unwrap().notes;
    assert!(notes[0].contains("0,05 was read as two cells"), "{notes:?}");
    assert!(bytes("t.csv", "1,5\n0,5\n").unwrap().notes.is_empty());
}

#[test]
fn what_is_no_number_is_named() {
    for (text, words) in [
        ("5%,1", ["a percentage, '5%'", "row 1, column 1"]),
        ("1,5 %;1", ["a percentage, '1,5 %'", "row 1, column 1"]),
        ("$5,1", ["'$5'", "row 1, column 1"]),
        ("1.23.456;1", ["'1.23.456'", "row 1, column 1"]),
        ("12,34,567;1", ["'12,34,567'", "row 1, column 1"]),
        ("1,234.567.8;1", ["'1,234.567.8'", "row 1, column 1"]),
        ("1'23;1", ["'1'23'", "row 1, column 1"]),
        ("5,;1", ["'5,'", "row 1, column 1"]),
        (".;1", ["'.'", "row 1, column 1"]),
        ("--5;1", ["'--5'", "row 1, column 1"]),
        ("0x10;1", ["'0x10'", "row 1, column 1"]),
        ("1_000;1", ["'1_000'", "row 1, column 1"]),
        ("1.234e5.5;1", ["'1.234e5.5'", "row 1, column 1"]),
        ("1 23;1", ["'1 23'", "row 1, column 1"]),
    ] {
        refused(bytes("t.csv", text), &words);
    }
}

#[test]
fn a_single_column_keeps_the_commas_of_its_numbers() {
    for (text, values, note) in [
        (
            "Wert\n97,9031\n15,5\n60,6754\n69,9\n",
            &[97.9031, 15.5, 60.6754, 69.9][..],
            "97,9031 is 97.9031",
        ),
        (
            "x\n4,306,560.91\n2,099,022.94\n",
            &[4_306_560.91, 2_099_022.94],
            "4,306,560.91 is 4306560.91",
        ),
        (
            "3,658e+10\n-2,13\n",
            &[3.658e10, -2.13],
            "3,658e+10 is 36580000000",
        ),
        (
            "Preis in Euro\n12,50\n3,99\n",
            &[12.5, 3.99],
            "12,50 is 12.5",
        ),
    ] {
        let loaded = bytes("t.csv", text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(loaded.matrix, matrix(values.len(), 1, values), "{text:?}");
        let notes = loaded.notes.join("\n");
        assert!(notes.contains(note), "{text:?}: {notes}");
        assert!(notes.contains("sep=,"), "{text:?}: {notes}");
    }
    let pairs = bytes("t.csv", "sep=,\nWert\n97,9031\n15,5\n").unwrap();
    assert_eq!(pairs.matrix, matrix(2, 2, &[97.0, 9031.0, 15.0, 5.0]));
}

#[test]
fn commas_that_may_stand_before_decimals_are_said() {
    row(
        "1,5, 2,5",
        &[1.0, 5.0, 2.0, 5.0],
        &["if 1,5, 2,5 has decimal commas, write decimal points"],
    );
    row("1, 2", &[1.0, 2.0], &[]);
    row("1,2", &[1.0, 2.0], &[]);
}

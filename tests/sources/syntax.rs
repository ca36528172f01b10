//! The text form of a source, its serialized form, and differences.

use std::path::PathBuf;
use std::sync::Arc;

use localized_lora::source::{
    Dataset, Limits, NamedMatrix, Source, Split, SyntheticKind, SyntheticSettings, Transform, load,
};
use proptest::prelude::*;

use crate::{matrix, read, refused};

fn parsed(text: &str) -> Source {
    text.parse().unwrap()
}

#[test]
fn the_syntax_of_the_command_line_is_understood() {
    let digit = |dataset, split, index| Source::Digit {
        dataset,
        split,
        index,
    };
    let file = |path: &str, array: Option<&str>| Source::File {
        path: path.into(),
        array: array.map(str::to_owned),
    };
    let folder = || Dataset::Folder(PathBuf::from("data/fashion"));
    for (text, source) in [
        ("mnist:test:1", digit(Dataset::BuiltIn, Split::Test, 1)),
        ("mnist:train:42", digit(Dataset::BuiltIn, Split::Train, 42)),
        ("data/fashion#test:7", digit(folder(), Split::Test, 7)),
        ("picture.png", file("picture.png", None)),
        ("weights.npz#layer.0", file("weights.npz", Some("layer.0"))),
        ("weights.npz#test:1", file("weights.npz", Some("test:1"))),
        ("WEIGHTS.NPZ#a#b", file("WEIGHTS.NPZ", Some("a#b"))),
        ("take #3.png", file("take #3.png", None)),
        ("./mnist:test:1", file("./mnist:test:1", None)),
        ("-", Source::StandardInput),
        ("./-", file("./-", None)),
        ("-.png", file("-.png", None)),
    ] {
        assert_eq!(parsed(text), source, "{text}");
        assert_eq!(source.to_string(), text);
    }
    assert_eq!(Source::from_path("-"), parsed("./-"), "a file of that name");
    assert_eq!(Source::default().to_string(), "mnist:test:1");
    assert_eq!(
        parsed("synthetic:noise:rows=64,seed=3"),
        Source::Synthetic(SyntheticSettings {
            rows: 64,
            seed: 3,
            ..SyntheticSettings::new(SyntheticKind::Noise)
        })
    );
}

#[test]
fn a_text_that_names_no_source_is_refused_with_what_would() {
    for (text, word) in [
        ("", "mnist:test:1"),
        ("mnist:", "mnist:test:1"),
        ("mnist:dev:1", "mnist:test:1"),
        ("mnist:test:-1", "mnist:test:1"),
        ("mnist:test:+1", "mnist:test:1"),
        ("mnist:test:99999999999999999999", "mnist:test:1"),
        ("synthetic:", "low-rank"),
        ("synthetic:fractal", "block-low-rank"),
        ("synthetic:noise:rows", "key=value"),
        ("synthetic:noise:depth=3", "rows, cols"),
        ("synthetic:noise:rows=many", "'many'"),
        ("synthetic:noise:rows=0", "1 to 4096"),
        ("synthetic:noise:cols=5000", "1 to 4096"),
        ("synthetic:low-rank:rank=0", "rank 0"),
        ("synthetic:diagonal:grid=29", "1 to 28"),
        ("synthetic:gradient:noise=NaN", "noise"),
        ("synthetic:gradient:noise=-1", "noise"),
    ] {
        refused(read(text), &[word]);
    }
}

fn any_synthetic() -> impl Strategy<Value = SyntheticSettings> {
    let kinds = prop::sample::select(SyntheticKind::ALL.to_vec());
    (
        kinds,
        1..=64_usize,
        1..=64_usize,
        1..=9_usize,
        0..24_u32,
        any::<u64>(),
    )
        .prop_map(
            |(kind, rows, cols, rank, eighths, seed)| SyntheticSettings {
                kind,
                rows,
                cols,
                rank,
                grid: rank.min(rows).min(cols),
                // Eighths: serde_json may lose the last bit of other numbers.
                noise: f64::from(eighths) / 8.0,
                seed,
            },
        )
}

fn any_source() -> impl Strategy<Value = Source> {
    let split = || prop::sample::select(vec![Split::Train, Split::Test]);
    prop_oneof![
        (split(), any::<usize>()).prop_map(|(split, index)| Source::Digit {
            dataset: Dataset::BuiltIn,
            split,
            index
        }),
        ("[a-z #:./]{1,12}[a-z]", split(), any::<usize>()).prop_map(|(folder, split, index)| {
            Source::Digit {
                dataset: Dataset::Folder(folder.into()),
                split,
                index,
            }
        }),
        any_synthetic().prop_map(Source::Synthetic),
        "[a-z][a-z #:./]{0,12}[.](png|csv|npy)".prop_map(Source::from_path),
        ("[a-z][a-z ./]{0,12}[a-z]", "[a-z#.]{1,8}").prop_map(|(stem, name)| Source::File {
            path: format!("{stem}.npz").into(),
            array: Some(name),
        }),
    ]
}

proptest! {
    #[test]
    fn what_a_source_writes_it_reads_again(source in any_source()) {
        let text = source.to_string();
        prop_assert_eq!(text.parse::<Source>().unwrap(), source.clone());
        let json = serde_json::to_string(&source).unwrap();
        prop_assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
    }

    #[test]
    fn any_text_is_a_source_or_a_sentence(text in ".{0,40}") {
        if let Err(error) = text.parse::<Source>() {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn a_matrix_in_memory_is_a_source_and_survives_being_stored() {
    let named = NamedMatrix::new("pasted", matrix(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 0.1])).unwrap();
    let source = Source::Values(Arc::new(named));
    let loaded = load(&source, &Limits::default()).unwrap();
    assert_eq!(loaded.name, "pasted");
    assert_eq!(loaded.matrix[(1, 2)], 0.1);
    let json = serde_json::to_string(&source).unwrap();
    assert!(
        json.contains("[1.0,2.0,3.0,4.0,5.0,0.1]"),
        "row by row: {json}"
    );
    assert_eq!(serde_json::from_str::<Source>(&json).unwrap(), source);
    for damaged in [
        json.replace("\"rows\":2", "\"rows\":3"),
        json.replace("\"rows\":2", &format!("\"rows\":{}", usize::MAX)),
        json.replace("5.0", "null"),
    ] {
        assert!(serde_json::from_str::<Source>(&damaged).is_err());
    }
    assert!(NamedMatrix::new("x", matrix(1, 1, &[f64::NAN])).is_err());
    assert!(NamedMatrix::new("x", matrix(0, 3, &[])).is_err());
}

#[test]
fn a_difference_is_taken_cell_by_cell_and_needs_one_shape() {
    let difference = parsed("mnist:test:1").minus(parsed("mnist:test:3"));
    assert_eq!(difference.to_string(), "mnist:test:1 minus mnist:test:3");
    let loaded = load(&difference, &Limits::default()).unwrap();
    assert_eq!(loaded.name, "MNIST test image 1 minus MNIST test image 3");
    let (one, three) = (read("mnist:test:1").unwrap(), read("mnist:test:3").unwrap());
    assert_eq!(loaded.matrix, one.matrix - three.matrix);
    assert!(loaded.matrix.min() < 0.0);

    let odd = parsed("mnist:test:1").minus(parsed("synthetic:noise:cols=27"));
    let words = ["28 × 28", "28 × 27", "the same shape"];
    refused(load(&odd, &Limits::default()), &words);
}

#[test]
fn a_difference_that_overflows_is_refused_with_its_place() {
    let values = |value| {
        let named = NamedMatrix::new("huge", matrix(1, 2, &[0.0, value])).unwrap();
        Source::Values(Arc::new(named))
    };
    let overflow = values(f64::MAX).minus(values(f64::MIN));
    refused(load(&overflow, &Limits::default()), &["row 1, column 2"]);
}

#[test]
fn a_transform_moves_every_value_and_changes_none() {
    let image = read("mnist:test:1").unwrap().matrix;
    assert!(Transform::default().is_identity());
    assert_eq!(Transform::default().apply(&image), image);
    let shift = |down, right| Transform {
        shift: (down, right),
        ..Transform::default()
    };
    let moved = shift(3, -2).apply(&image);
    assert_eq!(moved[(10, 10)], image[(7, 12)]);
    assert_eq!(moved[(1, 27)], image[(26, 1)], "what leaves enters again");
    assert_eq!(shift(-3, 2).apply(&moved), image);
    assert_eq!(shift(28, -28).apply(&image), image);
    assert_eq!(shift(i32::MIN, i32::MAX).apply(&image).sum(), image.sum());

    let shuffle = |seed| Transform {
        shuffle: Some(seed),
        ..Transform::default()
    };
    let mixed = shuffle(1).apply(&image);
    assert_ne!(mixed, image);
    assert_ne!(mixed, shuffle(2).apply(&image));
    assert_eq!(mixed, shuffle(1).apply(&image));
    // Rows stay rows: their sums are the same numbers in another order.
    let sums = |m: &nalgebra::DMatrix<f64>| {
        let mut sums: Vec<u32> = m.row_iter().map(|row| row.sum() as u32).collect();
        sums.sort_unstable();
        sums
    };
    assert_eq!(sums(&mixed), sums(&image));
}

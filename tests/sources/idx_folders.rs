//! MNIST's family: data sets of any count, size and type in folders, and what people have instead.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use localized_lora::source::{Dataset, DigitSet, Split, digits, half_there};
use nalgebra::DMatrix;
use tempfile::TempDir;

use crate::{matrix, read, read_path, refused};

/// An IDX file: type, lengths of the dimensions, values as they are stored.
fn idx(code: u8, sides: &[u32], values: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, code, sides.len() as u8];
    bytes.extend(sides.iter().flat_map(|side| side.to_be_bytes()));
    bytes.extend(values);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    fs::write(folder.join(name), bytes).unwrap();
}

/// Three images of 2 x 3 and their labels, as one half of a data set.
fn fill(folder: &Path, start: &str) {
    put(
        folder,
        &format!("{start}-images-idx3-ubyte"),
        &idx(8, &[3, 2, 3], &(0..18).collect::<Vec<u8>>()),
    );
    put(
        folder,
        &format!("{start}-labels-idx1-ubyte"),
        &idx(8, &[3], &[7, 1, 9]),
    );
}

fn first() -> DMatrix<f64> {
    matrix(2, 3, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
}

fn set(folder: &Path, split: Split) -> Arc<DigitSet> {
    digits(&Dataset::Folder(folder.to_owned()), split).unwrap()
}

#[track_caller]
fn refuses(folder: &Path, words: &[&str]) -> String {
    refused(read(&format!("{}#test:0", folder.display())), words)
}

/// The SOURCE that a sentence advises can be read.
#[track_caller]
fn follow(sentence: &str) {
    let (_, advised) = sentence.split_once("write '").unwrap();
    let (advised, _) = advised.split_once("' for ").unwrap();
    read(advised).unwrap();
}

#[test]
fn any_count_and_size_is_read_and_only_the_half_that_is_asked_for() {
    let folder = TempDir::new().unwrap();
    fill(folder.path(), "t10k");
    let set = set(folder.path(), Split::Test);
    assert_eq!((set.count(), set.rows(), set.cols()), (3, 2, 3));
    assert_eq!(set.matrix(0), first());
    assert_eq!(
        (set.labels(), set.classes()),
        (&[7, 1, 9][..], vec![1, 7, 9])
    );
    assert_eq!(set.indices_of(9), [2]);
    let dataset = Dataset::Folder(folder.path().to_owned());
    assert_eq!(half_there(&dataset, Split::Train), Split::Test);
    let train = format!("{}#train:0", folder.path().display());
    refused(
        read(&train),
        &[
            "no training images",
            "train-images-idx3-ubyte",
            "or use its test images",
        ],
    );
    refused(
        read(&train.replace("train:0", "test:3")),
        &["no test image 3", "0 to 2"],
    );
}

#[test]
fn names_with_dots_capitals_and_words_of_other_data_sets_are_known() {
    for (images, labels) in [
        ("T10K-IMAGES.IDX3-UBYTE", "T10K-LABELS.IDX1-UBYTE"),
        ("test-images.idx3.gz", "test_labels.idx1"),
        (
            "fashion-t10k-images-idx3-ubyte",
            "fashion-t10k-labels-idx1-ubyte",
        ),
        ("test-images", "test-labels"),
    ] {
        let folder = TempDir::new().unwrap();
        put(
            folder.path(),
            images,
            &idx(8, &[1, 2, 3], &[0, 1, 2, 3, 4, 5]),
        );
        put(folder.path(), labels, &idx(8, &[1], &[4]));
        // None of these is a part of it.
        for other in [
            "._t10k-images-idx3-ubyte",
            "t10k-images-idx3-ubyte.gz.md5",
            "notes.txt",
        ] {
            put(folder.path(), other, b"something else");
        }
        let loaded = read(&format!("{}#test:0", folder.path().display())).unwrap();
        assert_eq!(
            (loaded.matrix, loaded.label),
            (first(), Some(4)),
            "{images}"
        );
    }
}

#[test]
fn first_bytes_decide_what_is_packed() {
    let folder = TempDir::new().unwrap();
    fill(folder.path(), "t10k");
    let names = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
    let [images, labels] = names.map(|name| fs::read(folder.path().join(name)).unwrap());
    // A gzip without .gz, and an unpacked file with it.
    put(folder.path(), names[0], &gzip(&images));
    fs::remove_file(folder.path().join(names[1])).unwrap();
    put(folder.path(), &format!("{}.gz", names[1]), &labels);
    assert_eq!(set(folder.path(), Split::Test).matrix(0), first());
    // Packed in two pieces, as some tools do.
    put(
        folder.path(),
        names[0],
        &[gzip(&images[..7]), gzip(&images[7..])].concat(),
    );
    assert_eq!(set(folder.path(), Split::Test).matrix(0), first());
}

#[test]
fn every_type_of_value_is_read() {
    let signed: Vec<f64> = vec![-1.0, 0.0, 1.0, 2.0, 100.0, -100.0];
    let stored: [(u8, Vec<u8>); 5] = [
        (9, signed.iter().map(|v| *v as i8 as u8).collect()),
        (
            11,
            signed
                .iter()
                .flat_map(|v| (*v as i16).to_be_bytes())
                .collect(),
        ),
        (
            12,
            signed
                .iter()
                .flat_map(|v| (*v as i32).to_be_bytes())
                .collect(),
        ),
        (
            13,
            signed
                .iter()
                .flat_map(|v| (*v as f32).to_be_bytes())
                .collect(),
        ),
        (14, signed.iter().flat_map(|v| v.to_be_bytes()).collect()),
    ];
    for (code, values) in stored {
        let folder = TempDir::new().unwrap();
        put(
            folder.path(),
            "t10k-images-idx3-ubyte",
            &idx(code, &[1, 2, 3], &values),
        );
        put(folder.path(), "t10k-labels-idx1-ubyte", &idx(8, &[1], &[3]));
        let set = set(folder.path(), Split::Test);
        assert_eq!(set.matrix(0), matrix(2, 3, &signed), "type {code}");
        assert_eq!(set.images(), None);
        assert_eq!(set.grey(0)[..], [126, 127, 128, 130, 255, 0]);
        let loaded = read(&format!("{}#test:0", folder.path().display())).unwrap();
        assert_eq!(loaded.pixel_range, Some((-100.0, 100.0)));
    }
    // Whole numbers from 0 to 255 are pixels like MNIST's, whatever their type.
    let folder = TempDir::new().unwrap();
    let values: Vec<u8> = [0_i32, 255, 7]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    put(
        folder.path(),
        "t10k-images-idx3-int",
        &idx(12, &[1, 1, 3], &values),
    );
    put(folder.path(), "t10k-labels-idx1-ubyte", &idx(8, &[1], &[3]));
    assert_eq!(
        set(folder.path(), Split::Test).images(),
        Some(&[0, 255, 7][..])
    );
}

#[test]
fn emnist_is_turned_upright_and_its_letters_are_named() {
    let folder = TempDir::new().unwrap();
    fill(folder.path(), "emnist-letters-test");
    let path = folder.path().display();
    let loaded = read(&format!("{path}#test:1")).unwrap();
    assert_eq!(loaded.name, "emnist-letters test image 1, letter a");
    assert_eq!(loaded.label, Some(1));
    assert!(loaded.notes[0].contains("upright"), "{:?}", loaded.notes);
    let upright = matrix(3, 2, &[6.0, 9.0, 7.0, 10.0, 8.0, 11.0]);
    assert_eq!(loaded.matrix, upright);
    let set = set(folder.path(), Split::Test);
    assert_eq!((set.rows(), set.cols()), (3, 2));
    assert_eq!(set.class_name(9), "9 (i)");
}

#[test]
fn of_several_data_sets_in_a_folder_one_is_named_behind_it() {
    let folder = TempDir::new().unwrap();
    fill(folder.path(), "emnist-letters-test");
    fill(folder.path(), "emnist-byclass-train");
    let path = folder.path();
    let sentence = refuses(
        path,
        &["several data sets", "emnist-byclass, ", "emnist-letters"],
    );
    let (_, names) = sentence.split_once("name one of ").unwrap();
    let (names, _) = names.rsplit_once(": ").unwrap();
    for (name, split) in names.split(", ").zip([Split::Train, Split::Test]) {
        assert_eq!(set(Path::new(name), split).count(), 3);
    }
    refuses(
        &path.join("emnist-digits"),
        &["no data set emnist-digits", "emnist-letters"],
    );
    follow(&refused(read_path(path), &["is a folder"]));
    follow(&refused(
        read_path(&path.join("EMNIST-letters")),
        &["a data set"],
    ));
    // MNIST's own names need none.
    fill(path, "t10k");
    assert_eq!(set(path, Split::Test).rows(), 2);
    assert_eq!(set(&path.join("emnist-letters"), Split::Test).rows(), 3);
}

#[test]
fn qmnists_rows_of_labels_begin_with_the_class() {
    let folder = TempDir::new().unwrap();
    put(
        folder.path(),
        "qmnist-test-images-idx3-ubyte.gz",
        &gzip(&idx(8, &[2, 1, 1], &[5, 6])),
    );
    let rows = [7_i32, 4, 1024, 0, 0, 0, 0, 0, 2, 1, 90_000, 0, 0, 0, 5, -1];
    let values: Vec<u8> = rows.iter().flat_map(|value| value.to_be_bytes()).collect();
    put(
        folder.path(),
        "qmnist-test-labels-idx2-int",
        &idx(12, &[2, 8], &values),
    );
    let set = set(folder.path(), Split::Test);
    assert_eq!((set.labels(), set.name()), (&[7, 2][..], "qmnist"));
}

#[test]
fn the_file_itself_says_what_to_write() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fill(path, "t10k");
    let text = refused(
        read_path(&path.join("t10k-images-idx3-ubyte")),
        &["the test images of a data set", "#test:2"],
    );
    follow(&text);
    let text = refused(
        read_path(&path.join("t10k-labels-idx1-ubyte")),
        &["the labels", "#test:2"],
    );
    follow(&text);
    let file = path.join("t10k-images-idx3-ubyte");
    follow(&refuses(&file, &["#test:2"]));
    // Beside another family, the advice names the right one.
    fill(path, "emnist-digits-train");
    let file = path.join("emnist-digits-train-images-idx3-ubyte");
    follow(&refused(
        read_path(&file),
        &["training images", "emnist-digits#train:2"],
    ));
    // What would not work is not advised.
    fs::remove_file(path.join("emnist-digits-train-labels-idx1-ubyte")).unwrap();
    refused(
        read_path(&file),
        &[
            "without their labels",
            "emnist-digits-train-labels-idx1-ubyte",
        ],
    );
    put(path, "pictures.idx", &gzip(&idx(8, &[1, 1, 1], &[1])));
    refused(
        read_path(&path.join("pictures.idx")),
        &["IDX data", "name its images"],
    );
    follow(&refused(read_path(path), &["is a folder", "#test:1"]));
    // A folder whose data set cannot be read says why.
    put(path, "t10k-images-idx3-ubyte", b"<html>");
    put(path, "emnist-digits-train-images-idx3-ubyte", b"");
    refused(read_path(path), &["t10k-images-idx3-ubyte", "a web page"]);
    let empty = TempDir::new().unwrap();
    refused(
        read_path(empty.path()),
        &["is a folder", "name a file in it"],
    );
}

#[test]
fn every_fault_of_a_file_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fill(path, "t10k");
    let images = "t10k-images-idx3-ubyte";
    let good = fs::read(path.join(images)).unwrap();
    let with = |bytes: &[u8], words: &[&str]| {
        put(path, images, bytes);
        refuses(path, &[&[images], words].concat());
        put(path, images, &gzip(bytes));
        refuses(path, &[images]);
    };
    with(b"", &["is empty"]);
    with(&good[..10], &["ends within its header"]);
    with(&good[..33], &["33 bytes", "announces 34"]);
    with(&[&good[..], &[0]].concat(), &["35 bytes", "announces 34"]);
    with(
        b"\n <!DOCTYPE html><title>403</title>",
        &["a web page, not the file itself"],
    );
    with(
        b"\n<?xml version='1.0'?><Error/>",
        &["a server's answer", "download the file again"],
    );
    with(
        b"version https://git-lfs.github.com/spec/v1\n",
        &["git lfs pull"],
    );
    with(b"PK\x03\x04zip", &["a zip archive", "unpack it"]);
    with(&[&[0, 0, 7, 3], &good[4..]].concat(), &["does not begin"]);
    with(&idx(8, &[3, 6], &[0; 18]), &["2 dimensions", "need three"]);
    with(&idx(8, &[0, 2, 3], &[]), &["0 images"]);
    with(&idx(8, &[3, 0, 3], &[]), &["0 × 3 pixels"]);
    put(path, images, &idx(8, &[2, 2, 3], &[0; 12]));
    refuses(path, &["3 labels for 2 images"]);
    // A gzip that breaks off, and one whose checksum is wrong.
    let packed = gzip(&good);
    put(path, images, &packed[..packed.len() - 9]);
    refuses(path, &[images, "a gzip file", "download it again"]);
    let mut changed = packed.clone();
    let crc = packed.len() - 6;
    changed[crc] ^= 1;
    put(path, images, &changed);
    refuses(path, &[images, "a gzip file"]);
    put(path, images, &good);
    let values: Vec<u8> = [1.0_f32, 2.5, 3.0]
        .iter()
        .flat_map(|v| v.to_be_bytes())
        .collect();
    put(path, "t10k-labels-idx1-ubyte", &idx(13, &[3], &values));
    refuses(
        path,
        &["the label 2.5 of image 1", "whole numbers from 0 to 255"],
    );
    put(path, "t10k-labels-idx1-ubyte", &idx(8, &[3, 10], &[0; 30]));
    refuses(path, &["3 × 10 numbers", "one number for each image"]);
    fs::remove_file(path.join("t10k-labels-idx1-ubyte")).unwrap();
    refuses(
        path,
        &["without their labels", "put t10k-labels-idx1-ubyte"],
    );
    fs::remove_file(path.join(images)).unwrap();
    refuses(
        path,
        &[
            "no data set in MNIST (IDX) format",
            "t10k-images-idx3-ubyte",
        ],
    );
}

#[test]
fn a_bomb_is_refused_before_anything_is_allocated_for_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fill(path, "t10k");
    let images = "t10k-images-idx3-ubyte";
    let most = u32::MAX;
    put(path, images, &idx(8, &[most, most, most], &[0; 10]));
    refuses(path, &["too large", "4294967295 × 4294967295"]);
    put(path, images, &gzip(&idx(14, &[most, 28, 28], &[0; 10])));
    refuses(path, &["too large"]);
    put(path, images, &idx(8, &[1 << 20, 28, 28], &[0; 10]));
    refuses(path, &["26 bytes", "announces 822083600"]);
    put(path, images, &gzip(&idx(8, &[1 << 20, 28, 28], &[0; 10])));
    refuses(path, &["too short for the 822083600 bytes"]);
    // Much more than announced, packed small.
    put(path, images, &gzip(&idx(8, &[3, 2, 3], &vec![0; 50 << 20])));
    refuses(path, &["continues after the 34 bytes"]);
}

#[test]
fn a_missing_folder_or_a_file_in_its_place_is_refused() {
    refused(read("/no/such/folder#test:1"), &["/no/such/folder"]);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    refused(
        read(&format!("{}#test:1", file.display())),
        &["no data set", "name the folder"],
    );
}

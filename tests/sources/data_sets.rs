//! MNIST inside, and data sets in folders.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use localized_lora::source::{Dataset, SourceError, Split, digits, load, unpack_builtin};
use tempfile::TempDir;

use crate::{read, refused};

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

type Sums = (u64, u64, u64);

/// Label and checksum, computed in Python from the four files with nothing but `gzip`.
const KNOWN: [(Split, usize, u8, Sums); 6] = [
    (Split::Test, 0, 7, (18_454, 7_715_336, 3_847_448)),
    (Split::Test, 1, 2, (28_850, 11_675_909, 6_318_556)),
    (Split::Test, 9_999, 6, (41_833, 16_588_239, 9_416_409)),
    (Split::Train, 0, 5, (27_525, 11_220_489, 5_940_005)),
    (Split::Train, 42, 7, (12_635, 5_272_095, 2_549_277)),
    (Split::Train, 59_999, 8, (20_920, 8_549_722, 4_137_450)),
];

/// Sum, sum of (position + 1) · value, and sum of squares of the pixels in reading order.
fn checksum(pixels: &[u8]) -> Sums {
    let mut sums = (0, 0, 0);
    for (position, &pixel) in (1_u64..).zip(pixels) {
        let value = u64::from(pixel);
        sums.0 += value;
        sums.1 += position * value;
        sums.2 += value * value;
    }
    sums
}

fn packed(name: &str) -> Vec<u8> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mnist");
    fs::read(assets.join(format!("{name}.gz"))).unwrap()
}

fn plain(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed(name).as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A folder with the four packed files.
fn packed_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in FILES {
        fs::write(folder.path().join(format!("{name}.gz")), packed(name)).unwrap();
    }
    folder
}

fn folder_error(folder: &Path) -> String {
    let dataset = Dataset::Folder(folder.to_owned());
    let error: SourceError = digits(&dataset, Split::Test).unwrap_err();
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    text
}

#[test]
fn digits_are_those_of_the_files_at_once_and_from_the_data_set() {
    for (split, index, label, sums) in KNOWN {
        let loaded = read(&format!("mnist:{split}:{index}")).unwrap();
        let row_major = loaded.matrix.transpose();
        let pixels: Vec<u8> = row_major.iter().map(|&value| value as u8).collect();
        assert_eq!((loaded.label, checksum(&pixels)), (Some(label), sums));
        let set = digits(&Dataset::BuiltIn, split).unwrap();
        assert_eq!(set.pixels(index), pixels);
        assert_eq!(set.matrix(index), loaded.matrix);
        assert_eq!(set.label(index), label);
        // Now that the data set is there, the digit comes from it.
        assert_eq!(read(&format!("mnist:{split}:{index}")).unwrap(), loaded);
    }
}

#[test]
fn the_built_in_data_set_is_whole_and_read_once() {
    let sums = |split| {
        let set = digits(&Dataset::BuiltIn, split).unwrap();
        assert!(Arc::ptr_eq(
            &set,
            &digits(&Dataset::BuiltIn, split).unwrap()
        ));
        assert_eq!((set.rows(), set.cols(), set.split()), (28, 28, split));
        let digits: Vec<usize> = (0..10).map(|d| set.indices_of(d).len()).collect();
        (set.count(), digits, checksum(set.images()).0)
    };
    let test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
    let train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
    assert_eq!(sums(Split::Test), (10_000, test.to_vec(), 264_923_200));
    assert_eq!(sums(Split::Train), (60_000, train.to_vec(), 1_567_298_545));
}

#[test]
fn an_image_beyond_the_last_is_refused() {
    refused(read("mnist:test:10000"), &["no test image 10000", "9999"]);
    refused(read("mnist:train:60000"), &["no train image", "59999"]);
}

#[test]
fn a_damaged_or_missing_file_of_the_cache_is_repaired() {
    let folder = TempDir::new().unwrap();
    let cache = folder.path().join("a new folder").join("mnist");
    unpack_builtin(&cache).unwrap();
    for name in FILES {
        assert!(fs::read(cache.join(name)).unwrap() == plain(name), "{name}");
    }
    let mut damaged = plain(FILES[2]);
    damaged[5_000_000] ^= 1;
    fs::write(cache.join(FILES[2]), &damaged).unwrap();
    fs::write(cache.join(FILES[1]), b"half").unwrap();
    fs::remove_file(cache.join(FILES[3])).unwrap();
    unpack_builtin(&cache).unwrap();
    for name in FILES {
        assert!(fs::read(cache.join(name)).unwrap() == plain(name), "{name}");
    }
    assert_eq!(
        fs::read_dir(&cache).unwrap().count(),
        4,
        "nothing is left over"
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_an_error_and_no_panic() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"in the way").unwrap();
    assert!(unpack_builtin(&file.join("mnist")).is_err());
}

#[test]
fn a_folder_of_packed_plain_or_dotted_files_is_a_data_set() {
    let folder = packed_folder();
    // One plain under its dotted name, one plain: a mixture is fine.
    fs::remove_file(folder.path().join(format!("{}.gz", FILES[3]))).unwrap();
    let mut labels = plain(FILES[3]);
    labels[8 + 1] = 9;
    fs::write(folder.path().join("t10k-labels.idx1-ubyte"), &labels).unwrap();
    let text = format!("{}#test:1", folder.path().display());
    let loaded = read(&text).unwrap();
    let built_in = read("mnist:test:1").unwrap();
    assert_eq!(loaded.matrix, built_in.matrix);
    assert_eq!(loaded.label, Some(9), "labels are the folder's own");
    let name = folder.path().file_name().unwrap().to_string_lossy();
    assert_eq!(loaded.name, format!("{name} test image 1"));
    refused(read(&text.replace(":1", ":10000")), &["9999"]);

    // When a file changes, the data set is read again.
    labels[8 + 1] = 10;
    fs::write(
        folder.path().join("t10k-labels.idx1-ubyte"),
        [&labels[..], &[0]].concat(),
    )
    .unwrap();
    refused(read(&text), &["10009 bytes", "10008"]);
}

#[test]
fn every_fault_of_a_data_set_is_named() {
    let folder = packed_folder();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(format!("{name}.gz")), gzip(bytes)).unwrap();
    };
    let images = FILES[2];
    let good = plain(images);
    let with = |at: usize, value: u8| {
        let mut changed = good.clone();
        changed[at] = value;
        changed
    };
    let expect = |words: &[&str]| {
        let text = folder_error(folder.path());
        for word in words {
            assert!(text.contains(word), "'{word}' is not in: {text}");
        }
    };
    write(images, &with(2, 9));
    expect(&[images, "magic number"]);
    write(images, &with(7, 0x11));
    expect(&[images, "count", "10000"]);
    write(images, &with(11, 27));
    expect(&["rows", "28", "27"]);
    write(images, &with(15, 29));
    expect(&["columns", "29"]);
    write(images, &good[..good.len() - 1]);
    expect(&["7840015 bytes", "7840016"]);
    write(images, &[&good[..], &[0]].concat());
    expect(&["7840017 bytes"]);
    write(images, b"");
    expect(&["only 0 bytes"]);
    fs::write(
        folder.path().join(format!("{images}.gz")),
        &packed(images)[..1000],
    )
    .unwrap();
    expect(&[images, "gzip"]);
    fs::write(
        folder.path().join(format!("{images}.gz")),
        b"no gzip at all",
    )
    .unwrap();
    expect(&[images, "gzip"]);
    write(images, &good);
    let mut labels = plain(FILES[3]);
    labels[8 + 77] = 10;
    write(FILES[3], &labels);
    expect(&["label 77 is 10"]);
    fs::remove_file(folder.path().join(format!("{}.gz", FILES[0]))).unwrap();
    expect(&["there is no file", FILES[0]]);
}

#[test]
fn a_packed_file_that_would_unpack_to_gigabytes_is_cut_off() {
    let folder = packed_folder();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&plain(FILES[3])[..8]).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    fs::write(folder.path().join(format!("{}.gz", FILES[3])), bomb).unwrap();
    // One byte more than a label file has, and not one further.
    assert!(folder_error(folder.path()).contains("10009 bytes"));
}

#[test]
fn a_missing_folder_or_a_file_in_its_place_is_refused() {
    refused(read("/no/such/folder#test:1"), &["/no/such/folder"]);
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"x").unwrap();
    refused(
        read(&format!("{}#test:1", file.display())),
        &["no data set"],
    );
    refused(crate::read_path(folder.path()), &["is a folder", "#test:1"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_unicode_is_read() {
    use localized_lora::source::{Limits, Source};
    use std::os::unix::ffi::OsStrExt;

    let root = TempDir::new().unwrap();
    let folder = root.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    unpack_builtin(&folder).unwrap();
    let source = Source::Digit {
        dataset: Dataset::Folder(folder),
        split: Split::Test,
        index: 1,
    };
    let loaded = load(&source, &Limits::default()).unwrap();
    assert_eq!(loaded.matrix, read("mnist:test:1").unwrap().matrix);
}

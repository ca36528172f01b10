//! MNIST inside, and data sets in folders.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use localized_lora::source::{Dataset, Split, digits, load};
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

/// A folder with the four packed files.
fn packed_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in FILES {
        fs::write(folder.path().join(format!("{name}.gz")), packed(name)).unwrap();
    }
    folder
}

#[test]
fn digits_are_those_of_the_files_at_once_and_from_the_data_set() {
    for (split, index, label, sums) in KNOWN {
        let loaded = read(&format!("mnist:{split}:{index}")).unwrap();
        let row_major = loaded.matrix.transpose();
        let pixels: Vec<u8> = row_major.iter().map(|&value| value as u8).collect();
        assert_eq!((loaded.label, checksum(&pixels)), (Some(label), sums));
        let set = digits(&Dataset::BuiltIn, split).unwrap();
        assert_eq!(set.grey(index), pixels);
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
        (set.count(), digits, checksum(set.images().unwrap()).0)
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

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_unicode_is_read() {
    use localized_lora::source::{Limits, Source};
    use std::os::unix::ffi::OsStrExt;

    let root = TempDir::new().unwrap();
    let folder = root.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&folder).unwrap();
    for name in FILES {
        fs::write(folder.join(name), plain(name)).unwrap();
    }
    let source = Source::Digit {
        dataset: Dataset::Folder(folder),
        split: Split::Test,
        index: 1,
    };
    let loaded = load(&source, &Limits::default()).unwrap();
    assert_eq!(loaded.matrix, read("mnist:test:1").unwrap().matrix);
}

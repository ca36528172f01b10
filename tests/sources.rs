//! The promises of `source`: right numbers from good files, one sentence from bad ones.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use localized_lora::source::{Dataset, Limits, Loaded, Source, SourceError, Split, digits, load};

fn read(text: &str) -> Result<Loaded, SourceError> {
    load(&text.parse::<Source>()?, &Limits::default())
}

/// The sentence of an error: one line, no full stop, and with every word of `words`.
fn sentence(result: Result<Loaded, SourceError>, words: &[&str]) -> String {
    let text = result.unwrap_err().to_string();
    assert!(!text.contains('\n') && !text.ends_with('.'), "{text}");
    for word in words {
        assert!(text.contains(word), "'{word}' is not in: {text}");
    }
    text
}

type Sums = (u64, u64, u64);

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

mod mnist {
    use super::*;

    /// Label and checksum, computed in Python from the four files with nothing but `gzip`.
    const KNOWN: [(Split, usize, u8, Sums); 6] = [
        (Split::Test, 0, 7, (18_454, 7_715_336, 3_847_448)),
        (Split::Test, 1, 2, (28_850, 11_675_909, 6_318_556)),
        (Split::Test, 9_999, 6, (41_833, 16_588_239, 9_416_409)),
        (Split::Train, 0, 5, (27_525, 11_220_489, 5_940_005)),
        (Split::Train, 42, 7, (12_635, 5_272_095, 2_549_277)),
        (Split::Train, 59_999, 8, (20_920, 8_549_722, 4_137_450)),
    ];

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
    fn the_data_set_is_whole() {
        let sums = |split| {
            let set = digits(&Dataset::BuiltIn, split).unwrap();
            let digits: Vec<usize> = (0..10).map(|d| set.indices_of(d).len()).collect();
            (set.count(), digits, checksum(set.images()).0)
        };
        let test = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009];
        let train = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
        assert_eq!(sums(Split::Test), (10_000, test.to_vec(), 264_923_200));
        assert_eq!(sums(Split::Train), (60_000, train.to_vec(), 1_567_298_545));
    }

    #[test]
    fn the_data_set_is_read_once() {
        let first = digits(&Dataset::BuiltIn, Split::Test).unwrap();
        let again = digits(&Dataset::BuiltIn, Split::Test).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
    }

    #[test]
    fn an_image_beyond_the_last_is_refused() {
        sentence(
            read("mnist:test:10000"),
            &["no test image 10000", "0 to 9999"],
        );
        sentence(read("mnist:train:60000"), &["no train image", "59999"]);
    }
}

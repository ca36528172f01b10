//! Data sets that the `mnist` crate reads: four plain files of exactly 60,000 and 10,000 images of 28 × 28.

use std::path::Path;

use mnist::{Mnist, MnistBuilder};

use super::error::guarded;
use super::family::{Family, FilePart};
use super::idx::IdxHeader;
use super::unpack::UnpackedFile;
use super::{IMAGE_SIDE, SourceError, Split};
use crate::memory;

/// Images in each half.
const TRAIN: usize = 60_000;
const TEST: usize = 10_000;

/// Bytes that the crate takes while it reads: all pixels, three times.
const TAKEN: u64 = 3 * 55_000_000;

/// All pixels and all labels of a half.
pub(super) type ImagesAndLabels = (Vec<u8>, Vec<u8>);

/// The four files, if they are such a data set: the crate panics on any other.
pub(super) fn files(family: &Family) -> Option<[String; 4]> {
    let parts = [
        (Split::Train, false),
        (Split::Train, true),
        (Split::Test, false),
        (Split::Test, true),
    ];
    let paths = parts.map(|(split, labels)| {
        let path = &family.file(FilePart { split, labels })?.path;
        is_standard(path, split, labels).then(|| path.to_str().map(str::to_owned))?
    });
    let [Some(a), Some(b), Some(c), Some(d)] = paths else {
        return None;
    };
    Some([a, b, c, d])
}

fn is_standard(path: &Path, split: Split, labels: bool) -> bool {
    let count = match split {
        Split::Train => TRAIN,
        Split::Test => TEST,
    };
    let sides = match labels {
        true => vec![count],
        false => vec![count, IMAGE_SIDE, IMAGE_SIDE],
    };
    let Ok(mut content) = UnpackedFile::of_file(path) else {
        return false;
    };
    let Ok(header) = IdxHeader::read(&mut content) else {
        return false;
    };
    header.is_bytes() && header.sides == sides && header.fits(&content)
}

/// Both halves, training first.
///
/// The crate joins both halves and splits them again, so it is always asked for all of both.
/// Should a file change between check and reading, its panic or a wrong length is caught here.
pub(super) fn read(name: &str, files: &[String; 4]) -> Result<[ImagesAndLabels; 2], SourceError> {
    memory::ensure_free(TAKEN)
        .map_err(|shortage| SourceError::memory(name, shortage, "use the built-in digits"))?;
    let expected = "a data set like MNIST";
    let [train_images, train_labels, test_images, test_labels] = files;
    let Mnist {
        trn_img,
        trn_lbl,
        tst_img,
        tst_lbl,
        ..
    } = guarded(name, expected, || {
        Ok(MnistBuilder::new()
            .base_path("")
            .training_images_filename(train_images)
            .training_labels_filename(train_labels)
            .test_images_filename(test_images)
            .test_labels_filename(test_labels)
            .label_format_digit()
            .training_set_length(TRAIN as u32)
            .validation_set_length(0)
            .test_set_length(TEST as u32)
            .finalize())
    })?;
    let fits = |images: &[u8], labels: &[u8], count: usize| {
        images.len() == count * IMAGE_SIDE * IMAGE_SIDE && labels.len() == count
    };
    if fits(&trn_img, &trn_lbl, TRAIN) && fits(&tst_img, &tst_lbl, TEST) {
        Ok([(trn_img, trn_lbl), (tst_img, tst_lbl)])
    } else {
        let reason = "it changed while it was read; try again";
        Err(SourceError::damaged(name, expected, reason))
    }
}

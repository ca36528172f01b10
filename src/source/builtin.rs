//! MNIST inside the program, unpacked in memory: the whole of a half, or a single digit at once.

use std::path::Path;

use super::digit_set::{DigitSet, Facts};
use super::emnist::Alphabet;
use super::idx::{Idx, IdxValues};
use super::unpack::UnpackedFile;
use super::{SourceError, Split};

const IMAGES: [&[u8]; 2] = [
    include_bytes!("../../assets/mnist/train-images-idx3-ubyte.gz"),
    include_bytes!("../../assets/mnist/t10k-images-idx3-ubyte.gz"),
];
const LABELS: [&[u8]; 2] = [
    include_bytes!("../../assets/mnist/train-labels-idx1-ubyte.gz"),
    include_bytes!("../../assets/mnist/t10k-labels-idx1-ubyte.gz"),
];

/// Pixels along a side of every image.
pub const IMAGE_SIDE: usize = 28;
const IMAGE_PIXELS: usize = IMAGE_SIDE * IMAGE_SIDE;

/// Bytes before the first image, and before the first label.
const HEADERS: [usize; 2] = [16, 8];

fn content(files: [&'static [u8]; 2], split: Split) -> UnpackedFile {
    let packed = match split {
        Split::Train => files[0],
        Split::Test => files[1],
    };
    UnpackedFile::of_packed_bytes("MNIST", packed)
}

const fn count(split: Split) -> usize {
    match split {
        Split::Train => 60_000,
        Split::Test => 10_000,
    }
}

/// Pixels and label of one image, without waiting for the data set: only what lies before it is
/// unpacked, so the test digits of the first screen take microseconds.
///
/// # Errors
/// When there is no such image.
pub(super) fn digit(split: Split, index: usize) -> Result<(Vec<u8>, u8), SourceError> {
    if index >= count(split) {
        return Err(SourceError::NoSuchImage {
            dataset: "MNIST".to_owned(),
            split,
            index,
            last: count(split) - 1,
        });
    }
    let pixels = range(
        content(IMAGES, split),
        HEADERS[0] + index * IMAGE_PIXELS,
        IMAGE_PIXELS,
    )?;
    let label = range(content(LABELS, split), HEADERS[1] + index, 1)?;
    Ok((pixels, label[0]))
}

/// `length` bytes after `skip` others.
fn range(mut content: UnpackedFile, skip: usize, length: usize) -> Result<Vec<u8>, SourceError> {
    let mut bytes = Vec::with_capacity(length);
    let read = content
        .skip(skip as u64)
        .and_then(|()| content.read(length as u64, &mut bytes));
    match read {
        Ok(()) if bytes.len() == length => Ok(bytes),
        _ => Err(SourceError::Corrupted),
    }
}

/// A whole half.
pub(super) fn half(split: Split) -> Result<DigitSet, SourceError> {
    forget_unpacked();
    let images = intact(Idx::read(content(IMAGES, split)))?;
    let labels = intact(Idx::read(content(LABELS, split)))?;
    let expected = [count(split), IMAGE_SIDE, IMAGE_SIDE];
    let labels = match labels.values {
        IdxValues::Bytes(bytes) if bytes.len() == count(split) && images.sides == expected => bytes,
        _ => return Err(SourceError::Corrupted),
    };
    let facts = Facts {
        name: "MNIST".to_owned(),
        split,
        alphabet: Alphabet::Digits,
        turned: false,
    };
    let size = (IMAGE_SIDE, IMAGE_SIDE);
    Ok(DigitSet::new(facts, size, images.values, labels))
}

/// Whatever is wrong with the data is not the user's; a want of memory is.
fn intact(read: Result<Idx, SourceError>) -> Result<Idx, SourceError> {
    read.map_err(|error| match error {
        SourceError::Memory { .. } => error,
        _ => SourceError::Corrupted,
    })
}

/// Removes the 55 MB that earlier versions unpacked into the user's cache and nobody reads any more.
fn forget_unpacked() {
    if let Some(folders) = directories::ProjectDirs::from("", "", "localized-lora") {
        forget_files(&folders.cache_dir().join("mnist"));
    }
}

/// The names and lengths of the files of earlier versions.
const UNPACKED: [(&str, u64); 4] = [
    ("train-images-idx3-ubyte", 47_040_016),
    ("train-labels-idx1-ubyte", 60_008),
    ("t10k-images-idx3-ubyte", 7_840_016),
    ("t10k-labels-idx1-ubyte", 10_008),
];

/// Leaves a folder alone in which anything else lies. What cannot be removed does no harm.
fn forget_files(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let is_ours = |entry: std::io::Result<std::fs::DirEntry>| {
        let Ok((name, data)) = entry.and_then(|entry| Ok((entry.file_name(), entry.metadata()?)))
        else {
            return false;
        };
        let known = |(ours, length): &(&str, u64)| name == *ours && data.len() == *length;
        data.is_file() && UNPACKED.iter().any(known)
    };
    if entries.into_iter().all(is_ours) {
        for (name, _) in UNPACKED {
            std::fs::remove_file(folder.join(name)).ok();
        }
        std::fs::remove_dir(folder).ok();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn bytes_that_do_not_unpack_are_named_corrupted() {
        let error = range(content(LABELS, Split::Test), 10_000, 100).unwrap_err();
        assert_eq!(error, SourceError::Corrupted);
        let cut = &LABELS[1][..1000];
        let read = range(UnpackedFile::of_packed_bytes("MNIST", cut), 8, 10_000);
        let sentence = read.unwrap_err().to_string();
        assert!(sentence.starts_with("the built-in MNIST data is corrupted; "));
    }

    #[test]
    fn what_earlier_versions_unpacked_is_removed_and_nothing_else() {
        let root = tempfile::TempDir::new().unwrap();
        let folder = root.path().join("mnist");
        let fill = || {
            std::fs::create_dir_all(&folder).unwrap();
            for (name, length) in UNPACKED {
                let file = std::fs::File::create(folder.join(name)).unwrap();
                file.set_len(length).unwrap();
            }
        };
        let files = || std::fs::read_dir(&folder).map_or(0, Iterator::count);
        fill();
        std::fs::write(folder.join("notes.txt"), "mine").unwrap();
        forget_files(&folder);
        assert_eq!(files(), 5);
        std::fs::remove_file(folder.join("notes.txt")).unwrap();
        std::fs::write(folder.join(UNPACKED[1].0), "of another data set").unwrap();
        forget_files(&folder);
        assert_eq!(files(), 4);
        fill();
        forget_files(&folder);
        assert!(!folder.exists());
        forget_files(&folder);
    }
}

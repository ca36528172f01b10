//! Data sets of digits, read by the `mnist` crate and kept for everybody.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mnist::{Mnist, MnistBuilder};
use nalgebra::DMatrix;

use super::error::{guarded, shown};
use super::folder::{self, Found};
use super::idx::{self, IMAGE_PIXELS, IMAGE_SIDE, PARTS};
use super::{Dataset, Loaded, SourceError, Split, builtin};

/// One half of a data set: images of 28 x 28 raw values 0 to 255, and their labels 0 to 9.
#[derive(Debug, PartialEq, Eq)]
pub struct DigitSet {
    name: String,
    split: Split,
    images: Vec<u8>,
    labels: Vec<u8>,
}

impl DigitSet {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Rows of every image.
    pub fn rows(&self) -> usize {
        IMAGE_SIDE
    }

    /// Columns of every image.
    pub fn cols(&self) -> usize {
        IMAGE_SIDE
    }

    /// The data set's name: *MNIST*, or that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which half this is.
    pub fn split(&self) -> Split {
        self.split
    }

    /// The pixels of an image, row by row.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn pixels(&self, index: usize) -> &[u8] {
        &self.images[index * IMAGE_PIXELS..][..IMAGE_PIXELS]
    }

    /// The pixels of all images, one after the other.
    pub fn images(&self) -> &[u8] {
        &self.images
    }

    /// The label of an image.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn label(&self, index: usize) -> u8 {
        self.labels[index]
    }

    /// The labels of all images.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// An image as a matrix of its raw values.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn matrix(&self, index: usize) -> DMatrix<f64> {
        to_matrix(self.pixels(index))
    }

    /// The numbers of all images that show `digit`, in order.
    pub fn indices_of(&self, digit: u8) -> Vec<usize> {
        (0..self.count())
            .filter(|&index| self.labels[index] == digit)
            .collect()
    }
}

fn to_matrix(pixels: &[u8]) -> DMatrix<f64> {
    DMatrix::from_row_iterator(
        IMAGE_SIDE,
        IMAGE_SIDE,
        pixels.iter().map(|&pixel| f64::from(pixel)),
    )
}

/// One image as a source; the built-in ones do not wait for their data set.
pub(super) fn load_digit(
    dataset: &Dataset,
    split: Split,
    index: usize,
) -> Result<Loaded, SourceError> {
    let ready = digits_if_ready(dataset, split);
    let (name, pixels, label) = match (dataset, ready) {
        (Dataset::BuiltIn, None) => {
            let (pixels, label) = builtin::digit(split, index)?;
            ("MNIST".to_owned(), pixels, label)
        }
        (_, ready) => {
            let set = ready.map_or_else(|| digits(dataset, split), Ok)?;
            if index >= set.count() {
                return Err(SourceError::NoSuchImage {
                    dataset: set.name.clone(),
                    split,
                    index,
                    last: set.count() - 1,
                });
            }
            let pixels = set.pixels(index).to_vec();
            (set.name.clone(), pixels, set.label(index))
        }
    };
    let mut loaded = Loaded::new(&format!("{name} {split} image {index}"), to_matrix(&pixels));
    loaded.label = Some(label);
    loaded.pixel_range = Some((0.0, 255.0));
    Ok(loaded)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    BuiltIn,
    Folder(Box<Found>),
}

/// Both halves of a data set; the reader reads them together anyway.
struct Entry {
    key: Key,
    train: Arc<DigitSet>,
    test: Arc<DigitSet>,
}

/// Two data sets of 55 MB: the built-in one and a folder, or two folders.
const KEPT: usize = 2;

static CACHE: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
/// Held while a data set is read, so that two callers read it once and nobody waits who needs
/// something else from the cache.
static READING: Mutex<()> = Mutex::new(());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn key_of(dataset: &Dataset) -> Result<Key, SourceError> {
    match dataset {
        Dataset::BuiltIn => Ok(Key::BuiltIn),
        Dataset::Folder(path) => {
            let path =
                std::fs::canonicalize(path).map_err(|error| SourceError::from_io(path, &error))?;
            folder::find(&path).map(|found| Key::Folder(Box::new(found)))
        }
    }
}

fn cached(key: &Key, split: Split) -> Option<Arc<DigitSet>> {
    let mut cache = lock(&CACHE);
    let position = cache.iter().position(|entry| entry.key == *key)?;
    // The most recently used comes last and is dropped last.
    let entry = cache.remove(position);
    let set = match split {
        Split::Train => Arc::clone(&entry.train),
        Split::Test => Arc::clone(&entry.test),
    };
    cache.push(entry);
    Some(set)
}

/// The data set if it has been read already; never waits for the reading.
pub fn digits_if_ready(dataset: &Dataset, split: Split) -> Option<Arc<DigitSet>> {
    cached(&key_of(dataset).ok()?, split)
}

/// One half of a data set; read once (some 100 ms), then shared by the whole process.
///
/// # Errors
/// When the folder lacks one of the four files, or one is not of MNIST's form.
pub fn digits(dataset: &Dataset, split: Split) -> Result<Arc<DigitSet>, SourceError> {
    let key = key_of(dataset)?;
    if let Some(set) = cached(&key, split) {
        return Ok(set);
    }
    let _reading = lock(&READING);
    if let Some(set) = cached(&key, split) {
        return Ok(set);
    }
    let entry = read(key)?;
    let set = match split {
        Split::Train => Arc::clone(&entry.train),
        Split::Test => Arc::clone(&entry.test),
    };
    let mut cache = lock(&CACHE);
    if cache.len() >= KEPT {
        cache.remove(0);
    }
    cache.push(entry);
    Ok(set)
}

fn read(key: Key) -> Result<Entry, SourceError> {
    let (name, mnist) = match &key {
        Key::BuiltIn => {
            let unpacked = builtin::unpack()?;
            let paths = PARTS.map(|part| unpacked.folder.join(part.file_name()));
            ("MNIST".to_owned(), read_files("MNIST", &paths)?)
        }
        Key::Folder(found) => {
            let name = found.folder.file_name().unwrap_or(found.folder.as_os_str());
            let name = shown(Path::new(name));
            let plain = folder::plain(found)?;
            let mnist = read_files(&name, plain.paths())?;
            (name, mnist)
        }
    };
    let set = |split, images, labels| {
        Arc::new(DigitSet {
            name: name.clone(),
            split,
            images,
            labels,
        })
    };
    Ok(Entry {
        train: set(Split::Train, mnist.trn_img, mnist.trn_lbl),
        test: set(Split::Test, mnist.tst_img, mnist.tst_lbl),
        key,
    })
}

/// Lets the `mnist` crate read four files that have been checked.
///
/// It joins both halves and splits again, so it is always asked for all of both. Should a file
/// change between check and reading, its panic or a wrong length is caught here.
fn read_files(name: &str, paths: &[PathBuf; 4]) -> Result<Mnist, SourceError> {
    let expected = "a data set like MNIST";
    let texts = paths.each_ref().map(|path| path.to_str());
    let [
        Some(train_images),
        Some(train_labels),
        Some(test_images),
        Some(test_labels),
    ] = texts
    else {
        return Err(SourceError::Unreadable {
            path: shown(&paths[0]),
            reason: "the path is not UTF-8; set TMPDIR to a folder whose path is".to_owned(),
        });
    };
    let mnist = guarded(name, expected, || {
        Ok(MnistBuilder::new()
            .base_path("")
            .training_images_filename(train_images)
            .training_labels_filename(train_labels)
            .test_images_filename(test_images)
            .test_labels_filename(test_labels)
            .label_format_digit()
            .training_set_length(idx::count(Split::Train) as u32)
            .validation_set_length(0)
            .test_set_length(idx::count(Split::Test) as u32)
            .finalize())
    })?;
    let fits = |images: &[u8], labels: &[u8], split| {
        images.len() == idx::count(split) * IMAGE_PIXELS
            && labels.len() == idx::count(split)
            && labels.iter().all(|&label| label <= 9)
    };
    if fits(&mnist.trn_img, &mnist.trn_lbl, Split::Train)
        && fits(&mnist.tst_img, &mnist.tst_lbl, Split::Test)
    {
        Ok(mnist)
    } else {
        let reason = "it changed while it was read; try again";
        Err(SourceError::damaged(name, expected, reason))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_digit_served_at_once_is_the_one_that_the_mnist_crate_reads() {
        for (split, step) in [(Split::Train, 19_999), (Split::Test, 1_111)] {
            let set = digits(&Dataset::BuiltIn, split).unwrap();
            for index in (0..set.count()).step_by(step) {
                let (pixels, label) = builtin::digit(split, index).unwrap();
                assert_eq!(set.pixels(index), pixels);
                assert_eq!(set.label(index), label);
            }
            assert!(builtin::digit(split, set.count()).is_err());
        }
    }

    #[test]
    fn callers_at_one_time_share_one_reading() {
        let ask = || digits(&Dataset::BuiltIn, Split::Test).unwrap();
        let sets = std::thread::scope(|scope| {
            [0; 4]
                .map(|_| scope.spawn(ask))
                .map(|asking| asking.join().unwrap())
        });
        assert!(sets.iter().all(|set| Arc::ptr_eq(set, &sets[0])));
        assert!(digits_if_ready(&Dataset::BuiltIn, Split::Train).is_some());
    }
}

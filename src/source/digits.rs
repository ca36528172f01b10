//! Data sets of digits, read once and kept for everybody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nalgebra::DMatrix;

use super::digit_set::DigitSet;
use super::family::{self, Half};
use super::{Dataset, IMAGE_SIDE, LoadedMatrix, SourceError, Split, builtin, folder, half};

/// One image as a source; the built-in ones do not wait for their data set.
pub(super) fn load_digit(
    dataset: &Dataset,
    split: Split,
    index: usize,
) -> Result<LoadedMatrix, SourceError> {
    match (dataset, digits_if_ready(dataset, split)) {
        (Dataset::BuiltIn, None) => {
            let (pixels, label) = builtin::digit(split, index)?;
            let values = pixels.into_iter().map(f64::from);
            let matrix = DMatrix::from_row_iterator(IMAGE_SIDE, IMAGE_SIDE, values);
            let mut loaded = LoadedMatrix::new(&format!("MNIST {split} image {index}"), matrix);
            loaded.label = Some(label);
            loaded.pixel_range = Some((0.0, 255.0));
            Ok(loaded)
        }
        (_, ready) => {
            let set = ready.map_or_else(|| digits(dataset, split), Ok)?;
            load_from(&set, index)
        }
    }
}

fn load_from(set: &DigitSet, index: usize) -> Result<LoadedMatrix, SourceError> {
    let split = set.split();
    if index >= set.count() {
        return Err(SourceError::NoSuchImage {
            dataset: set.name().to_owned(),
            split,
            index,
            last: set.count() - 1,
        });
    }
    let label = set.label(index);
    let mut name = format!("{} {split} image {index}", set.name());
    if let Some(letter) = set.letter(label) {
        name += &format!(", letter {letter}");
    }
    let mut loaded = LoadedMatrix::new(&name, set.matrix(index));
    loaded.label = Some(label);
    loaded.pixel_range = set.range();
    if set.is_turned() {
        let note = "EMNIST stores its images transposed; they are shown upright";
        loaded.notes.push(note.to_owned());
    }
    Ok(loaded)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum DigitsKey {
    BuiltIn(Split),
    Folder(Box<Half>),
}

/// Halves that are kept, if they take no more than [`KEPT_BYTES`] together: those of the built-in
/// data set and of a folder.
const KEPT: usize = 4;
const KEPT_BYTES: usize = 1 << 30;

static CACHE: Mutex<Vec<(DigitsKey, Arc<DigitSet>)>> = Mutex::new(Vec::new());
/// Held while a data set is read, so that two callers read it once and nobody waits who needs
/// something else from the cache.
static READING: Mutex<()> = Mutex::new(());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cached(key: &DigitsKey) -> Option<Arc<DigitSet>> {
    let mut cache = lock(&CACHE);
    let position = cache.iter().position(|(known, _)| known == key)?;
    // The most recently used comes last and is dropped last.
    let entry = cache.remove(position);
    let set = Arc::clone(&entry.1);
    cache.push(entry);
    Some(set)
}

fn keep(key: DigitsKey, set: Arc<DigitSet>) {
    let mut cache = lock(&CACHE);
    cache.retain(|(known, _)| *known != key);
    cache.push((key, set));
    let bytes = |cache: &[(DigitsKey, Arc<DigitSet>)]| -> usize {
        cache.iter().map(|(_, set)| set.bytes()).sum()
    };
    while cache.len() > 1 && (cache.len() > KEPT || bytes(&cache) > KEPT_BYTES) {
        cache.remove(0);
    }
}

/// The data set if it has been read already; never waits for the reading.
pub fn digits_if_ready(dataset: &Dataset, split: Split) -> Option<Arc<DigitSet>> {
    match dataset {
        Dataset::BuiltIn => cached(&DigitsKey::BuiltIn(split)),
        Dataset::Folder(path) => {
            let half = folder::at(path).and_then(|family| family.half(split));
            cached(&DigitsKey::Folder(Box::new(half.ok()?)))
        }
    }
}

/// The half `wanted`, or the other one of a folder that has only that.
pub fn half_there(dataset: &Dataset, wanted: Split) -> Split {
    let Dataset::Folder(path) = dataset else {
        return wanted;
    };
    let other = family::other(wanted);
    match folder::at(path) {
        Ok(family) if family.half(wanted).is_err() && family.half(other).is_ok() => other,
        _ => wanted,
    }
}

/// One half of a data set; read once (some 100 ms), then shared by the whole process.
///
/// # Errors
/// When the folder lacks the half, or its files are not in MNIST (IDX) format.
pub fn digits(dataset: &Dataset, split: Split) -> Result<Arc<DigitSet>, SourceError> {
    match dataset {
        Dataset::BuiltIn => once(DigitsKey::BuiltIn(split), || builtin::half(split)),
        Dataset::Folder(path) => {
            let family = folder::at(path)?;
            let half = family.half(split)?;
            let key = DigitsKey::Folder(Box::new(half.clone()));
            once(key, || {
                let half::ReadHalf { wanted, other } = half::read(&family, &half)?;
                // It came along; asked for next, it need not be read again.
                if let Some((half, set)) = other {
                    keep(DigitsKey::Folder(Box::new(half)), Arc::new(set));
                }
                Ok(wanted)
            })
        }
    }
}

/// The data set that `key` names, read by whoever comes first.
fn once(
    key: DigitsKey,
    read: impl FnOnce() -> Result<DigitSet, SourceError>,
) -> Result<Arc<DigitSet>, SourceError> {
    if let Some(set) = cached(&key) {
        return Ok(set);
    }
    let _reading = lock(&READING);
    if let Some(set) = cached(&key) {
        return Ok(set);
    }
    let set = Arc::new(read()?);
    keep(key, Arc::clone(&set));
    Ok(set)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::source::half::{classes, pictures};
    use crate::source::idx::IdxValues;
    use crate::source::standard;

    #[test]
    fn a_digit_served_at_once_is_the_one_of_the_whole_data_set() {
        for (split, step) in [(Split::Train, 19_999), (Split::Test, 1_111)] {
            let set = digits(&Dataset::BuiltIn, split).unwrap();
            for index in (0..set.count()).step_by(step) {
                let (pixels, label) = builtin::digit(split, index).unwrap();
                assert_eq!(set.grey(index), pixels);
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
        assert!(digits_if_ready(&Dataset::BuiltIn, Split::Test).is_some());
    }

    #[test]
    fn the_mnist_crate_and_this_reader_agree() {
        let folder = tempfile::TempDir::new().unwrap();
        for (split, start) in [(Split::Train, "train"), (Split::Test, "t10k")] {
            let set = digits(&Dataset::BuiltIn, split).unwrap();
            let header = |sides: &[u32]| -> Vec<u8> {
                let magic = [0, 0, 8, sides.len() as u8];
                let words = sides.iter().flat_map(|side| side.to_be_bytes());
                magic.into_iter().chain(words).collect()
            };
            let count = set.count() as u32;
            let images = [header(&[count, 28, 28]).as_slice(), set.images().unwrap()].concat();
            let labels = [header(&[count]).as_slice(), set.labels()].concat();
            let write = |name: &str, bytes| std::fs::write(folder.path().join(name), bytes);
            write(&format!("{start}-images-idx3-ubyte"), images).unwrap();
            write(&format!("{start}-labels-idx1-ubyte"), labels).unwrap();
        }
        let family = folder::at(folder.path()).unwrap();
        let files = standard::files(&family).unwrap();
        let read = standard::read("MNIST", &files).unwrap();
        for (split, (images, labels)) in [Split::Train, Split::Test].into_iter().zip(read) {
            let half = family.half(split).unwrap();
            let (count, size, values) = pictures(&half).unwrap();
            assert_eq!((count, size), (labels.len(), (28, 28)));
            assert!(values == IdxValues::Bytes(images) && classes(&half).unwrap() == labels);
        }
        // Asked for one half, the crate gives both.
        let dataset = Dataset::Folder(folder.path().to_owned());
        assert_eq!(digits(&dataset, Split::Test).unwrap().count(), 10_000);
        assert!(digits_if_ready(&dataset, Split::Train).is_some());
    }
}

//! MNIST inside the program: unpacked once for the reader of data sets, and single digits at once.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::idx::{self, IMAGE_PIXELS, PARTS, Part};
use super::{SourceError, Split};

/// The packed file and the SHA-256 of what it unpacks to (as the origin publishes it).
fn embedded(part: Part) -> (&'static [u8], &'static str) {
    match (part.split, part.labels) {
        (Split::Train, false) => (
            include_bytes!("../../assets/mnist/train-images-idx3-ubyte.gz"),
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        ),
        (Split::Train, true) => (
            include_bytes!("../../assets/mnist/train-labels-idx1-ubyte.gz"),
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        ),
        (Split::Test, false) => (
            include_bytes!("../../assets/mnist/t10k-images-idx3-ubyte.gz"),
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        ),
        (Split::Test, true) => (
            include_bytes!("../../assets/mnist/t10k-labels-idx1-ubyte.gz"),
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ),
    }
}

/// Pixels and label of one image, without waiting for the data set: only what lies before it is
/// unpacked, so the test digits of the first screen take microseconds.
///
/// # Errors
/// When there is no such image.
pub(super) fn digit(split: Split, index: usize) -> Result<(Vec<u8>, u8), SourceError> {
    if index >= idx::count(split) {
        return Err(SourceError::NoSuchImage {
            dataset: "MNIST".to_owned(),
            split,
            index,
            last: idx::count(split) - 1,
        });
    }
    let pixels = embedded_range(split, false, index * IMAGE_PIXELS, IMAGE_PIXELS);
    let label = embedded_range(split, true, index, 1);
    match (pixels, label) {
        (Ok(pixels), Ok(label)) => Ok((pixels, label[0])),
        (Err(error), _) | (_, Err(error)) => Err(SourceError::damaged(
            "the built-in MNIST",
            "whole",
            error.to_string(),
        )),
    }
}

fn embedded_range(split: Split, labels: bool, skip: usize, length: usize) -> io::Result<Vec<u8>> {
    let part = Part { split, labels };
    let mut unpacked = GzDecoder::new(embedded(part).0);
    let before = (part.header().len() + skip) as u64;
    io::copy(&mut unpacked.by_ref().take(before), &mut io::sink())?;
    let mut bytes = vec![0; length];
    unpacked.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The four plain files of the built-in MNIST, and the folder to keep until they have been read.
pub(super) struct Unpacked {
    /// The folder with the files.
    pub folder: PathBuf,
    _temporary: Option<TempDir>,
}

/// Unpacks to the user's cache, or where that cannot be written to a temporary folder.
pub(super) fn unpack() -> Result<Unpacked, SourceError> {
    let cached = directories::ProjectDirs::from("", "", "localized-lora")
        .map(|folders| folders.cache_dir().join("mnist"));
    if let Some(folder) = cached
        && folder.to_str().is_some()
        && unpack_builtin(&folder).is_ok()
    {
        return Ok(Unpacked {
            folder,
            _temporary: None,
        });
    }
    let temporary =
        TempDir::new().map_err(|error| SourceError::from_io(&std::env::temp_dir(), &error))?;
    unpack_builtin(temporary.path())?;
    Ok(Unpacked {
        folder: temporary.path().to_owned(),
        _temporary: Some(temporary),
    })
}

/// Sees to it that `folder` holds the four plain files of the built-in MNIST.
///
/// Files that are there are verified by length and SHA-256; one that is missing or damaged is
/// written beside and moved into place, so that nobody ever reads half a file.
///
/// # Errors
/// When the folder cannot be made or written.
pub fn unpack_builtin(folder: &Path) -> Result<(), SourceError> {
    std::fs::create_dir_all(folder).map_err(|error| SourceError::from_io(folder, &error))?;
    PARTS.par_iter().try_for_each(|&part| {
        let path = folder.join(part.file_name());
        if is_intact(&path, part) {
            return Ok(());
        }
        match write_whole(folder, &path, part) {
            // Another process may have been faster, where a file in use cannot be replaced.
            Err(error) if !is_intact(&path, part) => Err(SourceError::Unreadable {
                path: path.display().to_string(),
                reason: format!("the built-in MNIST cannot be unpacked there ({error})"),
            }),
            _ => Ok(()),
        }
    })
}

fn is_intact(path: &Path, part: Part) -> bool {
    let length = std::fs::metadata(path).map(|data| data.is_file().then_some(data.len()));
    if !matches!(length, Ok(Some(length)) if length == part.file_bytes()) {
        return false;
    }
    let mut hasher = Sha256::new();
    let copied = std::fs::File::open(path).and_then(|mut file| io::copy(&mut file, &mut hasher));
    copied.is_ok() && hex(&hasher.finalize()) == embedded(part).1
}

fn write_whole(folder: &Path, path: &Path, part: Part) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    io::copy(&mut GzDecoder::new(embedded(part).0), file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The results file.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::finetune::{FinetuneError, Results};
use crate::store::{StoreError, save_atomically};

/// A thousand times what the largest preset writes.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Why results cannot be kept or reopened.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not there, or not readable.
    #[error("{}: {reason}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What, and what to do.
        reason: String,
    },
    /// The file is no results file.
    #[error("{}: {error}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        error: FinetuneError,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The results cannot be said in JSON.
    #[error(transparent)]
    Finetune(#[from] FinetuneError),
}

/// Reads a results file, checked.
///
/// # Errors
/// A file that is missing, unreadable, too large, or not a results file.
pub fn load(path: &Path) -> Result<Results, SaveError> {
    let unreadable = |reason: String| SaveError::Read {
        path: path.to_owned(),
        reason,
    };
    let length = match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(unreadable(
                "this is a folder; choose a results file".to_owned(),
            ));
        }
        // A device may have no end.
        Ok(found) if !found.is_file() => {
            return Err(unreadable(
                "this is not a regular file; choose a results file".to_owned(),
            ));
        }
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(unreadable(
                "there is no such file; check its name".to_owned(),
            ));
        }
        Err(error) => return Err(unreadable(format!("it cannot be read ({error})"))),
    };
    if length > LARGEST {
        return Err(unreadable(format!(
            "{length} bytes are too many for a results file; choose another file"
        )));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST).read_to_end(&mut bytes))
        .map_err(|error| unreadable(format!("it cannot be read ({error})")))?;
    let damaged = |error| SaveError::Damaged {
        path: path.to_owned(),
        error,
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        damaged(FinetuneError::Damaged {
            reason: "it is not text".to_owned(),
        })
    })?;
    Results::from_json(&text).map_err(damaged)
}

/// Writes a results file, whole or not at all.
///
/// # Errors
/// A place that cannot be written.
pub fn save(path: &Path, results: &Results) -> Result<(), SaveError> {
    save_atomically(path, results.to_json()?.as_bytes())?;
    Ok(())
}

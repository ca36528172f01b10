//! The results file: read with care, written by one at a time.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::finetune::{FinetuneError, Results};
use crate::store::{FoundJson, JsonKind, Lock, StoreError, read, save_atomically};

/// More than twice what a sweep of as many runs as it may have writes.
pub const LARGEST: u64 = 16 * 1024 * 1024;

/// Why results cannot be kept or reopened.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is not there, or not readable.
    #[error("{reason}: {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The sentence without the path.
        reason: String,
    },
    /// The file is no results file.
    #[error("{error}: {}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Why.
        error: FinetuneError,
    },
    /// The file cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file came or changed after the sweep had begun.
    #[error(
        "another program has written this file since the sweep began, and it is left as it is; \
         choose another name: {}",
        path.display()
    )]
    Appeared {
        /// The file.
        path: PathBuf,
    },
    /// The results cannot be said in JSON.
    #[error(transparent)]
    Finetune(#[from] FinetuneError),
}

impl SaveError {
    /// Whether the file is one that a newer version of this program wrote.
    pub fn is_newer(&self) -> bool {
        let error = match self {
            Self::Damaged { error, .. } | Self::Finetune(error) => error,
            _ => return false,
        };
        matches!(error, FinetuneError::NewerFormat { .. })
    }
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
    let bytes = read(path, LARGEST, "a results file").map_err(unreadable)?;
    let damaged = |error| SaveError::Damaged {
        path: path.to_owned(),
        error,
    };
    if let Some(why) = FoundJson::of_bytes(&bytes).objection(JsonKind::Results) {
        return Err(unreadable(why));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        damaged(FinetuneError::Damaged {
            reason: "it is not text".to_owned(),
        })
    })?;
    Results::from_json(&text).map_err(damaged)
}

/// A results file that nobody else writes until this is dropped.
#[derive(Debug)]
pub struct ResultsFile {
    path: PathBuf,
    /// The file that stood there when it was locked; not looked at after the first write.
    found: Option<Stamp>,
    written: bool,
    _lock: Lock,
}

impl ResultsFile {
    /// Locks the file for a sweep, whether it is there or not.
    ///
    /// # Errors
    /// Another sweep has it, or nothing can be written beside it.
    pub fn lock(path: &Path) -> Result<Self, SaveError> {
        let lock = Lock::hold(path)?;
        Ok(Self {
            found: Stamp::of(path),
            path: path.to_owned(),
            written: false,
            _lock: lock,
        })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Forgets what stood there, which was read or moved away.
    pub fn look_again(&mut self) {
        self.found = Stamp::of(&self.path);
    }

    /// Writes the results, whole or not at all. The first time it looks again whether the file is
    /// as it was when it was locked: not every program asks for the lock.
    ///
    /// # Errors
    /// A place that cannot be written, a file that has come or changed since.
    pub fn save(&mut self, results: &Results) -> Result<(), SaveError> {
        if !self.written && Stamp::of(&self.path) != self.found {
            return Err(SaveError::Appeared {
                path: self.path.clone(),
            });
        }
        save(&self.path, results)?;
        self.written = true;
        Ok(())
    }
}

/// Length and time, which tell a file from one that was written in its place.
#[derive(Debug, PartialEq)]
struct Stamp(u64, Option<SystemTime>);

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let found: Metadata = fs::metadata(path).ok()?;
        Some(Self(found.len(), found.modified().ok()))
    }
}

/// Writes a results file, whole or not at all.
///
/// # Errors
/// A place that cannot be written.
pub fn save(path: &Path, results: &Results) -> Result<(), SaveError> {
    save_atomically(path, results.to_json()?.as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finetune::SweepSettings;

    fn results(seed: u64) -> Results {
        let settings = SweepSettings {
            seeds: vec![seed],
            ..SweepSettings::quick()
        };
        Results::new("MNIST", (28, 28), &settings)
    }

    #[test]
    fn a_results_file_has_one_writer() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.json");
        let mut first = ResultsFile::lock(&path).expect("is free");
        let busy = ResultsFile::lock(&path).expect_err("is locked");
        let is_busy = matches!(busy, SaveError::Store(StoreError::Busy { .. }));
        assert!(is_busy, "{busy}");
        first.save(&results(0)).expect("writes");
        first.save(&results(0)).expect("writes again");
        drop(first);
        assert_eq!(load(&path).expect("reads"), results(0));
        let mut second = ResultsFile::lock(&path).expect("is free again");
        second.save(&results(0)).expect("goes on");
        drop(second);
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[test]
    fn a_file_that_appears_before_the_first_write_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.json");
        let mut ours = ResultsFile::lock(&path).expect("is free");
        save(&path, &results(1)).expect("somebody who asks for no lock");
        let error = ours.save(&results(0)).expect_err("has appeared");
        assert!(matches!(error, SaveError::Appeared { .. }), "{error}");
        assert_eq!(load(&path).expect("reads"), results(1));
        // One that is gone is no harm.
        fs::remove_file(&path).expect("removes");
        ours.save(&results(0)).expect("writes");
    }

    #[test]
    fn a_file_is_locked_only_where_it_can_be_written() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = ResultsFile::lock(&folder.path().join("nowhere/a.json"));
        let error = error.expect_err("no folder").to_string();
        assert!(error.contains("nowhere"), "{error}");
    }

    #[test]
    fn the_files_of_hostile_hands_are_refused_at_once() {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases");
        for name in ["results-parts-bomb.json", "results-slow.json"] {
            let error = load(&cases.join(name)).expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains('\n'), "{error}");
        }
    }
}

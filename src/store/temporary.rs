//! Temporary files of ours, which no crash and no signal leaves for good.
//!
//! Their names are certainly ours, and whoever writes one holds a lock on it: what can be locked
//! has lost its writer and goes when the next one comes by.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::system::folder_of;

const PREFIX: &str = ".localized-lora-";
const SUFFIX: &str = ".tmp";
/// The age at which a file has lost its writer, where files cannot be locked.
const OLD: Duration = Duration::from_secs(3600);

/// The files that this process has not removed yet.
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn live() -> MutexGuard<'static, Vec<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets a signal remove this file with the others; for one that is made and removed elsewhere.
pub(crate) fn remember(path: &Path) {
    live().push(path.to_path_buf());
}

/// The file is removed, or kept for good.
pub(crate) fn forget(path: &Path) {
    live().retain(|one| one != path);
}

/// A name that no other process and no other part of this one uses.
fn name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{PREFIX}{}-{number}{SUFFIX}", std::process::id())
}

/// Whether [`name`] gave this name, in any process.
fn is_ours(name: &str) -> bool {
    let inner = name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.strip_suffix(SUFFIX));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    inner
        .and_then(|inner| inner.split_once('-'))
        .is_some_and(|(process, number)| digits(process) && digits(number))
}

/// A new file in the folder of another, gone when dropped.
pub(super) struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// Makes one beside `path`, and removes those there whose writers are gone.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let folder = folder_of(path);
        remove_leftover_files(folder);
        loop {
            let path = folder.join(name());
            let mut live = live();
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                // Left by a process that had our number.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(file) => {
                    live.push(path.clone());
                    drop(live);
                    let found = Self { file, path };
                    if hold(&found.file) {
                        return Ok(found);
                    }
                }
            }
        }
    }

    /// The open file.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Moves it to `place`, over what is there.
    pub fn persist(self, place: &Path) -> io::Result<()> {
        fs::rename(&self.path, place)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After `persist` there is none.
        let _ = fs::remove_file(&self.path);
        forget(&self.path);
    }
}

/// Locks a new file. False where someone took it for a leftover in the moment before.
fn hold(file: &File) -> bool {
    // Where there are no locks, only age tells a leftover.
    let _ = file.lock();
    is_linked(file)
}

#[cfg(unix)]
fn is_linked(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    file.metadata().is_ok_and(|found| found.nlink() > 0)
}

/// Elsewhere an open file is not removed.
#[cfg(not(unix))]
fn is_linked(_: &File) -> bool {
    true
}

/// Removes all that this process has not removed yet, and lets it make no more: it is about to end.
pub(crate) fn remove_temporary() {
    let live = live();
    for path in live.iter() {
        // What is gone already needs nothing.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(live);
}

/// Once for every folder: long work writes often, and what is left by others does not grow.
fn remove_leftover_files(folder: &Path) {
    static DONE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
    let mut done = DONE.lock().unwrap_or_else(PoisonError::into_inner);
    if done.iter().any(|one| one == folder) {
        return;
    }
    done.push(folder.to_path_buf());
    drop(done);
    for path in named_as_ours(folder) {
        let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        if is_file && is_left(&path) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn named_as_ours(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_str().is_some_and(is_ours))
        .map(|entry| entry.path())
        .filter(|path| !live().contains(path))
        .collect()
}

/// Whether nobody writes to a file of ours any more.
fn is_left(path: &Path) -> bool {
    let Ok(file) = OpenOptions::new().read(true).write(true).open(path) else {
        return false;
    };
    match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => file.metadata().is_ok_and(|found| is_old(&found)),
    }
}

fn is_old(found: &fs::Metadata) -> bool {
    let age = found.modified().ok().and_then(|time| time.elapsed().ok());
    age.is_some_and(|age| age > OLD)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_names_of_ours_are_ours() {
        assert!(is_ours(&name()));
        for other in [
            ".localized-lora-1.tmp",
            ".localized-lora-1-x.tmp",
            ".localized-lora--.tmp",
            "localized-lora-1-2.tmp",
            ".localized-lora-1-2.tmp.png",
            ".tmp123",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }

    #[test]
    fn what_a_dead_writer_left_goes_and_what_is_written_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at(".localized-lora-1-1.tmp"), b"left").unwrap();
        fs::write(at(".localized-lora-notes.tmp"), b"not ours").unwrap();
        let written = File::create(at(".localized-lora-1-2.tmp")).unwrap();
        written.lock().unwrap();
        drop(Temporary::beside(&at("a.txt")).unwrap());
        assert!(!at(".localized-lora-1-1.tmp").exists());
        assert!(at(".localized-lora-1-2.tmp").exists());
        assert!(at(".localized-lora-notes.tmp").exists());
    }
}

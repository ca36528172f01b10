//! One writer for a file: a lock beside it, gone when the writer is.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::temporary::{forget, remember};
use super::{StoreError, check_place};

/// Longer names have no room for what the lock's adds to them.
const LONGEST: usize = 100;

/// Held by whoever writes a file. The system lets go of it when the program ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    /// Open as long as the lock is held.
    _file: File,
}

impl Lock {
    /// Holds the lock of `file` until it is dropped.
    ///
    /// # Errors
    /// A place that cannot be written, or a file that another run writes.
    pub fn hold(file: &Path) -> Result<Self, StoreError> {
        check_place(file)?;
        let taken = Self::take(file).map_err(|error| StoreError::writing(file, &error))?;
        taken.ok_or_else(|| StoreError::Busy {
            path: file.to_owned(),
        })
    }

    /// The lock of `file`; none where another holds it.
    fn take(file: &Path) -> io::Result<Option<Self>> {
        let path = beside(&target(file));
        loop {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
                return Ok(None);
            }
            // A file system without locks answers with an error: there it cannot be had, and the
            // look before the first write has to do.
            // Who held it before may have removed the file between our opening and locking it.
            if is_at(&file, &path) {
                remember(&path);
                return Ok(Some(Self { path, _file: file }));
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held, so that nobody's file but ours goes.
        let _ = fs::remove_file(&self.path);
        forget(&self.path);
    }
}

/// The file that a link leads to: two names of one file have one lock.
fn target(file: &Path) -> PathBuf {
    if let Ok(found) = fs::canonicalize(file) {
        return found;
    }
    let file = fs::read_link(file).map_or_else(|_| file.to_owned(), |link| with_link(file, &link));
    let name = file.file_name().unwrap_or_default();
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::canonicalize(folder).map_or_else(|_| file.clone(), |folder| folder.join(name))
}

fn with_link(file: &Path, link: &Path) -> PathBuf {
    file.parent()
        .map_or_else(|| link.to_owned(), |folder| folder.join(link))
}

fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(LONGEST).collect();
    file.with_file_name(format!(".{name}.lock"))
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    match (file.metadata().map(place), fs::metadata(path).map(place)) {
        (Ok(ours), Ok(there)) => ours == there,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_lock_whatever_it_is_called_and_none_is_left_behind() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.json");
        let first = Lock::take(&file).expect("locks").expect("is free");
        let other_name = folder.path().join(".").join("a.json");
        assert!(Lock::take(&other_name).expect("looks").is_none());
        let other_file = Lock::take(&folder.path().join("b.json")).expect("locks");
        assert!(other_file.is_some());
        drop((first, other_file));
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 0);
        assert!(Lock::take(&file).expect("locks").is_some());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_has_the_lock_of_what_it_leads_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("a.json"), folder.path().join("b.json"));
        std::os::unix::fs::symlink("a.json", &link).expect("links");
        let _held = Lock::take(&file).expect("locks").expect("is free");
        assert!(Lock::take(&link).expect("looks").is_none(), "dangling");
        fs::write(&file, "x").expect("writes");
        assert!(Lock::take(&link).expect("looks").is_none());
    }

    #[test]
    fn threads_that_hurry_never_hold_it_together() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.json");
        let (held, taken) = (std::sync::Mutex::new(()), std::sync::Mutex::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        if let Ok(Some(_lock)) = Lock::take(&file) {
                            let _alone = held.try_lock().expect("nobody else holds it");
                            *taken.lock().expect("counts") += 1;
                        }
                    }
                });
            }
        });
        assert!(*taken.lock().expect("counts") > 0);
        assert!(!beside(&file).exists());
    }
}

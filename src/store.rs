//! Files are written whole or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use thiserror::Error;

/// Why a file could not be written; what stood there before is untouched.
#[derive(Debug, Error)]
#[error("{} could not be written ({reason}), choose a folder that exists and may be written to", path.display())]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub reason: String,
}

/// Writes `bytes` to `path`: first beside it, then in its place, so that a reader or a crash meets
/// either the old file or the whole new one.
///
/// # Errors
/// When the folder is missing or not writable, the disk is full, or `path` is a folder.
pub fn save_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    write(path, bytes).map_err(|error| StoreError {
        path: path.to_path_buf(),
        reason: reason(&error),
    })
}

/// Looks whether `path` can be written, before long work whose result goes there.
///
/// # Errors
/// As [`save_atomically`].
pub fn check_place(path: &Path) -> Result<(), StoreError> {
    let found = if path.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        beside(path).map(drop)
    };
    found.map_err(|error| StoreError {
        path: path.to_path_buf(),
        reason: reason(&error),
    })
}

/// The system's reason without the name of the temporary file beside, which nobody asked for.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        kind => kind.to_string(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays a link: the file that it leads to is replaced.
    let linked = path.is_symlink().then(|| std::fs::canonicalize(path));
    let path = linked
        .and_then(Result::ok)
        .unwrap_or_else(|| path.to_owned());
    let mut file = beside(&path)?;
    file.write_all(bytes)?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A new file in the folder of `path`, gone when dropped.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut beside = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What a new file usually gets; a temporary one would stay private to its owner.
        beside.permissions(std::fs::Permissions::from_mode(0o644));
    }
    beside.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_a_failure_leaves_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("a.txt");
        save_atomically(&path, b"first").expect("writes");
        save_atomically(&path, b"second").expect("replaces");
        assert_eq!(std::fs::read(&path).expect("reads"), b"second");
        let inside_a_file = path.join("b.txt");
        let error = save_atomically(&inside_a_file, b"x").expect_err("no folder");
        assert!(
            error
                .to_string()
                .contains("a.txt/b.txt could not be written (not a directory)")
        );
        assert!(save_atomically(folder.path(), b"x").is_err());
        assert!(check_place(&path).is_ok());
        assert!(check_place(&inside_a_file).is_err());
        assert!(check_place(folder.path()).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        save_atomically(&file, b"old").expect("writes");
        std::os::unix::fs::symlink(&file, &link).expect("links");
        save_atomically(&link, b"new").expect("replaces");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).expect("reads"), b"new");
    }
}

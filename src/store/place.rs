//! Places for files: links are followed, and nothing but a regular file may stand there.

use std::fs::{self, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::system::{self, folder_of};

/// As many links as Linux follows.
const MOST_LINKS: usize = 40;

/// The place of a file that can be written as far as one sees without writing.
pub(super) struct Destination {
    path: PathBuf,
    replaced: Option<Metadata>,
}

impl Destination {
    /// Follows `path` to its end.
    ///
    /// # Errors
    /// What is wrong with it, and what to do.
    pub fn find(path: &Path) -> Result<Self, String> {
        if path.as_os_str().is_empty() {
            return Err("a file needs a name; give one".to_owned());
        }
        if names_a_folder(path) {
            return Err("this names a folder; add a file's name".to_owned());
        }
        let refused = |error| system::writing(path, &error);
        match fs::metadata(path) {
            Ok(found) if found.is_file() => {
                may_be_replaced(path, &found)?;
                Ok(Self {
                    path: fs::canonicalize(path).map_err(refused)?,
                    replaced: Some(found),
                })
            }
            Ok(found) if found.is_dir() => Err("it is a folder; add a file's name".to_owned()),
            Ok(_) => Err(
                "it is not a regular file; choose another name, or write - for standard output"
                    .to_owned(),
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let path = end_of_links(path).map_err(refused)?;
                if names_a_folder(&path) {
                    return Err("it is a link to a folder; add a file's name".to_owned());
                }
                Ok(Self {
                    path,
                    replaced: None,
                })
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// The file itself, behind all links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that stands there.
    pub fn replaced(&self) -> Option<&Metadata> {
        self.replaced.as_ref()
    }

    /// The identity of this file, whatever it is called.
    pub fn identity(&self) -> Identity {
        match &self.replaced {
            Some(found) => Identity::existing(&self.path, found),
            None => Identity::Name(named(&self.path)),
        }
    }
}

/// A path that ends as only a folder's can.
fn names_a_folder(path: &Path) -> bool {
    let text = path.as_os_str().as_encoded_bytes();
    text.ends_with(b"/") || (cfg!(windows) && text.ends_with(b"\\")) || path.file_name().is_none()
}

/// A file that its user has locked is not replaced, though the folder would permit it.
fn may_be_replaced(path: &Path, found: &Metadata) -> Result<(), String> {
    let read_only = || "it is read-only; change its permissions, or choose another name".to_owned();
    if found.permissions().readonly() {
        return Err(read_only());
    }
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(read_only()),
        Err(error) => Err(system::writing(path, &error)),
        Ok(_) => Ok(()),
    }
}

/// The end of a link that leads to no file yet.
fn end_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder_of(&path).join(target),
            // No link any more, but a name that is free.
            Err(_) => return Ok(path),
        }
    }
    // The system counts links as well and says so before we get here.
    Ok(path)
}

/// A file's path through no link.
fn named(path: &Path) -> PathBuf {
    let folder = fs::canonicalize(folder_of(path));
    match (folder, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_path_buf(),
    }
}

/// The identity of a file, whatever it is called.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// Device and number on it, the same for all hard links.
    #[cfg(unix)]
    Number(u64, u64),
    /// The path through no link.
    Name(PathBuf),
}

impl Identity {
    /// The identity of a file that is there.
    pub fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        Some(Self::existing(path, &found))
    }

    #[cfg(unix)]
    fn existing(_: &Path, found: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self::Number(found.dev(), found.ino())
    }

    #[cfg(not(unix))]
    fn existing(path: &Path, _: &Metadata) -> Self {
        Self::Name(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()))
    }
}

//! Files are written whole or not at all, and only where nothing else is lost by it.

mod folder;
mod json_kind;
mod lock;
mod place;
mod read;
mod temporary;

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::system;
use place::Destination;
use temporary::Temporary;

pub use folder::OutputFolder;
pub use json_kind::{FoundJson, JsonKind, read_json};
pub use lock::Lock;
pub use read::read;
pub(crate) use temporary::remove_temporary;

/// Why a file could not be written; what stood there before is untouched.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The place does not take it.
    #[error("this file could not be written, because {reason}: {}", path.display())]
    Place {
        /// The file.
        path: PathBuf,
        /// The obstacle and the remedy.
        reason: String,
    },
    /// The folder does not take files.
    #[error("this folder cannot be written to, because {reason}: {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The obstacle and the remedy.
        reason: String,
    },
    /// A source would be lost.
    #[error(
        "the output would replace a source that is read here; choose another name: {}",
        path.display()
    )]
    Source {
        /// The output.
        path: PathBuf,
    },
    /// Another run writes it.
    #[error(
        "another run is writing this file; wait until it has ended, or choose another name: {}",
        path.display()
    )]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Two outputs would be one file.
    #[error(
        "two outputs would be the same file; give each a name of its own: {} and {}",
        first.display(), second.display()
    )]
    SameOutput {
        /// One output.
        first: PathBuf,
        /// Another.
        second: PathBuf,
    },
}

impl StoreError {
    /// The system's error about writing to `path`.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::place(path, system::writing(path, error))
    }

    fn place(path: &Path, reason: String) -> Self {
        Self::Place {
            path: path.to_path_buf(),
            reason,
        }
    }
}

/// Writes `bytes` to `path`: first beside it, then in its place, so that a reader or a crash meets
/// either the old file or the whole new one.
///
/// A symbolic link stays one, and the file that it leads to is written, also where there is none
/// yet. A file that is replaced keeps its mode, and its owner and group where that is permitted; a
/// new one has those of any new file.
///
/// # Errors
/// [`StoreError::Place`] when the folder is missing or not writable, the disk is full, or something
/// stands there that is no regular file or read-only.
pub fn save_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let place = Destination::find(path).map_err(|reason| StoreError::place(path, reason))?;
    write(&place, bytes).map_err(|error| StoreError::writing(path, &error))
}

/// Looks whether `path` can be written, before long work whose result goes there.
///
/// # Errors
/// As [`save_atomically`].
pub fn check_place(path: &Path) -> Result<(), StoreError> {
    let place = Destination::find(path).map_err(|reason| StoreError::place(path, reason))?;
    match Temporary::beside(place.path()) {
        Ok(_) => Ok(()),
        Err(error) => Err(StoreError::writing(path, &error)),
    }
}

/// Looks whether all outputs of a call can be written, each as a file of its own and none of them
/// over a file that is read for it. Links of both kinds are seen through.
///
/// # Errors
/// As [`save_atomically`], and [`StoreError::Source`] or [`StoreError::SameOutput`].
pub fn check_outputs(outputs: &[&Path], sources: &[PathBuf]) -> Result<(), StoreError> {
    let mut seen: Vec<(&Path, place::Identity)> = Vec::new();
    for &path in outputs {
        let place = Destination::find(path).map_err(|reason| StoreError::place(path, reason))?;
        let identity = place.identity();
        let is_read = |source: &PathBuf| place::Identity::of(source).as_ref() == Some(&identity);
        if sources.iter().any(is_read) {
            return Err(StoreError::Source {
                path: path.to_path_buf(),
            });
        }
        if let Some((first, _)) = seen.iter().find(|(_, one)| *one == identity) {
            return Err(StoreError::SameOutput {
                first: first.to_path_buf(),
                second: path.to_path_buf(),
            });
        }
        seen.push((path, identity));
    }
    outputs.iter().try_for_each(|path| check_place(path))
}

fn write(place: &Destination, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = Temporary::beside(place.path())?;
    if let Some(replaced) = place.replaced() {
        take_over(replaced, temporary.file())?;
    }
    temporary.file().write_all(bytes)?;
    temporary.file().sync_data()?;
    temporary.persist(place.path())
}

/// Gives the new file the mode of the one that it replaces, and its owner and group where that is
/// permitted. Where the group cannot be kept, the new one gets no more than everybody.
#[cfg(unix)]
fn take_over(replaced: &Metadata, file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let (user, group) = (replaced.uid(), replaced.gid());
    let kept = fchown(file, Some(user), Some(group)).or_else(|_| fchown(file, None, Some(group)));
    let mode = replaced.mode() & 0o777;
    let mode = match kept {
        Ok(()) => mode,
        Err(_) => mode & !0o070 | (mode & 0o007) << 3,
    };
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Elsewhere a new file has what its folder gives.
#[cfg(not(unix))]
fn take_over(_: &Metadata, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;

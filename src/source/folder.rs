//! A data set in a folder that the user names.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use flate2::read::MultiGzDecoder;
use tempfile::TempDir;

use super::SourceError;
use super::error::shown;
use super::idx::{self, PARTS, Part};

/// The four files of a folder as they are now; when one changes, the data set is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub folder: PathBuf,
    files: [(PathBuf, u64, Option<SystemTime>); 4],
}

/// Finds the four files of a data set, each plain or packed.
pub(super) fn find(folder: &Path) -> Result<Found, SourceError> {
    let listed = std::fs::metadata(folder).map_err(|error| SourceError::from_io(folder, &error))?;
    if !listed.is_dir() {
        return Err(SourceError::unsupported(
            &shown(folder),
            "no data set",
            "name the folder with the four files of a data set like MNIST",
        ));
    }
    let mut files = Vec::with_capacity(PARTS.len());
    for part in PARTS {
        let path = find_part(folder, part)?;
        let data = std::fs::metadata(&path).map_err(|error| SourceError::from_io(&path, &error))?;
        files.push((path, data.len(), data.modified().ok()));
    }
    let files = files.try_into().map_err(|_| SourceError::Missing {
        path: shown(folder),
    })?;
    Ok(Found {
        folder: folder.to_owned(),
        files,
    })
}

fn find_part(folder: &Path, part: Part) -> Result<PathBuf, SourceError> {
    let dashed = part.file_name();
    let dotted = dashed.replace("-idx", ".idx");
    [
        dashed.to_owned(),
        dotted.clone(),
        format!("{dashed}.gz"),
        format!("{dotted}.gz"),
    ]
    .into_iter()
    .map(|name| folder.join(name))
    .find(|path| path.is_file())
    .ok_or_else(|| SourceError::Missing {
        path: format!("{dashed} or {dashed}.gz in {}", shown(folder)),
    })
}

/// The four checked plain files; those that were packed live as long as this value.
pub(super) struct Plain {
    paths: [PathBuf; 4],
    _unpacked: Option<TempDir>,
}

impl Plain {
    /// Paths in the order of [`PARTS`].
    pub fn paths(&self) -> &[PathBuf; 4] {
        &self.paths
    }
}

/// Unpacks what is packed, and checks everything.
///
/// The reader takes paths as UTF-8 only: a file with another path is copied.
pub(super) fn plain(found: &Found) -> Result<Plain, SourceError> {
    let mut unpacked: Option<TempDir> = None;
    let mut paths: [PathBuf; 4] = Default::default();
    for ((part, (path, ..)), plain) in PARTS.into_iter().zip(&found.files).zip(&mut paths) {
        let packed = path.extension().is_some_and(|extension| extension == "gz");
        if packed || path.to_str().is_none() {
            let folder = match unpacked.take() {
                Some(folder) => folder,
                None => TempDir::new()
                    .map_err(|error| SourceError::from_io(&std::env::temp_dir(), &error))?,
            };
            *plain = folder.path().join(part.file_name());
            unpacked = Some(folder);
            copy(path, packed, plain, part)?;
        } else {
            plain.clone_from(path);
        }
        idx::check(plain, part).map_err(|error| name_original(error, path))?;
    }
    Ok(Plain {
        paths,
        _unpacked: unpacked,
    })
}

/// One byte more than allowed is enough to see that a file is too long.
fn copy(from: &Path, packed: bool, to: &Path, part: Part) -> Result<(), SourceError> {
    let input = File::open(from).map_err(|error| SourceError::from_io(from, &error))?;
    let mut output = File::create(to).map_err(|error| SourceError::from_io(to, &error))?;
    let limit = part.file_bytes() + 1;
    let copied = if packed {
        let unpacked = MultiGzDecoder::new(io::BufReader::new(input));
        io::copy(&mut unpacked.take(limit), &mut output)
    } else {
        io::copy(&mut input.take(limit), &mut output)
    };
    copied
        .map(|_| ())
        .map_err(|error| SourceError::damaged(&shown(from), "a gzip file", error.to_string()))
}

/// The user knows the packed file, not our copy.
fn name_original(error: SourceError, path: &Path) -> SourceError {
    match error {
        SourceError::Damaged {
            expected, reason, ..
        } => SourceError::Damaged {
            name: shown(path),
            expected,
            reason,
        },
        other => other,
    }
}

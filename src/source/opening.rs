//! Opens files that can be read to their end.

use std::fs::File;
use std::path::Path;

use super::SourceError;
use super::error::shown;

/// Opens a regular file; a folder, a pipe or a device is refused before it can block.
pub(super) fn open(path: &Path) -> Result<(File, u64), SourceError> {
    let io = |error| SourceError::from_io(path, &error);
    let data = std::fs::metadata(path).map_err(io)?;
    if data.is_dir() {
        return Err(SourceError::IsFolder {
            path: shown(path),
            remedy: "name a file in it".to_owned(),
        });
    }
    if !data.is_file() {
        return Err(SourceError::Unreadable {
            path: shown(path),
            reason: "it is not a regular file; save the data to one".to_owned(),
        });
    }
    Ok((File::open(path).map_err(io)?, data.len()))
}

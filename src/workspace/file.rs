//! Session files: read with care, written whole or not at all.

use std::path::Path;

use super::Workspace;
use super::error::{FileError, WorkspaceError};
use crate::store::{check_outputs, read, save_atomically};

/// The ending of a session file's name.
pub const ENDING: &str = ".llora.json";

/// A session takes some thousand bytes; the rest is for a pasted matrix of two thousand squared.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Whether a file is a session by its name.
pub fn is_session_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.to_lowercase().ends_with(ENDING)
}

/// Reads a session file; its relative paths begin in its folder.
///
/// # Errors
/// A file that is missing, unreadable or too large, and as [`Workspace::from_json`].
pub fn load(path: &Path) -> Result<Workspace, FileError> {
    let unreadable = |reason: String| FileError::Read {
        path: path.to_owned(),
        reason,
    };
    let bytes = read(path, LARGEST, "a session file").map_err(unreadable)?;
    let workspace = Workspace::from_json(&bytes).map_err(FileError::content(path))?;
    Ok(workspace.found_from(folder_of(path)))
}

/// Writes a session file, whole or not at all. Data in its folder or below is named from there on, so
/// that both can be moved together.
///
/// # Errors
/// A pasted matrix that is too large, a path that is not UTF-8, a place that cannot be written or
/// that is a source of the session.
pub fn save(path: &Path, workspace: &Workspace) -> Result<(), FileError> {
    let written = workspace.clone().seen_from(folder_of(path));
    let text = written.to_text(true).map_err(FileError::content(path))?;
    if text.len() as u64 > LARGEST {
        let error = WorkspaceError::Unsaid(
            "the pasted matrix is too large for a session file; save the matrix to a file and open that",
        );
        return Err(FileError::content(path)(error));
    }
    check_outputs(&[path], &workspace.session.files())?;
    save_atomically(path, (text + "\n").as_bytes())?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

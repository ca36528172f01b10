//! Names of files.

use std::path::Path;

/// The ending of a file's name, in lower case and without its dot; nothing where there is none.
pub fn ending(path: &Path) -> String {
    path.extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

//! Names of files.

use std::path::Path;

/// The ending of a file's name, in lower case and without its dot; nothing where there is none.
pub fn ending(path: &Path) -> String {
    path.extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

/// A path without its folders, which often tell whose file it is: the name that a figure may hold, also where
/// the path was written on another system.
pub fn without_folders(path: &str) -> &str {
    const BETWEEN: [char; 2] = ['/', '\\'];
    let path = path.trim_end_matches(BETWEEN);
    path.rsplit(BETWEEN).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_its_folders_is_the_name_of_its_file_or_folder() {
        for (path, name) in [
            ("/home/ann/tuned.safetensors", "tuned.safetensors"),
            ("tuned.safetensors", "tuned.safetensors"),
            ("C:\\Users\\ann\\tuned.safetensors", "tuned.safetensors"),
            ("../models/tuned/", "tuned"),
            ("/home/ann/..", ".."),
            ("-", "-"),
            ("/", ""),
        ] {
            assert_eq!(without_folders(path), name, "{path}");
        }
    }
}

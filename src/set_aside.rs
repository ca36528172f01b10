//! Files that must give way are kept, each under a name of its own.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// More names than this are not tried.
const MOST: usize = 1000;

/// Renames `a.json` to `a.TAG.json`, or `a.TAG-2.json` and so on where that is taken, and gives the
/// new path.
///
/// # Errors
/// When the folder cannot be written to, or `file` is not there; then it stays as it is.
pub fn set_aside(file: &Path, tag: &str) -> io::Result<PathBuf> {
    let aside = reserve(file, tag)?;
    match fs::rename(file, &aside) {
        Ok(()) => Ok(aside),
        Err(error) => {
            // The name was taken for this file alone.
            let _ = fs::remove_file(&aside);
            Err(error)
        }
    }
}

/// Makes an empty file of a name that nothing had, so that no two programs take the same.
fn reserve(file: &Path, tag: &str) -> io::Result<PathBuf> {
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    for number in 1..=MOST {
        let number = match number {
            1 => String::new(),
            _ => format!("-{number}"),
        };
        let name = file.with_extension(format!("{tag}{number}.{ending}"));
        match OpenOptions::new().write(true).create_new(true).open(&name) {
            Ok(_) => return Ok(name),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_file_does_not_replace_the_first_that_was_set_aside() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.json");
        for (text, name) in [("one", "a.old.json"), ("two", "a.old-2.json")] {
            fs::write(&file, text).expect("writes");
            let aside = set_aside(&file, "old").expect("renames");
            assert_eq!(aside, folder.path().join(name));
            assert_eq!(fs::read_to_string(aside).expect("reads"), text);
            assert!(!file.exists());
        }
        assert!(set_aside(&file, "old").is_err(), "nothing is there");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2);
    }
}

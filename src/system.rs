//! Errors of the operating system in words: what is wrong, and after a semicolon a remedy.

use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why `path` cannot be read.
pub(crate) fn reading(path: &Path, error: &io::Error) -> String {
    if let Some(obstacle) = Obstacle::before(path, error) {
        return match obstacle {
            Obstacle::Closed(_) => format!("{obstacle}; change its permissions"),
            _ => format!("{obstacle}; check the path"),
        };
    }
    match error.kind() {
        ErrorKind::NotFound => "there is no such file; check the spelling".to_owned(),
        ErrorKind::PermissionDenied => {
            "you have no permission to read it; change its permissions".to_owned()
        }
        _ => general(path, error, "copy it to another place"),
    }
}

/// Whether everything before the last part of `path` is there, and it is not.
pub(crate) fn only_it_is_missing(path: &Path, error: &io::Error) -> bool {
    error.kind() == ErrorKind::NotFound && Obstacle::before(path, error).is_none()
}

/// Why nothing can be written to `path`.
pub(crate) fn writing(path: &Path, error: &io::Error) -> String {
    if let Some(obstacle) = Obstacle::before(path, error) {
        return match obstacle {
            Obstacle::Missing(_) => format!("{obstacle}; create it, or choose another one"),
            _ => format!("{obstacle}; choose another folder"),
        };
    }
    match error.kind() {
        ErrorKind::PermissionDenied => format!(
            "you have no permission to write in the folder {}; choose another folder",
            folder_of(path).display()
        ),
        ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only; choose a folder elsewhere".to_owned()
        }
        _ => general(path, error, "choose another folder"),
    }
}

/// Why standard output takes nothing more.
pub(crate) fn standard_output(error: &io::Error) -> String {
    general(Path::new(""), error, "redirect it elsewhere")
}

/// As most file systems have it, in bytes.
const LONGEST_NAME: usize = 255;

/// Errors that can befall any file; `remedy` is for those that have none of their own.
fn general(path: &Path, error: &io::Error, remedy: &str) -> String {
    match error.kind() {
        ErrorKind::StorageFull => format!("the disk is full; free some space, or {remedy}"),
        ErrorKind::QuotaExceeded => {
            format!("your share of the disk is used up; free some space, or {remedy}")
        }
        ErrorKind::FileTooLarge => format!("files may not be that large there; {remedy}"),
        ErrorKind::InvalidFilename => {
            let name = path.components().map(|part| part.as_os_str().len()).max();
            let (what, length) = match name {
                Some(name) if name > LONGEST_NAME => ("name", name),
                _ => ("path", path.as_os_str().len()),
            };
            format!("the {what} is too long ({length} bytes); choose a shorter one")
        }
        ErrorKind::InvalidInput => "the path has a character that none may have; rename it".into(),
        ErrorKind::OutOfMemory => "there is not enough memory; close other programs".to_owned(),
        _ if is_too_many(error) => {
            "too many files are open; close other programs, or raise the limit (ulimit -n)"
                .to_owned()
        }
        kind if is_loop(kind) => {
            "its symbolic links lead in a circle; choose another path".to_owned()
        }
        _ => {
            // The number behind it is for programmers.
            let said = error.to_string();
            let said = said.split(" (os error").next().unwrap_or_default();
            format!("the system says \"{said}\"; {remedy}")
        }
    }
}

/// `EMFILE` and `ENFILE`, for which there is no kind.
fn is_too_many(error: &io::Error) -> bool {
    cfg!(unix) && matches!(error.raw_os_error(), Some(23 | 24))
}

/// `ErrorKind::FilesystemLoop` cannot be named yet.
fn is_loop(kind: ErrorKind) -> bool {
    cfg!(unix) && kind == io::Error::from_raw_os_error(LOOP).kind()
}

/// `ELOOP`.
#[cfg(target_os = "linux")]
const LOOP: i32 = 40;
#[cfg(not(target_os = "linux"))]
const LOOP: i32 = 62;

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A part of a path that nobody gets past.
enum Obstacle {
    Missing(PathBuf),
    File(PathBuf),
    Closed(PathBuf),
}

impl Obstacle {
    /// The obstacle before the last part of `path`, if the error comes from there.
    fn before(path: &Path, error: &io::Error) -> Option<Self> {
        use ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        if !matches!(error.kind(), NotFound | NotADirectory | PermissionDenied) {
            return None;
        }
        let mut folders: Vec<&Path> = path.ancestors().skip(1).collect();
        folders.retain(|folder| !folder.as_os_str().is_empty());
        folders
            .into_iter()
            .rev()
            .find_map(|folder| {
                let owned = || folder.to_path_buf();
                match fs::metadata(folder) {
                    Ok(found) if found.is_dir() => None,
                    Ok(_) => Some(Self::File(owned())),
                    Err(error) if error.kind() == NotFound => Some(Self::Missing(owned())),
                    Err(error) if error.kind() == PermissionDenied => {
                        Some(Self::Closed(folder_of(folder).to_path_buf()))
                    }
                    Err(_) => None,
                }
            })
            .or_else(|| Self::closed_folder(path, error))
    }

    /// The folder itself, where its content may not be looked at.
    fn closed_folder(path: &Path, error: &io::Error) -> Option<Self> {
        let closed = error.kind() == ErrorKind::PermissionDenied
            && fs::symlink_metadata(path)
                .is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
        closed.then(|| Self::Closed(folder_of(path).to_path_buf()))
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(folder) => write!(f, "there is no folder {}", folder.display()),
            Self::File(file) => write!(f, "{} is a file, not a folder", file.display()),
            Self::Closed(folder) => {
                let folder = folder.display();
                write!(f, "you have no permission to enter the folder {folder}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_of_a_path_that_stops_it_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |path: &str| folder.path().join(path);
        fs::write(at("file"), b"x").expect("writes");
        let why = |path: &str| {
            let path = at(path);
            reading(&path, &fs::File::open(&path).expect_err("cannot be opened"))
        };
        let missing = why("no/such/file.csv");
        assert!(
            missing.starts_with("there is no folder") && missing.contains("/no;"),
            "{missing}"
        );
        let through = why("file/a/b.csv");
        assert!(
            through.contains("/file is a file, not a folder;"),
            "{through}"
        );
        assert_eq!(why("none.csv"), "there is no such file; check the spelling");
        let long = why(&"n".repeat(300));
        assert!(long.contains("too long (300 bytes"), "{long}");
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_are_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&link, &link).expect("links");
        let error = fs::File::open(&link).expect_err("leads nowhere");
        assert!(reading(&link, &error).contains("in a circle"));
    }
}

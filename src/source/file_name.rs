//! Names of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The ending of a file's name, in lower case and without its dot; nothing where there is none.
pub fn ending(path: &Path) -> String {
    path.extension()
        .map(|ending| ending.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

/// A path from the root, without `..` where its folders are there, so that it does not hang on folders it only
/// passes; as it is where the working folder is gone. One that ends in `..` gets the name of the folder that it leads
/// to; a link keeps its own name.
pub fn whole_path(path: &Path) -> PathBuf {
    let passes = path.components().any(|part| part == Component::ParentDir);
    let known = match (path.parent(), path.file_name()) {
        (_, None) if !path.as_os_str().is_empty() => path.canonicalize().ok(),
        (Some(folder), Some(name)) if passes => {
            let folder = folder.canonicalize().ok();
            folder.map(|folder| folder.join(name))
        }
        _ => None,
    };
    let whole = known.or_else(|| std::path::absolute(path).ok());
    whole.unwrap_or_else(|| path.to_owned())
}

/// A path that ends in a name, as `.` and `..` do not.
pub fn named_path(path: &Path) -> PathBuf {
    match is_named(path) {
        // `model/.` is `model`.
        true => path.components().collect(),
        false => whole_path(path),
    }
}

fn is_named(path: &Path) -> bool {
    path.file_name().is_some() || path.as_os_str().is_empty()
}

/// A path without its folders, which often tell whose file it is: the name that a figure may hold, also where
/// the path was written on another system.
pub fn without_folders(path: &str) -> &str {
    ending_of(path, 1)
}

/// What stands between the parts of a path, on this system or another.
const BETWEEN: [char; 2] = ['/', '\\'];

/// The last parts of a path, so many of them.
fn ending_of(path: &str, count: usize) -> &str {
    let path = path.trim_end_matches(BETWEEN);
    let mut before = path.rmatch_indices(BETWEEN);
    before
        .nth(count - 1)
        .map_or(path, |(at, _)| &path[at + 1..])
}

/// Names of files as a figure may hold them: without folders, except for as many as tell files of one name
/// apart.
pub struct FileNames(BTreeMap<String, String>);

impl FileNames {
    /// Of these paths.
    pub fn new(paths: Vec<String>) -> Self {
        let paths: BTreeSet<String> = paths.into_iter().collect();
        let longest = paths.iter().map(|path| path.split(BETWEEN).count()).max();
        let name = |path: &String| {
            let tells_apart = |count: &usize| {
                let own = ending_of(path, *count);
                let mut others = paths.iter().filter(|other| *other != path);
                others.all(|other| ending_of(other, *count) != own)
            };
            let count = (1..longest.unwrap_or_default()).find(tells_apart);
            count.map_or_else(|| path.clone(), |count| ending_of(path, count).to_owned())
        };
        Self(
            paths
                .iter()
                .map(|path| (path.clone(), name(path)))
                .collect(),
        )
    }

    /// The name of a path.
    pub fn name<'a>(&'a self, path: &'a str) -> &'a str {
        self.0
            .get(path)
            .map_or_else(|| without_folders(path), String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_their_folders() {
        let name = |all: &[&str], path: &str| {
            let all = all.iter().map(|path| (*path).to_owned()).collect();
            FileNames::new(all).name(path).to_owned()
        };
        let (tuned, base) = (
            "/home/ann/tuned/model.safetensors",
            "/home/ann/base/model.safetensors",
        );
        assert_eq!(name(&[tuned, "b.npy"], tuned), "model.safetensors");
        assert_eq!(name(&[tuned, base], tuned), "tuned/model.safetensors");
        assert_eq!(name(&[tuned, base], base), "base/model.safetensors");
        assert_eq!(name(&["/a/x/m", "/b/x/m"], "/a/x/m"), "a/x/m");
        assert_eq!(name(&["m", "a/m"], "m"), "m");
        assert_eq!(name(&["m", "a/m"], "a/m"), "a/m");
    }

    #[test]
    fn a_whole_path_begins_at_the_root() {
        let folder = std::env::current_dir().expect("a folder");
        assert_eq!(whole_path(Path::new("a/b.npy")), folder.join("a/b.npy"));
        assert_eq!(whole_path(&folder), folder);
        assert_eq!(whole_path(Path::new("")), Path::new(""));
        let real = folder.canonicalize().expect("the folder");
        for path in [".", "src/.."] {
            assert_eq!(whole_path(Path::new(path)), real);
            assert_eq!(named_path(Path::new(path)), real);
        }
        let named = |path: &str| named_path(Path::new(path)).display().to_string();
        assert_eq!(
            (named("a/b.npy"), named("../a/.")),
            ("a/b.npy".into(), "../a".into())
        );
        assert_eq!(whole_path(Path::new("src/../a.npy")), real.join("a.npy"));
        let missing = Path::new("no such/../a.npy");
        assert_eq!(whole_path(missing), folder.join(missing));
    }

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

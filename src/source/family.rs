//! Families of files: those of a folder that belong together as a data set, by their names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{printable, shown};
use super::{SourceError, Split};

/// One of the four files of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FilePart {
    /// The half that it belongs to.
    pub split: Split,
    /// Whether it holds labels, else images.
    pub labels: bool,
}

/// A file as it is now; when it changes, the data set is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StampedFile {
    /// Its path.
    pub path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// The files of a folder whose names begin alike.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// The common beginning of the names, such as `emnist-letters`: nothing for MNIST's own.
    pub prefix: String,
    /// The folder as the user named it.
    folder: PathBuf,
    pub files: Vec<(FilePart, StampedFile)>,
}

/// The files of one half: what a [`DigitSet`](super::DigitSet) is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Half {
    /// The half.
    pub split: Split,
    /// The pictures.
    pub images: StampedFile,
    /// Their labels.
    pub labels: StampedFile,
}

impl Family {
    /// The files of a half.
    ///
    /// # Errors
    /// Names the file that is missing.
    pub fn half(&self, split: Split) -> Result<Half, SourceError> {
        let file = |labels| self.file(FilePart { split, labels }).cloned();
        let kind = images_of(split);
        let name = |labels| self.file_name(FilePart { split, labels });
        let fault = |what: String, remedy: String| {
            SourceError::unsupported(&shown(&self.folder), what, remedy)
        };
        match (file(false), file(true)) {
            (Some(images), Some(labels)) => Ok(Half {
                split,
                images,
                labels,
            }),
            (Some(_), None) => Err(fault(
                format!("the {kind} without their labels"),
                format!("put {} into it, plain or .gz", name(true)),
            )),
            (None, Some(_)) => Err(fault(
                format!("the labels of the {kind} without the images"),
                format!("put {} into it, plain or .gz", name(false)),
            )),
            (None, None) => Err(fault(
                format!("no {kind}"),
                format!(
                    "put {} and {} into it, or use its {}",
                    name(false),
                    name(true),
                    images_of(other(split))
                ),
            )),
        }
    }

    /// The name for people: what its files begin with, or its folder's.
    pub fn name(&self) -> String {
        if !self.prefix.is_empty() {
            return printable(&self.prefix);
        }
        // A path such as `..` has no name of its own.
        let real = self.files.first().and_then(|(_, file)| file.path.parent());
        let folder = real.unwrap_or(&self.folder);
        shown(Path::new(folder.file_name().unwrap_or(folder.as_os_str())))
    }

    /// One of its files, if it is there.
    pub fn file(&self, part: FilePart) -> Option<&StampedFile> {
        let mut files = self.files.iter();
        files.find(|(have, _)| *have == part).map(|(_, file)| file)
    }

    /// The name under which one of its files would be found.
    fn file_name(&self, part: FilePart) -> String {
        let split = match (part.split, self.prefix.is_empty()) {
            (Split::Train, _) => "train",
            (Split::Test, true) => "t10k",
            (Split::Test, false) => "test",
        };
        let kind = if part.labels {
            "labels-idx1"
        } else {
            "images-idx3"
        };
        let joint = if self.prefix.is_empty() { "" } else { "-" };
        format!("{}{joint}{split}-{kind}-ubyte", self.prefix)
    }
}

pub(super) fn images_of(split: Split) -> &'static str {
    match split {
        Split::Train => "training images",
        Split::Test => "test images",
    }
}

/// The other half.
pub(super) fn other(split: Split) -> Split {
    match split {
        Split::Train => Split::Test,
        Split::Test => Split::Train,
    }
}

/// Every data set of a folder, in the order of their names.
pub(super) fn families(folder: &Path) -> Result<Vec<Family>, SourceError> {
    let io = |error| SourceError::from_io(folder, &error);
    // Two ways to one folder are one data set.
    let real = std::fs::canonicalize(folder).map_err(io)?;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&real).map_err(io)? {
        let name = entry.map_err(io)?.file_name();
        if let Some(part) = name.to_str().and_then(part_of) {
            // A plain file goes before a packed one.
            let packed = extension_is_gz(Path::new(&name));
            names.push((part, packed, name));
        }
    }
    names.sort_unstable_by(|a, b| (a.1, &a.2).cmp(&(b.1, &b.2)));
    let mut found: Vec<Family> = Vec::new();
    for ((prefix, part), _, name) in names {
        let path = real.join(name);
        let data = match std::fs::metadata(&path) {
            Ok(data) if data.is_file() => data,
            // A folder that may be listed but not entered is not one without a data set.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(SourceError::from_io(&path, &error));
            }
            _ => continue,
        };
        let same = |family: &Family| family.prefix.eq_ignore_ascii_case(&prefix);
        let at = found.iter().position(same).unwrap_or_else(|| {
            found.push(Family {
                prefix,
                folder: folder.to_owned(),
                files: Vec::new(),
            });
            found.len() - 1
        });
        if found[at].file(part).is_none() {
            let stamped = StampedFile {
                path,
                length: data.len(),
                modified: data.modified().ok(),
            };
            found[at].files.push((part, stamped));
        }
    }
    found.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    Ok(found)
}

fn extension_is_gz(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// The family and the part that a file of this name is: `emnist-letters-test-images-idx3-ubyte.gz` holds the test images
/// of `emnist-letters`. Dots, dashes and underscores are one, and so are large and small letters.
pub(super) fn part_of(name: &str) -> Option<(String, FilePart)> {
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_suffix(".gz").unwrap_or(&lower);
    // What systems and downloads hide is none of the user's files.
    if plain.starts_with('.') {
        return None;
    }
    let mut words = Vec::new();
    let mut start = 0;
    for word in plain.split(['-', '.', '_']) {
        words.push((start, word));
        start += word.len() + 1;
    }
    let at = words.windows(2).position(|pair| {
        split_of(pair[0].1).is_some() && matches!(pair[1].1, "images" | "labels")
    })?;
    let form: Vec<&str> = words[at + 2..].iter().map(|(_, word)| *word).collect();
    let is_idx = |word: &str| word.starts_with("idx");
    let is_type = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    let known = match form[..] {
        [] => true,
        [idx] => is_idx(idx),
        [idx, kind] => is_idx(idx) && is_type(kind),
        _ => false,
    };
    let part = FilePart {
        split: split_of(words[at].1)?,
        labels: words[at + 1].1 == "labels",
    };
    let prefix = name[..words[at].0].trim_end_matches(['-', '.', '_']);
    known.then(|| (prefix.to_owned(), part))
}

fn split_of(word: &str) -> Option<Split> {
    match word {
        "train" | "training" => Some(Split::Train),
        "t10k" | "test" => Some(Split::Test),
        _ => None,
    }
}

//! Data sets in a folder: which files belong together, from their names.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::error::{printable, shown};
use super::idx::Header;
use super::unpack::Content;
use super::{Dataset, OPENABLE_EXTENSIONS, Source, SourceError, Split, digits, file};

/// One of the four files of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Which half it belongs to.
    pub split: Split,
    /// Whether it holds labels, else images.
    pub labels: bool,
}

/// A file as it is now; when it changes, the data set is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamped {
    /// Where it is.
    pub path: PathBuf,
    length: u64,
    modified: Option<SystemTime>,
}

/// The files of a folder whose names begin alike.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// What all names begin with, such as `emnist-letters`: nothing for MNIST's own.
    pub prefix: String,
    /// The folder as the user named it.
    folder: PathBuf,
    files: Vec<(Part, Stamped)>,
}

/// The files of one half: what a [`DigitSet`](super::DigitSet) is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Half {
    /// Which half.
    pub split: Split,
    /// The pictures.
    pub images: Stamped,
    /// Their labels.
    pub labels: Stamped,
}

/// The most that a half is worth showing of: image 7, where there are as many.
const EXAMPLE: usize = 7;

impl Family {
    /// The data set at `path`: a folder's only one, or of several the one that the last part of
    /// the path names, as in `folder/emnist-letters`.
    ///
    /// # Errors
    /// A path that leads nowhere, a folder without a data set or with several.
    pub fn at(path: &Path) -> Result<Self, SourceError> {
        match std::fs::metadata(path) {
            Ok(data) if data.is_dir() => only(path, families(path)?),
            Ok(_) => Err(explained(path).unwrap_or_else(|| {
                let what = "no data set in MNIST (IDX) format";
                SourceError::unsupported(&shown(path), what, "name the folder of one")
            })),
            Err(error) => named(path).unwrap_or_else(|| Err(SourceError::from_io(path, &error))),
        }
    }

    /// The files of a half.
    ///
    /// # Errors
    /// Names the file that is missing.
    pub fn half(&self, split: Split) -> Result<Half, SourceError> {
        let file = |labels| self.file(Part { split, labels }).cloned();
        let kind = images_of(split);
        let name = |labels| self.file_name(Part { split, labels });
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
    pub fn file(&self, part: Part) -> Option<&Stamped> {
        let mut files = self.files.iter();
        files.find(|(have, _)| *have == part).map(|(_, file)| file)
    }

    /// The name under which one of its files would be found.
    fn file_name(&self, part: Part) -> String {
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

fn images_of(split: Split) -> &'static str {
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

/// MNIST's own names go before others; several others are a question.
fn only(path: &Path, mut families: Vec<Family>) -> Result<Family, SourceError> {
    let own = families.iter().position(|family| family.prefix.is_empty());
    match (own, families.len()) {
        (Some(own), _) => Ok(families.swap_remove(own)),
        (None, 1) => Ok(families.swap_remove(0)),
        (None, 0) => Err(SourceError::unsupported(
            &shown(path),
            "no data set in MNIST (IDX) format",
            "name one with train-images-idx3-ubyte and train-labels-idx1-ubyte, or \
             t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or .gz",
        )),
        (None, _) => Err(SourceError::unsupported(
            &shown(path),
            "several data sets",
            format!("name one of them: {}", list(path, &families)),
        )),
    }
}

fn list(folder: &Path, families: &[Family]) -> String {
    let names = families.iter().map(|one| shown(&folder.join(&one.prefix)));
    names.collect::<Vec<_>>().join(", ")
}

/// The data set of the folder above that the last part of `path` names; nothing where that folder
/// has none with a name.
fn named(path: &Path) -> Option<Result<Family, SourceError>> {
    let name = path.file_name()?.to_str()?;
    let folder = above(path)?;
    let mut families = families(folder).ok()?;
    families.retain(|family| !family.prefix.is_empty());
    let same = |family: &Family| family.prefix.eq_ignore_ascii_case(name);
    if let Some(found) = families.iter().position(same) {
        return Some(Ok(families.swap_remove(found)));
    }
    (!families.is_empty()).then(|| {
        Err(SourceError::unsupported(
            &shown(folder),
            format!("no data set {name}"),
            format!("it has {}", list(folder, &families)),
        ))
    })
}

/// Every data set of a folder, in the order of their names.
fn families(folder: &Path) -> Result<Vec<Family>, SourceError> {
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
            let stamped = Stamped {
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

/// What a file of this name is: `emnist-letters-test-images-idx3-ubyte.gz` holds the test images
/// of `emnist-letters`. Dots, dashes and underscores are one, and so are large and small letters.
fn part_of(name: &str) -> Option<(String, Part)> {
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
    let part = Part {
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

/// What to write instead, where `path` is the file or the folder of a data set.
pub(super) fn explained(path: &Path) -> Option<SourceError> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => Some(explained_folder(path)),
        Ok(_) => explained_file(path),
        Err(_) => {
            let family = named(path)?.ok()?;
            Some(match example(path, &family) {
                Ok(text) => {
                    let remedy = format!("for one of its images write {text}");
                    SourceError::unsupported(&shown(path), "a data set", remedy)
                }
                Err(error) => error,
            })
        }
    }
}

fn explained_folder(path: &Path) -> SourceError {
    let known = families(path).unwrap_or_default();
    let tried = known.iter().map(|family| {
        let alone = known.len() == 1 || family.prefix.is_empty();
        match alone {
            true => example(path, family),
            false => example(&path.join(&family.prefix), family),
        }
    });
    let remedy = match first_good(tried) {
        Some(Ok(text)) => format!("for an image of the data set in it write {text}"),
        Some(Err(error)) => return error,
        None => "name a file in it".to_owned(),
    };
    SourceError::IsFolder {
        path: shown(path),
        remedy,
    }
}

/// The first that is right, else the first that is wrong.
fn first_good<T, E>(tried: impl Iterator<Item = Result<T, E>>) -> Option<Result<T, E>> {
    let mut wrong = None;
    for one in tried {
        if one.is_ok() {
            return Some(one);
        }
        wrong.get_or_insert(one);
    }
    wrong
}

fn explained_file(path: &Path) -> Option<SourceError> {
    let name = path.file_name()?.to_string_lossy();
    let part = part_of(&name);
    let ending = file::extension(path);
    if part.is_none() && OPENABLE_EXTENSIONS.contains(&ending.as_str()) {
        return None;
    }
    let header = Content::of_file(path).and_then(|mut content| Header::read(&mut content));
    let Some((prefix, part)) = part else {
        return header.is_ok().then(|| unnamed(path));
    };
    if let Err(error) = header {
        return Some(error);
    }
    let folder = above(path)?;
    let known = families(folder).ok()?;
    let folder = if prefix.is_empty() || known.len() == 1 {
        folder.to_owned()
    } else {
        folder.join(&prefix)
    };
    let kind = images_of(part.split);
    let what = match part.labels {
        true => format!("the labels of {kind}"),
        false => format!("the {kind} of a data set"),
    };
    Some(match written(&folder, part.split, EXAMPLE) {
        Ok(text) => SourceError::unsupported(&shown(path), what, format!("for one write {text}")),
        Err(error) => error,
    })
}

/// The folder that `path` lies in.
fn above(path: &Path) -> Option<&Path> {
    Some(match path.parent()? {
        above if above.as_os_str().is_empty() => Path::new("."),
        above => above,
    })
}

/// The SOURCE of an image of whichever half there is.
///
/// # Errors
/// Why neither can be read.
fn example(path: &Path, family: &Family) -> Result<String, SourceError> {
    let there = |split: &Split| family.files.iter().any(|(part, _)| part.split == *split);
    let halves = [Split::Test, Split::Train].into_iter().filter(there);
    first_good(halves.map(|split| written(path, split, 1)))
        .unwrap_or_else(|| written(path, Split::Test, 1))
}

/// The SOURCE of an image; only what has been read is advised.
fn written(path: &Path, split: Split, index: usize) -> Result<String, SourceError> {
    let dataset = Dataset::Folder(path.to_owned());
    let set = digits::digits(&dataset, split)?;
    let source = Source::Digit {
        dataset,
        split,
        index: index.min(set.count().saturating_sub(1)),
    };
    Ok(printable(&source.to_string()))
}

fn unnamed(path: &Path) -> SourceError {
    let remedy = "name its images train-images-idx3-ubyte and their labels \
                  train-labels-idx1-ubyte, and write FOLDER#train:0";
    SourceError::unsupported(&shown(path), "IDX data", remedy)
}

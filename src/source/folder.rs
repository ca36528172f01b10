//! The data set at a path, and what to write instead where the path is of something else.

use std::path::Path;

use super::error::{printable, shown};
use super::family::{Family, families, images_of, part_of};
use super::file_name::ending;
use super::idx::IdxHeader;
use super::unpack::UnpackedFile;
use super::{Dataset, OPENABLE_EXTENSIONS, Source, SourceError, Split, half};

/// The most that a half is worth showing of: image 7, where there are as many.
const EXAMPLE: usize = 7;

/// The data set at `path`: a folder's only one, or of several the one that the last part of
/// the path names, as in `folder/emnist-letters`.
///
/// # Errors
/// A path that leads nowhere, a folder without a data set or with several.
pub(super) fn at(path: &Path) -> Result<Family, SourceError> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => only(path, families(path)?),
        Ok(_) => Err(explained(path).unwrap_or_else(|| {
            let what = "no data set in MNIST (IDX) format";
            SourceError::unsupported(&shown(path), what, "name the folder of one")
        })),
        Err(error) => named(path).unwrap_or_else(|| match SourceError::from_io(path, &error) {
            SourceError::Missing { path } => Err(SourceError::MissingFolder { path }),
            other => Err(other),
        }),
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
            format!("name one of {}", list(path, &families)),
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
            format!("choose one of {}", list(folder, &families)),
        ))
    })
}

/// An error with the SOURCE to write instead, where `path` is the file or the folder of a data set.
pub(super) fn explained(path: &Path) -> Option<SourceError> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => Some(explained_folder(path)),
        Ok(_) => explained_file(path),
        Err(_) => {
            let family = named(path)?.ok()?;
            Some(match example(path, &family) {
                Ok(text) => {
                    let remedy = format!("write '{text}' for one of its images");
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
        Some(Ok(text)) => format!("write '{text}' for an image of the data set in it"),
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
    if part.is_none() && OPENABLE_EXTENSIONS.contains(&ending(path).as_str()) {
        return None;
    }
    let header = UnpackedFile::of_file(path).and_then(|mut content| IdxHeader::read(&mut content));
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
        Ok(text) => SourceError::unsupported(&shown(path), what, format!("write '{text}' for one")),
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
    let family = at(path)?;
    let set = half::read(&family, &family.half(split)?)?.wanted;
    let source = Source::Digit {
        dataset: Dataset::Folder(path.to_owned()),
        split,
        index: index.min(set.count().saturating_sub(1)),
    };
    Ok(printable(&source.to_string()))
}

fn unnamed(path: &Path) -> SourceError {
    let remedy = "name its images train-images-idx3-ubyte and their labels \
                  train-labels-idx1-ubyte, and write 'FOLDER#train:0'";
    SourceError::unsupported(&shown(path), "IDX data", remedy)
}

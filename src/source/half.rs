//! Reads a half of a data set: its pictures and their labels.

use super::digit_set::{DigitSet, Facts};
use super::emnist::{self, Alphabet};
use super::error::shown;
use super::family::{Family, Half};
use super::idx::{Idx, IdxValues};
use super::unpack::UnpackedFile;
use super::{IMAGE_SIDE, SourceError, Split, standard};

/// The half of a folder's data set that was read.
pub(super) struct ReadHalf {
    /// The half that was asked for.
    pub wanted: DigitSet,
    /// The other one, where it came along.
    pub other: Option<(Half, DigitSet)>,
}

/// A half of a folder's data set: by the `mnist` crate where it is one that it reads.
pub(super) fn read(family: &Family, half: &Half) -> Result<ReadHalf, SourceError> {
    if let Some(files) = standard::files(family) {
        let [train, test] = standard::read(&family.name(), &files)?;
        let both = [(Split::Train, train), (Split::Test, test)];
        let mut sets = both.map(|(split, (images, labels))| {
            let size = (IMAGE_SIDE, IMAGE_SIDE);
            (
                split,
                assembled(family, split, size, IdxValues::Bytes(images), labels),
            )
        });
        sets.sort_by_key(|(split, _)| *split == half.split);
        let [(other, other_set), (_, set)] = sets;
        let other = family.half(other).ok().map(|half| (half, other_set));
        return Ok(ReadHalf { wanted: set, other });
    }
    let (images, labels) = (pictures(half)?, classes(half)?);
    let (count, size, values) = images;
    if count != labels.len() {
        let what = format!("{} labels for {count} images", labels.len());
        let remedy = "take both files from the same data set";
        let name = shown(&half.labels.path);
        return Err(SourceError::unsupported(&name, what, remedy));
    }
    Ok(ReadHalf {
        wanted: assembled(family, half.split, size, values, labels),
        other: None,
    })
}

/// The number of images, the size of one, and all their pixels.
pub(super) fn pictures(half: &Half) -> Result<(usize, (usize, usize), IdxValues), SourceError> {
    let path = &half.images.path;
    let idx = Idx::read(UnpackedFile::of_file(path)?)?;
    let [count, rows, cols] = idx.sides[..] else {
        let what = format!("IDX data of {} dimensions", idx.sides.len());
        let remedy = "images need three: count, rows and columns";
        return Err(SourceError::unsupported(&shown(path), what, remedy));
    };
    if count == 0 || rows == 0 || cols == 0 {
        let what = format!("{count} images of {rows} × {cols} pixels");
        let remedy = "a data set needs at least one image of one pixel";
        return Err(SourceError::unsupported(&shown(path), what, remedy));
    }
    Ok((count, (rows, cols), idx.values))
}

/// The numbers with which QMNIST describes an image; the first is its class.
const QMNIST_ROW: usize = 8;

/// The label of each image.
pub(super) fn classes(half: &Half) -> Result<Vec<u8>, SourceError> {
    let path = &half.labels.path;
    let idx = Idx::read(UnpackedFile::of_file(path)?)?;
    let each = match idx.sides[..] {
        [_] => 1,
        [_, each @ (1 | QMNIST_ROW)] => each,
        _ => {
            let sides: Vec<String> = idx.sides.iter().map(usize::to_string).collect();
            let what = format!("{} numbers", sides.join(" × "));
            let remedy = "labels need one number for each image, or QMNIST's eight";
            return Err(SourceError::unsupported(&shown(path), what, remedy));
        }
    };
    match idx.values {
        IdxValues::Bytes(labels) => Ok(labels.into_iter().step_by(each).collect()),
        IdxValues::Numbers(numbers) => {
            let is_class = |value: f64| value.fract() == 0.0 && (0.0..=255.0).contains(&value);
            let firsts = numbers.into_iter().step_by(each).enumerate();
            let class = |(index, value): (usize, f64)| {
                is_class(value).then_some(value as u8).ok_or((index, value))
            };
            firsts
                .map(class)
                .collect::<Result<_, _>>()
                .map_err(|(index, value)| {
                    let what = format!("the label {value} of image {index}");
                    let remedy = "labels are whole numbers from 0 to 255";
                    SourceError::unsupported(&shown(path), what, remedy)
                })
        }
    }
}

/// A half with what the names of its files tell about it.
fn assembled(
    family: &Family,
    split: Split,
    (rows, cols): (usize, usize),
    mut values: IdxValues,
    labels: Vec<u8>,
) -> DigitSet {
    let turned = emnist::is_transposed(&family.prefix);
    let mut size = (rows, cols);
    if turned {
        match &mut values {
            IdxValues::Bytes(bytes) => emnist::turn(bytes, rows, cols),
            IdxValues::Numbers(numbers) => emnist::turn(numbers, rows, cols),
        }
        size = (cols, rows);
    }
    let facts = Facts {
        name: family.name(),
        split,
        alphabet: Alphabet::of(&family.prefix),
        turned,
    };
    DigitSet::new(facts, size, values, labels)
}

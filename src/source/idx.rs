//! The IDX files of MNIST, checked completely before a reader that panics on bad ones sees them.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::error::shown;
use super::{SourceError, Split};

/// Pixels along a side of every image.
pub const IMAGE_SIDE: usize = 28;
/// Pixels of an image.
pub(super) const IMAGE_PIXELS: usize = IMAGE_SIDE * IMAGE_SIDE;

/// One of the four files of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub split: Split,
    pub labels: bool,
}

/// The four files, in the order training images and labels, test images and labels.
pub(super) const PARTS: [Part; 4] = [
    Part::new(Split::Train, false),
    Part::new(Split::Train, true),
    Part::new(Split::Test, false),
    Part::new(Split::Test, true),
];

impl Part {
    const fn new(split: Split, labels: bool) -> Self {
        Self { split, labels }
    }

    /// The name under which everybody knows the file.
    pub fn file_name(self) -> &'static str {
        match (self.split, self.labels) {
            (Split::Train, false) => "train-images-idx3-ubyte",
            (Split::Train, true) => "train-labels-idx1-ubyte",
            (Split::Test, false) => "t10k-images-idx3-ubyte",
            (Split::Test, true) => "t10k-labels-idx1-ubyte",
        }
    }

    /// Bytes of the whole file.
    pub fn file_bytes(self) -> u64 {
        let items = count(self.split);
        let body = if self.labels {
            items
        } else {
            items * IMAGE_PIXELS
        };
        (self.header().len() + body) as u64
    }

    /// The only header that such a file can have: magic, count and, for images, the two sides.
    pub fn header(self) -> Vec<u8> {
        let items = count(self.split) as u32;
        let side = IMAGE_SIDE as u32;
        let words: &[u32] = if self.labels {
            &[0x0801, items]
        } else {
            &[0x0803, items, side, side]
        };
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }
}

/// Images in a half of a data set.
pub(super) const fn count(split: Split) -> usize {
    match split {
        Split::Train => 60_000,
        Split::Test => 10_000,
    }
}

/// Checks length, header and, of a label file, every label; names what is wrong.
pub(super) fn check(path: &Path, part: Part) -> Result<(), SourceError> {
    let name = shown(path);
    let damaged = |reason: String| {
        let expected = format!("the file {} of a data set like MNIST", part.file_name());
        SourceError::damaged(&name, &expected, reason)
    };
    let file = File::open(path).map_err(|error| SourceError::from_io(path, &error))?;
    let found = file
        .metadata()
        .map_err(|error| SourceError::from_io(path, &error))?
        .len();
    let mut reader = BufReader::new(file);
    let mut header = vec![0; part.header().len()];
    reader
        .read_exact(&mut header)
        .map_err(|_| damaged(format!("it has only {found} bytes")))?;
    check_header(&header, part).map_err(&damaged)?;
    if found != part.file_bytes() {
        return Err(damaged(format!(
            "it has {found} bytes where its header announces {}",
            part.file_bytes()
        )));
    }
    if part.labels {
        let mut labels = Vec::new();
        reader
            .take(part.file_bytes())
            .read_to_end(&mut labels)
            .map_err(|error| SourceError::from_io(path, &error))?;
        if let Some((index, label)) = labels.iter().enumerate().find(|(_, label)| **label > 9) {
            return Err(damaged(format!(
                "label {index} is {label}, and labels are 0 to 9"
            )));
        }
    }
    Ok(())
}

fn check_header(header: &[u8], part: Part) -> Result<(), String> {
    let words = |bytes: &[u8]| -> Vec<u32> {
        bytes
            .chunks_exact(4)
            .map(|word| {
                word.iter()
                    .fold(0, |sum, byte| (sum << 8) | u32::from(*byte))
            })
            .collect()
    };
    let (found, wanted) = (words(header), words(&part.header()));
    let meanings = ["the magic number", "the count", "the rows", "the columns"];
    for ((found, wanted), meaning) in found.iter().zip(&wanted).zip(meanings) {
        if found != wanted {
            return Err(format!(
                "{meaning} in its header should be {wanted} and is {found}"
            ));
        }
    }
    Ok(())
}

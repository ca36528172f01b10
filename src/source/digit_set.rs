//! One half of a data set in memory.

use std::borrow::Cow;

use nalgebra::DMatrix;

use super::Split;
use super::emnist::Alphabet;
use super::idx::IdxValues;

/// One half of a data set: images of one size and their labels.
#[derive(Debug, PartialEq)]
pub struct DigitSet {
    name: String,
    split: Split,
    rows: usize,
    cols: usize,
    values: IdxValues,
    labels: Vec<u8>,
    alphabet: Alphabet,
    turned: bool,
    range: (f64, f64),
}

/// The properties of a data set besides its values.
pub(super) struct Facts {
    /// A name for people.
    pub name: String,
    /// The half.
    pub split: Split,
    /// The meaning of its labels.
    pub alphabet: Alphabet,
    /// Whether its pictures were stored lying on their side.
    pub turned: bool,
}

impl DigitSet {
    /// `values` are as many pictures of `rows` × `cols`, upright, as there are labels.
    pub(super) fn new(
        facts: Facts,
        (rows, cols): (usize, usize),
        values: IdxValues,
        labels: Vec<u8>,
    ) -> Self {
        let range = match &values {
            IdxValues::Bytes(_) => (0.0, 255.0),
            IdxValues::Numbers(numbers) => numbers
                .iter()
                .filter(|number| number.is_finite())
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), number| {
                    (low.min(*number), high.max(*number))
                }),
        };
        Self {
            name: facts.name,
            split: facts.split,
            rows,
            cols,
            values,
            labels,
            alphabet: facts.alphabet,
            turned: facts.turned,
            range,
        }
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Rows of every image.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns of every image.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The data set's name: *MNIST*, that of its files, or that of its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The half.
    pub fn split(&self) -> Split {
        self.split
    }

    /// The pixels of all images, one after the other and row by row, where they are 0 to 255.
    pub fn images(&self) -> Option<&[u8]> {
        match &self.values {
            IdxValues::Bytes(bytes) => Some(bytes),
            IdxValues::Numbers(_) => None,
        }
    }

    /// An image as grey levels, row by row: black is 0, or the set's lowest value where its pixels
    /// are no bytes.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn grey(&self, index: usize) -> Cow<'_, [u8]> {
        let pixels = self.rows * self.cols;
        match &self.values {
            IdxValues::Bytes(bytes) => Cow::Borrowed(&bytes[index * pixels..][..pixels]),
            IdxValues::Numbers(numbers) => {
                let (low, high) = self.range;
                let level = |value: &f64| (255.0 * ((value - low) / (high - low))) as u8;
                Cow::Owned(
                    numbers[index * pixels..][..pixels]
                        .iter()
                        .map(level)
                        .collect(),
                )
            }
        }
    }

    /// Whether its images were stored transposed.
    pub(super) fn is_turned(&self) -> bool {
        self.turned
    }

    /// The values of black and white, where they differ.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        (self.range.0 < self.range.1).then_some(self.range)
    }

    /// The label of an image.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn label(&self, index: usize) -> u8 {
        self.labels[index]
    }

    /// The labels of all images.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The labels that occur, in ascending order.
    pub fn classes(&self) -> Vec<u8> {
        let mut seen = [false; 256];
        for label in &self.labels {
            seen[usize::from(*label)] = true;
        }
        (0..=u8::MAX)
            .filter(|label| seen[usize::from(*label)])
            .collect()
    }

    /// The letter that a label stands for, where the data set is known and it is no digit.
    pub fn letter(&self, label: u8) -> Option<char> {
        self.alphabet.letter(label)
    }

    /// A label for people: *5*, or *5 (e)* where it stands for a letter.
    pub fn class_name(&self, label: u8) -> String {
        match self.letter(label) {
            Some(letter) => format!("{label} ({letter})"),
            None => label.to_string(),
        }
    }

    /// An image as a matrix of its raw values.
    ///
    /// # Panics
    /// When `index` is not below [`count`](Self::count).
    pub fn matrix(&self, index: usize) -> DMatrix<f64> {
        let pixels = self.rows * self.cols;
        let cells = index * pixels..(index + 1) * pixels;
        match &self.values {
            IdxValues::Bytes(bytes) => {
                let values = bytes[cells].iter().map(|&byte| f64::from(byte));
                DMatrix::from_row_iterator(self.rows, self.cols, values)
            }
            IdxValues::Numbers(numbers) => {
                DMatrix::from_row_slice(self.rows, self.cols, &numbers[cells])
            }
        }
    }

    /// The numbers of all images with this label, in order.
    pub fn indices_of(&self, label: u8) -> Vec<usize> {
        (0..self.count())
            .filter(|&index| self.labels[index] == label)
            .collect()
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let values = match &self.values {
            IdxValues::Bytes(bytes) => bytes.len(),
            IdxValues::Numbers(numbers) => 8 * numbers.len(),
        };
        values + self.labels.len()
    }
}

//! Digits 0–4 for pretraining, 5–9 for adapting.

use super::error::FinetuneError;
use super::images::{Examples, SparseImages};

/// Classes of either task.
pub const CLASSES: usize = 5;
const DIGITS: u8 = 10;

/// Both tasks' examples; a pixel is its value / 255.
#[derive(Debug, Clone, PartialEq)]
pub struct AdaptationData {
    /// The data set's name, as results keep it.
    pub name: String,
    /// Rows of an image.
    pub rows: usize,
    /// Columns of an image.
    pub cols: usize,
    /// Training images of digits 0–4, to pretrain on.
    pub pretraining: Examples<f32>,
    /// Test images of digits 0–4.
    pub pretraining_test: Examples<f32>,
    /// Training images of digits 5–9 (classes 0–4), to adapt to; a tenth validates.
    pub adaptation: Examples<f32>,
    /// Test images of digits 5–9.
    pub test: Examples<f32>,
}

impl AdaptationData {
    /// Sorts a data set into the two tasks: images of `rows` × `cols` pixels, one after the
    /// other and row by row, with a label 0 to 9 each.
    ///
    /// # Errors
    /// When pixels and labels do not fit, or a digit has no example in one of the halves.
    pub fn new(
        name: &str,
        train_images: &[u8],
        train_labels: &[u8],
        test_images: &[u8],
        test_labels: &[u8],
        rows: usize,
        cols: usize,
    ) -> Result<Self, FinetuneError> {
        for (split, images, labels) in [
            ("training", train_images, train_labels),
            ("test", test_images, test_labels),
        ] {
            let needed = rows
                .checked_mul(cols)
                .and_then(|pixels| pixels.checked_mul(labels.len()));
            if needed != Some(images.len()) || rows == 0 || cols == 0 {
                return Err(FinetuneError::Pixels {
                    split,
                    pixels: images.len(),
                    labels: labels.len(),
                    rows,
                    cols,
                });
            }
            if let Some(digit) = (0..DIGITS).find(|digit| !labels.contains(digit)) {
                return Err(FinetuneError::NoExamples { split, digit });
            }
        }
        let task = |images, labels, first| task(images, labels, first, rows * cols);
        Ok(Self {
            name: name.to_owned(),
            rows,
            cols,
            pretraining: task(train_images, train_labels, 0),
            pretraining_test: task(test_images, test_labels, 0),
            adaptation: task(train_images, train_labels, CLASSES as u8),
            test: task(test_images, test_labels, CLASSES as u8),
        })
    }
}

/// The examples of the five digits from `first` on.
fn task(images: &[u8], labels: &[u8], first: u8, pixels: usize) -> Examples<f32> {
    let palette: Vec<f32> = (0..=u8::MAX)
        .map(|value| f32::from(value) / 255.0)
        .collect();
    let mut examples = Examples {
        images: SparseImages::new(pixels, palette),
        labels: Vec::new(),
    };
    for (image, &label) in images.chunks_exact(pixels).zip(labels) {
        if (first..first + CLASSES as u8).contains(&label) {
            examples
                .images
                .push(image.iter().map(|&value| u16::from(value)));
            examples.labels.push(label - first);
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn digits_go_to_their_tasks_and_pixels_to_the_unit_interval() {
        let labels: Vec<u8> = (0..20).map(|i| i % 10).collect();
        let images: Vec<u8> = labels.iter().flat_map(|&d| [0, d * 28]).collect();
        let data = AdaptationData::new("d", &images, &labels, &images, &labels, 1, 2).unwrap();
        assert_eq!(data.pretraining.labels, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        assert_eq!(data.test.labels, data.pretraining.labels);
        assert_eq!(data.adaptation.images.lit(4), (&[1][..], &[252][..]));
        assert_eq!(data.adaptation.images.palette()[252], 252.0 / 255.0);
        assert_eq!(data.pretraining.images.ever_lit(), [false, true]);
    }

    #[test]
    fn data_that_do_not_fit_are_refused_with_the_place() {
        let labels: Vec<u8> = (0..10).collect();
        let images = vec![1; 20];
        let new = |images: &[u8], test_labels: &[u8]| {
            AdaptationData::new(
                "d",
                images,
                &labels,
                &images[..test_labels.len() * 2],
                test_labels,
                1,
                2,
            )
            .unwrap_err()
            .to_string()
        };
        assert!(new(&images, &labels[..9]).contains("the test images show no digit 9"));
        assert!(new(&images[..19], &labels[..9]).contains("training images hold 19 pixels"));
    }
}

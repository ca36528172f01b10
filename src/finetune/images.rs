//! Images of which only the lit pixels are kept.

use super::real::Real;

/// Images in compressed rows: four fifths of a digit's pixels are zero, and all work on a run's
/// first layer is proportional to the others.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseImages<T> {
    pixels: usize,
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<T>,
}

impl<T: Real> SparseImages<T> {
    /// No image yet, of `pixels` pixels each.
    pub fn new(pixels: usize) -> Self {
        Self {
            pixels,
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Appends an image. Pixels beyond the image's size are ignored, missing ones are zero.
    pub fn push(&mut self, image: impl IntoIterator<Item = T>) {
        for (column, value) in (0u32..).zip(image.into_iter().take(self.pixels)) {
            if value != T::ZERO {
                self.columns.push(column);
                self.values.push(value);
            }
        }
        self.starts.push(self.columns.len());
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Pixels of an image, lit or not.
    pub fn pixels(&self) -> usize {
        self.pixels
    }

    /// The lit pixels of an image, in ascending order, and their values.
    #[inline(always)]
    pub fn lit(&self, image: usize) -> (&[u32], &[T]) {
        let range = self.starts[image]..self.starts[image + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// For every pixel whether it is lit in any image.
    pub fn ever_lit(&self) -> Vec<bool> {
        let mut lit = vec![false; self.pixels];
        for &column in &self.columns {
            lit[column as usize] = true;
        }
        lit
    }
}

/// Images with their classes `0..classes`.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples<T> {
    /// The images.
    pub images: SparseImages<T>,
    /// The class of each.
    pub labels: Vec<u8>,
}

//! Images of which only the lit pixels are kept.

use std::sync::Arc;

use super::real::Real;

/// Images in compressed rows: four fifths of a digit's pixels are zero, and all work on a run's
/// first layer is proportional to the others. A pixel is kept as a level, a place in a palette:
/// half the memory of a number.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseImages<T> {
    pixels: usize,
    palette: Arc<[T]>,
    starts: Vec<usize>,
    columns: Vec<u32>,
    levels: Vec<u16>,
}

impl<T: Real> SparseImages<T> {
    /// No image yet, of `pixels` pixels each, whose levels have the values of `palette`.
    pub fn new(pixels: usize, palette: impl Into<Arc<[T]>>) -> Self {
        Self {
            pixels,
            palette: palette.into(),
            starts: vec![0],
            columns: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Appends an image of levels. Pixels beyond the image's size are ignored, missing ones and
    /// those of levels beyond the palette are dark.
    pub fn push(&mut self, image: impl IntoIterator<Item = u16>) {
        for (column, level) in (0u32..).zip(image.into_iter().take(self.pixels)) {
            let value = self.palette.get(usize::from(level));
            if value.is_some_and(|&value| value != T::ZERO) {
                self.columns.push(column);
                self.levels.push(level);
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

    /// Lit pixels of all images together.
    pub fn total_lit(&self) -> usize {
        self.columns.len()
    }

    /// The value of every level.
    pub fn palette(&self) -> &Arc<[T]> {
        &self.palette
    }

    /// The lit pixels of an image, in ascending order, and their levels.
    #[inline(always)]
    pub fn lit(&self, image: usize) -> (&[u32], &[u16]) {
        let range = self.starts[image]..self.starts[image + 1];
        (&self.columns[range.clone()], &self.levels[range])
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

//! A batch of images, turned: not which pixels an image lights, but in which images a pixel is lit.

use std::sync::Arc;

use super::images::SparseImages;
use super::real::Real;

/// Bits of a word of a mask.
const BITS: usize = u64::BITS as usize;

/// Images that are computed with together. What a pixel's row of numbers has to do with all of
/// them is done while the row is in the processor's registers.
#[derive(Debug, Clone)]
pub struct Batch<T> {
    chosen: Vec<u32>,
    /// `0..chosen.len()`: all images, for those who take a choice of them.
    all: Vec<u16>,
    /// First entry of every pixel, and the end.
    starts: Vec<u32>,
    levels: Vec<u16>,
    /// Of every pixel the images in which it is lit, a bit for each.
    masks: Vec<u64>,
    palette: Arc<[T]>,
}

impl<T: Real> Batch<T> {
    /// Of the images `chosen`, of which it takes at most 65,536.
    pub fn new(images: &SparseImages<T>, chosen: &[u32]) -> Self {
        let all: Vec<u16> = (0..=u16::MAX).take(chosen.len()).collect();
        let chosen = chosen[..all.len()].to_vec();
        let mut starts = vec![0; images.pixels() + 1];
        for &image in &chosen {
            for &pixel in images.lit(image as usize).0 {
                starts[pixel as usize + 1] += 1;
            }
        }
        for pixel in 0..images.pixels() {
            starts[pixel + 1] += starts[pixel];
        }
        let total = starts[images.pixels()] as usize;
        let words = chosen.len().div_ceil(BITS);
        let mut batch = Self {
            masks: vec![0; images.pixels() * words],
            all,
            chosen,
            levels: vec![0; total],
            palette: Arc::clone(images.palette()),
            starts: Vec::new(),
        };
        // Every start moves to its end, which is the next one's start.
        for (&place, &image) in batch.all.iter().zip(&batch.chosen) {
            let (pixels, levels) = images.lit(image as usize);
            for (&pixel, &level) in pixels.iter().zip(levels) {
                let next = &mut starts[pixel as usize];
                batch.levels[*next as usize] = level;
                *next += 1;
                let word = pixel as usize * words + usize::from(place) / BITS;
                batch.masks[word] |= 1 << (usize::from(place) % BITS);
            }
        }
        starts.rotate_right(1);
        starts[0] = 0;
        batch.starts = starts;
        batch
    }

    /// Of all images `chosen`, `size` at a time.
    pub fn sequence(images: &SparseImages<T>, chosen: &[u32], size: usize) -> Vec<Self> {
        let batches = chosen.chunks(size.max(1));
        batches.map(|chosen| Self::new(images, chosen)).collect()
    }

    /// Memory of all images in such a sequence, about.
    pub(super) fn sequence_bytes(images: &SparseImages<T>, size: usize) -> usize {
        let batches = images.count().div_ceil(size.max(1));
        let words = size.div_ceil(BITS);
        let of_pixel = size_of::<u32>() + words * size_of::<u64>();
        images.total_lit() * size_of::<u16>() + batches * images.pixels() * of_pixel
    }

    /// The indices of the images.
    pub fn chosen(&self) -> &[u32] {
        &self.chosen
    }

    /// The numbers that the batch has for them.
    pub(super) fn all(&self) -> &[u16] {
        &self.all
    }

    /// Lists the images, in ascending order, in which any of the pixels is lit.
    pub(super) fn list_seeing(&self, pixels: &[u32], seeing: &mut Vec<u16>) {
        let words = self.all.len().div_ceil(BITS);
        seeing.clear();
        for word in 0..words {
            let masks = pixels
                .iter()
                .map(|&pixel| self.masks[pixel as usize * words + word]);
            let mut mask = masks.fold(0, |all, one| all | one);
            while mask != 0 {
                seeing.push((word * BITS) as u16 + mask.trailing_zeros() as u16);
                mask &= mask - 1;
            }
        }
    }

    /// The images in which a pixel is lit, in ascending order, and its levels there.
    #[inline(always)]
    pub(super) fn lit(&self, pixel: usize) -> LitImages<'_> {
        let words = self.all.len().div_ceil(BITS);
        let range = self.starts[pixel] as usize..self.starts[pixel + 1] as usize;
        LitImages {
            masks: &self.masks[pixel * words..][..words],
            word: 0,
            mask: self.masks.get(pixel * words).copied().unwrap_or_default(),
            levels: self.levels[range].iter(),
        }
    }

    /// The value of every level.
    #[inline(always)]
    pub(super) fn palette(&self) -> &[T] {
        &self.palette
    }
}

/// Goes through the images in which a pixel is lit.
pub(super) struct LitImages<'a> {
    masks: &'a [u64],
    word: usize,
    /// The rest of the word.
    mask: u64,
    levels: std::slice::Iter<'a, u16>,
}

impl LitImages<'_> {
    /// Whether it is lit in none.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.levels.as_slice().is_empty()
    }
}

impl Iterator for LitImages<'_> {
    type Item = (usize, u16);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, u16)> {
        let level = *self.levels.next()?;
        while self.mask == 0 {
            self.word += 1;
            self.mask = *self.masks.get(self.word)?;
        }
        let image = self.word * BITS + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some((image, level))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_batches_know_who_sees_what_too() {
        let mut images = SparseImages::new(2, vec![0.0, 1.0]);
        (0..200).for_each(|image| images.push([0, u16::from(image % 3 == 0)]));
        let all: Vec<u32> = (0..200).collect();
        let mut seeing = Vec::new();
        let batch = Batch::new(&images, &all);
        batch.list_seeing(&[0, 1], &mut seeing);
        let lit = batch.lit(1).map(|(image, _)| image as u16);
        assert_eq!(lit.collect::<Vec<_>>(), seeing);
        assert_eq!(seeing, (0..200).step_by(3).collect::<Vec<_>>());
    }

    #[test]
    fn a_batch_says_of_every_pixel_where_it_is_lit() {
        let mut images = SparseImages::new(3, vec![0.0, 0.1, 0.2, 0.3, 0.4, 0.5]);
        for image in [[0, 1, 2], [3, 0, 4], [0, 0, 5]] {
            images.push(image);
        }
        let batch = Batch::new(&images, &[2, 1]);
        assert_eq!(batch.chosen(), [2, 1]);
        let lit = |pixel| batch.lit(pixel).collect::<Vec<_>>();
        assert_eq!(lit(0), [(1, 3)]);
        assert!(lit(1).is_empty() && batch.lit(1).is_empty());
        assert_eq!(lit(2), [(0, 5), (1, 4)]);
        let mut seeing = Vec::new();
        for (pixels, images) in [(&[0][..], &[1][..]), (&[1], &[]), (&[0, 2], &[0, 1])] {
            batch.list_seeing(pixels, &mut seeing);
            assert_eq!(seeing, images);
        }
    }
}

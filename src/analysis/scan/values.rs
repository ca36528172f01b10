//! The values of a layer as they are read, and the digest that tells them from any others.

use nalgebra::DMatrix;

use super::targets::{ScanTarget, ScanTargets};
use crate::analysis::error::AnalysisError;
use crate::source::{Limits, load};

/// The matrix of a target, and its base where there is one.
pub struct LayerValues {
    /// The weight, or the update.
    pub matrix: DMatrix<f64>,
    /// The base weight.
    pub base: Option<DMatrix<f64>>,
}

impl LayerValues {
    /// Reads them.
    ///
    /// # Errors
    /// An array that cannot be read.
    pub fn read(
        target: &ScanTarget,
        targets: &ScanTargets,
        limits: &Limits,
    ) -> Result<Self, AnalysisError> {
        let base = targets.base(target);
        let base = base.map(|base| load(&base, limits)).transpose()?;
        Ok(Self {
            matrix: load(&targets.source(target), limits)?.matrix,
            base: base.map(|base| base.matrix),
        })
    }

    /// Sixteen hexadecimal digits that follow from all that a scan's numbers of the layer follow from. They
    /// stand in files, so they are the same on every machine and in every version. The types of the stored values
    /// count only for a difference, whose noise follows from them: the same values in another type are the same
    /// layer.
    pub fn digest(&self, target: &ScanTarget) -> String {
        self.digest_with(target, self.base.is_some() && !target.is_update)
    }

    /// Whether a digest in a file is that of these values; earlier versions counted the types of all.
    pub fn have_digest(&self, target: &ScanTarget, known: &str) -> bool {
        self.digest(target) == known || self.digest_with(target, true) == known
    }

    fn digest_with(&self, target: &ScanTarget, types: bool) -> String {
        let mut digest = Digest(0);
        let (own, other) = &target.dtypes;
        let words = [own.as_str(), other.as_deref().unwrap_or_default()].join(" ");
        let words = words.bytes().filter(|_| types);
        for byte in words.chain([u8::from(target.is_update)]) {
            digest.add(byte.into());
        }
        for matrix in std::iter::once(&self.matrix).chain(&self.base) {
            let (rows, cols) = matrix.shape();
            digest.add(rows as u64);
            digest.add(cols as u64);
            matrix.iter().for_each(|value| digest.add(value.to_bits()));
        }
        format!("{:016x}", digest.0)
    }
}

/// Whether a text can be a digest.
pub fn is_digest(text: &str) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.len() == 16 && text.chars().all(is_digit)
}

/// A digest of words. Every step is one to one in the word and in what came before, so that a change of one
/// value is never missed; it is no seal against a forger.
struct Digest(u64);

impl Digest {
    fn add(&mut self, word: u64) {
        // The multiplier and the shifts are those of SplitMix64's finalizer.
        let mixed = (self.0.rotate_left(23) ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        self.0 = (mixed ^ mixed >> 27).wrapping_add(0x9e37_79b9_7f4a_7c15);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> ScanTarget {
        ScanTarget {
            name: "a".to_owned(),
            sides: (3, 2),
            dtypes: ("F32".to_owned(), None),
            is_update: false,
        }
    }

    fn values(rows: usize, cols: usize, cells: &[f64]) -> LayerValues {
        LayerValues {
            matrix: DMatrix::from_column_slice(rows, cols, cells),
            base: None,
        }
    }

    const CELLS: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 0.0];

    #[test]
    fn a_digest_tells_values_places_shapes_and_bases() {
        let whole = values(3, 2, &CELLS).digest(&target());
        // Written by this version; a file that holds it must be understood by all to come.
        assert_eq!(whole, "149c451d812888ca");
        assert!(is_digest(&whole) && !is_digest("12") && !is_digest(&whole.to_uppercase()));
        let mut others = vec![values(2, 3, &CELLS).digest(&target())];
        for at in 0..CELLS.len() {
            let mut changed = CELLS;
            changed[at] = f64::from_bits(changed[at].to_bits() + 1);
            others.push(values(3, 2, &changed).digest(&target()));
            let mut moved = CELLS;
            moved.swap(at, (at + 1) % CELLS.len());
            others.push(values(3, 2, &moved).digest(&target()));
        }
        let with_base = LayerValues {
            base: Some(DMatrix::zeros(3, 2)),
            ..values(3, 2, &CELLS)
        };
        others.push(with_base.digest(&target()));
        others.push(whole);
        let count = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), count);
    }

    /// Only a difference has noise that follows from the types.
    #[test]
    fn the_type_of_the_same_values_counts_for_differences_alone() {
        let wider = ScanTarget {
            dtypes: ("F64".to_owned(), None),
            ..target()
        };
        let plain = values(3, 2, &CELLS);
        assert_eq!(plain.digest(&wider), plain.digest(&target()));
        let difference = LayerValues {
            base: Some(DMatrix::zeros(3, 2)),
            ..values(3, 2, &CELLS)
        };
        assert_ne!(difference.digest(&wider), difference.digest(&target()));
        let is_update = true;
        let [wider, narrow] = [wider, target()].map(|one| ScanTarget { is_update, ..one });
        assert_eq!(difference.digest(&wider), difference.digest(&narrow));
        // The digest that an earlier version wrote of the same values.
        assert!(plain.have_digest(&target(), "88eef18188f6ca97"));
        assert!(!plain.have_digest(&target(), "88eef18188f6ca98"));
    }
}

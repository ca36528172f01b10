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
    /// stand in files, so they are the same on every machine and in every version.
    pub fn digest(&self, target: &ScanTarget) -> String {
        let mut digest = Digest(0);
        let ScanTarget {
            dtypes: (own, other),
            is_update,
            ..
        } = target;
        let words = [own.as_str(), other.as_deref().unwrap_or_default()];
        for byte in words.join(" ").bytes().chain([u8::from(*is_update)]) {
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

    #[test]
    fn a_digest_tells_values_places_shapes_bases_and_types() {
        let values = |rows: usize, cols: usize, cells: &[f64]| LayerValues {
            matrix: DMatrix::from_column_slice(rows, cols, cells),
            base: None,
        };
        let cells = [1.0, 2.0, 3.0, 4.0, 5.0, 0.0];
        let whole = values(3, 2, &cells).digest(&target());
        // Written by this version; a file that holds it must be understood by all to come.
        assert_eq!(whole, "88eef18188f6ca97");
        assert!(is_digest(&whole) && !is_digest("12") && !is_digest(&whole.to_uppercase()));
        let mut others = vec![values(2, 3, &cells).digest(&target())];
        for at in 0..cells.len() {
            let mut changed = cells;
            changed[at] = f64::from_bits(changed[at].to_bits() + 1);
            others.push(values(3, 2, &changed).digest(&target()));
            let mut moved = cells;
            moved.swap(at, (at + 1) % cells.len());
            others.push(values(3, 2, &moved).digest(&target()));
        }
        let with_base = LayerValues {
            base: Some(DMatrix::zeros(3, 2)),
            ..values(3, 2, &cells)
        };
        others.push(with_base.digest(&target()));
        let of_type = ScanTarget {
            dtypes: ("BF16".to_owned(), None),
            ..target()
        };
        others.push(values(3, 2, &cells).digest(&of_type));
        others.push(whole);
        let count = others.len();
        others.sort();
        others.dedup();
        assert_eq!(others.len(), count);
    }
}

//! Reorderings that keep every value: what locality depends on, and LoRA does not.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{LoadedMatrix, SourceError};
use crate::approx::permutation::permutation;

/// A reordering of a matrix; the default leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Transform {
    /// Rows and columns in a random order of this seed; done first.
    pub shuffle: Option<u64>,
    /// Cyclic shift, cells down and cells to the right; done second.
    pub shift: (i32, i32),
}

impl Transform {
    /// Whether nothing changes.
    pub fn is_identity(&self) -> bool {
        *self == Self::default()
    }

    /// A description that stands behind a matrix's name; empty where nothing changes.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        if let Some(seed) = self.shuffle {
            text += &format!(", rows and columns shuffled (seed {seed})");
        }
        if self.shift != (0, 0) {
            let (down, right) = self.shift;
            text += &format!(", shifted {down} down and {right} right");
        }
        text
    }

    /// A loaded matrix, reordered.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn of_loaded(&self, loaded: LoadedMatrix) -> Result<LoadedMatrix, SourceError> {
        if self.is_identity() {
            return Ok(loaded);
        }
        let copies = if self.shuffle.is_some() { 2 } else { 1 };
        loaded.reordered(copies, |matrix| self.apply(matrix))
    }

    /// The reordered matrix, of the same shape and with the same values.
    pub fn apply(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        let (down, right) = (self.shift.0 as isize, self.shift.1 as isize);
        match self.shuffle {
            Some(seed) => shifted(&shuffled(matrix, seed), down, right),
            None => shifted(matrix, down, right),
        }
    }
}

/// The matrix with its rows in one random order and its columns in another.
///
/// Singular values, and with them everything that LoRA does, stay the same.
pub fn shuffled(matrix: &DMatrix<f64>, seed: u64) -> DMatrix<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rows = permutation(matrix.nrows(), &mut rng);
    let cols = permutation(matrix.ncols(), &mut rng);
    DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |row, col| {
        matrix[(rows[row], cols[col])]
    })
}

/// The matrix moved `down` and `right`; what leaves at one side enters at the other.
pub fn shifted(matrix: &DMatrix<f64>, down: isize, right: isize) -> DMatrix<f64> {
    let (rows, cols) = matrix.shape();
    let from = |position: usize, offset: isize, side: usize| {
        (position + side - offset.rem_euclid(side as isize) as usize) % side
    };
    DMatrix::from_fn(rows, cols, |row, col| {
        matrix[(from(row, down, rows), from(col, right, cols))]
    })
}

//! Matrices as sources give them, with a name.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::head_blocks::HeadBlocks;
use super::{Limits, SourceError};
use crate::memory;

/// A matrix as it came from its source: finite, with at least one row and one column.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedMatrix {
    /// A title for people, such as *MNIST test image 1*.
    pub name: String,
    /// The matrix `W`.
    pub matrix: DMatrix<f64>,
    /// The class of a data set's image.
    pub label: Option<u8>,
    /// Notes on what was done to the data, one sentence each (scaled down, header left out …).
    pub notes: Vec<String>,
    /// The values of black and white where the source has such; otherwise the smallest and the
    /// largest cell are the ends of a colour scale.
    pub pixel_range: Option<(f64, f64)>,
    /// Whether it is an adapter's update already, from which no base is subtracted.
    pub is_update: bool,
    /// Whether it is the luminance of a picture in colour.
    pub coloured: bool,
    /// The attention heads in a weight, where its model names them.
    pub heads: Option<HeadBlocks>,
    /// Red, green and blue of such a picture, where they were asked for, each in the matrix's shape.
    pub channels: Option<Box<[DMatrix<f64>; 3]>>,
}

impl LoadedMatrix {
    /// Every matrix of it reordered in the same way.
    ///
    /// # Errors
    /// When there is no memory for `copies` of each.
    pub(crate) fn reordered(
        mut self,
        copies: usize,
        reorder: impl Fn(&DMatrix<f64>) -> DMatrix<f64>,
    ) -> Result<Self, SourceError> {
        let cells = self.matrix.len() * if self.channels.is_some() { 4 } else { 1 };
        memory::ensure_free(memory::size_of_items(cells * copies, 8))
            .map_err(|shortage| SourceError::memory(&self.name, shortage, "take a part of it"))?;
        // They do not lie side by side any more.
        self.heads = None;
        self.matrix = reorder(&self.matrix);
        for channel in self.channels.iter_mut().flat_map(|all| all.iter_mut()) {
            *channel = reorder(channel);
        }
        Ok(self)
    }

    /// The matrices that are approximated: the channels of a picture in colour, else the matrix itself.
    pub fn approximated(&self) -> &[DMatrix<f64>] {
        match self.channels.as_deref() {
            Some(channels) => channels,
            None => std::slice::from_ref(&self.matrix),
        }
    }

    /// The title with the class, where the matrix has one: *MNIST test image 1 (label 2)*.
    pub fn labelled_name(&self) -> String {
        let label = self.label.map(|label| format!(" (label {label})"));
        self.name.clone() + &label.unwrap_or_default()
    }

    pub(super) fn new(name: &str, matrix: DMatrix<f64>) -> Self {
        Self {
            name: name.to_owned(),
            matrix,
            label: None,
            notes: Vec::new(),
            pixel_range: None,
            coloured: false,
            heads: None,
            channels: None,
            is_update: false,
        }
    }
}

/// A matrix that is in memory already: a pasted picture, a learned update.
///
/// Serialized with all its values, row by row.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "StoredMatrix", into = "StoredMatrix")]
pub struct NamedMatrix {
    name: String,
    matrix: DMatrix<f64>,
}

impl NamedMatrix {
    /// Names a matrix.
    ///
    /// # Errors
    /// When it has no cells, or one that is not finite.
    pub fn new(name: impl Into<String>, matrix: DMatrix<f64>) -> Result<Self, SourceError> {
        let name = name.into();
        ensure_finite(&name, &matrix)?;
        Ok(Self { name, matrix })
    }

    /// The name that people see.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values.
    pub fn matrix(&self) -> &DMatrix<f64> {
        &self.matrix
    }
}

impl PartialEq for NamedMatrix {
    /// Undo compares states at every frame: the same matrix is not compared cell by cell.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || (self.name == other.name && self.matrix == other.matrix)
    }
}

#[derive(Serialize, Deserialize)]
struct StoredMatrix {
    name: String,
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

impl From<NamedMatrix> for StoredMatrix {
    fn from(named: NamedMatrix) -> Self {
        let (rows, cols) = named.matrix.shape();
        Self {
            name: named.name,
            rows,
            cols,
            values: named.matrix.transpose().as_slice().to_vec(),
        }
    }
}

impl TryFrom<StoredMatrix> for NamedMatrix {
    type Error = SourceError;

    fn try_from(stored: StoredMatrix) -> Result<Self, SourceError> {
        if stored.rows.checked_mul(stored.cols) != Some(stored.values.len()) {
            return Err(SourceError::damaged(
                &stored.name,
                "a stored matrix",
                format!(
                    "{} values for {} × {}",
                    stored.values.len(),
                    stored.rows,
                    stored.cols
                ),
            ));
        }
        let matrix = DMatrix::from_row_slice(stored.rows, stored.cols, &stored.values);
        Self::new(stored.name, matrix)
    }
}

/// A matrix of zeros with the sides that a file says it has, which are checked before anything of
/// that size is made.
pub(super) fn zeros(
    name: &str,
    (rows, cols): (usize, usize),
    limits: &Limits,
) -> Result<DMatrix<f64>, SourceError> {
    match rows.checked_mul(cols) {
        Some(0) => Err(SourceError::Empty {
            name: name.to_owned(),
        }),
        Some(cells) if cells <= limits.max_cells => memory::zeros(rows, cols)
            .map_err(|shortage| SourceError::memory(name, shortage, "take a part of it")),
        _ => Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{rows} × {cols} cells"),
            limit: format!("{} cells", limits.max_cells),
        }),
    }
}

/// Refuses an empty matrix and the first cell, in reading order, that is NaN or infinite.
pub(super) fn ensure_finite(name: &str, matrix: &DMatrix<f64>) -> Result<(), SourceError> {
    if matrix.is_empty() {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    let (rows, cols) = matrix.shape();
    if matrix.as_slice().iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    let first = (0..rows)
        .flat_map(|row| (0..cols).map(move |col| (row, col)))
        .find(|&cell| !matrix[cell].is_finite());
    let (row, col) = first.unwrap_or_default();
    Err(not_finite(name, row, col, matrix[(row, col)]))
}

/// The error for a cell (counted from 0 here, from 1 in the sentence).
pub(super) fn not_finite(name: &str, row: usize, col: usize, value: f64) -> SourceError {
    SourceError::Cell {
        name: name.to_owned(),
        place: format!(
            "row {}, column {} (counted from 1)",
            row.saturating_add(1),
            col.saturating_add(1)
        ),
        problem: if value.is_nan() {
            "NaN".to_owned()
        } else {
            "an infinite value".to_owned()
        },
    }
}

//! One block: a virtual matrix whose entries lie somewhere in the stored one.

use std::ops::Range;
use std::sync::Arc;

use nalgebra::DMatrix;

/// A virtual matrix of `p × q` within the stored `m × n` one, and its place among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Row `i` in the grid.
    pub i: usize,
    /// Column `j` in the grid.
    pub j: usize,
    place: EntryPlaces,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EntryPlaces {
    Rectangle {
        rows: Range<usize>,
        cols: Range<usize>,
    },
    Scattered(Arc<ScatteredEntries>),
}

/// Entry `(p, q)` is the stored number `left[p] + right[q]`, counted down the columns.
#[derive(Debug, PartialEq, Eq)]
struct ScatteredEntries {
    left: Vec<usize>,
    right: Vec<usize>,
    /// Rows of the stored matrix.
    stride: usize,
}

impl Block {
    /// The rectangle of these rows and columns, at `(i, j)` of the grid.
    pub fn rectangle((i, j): (usize, usize), rows: Range<usize>, cols: Range<usize>) -> Self {
        let place = EntryPlaces::Rectangle { rows, cols };
        Self { i, j, place }
    }

    /// The virtual matrix whose entry `(p, q)` is the stored number `left[p] + right[q]` of a matrix
    /// with `stride` rows, counted down its columns: strided rows, or a rearrangement.
    pub fn scattered(
        (i, j): (usize, usize),
        stride: usize,
        left: Vec<usize>,
        right: Vec<usize>,
    ) -> Self {
        let place = EntryPlaces::Scattered(Arc::new(ScatteredEntries {
            left,
            right,
            stride,
        }));
        Self { i, j, place }
    }

    /// Rows `p` and columns `q`.
    pub fn sides(&self) -> (usize, usize) {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => (rows.len(), cols.len()),
            EntryPlaces::Scattered(at) => (at.left.len(), at.right.len()),
        }
    }

    /// Parameters of one singular triplet: `p + q` (II.E).
    pub fn cost(&self) -> usize {
        let (rows, cols) = self.sides();
        rows + cols
    }

    /// The largest rank the block can have.
    pub fn max_rank(&self) -> usize {
        let (rows, cols) = self.sides();
        rows.min(cols)
    }

    /// Cells of the block.
    pub fn entries(&self) -> usize {
        let (rows, cols) = self.sides();
        rows * cols
    }

    /// The rows and columns of the matrix that the block fills, if it is a rectangle of it.
    pub fn outline(&self) -> Option<(Range<usize>, Range<usize>)> {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => Some((rows.clone(), cols.clone())),
            EntryPlaces::Scattered(_) => None,
        }
    }

    /// Row and column of the matrix where the block's first entry lies; `None` for an empty one.
    pub fn first_cell(&self) -> Option<(usize, usize)> {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => {
                (!rows.is_empty() && !cols.is_empty()).then_some((rows.start, cols.start))
            }
            EntryPlaces::Scattered(at) => {
                let first = at.left.first()? + at.right.first()?;
                Some((first % at.stride, first / at.stride))
            }
        }
    }

    /// Whether the block covers a cell of the matrix.
    pub fn contains(&self, row: usize, col: usize) -> bool {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => rows.contains(&row) && cols.contains(&col),
            EntryPlaces::Scattered(at) => {
                let stored = row + col * at.stride;
                let rest = |left: &usize| stored.checked_sub(*left);
                let mut rests = at.left.iter().filter_map(rest);
                row < at.stride && rests.any(|rest| at.right.contains(&rest))
            }
        }
    }

    /// The block's cells as a matrix of its own, `p × q`.
    pub fn cells(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => matrix
                .view((rows.start, cols.start), (rows.len(), cols.len()))
                .into_owned(),
            EntryPlaces::Scattered(at) => {
                let stored = matrix.as_slice();
                DMatrix::from_fn(at.left.len(), at.right.len(), |p, q| {
                    stored[at.left[p] + at.right[q]]
                })
            }
        }
    }

    /// Writes numbers, `p × q`, to where the block lies in the matrix.
    pub fn put(&self, cells: &DMatrix<f64>, matrix: &mut DMatrix<f64>) {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => matrix
                .view_mut((rows.start, cols.start), (rows.len(), cols.len()))
                .copy_from(cells),
            EntryPlaces::Scattered(at) => {
                let stored = matrix.as_mut_slice();
                for (right, column) in at.right.iter().zip(cells.column_iter()) {
                    for (left, cell) in at.left.iter().zip(column.iter()) {
                        stored[left + right] = *cell;
                    }
                }
            }
        }
    }

    /// Fills the block with zeros.
    pub fn clear(&self, matrix: &mut DMatrix<f64>) {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => matrix
                .view_mut((rows.start, cols.start), (rows.len(), cols.len()))
                .fill(0.0),
            EntryPlaces::Scattered(at) => {
                let stored = matrix.as_mut_slice();
                for right in &at.right {
                    at.left.iter().for_each(|left| stored[left + right] = 0.0);
                }
            }
        }
    }

    /// Marks the block's cells in a picture of `rows × cols`, stored by columns; `false` where one
    /// lies outside of it or is marked already.
    pub(super) fn mark(&self, taken: &mut [bool], (rows, cols): (usize, usize)) -> bool {
        let mut free = |stored: usize| match taken.get_mut(stored) {
            Some(cell) => !std::mem::replace(cell, true),
            None => false,
        };
        match &self.place {
            EntryPlaces::Rectangle {
                rows: down,
                cols: across,
            } => {
                down.end <= rows
                    && across.end <= cols
                    && across
                        .clone()
                        .all(|col| down.clone().all(|row| free(row + col * rows)))
            }
            EntryPlaces::Scattered(at) => {
                at.stride == rows
                    && at
                        .right
                        .iter()
                        .all(|right| at.left.iter().all(|left| free(left.saturating_add(*right))))
            }
        }
    }
}

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
    pieces: Pieces,
}

/// The pieces that a block is taken apart into, orthogonal to each other: the first ones are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pieces {
    /// Its singular triplets.
    Triplets,
    /// Its entries, the largest first; where they lie is not counted.
    Entries,
    /// All of it at once.
    Whole,
}

impl Pieces {
    /// Parameters of one piece of a block of `p × q`.
    pub fn cost(self, p: usize, q: usize) -> usize {
        match self {
            Self::Triplets => p + q,
            Self::Entries => 1,
            Self::Whole => p * q,
        }
    }

    /// The number of pieces of a block of `p × q`.
    pub fn most(self, p: usize, q: usize) -> usize {
        match self {
            Self::Triplets => p.min(q),
            Self::Entries => p * q,
            Self::Whole => 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum EntryPlaces {
    Rectangle {
        rows: Range<usize>,
        cols: Range<usize>,
    },
    Scattered(Arc<ScatteredEntries>),
}

/// Rows and columns of the matrix that something fills.
pub type Tile = (Range<usize>, Range<usize>);

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
        Self {
            i,
            j,
            place: EntryPlaces::Rectangle { rows, cols },
            pieces: Pieces::Triplets,
        }
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
        Self {
            i,
            j,
            place,
            pieces: Pieces::Triplets,
        }
    }

    /// This block, taken apart otherwise.
    #[must_use]
    pub fn in_pieces(self, pieces: Pieces) -> Self {
        Self { pieces, ..self }
    }

    /// The pieces that it is taken apart into.
    pub fn pieces(&self) -> Pieces {
        self.pieces
    }

    /// Rows `p` and columns `q`.
    pub fn sides(&self) -> (usize, usize) {
        match &self.place {
            EntryPlaces::Rectangle { rows, cols } => (rows.len(), cols.len()),
            EntryPlaces::Scattered(at) => (at.left.len(), at.right.len()),
        }
    }

    /// Parameters of one piece: of a singular triplet `p + q` (II.E).
    pub fn cost(&self) -> usize {
        let (rows, cols) = self.sides();
        self.pieces.cost(rows, cols)
    }

    /// The largest rank the block can have: how many pieces there are.
    pub fn max_rank(&self) -> usize {
        let (rows, cols) = self.sides();
        self.pieces.most(rows, cols)
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

    /// Of a block that is no rectangle, `left` and `right`: entry `(p, q)` is the stored number
    /// `left[p] + right[q]`, counted down the columns of the matrix.
    pub fn scattered_places(&self) -> Option<(&[usize], &[usize])> {
        match &self.place {
            EntryPlaces::Rectangle { .. } => None,
            EntryPlaces::Scattered(at) => Some((&at.left, &at.right)),
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

    /// The rectangle of the matrix that each row of the block fills, if it is one: a tile of a
    /// rearrangement, a piece of a strided row.
    pub fn tiles(&self) -> Option<Vec<Tile>> {
        let EntryPlaces::Scattered(at) = &self.place else {
            return None;
        };
        let cell = |stored: usize| (stored % at.stride, stored / at.stride);
        let (high, wide) = {
            let (first, last) = (cell(*at.right.first()?), cell(*at.right.last()?));
            (
                last.0.checked_sub(first.0)? + 1,
                last.1.checked_sub(first.1)? + 1,
            )
        };
        let (top, left) = cell(at.right[0]);
        let rectangle =
            (top..top + high).flat_map(|row| (left..left + wide).map(move |col| (row, col)));
        let all = at.right.iter().map(|stored| cell(*stored));
        if high * wide != at.right.len() || !all.eq(rectangle) {
            return None;
        }
        let tile = |stored: &usize| {
            let (row, col) = cell(*stored + at.right[0]);
            (row..row + high, col..col + wide)
        };
        Some(at.left.iter().map(tile).collect())
    }

    /// The cells of the matrix that stand in the same column of the block as a cell that it covers.
    pub fn column_of(&self, row: usize, col: usize) -> Vec<(usize, usize)> {
        let EntryPlaces::Scattered(at) = &self.place else {
            return Vec::new();
        };
        let stored = row + col * at.stride;
        let rests = at.left.iter().filter_map(|left| stored.checked_sub(*left));
        let right = rests.clone().find(|rest| at.right.contains(rest));
        let cell = |stored: usize| (stored % at.stride, stored / at.stride);
        right.map_or_else(Vec::new, |right| {
            at.left.iter().map(|left| cell(left + right)).collect()
        })
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

//! Kinds of layouts: the blocks that a method uses, before they are laid.

use std::hash::{Hash, Hasher};

use super::error::LayoutError;
use crate::approx::block::Block;

/// Numbers that a method's own layout is made from.
pub type LayoutNumbers = [usize; 4];

/// The blocks of a method's own layout over a matrix of `rows × cols`.
pub type LayBlocks = fn(usize, usize, LayoutNumbers) -> Result<Vec<Block>, LayoutError>;

/// The kind of a layout: the blocks that a method uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LayoutKind {
    /// The `N` diagonal blocks of an `N × N` grid (II.D, Eq. 4).
    Diagonal(usize),
    /// All `K²` blocks (II.C, Eq. 2); one block is LoRA.
    Grid(usize),
    /// Blocks that a method lays by itself.
    Own(OwnLayout),
}

/// A layout of a method's own: equal names and numbers mean equal blocks.
#[derive(Clone, Copy, Debug)]
pub struct OwnLayout {
    name: &'static str,
    numbers: LayoutNumbers,
    blocks: LayBlocks,
}

impl OwnLayout {
    /// The blocks on a matrix of `rows × cols`.
    ///
    /// # Errors
    /// What the method finds wrong with its numbers.
    pub fn blocks(&self, rows: usize, cols: usize) -> Result<Vec<Block>, LayoutError> {
        (self.blocks)(rows, cols, self.numbers)
    }
}

impl PartialEq for OwnLayout {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.numbers) == (other.name, other.numbers)
    }
}

impl Eq for OwnLayout {}

impl Hash for OwnLayout {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.numbers).hash(state);
    }
}

/// Blocks of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockSize {
    /// Rows `p` of each.
    pub rows: usize,
    /// Columns `q` of each.
    pub cols: usize,
    /// The number of blocks.
    pub count: usize,
}

impl BlockSize {
    /// Parameters of one singular triplet in one block: `p + q` (II.E).
    pub fn cost(&self) -> usize {
        self.rows + self.cols
    }

    /// The largest rank of a block.
    pub fn max_rank(&self) -> usize {
        self.rows.min(self.cols)
    }
}

impl LayoutKind {
    /// Blocks that the method `name` lays by itself with `blocks`, from these numbers and the
    /// matrix's shape alone.
    pub fn own(name: &'static str, numbers: LayoutNumbers, blocks: LayBlocks) -> Self {
        Self::Own(OwnLayout {
            name,
            numbers,
            blocks,
        })
    }

    /// One diagonal block is the whole matrix, so both names share one factorization.
    pub fn canonical(self) -> Self {
        match self {
            Self::Diagonal(1) => Self::Grid(1),
            other => other,
        }
    }

    /// The number of blocks on any matrix; `None` where that depends on the matrix.
    pub fn count(self) -> Option<usize> {
        match self {
            Self::Diagonal(n) => Some(n),
            Self::Grid(k) => k.checked_mul(k),
            Self::Own(_) => None,
        }
    }

    /// The number of blocks side by side, where ranks are listed row by row.
    pub fn across(self) -> usize {
        match self {
            Self::Grid(k) => k.max(1),
            Self::Diagonal(_) | Self::Own(_) => 1,
        }
    }

    /// Whether the blocks can be laid over a matrix of `rows × cols`.
    ///
    /// # Errors
    /// [`LayoutError::Empty`] for a matrix without cells, [`LayoutError::Segments`] when the
    /// number of segments is zero or larger than the smaller side, or what a layout of a method's
    /// own finds.
    pub fn check(self, rows: usize, cols: usize) -> Result<(), LayoutError> {
        match self.canonical() {
            Self::Diagonal(n) => check_segments("N", n, rows.min(cols), (rows, cols)),
            Self::Grid(k) => check_segments("K", k, rows.min(cols), (rows, cols)),
            Self::Own(own) => own.blocks(rows, cols).map(drop),
        }
    }

    /// The sizes of the blocks on a matrix of `rows × cols` with their numbers, larger ones first
    /// where sides are cut evenly. Cost: constant for grids and diagonals.
    ///
    /// # Errors
    /// As [`LayoutKind::check`].
    pub fn sizes(self, rows: usize, cols: usize) -> Result<Vec<BlockSize>, LayoutError> {
        let count = match self {
            Self::Diagonal(n) | Self::Grid(n) => n,
            Self::Own(own) => return Ok(sizes_of(&own.blocks(rows, cols)?)),
        };
        self.check(rows, cols)?;
        // The first segments of a side are longer by one (numpy.array_split).
        let (long_rows, long_cols) = (rows % count, cols % count);
        let (both, either) = (long_rows.min(long_cols), long_rows.max(long_cols));
        let size = |more_rows: bool, more_cols: bool, blocks: usize| BlockSize {
            rows: rows / count + usize::from(more_rows),
            cols: cols / count + usize::from(more_cols),
            count: blocks,
        };
        let mut sizes = match self {
            Self::Diagonal(_) => vec![
                size(true, true, both),
                size(long_rows > long_cols, long_cols > long_rows, either - both),
                size(false, false, count - either),
            ],
            _ => vec![
                size(true, true, long_rows * long_cols),
                size(true, false, long_rows * (count - long_cols)),
                size(false, true, (count - long_rows) * long_cols),
                size(false, false, (count - long_rows) * (count - long_cols)),
            ],
        };
        sizes.retain(|size| size.count > 0);
        Ok(sizes)
    }
}

/// Blocks of one size counted together, in the order in which sizes first occur.
pub(super) fn sizes_of(blocks: &[Block]) -> Vec<BlockSize> {
    let mut sizes: Vec<BlockSize> = Vec::new();
    for block in blocks {
        let (rows, cols) = block.sides();
        let known = |size: &&mut BlockSize| (size.rows, size.cols) == (rows, cols);
        match sizes.iter_mut().find(known) {
            Some(size) => size.count += 1,
            None => sizes.push(BlockSize {
                rows,
                cols,
                count: 1,
            }),
        }
    }
    sizes
}

/// Whether a number of segments, called `letter`, is one to `most`.
///
/// # Errors
/// [`LayoutError::Empty`] for a matrix without cells, else [`LayoutError::Segments`].
pub fn check_segments(
    letter: &'static str,
    segments: usize,
    most: usize,
    (rows, cols): (usize, usize),
) -> Result<(), LayoutError> {
    if rows == 0 || cols == 0 {
        return Err(LayoutError::Empty { rows, cols });
    }
    match (1..=most).contains(&segments) {
        true => Ok(()),
        false => Err(LayoutError::Segments {
            letter,
            segments,
            most,
            rows,
            cols,
        }),
    }
}

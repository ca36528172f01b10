//! Kinds of layouts: the blocks that a method uses, before they are laid.

use std::hash::{Hash, Hasher};

use super::error::LayoutError;
use super::side::check_segments;
use crate::approx::block::{Block, Pieces};

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
    /// All blocks of a grid of so many rows and columns of blocks.
    Rectangular(usize, usize),
    /// Blocks that a method lays by itself.
    Own(OwnLayout),
}

/// The sizes of the blocks with their numbers, without laying them.
pub type SizeBlocks = fn(usize, usize, LayoutNumbers) -> Result<Vec<BlockSize>, LayoutError>;

/// A layout of a method's own: equal names and numbers mean equal blocks.
#[derive(Clone, Copy, Debug)]
pub struct OwnLayout {
    name: &'static str,
    numbers: LayoutNumbers,
    blocks: LayBlocks,
    sizes: SizeBlocks,
    /// Whether the blocks lie on each other: some of them are chosen from the matrix.
    overlapping: bool,
}

impl OwnLayout {
    /// The blocks on a matrix of `rows × cols`.
    ///
    /// # Errors
    /// What the method finds wrong with its numbers.
    pub fn blocks(&self, rows: usize, cols: usize) -> Result<Vec<Block>, LayoutError> {
        (self.blocks)(rows, cols, self.numbers)
    }

    /// Their sizes.
    ///
    /// # Errors
    /// As [`OwnLayout::blocks`].
    pub fn sizes(&self, rows: usize, cols: usize) -> Result<Vec<BlockSize>, LayoutError> {
        (self.sizes)(rows, cols, self.numbers)
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
    /// The pieces that each is taken apart into.
    pub pieces: Pieces,
}

impl BlockSize {
    /// `count` blocks of `rows × cols` in singular triplets.
    pub fn triplets(rows: usize, cols: usize, count: usize) -> Self {
        Self {
            rows,
            cols,
            count,
            pieces: Pieces::Triplets,
        }
    }

    /// Parameters of one piece of one block: of a singular triplet `p + q` (II.E).
    pub fn cost(&self) -> usize {
        self.pieces.cost(self.rows, self.cols)
    }

    /// The largest rank of a block.
    pub fn max_rank(&self) -> usize {
        self.pieces.most(self.rows, self.cols)
    }
}

impl LayoutKind {
    /// Blocks that the method `name` lays by itself with `blocks`, from these numbers and the
    /// matrix's shape alone; `sizes` counts them without laying them.
    pub fn own(
        name: &'static str,
        numbers: LayoutNumbers,
        blocks: LayBlocks,
        sizes: SizeBlocks,
    ) -> Self {
        Self::Own(OwnLayout {
            name,
            numbers,
            blocks,
            sizes,
            overlapping: false,
        })
    }

    /// This layout with blocks that lie on each other, of which some are chosen from the matrix.
    #[must_use]
    pub fn overlapping(self) -> Self {
        match self {
            Self::Own(own) => Self::Own(OwnLayout {
                overlapping: true,
                ..own
            }),
            other => other,
        }
    }

    /// Whether its blocks lie on each other.
    pub fn overlaps(self) -> bool {
        matches!(self, Self::Own(own) if own.overlapping)
    }

    /// One diagonal block is the whole matrix, and a grid may have as many rows as columns of
    /// blocks: these names share one factorization.
    pub fn canonical(self) -> Self {
        match self {
            Self::Diagonal(1) => Self::Grid(1),
            Self::Rectangular(down, across) if down == across => Self::Grid(down),
            other => other,
        }
    }

    /// The number of blocks on any matrix; `None` where that depends on the matrix.
    pub fn count(self) -> Option<usize> {
        match self {
            Self::Diagonal(n) => Some(n),
            Self::Grid(k) => k.checked_mul(k),
            Self::Rectangular(down, across) => down.checked_mul(across),
            Self::Own(_) => None,
        }
    }

    /// The number of blocks side by side, where ranks are listed row by row.
    pub fn across(self) -> usize {
        match self {
            Self::Grid(k) | Self::Rectangular(_, k) => k.max(1),
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
            Self::Rectangular(down, across) => {
                check_segments("K_r", down, rows, (rows, cols))?;
                check_segments("K_c", across, cols, (rows, cols))
            }
            Self::Own(own) => own.blocks(rows, cols).map(drop),
        }
    }

    /// The sizes of the blocks on a matrix of `rows × cols` with their numbers, larger ones first
    /// where sides are cut evenly. Cost: constant for grids and diagonals.
    ///
    /// # Errors
    /// As [`LayoutKind::check`].
    pub fn sizes(self, rows: usize, cols: usize) -> Result<Vec<BlockSize>, LayoutError> {
        let (down, across) = match self {
            Self::Diagonal(n) | Self::Grid(n) => (n, n),
            Self::Rectangular(down, across) => (down, across),
            Self::Own(own) => return own.sizes(rows, cols),
        };
        self.check(rows, cols)?;
        if let Self::Diagonal(_) = self {
            return Ok(sizes_on_diagonal(rows, cols, down));
        }
        Ok(sizes_of_grid(rows, cols, down, across))
    }
}

/// Sizes of the blocks of a grid of `down` rows and `across` columns of blocks, which fits.
pub fn sizes_of_grid(rows: usize, cols: usize, down: usize, across: usize) -> Vec<BlockSize> {
    // The first segments of a side are longer by one (numpy.array_split).
    let (tall, wide) = (rows % down, cols % across);
    let size = |more_rows: bool, more_cols: bool, blocks: usize| {
        let (p, q) = (rows / down, cols / across);
        BlockSize::triplets(
            p + usize::from(more_rows),
            q + usize::from(more_cols),
            blocks,
        )
    };
    let mut sizes = vec![
        size(true, true, tall * wide),
        size(true, false, tall * (across - wide)),
        size(false, true, (down - tall) * wide),
        size(false, false, (down - tall) * (across - wide)),
    ];
    sizes.retain(|size| size.count > 0);
    sizes
}

/// Sizes of the diagonal blocks of a grid of `count × count`, which fits.
fn sizes_on_diagonal(rows: usize, cols: usize, count: usize) -> Vec<BlockSize> {
    let (tall, wide) = (rows % count, cols % count);
    let (both, either) = (tall.min(wide), tall.max(wide));
    let size = |more_rows: bool, more_cols: bool, blocks: usize| {
        let (p, q) = (rows / count, cols / count);
        BlockSize::triplets(
            p + usize::from(more_rows),
            q + usize::from(more_cols),
            blocks,
        )
    };
    let mut sizes = vec![
        size(true, true, both),
        size(tall > wide, wide > tall, either - both),
        size(false, false, count - either),
    ];
    sizes.retain(|size| size.count > 0);
    sizes
}

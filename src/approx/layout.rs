//! Checked settings and a shape become disjoint blocks.

use std::hash::{Hash, Hasher};

use thiserror::Error;

use super::block::Block;
use super::segment::segments;

/// Numbers that a method's own layout is made from.
pub type LayoutNumbers = [usize; 4];

/// The blocks of a method's own layout over a matrix of `rows × cols`.
pub type LayBlocks = fn(usize, usize, LayoutNumbers) -> Result<Vec<Block>, LayoutError>;

/// Which blocks a method uses.
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
    /// How many there are.
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

    /// How many blocks there are on any matrix; `None` where that depends on the matrix.
    pub fn count(self) -> Option<usize> {
        match self {
            Self::Diagonal(n) => Some(n),
            Self::Grid(k) => k.checked_mul(k),
            Self::Own(_) => None,
        }
    }

    /// How many blocks stand side by side, where ranks are listed row by row.
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
            Self::Own(own) => (own.blocks)(rows, cols, own.numbers).map(drop),
        }
    }

    /// How many blocks there are of which size on a matrix of `rows × cols`, larger ones first
    /// where sides are cut evenly. Cost: constant for grids and diagonals.
    ///
    /// # Errors
    /// As [`LayoutKind::check`].
    pub fn sizes(self, rows: usize, cols: usize) -> Result<Vec<BlockSize>, LayoutError> {
        let count = match self {
            Self::Diagonal(n) | Self::Grid(n) => n,
            Self::Own(own) => return Ok(sizes_of(&(own.blocks)(rows, cols, own.numbers)?)),
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
fn sizes_of(blocks: &[Block]) -> Vec<BlockSize> {
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

/// A setting that does not fit its matrix. All of them are the user's to mend.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A matrix without cells.
    #[error("the matrix is empty ({rows} × {cols}), choose one with at least one cell")]
    Empty {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
    /// N or K of zero, or more segments than the smaller side has entries.
    #[error("{letter} = {segments} does not fit a {rows} × {cols} matrix, choose 1 to {most}")]
    Segments {
        /// `N` or `K`.
        letter: &'static str,
        /// What was asked for.
        segments: usize,
        /// The largest number that fits.
        most: usize,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
    /// Rank zero.
    #[error("{name} = 0 keeps nothing, choose a rank of 1 or more")]
    RankZero {
        /// `r`, `r_diag` or `r_block`.
        name: &'static str,
    },
    /// Painted ranks that are not one per block.
    #[error("{given} ranks were given for the {expected} blocks of {setting}, give one per block")]
    RankCount {
        /// How many ranks were given.
        given: usize,
        /// How many blocks there are.
        expected: usize,
        /// What the blocks follow from: `K = 2`.
        setting: String,
    },
    /// Blocks that reach beyond the matrix, or lie on each other.
    #[error("block {block} of the layout lies outside the matrix or on another block")]
    Misplaced {
        /// Which block, counted from zero.
        block: usize,
    },
    /// A budget that does not pay for a single singular triplet.
    #[error("a budget of {budget} parameters pays for no singular triplet, give at least {least}")]
    Budget {
        /// What was given.
        budget: usize,
        /// What the cheapest block needs at rank 1.
        least: usize,
    },
}

/// Disjoint blocks over an `m × n` matrix, row by row over the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockLayout {
    rows: usize,
    cols: usize,
    kind: LayoutKind,
    blocks: Vec<Block>,
}

impl BlockLayout {
    /// Lays `kind` over a matrix of `rows × cols`.
    ///
    /// # Errors
    /// As [`LayoutKind::check`].
    pub fn new(rows: usize, cols: usize, kind: LayoutKind) -> Result<Self, LayoutError> {
        let kind = kind.canonical();
        kind.check(rows, cols)?;
        let count = match kind {
            LayoutKind::Diagonal(n) | LayoutKind::Grid(n) => n,
            LayoutKind::Own(own) => {
                let blocks = (own.blocks)(rows, cols, own.numbers)?;
                return Self::of_blocks(rows, cols, kind, blocks);
            }
        };
        let down = segments(rows, count);
        let across = segments(cols, count);
        let block =
            |i: usize, j: usize| Block::rectangle((i, j), down[i].clone(), across[j].clone());
        let blocks = match kind {
            LayoutKind::Diagonal(n) => (0..n).map(|i| block(i, i)).collect(),
            _ => (0..count * count)
                .map(|b| block(b / count, b % count))
                .collect(),
        };
        Ok(Self {
            rows,
            cols,
            kind,
            blocks,
        })
    }

    /// Any blocks over a matrix of `rows × cols`, as `kind`'s. Cost: a pass over the cells.
    ///
    /// # Errors
    /// [`LayoutError::Empty`] for a matrix without cells, [`LayoutError::Misplaced`] for a block
    /// outside the matrix or on another one.
    pub fn of_blocks(
        rows: usize,
        cols: usize,
        kind: LayoutKind,
        blocks: Vec<Block>,
    ) -> Result<Self, LayoutError> {
        if rows == 0 || cols == 0 {
            return Err(LayoutError::Empty { rows, cols });
        }
        let mut taken = vec![false; rows * cols];
        let misplaced = |block: &Block| !block.mark(&mut taken, (rows, cols));
        match blocks.iter().position(misplaced) {
            Some(block) => Err(LayoutError::Misplaced { block }),
            None => Ok(Self {
                rows,
                cols,
                kind,
                blocks,
            }),
        }
    }

    /// Rows `m` and columns `n` of the matrix.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// What the layout was made from (one diagonal block counts as the grid of one).
    pub fn kind(&self) -> LayoutKind {
        self.kind
    }

    /// The blocks, row by row.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Index of the block that covers a cell, if any does.
    pub fn block_at(&self, row: usize, col: usize) -> Option<usize> {
        self.blocks.iter().position(|b| b.contains(row, col))
    }

    /// The shortest side of any block.
    pub fn narrowest(&self) -> usize {
        match self.kind {
            LayoutKind::Diagonal(n) | LayoutKind::Grid(n) => self.rows.min(self.cols) / n.max(1),
            LayoutKind::Own(_) => self.blocks.iter().map(Block::max_rank).min().unwrap_or(0),
        }
    }

    /// The largest rank any block can have: where a rank slider ends.
    pub fn max_rank(&self) -> usize {
        self.blocks.iter().map(Block::max_rank).max().unwrap_or(0)
    }

    /// The same rank for every block, clamped to each block's smaller side.
    pub fn uniform_ranks(&self, rank: usize) -> Vec<usize> {
        self.blocks.iter().map(|b| rank.min(b.max_rank())).collect()
    }

    /// Parameters of the factors at these ranks: Σ k (p + q) (II.E).
    pub fn parameters(&self, ranks: &[usize]) -> usize {
        self.blocks
            .iter()
            .zip(ranks)
            .map(|(block, rank)| rank * block.cost())
            .sum()
    }

    /// Parameters that one more rank everywhere costs, before clamping.
    pub fn cost_per_rank(&self) -> usize {
        self.blocks.iter().map(Block::cost).sum()
    }

    /// How many blocks store at least as many parameters as they have entries.
    pub fn denser_than_dense(&self, ranks: &[usize]) -> usize {
        self.blocks
            .iter()
            .zip(ranks)
            .filter(|(block, rank)| **rank > 0 && **rank * block.cost() >= block.entries())
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `#` where a block lies, `.` where none does.
    fn picture(layout: &BlockLayout) -> String {
        let (rows, cols) = layout.shape();
        let mut text = String::new();
        for row in 0..rows {
            for col in 0..cols {
                text.push(match layout.block_at(row, col) {
                    Some(b) => char::from(b'a' + (b % 26) as u8),
                    None => '.',
                });
            }
            text.push('\n');
        }
        text
    }

    #[test]
    fn layouts_cut_uneven_sides_like_numpy() {
        let melora = BlockLayout::new(4, 7, LayoutKind::Diagonal(3)).expect("fits");
        assert_eq!(picture(&melora), "aaa....\naaa....\n...bb..\n.....cc\n");
        let localized = BlockLayout::new(3, 4, LayoutKind::Grid(2)).expect("fits");
        assert_eq!(picture(&localized), "aabb\naabb\nccdd\n");
    }

    #[test]
    fn parameters_are_those_of_section_two_e() {
        let count = |kind, rank| {
            let layout = BlockLayout::new(256, 256, kind).expect("fits");
            layout.parameters(&layout.uniform_ranks(rank))
        };
        assert_eq!(count(LayoutKind::Grid(1), 16), 8192);
        assert_eq!(count(LayoutKind::Diagonal(4), 4), 2048);
        assert_eq!(count(LayoutKind::Grid(2), 2), 2048);
    }

    #[test]
    fn melora_of_table_one_is_denser_than_dense() {
        let layout = BlockLayout::new(28, 28, LayoutKind::Diagonal(4)).expect("fits");
        let ranks = layout.uniform_ranks(4);
        assert_eq!(layout.parameters(&ranks), 224);
        assert_eq!(layout.denser_than_dense(&ranks), 4);
    }

    #[test]
    fn settings_that_do_not_fit_say_what_does() {
        let error = BlockLayout::new(28, 20, LayoutKind::Grid(21)).expect_err("too many");
        assert_eq!(
            error.to_string(),
            "K = 21 does not fit a 28 × 20 matrix, choose 1 to 20"
        );
        assert!(BlockLayout::new(3, 3, LayoutKind::Diagonal(0)).is_err());
        assert!(BlockLayout::new(0, 3, LayoutKind::Grid(1)).is_err());
    }

    proptest! {
        #[test]
        fn blocks_are_disjoint_and_a_grid_covers_all(
            rows in 1usize..20, cols in 1usize..20, k in 1usize..20, diagonal: bool,
        ) {
            let k = k.min(rows).min(cols);
            let kind = if diagonal { LayoutKind::Diagonal(k) } else { LayoutKind::Grid(k) };
            let layout = BlockLayout::new(rows, cols, kind).expect("fits");
            for row in 0..rows {
                for col in 0..cols {
                    let covering = layout.blocks().iter().filter(|b| b.contains(row, col)).count();
                    prop_assert!(covering <= 1);
                    prop_assert!(covering == 1 || diagonal);
                }
            }
            // The definition once more, counted cell by cell of the factors.
            let ranks = layout.uniform_ranks(3);
            let direct: usize = layout.blocks().iter().zip(&ranks)
                .map(|(b, r)| (b.sides().0 + b.sides().1) * r).sum();
            prop_assert_eq!(layout.parameters(&ranks), direct);
            let checked = BlockLayout::of_blocks(rows, cols, layout.kind(), layout.blocks().to_vec());
            prop_assert_eq!(checked.expect("in place"), layout.clone());
            let mut sizes = sizes_of(layout.blocks());
            let mut found = kind.sizes(rows, cols).expect("fits");
            sizes.sort_by_key(|size| (size.rows, size.cols));
            found.sort_by_key(|size| (size.rows, size.cols));
            found.dedup_by(|a, b| {
                let same = (a.rows, a.cols) == (b.rows, b.cols);
                if same { b.count += a.count; }
                same
            });
            prop_assert_eq!(found, sizes);
        }
    }
}

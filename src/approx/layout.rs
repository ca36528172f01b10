//! Checked settings and a shape become disjoint blocks.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::segment::segments;

/// Which blocks of the grid a method uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LayoutKind {
    /// The `N` diagonal blocks of an `N × N` grid (II.D, Eq. 4).
    Diagonal(usize),
    /// All `K²` blocks (II.C, Eq. 2); one block is LoRA.
    Grid(usize),
}

impl LayoutKind {
    /// Segments along each side: `N` or `K`.
    pub fn segments(self) -> usize {
        match self {
            Self::Diagonal(n) | Self::Grid(n) => n,
        }
    }

    /// One diagonal block is the whole matrix, so both names share one factorization.
    pub fn canonical(self) -> Self {
        match self {
            Self::Diagonal(1) => Self::Grid(1),
            other => other,
        }
    }

    /// Whether the blocks can be laid over a matrix of `rows × cols`.
    ///
    /// # Errors
    /// [`LayoutError::Empty`] for a matrix without cells, [`LayoutError::Segments`] when the
    /// number of segments is zero or larger than the smaller side.
    pub fn check(self, rows: usize, cols: usize) -> Result<(), LayoutError> {
        if rows == 0 || cols == 0 {
            return Err(LayoutError::Empty { rows, cols });
        }
        let segments = self.canonical().segments();
        if (1..=rows.min(cols)).contains(&segments) {
            return Ok(());
        }
        let letter = match self.canonical() {
            Self::Diagonal(_) => 'N',
            Self::Grid(_) => 'K',
        };
        Err(LayoutError::Segments {
            letter,
            segments,
            rows,
            cols,
        })
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
    #[error(
        "{letter} = {segments} does not fit a {rows} × {cols} matrix, choose 1 to {}",
        rows.min(cols)
    )]
    Segments {
        /// `N` or `K`.
        letter: char,
        /// What was asked for.
        segments: usize,
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
    #[error("{given} ranks were given for the {expected} blocks of K = {grid}, give one per block")]
    RankCount {
        /// How many ranks were given.
        given: usize,
        /// How many blocks there are.
        expected: usize,
        /// The grid.
        grid: usize,
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

/// One block: a place in the grid and the rows and columns of the matrix that it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Row `i` in the grid.
    pub i: usize,
    /// Column `j` in the grid.
    pub j: usize,
    /// Rows of the matrix.
    pub rows: Range<usize>,
    /// Columns of the matrix.
    pub cols: Range<usize>,
}

impl Block {
    /// Parameters of one singular triplet: `p + q` for a block of `p × q` (II.E).
    pub fn cost(&self) -> usize {
        self.rows.len() + self.cols.len()
    }

    /// The largest rank the block can have.
    pub fn max_rank(&self) -> usize {
        self.rows.len().min(self.cols.len())
    }

    /// Cells of the block.
    pub fn entries(&self) -> usize {
        self.rows.len() * self.cols.len()
    }

    /// Whether the block covers a cell of the matrix.
    pub fn contains(&self, row: usize, col: usize) -> bool {
        self.rows.contains(&row) && self.cols.contains(&col)
    }
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
        kind.check(rows, cols)?;
        let kind = kind.canonical();
        let down = segments(rows, kind.segments());
        let across = segments(cols, kind.segments());
        let block = |i: usize, j: usize| Block {
            i,
            j,
            rows: down[i].clone(),
            cols: across[j].clone(),
        };
        let blocks = match kind {
            LayoutKind::Diagonal(n) => (0..n).map(|i| block(i, i)).collect(),
            LayoutKind::Grid(k) => (0..k * k).map(|b| block(b / k, b % k)).collect(),
        };
        Ok(Self {
            rows,
            cols,
            kind,
            blocks,
        })
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
                .map(|(b, r)| b.rows.len() * r + r * b.cols.len()).sum();
            prop_assert_eq!(layout.parameters(&ranks), direct);
        }
    }
}

//! Checked settings and a shape become disjoint blocks.

mod drawn;
mod error;
mod kind;
mod side;

pub use drawn::Drawn;
pub use error::LayoutError;
pub use kind::{
    BlockSize, LayBlocks, LayoutKind, LayoutNumbers, OwnLayout, SizeBlocks, sizes_of_grid,
};
pub use side::{Side, check_divisor, check_segments};

use super::block::{Block, Pieces};
use super::choice::Leaf;
use super::segment::segments;

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
        let (down, across) = match kind {
            LayoutKind::Diagonal(n) | LayoutKind::Grid(n) => (n, n),
            LayoutKind::Rectangular(down, across) => (down, across),
            LayoutKind::Own(own) => {
                let blocks = own.blocks(rows, cols)?;
                return match kind.overlaps() {
                    true => Ok(Self {
                        rows,
                        cols,
                        kind,
                        blocks,
                    }),
                    false => Self::of_blocks(rows, cols, kind, blocks),
                };
            }
        };
        let (tall, wide) = (segments(rows, down), segments(cols, across));
        let block = |i: usize, j: usize| Block::rectangle((i, j), tall[i].clone(), wide[j].clone());
        let blocks = match kind {
            LayoutKind::Diagonal(n) => (0..n).map(|i| block(i, i)).collect(),
            _ => (0..down * across)
                .map(|b| block(b / across, b % across))
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

    /// The layout of some of its blocks.
    #[must_use]
    pub fn of_leaves(&self, leaves: &[Leaf]) -> Self {
        let block = |leaf: &Leaf| {
            let block = self.blocks[leaf.block].clone();
            match leaf.whole {
                true => block.in_pieces(Pieces::Whole),
                false => block,
            }
        };
        Self {
            blocks: leaves.iter().map(block).collect(),
            ..*self
        }
    }

    /// Rows `m` and columns `n` of the matrix.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// The kind that the layout was made from (one diagonal block counts as the grid of one).
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
            LayoutKind::Rectangular(down, across) => {
                (self.rows / down.max(1)).min(self.cols / across.max(1))
            }
            LayoutKind::Own(_) => {
                let sides = self.blocks.iter().map(Block::sides);
                sides.map(|(rows, cols)| rows.min(cols)).min().unwrap_or(0)
            }
        }
    }

    /// The largest rank any block can have: where a rank slider ends.
    pub fn max_rank(&self) -> usize {
        self.blocks.iter().map(Block::max_rank).max().unwrap_or(0)
    }

    /// One rank for every block, clamped to each block's smaller side.
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

    /// The number of blocks that store at least as many parameters as they have entries.
    pub fn denser_than_dense(&self, ranks: &[usize]) -> usize {
        self.blocks
            .iter()
            .zip(ranks)
            .filter(|(block, rank)| {
                let factored = block.pieces() == Pieces::Triplets && **rank > 0;
                factored && **rank * block.cost() >= block.entries()
            })
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Blocks of one size counted together, in the order in which sizes first occur.
    fn sizes_of(blocks: &[Block]) -> Vec<BlockSize> {
        let mut sizes: Vec<BlockSize> = Vec::new();
        for block in blocks {
            let (rows, cols) = block.sides();
            let known = |size: &&mut BlockSize| (size.rows, size.cols) == (rows, cols);
            match sizes.iter_mut().find(known) {
                Some(size) => size.count += 1,
                None => sizes.push(BlockSize::triplets(rows, cols, 1)),
            }
        }
        sizes
    }

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
            "K = 21 does not fit a 28 × 20 matrix; choose 1 to 20"
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

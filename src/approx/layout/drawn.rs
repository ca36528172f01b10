//! The drawing of a layout over its matrix: outlines, and marks beside the rows where parts take every
//! so many of them.

use super::{BlockLayout, LayoutKind};
use crate::approx::block::{Block, Pieces, Tile};

/// The lines and marks that are drawn over a matrix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Outlines.
    pub outlines: Vec<Tile>,
    /// Into how many classes the rows fall, one after the other, where the parts are such classes.
    pub row_classes: Option<usize>,
}

impl BlockLayout {
    /// The drawing of the blocks. A single block needs nothing: the matrix's frame is its own.
    pub fn drawn(&self) -> Drawn {
        let blocks = self.blocks();
        let only = match blocks {
            [only] => Some(only),
            _ => None,
        };
        if self.kind().canonical() == LayoutKind::Grid(1)
            || only.is_some_and(|block| block.pieces() == Pieces::Entries)
        {
            return Drawn::default();
        }
        if let Some(tiles) = only.and_then(Block::tiles) {
            return Drawn {
                outlines: tiles,
                row_classes: None,
            };
        }
        let outlines: Vec<Tile> = blocks.iter().filter_map(Block::outline).collect();
        if outlines.len() == blocks.len() {
            return Drawn {
                outlines,
                row_classes: None,
            };
        }
        // Parts of strided rows: the first class has the columns of all.
        let (rows, _) = self.shape();
        let first_class = blocks.iter().filter(|block| block.i == 0);
        let columns = first_class.filter_map(|block| Some(block.tiles()?.first()?.1.clone()));
        let classes = blocks.iter().map(|block| block.i + 1).max();
        Drawn {
            outlines: columns.map(|cols| (0..rows, cols)).collect(),
            row_classes: classes.filter(|count| *count > 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::method::Configured;
    use crate::approx::method::{KroneckerSettings, MonarchSettings, SparseSettings};

    fn drawn(settings: &dyn Configured, rows: usize, cols: usize) -> Drawn {
        let layout = BlockLayout::new(rows, cols, settings.layout());
        layout.expect("fits").drawn()
    }

    #[test]
    fn a_kronecker_sum_is_drawn_as_its_tiles() {
        let settings = KroneckerSettings {
            left_rows: 2,
            left_cols: 3,
            terms: 1,
        };
        let found = drawn(&settings, 4, 9);
        let tiles = [0..3, 3..6, 6..9];
        let expected = [0..2, 2..4].into_iter();
        let expected = expected.flat_map(|rows| tiles.clone().map(|cols| (rows.clone(), cols)));
        assert_eq!(found.outlines, expected.collect::<Vec<_>>());
        let block = &BlockLayout::new(4, 9, settings.layout())
            .expect("fits")
            .blocks()[0]
            .clone();
        let same_place = [(1, 2), (1, 5), (1, 8), (3, 2), (3, 5), (3, 8)];
        assert_eq!(block.column_of(1, 5), same_place);
    }

    #[test]
    fn monarch_is_drawn_as_segments_with_marked_rows() {
        let settings = MonarchSettings {
            row_classes: 3,
            column_blocks: 2,
            rank: 1,
        };
        let found = drawn(&settings, 7, 5);
        assert_eq!(found.outlines, [(0..7, 0..3), (0..7, 3..5)]);
        assert_eq!(found.row_classes, Some(3));
        let layout = BlockLayout::new(7, 5, settings.layout()).expect("fits");
        assert_eq!(
            layout.blocks()[3].tiles(),
            Some(vec![(1..2, 3..5), (4..5, 3..5)])
        );
    }

    #[test]
    fn the_whole_matrix_needs_no_outline() {
        assert_eq!(drawn(&SparseSettings::default(), 5, 5), Drawn::default());
    }
}

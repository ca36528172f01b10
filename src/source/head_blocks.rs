//! Attention heads in a weight, and the blocks that follow them.

/// Attention heads that lie side by side in a weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadBlocks {
    /// Their number.
    pub heads: usize,
    /// Rows of each; columns where they lie across.
    pub size: usize,
    /// Whether each is a number of columns, as in the projection of the outputs.
    pub across: bool,
}

impl HeadBlocks {
    /// Blocks down and across of a grid with a block for every head.
    pub fn grid(self) -> (usize, usize) {
        match self.across {
            false => (self.heads, 1),
            true => (1, self.heads),
        }
    }

    /// *8 heads of 4 rows each (config.json)*.
    pub fn describe(self) -> String {
        let what = if self.across { "columns" } else { "rows" };
        format!(
            "{} heads of {} {what} each (config.json)",
            self.heads, self.size
        )
    }

    /// Along which side the heads lie, and what asks for the blocks that follow them.
    pub(in crate::source) fn remark(self) -> String {
        let (down, over) = self.grid();
        format!(
            "{}: --add rectangular_grid:grid_rows={down},grid_cols={over},rank=1 gives every head a \
             block of its own, --grid {} a grid that follows them",
            self.describe(),
            self.heads
        )
    }
}

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
    /// Of how many heads the queries, the keys and the values are, where one weight makes all three.
    pub fused: Option<[usize; 3]>,
}

impl HeadBlocks {
    /// Blocks down and across of a grid with a block for every head.
    pub fn grid(self) -> (usize, usize) {
        match self.across {
            false => (self.heads, 1),
            true => (1, self.heads),
        }
    }

    /// *8 heads of 4 rows each (config.json)*, and of a fused weight whose they are.
    pub fn describe(self) -> String {
        let what = if self.across { "columns" } else { "rows" };
        let parts = self.fused.map(|[queries, keys, values]| {
            format!(", {queries} for queries, {keys} for keys and {values} for values")
        });
        format!(
            "{} heads of {} {what} each{} (config.json)",
            self.heads,
            self.size,
            parts.unwrap_or_default()
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

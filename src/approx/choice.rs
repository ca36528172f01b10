//! Choices of a layout's blocks, and how much of each is kept.

/// The choice of a method at one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// A rank for each block of the layout.
    Ranks(Vec<usize>),
    /// Some of the layout's blocks, which do not overlap while others may.
    Leaves(Vec<Leaf>),
}

/// One block that is used of a layout whose blocks overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place in the layout.
    pub block: usize,
    /// The number of pieces that are kept of it.
    pub rank: usize,
    /// Whether it is stored entry by entry, as one piece.
    pub whole: bool,
}

/// The number of pieces that are kept of each leaf, in their order.
pub fn ranks(leaves: &[Leaf]) -> Vec<usize> {
    leaves.iter().map(|leaf| leaf.rank).collect()
}

impl Leaf {
    /// A block of which nothing is kept.
    pub fn empty(block: usize) -> Self {
        Self {
            block,
            rank: 0,
            whole: false,
        }
    }
}

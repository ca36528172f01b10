//! The tree of halved blocks, and the blocks that a solution may choose among.

use std::ops::Range;

use crate::approx::block::Block;
use crate::approx::segment::segments;

/// A block, and the four that it may be split into.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub rows: Range<usize>,
    pub cols: Range<usize>,
    /// Their places, row by row.
    pub children: Option<[usize; 4]>,
}

/// The blocks that a solution chooses among: those of the tree, level by level, then those of the
/// even grids that are none of its levels.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    /// The tree.
    pub nodes: Vec<Node>,
    /// For each even grid of 2, 4, 8 … segments a side, whose blocks keep two entries a side as the
    /// tree's do, the places of its blocks.
    pub grids: Vec<Range<usize>>,
    /// All blocks.
    pub blocks: Vec<Block>,
}

impl Candidates {
    /// The candidates of a matrix of `rows × cols`, which has cells.
    pub fn new(rows: usize, cols: usize) -> Self {
        let (nodes, levels) = tree(rows, cols);
        let mut blocks: Vec<Block> = Vec::with_capacity(nodes.len());
        for level in &levels {
            let first = &nodes[level.start];
            let (height, width) = (first.rows.len(), first.cols.len());
            blocks.extend(nodes[level.clone()].iter().map(|node| {
                let place = (node.rows.start / height, node.cols.start / width);
                Block::rectangle(place, node.rows.clone(), node.cols.clone())
            }));
        }
        let mut grids = Vec::new();
        let mut count = 2;
        while 2 * count <= rows.min(cols) {
            let (down, across) = (segments(rows, count), segments(cols, count));
            let even = |level: &&Range<usize>| {
                let mut places = nodes[(*level).clone()].iter().enumerate();
                level.len() == count * count
                    && places.all(|(at, node)| {
                        node.rows == down[at / count] && node.cols == across[at % count]
                    })
            };
            grids.push(match levels.iter().find(even) {
                Some(level) => level.clone(),
                None => {
                    let first = blocks.len();
                    blocks.extend((0..count * count).map(|at| {
                        let (i, j) = (at / count, at % count);
                        Block::rectangle((i, j), down[i].clone(), across[j].clone())
                    }));
                    first..blocks.len()
                }
            });
            count *= 2;
        }
        Self {
            nodes,
            grids,
            blocks,
        }
    }
}

/// Rows and columns of the smallest block of the tree.
pub(super) fn smallest(rows: usize, cols: usize) -> (usize, usize) {
    let (mut smallest, mut largest) = ((rows, cols), (rows, cols));
    // The larger halves may be split where the smaller ones may not.
    while splits(largest.0, largest.1) {
        smallest = (largest.0 / 2, largest.1 / 2);
        largest = (largest.0.div_ceil(2), largest.1.div_ceil(2));
    }
    smallest
}

/// Whether both halves of both sides keep two entries.
fn splits(p: usize, q: usize) -> bool {
    p / 2 >= 2 && q / 2 >= 2
}

/// The nodes, level by level and row by row within one, and where each level lies.
fn tree(rows: usize, cols: usize) -> (Vec<Node>, Vec<Range<usize>>) {
    let whole = Node {
        rows: 0..rows,
        cols: 0..cols,
        children: None,
    };
    let (mut nodes, mut levels) = (vec![whole], Vec::new());
    let mut level = 0..1;
    loop {
        levels.push(level.clone());
        let first = nodes.len();
        let mut halves: Vec<(usize, usize, Node)> = Vec::new();
        for parent in level {
            let node = &nodes[parent];
            if splits(node.rows.len(), node.cols.len()) {
                let (down, across) = (segments(node.rows.len(), 2), segments(node.cols.len(), 2));
                let shift = |part: &Range<usize>, by: usize| part.start + by..part.end + by;
                halves.extend((0..4).map(|at| {
                    let half = Node {
                        rows: shift(&down[at / 2], node.rows.start),
                        cols: shift(&across[at % 2], node.cols.start),
                        children: None,
                    };
                    (parent, at, half)
                }));
            }
        }
        if halves.is_empty() {
            return (nodes, levels);
        }
        halves.sort_by_key(|(.., half)| (half.rows.start, half.cols.start));
        for (place, (parent, at, half)) in (first..).zip(halves) {
            nodes[parent].children.get_or_insert_default()[at] = place;
            nodes.push(half);
        }
        level = first..nodes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_keep_two_entries_and_cover_their_block() {
        for (rows, cols) in [(1, 9), (4, 4), (7, 6), (28, 28), (24, 36), (5, 33)] {
            let (nodes, _) = tree(rows, cols);
            for node in &nodes {
                let Some(children) = node.children else {
                    assert!(!splits(node.rows.len(), node.cols.len()));
                    continue;
                };
                let [a, b, c, d] = children.map(|child| &nodes[child]);
                assert_eq!(
                    (a.rows.start, a.cols.start),
                    (node.rows.start, node.cols.start)
                );
                assert_eq!((d.rows.end, d.cols.end), (node.rows.end, node.cols.end));
                assert_eq!((a.rows.end, a.cols.end), (d.rows.start, d.cols.start));
                assert_eq!((&b.rows, &b.cols), (&a.rows, &d.cols));
                assert_eq!((&c.rows, &c.cols), (&d.rows, &a.cols));
                assert!(a.rows.len() >= d.rows.len() && d.rows.len() >= 2 && d.cols.len() >= 2);
            }
        }
    }

    #[test]
    fn even_grids_are_levels_where_they_can_be() {
        let candidates = Candidates::new(32, 32);
        assert_eq!(candidates.grids.len(), 4);
        assert_eq!(candidates.grids[3], 85..341, "the last level of the tree");
        assert_eq!(candidates.blocks.len(), 341);
        // 28 is cut into 4, 3, 4, 3 … by halving, and into 4, 4, 4, 4, 3 … evenly.
        let digit = Candidates::new(28, 28);
        assert_eq!(digit.nodes.len(), 149);
        assert_eq!(digit.blocks.len(), 149 + 64);
        assert_eq!(smallest(28, 28), (2, 2));
        assert_eq!(smallest(1, 9), (1, 9));
        assert_eq!(smallest(1024, 1024), (2, 2));
    }
}

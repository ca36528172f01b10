//! The quad-tree: blocks that are split where that pays, with a rank each.
//!
//! For a price per parameter the best tree and ranks follow by dynamic programming, exactly. For a
//! budget the price is searched for, and the rest is filled.

mod budget;
mod price;
mod tree;

use super::block::Block;
use super::choice::{Leaf, ranks};
use super::curve::CurvePoint;
use super::factor::Spectra;
use super::layout::{BlockSize, LayoutError};
use price::Bill;
use tree::Candidates;

/// The blocks that a solution chooses among on a matrix of `rows × cols`: they overlap.
///
/// # Errors
/// [`LayoutError::Empty`] for a matrix without cells.
pub fn candidates(rows: usize, cols: usize) -> Result<Vec<Block>, LayoutError> {
    match rows.min(cols) {
        0 => Err(LayoutError::Empty { rows, cols }),
        _ => Ok(Candidates::new(rows, cols).blocks),
    }
}

/// The largest and the smallest of them.
///
/// # Errors
/// As [`candidates`].
pub fn sizes(rows: usize, cols: usize) -> Result<Vec<BlockSize>, LayoutError> {
    if rows.min(cols) == 0 {
        return Err(LayoutError::Empty { rows, cols });
    }
    let ends = [(rows, cols), tree::smallest(rows, cols)];
    let mut sizes: Vec<BlockSize> = ends.map(|(p, q)| BlockSize::triplets(p, q, 1)).to_vec();
    sizes.dedup();
    Ok(sizes)
}

/// The leaves with the lowest Σ dropped σ² + `price` · parameters, in units of the cells.
pub fn at_price(spectra: &Spectra, price: f64) -> Vec<Leaf> {
    let (rows, cols) = spectra.layout.shape();
    let candidates = Candidates::new(rows, cols);
    let root = price.sqrt() / spectra.unit();
    Bill::new(&candidates, spectra).at(root).leaves
}

/// The leaves with the lowest error that were found within `budget` parameters, never worse than the
/// adaptive ranks of an even grid of 2, 4, 8 … segments, nor than any point of the curve; `charge` says what the choice of leaves
/// itself takes of the budget.
///
/// # Errors
/// [`LayoutError::Budget`] when the budget pays for no triplet of any block.
pub fn within_budget(
    spectra: &Spectra,
    budget: usize,
    charge: &dyn Fn(&[Leaf]) -> usize,
) -> Result<Vec<Leaf>, LayoutError> {
    let blocks = spectra.layout.blocks();
    let least = blocks.iter().map(Block::cost).min().unwrap_or(0);
    if budget < least {
        return Err(LayoutError::Budget { budget, least });
    }
    let (rows, cols) = spectra.layout.shape();
    let candidates = Candidates::new(rows, cols);
    Ok(budget::within(&candidates, spectra, budget, charge))
}

/// Error against parameters at prices from the highest that buys anything down to nothing.
pub fn curve(spectra: &Spectra) -> Vec<CurvePoint> {
    let (rows, cols) = spectra.layout.shape();
    let candidates = Candidates::new(rows, cols);
    let bill = Bill::new(&candidates, spectra);
    let mut points: Vec<CurvePoint> = Vec::new();
    for price in bill.prices() {
        let mut leaves = bill.at(price).leaves;
        budget::stored_whole(spectra, &mut leaves);
        let ranks = ranks(&leaves);
        let chosen = spectra.of_leaves(&leaves);
        let point = CurvePoint {
            rank: ranks.iter().sum(),
            params: chosen.layout.parameters(&ranks),
            error: chosen.error_at(&ranks),
        };
        // What costs more for no less is no point of the curve.
        let better = |last: &CurvePoint| point.params > last.params && point.error < last.error;
        if point.params > 0 && points.last().is_none_or(better) {
            points.push(point);
        }
    }
    points
}

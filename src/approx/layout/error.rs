//! Why a setting does not fit a matrix.

use thiserror::Error;

use crate::approx::segment::divisors;

/// A setting that does not fit its matrix. All of them are the user's to mend.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// A matrix without cells.
    #[error("the matrix is empty ({rows} × {cols}); choose one with at least one cell")]
    Empty {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
    /// N or K of zero, or more segments than the smaller side has entries.
    #[error("{letter} = {segments} does not fit a {rows} × {cols} matrix; choose 1 to {most}")]
    Segments {
        /// `N`, `K`, or the setting's name.
        letter: &'static str,
        /// The number that was asked for.
        segments: usize,
        /// The largest number that fits.
        most: usize,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
    /// A factor that does not divide its side.
    #[error(
        "{name} = {factor} does not divide the {length} {side} of a {rows} × {cols} matrix; choose {}",
        choices(*length)
    )]
    Divisor {
        /// The setting's name.
        name: &'static str,
        /// The number that was asked for.
        factor: usize,
        /// The length that it must divide.
        length: usize,
        /// `rows` or `columns`.
        side: &'static str,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
    },
    /// Rank zero.
    #[error("{name} = 0 keeps nothing; choose a rank of 1 or more")]
    RankZero {
        /// `r`, `r_diag` or `r_block`.
        name: &'static str,
    },
    /// Painted ranks that are not one per block.
    #[error("{given} ranks were given for the {expected} blocks of {setting}; give one per block")]
    RankCount {
        /// The number of ranks that were given.
        given: usize,
        /// The number of blocks.
        expected: usize,
        /// The setting that the blocks follow from: `K = 2`.
        setting: String,
    },
    /// Blocks that reach beyond the matrix, or lie on each other.
    #[error("block {block} of the layout lies outside the matrix or on another block")]
    Misplaced {
        /// The block, counted from zero.
        block: usize,
    },
    /// Ranks beyond a truncated spectrum.
    #[error("only the first {kept} singular values of each block are known; factorize all of it")]
    Truncated {
        /// The number of singular values that are known.
        kept: usize,
    },
    /// A budget that does not pay for a single singular triplet.
    #[error(
        "a budget of {budget} parameters is too small for any singular triplet; give at least {least}"
    )]
    Budget {
        /// The budget that was given.
        budget: usize,
        /// The cost of the cheapest block at rank 1.
        least: usize,
    },
}

/// The divisors of a length: `1, 2, 4, 7, 14 or 28`.
fn choices(length: usize) -> String {
    let all: Vec<String> = divisors(length).iter().map(usize::to_string).collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => all.join(", "),
    }
}

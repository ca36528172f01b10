//! Wanted settings as a matrix takes them.

use crate::approx::Pieces;
use crate::approx::budget::parameters;
use crate::approx::layout::LayoutKind;
use crate::figure::label;
use crate::session::FittedSettings;

/// The matrix's shape and the settings as it takes them.
pub struct Fit {
    /// Rows and columns.
    pub shape: (usize, usize),
    /// The channels that are each approximated with the settings: what is told is of all.
    pub channels: usize,
    /// The settings that are computed on it.
    pub fitted: FittedSettings,
}

impl Fit {
    /// The blocks of a method in words: `16 blocks of 7 × 7; rank 1 costs 224`.
    pub fn blocks(&self, kind: LayoutKind) -> String {
        let (rows, cols) = self.shape;
        let sizes = kind.sizes(rows, cols).unwrap_or_default();
        let count: usize = sizes.iter().map(|size| size.count).sum();
        let height = sizes.iter().map(|size| size.rows).max().unwrap_or_default();
        let width = sizes.iter().map(|size| size.cols).max().unwrap_or_default();
        if sizes.iter().all(|size| size.pieces == Pieces::Entries) {
            return format!("{} entries; each costs 1", label::count(rows * cols));
        }
        let blocks = match (count, sizes.len()) {
            (1, _) if (height, width) != (rows, cols) => {
                format!("rearranged to {height} × {width}")
            }
            (1, _) => format!("1 block of {height} × {width}"),
            (_, 1) => format!("{} blocks of {height} × {width}", label::count(count)),
            _ => format!("{} blocks up to {height} × {width}", label::count(count)),
        };
        let cost = parameters(rows, cols, kind, 1).unwrap_or_default();
        let of = match self.channels {
            1 => String::new(),
            channels => format!(" in {channels} channels"),
        };
        format!(
            "{blocks}{of}; rank 1 costs {}",
            label::count(self.channels * cost)
        )
    }
}

//! Monarch: strided rows by column segments.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Role, Visibility, uniform_ranks,
};
use crate::approx::block::Block;
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{
    BlockSize, LayoutError, LayoutKind, LayoutNumbers, Side, check_segments, sizes_of_grid,
};
use crate::approx::segment::segments;
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// Monarch's parts: the rows `i ≡ a (mod l)` within one of `k` segments of the columns, each of rank
/// ρ (arXiv 2204.00595 with ρ = 1, 2408.17383).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct MonarchSettings {
    /// Classes `l` of rows: every l-th row belongs to one class.
    pub row_classes: usize,
    /// Segments `k` of the columns.
    pub column_blocks: usize,
    /// Rank ρ of every part.
    pub rank: usize,
}

impl Default for MonarchSettings {
    fn default() -> Self {
        Self {
            row_classes: 4,
            column_blocks: 4,
            rank: 1,
        }
    }
}

impl Defined for MonarchSettings {
    const DEFINITION: Definition = Definition {
        key: "monarch",
        title: "Monarch",
        about: "l k parts: every l-th row, within one of k segments of the columns (arXiv \
                2204.00595, and MoRe, 2408.17383).",
        parameters: &[
            Parameter {
                key: "row_classes",
                flag: None,
                letter: "l",
                noun: "row classes",
                role: Role::Segments(Side::Rows),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "column_blocks",
                flag: None,
                letter: "k",
                noun: "column blocks",
                role: Role::Segments(Side::Columns),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "rank",
                flag: None,
                letter: "ρ",
                noun: "rank",
                role: Role::Rank,
                usual: ParameterDefault::Default,
            },
        ],
        by_hand: None,
        price: None,
        shown: Visibility::Added,
        local: false,
        hue: Hue::Wine,
        marker: Marker::Star,
        dash: Dash::ShortDot,
    };
}

impl Configured for MonarchSettings {
    fn layout(&self) -> LayoutKind {
        let numbers = [self.row_classes, self.column_blocks, 0, 0];
        LayoutKind::own("monarch", numbers, parts, sizes)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![
            &mut self.row_classes,
            &mut self.column_blocks,
            &mut self.rank,
        ]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "ρ")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        let (classes, blocks) = (self.row_classes, self.column_blocks);
        format!("l k ρ (p + q) = {classes} · {blocks} · {rank} · ({p} + {q})")
    }
}

fn check(
    rows: usize,
    cols: usize,
    [classes, blocks, ..]: LayoutNumbers,
) -> Result<(), LayoutError> {
    check_segments("row_classes", classes, rows, (rows, cols))?;
    check_segments("column_blocks", blocks, cols, (rows, cols))
}

/// The parts, class by class.
fn parts(rows: usize, cols: usize, numbers: LayoutNumbers) -> Result<Vec<Block>, LayoutError> {
    check(rows, cols, numbers)?;
    let [classes, blocks, ..] = numbers;
    let across = segments(cols, blocks);
    let part = |class: usize, j: usize| {
        let left = (class..rows).step_by(classes).collect();
        let right = across[j].clone().map(|col| col * rows).collect();
        Block::scattered((class, j), rows, left, right)
    };
    let places = (0..classes).flat_map(|class| (0..blocks).map(move |j| (class, j)));
    Ok(places.map(|(class, j)| part(class, j)).collect())
}

/// The first classes have a row more than the others, as the first segments of a side have.
fn sizes(rows: usize, cols: usize, numbers: LayoutNumbers) -> Result<Vec<BlockSize>, LayoutError> {
    check(rows, cols, numbers)?;
    let [classes, blocks, ..] = numbers;
    Ok(sizes_of_grid(rows, cols, classes, blocks))
}

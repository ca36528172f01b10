//! A sum of Kronecker products.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Role, Visibility, uniform_ranks,
};
use crate::approx::block::Block;
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{
    BlockSize, LayoutError, LayoutKind, LayoutNumbers, Side, check_divisor,
};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// `s` Kronecker products of an `m₁ × n₁` and an `m₂ × n₂` matrix, `m = m₁ m₂` and `n = n₁ n₂`: the
/// best such sum is the truncated SVD of Van Loan's rearrangement, which is one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct KroneckerSettings {
    /// Rows `m₁` of the left factors.
    pub left_rows: usize,
    /// Columns `n₁` of the left factors.
    pub left_cols: usize,
    /// Number `s` of products.
    pub terms: usize,
}

impl Default for KroneckerSettings {
    fn default() -> Self {
        Self {
            left_rows: 4,
            left_cols: 4,
            terms: 2,
        }
    }
}

impl Defined for KroneckerSettings {
    const DEFINITION: Definition = Definition {
        key: "kronecker",
        title: "Kronecker sum",
        about: "A sum of s Kronecker products, Ŵ = Σ A ⊗ B with A of m₁ × n₁: every tile of m₂ × n₂ \
                cells is a combination of the same s patterns, as in LoKr with full factors.",
        parameters: &[
            Parameter {
                key: "left_rows",
                flag: None,
                letter: "m₁",
                noun: "left rows",
                role: Role::Divisor(Side::Rows),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "left_cols",
                flag: None,
                letter: "n₁",
                noun: "left columns",
                role: Role::Divisor(Side::Columns),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "terms",
                flag: None,
                letter: "s",
                noun: "terms",
                role: Role::Rank,
                usual: ParameterDefault::Default,
            },
        ],
        by_hand: None,
        price: None,
        shown: Visibility::Added,
        local: false,
        hue: Hue::Slate,
        marker: Marker::Cross,
        dash: Dash::LongShort,
    };
}

impl Configured for KroneckerSettings {
    fn layout(&self) -> LayoutKind {
        let numbers = [self.left_rows, self.left_cols, 0, 0];
        LayoutKind::own("kronecker", numbers, rearrangement, sizes)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.left_rows, &mut self.left_cols, &mut self.terms]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.terms, "s")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.terms)
    }

    fn cost(&self, terms: usize, (p, q): (usize, usize)) -> String {
        format!("s (m₁ n₁ + m₂ n₂) = {terms} · ({p} + {q})")
    }
}

fn check(rows: usize, cols: usize, [m1, n1, ..]: LayoutNumbers) -> Result<(), LayoutError> {
    check_divisor("left_rows", m1, Side::Rows, (rows, cols))?;
    check_divisor("left_cols", n1, Side::Columns, (rows, cols))
}

/// Van Loan's rearrangement: row (i₁, j₁) and column (i₂, j₂) hold W[i₁ m₂ + i₂, j₁ n₂ + j₂], so that
/// a Kronecker product is of rank one.
fn rearrangement(
    rows: usize,
    cols: usize,
    numbers: LayoutNumbers,
) -> Result<Vec<Block>, LayoutError> {
    check(rows, cols, numbers)?;
    let [m1, n1, ..] = numbers;
    let (m2, n2) = (rows / m1, cols / n1);
    let pairs =
        |down: usize, across: usize| (0..down).flat_map(move |i| (0..across).map(move |j| (i, j)));
    let left = pairs(m1, n1).map(|(i, j)| i * m2 + j * n2 * rows).collect();
    let right = pairs(m2, n2).map(|(i, j)| i + j * rows).collect();
    Ok(vec![Block::scattered((0, 0), rows, left, right)])
}

fn sizes(rows: usize, cols: usize, numbers: LayoutNumbers) -> Result<Vec<BlockSize>, LayoutError> {
    check(rows, cols, numbers)?;
    let [m1, n1, ..] = numbers;
    let (m2, n2) = (rows / m1, cols / n1);
    Ok(vec![BlockSize::triplets(m1 * n1, m2 * n2, 1)])
}

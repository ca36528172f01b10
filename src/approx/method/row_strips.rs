//! Row strips: horizontal strips of one rank, as in BD-LoRA.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Role, Visibility, uniform_ranks,
};
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{LayoutError, LayoutKind, Side};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// `N` strips of rows, each of rank ρ (BD-LoRA, arXiv 2510.23346).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RowStripsSettings {
    /// Number `N` of strips.
    pub blocks: usize,
    /// Rank ρ of every strip.
    pub rank: usize,
}

impl Default for RowStripsSettings {
    fn default() -> Self {
        Self { blocks: 2, rank: 2 }
    }
}

impl Defined for RowStripsSettings {
    const DEFINITION: Definition = Definition {
        key: "row_strips",
        title: "Row strips",
        about: "N strips of rows, each as wide as the matrix, with factors of its own, as in BD-LoRA (arXiv 2510.23346).",
        parameters: &[
            Parameter {
                key: "blocks",
                flag: None,
                letter: "N",
                noun: "strips",
                role: Role::Segments(Side::Rows),
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
        hue: Hue::Olive,
        marker: Marker::BarAcross,
        dash: Dash::DashDotDot,
    };
}

impl Configured for RowStripsSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Rectangular(self.blocks, 1)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.blocks, &mut self.rank]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "ρ")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        format!("N ρ (p + q) = {} · {rank} · ({p} + {q})", self.blocks)
    }
}

//! MELoRA: blocks on the diagonal (II.D).

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Flag, Parameter, ParameterDefault, Role, Visibility,
    uniform_ranks,
};
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{LayoutError, LayoutKind, Side};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// MELoRA's `N` diagonal blocks of rank `r_diag` (II.D, Eq. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeloraSettings {
    /// Number `N` of diagonal blocks.
    pub blocks: usize,
    /// Rank `r_diag` of every block.
    pub rank: usize,
}

impl Default for MeloraSettings {
    fn default() -> Self {
        Self { blocks: 4, rank: 4 }
    }
}

impl Defined for MeloraSettings {
    const DEFINITION: Definition = Definition {
        key: "melora",
        title: "MELoRA",
        about: "N blocks on the diagonal of an N × N grid; everything else stays zero (Eq. 4).",
        parameters: &[
            Parameter {
                key: "blocks",
                flag: Some(Flag {
                    name: "blocks",
                    help: "MELoRA's diagonal blocks N [Table I: 4]",
                }),
                letter: "N",
                noun: "blocks",
                role: Role::Segments(Side::Both),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "rank",
                flag: Some(Flag {
                    name: "diag-rank",
                    help: "MELoRA's rank r_diag of each block [Table I: 4]",
                }),
                letter: "r_diag",
                noun: "rank",
                role: Role::Rank,
                usual: ParameterDefault::Default,
            },
        ],
        by_hand: None,
        price: None,
        shown: Visibility::Always,
        local: true,
        hue: Hue::Vermillion,
        marker: Marker::Triangle,
        dash: Dash::Dotted,
    };
}

impl Configured for MeloraSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Diagonal(self.blocks)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.blocks, &mut self.rank]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "r_diag")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        format!("N r_diag (p + q) = {} · {rank} · ({p} + {q})", self.blocks)
    }
}

//! Localized LoRA: all blocks of a grid at one rank (II.C).

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Flag, Parameter, ParameterDefault, Role, Twin, Visibility,
    uniform_ranks,
};
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{LayoutError, LayoutKind, Side};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// Localized LoRA's `K × K` grid of blocks of rank `r_block` (II.C, Eq. 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocalizedSettings {
    /// Segments `K` along each side.
    pub grid: usize,
    /// Rank `r_block` of every block.
    pub rank: usize,
}

impl Default for LocalizedSettings {
    fn default() -> Self {
        Self { grid: 2, rank: 2 }
    }
}

impl Defined for LocalizedSettings {
    const DEFINITION: Definition = Definition {
        key: "localized",
        title: "Localized LoRA",
        about: "All K × K blocks, each with factors of its own (Eq. 2). K = 1 is LoRA.",
        parameters: &[
            Parameter {
                key: "grid",
                flag: Some(Flag {
                    name: "grid",
                    help: "Localized LoRA's grid of K x K blocks [Table I: 2]",
                }),
                letter: "K",
                noun: "grid",
                role: Role::Segments(Side::Both),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "rank",
                flag: Some(Flag {
                    name: "block-rank",
                    help: "Localized LoRA's rank r_block of each block [Table I: 2]",
                }),
                letter: "r_block",
                noun: "rank",
                role: Role::Rank,
                usual: ParameterDefault::Default,
            },
        ],
        by_hand: None,
        price: None,
        shown: Visibility::Always,
        local: true,
        hue: Hue::BluishGreen,
        marker: Marker::Square,
        dash: Dash::Dashed,
    };
}

impl Configured for LocalizedSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Grid(self.grid)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.grid, &mut self.rank]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "r_block")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        format!("K² r_block (p + q) = {}² · {rank} · ({p} + {q})", self.grid)
    }

    fn twin(&self) -> Option<Twin> {
        let rank = self.grid.saturating_mul(self.rank);
        Some(Twin {
            setting: format!("GraLoRA: gralora_k = {}, r = {rank}", self.grid),
            place: "Localized LoRA's twin in Hugging Face PEFT (arXiv 2505.20355), r = K · r_block",
        })
    }
}

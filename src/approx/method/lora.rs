//! LoRA: one global block (II.B).

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Flag, Parameter, ParameterDefault, Role, Visibility,
    uniform_ranks,
};
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{LayoutError, LayoutKind};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// LoRA's global rank `r` (II.B, Eq. 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoraSettings {
    /// Rank `r` of the one block.
    pub rank: usize,
}

impl Default for LoraSettings {
    fn default() -> Self {
        Self { rank: 4 }
    }
}

impl Defined for LoraSettings {
    const DEFINITION: Definition = Definition {
        key: "lora",
        title: "LoRA",
        about: "One block, the whole matrix: Ŵ = B A with B of m × r and A of r × n (Eq. 1).",
        parameters: &[Parameter {
            key: "rank",
            flag: Some(Flag {
                name: "rank",
                help: "LoRA's rank r [Table I: 4]",
            }),
            letter: "r",
            noun: "rank",
            role: Role::Rank,
            usual: ParameterDefault::Default,
        }],
        by_hand: None,
        price: None,
        shown: Visibility::Always,
        local: false,
        hue: Hue::Blue,
        marker: Marker::Circle,
        dash: Dash::Solid,
    };
}

impl Configured for LoraSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Grid(1)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.rank]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "r")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (m, n): (usize, usize)) -> String {
        format!("r (m + n) = {rank} · ({m} + {n})")
    }
}

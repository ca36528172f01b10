//! Localized LoRA with a rank `r_ij` for each block (II.C).

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Flag, Parameter, ParameterDefault, Role, Visibility,
};
use crate::approx::adaptive::adaptive_ranks;
use crate::approx::bits::{as_numbers, to_tell};
use crate::approx::choice::Choice;
use crate::approx::curve::{CurvePoint, adaptive_curve};
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{BlockLayout, LayoutError, LayoutKind, Side};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// Localized LoRA with a rank `r_ij` per block (II.C), chosen for a budget.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AdaptiveSettings {
    /// Segments `K` along each side.
    pub grid: usize,
    /// Parameters the ranks may cost together.
    pub budget: usize,
    /// Ranks set by hand, row by row over the grid; the budget then only compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub painted: Option<Vec<usize>>,
    /// Whether the bits that tell the ranks are charged to the budget.
    #[serde(skip)]
    pub charged: bool,
}

impl Default for AdaptiveSettings {
    fn default() -> Self {
        Self {
            grid: 2,
            budget: 224,
            painted: None,
            charged: false,
        }
    }
}

impl Defined for AdaptiveSettings {
    const DEFINITION: Definition = Definition {
        key: "localized_adaptive",
        title: "Localized, adaptive",
        about: "The same grid with a rank r_ij per block (II.C): the triplets with the largest σ² \
                per parameter, as many as the budget pays for.",
        parameters: &[
            Parameter {
                key: "grid",
                flag: Some(Flag {
                    name: "adaptive-grid",
                    help: "Its grid [default: that of --grid]",
                }),
                letter: "K",
                noun: "grid",
                role: Role::Segments(Side::Both),
                usual: ParameterDefault::LocalizedGrid,
            },
            Parameter {
                key: "budget",
                flag: Some(Flag {
                    name: "adaptive-budget",
                    help: "Its budget of parameters [default: as many as Localized LoRA has]",
                }),
                letter: "P",
                noun: "budget",
                role: Role::Budget,
                usual: ParameterDefault::LocalizedParameters,
            },
        ],
        by_hand: Some(Flag {
            name: "adaptive-ranks",
            help: "Its ranks, set by hand row by row over the grid",
        }),
        price: None,
        shown: Visibility::Flagged(Flag {
            name: "adaptive",
            help: "Adds Localized LoRA with a rank for each block, chosen within a budget of parameters",
        }),
        local: false,
        hue: Hue::ReddishPurple,
        marker: Marker::Diamond,
        dash: Dash::DashDot,
    };
}

impl Configured for AdaptiveSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Grid(self.grid)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.grid, &mut self.budget]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        let count = spectra.layout.blocks().len();
        match &self.painted {
            None => {
                let bits = self.structure_bits(&spectra.layout, &[]);
                let charge = if self.charged { as_numbers(bits) } else { 0 };
                let budget = self.budget.saturating_sub(charge);
                adaptive_ranks(spectra, budget).map(Choice::Ranks)
            }
            Some(painted) if painted.len() == count => Ok(Choice::Ranks(painted.clone())),
            Some(painted) => Err(LayoutError::RankCount {
                given: painted.len(),
                expected: count,
                setting: format!("K = {}", self.grid),
            }),
        }
    }

    /// The first ones, until the budget reaches beyond them.
    fn needs(&self) -> Keep {
        Keep::First(1)
    }

    fn curve(&self, spectra: &Spectra) -> Vec<CurvePoint> {
        adaptive_curve(spectra)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        format!("K² r_ij (p + q) = {}² · {rank} · ({p} + {q})", self.grid)
    }

    fn by_hand(&self) -> Option<&[usize]> {
        self.painted.as_deref()
    }

    fn set_by_hand(&mut self, ranks: Option<Vec<usize>>) {
        self.painted = ranks;
    }

    fn charge(&mut self, charged: bool) {
        self.charged = charged;
    }

    fn charged(&self) -> bool {
        self.charged
    }

    /// Each rank is one of those that its block can have.
    fn structure_bits(&self, layout: &BlockLayout, _: &[usize]) -> usize {
        let blocks = layout.blocks().iter();
        blocks.map(|block| to_tell(block.max_rank() + 1)).sum()
    }
}

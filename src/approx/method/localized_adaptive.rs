//! Localized LoRA with a rank `r_ij` for each block (II.C).

use serde::{Deserialize, Serialize};

use super::definition::{Configured, Defined, Definition, Flag, Parameter, Role, Shown, Usual};
use crate::approx::adaptive::adaptive_ranks;
use crate::approx::curve::{CurvePoint, adaptive_curve};
use crate::approx::factor::Spectra;
use crate::approx::layout::{LayoutError, LayoutKind, Side};
use crate::figure::Marker;
use crate::figure::palette::Hue;

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
}

impl Default for AdaptiveSettings {
    fn default() -> Self {
        Self {
            grid: 2,
            budget: 224,
            painted: None,
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
                usual: Usual::LocalizedGrid,
            },
            Parameter {
                key: "budget",
                flag: Some(Flag {
                    name: "adaptive-budget",
                    help: "Its parameters [default: as many as Localized LoRA has]",
                }),
                letter: "P",
                noun: "budget",
                role: Role::Budget,
                usual: Usual::LocalizedParameters,
            },
        ],
        by_hand: Some(Flag {
            name: "adaptive-ranks",
            help: "Its ranks, set by hand row by row over the grid",
        }),
        shown: Shown::Flagged(Flag {
            name: "adaptive",
            help: "Adds Localized LoRA with a rank for each block, chosen for its parameters",
        }),
        local: false,
        caveat: Some("the cost of recording which triplets were kept is not included"),
        hue: Hue::ReddishPurple,
        marker: Marker::Diamond,
    };
}

impl Configured for AdaptiveSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Grid(self.grid)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.grid, &mut self.budget]
    }

    fn ranks(&self, spectra: &Spectra) -> Result<Vec<usize>, LayoutError> {
        let count = spectra.layout.blocks().len();
        match &self.painted {
            None => adaptive_ranks(spectra, self.budget),
            Some(painted) if painted.len() == count => Ok(painted.clone()),
            Some(painted) => Err(LayoutError::RankCount {
                given: painted.len(),
                expected: count,
                setting: format!("K = {}", self.grid),
            }),
        }
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
}

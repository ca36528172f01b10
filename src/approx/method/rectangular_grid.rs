//! Localized LoRA with as many rows and columns of blocks as one likes.

use serde::{Deserialize, Serialize};

use super::definition::{
    Configured, Defined, Definition, Parameter, ParameterDefault, Role, Visibility, uniform_ranks,
};
use crate::approx::choice::Choice;
use crate::approx::factor::{Keep, Spectra};
use crate::approx::layout::{LayoutError, LayoutKind, Side};
use crate::figure::palette::Hue;
use crate::figure::{Dash, Marker};

/// A `K_r × K_c` grid of blocks of rank ρ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct RectangularSettings {
    /// Segments `K_r` of the rows.
    pub grid_rows: usize,
    /// Segments `K_c` of the columns.
    pub grid_cols: usize,
    /// Rank ρ of every block.
    pub rank: usize,
}

impl Default for RectangularSettings {
    fn default() -> Self {
        Self {
            grid_rows: 4,
            grid_cols: 2,
            rank: 1,
        }
    }
}

impl Defined for RectangularSettings {
    const DEFINITION: Definition = Definition {
        key: "rectangular_grid",
        title: "Rectangular grid",
        about: "All K_r × K_c blocks, each with factors of its own: Localized LoRA where the two \
                numbers are equal.",
        parameters: &[
            Parameter {
                key: "grid_rows",
                flag: None,
                letter: "K_r",
                noun: "grid rows",
                role: Role::Segments(Side::Rows),
                usual: ParameterDefault::Default,
            },
            Parameter {
                key: "grid_cols",
                flag: None,
                letter: "K_c",
                noun: "grid columns",
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
        hue: Hue::Indigo,
        marker: Marker::TriangleRight,
        dash: Dash::Long,
    };
}

impl Configured for RectangularSettings {
    fn layout(&self) -> LayoutKind {
        LayoutKind::Rectangular(self.grid_rows, self.grid_cols)
    }

    fn numbers(&mut self) -> Vec<&mut usize> {
        vec![&mut self.grid_rows, &mut self.grid_cols, &mut self.rank]
    }

    fn choice(&self, spectra: &Spectra) -> Result<Choice, LayoutError> {
        uniform_ranks(spectra, self.rank, "ρ")
    }

    fn needs(&self) -> Keep {
        Keep::First(self.rank)
    }

    fn cost(&self, rank: usize, (p, q): (usize, usize)) -> String {
        let (down, across) = (self.grid_rows, self.grid_cols);
        format!("K_r K_c ρ (p + q) = {down} · {across} · {rank} · ({p} + {q})")
    }
}

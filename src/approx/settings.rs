//! What a user asks for, before it meets a matrix.

use serde::{Deserialize, Serialize};

use super::layout::LayoutKind;
use crate::figure::label;

/// The four methods, in the order in which everything lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// One global block (II.B).
    Lora,
    /// N diagonal blocks (II.D).
    Melora,
    /// K × K blocks of one rank (II.C).
    Localized,
    /// K × K blocks with a rank each, `r_ij` (II.C).
    LocalizedAdaptive,
}

impl Method {
    /// Every method, in the order of the paper's tables.
    pub const ALL: [Self; 4] = [
        Self::Lora,
        Self::Melora,
        Self::Localized,
        Self::LocalizedAdaptive,
    ];

    /// The name people read.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lora => "LoRA",
            Self::Melora => "MELoRA",
            Self::Localized => "Localized LoRA",
            Self::LocalizedAdaptive => "Localized, adaptive",
        }
    }

    /// The name in files and JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Lora => "lora",
            Self::Melora => "melora",
            Self::Localized => "localized",
            Self::LocalizedAdaptive => "localized_adaptive",
        }
    }
}

/// LoRA's global rank `r` (II.B, Eq. 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoraSettings {
    /// Rank `r` of the one block.
    pub rank: usize,
}

/// MELoRA's `N` diagonal blocks of rank `r_diag` (II.D, Eq. 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MeloraSettings {
    /// Number `N` of diagonal blocks.
    pub blocks: usize,
    /// Rank `r_diag` of every block.
    pub rank: usize,
}

/// Localized LoRA's `K × K` grid of blocks of rank `r_block` (II.C, Eq. 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LocalizedSettings {
    /// Segments `K` along each side.
    pub grid: usize,
    /// Rank `r_block` of every block.
    pub rank: usize,
}

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

/// The settings of any one method.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum MethodSettings {
    /// One global block.
    Lora(LoraSettings),
    /// Diagonal blocks.
    Melora(MeloraSettings),
    /// The whole grid at one rank.
    Localized(LocalizedSettings),
    /// The whole grid with a rank each.
    LocalizedAdaptive(AdaptiveSettings),
}

impl MethodSettings {
    /// Which method these settings belong to.
    pub fn method(&self) -> Method {
        match self {
            Self::Lora(_) => Method::Lora,
            Self::Melora(_) => Method::Melora,
            Self::Localized(_) => Method::Localized,
            Self::LocalizedAdaptive(_) => Method::LocalizedAdaptive,
        }
    }

    /// Which blocks the method uses.
    pub fn layout(&self) -> LayoutKind {
        match self {
            Self::Lora(_) => LayoutKind::Grid(1),
            Self::Melora(s) => LayoutKind::Diagonal(s.blocks),
            Self::Localized(s) => LayoutKind::Grid(s.grid),
            Self::LocalizedAdaptive(s) => LayoutKind::Grid(s.grid),
        }
    }

    /// The rank of every block, where they have one rank.
    pub fn uniform_rank(&self) -> Option<usize> {
        match self {
            Self::Lora(s) => Some(s.rank),
            Self::Melora(s) => Some(s.rank),
            Self::Localized(s) => Some(s.rank),
            Self::LocalizedAdaptive(_) => None,
        }
    }

    /// The setting in the paper's letters, for headings: `K = 2, r_block = 2`.
    pub fn describe(&self) -> String {
        match self {
            Self::Lora(s) => format!("r = {}", s.rank),
            Self::Melora(s) => format!("N = {}, r_diag = {}", s.blocks, s.rank),
            Self::Localized(s) => format!("K = {}, r_block = {}", s.grid, s.rank),
            Self::LocalizedAdaptive(s) if s.painted.is_some() => {
                format!("K = {}, ranks set by hand", s.grid)
            }
            Self::LocalizedAdaptive(s) => {
                format!("K = {}, budget {}", s.grid, label::count(s.budget))
            }
        }
    }
}

/// The paper's Table I: 224 parameters on a 28 × 28 digit.
pub fn table_one() -> [MethodSettings; 3] {
    [
        MethodSettings::Lora(LoraSettings { rank: 4 }),
        MethodSettings::Melora(MeloraSettings { blocks: 4, rank: 4 }),
        MethodSettings::Localized(LocalizedSettings { grid: 2, rank: 2 }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_round_trip_through_json() {
        for settings in table_one() {
            let text = serde_json::to_string(&settings).expect("serializes");
            let back: MethodSettings = serde_json::from_str(&text).expect("parses");
            assert_eq!(back, settings);
        }
    }
}

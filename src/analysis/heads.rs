//! Blocks that follow a model's attention heads.

use super::atlas::AtlasSettings;
use crate::approx::budget::affordable_rank;
use crate::approx::method::{Method, MethodSettings, RectangularSettings};
use crate::session::Settings;
use crate::source::HeadBlocks;

/// Adds a rectangular grid with a block for every head, at the largest rank that Localized's parameters
/// pay for (rank 1 at least). `settings` fit the shape.
pub fn follow_heads(settings: &mut Settings, heads: HeadBlocks, shape: (usize, usize)) {
    let budget = AtlasSettings::of(settings, shape.0, shape.1).budget;
    let (grid_rows, grid_cols) = heads.grid();
    let at = |rank: usize| {
        MethodSettings::RectangularGrid(RectangularSettings {
            grid_rows,
            grid_cols,
            rank,
        })
    };
    let rank = affordable_rank(&at(1), shape, budget).max(1);
    if let Some(shown) = settings.switch(Method::RectangularGrid) {
        *shown = true;
    }
    settings.set(at(rank));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_head_gets_a_block_within_the_parameters_of_localized() {
        let heads = HeadBlocks {
            heads: 4,
            size: 8,
            across: true,
            fused: None,
        };
        let mut settings = Settings::default().fitted(24, 32).settings;
        follow_heads(&mut settings, heads, (24, 32));
        assert!(settings.shows(Method::RectangularGrid));
        let wanted = RectangularSettings {
            grid_rows: 1,
            grid_cols: 4,
            // K = 2, rank 2: 4 blocks of 2 (12 + 16); here 4 blocks of ρ (24 + 8).
            rank: 1,
        };
        assert_eq!(settings.rectangular_grid, wanted);
    }
}

//! The best grid for a budget.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::budget::localized_parameters;
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform, grids_at_budget};
use crate::approx::{FactorError, Method, MethodSettings};
use crate::figure::label;
use crate::session::Settings;

/// The budget that grids are compared at: Localized's share of the one budget, else its cost. `settings`
/// fit the shape.
pub fn grid_budget(settings: &Settings, rows: usize, cols: usize) -> usize {
    match settings.matched {
        Some(_) => settings.share_of_budget(Method::Localized),
        None => localized_parameters(settings, rows, cols),
    }
}

/// Every grid at one budget.
#[derive(Clone, Debug)]
pub struct GridSearch {
    /// Parameters of each channel.
    pub budget: usize,
    /// Rows and columns of the matrix.
    pub shape: (usize, usize),
    /// The results of each grid, from K = 1 on.
    pub found: Vec<GridAtBudget>,
}

impl GridSearch {
    /// Tries every grid that the budget pays for; `on_grid` hears of each and may stop.
    ///
    /// # Errors
    /// As [`grids_at_budget`].
    pub fn search(
        matrices: &[DMatrix<f64>],
        budget: usize,
        on_grid: &dyn Fn(&GridAtBudget) -> ControlFlow<()>,
    ) -> Result<Self, FactorError> {
        Ok(Self {
            budget,
            shape: matrices.first().map_or((0, 0), DMatrix::shape),
            found: grids_at_budget(matrices, budget, on_grid)?,
        })
    }

    /// Sets Localized's K and rank, and the adaptive one's K, to the best within the budget, and
    /// says what was compared.
    ///
    /// # Errors
    /// The sentence that says that no grid fits.
    pub fn choose(&self, settings: &mut Settings) -> Result<String, String> {
        let Some((_, best)) = best_uniform(&self.found) else {
            return Err(self.nothing());
        };
        if let MethodSettings::Localized(found) = &best.settings {
            settings.localized = *found;
        }
        if let Some((grid, _)) = best_adaptive(&self.found) {
            settings.adaptive.grid = grid;
        }
        let tried = |one: &GridAtBudget| {
            let uniform = one.uniform.as_ref()?;
            Some(format!(
                "{} (K = {})",
                label::error(uniform.error),
                one.grid
            ))
        };
        let tried: Vec<String> = self.found.iter().filter_map(tried).collect();
        Ok(format!(
            "Error of each grid that fits in {} parameters: {}",
            label::count(self.budget),
            tried.join(", ")
        ))
    }

    /// K = 1 is LoRA, and the cheapest.
    fn nothing(&self) -> String {
        let (rows, cols) = self.shape;
        format!(
            "no grid fits in {} parameters; increase the budget to at least {}",
            label::count(self.budget),
            label::count(rows + cols)
        )
    }
}

//! `--best-grid`: over all K that a budget pays for, the one with the lowest error.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::Failure;
use crate::analysis::localized_parameters;
use crate::approx::MethodSettings;
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform, grids_at_budget};
use crate::figure::label;
use crate::session::Settings;

/// Sets Localized's K and rank, and the adaptive one's K, to the best within the budget, and says
/// what was compared.
pub(super) fn choose(
    matrix: &DMatrix<f64>,
    settings: &mut Settings,
) -> Result<Vec<String>, Failure> {
    let (rows, cols) = matrix.shape();
    let budget = match settings.matched {
        Some(rule) => rule.local_budget(settings.adaptive.budget, settings.melora.blocks),
        None => localized_parameters(settings, rows, cols),
    };
    let grids = grids_at_budget(matrix, budget, &|_| ControlFlow::Continue(()))?;
    let Some((_, best)) = best_uniform(&grids) else {
        return Err(Failure::usage(format!(
            "no grid fits a budget of {budget} parameters, give at least {}",
            rows + cols
        )));
    };
    if let MethodSettings::Localized(found) = &best.settings {
        settings.localized = *found;
    }
    if let Some((grid, _)) = best_adaptive(&grids) {
        settings.adaptive.grid = grid;
    }
    let tried = |one: &GridAtBudget| {
        let uniform = one.uniform.as_ref()?;
        Some(format!("K = {}: {}", one.grid, label::error(uniform.error)))
    };
    let tried: Vec<String> = grids.iter().filter_map(tried).collect();
    Ok(vec![format!(
        "grids within {} parameters, by error: {}",
        label::count(budget),
        tried.join(", ")
    )])
}

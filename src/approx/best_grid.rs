//! The best grid for a budget: over all K that fit, the lowest error.

use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::budget::matched_rank;
use super::channels::evaluate_all;
use super::evaluate::Evaluation;
use super::factor::{FactorError, Spectra};
use super::layout::{BlockLayout, LayoutKind};
use super::method::{AdaptiveSettings, LocalizedSettings, MethodSettings};
use super::metrics::{Comparison, compare};

/// The results of one grid within a budget.
#[derive(Clone, Debug)]
pub struct GridAtBudget {
    /// Segments K along each side.
    pub grid: usize,
    /// Uniform ranks, where the budget pays for rank 1 everywhere.
    pub uniform: Option<Evaluation>,
    /// A rank per block, where the budget pays for a triplet.
    pub adaptive: Option<Evaluation>,
}

/// Tries every K whose uniform rank 1 fits `budget`; K = 1 is LoRA.
/// `on_grid` hears of each and may stop. Matrices of one shape, such as the channels of a picture, have
/// each grid and budget alike and count together. Cost: one factorization of each per K.
///
/// # Errors
/// As [`Spectra::of`]; [`FactorError::Stopped`] when `on_grid` answers stop.
pub fn grids_at_budget(
    matrices: &[DMatrix<f64>],
    budget: usize,
    on_grid: &dyn Fn(&GridAtBudget) -> ControlFlow<()>,
) -> Result<Vec<GridAtBudget>, FactorError> {
    let (rows, cols) = matrices.first().map_or((0, 0), DMatrix::shape);
    let mut found = Vec::new();
    for grid in 1..=rows.min(cols) {
        let kind = LayoutKind::Grid(grid);
        let matched = matched_rank(rows, cols, kind, budget)?;
        if matched.rank == 0 {
            break;
        }
        let layout = BlockLayout::new(rows, cols, kind)?;
        let spectra = matrices.iter();
        let spectra = spectra.map(|matrix| Spectra::of(matrix, layout.clone()));
        let spectra = spectra.collect::<Result<Vec<_>, _>>()?;
        let uniform = MethodSettings::Localized(LocalizedSettings {
            grid,
            rank: matched.rank,
        });
        let adaptive = MethodSettings::LocalizedAdaptive(AdaptiveSettings {
            grid,
            budget,
            ..AdaptiveSettings::default()
        });
        let entry = GridAtBudget {
            grid,
            uniform: evaluate_all(&spectra, &uniform),
            adaptive: evaluate_all(&spectra, &adaptive),
        };
        let flow = on_grid(&entry);
        found.push(entry);
        if flow.is_break() {
            return Err(FactorError::Stopped);
        }
    }
    Ok(found)
}

/// The lowest error with uniform ranks, with its K; of equal ones that of the smallest K.
pub fn best_uniform(grids: &[GridAtBudget]) -> Option<(usize, &Evaluation)> {
    best(grids, |grid| grid.uniform.as_ref())
}

/// The lowest error with a rank per block, with its K; of equal ones that of the smallest K.
pub fn best_adaptive(grids: &[GridAtBudget]) -> Option<(usize, &Evaluation)> {
    best(grids, |grid| grid.adaptive.as_ref())
}

fn best(
    grids: &[GridAtBudget],
    of: impl Fn(&GridAtBudget) -> Option<&Evaluation>,
) -> Option<(usize, &Evaluation)> {
    let measured = grids.iter().filter_map(|grid| Some((grid.grid, of(grid)?)));
    measured.reduce(|best, one| match compare(one.1.error, best.1.error) {
        Comparison::Better => one,
        Comparison::Equal | Comparison::Worse => best,
    })
}

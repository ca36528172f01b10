//! What a setting gives on a matrix: ranks, parameters, error. The one place for it.

use serde::Serialize;

use super::adaptive::adaptive_ranks;
use super::factor::Spectra;
use super::layout::LayoutError;
use super::metrics::share;
use super::settings::{Method, MethodSettings};

/// One method at one setting, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// What was asked for.
    pub settings: MethodSettings,
    /// Rank of each block after clamping, in the layout's order.
    pub ranks: Vec<usize>,
    /// Numbers stored in the factors, Σ k (p + q), after clamping (II.E).
    pub params: usize,
    /// Parameters over the matrix's entries.
    pub share: f64,
    /// ‖W − Ŵ‖ / ‖W‖ (III.A), from the singular values.
    pub error: f64,
    /// The error that stays at full rank, because no block covers those cells.
    pub out_of_reach: f64,
    /// Blocks whose rank was lowered to their smaller side.
    pub clamped_blocks: usize,
    /// Blocks that store at least as many parameters as they have entries.
    pub denser_than_dense: usize,
    /// Parameters of an adaptive budget that no triplet could use.
    pub unused: usize,
}

impl Evaluation {
    /// Which method this is.
    pub fn method(&self) -> Method {
        self.settings.method()
    }
}

/// Measures `settings` with the spectra of their own layout. Cost: one pass over the spectra
/// (a sort of them for adaptive ranks).
///
/// # Errors
/// Rank zero, a budget below one triplet, or painted ranks that are not one per block.
pub fn evaluate(spectra: &Spectra, settings: &MethodSettings) -> Result<Evaluation, LayoutError> {
    debug_assert_eq!(
        spectra.layout.kind(),
        settings.layout().canonical(),
        "spectra of another layout"
    );
    let wanted = wanted_ranks(spectra, settings)?;
    let layout = &spectra.layout;
    let ranks: Vec<usize> = wanted
        .iter()
        .zip(layout.blocks())
        .map(|(rank, block)| (*rank).min(block.max_rank()))
        .collect();
    let clamped_blocks = ranks.iter().zip(&wanted).filter(|(a, b)| a < b).count();
    let params = layout.parameters(&ranks);
    let (rows, cols) = layout.shape();
    let unused = match settings {
        MethodSettings::LocalizedAdaptive(s) if s.painted.is_none() => {
            s.budget.saturating_sub(params)
        }
        _ => 0,
    };
    Ok(Evaluation {
        error: error_at(spectra, &ranks),
        out_of_reach: spectra
            .relative()
            .outside
            .error_of(&spectra.relative().whole),
        share: share(params, rows, cols),
        denser_than_dense: layout.denser_than_dense(&ranks),
        settings: settings.clone(),
        ranks,
        params,
        clamped_blocks,
        unused,
    })
}

/// Normalized Frobenius error at these ranks, by Eckart–Young from the dropped σ alone.
pub fn error_at(spectra: &Spectra, ranks: &[usize]) -> f64 {
    let relative = spectra.relative();
    let dropped = spectra
        .relative_sigma()
        .zip(ranks)
        .flat_map(|(sigma, rank)| sigma.skip(*rank));
    let mut residual = relative.outside;
    dropped.for_each(|sigma| residual.add(sigma));
    residual.error_of(&relative.whole)
}

/// Ranks as asked for, before clamping.
fn wanted_ranks(spectra: &Spectra, settings: &MethodSettings) -> Result<Vec<usize>, LayoutError> {
    let count = spectra.layout.blocks().len();
    let uniform = |rank: usize, name| match rank {
        0 => Err(LayoutError::RankZero { name }),
        rank => Ok(vec![rank; count]),
    };
    match settings {
        MethodSettings::Lora(s) => uniform(s.rank, "r"),
        MethodSettings::Melora(s) => uniform(s.rank, "r_diag"),
        MethodSettings::Localized(s) => uniform(s.rank, "r_block"),
        MethodSettings::LocalizedAdaptive(s) => match &s.painted {
            None => adaptive_ranks(spectra, s.budget),
            Some(painted) if painted.len() == count => Ok(painted.clone()),
            Some(painted) => Err(LayoutError::RankCount {
                given: painted.len(),
                expected: count,
                grid: s.grid,
            }),
        },
    }
}

//! Evaluation of a setting on a matrix: ranks, parameters, error. The one place for it.

use serde::Serialize;

use super::choice::{Choice, Leaf, ranks};
use super::factor::Spectra;
use super::layout::LayoutError;
use super::method::{Method, MethodSettings};
use super::metrics::share;

/// One method at one setting, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// The settings that were asked for.
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
    /// Bits that tell what was chosen from the data, beside the parameters.
    pub structure_bits: usize,
    /// Its expense: the parameters, with the structure bits where they are charged.
    pub spent: usize,
    /// The matrices that the numbers are over: three for a picture in colour, else one. Settings and ranks
    /// are those of one.
    #[serde(skip)]
    pub channels: usize,
    /// The blocks that are used, in the order of the ranks, where the layout's overlap.
    #[serde(skip)]
    pub leaves: Option<Vec<Leaf>>,
}

impl Evaluation {
    /// The method.
    pub fn method(&self) -> Method {
        self.settings.method()
    }

    /// The setting in words, as [`MethodSettings::describe_over`] its channels.
    pub fn describe(&self) -> String {
        self.settings.describe_over(self.channels)
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
    match settings.configured().choice(spectra)? {
        Choice::Ranks(ranks) => {
            let one = measured(spectra, settings, &ranks);
            spectra.ensure_known(&one.ranks)?;
            Ok(one)
        }
        Choice::Leaves(leaves) => {
            let ranks = ranks(&leaves);
            Ok(Evaluation {
                leaves: Some(leaves.clone()),
                ..measured(&spectra.of_leaves(&leaves), settings, &ranks)
            })
        }
    }
}

/// Measures `wanted` ranks of the blocks of `spectra`.
fn measured(spectra: &Spectra, settings: &MethodSettings, wanted: &[usize]) -> Evaluation {
    let layout = &spectra.layout;
    let ranks: Vec<usize> = wanted
        .iter()
        .zip(layout.blocks())
        .map(|(rank, block)| (*rank).min(block.max_rank()))
        .collect();
    let clamped_blocks = ranks.iter().zip(wanted).filter(|(a, b)| a < b).count();
    Evaluation {
        clamped_blocks,
        ..evaluate_at(spectra, settings, ranks)
    }
}

/// Measures `settings` at these ranks of its blocks, none above a block's smaller side. Cost: one pass
/// over the spectra.
pub fn evaluate_at(spectra: &Spectra, settings: &MethodSettings, ranks: Vec<usize>) -> Evaluation {
    let layout = &spectra.layout;
    let params = layout.parameters(&ranks);
    let (rows, cols) = layout.shape();
    let structure_bits = settings.configured().structure_bits(layout, &ranks);
    let spent = params + settings.charge_for(structure_bits);
    Evaluation {
        error: spectra.error_at(&ranks),
        out_of_reach: spectra
            .relative()
            .outside
            .error_of(&spectra.relative().whole),
        share: share(params, rows, cols),
        denser_than_dense: layout.denser_than_dense(&ranks),
        unused: unused(settings, 1, spent),
        settings: settings.clone(),
        ranks,
        params,
        structure_bits,
        spent,
        leaves: None,
        clamped_blocks: 0,
        channels: 1,
    }
}

/// What `channels` matrices leave over of a budget that each may spend.
pub(super) fn unused(settings: &MethodSettings, channels: usize, spent: usize) -> usize {
    let budget = settings
        .own_budget()
        .map(|one| one.saturating_mul(channels));
    budget.map_or(0, |budget| budget.saturating_sub(spent))
}

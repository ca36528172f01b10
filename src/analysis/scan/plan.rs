//! Ranks for every layer of a model under one budget, by what each parameter keeps.

use super::adaptable::Adaptable;
use super::check::has_vague_squares;
use super::layer::KEPT;
use super::spend::{self, RankOffer};
use super::{Scan, ScanLayer, SkippedArray};
use crate::approx::metrics::SumOfSquares;
use crate::figure::label;

/// The structure of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanStructure {
    /// A rank for each layer.
    Lora,
    /// A rank for all blocks of each layer, on the scan's grid.
    Gralora,
}

impl PlanStructure {
    /// Its name on the command line and in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Lora => "lora",
            Self::Gralora => "gralora",
        }
    }
}

/// One layer of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerPlan {
    /// Its name.
    pub layer: String,
    /// Rows and columns.
    pub sides: (usize, usize),
    /// The digest of the values that it was planned for; `None` where the scan kept none.
    pub digest: Option<String>,
    /// The rank of the layer, or of each of its blocks.
    pub rank: usize,
    /// Its parameters.
    pub params: usize,
    /// Its error at that rank.
    pub error: f64,
    /// Its error at the uniform rank.
    pub uniform_error: f64,
}

/// A plan for a whole model.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The structure.
    pub structure: PlanStructure,
    /// The grid of its blocks; 1 for LoRA.
    pub grid: usize,
    /// The model that was scanned.
    pub model: String,
    /// The model that was subtracted.
    pub subtract: Option<String>,
    /// The most parameters that it may have.
    pub budget: usize,
    /// Its parameters.
    pub params: usize,
    /// The error over all layers: the root of Σ‖W − Ŵ‖² / Σ‖W‖².
    pub error: f64,
    /// The rank that every layer would have if all had the same, its parameters and its error.
    pub uniform: (usize, usize, f64),
    /// The error of a plan with no more parameters than that; `None` where the budget pays for no rank everywhere.
    pub error_at_uniform: Option<f64>,
    /// The layers.
    pub layers: Vec<LayerPlan>,
    /// Layers that cannot take part, with the reason.
    pub left_out: Vec<SkippedArray>,
    /// The names of arrays that the scan left out.
    pub unscanned: Vec<String>,
    /// The highest rank that it gives a layer, or a block: of so many the scan kept the singular values.
    pub most_rank: usize,
    /// Layers that have that rank and could have a higher one.
    pub at_the_end: usize,
}

/// A layer on the way.
struct Candidate<'a> {
    layer: &'a ScanLayer,
    /// What each rank keeps.
    energies: &'a [f64],
    /// What the ranks beyond those keep together.
    beyond: f64,
    /// What each rank costs.
    cost: usize,
    rank: usize,
}

impl Candidate<'_> {
    /// ‖W − Ŵ‖² at a rank: summed, not subtracted from ‖W‖², of which a layer that is fitted to rounding has
    /// no digit left. Rounding makes it no more than the whole.
    fn dropped(&self, rank: usize) -> f64 {
        if rank == 0 {
            return self.layer.norm.powi(2);
        }
        let dropped = self.energies.iter().skip(rank).sum::<f64>() + self.beyond;
        dropped.min(self.layer.norm.powi(2))
    }

    fn error(&self, rank: usize) -> f64 {
        match self.layer.norm {
            0.0 => 0.0,
            norm => self.dropped(rank).sqrt() / norm,
        }
    }

    /// The layer at its rank, and its error at another.
    fn planned(&self, uniform: usize) -> LayerPlan {
        LayerPlan {
            layer: self.layer.layer.clone(),
            sides: (self.layer.rows, self.layer.cols),
            digest: self.layer.digest.clone(),
            rank: self.rank,
            params: self.rank * self.cost,
            error: self.error(self.rank),
            uniform_error: self.error(uniform),
        }
    }
}

impl Plan {
    /// Spends `budget` parameters where each keeps most of ‖W‖² over all layers.
    ///
    /// # Errors
    /// A budget that pays for nothing.
    pub fn new(scan: &Scan, structure: PlanStructure, budget: usize) -> Result<Self, String> {
        let grid = match structure {
            PlanStructure::Lora => 1,
            PlanStructure::Gralora => scan.localized_grid,
        };
        let (mut candidates, left_out) = candidates(scan, structure, grid);
        ensure_some(scan, structure, &candidates, &left_out)?;
        // Each square is a number, and their sum may be none.
        let whole = SumOfSquares::of(candidates.iter().map(|one| one.layer.norm));
        let over_all = |ranks: &dyn Fn(&Candidate<'_>) -> usize, all: &[Candidate<'_>]| -> f64 {
            let dropped = all.iter().map(|one| one.dropped(ranks(one)).sqrt());
            SumOfSquares::of(dropped).error_of(&whole)
        };
        let uniform = uniform(&candidates, budget);
        // A uniform rank may leave much of the budget, which is no fault of its ranks.
        spend(&mut candidates, uniform.1);
        let as_many = over_all(&|one| one.rank, &candidates);
        let params = spend(&mut candidates, budget);
        if params == 0 {
            return Err(too_small(budget, &candidates));
        }
        let at_uniform = |one: &Candidate<'_>| uniform.0.min(one.energies.len());
        Ok(Self {
            structure,
            grid,
            model: scan.model.clone(),
            subtract: scan.subtract.clone(),
            budget,
            params,
            error: over_all(&|one| one.rank, &candidates),
            uniform: (uniform.0, uniform.1, over_all(&at_uniform, &candidates)),
            error_at_uniform: (uniform.0 > 0).then_some(as_many),
            most_rank: KEPT / grid,
            at_the_end: candidates
                .iter()
                .filter(|one| {
                    one.rank == one.energies.len() && one.rank < full_rank(one.layer, grid)
                })
                .count(),
            layers: candidates
                .iter()
                .map(|one| one.planned(at_uniform(one)))
                .collect(),
            left_out,
            unscanned: scan.skipped.iter().map(|one| one.name.clone()).collect(),
        })
    }
}

/// Why a plan says nothing of a layer whose squares have lost their digits.
const TOO_SMALL: &str =
    "whose square has too few digits to plan by; scale the weights up and scan again";

/// Why a budget gives no layer a rank.
fn too_small(budget: usize, candidates: &[Candidate<'_>]) -> String {
    let live = candidates
        .iter()
        .filter(|one| one.energies.iter().any(|energy| *energy > 0.0));
    let least = live.map(|one| one.cost).min().unwrap_or_default();
    format!(
        "{budget} parameters pay for no rank in any layer; increase the budget to at least {}",
        label::count(least)
    )
}

/// Whether there is anything to spend parameters on.
///
/// # Errors
/// The reason why there is not, in a sentence.
fn ensure_some(
    scan: &Scan,
    structure: PlanStructure,
    candidates: &[Candidate<'_>],
    left_out: &[SkippedArray],
) -> Result<(), String> {
    if candidates.iter().all(|one| one.energies.is_empty()) {
        let left_out = if candidates.is_empty() { left_out } else { &[] };
        return Err(nothing(scan, structure, left_out));
    }
    match candidates.iter().all(|one| one.layer.norm == 0.0) {
        true => Err(
            "all layers of this scan are zero, so that no rank keeps anything; name the scan of another model"
                .to_owned(),
        ),
        false => Ok(()),
    }
}

/// The reason why no layer can take part at any budget.
fn nothing(scan: &Scan, structure: PlanStructure, left_out: &[SkippedArray]) -> String {
    let first = left_out.first();
    let first = first.map(|one| (format!("{}: {}", label::name(&one.name), one.reason), one));
    match (structure, first) {
        (_, Some((told, one))) if one.reason.ends_with(TOO_SMALL) => {
            format!("no layer can take part: {told}")
        }
        (PlanStructure::Lora, Some((told, _))) => {
            format!("no layer can take part; name a scan of other layers: {told}")
        }
        (PlanStructure::Gralora, Some((told, _))) => {
            format!("no layer can take part; scan again with another --grid: {told}")
        }
        (_, None) if scan.layers.is_empty() => {
            "this scan has no layers; join it to those of the other parts with scan --merge"
                .to_owned()
        }
        (PlanStructure::Gralora, None) if scan.localized_grid > KEPT => format!(
            "a scan keeps no singular values of blocks above K = {KEPT}, and this one has K = {}; scan again with a \
             --grid of {KEPT} or less, or plan with --structure lora",
            scan.localized_grid
        ),
        (PlanStructure::Gralora, None) => format!(
            "this scan holds no singular values of the blocks at K = {}; scan again with a --budget-rank \
             of {} or more, or plan with --structure lora",
            scan.localized_grid, scan.localized_grid
        ),
        (PlanStructure::Lora, None) => {
            "this scan holds no singular values; make it again".to_owned()
        }
    }
}

/// The layers that can take part, and those that cannot with the reason: those for which PEFT has no adapter,
/// and of grids it takes only those that divide both sides.
fn candidates(
    scan: &Scan,
    structure: PlanStructure,
    grid: usize,
) -> (Vec<Candidate<'_>>, Vec<SkippedArray>) {
    let (mut candidates, mut left_out) = (Vec::new(), Vec::new());
    let adaptable = Adaptable::among(scan.layers.iter().map(|layer| layer.layer.as_str()));
    for layer in &scan.layers {
        let refused = adaptable.refusal(&layer.layer).map(ToOwned::to_owned);
        if let Some(reason) = refused.or_else(|| refusal(layer, grid)) {
            let name = layer.layer.clone();
            left_out.push(SkippedArray { name, reason });
            continue;
        }
        let (energies, measured) = match structure {
            PlanStructure::Lora => (&layer.lora_energies, Some(layer.lora)),
            PlanStructure::Gralora => (&layer.localized_energies, layer.localized),
        };
        let measured = measured.map(|one| (scan.budget_rank / grid, one.error));
        candidates.push(Candidate {
            layer,
            energies,
            beyond: beyond(layer, energies, grid, measured),
            cost: grid * (layer.rows + layer.cols),
            rank: 0,
        });
    }
    (candidates, left_out)
}

/// Why a layer cannot take part with blocks of a grid, whatever it is a weight of.
fn refusal(layer: &ScanLayer, grid: usize) -> Option<String> {
    let (rows, cols) = (layer.rows, layer.cols);
    if has_vague_squares(layer.norm) {
        let norm = label::short(layer.norm);
        return Some(format!("its norm is {norm}, {TOO_SMALL}"));
    }
    let divides = rows.is_multiple_of(grid) && cols.is_multiple_of(grid);
    (!divides).then(|| {
        let nearest = lower_grid((rows, cols), grid);
        format!(
            "K = {grid} does not divide {rows} × {cols}, which PEFT needs; the next lower K is {nearest}"
        )
    })
}

/// The largest K below `grid` that divides both sides.
pub(in crate::analysis) fn lower_grid((rows, cols): (usize, usize), grid: usize) -> usize {
    let below = grid.min(rows.min(cols).saturating_add(1));
    let divides = |k: &usize| rows.is_multiple_of(*k) && cols.is_multiple_of(*k);
    (1..below).rev().find(divides).unwrap_or(1)
}

fn full_rank(layer: &ScanLayer, grid: usize) -> usize {
    layer.rows.min(layer.cols) / grid
}

/// ‖W‖² without the energies that the scan keeps: what is left of the error that it `measured` at a rank, which
/// has more digits than ‖W‖². None of the others is larger than the last of these.
fn beyond(layer: &ScanLayer, energies: &[f64], grid: usize, measured: Option<(usize, f64)>) -> f64 {
    let others = full_rank(layer, grid).saturating_sub(energies.len());
    let most = energies.last().copied().unwrap_or(f64::INFINITY);
    let (rank, error) = measured
        .filter(|(rank, _)| *rank <= energies.len())
        .unwrap_or((0, 1.0));
    let rest = (error * layer.norm).powi(2) - energies[rank..].iter().sum::<f64>();
    match others {
        0 => 0.0,
        others => rest.clamp(0.0, most * others as f64),
    }
}

/// Gives the ranks that keep most within the budget, and says what they cost.
fn spend(candidates: &mut [Candidate<'_>], budget: usize) -> usize {
    let offers = candidates.iter().map(|one| RankOffer {
        energies: one.energies,
        cost: one.cost,
    });
    let ranks = spend::ranks(&offers.collect::<Vec<_>>(), budget);
    for (one, rank) in candidates.iter_mut().zip(ranks) {
        one.rank = rank;
    }
    candidates.iter().map(|one| one.rank * one.cost).sum()
}

/// The largest rank that every layer can have, clamped to what it has, and its parameters.
fn uniform(candidates: &[Candidate<'_>], budget: usize) -> (usize, usize) {
    let most = candidates.iter().map(|one| one.energies.len()).max();
    let cost = |rank: usize| -> usize {
        let costs = candidates.iter();
        costs
            .map(|one| one.cost * rank.min(one.energies.len()))
            .sum()
    };
    let rank = (1..=most.unwrap_or(0))
        .take_while(|&rank| cost(rank) <= budget)
        .last();
    let rank = rank.unwrap_or(0);
    (rank, cost(rank))
}

//! One layer of a scan.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use nalgebra::DMatrix;

use super::rounding::rounding_energy;
use super::targets::{ScanTarget, ScanTargets};
use super::values::LayerValues;
use super::{Scan, ScanError, ScanLayer, ScanLocality};
use crate::analysis::error::AnalysisError;
use crate::approx::locality::{LEAST_DRAWS_OF_Z, LocalitySettings, LocalityTest, NullTest};
use crate::approx::metrics::norm;
use crate::approx::participation::participation_test;
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Keep, LayoutKind, LocalizedSettings, LoraSettings,
    MeloraSettings, MethodSettings, Spectra, evaluate,
};
use crate::source::Limits;

/// The grids that are compared.
const GRIDS: [usize; 4] = [1, 2, 4, 8];

/// Up to so many cells the locality test's statistic is Localized's error, which needs an SVD a draw.
pub(super) const SMALL: usize = 1 << 14;

/// Multiplications that the draws of a cheap test may take, where that leaves enough of them.
const WORK: f64 = 1e10;

/// So many σ² are kept for plans.
pub(super) const KEPT: usize = 64;

type KeepGoing<'a> = &'a (dyn Fn() -> ControlFlow<()> + Sync);

/// Reads and measures a target.
pub fn measure(
    target: &ScanTarget,
    targets: &ScanTargets,
    scan: &Scan,
    limits: &Limits,
    keep_going: KeepGoing<'_>,
) -> Result<ScanLayer, AnalysisError> {
    let ask = || match keep_going() {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(FactorError::Stopped),
    };
    ask()?;
    let values = LayerValues::read(target, targets, limits)?;
    let digest = values.digest(target);
    let LayerValues { matrix, base } = values;
    let mut layer = structures(&matrix, target, scan, keep_going)?;
    layer.digest = Some(digest);
    if let Some(base) = base {
        let share = layer.norm / norm(base.iter().copied());
        layer.relative_norm = Some(share).filter(|share| share.is_finite());
        layer.rounding = rounding(target, &matrix, &base, layer.norm);
    }
    if layer.norm > 0.0 && scan.draws > 0 && layer.localized.is_some() {
        layer.locality = Some(locality(&matrix, scan, keep_going)?);
    }
    layer.conclude();
    Ok(layer)
}

/// Every structure at the budget.
fn structures(
    matrix: &DMatrix<f64>,
    target: &ScanTarget,
    scan: &Scan,
    keep_going: KeepGoing<'_>,
) -> Result<ScanLayer, AnalysisError> {
    let (rows, cols) = matrix.shape();
    let (rank, own) = (scan.budget_rank, scan.localized_grid);
    let spectra = |kind: LayoutKind, keep: usize| -> Result<Spectra, AnalysisError> {
        if keep_going().is_break() {
            return Err(FactorError::Stopped.into());
        }
        let (layout, keep) = (BlockLayout::new(rows, cols, kind)?, Keep::First(keep));
        Ok(Spectra::of_first(matrix, layout, keep, keep_going)?)
    };
    let whole = spectra(LayoutKind::Grid(1), rank.max(KEPT))?;
    // Energies are kept for plans, so the square must be a number too.
    if !(whole.norm * whole.norm).is_finite() {
        return Err(AnalysisError::Overflow);
    }
    let lora = told(&evaluate(
        &whole,
        &MethodSettings::Lora(LoraSettings { rank }),
    )?);
    let melora = match scan.melora_blocks <= rows.min(cols) {
        true => {
            let blocks = scan.melora_blocks;
            let settings = MethodSettings::Melora(MeloraSettings { blocks, rank });
            Some(evaluate(&spectra(settings.layout(), rank)?, &settings)?)
        }
        false => None,
    };
    let Grids {
        by_grid,
        localized,
        energies: localized_energies,
    } = grids(&whole, (rank, own), &spectra)?;
    Ok(ScanLayer {
        layer: target.name.clone(),
        rows,
        cols,
        digest: None,
        norm: whole.norm,
        relative_norm: None,
        rounding: None,
        lora,
        diagonal_energy_share: melora.as_ref().map(|one| 1.0 - one.out_of_reach.powi(2)),
        melora: melora.as_ref().map(told),
        localized,
        best_grid: 1,
        by_grid,
        stable_rank: stable_rank(&whole),
        locality: None,
        verdict: String::new(),
        lora_energies: energies(&whole, KEPT),
        localized_energies,
    })
}

/// ‖W‖² / σ₁².
fn stable_rank(whole: &Spectra) -> f64 {
    let first = whole.sigma.first().and_then(|sigma| sigma.first());
    match first {
        Some(first) if *first > 0.0 => (whole.norm / first).powi(2),
        _ => 0.0,
    }
}

/// Localized's results on the grids that are compared.
struct Grids {
    by_grid: BTreeMap<usize, f64>,
    /// On the scan's own grid.
    localized: Option<ScanError>,
    energies: Vec<f64>,
}

/// The grids that a matrix with this smaller side is compared on, at LoRA's `rank`, `own` among them.
pub(super) fn compared_grids((rank, own): (usize, usize), smaller: usize) -> Vec<usize> {
    let mut all: Vec<usize> = GRIDS.into_iter().chain([own]).collect();
    all.retain(|&grid| rank / grid > 0 && grid <= smaller);
    all.sort_unstable();
    all.dedup();
    all
}

/// Every grid, at the rank that the budget's gives its blocks.
fn grids(
    whole: &Spectra,
    (rank, own): (usize, usize),
    spectra: &dyn Fn(LayoutKind, usize) -> Result<Spectra, AnalysisError>,
) -> Result<Grids, AnalysisError> {
    let (rows, cols) = whole.layout.shape();
    let mut found = Grids {
        by_grid: BTreeMap::new(),
        localized: None,
        energies: Vec::new(),
    };
    for grid in compared_grids((rank, own), rows.min(cols)) {
        let spectra = match grid {
            1 => whole.clone(),
            _ => spectra(LayoutKind::Grid(grid), rank.max(KEPT) / grid)?,
        };
        let settings = MethodSettings::Localized(LocalizedSettings {
            grid,
            rank: rank / grid,
        });
        let one = evaluate(&spectra, &settings)?;
        found.by_grid.insert(grid, one.error);
        if grid == own {
            found.localized = Some(told(&one));
            found.energies = energies(&spectra, KEPT / grid);
        }
    }
    Ok(found)
}

/// The noise of rounding in a difference, relative to its norm; none of an update, which is no difference.
fn rounding(
    target: &ScanTarget,
    difference: &DMatrix<f64>,
    base: &DMatrix<f64>,
    norm: f64,
) -> Option<f64> {
    if target.is_update || norm == 0.0 || base.shape() != difference.shape() {
        return None;
    }
    let (own, other) = &target.dtypes;
    let energy = rounding_energy(&(difference + base), own)
        + rounding_energy(base, other.as_deref().unwrap_or_default());
    Some(energy.sqrt() / norm).filter(|share| *share > 0.0)
}

fn told(one: &Evaluation) -> ScanError {
    ScanError {
        params: one.params,
        error: one.error,
    }
}

/// The sums over the blocks of their first, second … σ².
fn energies(spectra: &Spectra, most: usize) -> Vec<f64> {
    let longest = spectra.sigma.iter().map(Vec::len).max().unwrap_or(0);
    let sum = |at: usize| -> f64 {
        let all = spectra.sigma.iter().filter_map(|sigma| sigma.get(at));
        all.map(|sigma| sigma * sigma).sum()
    };
    (0..longest.min(most)).map(sum).collect()
}

fn locality(
    matrix: &DMatrix<f64>,
    scan: &Scan,
    keep_going: KeepGoing<'_>,
) -> Result<ScanLocality, FactorError> {
    let (grid, rank) = (scan.localized_grid, scan.budget_rank);
    if matrix.len() <= SMALL {
        let mut test = LocalityTest::new(
            matrix,
            LocalitySettings {
                localized: LocalizedSettings {
                    grid,
                    rank: rank / grid,
                },
                blocks: scan.melora_blocks.min(matrix.nrows()).min(matrix.ncols()),
                rank,
                seed: scan.seed,
            },
        )?;
        test.draw(scan.draws, keep_going)?;
        return Ok(answer("error", &test.local));
    }
    let (rows, cols) = matrix.shape();
    let cost = matrix.len() as f64 * (rows.min(cols) / grid) as f64;
    let draws = ((WORK / cost) as usize).max(LEAST_DRAWS_OF_Z);
    let draws = draws.min(scan.draws);
    let test = participation_test(matrix, grid, (draws, scan.seed), keep_going)?;
    Ok(answer("participation", &test))
}

fn answer(statistic: &str, test: &NullTest) -> ScanLocality {
    ScanLocality {
        statistic: statistic.to_owned(),
        z: test.z(),
        p: test.p(),
        draws: test.null.len(),
    }
}

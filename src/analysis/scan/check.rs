//! Whether a scan can have found the numbers that a file gives: each against its bounds, and those that
//! follow from others against them.

use super::layer::{KEPT, compared_grids};
use super::{Scan, ScanError, ScanLayer};
use crate::approx::LayoutKind;
use crate::approx::budget::parameters;
use crate::approx::metrics::{Comparison, compare};

/// No model has more rows or columns, and no sum of their products overflows.
const MOST_SIDE: usize = 1 << 30;

/// What rounding may add to a share of one.
const ROUNDING: f64 = 1e-6;

/// Squares below this have lost digits.
const LEAST_SQUARE: f64 = 1e-290;

/// The names of a layer's fields stand for what is wrong with them.
type Field = &'static str;

/// Looks at every number of a layer.
///
/// # Errors
/// The first field that cannot be, beside those before it.
pub(super) fn check(layer: &ScanLayer, scan: &Scan) -> Result<(), Field> {
    let is = |good: bool, field: Field| if good { Ok(()) } else { Err(field) };
    let sides = 1..=MOST_SIDE;
    is(sides.contains(&layer.rows), "rows")?;
    is(sides.contains(&layer.cols), "cols")?;
    is(layer.norm >= 0.0 && layer.norm.powi(2).is_finite(), "norm")?;
    let positive =
        |value: Option<f64>| value.is_none_or(|value| value >= 0.0 && scan.subtract.is_some());
    is(positive(layer.relative_norm), "relative_norm")?;
    is(positive(layer.rounding), "rounding")?;
    energies(layer)?;
    structures(layer, scan)?;
    by_grid(layer, scan)?;
    let share = layer.diagonal_energy_share;
    let diagonal = share.is_none_or(|share| ratio(share) && share >= -ROUNDING);
    is(
        share.is_some() == layer.melora.is_some() && diagonal,
        "diagonal_energy_share",
    )?;
    is(stable_rank(layer), "stable_rank")?;
    is(locality(layer, scan), "locality")
}

/// Whether it is a share of the whole, to rounding.
fn ratio(value: f64) -> bool {
    (-ROUNDING..=1.0 + ROUNDING).contains(&value)
}

/// σ² come in their order and never sum to more than ‖W‖².
fn energies(layer: &ScanLayer) -> Result<(), Field> {
    let most = layer.rows.min(layer.cols).min(KEPT);
    let whole = layer.norm.powi(2) * (1.0 + ROUNDING);
    let possible = |energies: &[f64]| {
        energies.len() <= most
            && energies.iter().all(|&one| one >= 0.0)
            && energies.is_sorted_by(|one, next| one >= next)
            && energies.iter().sum::<f64>() <= whole
    };
    match (
        possible(&layer.lora_energies),
        possible(&layer.localized_energies),
    ) {
        (false, _) => Err("lora_energies"),
        (_, false) => Err("localized_energies"),
        _ => Ok(()),
    }
}

/// Every structure is there where it fits, with the parameters of its layout and the error that its σ²
/// leave.
fn structures(layer: &ScanLayer, scan: &Scan) -> Result<(), Field> {
    let (rank, grid, blocks) = (scan.budget_rank, scan.localized_grid, scan.melora_blocks);
    let (smaller, inner) = (layer.rows.min(layer.cols), rank / grid);
    let measured = |one: Option<ScanError>, there: bool, kind: LayoutKind, rank: usize| {
        one.is_some() == there && one.is_none_or(|one| priced(layer, one, kind, rank))
    };
    let lora = (&layer.lora_energies[..], KEPT);
    let lora = leaves(layer, lora, rank, layer.lora.error);
    if !measured(Some(layer.lora), true, LayoutKind::Grid(1), rank) || !lora {
        return Err("lora");
    }
    let outside = layer.diagonal_energy_share.map_or(0.0, |share| 1.0 - share);
    let reached = |one: ScanError| one.error.powi(2) >= outside - ROUNDING;
    let melora = layer.melora.is_none_or(reached);
    if !measured(
        layer.melora,
        blocks <= smaller,
        LayoutKind::Diagonal(blocks),
        rank,
    ) || !melora
    {
        return Err("melora");
    }
    let localized = (&layer.localized_energies[..], KEPT / grid);
    let localized = layer
        .localized
        .is_none_or(|one| leaves(layer, localized, inner, one.error));
    let fits = inner > 0 && grid <= smaller;
    if !measured(layer.localized, fits, LayoutKind::Grid(grid), inner) || !localized {
        return Err("localized");
    }
    Ok(())
}

/// Whether the error is a share and the parameters are those of the layout at a rank.
fn priced(layer: &ScanLayer, one: ScanError, kind: LayoutKind, rank: usize) -> bool {
    let params = parameters(layer.rows, layer.cols, kind, rank);
    one.error >= 0.0 && ratio(one.error) && params.is_ok_and(|params| params == one.params)
}

/// Whether an error is what the first σ² leave of ‖W‖², of which a scan keeps `most`.
fn leaves(layer: &ScanLayer, (energies, most): (&[f64], usize), rank: usize, error: f64) -> bool {
    let whole = layer.norm.powi(2);
    if whole < LEAST_SQUARE {
        return layer.norm > 0.0 || error == 0.0;
    }
    let kept: f64 = energies.iter().take(rank).sum();
    let apart = error.powi(2) - (1.0 - kept / whole);
    // A rank beyond those that are kept leaves less than they do.
    match rank <= energies.len() || energies.len() < most {
        true => apart.abs() <= ROUNDING,
        false => apart <= ROUNDING,
    }
}

/// Every grid that fits, the errors of LoRA and of Localized on their own, and the best among the lowest.
fn by_grid(layer: &ScanLayer, scan: &Scan) -> Result<(), Field> {
    let smaller = layer.rows.min(layer.cols);
    let own = scan.localized_grid;
    let expected = compared_grids((scan.budget_rank, own), smaller);
    let found: Vec<usize> = layer.by_grid.keys().copied().collect();
    let same = |grid: usize, one: Option<ScanError>| {
        let error = layer.by_grid.get(&grid).copied();
        match (error, one) {
            (Some(error), Some(one)) => compare(error, one.error) == Comparison::Equal,
            (_, None) => true,
            (None, Some(_)) => false,
        }
    };
    let errors = layer.by_grid.values().all(|&one| ratio(one) && one >= 0.0);
    if found != expected || !errors || !same(1, Some(layer.lora)) || !same(own, layer.localized) {
        return Err("by_grid");
    }
    match expected.contains(&layer.best_grid) {
        true => Ok(()),
        false => Err("best_grid"),
    }
}

/// ‖W‖² / σ₁².
fn stable_rank(layer: &ScanLayer) -> bool {
    let first = layer.lora_energies.first().copied().unwrap_or(0.0);
    let whole = layer.norm.powi(2);
    match whole >= LEAST_SQUARE {
        true => (layer.stable_rank * first / whole - 1.0).abs() <= ROUNDING,
        false => layer.norm > 0.0 || layer.stable_rank == 0.0,
    }
}

/// It is made of every layer that has something to test, and p is that of so many draws.
fn locality(layer: &ScanLayer, scan: &Scan) -> bool {
    let tested = scan.draws > 0 && layer.norm > 0.0 && layer.localized.is_some();
    match &layer.locality {
        None => !tested,
        Some(test) => {
            let least = 1.0 / (test.draws as f64 + 1.0);
            let known = ["error", "participation"].contains(&test.statistic.as_str());
            tested && known && test.draws > 0 && (least - ROUNDING..=1.0).contains(&test.p)
        }
    }
}

//! Whether a scan can have found the numbers that a file gives: each against its bounds, and those that
//! follow from others against them.

use super::layer::{KEPT, SMALL, compared_grids};
use super::values::is_digest;
use super::{Scan, ScanError, ScanLayer, ScanLocality};
use crate::approx::LayoutKind;
use crate::approx::budget::parameters;
use crate::approx::locality::LEAST_DRAWS_OF_Z;
use crate::approx::metrics::{Comparison, compare};

/// No model has more rows or columns, and no sum of their products overflows.
const MOST_SIDE: usize = 1 << 30;

/// What rounding may add to a share of one.
const ROUNDING: f64 = 1e-6;

/// No scan takes that many seconds.
const LONGEST: f64 = 1e9;

/// Squares below this have lost digits.
const LEAST_SQUARE: f64 = 1e-290;

/// Whether the squares of numbers of this norm have lost digits, or vanish.
pub(super) fn has_vague_squares(norm: f64) -> bool {
    norm > 0.0 && norm.powi(2) < LEAST_SQUARE
}

/// The names of a layer's fields stand for what is wrong with them.
type Field = &'static str;

/// Looks at the numbers of the whole.
///
/// # Errors
/// The first field that cannot be.
pub(super) fn check_whole(scan: &Scan) -> Result<(), Field> {
    let is = |good: bool, field: Field| if good { Ok(()) } else { Err(field) };
    is(scan.localized_grid > 0, "localized_grid")?;
    is(scan.melora_blocks > 0, "melora_blocks")?;
    is(scan.budget_rank > 0, "budget_rank")?;
    is((0.0..LONGEST).contains(&scan.seconds), "seconds")?;
    let seen = scan.layers.len() + scan.skipped.len();
    is(scan.arrays.is_none_or(|all| all >= seen), "arrays")
}

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
    is(layer.digest.as_deref().is_none_or(is_digest), "digest")?;
    let relative = layer.relative_norm;
    let has_base = scan.subtract.is_some();
    is(
        relative.is_none_or(|share| share >= 0.0 && has_base),
        "relative_norm",
    )?;
    is(
        layer.rounding.is_none_or(|_| has_base) && rounding(layer),
        "rounding",
    )?;
    energies(layer, scan)?;
    structures(layer, scan)?;
    by_grid(layer, scan)?;
    is(diagonal(layer, scan), "diagonal_energy_share")?;
    is(stable_rank(layer), "stable_rank")?;
    is(locality(layer, scan), "locality")
}

/// The noise of both stored weights is at most what the coarsest type leaves of them: half a unit is an eighth
/// of a value of three bits, and evenly spread noise has a third of its square.
fn rounding(layer: &ScanLayer) -> bool {
    let base = layer.relative_norm.map_or(0.0, |share| 1.0 / share);
    let most = (((1.0 + base).powi(2) + base.powi(2)) / 192.0).sqrt();
    let possible = |share: f64| share > 0.0 && share <= most * (1.0 + ROUNDING);
    layer
        .rounding
        .is_none_or(|share| layer.norm > 0.0 && possible(share))
}

/// MELoRA misses all that lies off the diagonal blocks, and keeps of them what their first directions hold at
/// least.
fn diagonal(layer: &ScanLayer, scan: &Scan) -> bool {
    match (layer.diagonal_energy_share, layer.melora) {
        (None, None) => true,
        (Some(share), Some(melora)) => {
            let largest = layer.rows.min(layer.cols).div_ceil(scan.melora_blocks);
            let held = (scan.budget_rank as f64 / largest as f64).min(1.0);
            let most = 1.0 - share * held;
            ratio(share) && (layer.norm == 0.0 || melora.error.powi(2) <= most + ROUNDING)
        }
        _ => false,
    }
}

/// Whether it is a share of the whole, to rounding.
fn ratio(value: f64) -> bool {
    (-ROUNDING..=1.0 + ROUNDING).contains(&value)
}

/// σ² come in their order, never sum to more than ‖W‖², and are as many as are kept unless they are all there are;
/// of squares that have lost digits the sums say nothing.
fn energies(layer: &ScanLayer, scan: &Scan) -> Result<(), Field> {
    let grid = scan.localized_grid;
    let whole = layer.norm.powi(2);
    let is_vague = whole < LEAST_SQUARE;
    let possible = |energies: &[f64], most: usize| {
        let sum: f64 = energies.iter().sum();
        let enough = is_vague || energies.len() == most || sum >= whole * (1.0 - ROUNDING);
        energies.len() <= most
            && enough
            && energies.iter().all(|&one| one >= 0.0)
            && energies.is_sorted_by(|one, next| one >= next)
            && (is_vague || sum <= whole * (1.0 + ROUNDING))
    };
    let smaller = layer.rows.min(layer.cols);
    let of_blocks = match layer.localized {
        Some(_) => smaller.div_ceil(grid).min(KEPT / grid),
        None => 0,
    };
    match (
        possible(&layer.lora_energies, smaller.min(KEPT)),
        possible(&layer.localized_energies, of_blocks),
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
    let between = |(&grid, &error): (&usize, &f64)| {
        ratio(error) && error >= 0.0 && beside_lora(layer, grid, scan.budget_rank, error)
    };
    let errors = layer.by_grid.iter().all(between);
    if found != expected || !errors || !same(1, Some(layer.lora)) || !same(own, layer.localized) {
        return Err("by_grid");
    }
    match expected.contains(&layer.best_grid) {
        true => Ok(()),
        false => Err("best_grid"),
    }
}

/// Whether Localized's error on a grid lies between those of LoRA at the ranks that bound it: K × K blocks of
/// rank ρ hold every matrix of rank ρ, and none of a rank above K² ρ.
fn beside_lora(layer: &ScanLayer, grid: usize, rank: usize, error: f64) -> bool {
    let whole = layer.norm.powi(2);
    if whole < LEAST_SQUARE {
        return true;
    }
    let kept = |rank: usize| {
        let energies = layer.lora_energies.iter().take(rank);
        energies.sum::<f64>() / whole
    };
    let block = rank / grid;
    let most = block.saturating_mul(grid).saturating_mul(grid);
    let square = error.powi(2);
    // Of a rank beyond those that are kept it is only known that it leaves less.
    let is_known = most <= layer.lora_energies.len();
    square <= 1.0 - kept(block) + ROUNDING && (!is_known || square >= 1.0 - kept(most) - ROUNDING)
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
            let small = layer.rows * layer.cols <= SMALL;
            let statistic = if small { "error" } else { "participation" };
            let draws = match small {
                true => test.draws == scan.draws,
                false => (1..=scan.draws).contains(&test.draws),
            };
            tested && test.statistic == statistic && draws && chances(test)
        }
    }
}

/// p counts draws, and z does not contradict it: of any values at most one in 1 + z² lies z standard deviations
/// from their mean on one side (Cantelli).
fn chances(test: &ScanLocality) -> bool {
    let draws = test.draws as f64;
    let extreme = test.p * (draws + 1.0) - 1.0;
    let counts = (extreme - extreme.round()).abs() <= ROUNDING * (draws + 1.0)
        && (-ROUNDING..=draws + ROUNDING).contains(&extreme);
    let most = |z: f64| draws / (1.0 + z * z) + ROUNDING * draws;
    let z = match test.z {
        None => true,
        Some(_) if test.draws < LEAST_DRAWS_OF_Z => false,
        // Draws that differ from the matrix's own value by rounding are counted, less than one deviation off.
        Some(z) if z < -1.0 => extreme <= most(z + 1.0),
        Some(z) if z > 0.0 => draws - extreme <= most(z),
        Some(_) => true,
    };
    counts && z
}

//! Files of scans: read with care, and merged.

use std::collections::HashSet;
use std::path::Path;

use super::{Scan, ScanLayer, VERSION};
use crate::store;

/// A scan of every model there is fits.
const MOST: u64 = 256 << 20;

/// No model has more rows or columns, and no sum of their products overflows.
const MOST_SIDE: usize = 1 << 30;

/// What rounding may add to a share of one.
const ROUNDING: f64 = 1e-6;

/// Reads the file of a scan.
///
/// # Errors
/// A sentence without the path.
pub fn read_scan(path: &Path) -> Result<Scan, String> {
    let bytes = store::read(path, MOST, "a scan's JSON file")?;
    let scan: Scan = serde_json::from_slice(&bytes).map_err(|error| {
        format!("this is no scan ({error}); choose a file that scan --out wrote")
    })?;
    if scan.scan > VERSION {
        return Err("this scan was written by a newer version; update the program".to_owned());
    }
    let settings = [scan.localized_grid, scan.melora_blocks, scan.budget_rank];
    if settings.iter().any(|&one| one == 0 || one > MOST_SIDE) {
        return Err("this scan has impossible settings; make it again".to_owned());
    }
    let mut names = HashSet::new();
    let twice = |layer: &ScanLayer| !names.insert(layer.layer.clone());
    if scan.layers.iter().any(twice) {
        return Err("this scan has a layer twice; make it again".to_owned());
    }
    match scan.layers.iter().find(|layer| !is_possible(layer)) {
        None => Ok(scan),
        Some(layer) => Err(format!(
            "this scan has impossible values; make it again: {}",
            layer.layer
        )),
    }
}

/// Whether a scan can have found these numbers.
fn is_possible(layer: &ScanLayer) -> bool {
    let sides = 1..=MOST_SIDE;
    let smaller = layer.rows.min(layer.cols);
    let ratio = |error: f64| (0.0..=1.0 + ROUNDING).contains(&error);
    let energy = layer.norm.powi(2) * (1.0 + ROUNDING);
    let kept = |energies: &[f64]| {
        energies.len() <= smaller
            && energies.iter().all(|&one| one >= 0.0)
            && energies.iter().sum::<f64>() <= energy
    };
    let errors = [
        Some(&layer.lora),
        layer.melora.as_ref(),
        layer.localized.as_ref(),
    ];
    let mut errors = errors.into_iter().flatten().map(|one| one.error);
    sides.contains(&layer.rows)
        && sides.contains(&layer.cols)
        && layer.norm >= 0.0
        && energy.is_finite()
        && errors.all(ratio)
        && layer.by_grid.values().copied().all(ratio)
        && kept(&layer.lora_energies)
        && kept(&layer.localized_energies)
}

/// All layers of scans with the same settings, each once.
///
/// # Errors
/// Scans with other settings, or with other numbers for the same layer.
pub fn merge(scans: Vec<Scan>) -> Result<Scan, String> {
    let mut scans = scans.into_iter();
    let mut all = scans
        .next()
        .ok_or_else(|| "there is nothing to merge; name the files of scans".to_owned())?;
    for scan in scans {
        if !all.same_settings(&scan) {
            return Err(format!(
                "these scans have different settings; merge scans of one model at one budget: {} and {}",
                all.model, scan.model
            ));
        }
        all.seconds += scan.seconds;
        for layer in scan.layers {
            match all.layers.iter().find(|one| one.layer == layer.layer) {
                None => all.layers.push(layer),
                Some(known) if *known == layer => {}
                Some(_) => {
                    return Err(format!(
                        "these scans have different numbers for one layer; scan it again: {}",
                        layer.layer
                    ));
                }
            }
        }
        for array in scan.skipped {
            if all.skipped.iter().all(|one| one.name != array.name) {
                all.skipped.push(array);
            }
        }
    }
    all.sort();
    Ok(all)
}

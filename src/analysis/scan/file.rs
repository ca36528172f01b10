//! Files of scans: read with care, and merged.

use std::collections::HashSet;
use std::path::Path;

use super::check::check;
use super::{Scan, ScanLayer, VERSION};
use crate::store;

/// A scan of every model there is fits.
const MOST: u64 = 256 << 20;

/// Reads the file of a scan.
///
/// # Errors
/// A sentence without the path.
pub fn read_scan(path: &Path) -> Result<Scan, String> {
    let bytes = store::read(path, MOST, "a scan's JSON file")?;
    let mut scan: Scan = serde_json::from_slice(&bytes).map_err(|error| {
        format!("this is no scan ({error}); choose a file that scan --out wrote")
    })?;
    if scan.scan > VERSION {
        return Err("this scan was written by a newer version; update the program".to_owned());
    }
    let settings = [scan.localized_grid, scan.melora_blocks, scan.budget_rank];
    if settings.iter().any(|&one| one == 0) || scan.seconds < 0.0 {
        return Err("this scan has impossible settings; make it again".to_owned());
    }
    let mut names = HashSet::new();
    let twice = |layer: &ScanLayer| !names.insert(layer.layer.clone());
    if scan.layers.iter().any(twice) {
        return Err("this scan has a layer twice; make it again".to_owned());
    }
    for layer in &scan.layers {
        if let Err(field) = check(layer, &scan) {
            return Err(format!(
                "this scan has impossible values; make it again: {}, {field}",
                layer.layer
            ));
        }
    }
    // What follows from the numbers is never believed.
    scan.layers.iter_mut().for_each(ScanLayer::conclude);
    Ok(scan)
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

//! Files of scans: read with care, and merged.

use std::path::Path;

use super::{Scan, VERSION};
use crate::store;

/// A scan of every model there is fits.
const MOST: u64 = 256 << 20;

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
    let sound = scan.layers.iter().all(|layer| {
        let energies = layer.lora_energies.iter().chain(&layer.localized_energies);
        let numbers = energies.chain([&layer.norm, &layer.lora.error]);
        numbers
            .into_iter()
            .all(|value| value.is_finite() && *value >= 0.0)
            && layer.rows > 0
            && layer.cols > 0
    });
    let sides = scan.localized_grid > 0 && scan.budget_rank > 0;
    match sound && sides {
        true => Ok(scan),
        false => Err("this scan has impossible values; make it again".to_owned()),
    }
}

/// All layers of scans with the same settings; of a layer that is in several the first is taken.
///
/// # Errors
/// Scans with other settings.
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
            if all.layers.iter().all(|one| one.layer != layer.layer) {
                all.layers.push(layer);
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

//! Files of scans: read with care, and merged.

use std::collections::HashSet;
use std::path::Path;

use super::check::{check, check_whole};
use super::{Scan, ScanLayer, VERSION};
use crate::figure::label;
use crate::store::{JsonKind, read_json};

/// Reads the file of a scan.
///
/// # Errors
/// A sentence without the path.
pub fn read_scan(path: &Path) -> Result<Scan, String> {
    let remedy = "choose a file that scan --out wrote";
    let mut scan: Scan = read_json(path, JsonKind::Scan, remedy)?;
    if scan.scan > VERSION {
        return Err("this scan was written by a newer version; update the program".to_owned());
    }
    let impossible = |place: &str, field: &str| {
        format!("this scan has impossible values; make it again: {place}{field}")
    };
    scan.skip(Vec::new());
    check_whole(&scan).map_err(|field| impossible("", field))?;
    let mut names = HashSet::new();
    let twice = |layer: &ScanLayer| !names.insert(layer.layer.clone());
    if scan.layers.iter().any(twice) {
        return Err("this scan has a layer twice; make it again".to_owned());
    }
    for layer in &scan.layers {
        let place = format!("{}, ", label::name(&layer.layer));
        check(layer, &scan).map_err(|field| impossible(&place, field))?;
    }
    // What follows from the numbers is never believed.
    scan.layers.iter_mut().for_each(ScanLayer::conclude);
    Ok(scan)
}

impl ScanLayer {
    /// Whether both have the same numbers; an older version kept no digest.
    fn agrees(&self, other: &Self) -> bool {
        let both = self.digest.is_some() && other.digest.is_some();
        let digest = if both { &self.digest } else { &other.digest };
        *other
            == Self {
                digest: digest.clone(),
                ..self.clone()
            }
    }
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
        if let Some(what) = all.difference(&scan) {
            return Err(format!(
                "these scans have different settings (of the first, {what}); merge scans of one model at one budget: \
                 {} and {}",
                all.model, scan.model
            ));
        }
        if let (Some(one), Some(other)) = (all.arrays, scan.arrays)
            && one != other
        {
            return Err(format!(
                "these scans are of different models at one path, with {one} and {other} matrices; scan one of them \
                 again: {}",
                all.model
            ));
        }
        all.seconds += scan.seconds;
        all.arrays = all.arrays.or(scan.arrays);
        for layer in scan.layers {
            match all.layers.iter_mut().find(|one| one.layer == layer.layer) {
                None => all.layers.push(layer),
                Some(known) if known.agrees(&layer) => {
                    known.digest = layer.digest.or(known.digest.take());
                }
                Some(_) => {
                    return Err(format!(
                        "these scans have different numbers for one layer; scan it again: {}",
                        label::name(&layer.layer)
                    ));
                }
            }
        }
        all.skip(scan.skipped);
    }
    all.sort();
    Ok(all)
}

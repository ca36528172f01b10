//! A scanned model in words.

use crate::analysis::{Scan, ScanError, ScanLayer};
use crate::figure::label;
use crate::source::{FileNames, without_folders};

/// *tuned.safetensors minus base.safetensors*
pub fn model_name(scan: &Scan) -> String {
    match &scan.subtract {
        Some(base) => format!("{} minus {base}", scan.model),
        None => scan.model.clone(),
    }
}

/// The same without the folders, which a figure does not tell but for those that tell the two apart.
pub fn model_file_name(scan: &Scan) -> String {
    match &scan.subtract {
        Some(base) => {
            let names = FileNames::new(vec![scan.model.clone(), base.clone()]);
            format!("{} minus {}", names.name(&scan.model), names.name(base))
        }
        None => without_folders(&scan.model).to_owned(),
    }
}

/// *tuned.safetensors minus base.safetensors: 18 layers in 6.4 s*
pub fn scan_heading(scan: &Scan) -> String {
    let layers = label::counted(scan.layers.len(), "layer");
    let time = label::seconds(scan.seconds);
    format!("{}: {layers} in {time}", model_name(scan))
}

/// *at the parameters of LoRA rank 8, K = N = 4*
pub(super) fn budget(scan: &Scan) -> String {
    format!(
        "at the parameters of LoRA rank {}, K = N = {}",
        scan.budget_rank, scan.localized_grid
    )
}

/// *Least error at …: LoRA on 12 of 16 layers, Localized on 3, MELoRA on 0, equal on 1; mean error …*
pub fn scan_sentence(scan: &Scan) -> String {
    format!("Least error {}", least_errors(scan))
}

/// The same without its first words.
pub(super) fn least_errors(scan: &Scan) -> String {
    let live = scan.layers.iter().filter(|layer| layer.norm > 0.0);
    let live: Vec<&ScanLayer> = live.collect();
    let budget = budget(scan);
    if live.is_empty() {
        return match scan.layers.len() {
            0 => format!("{budget}: no layer was scanned"),
            1 => format!("{budget}: the layer is zero"),
            all => format!("{budget}: all {} are zero", label::counted(all, "layer")),
        };
    }
    let closest: Vec<Vec<&str>> = live.iter().map(|layer| layer.closest()).collect();
    let alone = |name: &str| {
        let alone = closest.iter().filter(|names| names[..] == [name]);
        label::count(alone.count())
    };
    let equal = match closest.iter().filter(|names| names.len() > 1).count() {
        0 => String::new(),
        count => format!(", equal on {}", label::count(count)),
    };
    let mean = |of: &dyn Fn(&ScanLayer) -> Option<f64>| {
        let errors: Vec<f64> = live.iter().filter_map(|layer| of(layer)).collect();
        match errors.is_empty() {
            true => "–".to_owned(),
            false => label::error(errors.iter().sum::<f64>() / errors.len() as f64),
        }
    };
    format!(
        "{budget}: LoRA on {} of {}, Localized on {}, MELoRA on {}{equal}{}; mean error LoRA {}, Localized {}, MELoRA {}",
        alone("LoRA"),
        label::counted(live.len(), "layer"),
        alone("Localized"),
        alone("MELoRA"),
        local(scan),
        mean(&|layer| Some(layer.lora.error)),
        mean(&|layer| Some(layer.localized?.error)),
        mean(&|layer| Some(layer.melora?.error)),
    )
}

/// *; local beyond chance: 2 of 16 layers*, of those that were tested.
fn local(scan: &Scan) -> String {
    let tested: Vec<bool> = scan.layers.iter().filter_map(ScanLayer::is_local).collect();
    let local = tested.iter().filter(|local| **local).count();
    match tested.len() {
        0 => String::new(),
        all => format!(
            "; local beyond chance: {} of {}",
            label::count(local),
            label::counted(all, "layer")
        ),
    }
}

/// How much of the model is not in it, so that parts of a scan are not taken for the whole.
pub fn scan_missing(scan: &Scan) -> Option<String> {
    let (missing, all) = (scan.missing(), scan.arrays.unwrap_or_default());
    let matrices = match all {
        1 => "matrix".to_owned(),
        all => format!("{} matrices", label::count(all)),
    };
    let told = match missing {
        0 => return None,
        1 if all == 1 => format!("the model’s {matrices} is"),
        1 => format!("1 of the model’s {matrices} is"),
        _ if missing == all => format!("the model’s {matrices} are"),
        _ => format!("{} of the model’s {matrices} are", label::count(missing)),
    };
    Some(format!("{told} not in this scan"))
}

/// The share of ‖W‖² on the diagonal blocks, where there is something to share.
pub(super) fn diagonal_share(layer: &ScanLayer) -> Option<f64> {
    layer.diagonal_energy_share.filter(|_| layer.norm > 0.0)
}

/// Why errors of a scan are missing, and which ranks were lowered, one sentence each.
pub fn scan_fit(scan: &Scan) -> Vec<String> {
    let (rank, grid) = (scan.budget_rank, scan.localized_grid);
    let count = |of: &dyn Fn(&ScanLayer) -> bool| {
        let count = scan.layers.iter().filter(|layer| of(layer)).count();
        let all = label::counted(scan.layers.len(), "layer");
        (count > 0).then(|| format!("{} of {all}", label::count(count)))
    };
    // Every structure costs so much a rank as long as no block is smaller than that.
    let lowered =
        |name: &str, whose: &str, rank: usize, of: &dyn Fn(&ScanLayer) -> Option<ScanError>| {
            let less = |layer: &ScanLayer| {
                of(layer)
                    .is_some_and(|one| one.params < rank.saturating_mul(layer.rows + layer.cols))
            };
            count(&less).map(|layers| {
                format!("{name}: the rank was lowered to the smaller side{whose} in {layers}")
            })
        };
    let too_fine = |name: &str, setting: &str, segments: usize| {
        count(&|layer| layer.rows.min(layer.cols) < segments).map(|layers| {
            format!(
                "{name} has no error in {layers}: {setting} = {segments} is above the smaller side"
            )
        })
    };
    let localized = match rank < grid {
        true => count(&|layer| layer.localized.is_none()).map(|_| {
            format!(
                "Localized has no error: at K = {grid} rank 1 costs as much as LoRA at rank {grid}, which the \
                 budget of rank {rank} does not pay for"
            )
        }),
        false => too_fine("Localized", "K", grid),
    };
    let notes = [
        lowered("LoRA", "", rank, &|layer| Some(layer.lora)),
        lowered("MELoRA", " of its blocks", rank, &|layer| layer.melora),
        lowered(
            "Localized",
            " of its blocks",
            rank / grid * grid,
            &|layer| layer.localized,
        ),
        too_fine("MELoRA", "N", scan.melora_blocks),
        localized,
    ];
    notes.into_iter().flatten().collect()
}

/// Noise of rounding from which on it is told.
const TOLD: f64 = 1e-3;

/// How much of the updates is rounding of the stored weights, where that is worth a word.
pub fn scan_rounding(scan: &Scan) -> Option<String> {
    let noise = scan.layers.iter().filter_map(|layer| layer.rounding);
    let (least, most) = noise.fold((f64::INFINITY, 0.0_f64), |(least, most), share| {
        (least.min(share), most.max(share))
    });
    (most >= TOLD).then(|| {
        format!(
            "rounding of the stored weights is {} of ‖ΔW‖; an error below that is noise",
            label::span(&label::percent(least), &label::percent(most))
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn scan((model, base): (&str, Option<&str>), layers: &[serde_json::Value]) -> Scan {
        let scan = json!({
            "scan": 1, "model": model, "subtract": base, "budget_rank": 1, "melora_blocks": 1,
            "localized_grid": 1, "draws": 100, "seed": 0, "seconds": 0.0,
            "layers": layers, "skipped": []
        });
        serde_json::from_value(scan).expect("a scan")
    }

    #[test]
    fn models_of_one_name_are_told_apart_and_no_other_folder_is_told() {
        let name = |model, base| model_file_name(&scan((model, base), &[]));
        assert_eq!(name("/home/ann/a/m.npz", None), "m.npz");
        assert_eq!(
            name("/home/ann/a/m.npz", Some("/home/ann/b.npz")),
            "m.npz minus b.npz"
        );
        let twins = name("/home/ann/tuned/m.npz", Some("/home/ann/base/m.npz"));
        assert_eq!(twins, "tuned/m.npz minus base/m.npz");
    }

    #[test]
    fn layers_that_are_local_beyond_chance_are_counted_among_those_tested() {
        let layer = |z: Option<f64>, norm: f64| {
            let test = z.map(|z| json!({"statistic": "error", "z": z, "p": 0.01, "draws": 100}));
            json!({
                "layer": "a", "rows": 4, "cols": 4, "norm": norm, "relative_norm": null,
                "rounding": null, "lora": {"params": 8, "error": 0.5}, "melora": null,
                "localized": {"params": 8, "error": 0.4}, "by_grid": {"1": 0.5}, "best_grid": 1,
                "stable_rank": 1.0, "diagonal_energy_share": null, "locality": test,
                "verdict": "", "lora_energies": [], "localized_energies": []
            })
        };
        let said = |layers: &[serde_json::Value]| scan_sentence(&scan(("m", None), layers));
        let tested = [
            layer(Some(-3.5), 1.0),
            layer(Some(-2.0), 1.0),
            layer(Some(-9.0), 0.0),
            layer(None, 1.0),
        ];
        let told = said(&tested);
        assert!(
            told.contains("; local beyond chance: 1 of 2 layers; mean"),
            "{told}"
        );
        assert!(!said(&[layer(None, 1.0)]).contains("beyond chance"));
    }
}

//! Whole models: `scan`, `plan` and `adapter`. `tests/data/weights/pair_scan.json` is numpy's scan.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{program, refuse, succeed};

fn data(name: &str) -> String {
    format!("{}/tests/data/weights/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn scan_of_pair(folder: &Path, more: &str) -> Value {
    let (tuned, base) = (
        data("pair/tuned.safetensors"),
        data("pair/base.safetensors"),
    );
    let text = succeed(folder, &format!("scan {tuned} --subtract {base} {more}"));
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn close(found: &Value, expected: &Value, what: &str) {
    let (found, expected) = (found.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found} {expected}"
    );
}

/// One source for the help, the README and the heads of the window's table.
#[test]
fn the_readme_and_the_help_tell_every_column_of_a_scan() {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = one_line(&succeed(Path::new("."), "scan --help"));
    let readme = include_str!("../../README.md");
    for column in localized_lora::figure::compose::scan_columns() {
        let (key, about) = (&column.key, column.about);
        assert!(!about.is_empty(), "{key}");
        assert!(
            help.contains(&one_line(&format!("{key} {about}"))),
            "{key}: {help}"
        );
        let row = format!("| `{key}` | {about} |");
        assert!(readme.contains(&row), "the README lacks {row}");
    }
}

#[test]
fn a_scan_gives_what_numpy_gives() {
    let folder = tempfile::tempdir().unwrap();
    let found = scan_of_pair(folder.path(), "--json --draws 30");
    let expected = read_json(Path::new(&data("pair_scan.json")));
    let layers = found["layers"].as_array().unwrap();
    let wanted = expected["layers"].as_array().unwrap();
    assert_eq!(layers.len(), wanted.len());
    for (layer, wanted) in layers.iter().zip(wanted) {
        let name = wanted["layer"].as_str().unwrap();
        assert_eq!(layer["layer"], wanted["layer"]);
        close(&layer["norm"], &wanted["norm"], name);
        if wanted["norm"] == json!(0.0) {
            assert_eq!(layer["verdict"], json!("no change"));
            continue;
        }
        for method in ["lora", "melora", "localized"] {
            assert_eq!(
                layer[method]["params"], wanted[method]["params"],
                "{name} {method}"
            );
            close(&layer[method]["error"], &wanted[method]["error"], name);
        }
        for key in ["stable_rank", "diagonal_energy_share"] {
            close(&layer[key], &wanted[key], &format!("{name} {key}"));
        }
        // Of equal errors numpy takes the one that rounding made lower, also that of the stored weights.
        let best = |layer: &Value, of: &Value| layer["by_grid"][of.to_string()].as_f64().unwrap();
        let floor = layer["rounding"].as_f64().unwrap_or(0.0);
        let found = best(layer, &layer["best_grid"]).max(floor);
        let expected = best(wanted, &wanted["best_grid"]).max(floor);
        assert!(
            (found - expected).abs() <= 1e-9,
            "{name}: {found} {expected}"
        );
        for (grid, error) in wanted["by_grid"].as_object().unwrap() {
            close(&layer["by_grid"][grid], error, name);
        }
    }
    let left_out: Vec<&str> = found["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|array| array["name"].as_str().unwrap())
        .collect();
    assert_eq!(left_out, ["grown.weight", "only_in_tuned.weight"]);
    // What the layers were made to be.
    let verdict = |at: usize| layers[at]["verdict"].as_str().unwrap();
    assert_eq!(
        verdict(0),
        "least error: Localized; locality: beyond chance"
    );
    assert!(
        verdict(1).starts_with("least error: LoRA"),
        "{}",
        verdict(1)
    );
    assert!(!verdict(4).contains("more local"), "{}", verdict(4));
}

#[test]
fn scans_of_disjoint_layers_merge_and_a_scan_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    scan_of_pair(folder.path(), "--draws 10 --out whole.json");
    scan_of_pair(
        folder.path(),
        "--draws 10 --out one.json --layers layers.0.*,layers.1.*,g*",
    );
    scan_of_pair(
        folder.path(),
        "--draws 10 --out two.json --layers layers.2*,layers.3*,layers.4*,o*,r*",
    );
    let merged = succeed(folder.path(), "scan --merge one.json two.json --json");
    let whole = read_json(&at("whole.json"));
    let merged: Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(
        (&merged["layers"], &merged["skipped"]),
        (&whole["layers"], &whole["skipped"])
    );
    let mut cut = whole.clone();
    cut["layers"].as_array_mut().unwrap().truncate(2);
    fs::write(at("cut.json"), cut.to_string()).unwrap();
    let (tuned, base) = (
        data("pair/tuned.safetensors"),
        data("pair/base.safetensors"),
    );
    let again = format!("scan {tuned} --subtract {base} --draws 10 --out cut.json");
    refuse(folder.path(), &again, 2, "use --resume to continue it");
    refuse(
        folder.path(),
        &format!("{again} --resume --grid 2"),
        2,
        "other settings (it was made with --grid 4)",
    );
    refuse(
        folder.path(),
        &format!("scan {base} --subtract {base} --draws 10 --out cut.json --resume"),
        2,
        "(its model is ",
    );
    succeed(folder.path(), &format!("{again} --resume"));
    assert_eq!(read_json(&at("cut.json"))["layers"], whole["layers"]);
    fs::write(at("no.json"), "{}").unwrap();
    refuse(folder.path(), "scan --merge no.json", 1, "this is no scan");
}

#[test]
fn the_parts_of_a_scan_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    scan_of_pair(folder.path(), "--draws 10 --out whole.json");
    let whole = read_json(&folder.path().join("whole.json"));
    let count = whole["layers"].as_array().unwrap().len();
    let mut layers = 0;
    // More parts than layers: the last are empty, and no failure.
    for part in 1..=12 {
        let name = format!("{part}.json");
        scan_of_pair(
            folder.path(),
            &format!("--draws 10 --part {part}/12 --resume --out {name}"),
        );
        let found = read_json(&folder.path().join(name));
        layers += found["layers"].as_array().unwrap().len();
    }
    assert!(count < 12 && layers == count, "{layers} {count}");
    let files = |parts: std::ops::RangeInclusive<usize>| -> Vec<String> {
        parts.map(|part| format!("{part}.json")).collect()
    };
    let all = files(1..=12).join(" ");
    let merged = succeed(folder.path(), &format!("scan --merge {all} --json"));
    let timeless = |mut scan: Value| {
        scan["seconds"] = json!(0);
        scan
    };
    let merged: Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(timeless(merged), timeless(whole));
    let lacking = files(2..=12).join(" ");
    let text = succeed(folder.path(), &format!("scan --merge {lacking}"));
    assert!(
        text.contains("1 of the model’s 8 matrices is not in this scan"),
        "{text}"
    );
    let pair = data("pair/tuned.safetensors");
    let wrong = format!("scan {pair} --part 3/2");
    refuse(
        folder.path(),
        &wrong,
        2,
        "parts are counted from 1 to 2; write which part",
    );
}

#[test]
fn a_plan_is_never_worse_than_equal_ranks_and_its_adapter_has_its_errors() {
    let folder = tempfile::tempdir().unwrap();
    scan_of_pair(folder.path(), "--draws 0 --out scan.json");
    for (structure, budget) in [("lora", 3000), ("gralora", 4000)] {
        let plan = succeed(
            folder.path(),
            &format!("plan scan.json --params {budget} --structure {structure} --json"),
        );
        fs::write(folder.path().join("plan.json"), &plan).unwrap();
        let plan: Value = serde_json::from_str(&plan).unwrap();
        let number = |key: &str| plan[key].as_f64().unwrap();
        assert!(number("params") <= f64::from(budget));
        assert!(number("error") < number("uniform_error"), "{plan}");
        let (tuned, base) = (
            data("pair/tuned.safetensors"),
            data("pair/base.safetensors"),
        );
        let out = folder.path().join(structure);
        succeed(
            folder.path(),
            &format!(
                "adapter {tuned} --subtract {base} --plan plan.json --out {}",
                out.display()
            ),
        );
        for layer in plan["layers"].as_array().unwrap() {
            let (name, rank) = (
                layer["layer"].as_str().unwrap(),
                layer["rank"].as_u64().unwrap(),
            );
            if rank == 0 {
                continue;
            }
            // A folder for each rank where there are several.
            let within = out.join(format!("rank-{rank}"));
            let adapter = if within.is_dir() { within } else { out.clone() };
            let source = format!("{tuned}#{name}");
            let difference = succeed(
                folder.path(),
                &format!("approximate {source} --subtract {base} --json"),
            );
            let norm = serde_json::from_str::<Value>(&difference).unwrap()["norm"]
                .as_f64()
                .unwrap();
            let written = succeed(
                folder.path(),
                &format!("approximate {}#{name} --json", adapter.display()),
            );
            let written: Value = serde_json::from_str(&written).unwrap();
            // Truncation is orthogonal: ‖ΔŴ‖² = ‖ΔW‖² (1 − error²).
            let error = layer["error"].as_f64().unwrap();
            let expected = norm * (1.0 - error * error).sqrt();
            let kept = written["norm"].as_f64().unwrap();
            assert!(
                (kept - expected).abs() < 2e-6 * norm,
                "{structure} {name}: {kept} {expected}"
            );
        }
    }
}

#[test]
fn a_plan_says_why_nothing_can_be_planned() {
    let folder = tempfile::tempdir().unwrap();
    scan_of_pair(
        folder.path(),
        "--draws 0 --budget-rank 2 --grid 4 --out s.json",
    );
    let line = "plan s.json --params 100000 --structure gralora";
    refuse(
        folder.path(),
        line,
        2,
        "scan again with a --budget-rank of 4 or more",
    );
    let mut scan = read_json(&folder.path().join("s.json"));
    let layers = scan["layers"].as_array_mut().unwrap();
    layers[0]["rows"] = json!(u64::MAX / 2);
    fs::write(folder.path().join("t.json"), scan.to_string()).unwrap();
    let line = "plan t.json --params 100000";
    refuse(folder.path(), line, 1, "this scan has impossible values");
}

#[test]
fn a_scan_is_merged_with_others_only() {
    let folder = tempfile::tempdir().unwrap();
    scan_of_pair(folder.path(), "--draws 0 --out a.json");
    let twice = "scan --merge a.json ./a.json";
    refuse(folder.path(), twice, 2, "names this scan twice");
    let mut scan = read_json(&folder.path().join("a.json"));
    scan["layers"][0]["relative_norm"] = json!(1.25);
    fs::write(folder.path().join("b.json"), scan.to_string()).unwrap();
    let other = "scan --merge a.json b.json";
    refuse(folder.path(), other, 2, "different numbers for one layer");
}

#[test]
fn an_adapter_is_never_written_over_another_and_its_grid_must_divide() {
    let folder = tempfile::tempdir().unwrap();
    let tuned = data("pair/tuned.safetensors");
    let call = format!("adapter {tuned} --layers layers.0.* --rank 2 --out new");
    let text = succeed(folder.path(), &call);
    assert!(
        text.contains("layers.0.local.weight") && text.ends_with("adapter written to new\n"),
        "{text}"
    );
    let config = read_json(&folder.path().join("new/adapter_config.json"));
    assert_eq!(
        (&config["r"], &config["lora_alpha"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(config["target_modules"], json!(["layers.0.local"]));
    refuse(folder.path(), &call, 2, "this folder is not empty");
    refuse(
        folder.path(),
        &format!(
            "adapter {tuned} --structure gralora --grid 3 --rank 1 --out k3 --layers layers.0.*"
        ),
        2,
        "K = 3 does not divide 40 × 64, which PEFT's GraLoRA needs; choose --grid 2",
    );
    assert!(!folder.path().join("k3").exists());
}

#[test]
fn the_map_of_a_model_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    scan_of_pair(folder.path(), "--draws 0 --figure map.svg --out scan.json");
    let drawn = fs::read_to_string(folder.path().join("map.svg")).unwrap();
    assert!(drawn.contains("Error of Localized"), "{drawn}");
    let output = program(folder.path())
        .args(["scan", "--merge", "scan.json", "--csv"])
        .output()
        .unwrap();
    let csv = String::from_utf8(output.stdout).unwrap();
    assert!(
        csv.starts_with("layer,rows,cols,norm,relative_norm,"),
        "{csv}"
    );
}

fn array(folder: &Path, name: &str) -> nalgebra::DMatrix<f64> {
    let source = format!("{}#{name}", folder.join("f.safetensors").display());
    let limits = localized_lora::source::Limits::default();
    let loaded = localized_lora::source::load(&source.parse().unwrap(), &limits);
    loaded.unwrap_or_else(|error| panic!("{error}")).matrix
}

/// Ŵ of a method from its factors in the file, by the layout in the header.
fn multiplied(folder: &Path, method: &str, layout: &Value) -> nalgebra::DMatrix<f64> {
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let mut whole = nalgebra::DMatrix::zeros(number(&layout["rows"]), number(&layout["cols"]));
    for (at, block) in layout["blocks"].as_array().unwrap().iter().enumerate() {
        let part = |name: &str| array(folder, &format!("{method}.{at}.{name}"));
        if method == "sparse" {
            for (place, value) in part("places").iter().zip(part("values").iter()) {
                whole[*place as usize] = *value;
            }
            continue;
        }
        let product = part("up") * part("down");
        assert_eq!(number(&block["rank"]), part("up").ncols());
        for p in 0..product.nrows() {
            for q in 0..product.ncols() {
                let cell = match block.get("row") {
                    Some(row) => number(row) + p + (number(&block["col"]) + q) * whole.nrows(),
                    None => (part("left")[p] + part("right")[q]) as usize,
                };
                whole[cell] = product[(p, q)];
            }
        }
    }
    whole
}

#[test]
fn factors_and_what_they_multiply_to_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(
        folder.path(),
        "approximate mnist:test:1 --add monarch:row_classes=4,column_blocks=4,rank=1 --add sparse:entries=30 \
         --json --factors f.safetensors --reconstruction r.safetensors",
    );
    let found: Value = serde_json::from_str(&text).unwrap();
    let bytes = fs::read(folder.path().join("f.safetensors")).unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    assert_eq!(header["__metadata__"]["source"], "mnist:test:1");
    let layout = header["__metadata__"]["layout"].as_str().unwrap();
    let layout: Value = serde_json::from_str(layout).unwrap();
    let methods = found["methods"].as_array().unwrap();
    assert_eq!(methods.len(), 5);
    for method in methods {
        let (name, error) = (
            method["method"].as_str().unwrap(),
            method["error"].as_f64().unwrap(),
        );
        let rest = format!("approximate mnist:test:1 --subtract r.safetensors#{name} --json");
        let rest: Value = serde_json::from_str(&succeed(folder.path(), &rest)).unwrap();
        let norm = |of: &Value| of["norm"].as_f64().unwrap();
        // Pixels are whole numbers, so the reconstruction is stored in 32-bit floats.
        assert!((norm(&rest) / norm(&found) - error).abs() < 1e-6, "{name}");
        let product = multiplied(folder.path(), name, &layout[name]);
        let limits = localized_lora::source::Limits::default();
        let digit =
            localized_lora::source::load(&"mnist:test:1".parse().unwrap(), &limits).unwrap();
        let apart = (digit.matrix - product).norm() / norm(&found);
        assert!((apart - error).abs() < 1e-12, "{name}: {apart} {error}");
    }
    refuse(
        folder.path(),
        "approximate mnist:test:1 --factors f.npy",
        2,
        "must end in .safetensors or .npz",
    );
}

/// The same tensors for NumPy.
#[test]
fn factors_are_written_as_npz_too() {
    let folder = tempfile::tempdir().unwrap();
    for ending in ["safetensors", "npz"] {
        let line = format!(
            "approximate mnist:test:1 --add sparse:entries=30 --add monarch --factors f.{ending} \
             --reconstruction r.{ending}"
        );
        succeed(folder.path(), &line);
    }
    for (file, arrays) in [
        (
            "f",
            vec![
                "lora.0.up",
                "localized.3.down",
                "sparse.0.values",
                "monarch.0.left",
            ],
        ),
        (
            "r",
            vec!["lora", "melora", "localized", "sparse", "monarch"],
        ),
    ] {
        for name in arrays {
            let line =
                format!("approximate {file}.npz#{name} --subtract {file}.safetensors#{name}");
            let found = succeed(folder.path(), &format!("{line} --rank 1 --json"));
            let found: Value = serde_json::from_str(&found).unwrap();
            assert_eq!(found["norm"], json!(0.0), "{file} {name}");
        }
    }
    let listed = succeed(folder.path(), "arrays f.npz");
    assert!(listed.contains("metadata.json"), "{listed}");
}

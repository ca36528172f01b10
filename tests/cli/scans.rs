//! Files of scans that were damaged or edited, layers that cannot be had, and names that do harm.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{refuse, run, succeed};

/// A safetensors file of matrices of 32-bit floats, or of BF16 or F64.
pub(super) fn model(path: &Path, dtype: &str, arrays: &[(&str, (usize, usize), Vec<f64>)]) {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, (rows, cols), cells) in arrays {
        assert_eq!(rows * cols, cells.len());
        let begin = data.len();
        for cell in cells {
            match dtype {
                "BF16" => data.extend(half::bf16::from_f64(*cell).to_le_bytes()),
                "F64" => data.extend(cell.to_le_bytes()),
                _ => data.extend((*cell as f32).to_le_bytes()),
            }
        }
        let entry =
            json!({"dtype": dtype, "shape": [rows, cols], "data_offsets": [begin, data.len()]});
        header.insert((*name).to_owned(), entry);
    }
    let header = Value::Object(header).to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(data);
    fs::write(path, bytes).unwrap();
}

/// Numbers with nothing regular in them.
pub(super) fn cells(rows: usize, cols: usize, seed: usize) -> Vec<f64> {
    let cell = |at: usize| (((at + seed) * 7919 + at * at * 31) % 1009) as f64 / 500.0 - 1.0;
    (0..rows * cols).map(cell).collect()
}

/// Two layers: 24 × 32 and 40 × 16.
pub(super) fn two_layers(folder: &Path) {
    let arrays = [
        ("h.0.wide.weight", (24, 32), cells(24, 32, 1)),
        ("h.1.tall.weight", (40, 16), cells(40, 16, 2)),
    ];
    model(&folder.join("m.safetensors"), "F32", &arrays);
}

pub(super) fn read_json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What each field follows from is checked, whoever reads the file.
#[test]
fn a_scan_that_contradicts_itself_is_refused_with_layer_and_field() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let scan = "scan m.safetensors --draws 20 --grid 2 --out s.json";
    succeed(folder.path(), scan);
    let whole = read_json(&folder.path().join("s.json"));
    let edits: [(&str, &str, Value); 26] = [
        ("lora", "/lora/error", json!(0.01)),
        ("lora", "/lora/params", json!(7)),
        ("melora", "/melora/error", json!(0.001)),
        ("melora", "/melora/params", json!(1)),
        ("melora", "/melora", Value::Null),
        ("localized", "/localized/error", json!(0.01)),
        ("localized", "/localized/params", json!(3)),
        ("by_grid", "/by_grid/1", json!(0.01)),
        ("by_grid", "/by_grid", json!({"1": 0.5, "3": 0.1})),
        ("best_grid", "/best_grid", json!(3)),
        ("stable_rank", "/stable_rank", json!(2.5)),
        (
            "diagonal_energy_share",
            "/diagonal_energy_share",
            json!(1.5),
        ),
        ("locality", "/locality/p", json!(0.0001)),
        ("locality", "/locality/draws", json!(0)),
        ("lora_energies", "/lora_energies/1", json!(1e9)),
        ("cols", "/cols", json!(0)),
        // Each possible alone, and not beside the others.
        ("by_grid", "/by_grid/8", json!(1.0)),
        (
            "diagonal_energy_share",
            "/diagonal_energy_share",
            json!(1.0),
        ),
        ("locality", "/locality/p", json!(0.1)),
        ("locality", "/locality/z", json!(9.5)),
        ("locality", "/locality/draws", json!(21)),
        ("locality", "/locality/statistic", json!("participation")),
        ("rounding", "/rounding", json!(0.1)),
        ("lora_energies", "/lora_energies", json!([])),
        ("localized_energies", "/localized_energies", json!([])),
        ("digest", "/digest", json!("0123")),
    ];
    for (field, pointer, value) in edits {
        let mut edited = whole.clone();
        *edited["layers"][1].pointer_mut(pointer).unwrap() = value;
        fs::write(folder.path().join("s.json"), edited.to_string()).unwrap();
        let told = format!("make it again: h.1.tall.weight, {field}");
        for (line, status) in [
            ("scan --merge s.json", 1),
            ("scan --merge s.json --figure map.svg", 1),
            ("plan s.json --params 1000", 1),
            (&*format!("{scan} --resume"), 2),
        ] {
            refuse(folder.path(), line, status, &told);
        }
    }
}

#[test]
fn a_scan_whose_whole_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let path = folder.path().join("s.json");
    succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
    let whole = read_json(&path);
    for (field, value) in [
        ("arrays", json!(1)),
        ("seconds", json!(-1.0)),
        ("seconds", json!(1e300)),
        ("budget_rank", json!(0)),
    ] {
        let mut edited = whole.clone();
        edited[field] = value;
        fs::write(&path, edited.to_string()).unwrap();
        let told = format!("make it again: {field}");
        refuse(folder.path(), "plan s.json --params 1000", 1, &told);
    }
}

/// K × K blocks of rank ρ have no rank above K² ρ, so that they miss what LoRA does at that rank.
#[test]
fn an_error_of_a_grid_below_what_its_rank_can_reach_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [("a.weight", (64, 64), cells(64, 64, 0))];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let line = "scan m.safetensors --draws 0 --grid 2 --budget-rank 4 --out s.json";
    succeed(folder.path(), line);
    let path = folder.path().join("s.json");
    succeed(folder.path(), "plan s.json --params 10000");
    let mut edited = read_json(&path);
    edited["layers"][0]["by_grid"]["4"] = json!(0.1);
    fs::write(&path, edited.to_string()).unwrap();
    let told = "make it again: a.weight, by_grid";
    refuse(folder.path(), "plan s.json --params 10000", 1, told);
}

/// The noise of rounding is bounded by what the two weights are.
#[test]
fn more_rounding_than_any_type_leaves_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, seed: usize| {
        let arrays = [("a", (16, 16), cells(16, 16, seed))];
        model(&folder.path().join(name), "BF16", &arrays);
    };
    write("base.safetensors", 1);
    write("tuned.safetensors", 2);
    let line = "scan tuned.safetensors --subtract base.safetensors --draws 0 --out s.json";
    succeed(folder.path(), line);
    let path = folder.path().join("s.json");
    let mut edited = read_json(&path);
    let noise = edited["layers"][0]["rounding"].as_f64().unwrap();
    assert!(noise > 0.0 && noise < 0.01, "{noise}");
    edited["layers"][0]["rounding"] = json!(0.5);
    fs::write(&path, edited.to_string()).unwrap();
    let told = "make it again: a, rounding";
    refuse(folder.path(), "scan --merge s.json", 1, told);
}

#[test]
fn the_verdict_and_the_best_grid_of_a_file_follow_from_its_errors() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    succeed(
        folder.path(),
        "scan m.safetensors --draws 0 --grid 2 --out s.json",
    );
    let path = folder.path().join("s.json");
    let whole = read_json(&path);
    let mut edited = whole.clone();
    edited["layers"][0]["verdict"] = json!("least error: MELoRA; locality: beyond chance");
    let best = &edited["layers"][0]["best_grid"];
    let other = if *best == json!(1) { 2 } else { 1 };
    edited["layers"][0]["best_grid"] = json!(other);
    fs::write(&path, edited.to_string()).unwrap();
    let read: Value =
        serde_json::from_str(&succeed(folder.path(), "scan --merge s.json --json")).unwrap();
    assert_eq!(read["layers"], whole["layers"]);
}

#[test]
fn layers_that_match_nothing_are_refused_with_the_nearest_names() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    for line in [
        "scan m.safetensors --layers h.7.tal.*",
        "scan m.safetensors --layers h.7.tal.* --out s.json",
        "adapter m.safetensors --layers h.7.tal.* --rank 2 --out a",
    ] {
        let told =
            "matches h.7.tal.*; the nearest are h.1.tall.weight, h.0.wide.weight: m.safetensors";
        refuse(folder.path(), line, 1, told);
    }
    // One of several is told.
    let output = run(
        folder.path(),
        "scan m.safetensors --draws 0 --layers *wide*,*narow*",
    );
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(
        errors.contains("matches *narow*; the nearest are"),
        "{errors}"
    );
}

#[test]
fn a_scan_of_which_no_layer_could_be_measured_fails() {
    let folder = tempfile::tempdir().unwrap();
    let mut broken = cells(16, 16, 0);
    broken[3] = f64::NAN;
    model(
        &folder.path().join("m.safetensors"),
        "F32",
        &[("a", (16, 16), broken)],
    );
    let line = "scan m.safetensors --out s.json";
    refuse(folder.path(), line, 1, "no layer could be measured; a: ");
    let small = [("a", (4, 16), cells(4, 16, 0))];
    model(&folder.path().join("m.safetensors"), "F32", &small);
    refuse(
        folder.path(),
        line,
        1,
        "a is left out (4 × 16: a side is below 8)",
    );
    // The part of an array job that found nothing has no file; one that says so is no obstacle.
    two_layers(folder.path());
    succeed(
        folder.path(),
        "scan m.safetensors --draws 0 --out whole.json",
    );
    let mut empty = read_json(&folder.path().join("whole.json"));
    empty["layers"] = json!([]);
    fs::write(folder.path().join("empty.json"), empty.to_string()).unwrap();
    let merged = succeed(folder.path(), "scan --merge empty.json whole.json --json");
    let merged: Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged["layers"].as_array().unwrap().len(), 2);
    refuse(
        folder.path(),
        "scan --merge empty.json",
        1,
        "no layer is in what is merged; name the scans of the other parts too",
    );
}

/// LoRA and Localized on one block are the same, and nobody is closest.
#[test]
fn structures_that_tie_are_counted_as_equal() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let text = succeed(folder.path(), "scan m.safetensors --draws 0 --grid 1");
    assert!(
        text.contains("least error: LoRA, MELoRA and Localized equally"),
        "{text}"
    );
    assert!(
        text.contains("LoRA on 0 of 2 layers, Localized on 0, MELoRA on 0, equal on 2;"),
        "{text}"
    );
}

/// A rank-one update on weights stored in BF16: all structures fit it but for what rounding left.
#[test]
fn no_structure_is_closest_below_the_rounding_of_the_stored_type() {
    let folder = tempfile::tempdir().unwrap();
    let side = 32;
    let base = cells(side, side, 5);
    // Each diagonal block of rank one, so that all three structures hold it.
    let step = |i: usize, j: usize| {
        if i / 8 == j / 8 && i.is_multiple_of(8) {
            0.02
        } else {
            0.0
        }
    };
    let tuned: Vec<f64> = (0..side * side)
        .map(|at| base[at] + step(at / side, at % side))
        .collect();
    let write = |name: &str, cells: &[f64]| {
        let arrays = [("a", (side, side), cells.to_vec())];
        model(&folder.path().join(name), "BF16", &arrays);
    };
    write("base.safetensors", &base);
    write("tuned.safetensors", &tuned);
    let line =
        "scan tuned.safetensors --subtract base.safetensors --draws 0 --budget-rank 24 --json";
    let output = run(folder.path(), line);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let layer = &found["layers"][0];
    let number = |value: &Value| value.as_f64().unwrap();
    let floor = number(&layer["rounding"]);
    let below = ["lora", "melora", "localized"];
    let below = below.map(|name| number(&layer[name]["error"]) <= floor);
    let count = below.iter().filter(|one| **one).count();
    assert!(count > 1, "{layer}");
    let verdict = layer["verdict"].as_str().unwrap();
    let told = format!("equally, errors below {floor:.4} are rounding");
    assert!(verdict.contains(&told), "{verdict}");
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(notes.contains("equal on 1;"), "{notes}");
}

#[test]
fn a_missing_error_and_a_lowered_rank_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let scan = |more: &str| {
        let line = format!("scan m.safetensors --draws 0 {more}");
        succeed(folder.path(), &line)
    };
    let text = scan("--budget-rank 1 --grid 4");
    let told = "Localized has no error: at K = 4 rank 1 costs as much as LoRA at rank 4, which the budget of \
                rank 1 does not pay for";
    assert!(text.contains(told), "{text}");
    let text = scan("--budget-rank 20 --grid 20");
    for told in [
        "LoRA: the rank was lowered to the smaller side in 1 of 2 layers",
        "MELoRA: the rank was lowered to the smaller side of its blocks in 1 of 2 layers",
        "MELoRA has no error in 1 of 2 layers: N = 20 is above the smaller side",
        "Localized has no error in 1 of 2 layers: K = 20 is above the smaller side",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
    assert!(!scan("--budget-rank 4").contains("lowered"));
    // The figure says it too.
    scan("--budget-rank 1 --grid 4 --figure map.svg");
    let drawn = fs::read_to_string(folder.path().join("map.svg")).unwrap();
    assert!(drawn.contains("Localized has no error"));
}

#[test]
fn a_rank_beyond_a_layer_is_lowered_in_its_adapter_and_told() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let text = succeed(
        folder.path(),
        "adapter m.safetensors --rank 10000 --out lora",
    );
    let told = "the rank was lowered to the smaller side in 2 of 2 layers";
    assert!(text.contains(told), "{text}");
    let line = "adapter m.safetensors --structure gralora --grid 4 --rank 10000 --out gralora";
    let text = succeed(folder.path(), line);
    assert!(text.contains(told), "{text}");
    // PEFT gives all layers one rank: that of the larger blocks, 6 × 8, which those of 10 × 4 fill up.
    let filled = "the rank is above the blocks’ smaller side in 1 of 2 layers, whose factors are filled with zeros";
    assert!(text.contains(filled), "{text}");
    let config = read_json(&folder.path().join("gralora/adapter_config.json"));
    assert_eq!(config["r"], json!(24));
    let text = succeed(folder.path(), "adapter m.safetensors --rank 4 --out small");
    assert!(!text.contains("lowered"), "{text}");
    // A plan of another model is not followed without a word.
    succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
    let plan = succeed(folder.path(), "plan s.json --params 400 --json");
    let plan = plan.replace("h.0.wide", "h.9.wide");
    fs::write(folder.path().join("p.json"), plan).unwrap();
    let text = succeed(
        folder.path(),
        "adapter m.safetensors --plan p.json --out planned",
    );
    let told = "left out h.9.wide.weight: the plan gives it a rank";
    assert!(text.contains(told), "{text}");
}

/// A name with an escape sequence, a line end, a turn of direction and a formula.
const NAME: &str = "=cmd|'/c x'!A1,\u{1b}[31m\n\u{202e}b";

#[test]
fn names_stay_true_for_programs_and_harmless_for_people() {
    let folder = tempfile::tempdir().unwrap();
    model(
        &folder.path().join("m.safetensors"),
        "F32",
        &[(NAME, (16, 16), cells(16, 16, 0))],
    );
    let scan = "scan m.safetensors --draws 0";
    let csv = succeed(folder.path(), &format!("{scan} --csv"));
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let row = rows.records().next().unwrap().unwrap();
    assert_eq!(&row[0], NAME);
    let json_text = succeed(folder.path(), &format!("{scan} --json"));
    let parsed: Value = serde_json::from_str(&json_text).unwrap();
    assert_eq!(parsed["layers"][0]["layer"], json!(NAME));
    succeed(folder.path(), &format!("{scan} --out s.json"));
    for (what, text) in [
        ("json", json_text),
        ("page", succeed(folder.path(), scan)),
        (
            "markdown",
            succeed(folder.path(), &format!("{scan} --markdown")),
        ),
        ("latex", succeed(folder.path(), &format!("{scan} --latex"))),
        ("arrays", succeed(folder.path(), "arrays m.safetensors")),
        (
            "arrays json",
            succeed(folder.path(), "arrays m.safetensors --json"),
        ),
        ("plan", succeed(folder.path(), "plan s.json --params 64")),
        (
            "plan json",
            succeed(folder.path(), "plan s.json --params 64 --json"),
        ),
        (
            "adapter",
            succeed(folder.path(), "adapter m.safetensors --rank 1 --out a"),
        ),
    ] {
        let obeyed = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!text.contains(obeyed), "{what}: {text:?}");
        assert!(text.contains("[31m"), "{what}: {text:?}");
    }
    let markdown = succeed(folder.path(), &format!("{scan} --markdown"));
    assert_eq!(markdown.lines().count(), 3, "{markdown}");
}

/// Squares of small values lose digits, and those of smaller ones vanish: a scan is read again all the same.
#[test]
fn a_scan_of_values_of_any_size_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    for size in [1e-310, 1e-161, 3e-161, 1e-160, 1e-155, 1e-150, 1.0, 1e150] {
        let scaled = |rows, cols, seed| -> Vec<f64> {
            let cells = cells(rows, cols, seed).into_iter();
            cells.map(|cell| cell * size).collect()
        };
        let arrays = [
            ("a.weight", (16, 16), scaled(16, 16, 1)),
            ("b.weight", (8, 9), scaled(8, 9, 2)),
            ("c.weight", (8, 200), scaled(8, 200, 3)),
        ];
        model(&folder.path().join("m.safetensors"), "F64", &arrays);
        for options in ["", "--grid 8", "--budget-rank 1 --grid 1"] {
            let _ = fs::remove_file(folder.path().join("s.json"));
            let scan = format!("scan m.safetensors --draws 3 --out s.json {options}");
            succeed(folder.path(), &scan);
            succeed(folder.path(), "scan --merge s.json");
        }
    }
}

/// What is merged can be read again, or is not merged.
#[test]
fn scans_of_other_models_at_the_same_path_do_not_merge() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("m.safetensors");
    let layer = |name| (name, (24, 32), cells(24, 32, 1));
    model(&at, "F32", &[layer("x.weight")]);
    succeed(folder.path(), "scan m.safetensors --draws 0 --out a.json");
    model(&at, "F32", &[layer("y.weight"), layer("z.weight")]);
    succeed(folder.path(), "scan m.safetensors --draws 0 --out b.json");
    let merge = "scan --merge a.json b.json --out c.json";
    refuse(folder.path(), merge, 2, "different models at one path");
}

/// Merging fewer parts than before into the same file would lose layers.
#[test]
fn a_merged_scan_does_not_replace_one_that_holds_more() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    for (name, layers) in [("a", "*wide*"), ("b", "*tall*")] {
        let scan = "scan m.safetensors --draws 0";
        succeed(
            folder.path(),
            &format!("{scan} --layers {layers} --out {name}.json"),
        );
    }
    succeed(folder.path(), "scan --merge a.json b.json --out c.json");
    let all = fs::read(folder.path().join("c.json")).unwrap();
    let told = "this file holds layers that the merged scans do not (h.1.tall.weight); name another file: c.json";
    refuse(folder.path(), "scan --merge a.json --out c.json", 2, told);
    assert_eq!(fs::read(folder.path().join("c.json")).unwrap(), all);
    succeed(folder.path(), "scan --merge b.json a.json --out c.json");
}

/// A folder is named by its name, also where it was only pointed at.
#[test]
fn a_model_in_the_working_folder_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let tuned = folder.path().join("tuned");
    fs::create_dir(&tuned).unwrap();
    two_layers(&tuned);
    fs::rename(tuned.join("m.safetensors"), tuned.join("model.safetensors")).unwrap();
    for (within, line) in [("tuned", "."), ("tuned", "../tuned/."), (".", "tuned")] {
        let line = format!("scan {line} --draws 0 --json");
        let text = succeed(&folder.path().join(within), &line);
        let scan: Value = serde_json::from_str(&text).unwrap();
        let model = Path::new(scan["model"].as_str().unwrap());
        assert_eq!(model.file_name(), tuned.file_name(), "{line}");
    }
}

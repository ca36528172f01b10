//! Plans beside the model that they are followed on: what has changed since is told, and what contradicts itself.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::scans::{cells, model, read_json, two_layers};
use super::{refuse, run, succeed};

const ADAPTER: &str = "adapter m.safetensors --plan p.json --out a";

/// Scans, plans 400 parameters, and writes the plan to `p.json`.
fn planned(folder: &Path, options: &str) -> Value {
    let _ = fs::remove_file(folder.join("s.json"));
    succeed(
        folder,
        &format!("scan m.safetensors --draws 0 --grid 2 --out s.json {options}"),
    );
    let plan = succeed(folder, "plan s.json --params 400 --json");
    fs::write(folder.join("p.json"), &plan).unwrap();
    serde_json::from_str(&plan).unwrap()
}

fn write_plan(folder: &Path, plan: &Value) {
    fs::write(folder.join("p.json"), plan.to_string()).unwrap();
}

#[test]
fn a_plan_for_other_values_is_refused_with_their_layers() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    planned(folder.path(), "");
    let mut changed = cells(24, 32, 1);
    changed[9] += 0.5;
    let arrays = [
        ("h.0.wide.weight", (24, 32), changed),
        ("h.1.tall.weight", (40, 16), cells(40, 16, 2)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let told = "the values of layers have changed since they were planned for; scan the model again and plan from \
                that: h.0.wide.weight: p.json";
    refuse(folder.path(), ADAPTER, 1, told);
    // What is written is as it was planned.
    succeed(folder.path(), &format!("{ADAPTER}b --layers *tall*"));
    // The remedy works.
    planned(folder.path(), "");
    succeed(folder.path(), ADAPTER);
}

#[test]
fn a_plan_for_updates_is_not_followed_on_whole_weights() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let base = [
        ("h.0.wide.weight", (24, 32), cells(24, 32, 5)),
        ("h.1.tall.weight", (40, 16), cells(40, 16, 6)),
    ];
    model(&folder.path().join("base.safetensors"), "F32", &base);
    planned(folder.path(), "--subtract base.safetensors");
    let told = "this plan is of a scan with a base; add --subtract base.safetensors: p.json";
    refuse(folder.path(), ADAPTER, 1, told);
    succeed(
        folder.path(),
        &format!("{ADAPTER} --subtract base.safetensors"),
    );
    planned(folder.path(), "");
    let told = "this plan is of a scan without a base; leave out --subtract: p.json";
    let line = format!("{ADAPTER}2 --subtract base.safetensors");
    refuse(folder.path(), &line, 1, told);
    // Another base is another difference.
    planned(folder.path(), "--subtract base.safetensors");
    let other = [
        ("h.0.wide.weight", (24, 32), cells(24, 32, 7)),
        ("h.1.tall.weight", (40, 16), cells(40, 16, 6)),
    ];
    model(&folder.path().join("base.safetensors"), "F32", &other);
    refuse(
        folder.path(),
        &line,
        1,
        "have changed since they were planned for",
    );
}

#[test]
fn a_plan_of_an_older_version_is_followed_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let mut old = planned(folder.path(), "");
    let whole = old.as_object_mut().unwrap();
    whole.remove("model");
    whole.remove("subtract");
    for layer in old["layers"].as_array_mut().unwrap() {
        layer.as_object_mut().unwrap().remove("digest");
    }
    write_plan(folder.path(), &old);
    let text = succeed(folder.path(), ADAPTER);
    let told = "kept no digest of its layers, so that their values may have changed since; scan and plan again to be \
                sure: h.";
    assert!(text.contains(told), "{text}");
    planned(folder.path(), "");
    let text = succeed(folder.path(), &format!("{ADAPTER}2"));
    assert!(!text.contains("digest"), "{text}");
}

#[test]
fn a_plan_that_contradicts_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let lora = planned(folder.path(), "");
    let gralora = succeed(
        folder.path(),
        "plan s.json --params 400 --structure gralora --json",
    );
    let gralora: Value = serde_json::from_str(&gralora).unwrap();
    for (plan, pointer, value, told) in [
        (
            &lora,
            "/structure",
            json!("gralora"),
            "are those of \"LORA\"",
        ),
        (&lora, "/grid", json!(2), "lora has no grid of 2"),
        (
            &gralora,
            "/structure",
            json!("lora"),
            "lora has no grid of 2",
        ),
        (
            &gralora,
            "/grid",
            json!(4),
            "are those of \"GRALORA\" with K = 2",
        ),
        (&gralora, "/grid", json!(0), "gralora has no grid of 0"),
        (&lora, "/structure", json!("loha"), "an unknown structure"),
        (&lora, "/layers/0/rank", json!(17), "and rank 17 makes 952"),
        (
            &lora,
            "/layers/0/rank",
            json!(99),
            "has rank 99 and can have 24 at most",
        ),
        (
            &lora,
            "/layers/0/params",
            json!(1),
            "has 1 parameter and rank",
        ),
        (&lora, "/peft/0/peft_type", Value::Null, "are those of null"),
        (
            &lora,
            "/params",
            json!(399),
            "parameters and its layers have ",
        ),
        (&lora, "/budget", json!(8), "parameters and its budget is 8"),
        (
            &lora,
            "/peft/0/r",
            json!(9),
            "give h.1.tall r = 9 at scale ",
        ),
        (
            &lora,
            "/peft/0/lora_alpha",
            json!(9),
            "r = 3 at scale 3, and its layer has r = 3",
        ),
        (
            &lora,
            "/peft/0/rank_pattern",
            json!({"h.0.wide": 5}),
            "give h.0.wide r = 5 at scale ",
        ),
        (
            &lora,
            "/peft/0/alpha_pattern",
            json!({"wide": 7}),
            "give h.0.wide r = ",
        ),
        (
            &lora,
            "/peft/0/rank_pattern",
            json!({"(": 5}),
            "settings for PEFT cannot be read",
        ),
        (
            &lora,
            "/peft/0/target_modules",
            json!("nothing.*"),
            "some of its settings for PEFT are of no layer",
        ),
        (
            &lora,
            "/peft/0/target_modules",
            json!(["h.0.wide", "h.1.tall", "h.2.long"]),
            "name h.2.long, which is no layer of it",
        ),
        (
            &lora,
            "/left_out",
            json!({"x.h.1.tall.weight": "it is small"}),
            "give x.h.1.tall r = 3 at scale 1, and its layer has no rank",
        ),
        (
            &lora,
            "/left_out",
            json!({"h.1.tall.weight": "it is small"}),
            "h.1.tall.weight is left out of it and in it",
        ),
        (
            &lora,
            "/peft/0/target_modules",
            json!(["h.0.wide"]),
            "give h.1.tall no adapter",
        ),
        (
            &lora,
            "/peft",
            json!([]),
            "give h.0.wide no adapter, and its layer has r = ",
        ),
        (&gralora, "/peft/0/r", json!(6), "r = 6 at scale "),
        (&gralora, "/peft/0/alpha", json!(6), "at scale "),
    ] {
        let mut edited = plan.clone();
        *edited.pointer_mut(pointer).unwrap() = value;
        write_plan(folder.path(), &edited);
        refuse(folder.path(), ADAPTER, 1, told);
    }
    for (plan, key, value) in [
        (&lora, "use_dora", json!(true)),
        (&lora, "exclude_modules", json!(["h.1.tall"])),
        (&lora, "layers_to_transform", json!([0])),
        (&lora, "init_lora_weights", json!("pissa")),
        (&lora, "bias", json!("all")),
        (&gralora, "hybrid_r", json!(2)),
        (&gralora, "lora_alpha", json!(4)),
    ] {
        let mut edited = plan.clone();
        edited["peft"][0][key] = value;
        write_plan(folder.path(), &edited);
        let told = format!("its settings for PEFT have {key}, which no plan has");
        refuse(folder.path(), ADAPTER, 1, &told);
        edited["peft"][0][key] = Value::Null;
        edited["peft"][0]["lora_dropout"] = json!(0.1);
        write_plan(folder.path(), &edited);
        let _ = fs::remove_dir_all(folder.path().join("a"));
        succeed(folder.path(), ADAPTER);
        fs::remove_dir_all(folder.path().join("a")).unwrap();
    }
    for plan in [lora, gralora] {
        write_plan(folder.path(), &plan);
        let _ = fs::remove_dir_all(folder.path().join("a"));
        succeed(folder.path(), ADAPTER);
    }
}

#[test]
fn the_same_values_in_a_wider_type_are_the_same_layer() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    planned(folder.path(), "");
    let rounded = |cells: Vec<f64>| {
        cells
            .into_iter()
            .map(|cell| f64::from(cell as f32))
            .collect()
    };
    let arrays = [
        ("h.0.wide.weight", (24, 32), rounded(cells(24, 32, 1))),
        ("h.1.tall.weight", (40, 16), rounded(cells(40, 16, 2))),
    ];
    model(&folder.path().join("m.safetensors"), "F64", &arrays);
    let text = succeed(folder.path(), ADAPTER);
    assert!(!text.contains("digest"), "{text}");
    let line = "scan m.safetensors --draws 0 --grid 2 --out s.json --resume --json";
    let output = run(folder.path(), line);
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && !notes.contains("scanned again"),
        "{notes}"
    );
}

/// A module whose name ends as another's is told apart, though this run does not ask for it.
#[test]
fn an_adapter_leaves_the_modules_of_other_names_alone() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [
        ("q.weight", (16, 16), cells(16, 16, 0)),
        ("x.q.weight", (16, 16), cells(16, 16, 1)),
        ("y.k.weight", (4, 16), cells(4, 16, 1)),
        ("k.weight", (16, 16), cells(16, 16, 1)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let line = "adapter m.safetensors --rank 2 --layers q.weight --out a";
    succeed(folder.path(), line);
    let config = read_json(&folder.path().join("a/adapter_config.json"));
    // One expression, which PEFT holds against whole names, and no list of endings.
    assert_eq!(config["target_modules"], json!("q"));
    let line = "scan m.safetensors --draws 0 --layers *k.weight --out s.json";
    succeed(folder.path(), line);
    let plan = succeed(folder.path(), "plan s.json --params 64 --json");
    let plan: Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["peft"][0]["target_modules"], json!("k"));
}

/// Squares of values below 10⁻¹⁵⁴ vanish, and more parameters would not help.
#[test]
fn a_plan_for_vanishing_squares_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let scaled = |size: f64, seed: usize| -> Vec<f64> {
        let cells = cells(16, 16, seed).into_iter();
        cells.map(|cell| cell * size).collect()
    };
    let plan = |sizes: [f64; 2]| {
        let arrays = [
            ("a.weight", (16, 16), scaled(sizes[0], 1)),
            ("b.weight", (16, 16), scaled(sizes[1], 2)),
        ];
        let _ = fs::remove_file(folder.path().join("s.json"));
        model(&folder.path().join("m.safetensors"), "F64", &arrays);
        succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
        "plan s.json --params 5000"
    };
    for size in [1e-310, 1e-160, 1e-150] {
        let told = "no layer can take part: a.weight: its norm is ";
        refuse(folder.path(), plan([size, size]), 2, told);
        let text = succeed(folder.path(), plan([size, 1.0]));
        assert!(text.contains("left out a.weight: its norm is"), "{text}");
        assert!(
            text.contains("scale the weights up and scan again"),
            "{text}"
        );
    }
    let text = succeed(folder.path(), plan([1e150, 1e-140]));
    assert!(text.contains("b.weight"), "{text}");
    // Each square is a number, and their sum is not.
    let text = succeed(folder.path(), &format!("{} --json", plan([7e152, 7e152])));
    let plan: Value = serde_json::from_str(&text).unwrap();
    assert!(plan["error"].as_f64().unwrap() <= 1.0, "{text}");
    let line = "adapter m.safetensors --rank 2 --out a";
    let arrays = [("a.weight", (16, 16), scaled(1e-310, 1))];
    model(&folder.path().join("m.safetensors"), "F64", &arrays);
    refuse(
        folder.path(),
        line,
        2,
        "too small for factors of 32-bit floats",
    );
}

/// Errors are shares, and rounding makes none larger than the whole.
#[test]
fn no_error_of_a_plan_is_above_one() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..6 {
        let arrays: Vec<(String, Vec<f64>)> = (0..12)
            .map(|at| (format!("h.{at}.weight"), cells(9 + at, 90, seed * 50 + at)))
            .collect();
        let arrays: Vec<(&str, (usize, usize), Vec<f64>)> = arrays
            .iter()
            .enumerate()
            .map(|(at, (name, cells))| (name.as_str(), (9 + at, 90), cells.clone()))
            .collect();
        let _ = fs::remove_file(folder.path().join("s.json"));
        model(&folder.path().join("m.safetensors"), "F64", &arrays);
        succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
        for structure in ["lora", "gralora"] {
            let line = format!("plan s.json --params 400 --structure {structure} --json");
            let output = run(folder.path(), &line);
            let Ok(plan) = serde_json::from_slice::<Value>(&output.stdout) else {
                continue;
            };
            let layers = plan["layers"].as_array().unwrap().iter();
            let errors = layers
                .chain([&plan])
                .flat_map(|one| ["error", "uniform_error"].map(|key| one[key].as_f64().unwrap()));
            for error in errors {
                assert!(error <= 1.0, "{error} in {plan}");
            }
        }
    }
}

#[test]
fn the_highest_rank_of_a_plan_and_its_least_budget_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [("a.weight", (96, 96), cells(96, 96, 1))];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let scan = |options: &str| {
        let _ = fs::remove_file(folder.path().join("s.json"));
        let line = format!("scan m.safetensors --draws 0 --out s.json {options}");
        succeed(folder.path(), &line);
    };
    scan("--grid 4");
    let plan = |options: &str| succeed(folder.path(), &format!("plan s.json {options}"));
    let text = plan("--params 100000");
    let told = "rank 64, which the plan gives 1 layer, is the highest that it can give, because a scan keeps the 64 \
                largest singular values of each layer; adapter --rank writes higher ones";
    assert!(text.contains(told), "{text}");
    let text = plan("--params 100000 --structure gralora");
    assert!(
        text.contains("block rank 16, which the plan gives 1 layer"),
        "{text}"
    );
    assert!(!plan("--params 1000").contains("is the highest that it can give"));
    let told = "increase the budget to at least 192";
    refuse(folder.path(), "plan s.json --params 5", 2, told);
    plan("--params 192");
    // No budget makes a scan keep singular values of finer blocks than that.
    scan("--grid 96 --budget-rank 96");
    let line = "plan s.json --params 5000 --structure gralora";
    refuse(
        folder.path(),
        line,
        2,
        "scan again with a --grid of 64 or less",
    );
}

#[test]
fn a_plan_of_another_model_says_so() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    planned(folder.path(), "");
    let other = [("other.weight", (24, 32), cells(24, 32, 1))];
    model(&folder.path().join("m.safetensors"), "F32", &other);
    refuse(
        folder.path(),
        ADAPTER,
        1,
        "this plan is of another model, which has other layers",
    );
}

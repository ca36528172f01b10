//! Plans and adapters of models that are exact, zero, of other shapes, or have arrays without names.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::scans::{cells, model, two_layers};
use super::{refuse, succeed};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Blocks of rank two of a matrix of rank two.
fn rank_two(rows: usize, cols: usize) -> Vec<f64> {
    let cell = |i: usize, j: usize| {
        let (i, j) = (i as f64, j as f64);
        (i + 1.0).sin() * (0.3 * j).cos() + (0.7 * i).cos() * (j + 2.0).sin()
    };
    (0..rows * cols)
        .map(|at| cell(at / cols, at % cols))
        .collect()
}

/// 64-bit values, because rounding to 32 bits is an error of 10⁻⁸ itself.
fn model_of_doubles(path: &Path, name: &str, (rows, cols): (usize, usize), cells: &[f64]) {
    let data: Vec<u8> = cells.iter().flat_map(|cell| cell.to_le_bytes()).collect();
    let header = json!({name: {
        "dtype": "F64", "shape": [rows, cols], "data_offsets": [0, data.len()],
    }});
    let header = header.to_string();
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.bytes());
    bytes.extend(data);
    fs::write(path, bytes).unwrap();
}

/// ‖W‖² less what is kept has no digit below 10⁻⁸ of ‖W‖; the errors are those of the dropped σ.
#[test]
fn the_error_of_a_plan_that_fits_is_that_of_rounding() {
    let folder = tempfile::tempdir().unwrap();
    let mut cells = rank_two(24, 40);
    // A third direction, 10⁻¹¹ of the whole.
    for (at, cell) in cells.iter_mut().enumerate() {
        *cell += 1e-11 * ((at / 40 * 5 + 1) as f64).cos() * ((at % 40 * 3) as f64).sin();
    }
    model_of_doubles(
        &folder.path().join("m.safetensors"),
        "a.weight",
        (24, 40),
        &cells,
    );
    let scan = "scan m.safetensors --draws 0 --grid 2 --budget-rank 4 --out s.json";
    succeed(folder.path(), scan);
    for structure in ["lora", "gralora"] {
        let plan = |ranks: usize| {
            let params = match structure {
                "lora" => ranks * 64,
                _ => ranks * 2 * 64,
            };
            let line = format!("plan s.json --structure {structure} --params {params} --json");
            parsed(&succeed(folder.path(), &line))["error"]
                .as_f64()
                .unwrap()
        };
        let (two, three) = (plan(2), plan(3));
        assert!((1e-12..1e-10).contains(&two), "{structure} {two}");
        assert!((1e-18..1e-14).contains(&three), "{structure} {three}");
    }
    let line = "plan s.json --params 128";
    let text = succeed(folder.path(), line);
    assert!(!text.contains("error 0.0000"), "{text}");
}

/// Of a layer with more ranks than a scan keeps, what the others hold follows from the error that it measured.
#[test]
fn the_error_of_a_plan_counts_the_ranks_that_the_scan_does_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    let noise = cells(80, 96, 3).into_iter();
    let noisy = rank_two(80, 96).into_iter().zip(noise);
    let noisy: Vec<f64> = noisy.map(|(cell, noise)| cell + 1e-9 * noise).collect();
    model_of_doubles(
        &folder.path().join("m.safetensors"),
        "a.weight",
        (80, 96),
        &noisy,
    );
    let scan = |rank: usize| {
        let out = format!("s{rank}.json");
        let line = format!("scan m.safetensors --draws 0 --budget-rank {rank} --json --out {out}");
        let found = parsed(&succeed(folder.path(), &line));
        found["layers"][0]["lora"]["error"].as_f64().unwrap()
    };
    scan(8);
    let expected = scan(64);
    assert!((1e-12..1e-9).contains(&expected), "{expected}");
    let line = format!("plan s8.json --params {} --json", 64 * (80 + 96));
    let plan = parsed(&succeed(folder.path(), &line));
    assert_eq!(plan["layers"][0]["rank"], json!(64));
    let error = plan["error"].as_f64().unwrap();
    assert!((error / expected - 1.0).abs() < 1e-3, "{error} {expected}");
}

/// A uniform rank that leaves much of the budget is compared with a plan that leaves as much.
#[test]
fn a_uniform_rank_is_set_beside_a_plan_of_its_own_cost() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let scan = "scan m.safetensors --draws 0 --grid 2 --out s.json";
    succeed(folder.path(), scan);
    for (structure, little) in [("lora", 100), ("gralora", 200)] {
        let plan = |params: u64| {
            let line = format!("plan s.json --structure {structure} --params {params}");
            let found = parsed(&succeed(folder.path(), &format!("{line} --json")));
            (succeed(folder.path(), &line), found)
        };
        // One rank everywhere costs 112, or twice that in blocks.
        let (text, found) = plan(440);
        let own = found["uniform_params"].as_u64().unwrap();
        let (_, as_many) = plan(own);
        assert_eq!(found["error_at_uniform_params"], as_many["error"]);
        let error = |key: &str| found[key].as_f64().unwrap();
        assert!(error("error_at_uniform_params") <= error("uniform_error"));
        assert!(error("error") < error("error_at_uniform_params"));
        let told = format!(
            ", and a plan with as many has {:.4}",
            error("error_at_uniform_params")
        );
        assert!(text.contains(&told), "{text}");
        let (text, found) = plan(little);
        assert_eq!(found["error_at_uniform_params"], Value::Null);
        assert!(text.contains("1 everywhere costs more"), "{text}");
    }
}

#[test]
fn nothing_is_planned_for_a_model_of_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [("a.weight", (16, 16), vec![0.0; 256])];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    succeed(folder.path(), "scan m.safetensors --out s.json");
    let told = "all layers of this scan are zero";
    refuse(folder.path(), "plan s.json --params 1000", 2, told);
}

#[test]
fn a_plan_of_another_model_is_no_plan_for_this_one() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
    let plan = parsed(&succeed(folder.path(), "plan s.json --params 4000 --json"));
    let path = folder.path().join("p.json");
    let line = "adapter m.safetensors --plan p.json --out a";
    let mut other = plan.clone();
    other["layers"][1]["rows"] = json!(41);
    fs::write(&path, other.to_string()).unwrap();
    let told = "h.1.tall.weight is 41 × 16 in the plan and 40 × 16 in the model";
    refuse(folder.path(), line, 1, told);
    let mut twice = plan.clone();
    let first = twice["layers"][0].clone();
    twice["layers"].as_array_mut().unwrap().push(first);
    fs::write(&path, twice.to_string()).unwrap();
    let told = "this plan has a layer twice; make it again: h.0.wide.weight";
    refuse(folder.path(), line, 1, told);
    // What is not asked for is of this model all the same.
    fs::write(&path, other.to_string()).unwrap();
    let asked = format!("{line} --layers *wide*");
    refuse(folder.path(), &asked, 1, "41 × 16 in the plan");
    fs::write(&path, plan.to_string()).unwrap();
    succeed(folder.path(), line);
}

#[test]
fn a_folder_that_takes_no_adapter_is_told_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    fs::write(folder.path().join("file"), "x").unwrap();
    for place in ["file/a", "file"] {
        let line = format!("adapter m.safetensors --rank 2 --out {place}");
        let output = super::run(folder.path(), &line);
        assert!(!output.status.success());
        assert!(output.stdout.is_empty(), "the table comes after the work");
    }
    #[cfg(target_os = "linux")]
    refuse(
        folder.path(),
        "adapter m.safetensors --rank 2 --out /proc/a",
        1,
        "this folder cannot be written to",
    );
    // What was made for an adapter that could not be is gone again.
    let line = "adapter m.safetensors --structure gralora --grid 5 --rank 2 --out new/a";
    refuse(folder.path(), line, 2, "does not divide");
}

#[test]
fn few_draws_have_no_z() {
    let folder = tempfile::tempdir().unwrap();
    // Above 16384 cells the cheap statistic is tested.
    let arrays = [
        ("a.weight", (16, 16), cells(16, 16, 0)),
        ("b.weight", (130, 130), cells(130, 130, 1)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    for (draws, has_z) in [(1, false), (19, false), (20, true)] {
        let line = format!("scan m.safetensors --draws {draws} --json");
        let output = super::run(folder.path(), &line);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        for (at, statistic) in ["error", "participation"].into_iter().enumerate() {
            let test = &found["layers"][at]["locality"];
            assert_eq!(test["statistic"], statistic);
            assert_eq!(test["draws"], json!(draws), "{test}");
            assert_eq!(test["z"].is_number(), has_z, "{test}");
        }
        let notes = String::from_utf8(output.stderr).unwrap();
        let told = "z needs 20 random orders or more";
        assert_eq!(notes.contains(told), !has_z, "{notes}");
    }
    let line = "locality mnist:test:1 --draws 19 --json";
    assert_eq!(
        parsed(&succeed(folder.path(), line))["local"]["z"],
        Value::Null
    );
}

#[test]
fn one_layer_is_one_layer_and_an_empty_pattern_is_none() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let scan = "scan m.safetensors --draws 0 --layers *wide* --budget-rank 40 --out s.json";
    let plan = "plan s.json --params 100000";
    let adapter = "adapter m.safetensors --layers *wide* --rank 99 --out a";
    for line in [scan, plan, adapter] {
        let text = succeed(folder.path(), line);
        assert!(!text.contains("1 layers"), "{text}");
    }
    // A part without layers says so, in every form.
    let part = "scan m.safetensors --draws 0 --part 3/3";
    let told = "K = N = 4: no layer was scanned";
    for form in [
        "--out none.json",
        "--csv",
        "--json",
        "--figure none.svg",
        "--caption --figure n.svg",
    ] {
        let output = super::run(folder.path(), &format!("{part} {form}"));
        let text = [output.stdout, output.stderr].map(|one| String::from_utf8(one).unwrap());
        assert!(output.status.success(), "{text:?}");
        assert!(text.concat().contains(told), "{form}: {text:?}");
        assert!(
            text.concat()
                .contains("the model’s 2 matrices are not in this scan"),
            "{text:?}"
        );
    }
    let told = "this scan has no layers; join it to those of the other parts with scan --merge";
    for structure in ["lora", "gralora"] {
        let line = format!("plan none.json --params 9 --structure {structure}");
        refuse(folder.path(), &line, 2, told);
    }
    for command in ["scan", "adapter --rank 1 --out b"] {
        let output = super::program(folder.path())
            .args(command.split(' '))
            .args(["m.safetensors", "--layers", ""])
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains("write a name, or a pattern"), "{errors}");
    }
}

/// GPT-2's layers are inputs × outputs: its configuration says so, and the shape of its fused layer does.
#[test]
fn an_adapter_follows_how_its_model_stores_weights() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, sides: (usize, usize), options: &str| {
        let model = folder.path().join("m.safetensors");
        model_of_doubles(&model, name, sides, &rank_two(sides.0, sides.1));
        let out = folder.path().join("out");
        let _ = fs::remove_dir_all(&out);
        let line = format!("adapter m.safetensors --rank 2 --out out {options}");
        let told = succeed(folder.path(), &line);
        let config = parsed(&fs::read_to_string(out.join("adapter_config.json")).unwrap());
        let flag = config["fan_in_fan_out"].as_bool().unwrap();
        assert_eq!(
            flag && options.is_empty(),
            told.contains("inputs × outputs"),
            "{told}"
        );
        flag
    };
    // A grid beyond every side is refused at once.
    let wild = "adapter m.safetensors --rank 1 --structure gralora --grid 1099511627776 --out wild";
    model_of_doubles(
        &folder.path().join("m.safetensors"),
        "a.weight",
        (12, 18),
        &rank_two(12, 18),
    );
    refuse(folder.path(), wild, 2, "choose --grid 6");
    let (fused, square) = ("h.0.attn.c_attn.weight", "h.0.attn.c_proj.weight");
    assert!(written(fused, (8, 24), ""));
    assert!(!written(fused, (8, 24), "--fan-in-fan-out=false"));
    assert!(!written(fused, (24, 8), ""), "as nanoGPT stores it");
    assert!(!written(square, (8, 8), ""));
    assert!(written(square, (8, 8), "--fan-in-fan-out"));
    let config = |kind: &str| {
        let text = json!({"model_type": kind, "n_head": 2, "n_embd": 8}).to_string();
        fs::write(folder.path().join("config.json"), text).unwrap();
    };
    config("gpt2");
    assert!(written(square, (8, 8), ""));
    config("gpt_neo");
    assert!(!written(square, (8, 8), ""));
}

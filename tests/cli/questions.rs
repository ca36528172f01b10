//! `locality`, `order` and `project`: what they print, and that one reads what the other wrote.

use std::path::Path;

use serde_json::Value;

use super::{refuse, succeed};

fn json(folder: &Path, line: &str) -> Value {
    serde_json::from_str(&succeed(folder, line)).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn locality_answers_three_questions() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(
        folder.path(),
        "locality mnist:test:1 --draws 60 --seed 3 --json",
    );
    for question in ["local", "diagonal", "global"] {
        let answer = &found[question];
        assert_eq!(answer["draws"], 60, "{answer}");
        let p = number(&answer["p"]);
        assert!((1.0 / 61.0..=1.0).contains(&p), "{answer}");
        let z = number(&answer["z"]);
        let direct = (number(&answer["statistic"]) - number(&answer["null_mean"]))
            / number(&answer["null_std"]);
        assert!((z - direct).abs() < 1e-9, "{answer}");
    }
    assert!((number(&found["local"]["statistic"]) - 0.211_869_286_889_472_46).abs() < 1e-9);
    let text = succeed(folder.path(), "locality mnist:test:1 --draws 60 --seed 3");
    let verdict = found["verdict"].as_str().unwrap();
    assert!(text.contains("local "), "{text}");
    assert!(
        verdict.starts_with("Too few draws") && verdict.ends_with("use at least 99"),
        "{verdict}"
    );
    let constant = folder.path().join("constant.csv");
    std::fs::write(&constant, "1,1\n1,1\n").unwrap();
    let line = "locality constant.csv --rank 1 --blocks 1 --grid 1 --block-rank 1 --draws 9 --json";
    let flat = json(folder.path(), line);
    assert_eq!(flat["local"]["z"], Value::Null);
    assert_eq!(flat["local"]["p"], 1.0);
}

#[test]
fn an_order_that_was_found_is_looked_at_with_order() {
    let folder = tempfile::tempdir().unwrap();
    let source = "synthetic:block-low-rank:rows=16,cols=12 --shuffle 5";
    let line = format!("order {source} --grid 2 --block-rank 2 --starts 6 --json --out order.json");
    let found = json(folder.path(), &line);
    assert!(number(&found["error_after"]) <= number(&found["error_before"]));
    let localized = |line: &str| {
        let found = json(folder.path(), line);
        let methods = found["methods"].as_array().unwrap();
        let one = methods.iter().find(|one| one["method"] == "localized");
        number(&one.unwrap()["error"])
    };
    let settings = "--grid 2 --block-rank 2 --json";
    let before = localized(&format!("approximate {source} {settings}"));
    assert!((before - number(&found["error_before"])).abs() < 1e-12);
    let after = localized(&format!(
        "approximate {source} {settings} --order order.json"
    ));
    assert!(
        (after - number(&found["error_after"])).abs() < 1e-9,
        "{after} {found}"
    );
    // What --json prints is an order too.
    std::fs::write(folder.path().join("printed.json"), found.to_string()).unwrap();
    let again = localized(&format!(
        "approximate {source} {settings} --order printed.json"
    ));
    assert_eq!(again, after);
}

#[test]
fn an_order_that_is_none_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("o.json"), text).unwrap();
    let order = |rows: &str, cols: &str| format!(r#"{{"row_order": {rows}, "col_order": {cols}}}"#);
    for (text, status, told) in [
        (order("[0, 1]", "[1, 0]"), 1, "the order is for 2 × 2"),
        (order("[0, 0]", "[0]"), 2, "row_order names 0 twice"),
        (
            order("[0, 2]", "[0]"),
            2,
            "row_order names 2, and its last place is 1",
        ),
        ("{}".to_owned(), 2, "this is no order (missing field"),
        ("PNG".to_owned(), 2, "this is no order (expected value"),
        (
            order("[0]", "[0]").replacen('{', r#"{"version": 9,"#, 1),
            2,
            "this order was written by a newer version; update the program: o.json",
        ),
    ] {
        write(&text);
        refuse(
            folder.path(),
            "approximate mnist:test:1 --order o.json",
            status,
            told,
        );
    }
}

#[test]
fn project_sets_errors_of_the_matrix_beside_accuracies() {
    let folder = tempfile::tempdir().unwrap();
    let line = "project --preset quick --epochs 1 --layouts lora --ranks 2,8,32 --json";
    let found = json(folder.path(), line);
    let points = found["projections"].as_array().unwrap();
    assert_eq!(points.len(), 3);
    let errors: Vec<f64> = points
        .iter()
        .map(|one| number(&one["matrix_error"]))
        .collect();
    assert!(errors.is_sorted_by(|a, b| a > b), "{errors:?}");
    for one in points {
        let accuracy = number(&one["accuracy_projected"]);
        assert!((20.0..=100.0).contains(&accuracy), "{one}");
        assert!(number(&one["accuracy_trained"]) > 20.0, "{one}");
    }
    let correlations = found["correlations"].as_array().unwrap();
    assert_eq!(correlations.len(), 5, "four layouts and all");
}

#[test]
fn the_atlas_ranks_every_structure_within_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let line = "atlas mnist:test:1 --budget 224 --json --figure atlas.svg";
    let found = json(folder.path(), line);
    assert_eq!(found["budget"], 224);
    let structures = found["structures"].as_array().unwrap();
    let missing = found["missing"].as_array().unwrap();
    assert_eq!(structures.len() + missing.len(), 11);
    let errors: Vec<f64> = structures.iter().map(|one| number(&one["error"])).collect();
    let sorted = |pair: &[f64]| pair[0] <= pair[1] * (1.0 + 1e-12);
    assert!(errors.windows(2).all(sorted), "{errors:?}");
    let one = |method: &str| {
        let mut all = structures.iter();
        all.find(|one| one["method"] == method).unwrap()
    };
    // Table I: LoRA has nothing to be chosen, and of the grids K = 2 is the best.
    assert_eq!(format!("{:.4}", number(&one("lora")["error"])), "0.2313");
    assert_eq!(
        format!("{:.4}", number(&one("localized")["error"])),
        "0.2119"
    );
    assert_eq!(one("localized")["grid"], 2);
    for structure in structures {
        assert!(structure["spent"].as_u64().unwrap() <= 224, "{structure}");
        let curve = structure["curve"].as_array().unwrap();
        let last = number(&curve.last().unwrap()["error"]);
        assert!((last - number(&structure["error"])).abs() < 1e-12);
    }
    // The same settings, asked for by themselves, give the same error.
    let monarch = one("monarch");
    let [l, k, rank] =
        ["row_classes", "column_blocks", "rank"].map(|name| monarch[name].as_u64().unwrap());
    let add = format!("--add monarch:row_classes={l},column_blocks={k},rank={rank} --json");
    let again = json(folder.path(), &format!("approximate mnist:test:1 {add}"));
    let methods = again["methods"].as_array().unwrap();
    assert_eq!(methods.last().unwrap()["error"], monarch["error"]);
    assert!(folder.path().join("atlas.svg").exists());
    let charged = json(
        folder.path(),
        "atlas mnist:test:1 --budget 224 --charge-structure --json",
    );
    for structure in charged["structures"].as_array().unwrap() {
        let numbers = structure["structure_bits"].as_u64().unwrap().div_ceil(32);
        let params = structure["params"].as_u64().unwrap();
        assert_eq!(structure["spent"].as_u64().unwrap(), params + numbers);
        assert!(params + numbers <= 224, "{structure}");
    }
}

/// An atlas has settings of its own: what those of the session cannot afford is nothing to it.
#[test]
fn an_atlas_of_a_small_budget_leaves_nothing_out_that_it_ranks() {
    let folder = tempfile::tempdir().unwrap();
    for budget in [20, 56, 100] {
        let output = super::run(
            folder.path(),
            &format!("atlas mnist:test:1 --budget {budget} --json"),
        );
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{budget}: {errors}");
        assert!(!errors.contains("left out"), "{budget}: {errors}");
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(!found["structures"].as_array().unwrap().is_empty());
    }
    // One block at LoRA's rank is LoRA: of equal ones the first method comes first.
    let found = json(folder.path(), "atlas mnist:test:1 --budget 56 --json");
    let structures = found["structures"].as_array().unwrap();
    let place = |method: &str| {
        let mut all = structures.iter();
        all.position(|one| one["method"] == method).unwrap()
    };
    let error = |method: &str| number(&structures[place(method)]["error"]);
    assert!((error("lora") - error("kronecker")).abs() < 1e-12);
    assert!(place("lora") < place("kronecker"), "{found}");
}

#[test]
fn claims_without_a_number_are_told_beside_json_too() {
    let folder = tempfile::tempdir().unwrap();
    let output = super::run(folder.path(), "claims --json");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("need a sweep"), "{errors}");
}

#[test]
fn what_does_not_hold_stands_in_the_readme_with_its_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let found = json(folder.path(), "claims --json");
    let claims = found["claims"].as_array().unwrap();
    let holds = |key: &str| {
        let mut claims = claims.iter();
        claims.find(|one| one["claim"] == key).unwrap()["holds"].clone()
    };
    for (key, expected) in [
        ("numerical_rank", "yes"),
        ("table_one", "yes"),
        ("closer_on_the_digit", "yes"),
        ("closer_on_most_digits", "no"),
        ("lower_mean_error", "no"),
        ("factors_are_smaller", "no"),
        ("parameters", "yes"),
        ("one_block_is_lora", "yes"),
        ("order_matters", "yes"),
        ("several_sizes", "yes"),
        ("ranks_for_each_block", "yes"),
        ("beats_largest_pixels", "no"),
        ("digit_is_local", "yes"),
        ("noise_is_not_local", "yes"),
        ("orders_found_in_noise", "yes"),
    ] {
        assert_eq!(holds(key), expected, "{key}");
    }
    // Nothing was trained.
    assert_eq!(holds("full_fine_tuning"), Value::Null);
    let readme = include_str!("../../README.md");
    let section = readme.split("## What does not hold").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let section = section.split_whitespace().collect::<Vec<_>>().join(" ");
    for claim in claims.iter().filter(|one| one["holds"] == "no") {
        let measured = claim["measured"].as_str().unwrap();
        let numbers = measured.split(|c: char| !(c.is_ascii_digit() || ".,".contains(c)));
        let numbers = numbers.map(|one| one.trim_matches([',', '.']));
        for number in numbers.filter(|one| !one.is_empty()) {
            assert!(section.contains(number), "{number} of {claim}");
        }
    }
}

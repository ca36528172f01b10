//! The numbers of the paper and of numpy, and the shapes of `--json`.

use std::io::Write;

use serde_json::{Value, json};

use super::{four, json_of, npy, refuse, run, succeed};

#[test]
fn table_one_comes_out_to_four_digits_in_the_promised_shape() {
    let mut found = json_of("approximate mnist:test:1 --json");
    let norm = found["norm"].take().as_f64().unwrap();
    assert!((norm - 2_513.673_805_409).abs() < 1e-6);
    for (method, error) in ["0.2313", "0.9071", "0.2119"].iter().enumerate() {
        assert_eq!(four(&found["methods"][method]["error"].take()), *error);
    }
    let share = 224.0 / 784.0;
    assert_eq!(
        found,
        json!({
            "source": "mnist:test:1", "rows": 28, "cols": 28, "rank": 15, "norm": null,
            "methods": [
                {"method": "lora", "rank": 4, "params": 224, "share": share, "structure_bits": 0, "error": null},
                {"method": "melora", "blocks": 4, "rank": 4, "params": 224, "share": share, "structure_bits": 0, "error": null},
                {"method": "localized", "grid": 2, "rank": 2, "params": 224, "share": share, "structure_bits": 0, "error": null},
            ],
        })
    );
}

#[test]
fn adaptive_ranks_are_a_grid_and_cost_what_they_say() {
    let found = json_of("approximate mnist:test:5 --grid 4 --budget 224 --adaptive --json");
    let one = &found["methods"][3];
    assert_eq!(one["method"], "localized_adaptive");
    assert_eq!(one["grid"], 4);
    let ranks: Vec<Vec<u64>> = serde_json::from_value(one["ranks"].clone()).unwrap();
    assert!(ranks.len() == 4 && ranks.iter().all(|row| row.len() == 4));
    // 28 / 4 = 7 rows and 7 columns for each triplet.
    let cost = ranks.iter().flatten().sum::<u64>() * 14;
    assert_eq!(one["params"], cost);
    assert!(cost <= 224);
    assert!(one["error"].as_f64() <= found["methods"][2]["error"].as_f64());
}

#[test]
fn a_budget_gives_every_method_the_largest_rank_it_pays_for() {
    let found = json_of("approximate mnist:test:1 --budget 336 --grid 3 --json");
    let ranks = [0, 1, 2].map(|method| found["methods"][method]["rank"].as_u64().unwrap());
    // A rank costs 56, 56 and 3 · 56 parameters.
    assert_eq!(ranks, [6, 6, 2]);
    let halved = json_of("approximate mnist:test:1 --budget 448 --rule section-2e --json");
    let params = [0, 1, 2].map(|method| halved["methods"][method]["params"].as_u64().unwrap());
    assert_eq!(params, [448, 112, 112]);
}

#[test]
fn a_budget_that_one_method_cannot_use_leaves_it_out_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "approximate mnist:test:1 --budget 60 --json");
    assert!(output.status.success());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["methods"].as_array().unwrap().len(), 2);
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert!(remarks.contains("Localized LoRA is left out"), "{remarks}");
}

#[test]
fn the_best_grid_is_never_worse_than_any_other() {
    let best = json_of("approximate mnist:test:0 --budget 224 --best-grid --json");
    let best = best["methods"][2]["error"].as_f64().unwrap();
    for grid in 1..=4 {
        let other = json_of(&format!(
            "approximate mnist:test:0 --budget 224 --grid {grid} --json"
        ));
        assert!(best <= other["methods"][2]["error"].as_f64().unwrap());
    }
}

#[test]
fn shuffling_leaves_lora_alone_and_hurts_localized() {
    let plain = json_of("approximate mnist:test:1 --json");
    let shuffled = json_of("approximate mnist:test:1 --shuffle 3 --json");
    let error = |found: &Value, method: usize| found["methods"][method]["error"].as_f64().unwrap();
    assert!((error(&plain, 0) - error(&shuffled, 0)).abs() < 1e-12);
    assert!(error(&shuffled, 2) > 1.2 * error(&plain, 2));
    let home = json_of("approximate mnist:test:1 --shift 3,-2 --json");
    assert!((error(&plain, 0) - error(&home, 0)).abs() < 1e-12);
}

#[test]
fn a_matrix_minus_itself_is_met_exactly() {
    let found = json_of("approximate mnist:test:1 --subtract mnist:test:1 --json");
    assert_eq!(found["norm"], 0.0);
    assert_eq!(found["rank"], 0);
    assert_eq!(found["methods"][0]["error"], 0.0);
}

#[test]
fn defaults_are_lowered_to_a_small_matrix_and_given_settings_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let small = "approximate synthetic:noise:rows=3,cols=2";
    let text = succeed(folder.path(), small);
    assert!(
        text.contains("N lowered from 4 to 2 to fit the 3 × 2 matrix"),
        "{text}"
    );
    let found = json_of(&format!("{small} --json"));
    assert_eq!(found["methods"][1]["blocks"], 2);
    assert_eq!(found["methods"][0]["rank"], 2);
    refuse(
        folder.path(),
        &format!("{small} --blocks 4"),
        2,
        "N = 4 does not fit a 3 × 2 matrix",
    );
}

#[test]
fn added_structures_carry_the_names_of_their_settings() {
    let found = json_of(
        "approximate mnist:test:1 --json --add monarch:row_classes=4,column_blocks=4,rank=1 \
         --add sparse:entries=112 --add quadtree:price=631.8556 --add kronecker:terms=1,left_rows=2,left_cols=2",
    );
    let methods = found["methods"].as_array().unwrap();
    let of = |key: &str| methods.iter().find(|one| one["method"] == key).unwrap();
    // numpy's, to four digits.
    for (key, params, error) in [
        ("monarch", 224, "0.4414"),
        ("kronecker", 200, "0.7384"),
        ("sparse", 112, "0.2244"),
        ("quadtree", 229, "0.0620"),
    ] {
        assert_eq!(
            (of(key)["params"].as_u64(), four(&of(key)["error"])),
            (Some(params), error.to_owned())
        );
    }
    assert_eq!(of("monarch")["column_blocks"], 4);
    assert_eq!(of("kronecker")["left_rows"], 2);
    assert_eq!(of("sparse")["entries"], 112);
    // A position is one of 784.
    assert_eq!(of("sparse")["structure_bits"], 112 * 10);
    let tree = of("quadtree");
    assert_eq!(tree["price"], 631.8556);
    let leaves = tree["leaves"].as_array().unwrap();
    assert_eq!(leaves.len(), 58);
    let number = |leaf: &Value, name: &str| leaf[name].as_u64().unwrap();
    let cells: u64 = leaves
        .iter()
        .map(|leaf| number(leaf, "rows") * number(leaf, "cols"))
        .sum();
    assert_eq!(cells, 784);
    let cost = |leaf: &Value| number(leaf, "rank") * (number(leaf, "rows") + number(leaf, "cols"));
    assert_eq!(leaves.iter().map(cost).sum::<u64>(), 229);
}

#[test]
fn structure_bits_are_charged_to_budgets() {
    let plain = json_of(
        "approximate mnist:test:1 --budget 224 --add sparse --add localized_adaptive:grid=4 --json",
    );
    let charged = json_of(
        "approximate mnist:test:1 --budget 224 --add sparse --add localized_adaptive:grid=4 --charge-structure --json",
    );
    let of = |found: &Value, key: &str| {
        let methods = found["methods"].as_array().unwrap();
        let one = methods.iter().find(|one| one["method"] == key).unwrap();
        (
            one["params"].as_u64().unwrap(),
            one["structure_bits"].as_u64().unwrap(),
        )
    };
    assert_eq!(of(&plain, "sparse"), (224, 2240));
    // 170 numbers, and 1700 bits in 54 more.
    assert_eq!(of(&charged, "sparse"), (170, 1700));
    assert_eq!(of(&plain, "localized_adaptive"), (224, 48));
    assert_eq!(
        of(&charged, "localized_adaptive"),
        (210, 48),
        "15 triplets of 14"
    );
}

#[test]
fn the_table_can_be_read_by_people_spreadsheets_and_latex() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(folder.path(), "approximate mnist:test:1");
    for part in [
        "rank 15",
        "0.2313",
        "0.9071",
        "0.2119",
        "MELoRA: no smaller than dense in 4 of 4 blocks, where the factors store at least as many numbers as the block",
        "MELoRA: the error cannot fall below 0.9070, as entries outside the blocks are never approximated",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let csv = succeed(folder.path(), "approximate mnist:test:1 --csv");
    assert!(csv.starts_with(
        "method,setting,params,share,error,structure_bits\nlora,r = 4,224,0.2857142857142857,0.2313"
    ));
    let latex = succeed(folder.path(), "approximate mnist:test:1 --latex");
    assert!(
        latex.starts_with("\\begin{tabular}") && latex.contains("$r_\\mathrm{diag}=4$"),
        "{latex}"
    );
}

#[test]
fn curves_fall_pass_through_table_one_and_stop_at_the_limit() {
    let found = json_of("curve mnist:test:1 --max-params 500 --adaptive --json");
    assert_eq!(found["max_params"], 500);
    let curves = found["curves"].as_array().unwrap();
    let names: Vec<_> = curves.iter().map(|curve| curve["method"].clone()).collect();
    assert_eq!(names, ["lora", "melora", "localized", "localized_adaptive"]);
    for curve in curves {
        let points = curve["points"].as_array().unwrap();
        assert!(
            points
                .iter()
                .all(|point| point["params"].as_u64().unwrap() <= 500)
        );
        let errors: Vec<f64> = points
            .iter()
            .map(|p| p["error"].as_f64().unwrap())
            .collect();
        assert!(errors.windows(2).all(|pair| pair[0] >= pair[1] - 1e-12));
    }
    let at_224 = |curve: usize| {
        let points = curves[curve]["points"].as_array().unwrap().iter();
        points.clone().find(|point| point["params"] == 224).unwrap()["error"].clone()
    };
    assert_eq!(four(&at_224(0)), "0.2313");
    assert_eq!(four(&at_224(2)), "0.2119");
}

#[test]
fn singular_values_carry_the_norm_and_the_rank() {
    let found = json_of("curve mnist:test:1 --singular-values --json");
    let norm = found["norm"].as_f64().unwrap();
    let localized = found["methods"][2]["spectra"].as_array().unwrap();
    assert_eq!(localized.len(), 4);
    let values = localized
        .iter()
        .flat_map(|block| block["singular_values"].as_array().unwrap());
    let squares: f64 = values.map(|value| value.as_f64().unwrap().powi(2)).sum();
    assert!((squares.sqrt() / norm - 1.0).abs() < 1e-12);
}

#[test]
fn localized_is_better_than_lora_on_three_quarters_of_the_fives() {
    let found = json_of("dataset --digit 5 --json");
    assert_eq!(found["split"], "test");
    assert_eq!(found["count"], 892);
    assert_eq!(found["localized_beats_lora"], 0.75);
    assert_eq!(found["localized_equals_lora"], 0.0);
    assert_eq!(found["by_digit"].as_array().unwrap().len(), 1);
    assert_eq!(
        found["by_digit"][0]["mean_error"]
            .as_object()
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn the_data_set_gives_numpys_means_and_shares() {
    let found = json_of("dataset --adaptive --adaptive-grid 4 --adaptive-budget 224 --json");
    assert_eq!(found["count"], 10_000);
    let means = [0, 1, 2, 3].map(|method| four(&found["methods"][method]["mean_error"]));
    assert_eq!(means, ["0.2316", "0.8028", "0.2361", "0.1160"]);
    assert_eq!(four(&found["localized_beats_lora"]), "0.4736");
    assert_eq!(found["localized_equals_lora"], 0.004);
    let [zeros, ones] = [0, 1].map(|digit| &found["by_digit"][digit]);
    // The 40 images that both methods meet exactly are all ones.
    assert_eq!(
        (four(&ones["localized_equals_lora"]), ones["count"].as_u64()),
        (format!("{:.4}", 40.0 / 1135.0), Some(1135))
    );
    assert_eq!(zeros["localized_equals_lora"], 0.0);
    assert_eq!(
        (zeros["digit"].as_u64(), zeros["count"].as_u64()),
        (Some(0), Some(980))
    );
    assert_eq!(
        format!("{:.2}", zeros["localized_beats_lora"].as_f64().unwrap()),
        "0.09"
    );
    let counted = found["by_digit"].as_array().unwrap().iter();
    assert_eq!(
        counted
            .map(|one| one["count"].as_u64().unwrap())
            .sum::<u64>(),
        10_000
    );
}

#[test]
fn files_of_all_kinds_are_approximated() {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = std::fs::File::create(folder.path().join("eye.csv")).unwrap();
    for row in 0..4 {
        let cells: Vec<_> = (0..4)
            .map(|col| if row == col { "1" } else { "0" })
            .collect();
        writeln!(csv, "{}", cells.join(",")).unwrap();
    }
    drop(csv);
    let eye: Vec<u8> = (0..16)
        .flat_map(|cell| f64::from(u8::from(cell % 5 == 0)).to_le_bytes())
        .collect();
    std::fs::write(folder.path().join("eye.npy"), npy("<f8", "(4, 4)", &eye)).unwrap();
    for name in ["eye.csv", "eye.npy"] {
        let text = succeed(
            folder.path(),
            &format!("approximate {name} --rank 1 --json"),
        );
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (&found["rank"], &found["norm"]),
            (&json!(4), &json!(2.0)),
            "{name}"
        );
        // Three of four ones are left; MELoRA's four diagonal blocks meet the identity exactly.
        assert_eq!(
            four(&found["methods"][0]["error"]),
            format!("{:.4}", 0.75_f64.sqrt())
        );
        assert_eq!(found["methods"][1]["error"], 0.0);
    }
}

#[test]
fn the_factors_of_a_block_multiply_to_what_is_kept_of_it() {
    let found = json_of("approximate mnist:test:1 --show factors --of lora --json");
    let numbers = |name: &str| -> Vec<Vec<f64>> {
        serde_json::from_value(found[name].clone()).expect("rows of numbers")
    };
    let (b, a) = (numbers("b"), numbers("a"));
    assert_eq!((b.len(), b[0].len(), a.len(), a[0].len()), (28, 4, 4, 28));
    assert_eq!(found["params"], 224);
    let product = |i: usize, j: usize| (0..4).map(|k| b[i][k] * a[k][j]).sum::<f64>();
    let cells = (0..28).flat_map(|i| (0..28).map(move |j| (i, j)));
    let energy: f64 = cells.map(|(i, j)| product(i, j).powi(2)).sum();
    let terms = found["terms"].as_array().expect("four");
    let shares = terms
        .iter()
        .map(|term| term["energy_share"].as_f64().unwrap());
    let norm = found["norm"].as_f64().unwrap();
    assert!((energy / (norm * norm) - shares.sum::<f64>()).abs() < 1e-9);
    assert_eq!(four(&terms[3]["error"]), "0.2313");
    let folder = tempfile::tempdir().unwrap();
    let line = "approximate mnist:test:1 --show factors --of melora --block 5";
    refuse(folder.path(), line, 2, "MELoRA has 4 blocks here");
}

/// A budget is spent on what a matrix has, not on what rounding left of it; and no budget is too large.
#[test]
fn large_budgets_buy_the_rank_and_leave_the_rest() {
    let largest = usize::MAX;
    for budget in [100_000, largest] {
        let line = format!(
            "approximate mnist:test:1 --adaptive --adaptive-grid 1 --adaptive-budget {budget} --add \
             quadtree:budget={budget} --json"
        );
        let found = super::json_of(&line);
        let methods = found["methods"].as_array().unwrap();
        let of = |key: &str| {
            let mut all = methods.iter();
            all.find(|one| one["method"] == key).unwrap()
        };
        // Rank 15 of 28 + 28 each.
        assert_eq!(of("localized_adaptive")["params"], 840, "{budget}");
        assert!(of("quadtree")["error"].as_f64().unwrap() < 1e-12);
    }
    super::json_of(&format!("atlas mnist:test:1 --budget {largest} --json"));
    super::json_of(&format!(
        "approximate mnist:test:1 --budget {largest} --rule section-2e --json"
    ));
}

/// Only the first singular values of a large matrix are known, and so is its rank.
#[test]
fn the_rank_of_a_truncated_spectrum_is_marked_as_a_lower_bound() {
    let large = json_of("approximate synthetic:low-rank:rows=2100,cols=2000 --json");
    assert!(large["truncated"]["kept"].as_u64().unwrap() < 2000);
    assert_eq!(large["rank_is_at_least"], serde_json::json!(true));
    let whole = json_of("approximate mnist:test:1 --json");
    assert_eq!(whole["rank"], serde_json::json!(15));
    assert!(whole.get("rank_is_at_least").is_none());
}

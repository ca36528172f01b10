//! Adapters in the forms that have no file of their library here: made by hand, held to a direct sum over their
//! definition, and the forms that look like one and mean another.

use std::fs;
use std::path::Path;

use localized_lora::source::{LoadedMatrix, SourceError};
use nalgebra::DMatrix;
use serde_json::{Value, json};

use super::{read, refused};

/// A tensor of small numbers that no two have alike.
struct Tensor {
    name: &'static str,
    shape: Vec<usize>,
    values: Vec<f32>,
}

fn tensor(name: &'static str, shape: &[usize]) -> Tensor {
    let seed: usize = name.bytes().map(usize::from).sum();
    let value = |at: usize| ((at * 37 + seed * 11) % 101) as f32 / 16.0 - 3.0;
    Tensor {
        name,
        shape: shape.to_vec(),
        values: (0..shape.iter().product()).map(value).collect(),
    }
}

impl Tensor {
    fn at(&self, place: &[usize]) -> f64 {
        let places = place.iter().zip(&self.shape);
        f64::from(self.values[places.fold(0, |at, (place, side)| at * side + place)])
    }
}

fn write(folder: &Path, config: Option<Value>, tensors: &[&Tensor]) {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for tensor in tensors {
        let begin = data.len();
        data.extend(tensor.values.iter().flat_map(|value| value.to_le_bytes()));
        header.insert(
            tensor.name.to_owned(),
            json!({"dtype": "F32", "shape": tensor.shape, "data_offsets": [begin, data.len()]}),
        );
    }
    // Sorted by name, as serde_json has them, so the places are given in that order too.
    let text = Value::Object(header).to_string();
    let mut file = (text.len() as u64).to_le_bytes().to_vec();
    file.extend(text.bytes());
    file.extend(data);
    fs::write(folder.join("adapter_model.safetensors"), file).unwrap();
    if let Some(config) = config {
        fs::write(folder.join("adapter_config.json"), config.to_string()).unwrap();
    }
}

fn layer(folder: &Path, name: &str) -> Result<LoadedMatrix, SourceError> {
    read(&format!("{}#{name}", folder.display()))
}

#[track_caller]
fn same(found: Result<LoadedMatrix, SourceError>, expected: &DMatrix<f64>) -> String {
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found.matrix.shape(), expected.shape());
    let apart = (&found.matrix - expected).norm();
    assert!(apart < 1e-12 * expected.norm(), "{apart:e}");
    found.notes.join("; ")
}

/// Of the patterns that match a module PEFT takes the first of the file.
#[test]
fn patterns_are_tried_in_the_order_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let down = tensor("base_model.model.l.q.lora_A.weight", &[2, 3]);
    let up = tensor("base_model.model.l.q.lora_B.weight", &[4, 2]);
    write(folder.path(), Some(json!({})), &[&down, &up]);
    let plain = DMatrix::from_fn(4, 3, |row, col| -> f64 {
        (0..2).map(|t| up.at(&[row, t]) * down.at(&[t, col])).sum()
    });
    for (patterns, alpha) in [
        (r#"{"q": 6, "l.q": 8}"#, 6.0),
        (r#"{"l.q": 8, "q": 6}"#, 8.0),
    ] {
        let config = format!(
            r#"{{"peft_type": "LORA", "r": 9, "rank_pattern": {{"x": 1, "q": 2, "l.q": 3}}, "lora_alpha": 1, "alpha_pattern": {patterns}}}"#
        );
        fs::write(folder.path().join("adapter_config.json"), config).unwrap();
        same(layer(folder.path(), "l.q"), &(&plain * (alpha / 2.0)));
    }
}

/// Both dialects store the same tensors: the authors' r counts the general part, and so does their scale.
#[test]
fn both_dialects_of_gralora_are_told_apart() {
    let (k, inputs, outputs, rank, hybrid) = (2, 3, 4, 2, 1);
    let columns = k * rank;
    let a = tensor("base_model.model.l.gralora_A", &[k, inputs, columns]);
    let b = tensor("base_model.model.l.gralora_B", &[k, columns, outputs]);
    let down = tensor(
        "base_model.model.l.gralora_A_general.weight",
        &[hybrid, k * inputs],
    );
    let up = tensor(
        "base_model.model.l.gralora_B_general.weight",
        &[k * outputs, hybrid],
    );
    let plain = DMatrix::from_fn(k * outputs, k * inputs, |row, col| {
        let ((j, y), (i, x)) = ((row / outputs, row % outputs), (col / inputs, col % inputs));
        let block: f64 = (0..rank)
            .map(|t| b.at(&[j, i * rank + t, y]) * a.at(&[i, x, j * rank + t]))
            .sum();
        block + up.at(&[row, 0]) * down.at(&[0, col])
    });
    let folder = tempfile::tempdir().unwrap();
    let tensors = [&a, &b, &down, &up];
    let config = |r: usize, alpha: &str| json!({"peft_type": "GRALORA", "r": r, "gralora_k": k, "hybrid_r": hybrid, alpha: 10});
    write(folder.path(), Some(config(columns, "alpha")), &tensors);
    let told = same(layer(folder.path(), "l"), &(&plain * 2.0));
    assert!(told.contains("alpha 10 / (r 4 + hybrid_r 1)"), "{told}");
    write(
        folder.path(),
        Some(config(columns + hybrid, "gralora_alpha")),
        &tensors,
    );
    let told = same(layer(folder.path(), "l"), &(&plain * 2.0));
    assert!(told.contains("gralora_alpha 10 / r 5"), "{told}");
    // The other reading does not fit the tensors.
    write(
        folder.path(),
        Some(config(columns, "gralora_alpha")),
        &tensors,
    );
    refused(
        layer(folder.path(), "l"),
        &["its configuration gives 3 columns"],
    );
    let mut both = config(columns, "alpha");
    both["gralora_alpha"] = json!(10);
    write(folder.path(), Some(both), &tensors);
    refused(layer(folder.path(), "l"), &["alpha", "gralora_alpha"]);
}

#[test]
fn melora_has_a_rank_and_a_scale_for_each_block() {
    let a0 = tensor("base_model.model.l.lora_A.0.weight", &[1, 3]);
    let a1 = tensor("base_model.model.l.lora_A.1.weight", &[2, 3]);
    let b0 = tensor("base_model.model.l.lora_B.0.weight", &[2, 1]);
    let b1 = tensor("base_model.model.l.lora_B.1.weight", &[2, 2]);
    let expected = DMatrix::from_fn(4, 6, |row, col| match (row / 2, col / 3) {
        (0, 0) => 3.0 * b0.at(&[row, 0]) * a0.at(&[0, col]),
        (1, 1) => (0..2)
            .map(|t| 0.5 * b1.at(&[row - 2, t]) * a1.at(&[t, col - 3]))
            .sum(),
        _ => 0.0,
    });
    let folder = tempfile::tempdir().unwrap();
    let config = json!({"peft_type": "MELORA", "r": [1, 2], "lora_alpha": [3, 1]});
    write(folder.path(), Some(config), &[&a0, &a1, &b0, &b1]);
    same(layer(folder.path(), "l.weight"), &expected);
    let config = json!({"peft_type": "MELORA", "r": [2, 2], "lora_alpha": [3, 1]});
    write(folder.path(), Some(config), &[&a0, &a1, &b0, &b1]);
    refused(
        layer(folder.path(), "l.weight"),
        &["r is 2 in its configuration and 1"],
    );
}

/// LyCORIS takes 1 where both factors of LoKr are whole, PEFT always alpha / r.
#[test]
fn the_scale_of_lokr_depends_on_who_wrote_it() {
    let w1 = tensor("l.lokr_w1", &[2, 2]);
    let w2 = tensor("l.lokr_w2", &[3, 2]);
    let alpha = Tensor {
        name: "l.alpha",
        shape: Vec::new(),
        values: vec![8.0],
    };
    let kron = |scale: f64| {
        DMatrix::from_fn(6, 4, |row, col| {
            scale * w1.at(&[row / 3, col / 2]) * w2.at(&[row % 3, col % 2])
        })
    };
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), None, &[&alpha, &w1, &w2]);
    let told = same(layer(folder.path(), "l"), &kron(1.0));
    assert!(told.contains("both factors are whole"), "{told}");
    let config = json!({"peft_type": "LOKR", "r": 4, "alpha": 8});
    write(folder.path(), Some(config), &[&w1, &w2]);
    same(layer(folder.path(), "l"), &kron(2.0));
}

#[test]
fn an_alpha_of_zero_is_none_for_kohya() {
    let down = tensor("u.lora_down.weight", &[2, 3]);
    let up = tensor("u.lora_up.weight", &[4, 2]);
    let product = DMatrix::from_fn(4, 3, |row, col| {
        (0..2).map(|t| up.at(&[row, t]) * down.at(&[t, col])).sum()
    });
    for (alpha, scale) in [(0.0, 1.0), (6.0, 3.0)] {
        let alpha = Tensor {
            name: "u.alpha",
            shape: vec![1],
            values: vec![alpha],
        };
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), None, &[&alpha, &down, &up]);
        same(layer(folder.path(), "u"), &(&product * scale));
    }
}

#[test]
fn what_looks_like_lora_and_is_no_update_is_refused() {
    let a = tensor("base_model.model.l.lora_A.weight", &[2, 3]);
    let b = tensor("base_model.model.l.lora_B.weight", &[4, 2]);
    for (key, value, word) in [
        ("init_lora_weights", json!("pissa_niter_4"), "pissa"),
        ("init_lora_weights", json!("olora"), "not the update"),
        ("use_bdlora", json!({"nblocks": 2}), "BD-LoRA"),
        ("use_gralora", json!(true), "GraLoRA"),
        ("use_qalora", json!(true), "QALoRA"),
        ("target_parameters", json!(["experts.w"]), "experts"),
    ] {
        let mut config = json!({"peft_type": "LORA", "r": 2, "lora_alpha": 2});
        config[key] = value;
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), Some(config), &[&a, &b]);
        refused(layer(folder.path(), "l"), &[word]);
    }
    let gaussian =
        json!({"peft_type": "LORA", "r": 2, "lora_alpha": 2, "init_lora_weights": "gaussian"});
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), Some(gaussian), &[&a, &b]);
    assert!(layer(folder.path(), "l").is_ok());
}

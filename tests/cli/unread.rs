//! Models of which a part cannot be read: a scan never passes over it without a word.

use std::fs;

use serde_json::json;

use super::scans::{cells, model, read_json};
use super::{refuse, run, succeed};

#[test]
fn arrays_of_a_missing_shard_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let layer = |name| (name, (16, 16), cells(16, 16, 1));
    model(
        &folder.path().join("one.safetensors"),
        "F32",
        &[layer("a.weight")],
    );
    let index = json!({"weight_map": {
        "a.weight": "one.safetensors",
        "b.weight": "two.safetensors", "c.weight": "two.safetensors", "d.weight": "two.safetensors",
        "e.weight": "two.safetensors",
    }});
    let path = folder.path().join("m.safetensors.index.json");
    fs::write(path, index.to_string()).unwrap();
    let scan = "scan m.safetensors.index.json --draws 0";
    let told = "left out b.weight, c.weight, d.weight and 1 more: file not found;";
    for line in [scan, "adapter m.safetensors.index.json --rank 1 --out a"] {
        let text = succeed(folder.path(), line);
        assert!(text.contains(told), "{text}");
    }
    succeed(folder.path(), &format!("{scan} --out s.json"));
    let found = read_json(&folder.path().join("s.json"));
    assert_eq!(found["arrays"], json!(5));
    assert_eq!(found["skipped"].as_array().unwrap().len(), 4);
    let told = "there is nothing to scan, b.weight is left out (file not found;";
    refuse(folder.path(), &format!("{scan} --layers b*"), 1, told);
    // Once it is there, the scan goes on with it.
    let arrays = ["b.weight", "c.weight", "d.weight", "e.weight"].map(layer);
    model(&folder.path().join("two.safetensors"), "F32", &arrays);
    succeed(folder.path(), &format!("{scan} --out s.json --resume"));
    let found = read_json(&folder.path().join("s.json"));
    assert_eq!(found["layers"].as_array().unwrap().len(), 5);
    assert_eq!(found["skipped"], json!([]));
    // And when it is lost again, its layers are not called gone.
    fs::remove_file(folder.path().join("two.safetensors")).unwrap();
    let output = run(
        folder.path(),
        &format!("{scan} --out s.json --resume --csv"),
    );
    let notes = String::from_utf8(output.stderr).unwrap();
    let told =
        "layers that the model still has and that can no longer be scanned are dropped: b.weight";
    assert!(notes.contains(told), "{notes}");
    model(&folder.path().join("two.safetensors"), "F32", &arrays);
    fs::rename(
        folder.path().join("two.safetensors"),
        folder.path().join("tuned.safetensors"),
    )
    .unwrap();
    let base = "scan tuned.safetensors --draws 0 --subtract m.safetensors.index.json";
    let told = "(its base cannot be read, because file not found;";
    refuse(folder.path(), base, 1, told);
}

/// The factors of an update are no layers, least of all where the update cannot be known.
#[test]
fn the_factors_of_an_unknown_update_are_not_scanned() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("adapter_model.safetensors");
    let factors = [
        ("base_model.model.q.lora_A.weight", (8, 16), cells(8, 16, 0)),
        ("base_model.model.q.lora_B.weight", (16, 8), cells(16, 8, 1)),
    ];
    model(&path, "F32", &factors);
    let line = "scan adapter_model.safetensors --draws 0";
    let told = "there is nothing to scan, q is left out (this holds an adapter without its adapter_config.json";
    refuse(folder.path(), line, 1, told);
    let whole = (
        "base_model.model.q.base_layer.weight",
        (16, 16),
        cells(16, 16, 2),
    );
    let [a, b] = factors;
    model(&path, "F32", &[a, b, whole]);
    let text = succeed(folder.path(), line);
    assert!(text.contains("1 layer in"), "{text}");
    assert!(
        text.contains("left out q: this holds an adapter without"),
        "{text}"
    );
}

#[test]
fn a_number_of_random_orders_that_nobody_waits_for_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let line = "scan m.safetensors --draws 1000001";
    refuse(
        folder.path(),
        line,
        2,
        "write a whole number from 0 to 1000000",
    );
}

#[test]
fn a_file_that_holds_no_model_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("t.csv"), "1,2\n3,4\n").unwrap();
    let told = "arrays are listed of NPY, NPZ, safetensors or Octave text files";
    refuse(folder.path(), "scan t.csv", 1, told);
}

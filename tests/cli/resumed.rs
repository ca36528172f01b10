//! Scans that are continued after their model has changed, and by two at a time.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use localized_lora::analysis::{Scan, ScanSettings, ScanTargets, read_scan};
use localized_lora::source::Limits;
use localized_lora::store::Lock;
use serde_json::{Value, json};

use super::scans::{cells, model, read_json, two_layers};
use super::{refuse, run, succeed};

const LINE: &str = "scan m.safetensors --draws 20 --out s.json";

/// Runs with `--resume`; its notes, and the file's layers by name.
fn resumed(folder: &Path, line: &str) -> (String, Vec<(String, Value)>) {
    let output = run(folder, &format!("{line} --resume --csv"));
    let notes = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{notes}");
    let layers = read_json(&folder.join("s.json"))["layers"].clone();
    let layers = layers.as_array().unwrap().iter();
    let named = layers.map(|layer| (layer["layer"].as_str().unwrap().to_owned(), layer.clone()));
    (notes, named.collect())
}

/// A mark on a layer's numbers that a scan would not make, and a check does not see.
fn mark(path: &Path, layer: usize) {
    let mut scan = read_json(path);
    let z = scan["layers"][layer]["locality"]["z"].as_f64().unwrap();
    scan["layers"][layer]["locality"]["z"] = json!(z + 1e-7);
    fs::write(path, scan.to_string()).unwrap();
}

#[test]
fn only_layers_that_have_changed_are_scanned_again() {
    let folder = tempfile::tempdir().unwrap();
    let (m, s) = (
        folder.path().join("m.safetensors"),
        folder.path().join("s.json"),
    );
    let tall = || ("h.1.tall.weight", (40, 16), cells(40, 16, 2));
    let gone = ("h.2.gone.weight", (16, 16), cells(16, 16, 3));
    let wide = ("h.0.wide.weight", (24, 32), cells(24, 32, 1));
    model(&m, "F32", &[wide, tall(), gone]);
    succeed(folder.path(), LINE);
    mark(&s, 0);
    mark(&s, 1);
    let before = read_json(&s)["layers"].clone();
    // One value of the first is another, the third has left, and there is a new one of other sides.
    let mut changed = cells(24, 32, 1);
    changed[700] += 0.25;
    let new = ("h.3.new.weight", (12, 12), cells(12, 12, 4));
    let changed = ("h.0.wide.weight", (24, 32), changed);
    model(&m, "F32", &[changed.clone(), tall(), new.clone()]);
    let (notes, layers) = resumed(folder.path(), LINE);
    for told in [
        "layers whose values have changed since they were scanned are scanned again: h.0.wide.weight",
        "layers that the model no longer has are dropped: h.2.gone.weight",
    ] {
        assert!(notes.contains(told), "{told} in {notes}");
    }
    assert!(!notes.contains("tall"), "{notes}");
    let names: Vec<&str> = layers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["h.0.wide.weight", "h.1.tall.weight", "h.3.new.weight"]
    );
    assert_eq!(layers[1].1, before[1], "it was not measured again");
    succeed(
        folder.path(),
        "scan m.safetensors --draws 20 --out fresh.json",
    );
    let fresh = read_json(&folder.path().join("fresh.json"))["layers"].clone();
    assert_eq!([&layers[0].1, &layers[2].1], [&fresh[0], &fresh[2]]);
    // Another shape is another layer too.
    let turned = ("h.0.wide.weight", (32, 24), cells(32, 24, 1));
    model(&m, "F32", &[turned, tall(), new]);
    let (notes, layers) = resumed(folder.path(), LINE);
    assert!(notes.contains("scanned again: h.0.wide.weight"), "{notes}");
    assert_eq!(layers[0].1["rows"], json!(32));
}

#[test]
fn a_layer_whose_base_has_changed_is_scanned_again() {
    let folder = tempfile::tempdir().unwrap();
    let base = |seed: usize| {
        let arrays = [("h.0.wide.weight", (24, 32), cells(24, 32, seed))];
        model(&folder.path().join("base.safetensors"), "F32", &arrays);
    };
    two_layers(folder.path());
    base(5);
    let line = format!("{LINE} --subtract base.safetensors");
    succeed(folder.path(), &line);
    mark(&folder.path().join("s.json"), 0);
    let (notes, before) = resumed(folder.path(), &line);
    assert!(!notes.contains("scanned again"), "{notes}");
    base(6);
    let (notes, after) = resumed(folder.path(), &line);
    assert!(notes.contains("scanned again: h.0.wide.weight"), "{notes}");
    assert_ne!(before[0].1["norm"], after[0].1["norm"]);
}

#[test]
fn what_an_older_version_wrote_is_read_and_scanned_again() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    succeed(folder.path(), LINE);
    let path = folder.path().join("s.json");
    let mut old = read_json(&path);
    for layer in old["layers"].as_array_mut().unwrap() {
        layer.as_object_mut().unwrap().remove("digest");
    }
    fs::write(&path, old.to_string()).unwrap();
    succeed(folder.path(), "plan s.json --params 1000");
    // It joins the same scan of this version.
    succeed(
        folder.path(),
        "scan m.safetensors --draws 20 --out new.json",
    );
    let merged = succeed(folder.path(), "scan --merge s.json new.json --json");
    let merged: Value = serde_json::from_str(&merged).unwrap();
    assert!(merged["layers"][0]["digest"].is_string(), "{merged}");
    let (notes, layers) = resumed(folder.path(), LINE);
    let told = "layers of which an older version kept no digest to compare are scanned again: h.0.wide.weight \
                and h.1.tall.weight";
    assert!(notes.contains(told), "{notes}");
    assert!(layers.iter().all(|(_, layer)| layer["digest"].is_string()));
}

/// Layers that another run asked for stay, as long as the model has them so.
#[test]
fn layers_that_are_not_asked_for_stay_while_they_are_the_models() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    succeed(folder.path(), &format!("{LINE} --layers *wide*"));
    let (notes, layers) = resumed(folder.path(), &format!("{LINE} --layers *tall*"));
    assert_eq!(layers.len(), 2, "{notes}");
    let arrays = [
        ("h.0.wide.weight", (24, 32), cells(24, 32, 9)),
        ("h.1.tall.weight", (40, 16), cells(40, 16, 2)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let (notes, layers) = resumed(folder.path(), &format!("{LINE} --layers *tall*"));
    let told = "are dropped, because this run does not ask for them: h.0.wide.weight";
    assert!(notes.contains(told), "{notes}");
    assert_eq!(layers.len(), 1);
}

/// What could not be measured is tried again.
#[test]
fn a_layer_that_was_left_out_is_scanned_once_it_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let write = |cell: f64| {
        let mut broken = cells(16, 16, 0);
        broken[3] = cell;
        let arrays = [("a", (16, 16), broken), ("b", (16, 16), cells(16, 16, 1))];
        model(&folder.path().join("m.safetensors"), "F32", &arrays);
    };
    write(f64::NAN);
    succeed(folder.path(), LINE);
    let path = folder.path().join("s.json");
    assert_eq!(read_json(&path)["skipped"][0]["name"], json!("a"));
    write(0.5);
    let (_, layers) = resumed(folder.path(), LINE);
    assert_eq!(layers.len(), 2);
    assert_eq!(read_json(&path)["skipped"], json!([]));
}

#[test]
fn two_scans_never_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let path = folder.path().join("s.json");
    let other = Lock::hold(&path).unwrap();
    for line in [LINE.to_owned(), format!("{LINE} --resume")] {
        refuse(folder.path(), &line, 1, "another run is writing this file");
    }
    drop(other);
    succeed(folder.path(), LINE);
    let other = Lock::hold(&path).unwrap();
    for line in [
        format!("{LINE} --resume"),
        "scan --merge s.json --out s.json".to_owned(),
    ] {
        let output = run(folder.path(), &line);
        assert!(!output.status.success(), "{line}");
    }
    drop(other);
    // Nothing but the results is left.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// What is still there under its name is not called gone.
#[test]
fn a_layer_that_can_no_longer_be_scanned_is_not_gone() {
    let folder = tempfile::tempdir().unwrap();
    let write = |rows: usize| {
        let arrays = [
            ("a.weight", (16, 16), cells(16, 16, 0)),
            ("b.weight", (rows, 16), cells(rows, 16, 1)),
        ];
        model(&folder.path().join("m.safetensors"), "F32", &arrays);
    };
    write(12);
    succeed(folder.path(), LINE);
    write(7);
    let (notes, layers) = resumed(folder.path(), LINE);
    let told =
        "layers that the model still has and that can no longer be scanned are dropped: b.weight";
    assert!(notes.contains(told), "{notes}");
    assert!(
        notes.contains("left out b.weight: 7 × 16: a side is below 8"),
        "{notes}"
    );
    assert!(!notes.contains("no longer has"), "{notes}");
    assert_eq!(layers.len(), 1);
    write(12);
    let (_, layers) = resumed(folder.path(), LINE);
    assert_eq!(layers.len(), 2, "it is scanned once it can be");
}

/// Paths that lead to one model are one, for those that are continued and those that are merged.
#[test]
fn a_model_by_another_path_is_the_same_model() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let part = |part: usize, model: &str| {
        let line = format!("scan {model} --draws 0 --part {part}/2 --out p{part}.json");
        succeed(folder.path(), &line);
    };
    part(1, "m.safetensors");
    part(2, "./m.safetensors");
    let line = "scan ./m.safetensors --draws 0 --part 1/2 --out p1.json --resume";
    succeed(folder.path(), line);
    let merged = succeed(folder.path(), "scan --merge p1.json p2.json --json");
    let merged: Value = serde_json::from_str(&merged).unwrap();
    assert_eq!(merged["layers"].as_array().unwrap().len(), 2);
    assert_eq!(
        merged["model"],
        json!("./m.safetensors"),
        "as the first names it"
    );
    fs::copy(
        folder.path().join("m.safetensors"),
        folder.path().join("n.safetensors"),
    )
    .unwrap();
    fs::remove_file(folder.path().join("p2.json")).unwrap();
    part(2, "n.safetensors");
    let told =
        "different settings (of the first, its model is ./m.safetensors); merge scans of one model";
    refuse(folder.path(), "scan --merge p1.json p2.json", 2, told);
    succeed(
        folder.path(),
        "scan m.safetensors --draws 0 --grid 2 --out other.json",
    );
    let told = "different settings (of the first, it was made with --grid 4); merge";
    refuse(folder.path(), "scan --merge p1.json other.json", 2, told);
}

/// Comparing takes a while on a large model: how far it is can be heard of, and it can be stopped.
#[test]
fn comparing_tells_how_far_it_is_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    succeed(folder.path(), LINE);
    let known = read_scan(&folder.path().join("s.json")).unwrap();
    let settings = ScanSettings {
        model: folder.path().join("m.safetensors"),
        subtract: None,
        budget_rank: 8,
        grid: 4,
        draws: 20,
        seed: 0,
    };
    let targets = ScanTargets::new(&settings, &[]).unwrap();
    let mut fractions = Vec::new();
    let mut resume = |stops: bool| {
        let keep_going = || match stops {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        Scan::new(&settings, &targets).resume(
            known.clone(),
            &targets,
            &Limits::default(),
            &keep_going,
            &mut |progress| fractions.push(progress.fraction),
        )
    };
    assert!(resume(true).unwrap_err().is_stop());
    assert!(resume(false).unwrap().notes().is_empty());
    // 24 × 32 and 40 × 16 entries.
    assert_eq!(fractions, [768.0 / 1408.0, 1.0]);
}

/// A figure of more layers than its command asks for could not be made again.
#[test]
fn what_is_shown_is_what_is_asked_for_and_the_file_keeps_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    two_layers(folder.path());
    let scan = "scan m.safetensors --draws 0";
    succeed(folder.path(), &format!("{scan} --out s.json"));
    let some = format!("{scan} --layers *wide* --figure a.svg --caption");
    let told = succeed(folder.path(), &format!("{some} --out s.json --resume"));
    assert!(
        told.contains("1 of the model’s 2 matrices is not in this scan"),
        "{told}"
    );
    let figure = fs::read(folder.path().join("a.svg")).unwrap();
    assert_eq!(
        read_json(&folder.path().join("s.json"))["layers"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    succeed(folder.path(), &some);
    let again = fs::read(folder.path().join("a.svg")).unwrap();
    assert_eq!(again, figure);
    // Its numbers can be left out.
    succeed(folder.path(), &format!("{some} --omit numbers"));
    let texts = |svg: &[u8]| String::from_utf8_lossy(svg).matches("<text").count();
    let without = fs::read(folder.path().join("a.svg")).unwrap();
    assert_eq!(texts(&without) + 1, texts(&again));
}

//! What captions and notes say of a figure is what it shows.

use std::fs;

use super::scans::{cells, model};
use super::{run, succeed};

fn caption(line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    succeed(folder.path(), &format!("{line} --caption"))
}

#[test]
fn a_view_of_one_method_names_no_other() {
    let line = "approximate mnist:test:1 --show factors --of localized --block 2";
    let told = caption(line);
    for part in [
        "Factors of MNIST test image 1 (28 × 28, rank 15)",
        "approximated by Localized LoRA (K = 2, r_block = 2)",
        "Factors: Localized LoRA, block (1, 2), 2 of 4, 14 × 14",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains("MELoRA"), "{told}");
    let ranks = caption("curve mnist:test:1 --show ranks");
    assert!(!ranks.contains("MELoRA"), "{ranks}");
    assert!(ranks.contains("Localized LoRA"), "{ranks}");
    let order = caption("order mnist:test:1 --starts 1");
    assert!(!order.contains("MELoRA"), "{order}");
    // What a figure shows whatever is left out is named all the same.
    let line = "locality mnist:test:1 --draws 20 --figure a.svg --omit melora";
    assert!(caption(line).contains("MELoRA (N = 4, r_diag = 4)"));
}

#[test]
fn a_search_names_its_matrix() {
    for line in [
        "curve mnist:test:1 --show best-grid",
        "atlas mnist:test:1 --budget 120",
    ] {
        let told = caption(line);
        let matrix = "MNIST test image 1 (28 × 28, rank 15)";
        assert!(told.contains(matrix), "{told}");
    }
}

#[test]
fn the_map_of_a_model_says_what_it_is_of() {
    let folder = tempfile::tempdir().unwrap();
    for (name, seed) in [("base", 1), ("tuned", 2)] {
        let arrays = [("h.0.a.weight", (16, 16), cells(16, 16, seed))];
        let path = folder.path().join(name).with_extension("safetensors");
        model(&path, "F32", &arrays);
    }
    let line = "scan tuned.safetensors --subtract base.safetensors --draws 20 --seed 3 --figure map.svg \
                --color stable-rank";
    let told = succeed(folder.path(), &format!("{line} --caption"));
    for part in [
        "tuned.safetensors minus base.safetensors",
        "colour: Stable rank",
        "least error at the parameters of LoRA rank 8, K = N = 4",
        "at most 20 random orders, seed 3",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let source = succeed(folder.path(), &format!("{line} --latex-caption"));
    assert!(source.contains("$K=N=4$"), "{source}");
    let drawn = fs::read_to_string(folder.path().join("map.svg")).unwrap();
    assert!(drawn.contains("colour: Stable rank"), "{drawn}");
    // Rows and columns are named beside the cells, not in footnotes.
    for name in [">h.0</text>", ">a</text>"] {
        assert!(drawn.contains(name), "{name} in {drawn}");
    }
    assert!(!drawn.contains("Columns, from the left"), "{drawn}");
}

#[test]
fn what_is_left_out_in_vain_is_told_for_every_view() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [
        ("h.0.a.weight", (16, 16), cells(16, 16, 1)),
        ("h.1.b.weight", (16, 16), cells(16, 16, 2)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    let told = |line: &str, omit: &str| {
        let line = format!("{line} --figure a.svg --omit {omit} --json");
        let output = run(folder.path(), &line);
        let notes = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{notes}");
        let note = notes.lines().find(|note| note.contains("--omit"));
        note.map(ToOwned::to_owned)
    };
    for (line, omit, idle) in [
        (
            "scan m.safetensors --draws 0",
            "table,lora,notes",
            "table,lora",
        ),
        ("dataset --digit 1", "lora,original,table", "original"),
        ("curve mnist:test:1 --show best-grid", "lora,table", "lora"),
        (
            "approximate mnist:test:1",
            "monarch,lora,original",
            "monarch",
        ),
        ("curve mnist:test:1", "original,melora", "original"),
    ] {
        let expected =
            format!("note: --omit {idle} leaves nothing out, because this figure has no such part");
        assert_eq!(told(line, omit), Some(expected), "{line}");
    }
    for (line, omit) in [
        ("approximate mnist:test:1", "lora,original,notes"),
        ("curve mnist:test:1 --show best-grid", "localized"),
        ("dataset --digit 1", "melora"),
        ("atlas mnist:test:1 --budget 224", "sparse"),
    ] {
        assert_eq!(told(line, omit), None, "{line}");
    }
    let line = "dataset --digit 1 --figure b.svg --omit melora";
    succeed(folder.path(), line);
    let drawn = fs::read_to_string(folder.path().join("b.svg")).unwrap();
    assert!(drawn.contains(">LoRA") && !drawn.contains(">MELoRA"));
    let composed =
        "compose mnist:test:1 --show approximation,best-grid --figure a.svg --omit monarch";
    let text = succeed(folder.path(), composed);
    assert!(text.contains("--omit monarch leaves nothing out"), "{text}");
}

/// Hidden characters reach neither the file's title nor its text.
#[test]
fn a_name_that_turns_the_text_is_shown_without_that() {
    let folder = tempfile::tempdir().unwrap();
    let name = "a\u{202e}b\u{200b}c\u{e0041}.csv";
    fs::write(folder.path().join(name), "1,2\n3,5\n").unwrap();
    let output = super::program(folder.path())
        .args(["approximate", name, "--figure", "a.svg", "--caption"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let drawn = fs::read_to_string(folder.path().join("a.svg")).unwrap();
    let caption = String::from_utf8(output.stdout).unwrap();
    for text in [&drawn, &caption] {
        let hidden = ['\u{202e}', '\u{200b}', '\u{e0041}'];
        assert!(!text.contains(hidden), "{text}");
    }
    let title = drawn.lines().find(|line| line.starts_with("<title>"));
    assert!(!title.unwrap().contains("&#x202e;"), "{title:?}");
}

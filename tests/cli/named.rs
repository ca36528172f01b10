//! Arrays with commas in their names, without names, and with names that fill pages.

use std::fs;

use serde_json::Value;

use super::scans::{cells, model, read_json};
use super::{program, refuse, succeed};

#[test]
fn a_comma_in_a_name_is_written_with_a_backslash() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a,b.weight", "b.weight", r"c\d.weight"];
    let arrays = names.map(|name| (name, (16, 16), cells(16, 16, name.len())));
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    for (options, wanted) in [
        (&[r"--layers=a\,b.weight"][..], &names[..1]),
        (&[r"--layers=a\,b.weight,b*"], &names[..2]),
        (&["--layers=b*", r"--layers=a\,*"], &names[..2]),
        (&[r"--layers=c\d*"], &names[2..]),
        (&["--layers= a?b.weight , c*"], &[names[0], names[2]]),
    ] {
        let line = ["scan", "m.safetensors", "--draws=0", "--json"];
        let output = program(folder.path()).args(line).args(options).output();
        let found: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
        let layers = found["layers"].as_array().unwrap().iter();
        let found: Vec<&str> = layers.map(|one| one["layer"].as_str().unwrap()).collect();
        assert_eq!(found, wanted, "{options:?}");
    }
    // The figure holds the command that makes it again.
    let output = program(folder.path())
        .args(["scan", "m.safetensors", "--draws=0", "--figure=map.svg"])
        .args([r"--layers=a\,b.weight", "--layers=b*"])
        .output();
    assert!(output.unwrap().status.success());
    let drawn = fs::read_to_string(folder.path().join("map.svg")).unwrap();
    // A shell takes one backslash of two between quotes.
    let command = r"--layers &quot;a\\,b.weight,b*&quot; --figure map.svg m.safetensors";
    assert!(drawn.contains(command), "the command is another");
    let line = r"scan m.safetensors --layers x\,y";
    refuse(
        folder.path(),
        line,
        1,
        "whose name matches x,y; the nearest are",
    );
    refuse(
        folder.path(),
        "scan m.safetensors --layers b*,",
        2,
        "write a name",
    );
}

#[test]
fn long_names_lose_their_middle_in_tables_and_sentences_only() {
    let folder = tempfile::tempdir().unwrap();
    let long = format!("h.0.{}.weight", "x".repeat(3000));
    let small = format!("h.1.{}.weight", "y".repeat(3000));
    let arrays = [
        (long.as_str(), (16, 16), cells(16, 16, 0)),
        (small.as_str(), (4, 16), cells(4, 16, 0)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
    for line in [
        "scan m.safetensors --draws 0",
        "scan m.safetensors --draws 0 --markdown",
        "scan m.safetensors --draws 0 --latex",
        "plan s.json --params 100",
        "adapter m.safetensors --rank 1 --out a",
        "arrays m.safetensors",
    ] {
        let text = succeed(folder.path(), line);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest.unwrap() < 500, "{line}: {text}");
        assert!(text.contains("xxx.weight"), "{line}: {text}");
    }
    for line in [
        "scan m.safetensors --draws 0 --csv",
        "scan m.safetensors --draws 0 --json",
        "plan s.json --params 100 --json",
        "arrays m.safetensors --json",
    ] {
        assert!(succeed(folder.path(), line).contains(&long), "{line}");
    }
}

#[test]
fn an_array_without_a_name_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let arrays = [
        ("", (16, 16), cells(16, 16, 0)),
        ("a.weight", (16, 16), cells(16, 16, 1)),
    ];
    model(&folder.path().join("m.safetensors"), "F32", &arrays);
    for line in [
        "scan m.safetensors --draws 0",
        "adapter m.safetensors --rank 2 --out a",
    ] {
        let text = succeed(folder.path(), line);
        let told = "left out an array without a name: it has no name by which it could be read";
        assert!(text.contains("a.weight") && text.contains(told), "{text}");
    }
    for source in ["m.safetensors", "m.safetensors#b"] {
        let line = format!("approximate {source}");
        refuse(folder.path(), &line, 1, "with NAME one of a.weight");
    }
    let text = succeed(folder.path(), "arrays m.safetensors");
    assert!(
        text.contains("\nan array without a name  16 × 16"),
        "{text}"
    );
    model(&folder.path().join("m.safetensors"), "F32", &arrays[..1]);
    let told = "this holds only arrays without a name; leave out #NAME";
    refuse(folder.path(), "approximate m.safetensors#b", 1, told);
    // Alone it goes by its file.
    let text = succeed(folder.path(), "arrays m.safetensors");
    assert!(text.contains("\nm.safetensors  16 × 16"), "{text}");
    let text = succeed(folder.path(), "scan m.safetensors --draws 0 --out s.json");
    assert!(text.contains("\nan array without a name"), "{text}");
    assert_eq!(
        read_json(&folder.path().join("s.json"))["layers"][0]["layer"],
        ""
    );
    let told = "no layer can take part; name a scan of other layers: an array without a name: ";
    refuse(folder.path(), "plan s.json --params 100", 2, told);
    // PEFT has no module for it.
    let line = "adapter m.safetensors --rank 2 --out b";
    refuse(folder.path(), line, 1, "without a name of its own");
}

//! Every option that reads a file, given every kind of JSON file, whole and cut off.

use std::fs;
use std::path::Path;

use localized_lora::experiment;
use localized_lora::finetune::{Results, SweepSettings};
use localized_lora::workspace::{self, Workspace};

use super::scans::two_layers;
use super::{run, succeed};

/// A kind: its file, its name behind *no*, and what a sentence says that it is.
const KINDS: [(&str, &str, &str); 7] = [
    ("session.json", "session", "this is a session"),
    (
        "results.json",
        "results of a sweep",
        "these are the results of a sweep",
    ),
    ("scan.json", "scan", "this is a scan"),
    ("plan.json", "plan", "this is a plan of ranks"),
    (
        "order.json",
        "order",
        "this is an order of rows and columns",
    ),
    (
        "config.json",
        "configuration",
        "this is the configuration of a model or an adapter",
    ),
    ("other.json", "", ""),
];

/// What reads a file, and the kind that it reads; a matrix or a model is no JSON.
const READERS: [(&str, &str); 15] = [
    ("approximate FILE", ""),
    ("approximate synthetic:noise --subtract FILE", ""),
    (
        "compose synthetic:noise --show approximation --with FILE --figure a.svg",
        "",
    ),
    ("arrays FILE", ""),
    ("scan FILE", ""),
    ("scan m.safetensors --subtract FILE", ""),
    ("adapter FILE --rank 1 --out a", ""),
    ("render FILE --out a", "session"),
    ("claims --results FILE", "results of a sweep"),
    ("finetune --out FILE --resume", "results of a sweep"),
    ("scan --merge FILE", "scan"),
    ("scan m.safetensors --out FILE --resume", "scan"),
    ("plan FILE --params 9", "scan"),
    ("adapter m.safetensors --plan FILE --out a", "plan"),
    ("approximate synthetic:noise --order FILE", "order"),
];

/// One file of each kind.
fn write_all(folder: &Path) {
    two_layers(folder);
    let file = |name: &str| folder.join(name);
    workspace::save(&file("session.json"), &Workspace::default()).unwrap();
    let results = Results::new("MNIST", (28, 28), &SweepSettings::quick());
    experiment::save(&file("results.json"), &results).unwrap();
    succeed(folder, "scan m.safetensors --draws 0 --out scan.json");
    let plan = succeed(folder, "plan scan.json --params 400 --json");
    fs::write(file("plan.json"), plan).unwrap();
    let order = "order synthetic:noise:rows=8,cols=8 --starts 1 --out order.json";
    succeed(folder, order);
    fs::write(file("config.json"), r#"{"peft_type": "LORA", "r": 8}"#).unwrap();
    fs::write(file("other.json"), r#"{"name": "x", "scripts": {}}"#).unwrap();
}

/// One sentence, which `is_meant`; nothing is written.
fn refuse(folder: &Path, line: &str, is_meant: &dyn Fn(&str) -> bool) {
    let output = run(folder, line);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        matches!(output.status.code(), Some(1 | 2)),
        "{line}: {errors}"
    );
    assert!(output.stdout.is_empty(), "{line}");
    assert_eq!(errors.lines().count(), 1, "{line}: {errors}");
    assert!(is_meant(&errors), "{line}: {errors}");
    assert!(!folder.join("a").exists(), "{line} wrote something");
}

#[test]
fn a_file_of_another_kind_is_told_by_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    for (reader, wanted) in READERS {
        for (file, noun, is) in KINDS {
            if wanted == noun && !noun.is_empty() {
                continue;
            }
            let line = reader.replace("FILE", file);
            refuse(folder.path(), &line, &|told| match (wanted, noun) {
                ("", "") => told.contains("this JSON file is of no kind that the program opens; "),
                ("", _) => told.contains(&format!("{is}; ")),
                (_, "") => told.contains("this is no ") || told.contains("not a results file"),
                _ => told.contains(&format!("{is} and no {wanted}; ")),
            });
        }
    }
    let told = "make a plan of it with localized-lora plan --json, and choose that: scan.json";
    let line = "adapter m.safetensors --plan scan.json --out a";
    refuse(folder.path(), line, &|why| why.contains(told));
}

#[test]
fn a_file_that_breaks_off_is_told_so_by_all_that_read_it() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    for (file, ..) in KINDS {
        let path = folder.path().join(file);
        let text = fs::read(&path).unwrap();
        fs::write(&path, &text[..text.len() - 4]).unwrap();
    }
    for (reader, wanted) in READERS {
        for (file, noun, is) in KINDS {
            let line = reader.replace("FILE", file);
            refuse(folder.path(), &line, &|told| match (noun, wanted == noun) {
                // A link text is a session too, and has no end to be cut off.
                ("session", true) => told.contains("this session is damaged (EOF "),
                ("", _) => told.contains("this JSON file is cut off or damaged (EOF "),
                (_, true) => told.contains("cut off or damaged (EOF ") && !told.contains("then"),
                _ => {
                    told.contains("cut off or damaged")
                        && told.contains(", then ")
                        && !told.contains(is)
                }
            });
        }
    }
}

/// As Windows' shells and editors write text.
#[test]
fn a_file_in_another_encoding_is_read_like_its_utf_8() {
    let folder = tempfile::tempdir().unwrap();
    write_all(folder.path());
    let read = |line: &str| {
        let _ = fs::remove_dir_all(folder.path().join("a"));
        succeed(folder.path(), line)
    };
    let readers = READERS.into_iter().filter(|(line, wanted)| {
        // Some go on from a file, and write it; claims train.
        !wanted.is_empty() && !line.contains("--resume") && !line.contains("claims")
    });
    for (reader, wanted) in readers {
        let (file, ..) = KINDS.into_iter().find(|one| one.1 == wanted).unwrap();
        let line = reader
            .replace("FILE", "other.json")
            .replace("--params 9", "--params 400")
            .replace("noise --order", "noise:rows=8,cols=8 --order");
        let utf8 = fs::read_to_string(folder.path().join(file)).unwrap();
        let units = || utf8.encode_utf16();
        fs::write(folder.path().join("other.json"), &utf8).unwrap();
        let expected = read(&line);
        for bytes in [
            [b"\xef\xbb\xbf", utf8.as_bytes()].concat(),
            [0xff, 0xfe]
                .into_iter()
                .chain(units().flat_map(u16::to_le_bytes))
                .collect(),
            units().flat_map(u16::to_be_bytes).collect(),
        ] {
            fs::write(folder.path().join("other.json"), bytes).unwrap();
            assert_eq!(read(&line), expected, "{line}");
        }
    }
    let results = folder.path().join("results.json");
    let expected = experiment::load(&results).unwrap();
    let text = fs::read_to_string(&results).unwrap();
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    fs::write(&results, units.collect::<Vec<_>>()).unwrap();
    assert_eq!(experiment::load(&results).unwrap(), expected);
}

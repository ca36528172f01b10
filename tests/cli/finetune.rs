//! `finetune`: what it prints and writes, and how it refuses.

use std::path::Path;

use serde_json::Value;

use super::{refuse, run, succeed};

/// One adapter, one epoch: two runs with full fine-tuning.
const SMALL: &str = "finetune --layouts lora --ranks 1 --epochs 1";

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn wrong_usage_is_one_line_and_status_two() {
    let folder = tempfile::tempdir().unwrap();
    for (line, part) in [
        ("finetune --preset slow", "quick"),
        ("finetune --layouts lora,purple", "localized_grid"),
        ("finetune --ranks 0", "1 or more"),
        ("finetune --segments 0", "1 or more"),
        ("finetune --segments two", "1 or more"),
        ("finetune --epochs 0", "1 or more"),
        ("finetune --epochs 1000000", "1 to 65536"),
        ("finetune --seeds=-1", "from 0 to"),
        ("finetune --seeds one", "from 0 to"),
        ("finetune --learning-rates 0", "above 0"),
        ("finetune --learning-rates nan", "above 0"),
        ("finetune --learning-rates=-1", "above 0"),
        ("finetune --layouts lora --ranks 64", "rank"),
        ("finetune --resume", "--out"),
        ("finetune --learning-rates 2", "up to 1"),
        ("finetune --show confusion", "--run"),
        ("finetune --run full --show confusion", "--figure"),
        ("finetune --run full --resume", "--run"),
        ("finetune --run full@2", "up to 1"),
        ("finetune --delta a.npy", "--run"),
        (
            "finetune --run full --delta a.txt",
            "change the ending: a.txt",
        ),
        ("finetune --seeds -1", "from 0 to"),
        ("finetune --run purple:1", "purple"),
        ("finetune --run lora:64", "choose a rank below it"),
        ("finetune --run localized_grid:29:1", "choose fewer"),
        ("finetune --run lora:1 --run lora:2 --run lora:4", "twice"),
        ("finetune --run lora:1 --run full --delta a.npy", "once"),
        ("finetune --run lora:1 --out a.json", "--out"),
        ("finetune --figure a.bmp", "change the ending: a.bmp"),
    ] {
        refuse(folder.path(), line, 2, part);
    }
}

#[test]
fn a_layout_without_any_configuration_is_named_and_a_seed_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let line = "finetune --layouts lora,melora --ranks 1 --segments 99 --epochs 1 --seeds 0,0";
    let text = succeed(folder.path(), line);
    assert!(text.contains("1 seed,"), "{text}");
    assert!(text.contains("MELoRA is left out: every rank"), "{text}");
    assert!(!text.contains("\nLoRA is left out"), "{text}");
}

/// A device has no end, and no length that would tell.
#[cfg(unix)]
#[test]
fn a_device_holds_no_results() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{SMALL} --out /dev/zero --resume");
    refuse(folder.path(), &line, 1, "not a regular file");
}

#[test]
fn data_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    refuse(folder.path(), "finetune --data nowhere", 1, "nowhere");
    refuse(folder.path(), "finetune --data empty", 1, "empty");
    let cargo = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let line = format!("finetune --data {cargo}");
    refuse(folder.path(), &line, 1, "name the folder");
    let zeros = folder.path().join("zeros");
    copy_mnist(&zeros, &["images"]);
    for (split, count) in [("train", 60_000_u32), ("t10k", 10_000)] {
        let mut labels = [[0, 0, 8, 1], count.to_be_bytes()].concat();
        labels.resize(labels.len() + count as usize, 0);
        std::fs::write(zeros.join(format!("{split}-labels-idx1-ubyte")), labels).unwrap();
    }
    let part = "training images show no digit 1";
    refuse(folder.path(), "finetune --data zeros", 1, part);
}

/// The files of MNIST whose names hold one of these words.
fn copy_mnist(folder: &Path, words: &[&str]) {
    std::fs::create_dir(folder).unwrap();
    let mnist = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/mnist");
    for entry in std::fs::read_dir(mnist).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if words.iter().any(|word| name.contains(word)) {
            std::fs::copy(entry.path(), folder.join(name)).unwrap();
        }
    }
}

/// An hour of training would be for nothing: the sweep with the largest numbers is refused at once.
#[test]
fn what_cannot_be_written_is_refused_before_the_training() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"kept").unwrap();
    for folder_like in ["dir.json", "dir.npy", "dir.png"] {
        std::fs::create_dir(folder.path().join(folder_like)).unwrap();
    }
    let long = "finetune --preset wider --epochs 60000";
    for options in [
        "--figure nowhere/a.png",
        "--figure file/a.svg",
        "--figure dir.png",
        "--out nowhere/a.json",
        "--out file/a.json",
        "--run full --delta nowhere/a.npy",
        "--run full --delta dir.npy",
        "--run full --figure nowhere/a.pdf",
    ] {
        let line = format!("{long} {options}");
        refuse(folder.path(), &line, 1, "could not be written");
    }
    let line = format!("{long} --out dir.json --resume");
    refuse(folder.path(), &line, 1, "folder");
}

#[test]
fn results_files_are_kept_from_harm() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let line = format!("{SMALL} --json --out a.json");
    let printed = succeed(folder.path(), &line);
    let text = std::fs::read_to_string(at("a.json")).unwrap();
    assert_eq!(parsed(&printed), parsed(&text));
    // Nothing is written over, and nothing goes on that is not the same sweep.
    refuse(folder.path(), &line, 1, "--resume");
    let other = |rest: &str| format!("{SMALL} {rest} --out a.json --resume");
    refuse(folder.path(), &other("--seeds 1"), 1, "seeds");
    copy_mnist(&at("others"), &["images", "labels"]);
    refuse(folder.path(), &other("--learning-rates 0.5"), 1, "rates");
    refuse(folder.path(), &other("--preset paper"), 1, "rates");
    refuse(folder.path(), &other("--data others"), 1, "other data");
    let layouts = "finetune --layouts melora --ranks 1 --epochs 1 --out a.json --resume";
    refuse(folder.path(), layouts, 1, "other layouts");
    let ranks = "finetune --layouts lora --ranks 2 --epochs 1 --out a.json --resume";
    refuse(
        folder.path(),
        ranks,
        1,
        "(lora ranks 1 instead of lora ranks 2)",
    );
    let epochs = "finetune --layouts lora --ranks 1 --epochs 2 --out a.json --resume";
    refuse(
        folder.path(),
        epochs,
        1,
        "numbers of epochs (1 instead of 2)",
    );
    std::fs::write(at("half.json"), &text[..text.len() / 2]).unwrap();
    std::fs::write(at("empty.json"), "").unwrap();
    std::fs::write(at("words.json"), "{\"hello\": 1}").unwrap();
    std::fs::write(at("old.json"), text.replace("\"0.1.0\"", "\"0.0.9\"")).unwrap();
    std::fs::create_dir(at("folder.json")).unwrap();
    for name in ["half", "empty", "words", "folder", "old"] {
        let line = format!("{SMALL} --out {name}.json --resume");
        refuse(folder.path(), &line, 1, name);
    }
    let line = format!("{SMALL} --out nowhere/a.json");
    refuse(folder.path(), &line, 1, "nowhere");
    // Resuming what is complete trains nothing, and changes nothing.
    let again = succeed(
        folder.path(),
        &format!("{SMALL} --json --out a.json --resume"),
    );
    assert_eq!(parsed(&again), parsed(&text));
}

#[test]
fn a_sweep_prints_its_numbers_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{SMALL} --out a.json --figure a.svg");
    let text = succeed(folder.path(), &line);
    for part in ["Full fine-tuning", "LoRA", "r = 1", "848"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let results = parsed(&std::fs::read_to_string(folder.path().join("a.json")).unwrap());
    assert_eq!(results["settings"]["epochs"], 1);
    assert_eq!(results["full"]["params"], 50_565);
    assert_eq!(results["complete"], true);
    let run = &results["runs"][0];
    assert_eq!(
        (&run["layout"], &run["params"]),
        (&"lora".into(), &848.into())
    );
    assert!((run["share"].as_f64().unwrap() - 848.0 / 50_565.0).abs() < 1e-9);
    for field in [
        "validation_loss",
        "test_accuracy",
        "seconds",
        "learning_rate",
        "seed",
    ] {
        assert!(run[field].is_number(), "{field}");
    }
    let svg = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
    assert!(svg.starts_with("<svg"));
    // The picture says how it was made.
    assert!(svg.contains("finetune --preset quick"));
    let csv = succeed(folder.path(), &format!("{SMALL} --csv"));
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.starts_with("layout,segments,rank,params,share"));
}

#[test]
fn a_run_is_looked_into_and_its_update_is_a_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let line = "finetune --epochs 1 --run lora:2 --delta d.npy --json --figure d.png";
    let run = parsed(&succeed(folder.path(), line))["runs"][0].clone();
    assert_eq!(run["rank"], 2);
    assert_eq!(run["epochs"].as_array().unwrap().len(), 1);
    let row = |row: &Value| -> u64 {
        row.as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_u64)
            .sum()
    };
    let images: u64 = run["confusion"].as_array().unwrap().iter().map(row).sum();
    assert_eq!(images, 4861);
    assert!(is_png(&folder.path().join("d.png")));
    // What LoRA of rank 2 learned has rank 2, and LoRA of rank 2 says so.
    let told = succeed(folder.path(), "approximate d.npy --rank 2 --json");
    let told = parsed(&told);
    assert_eq!((&told["rows"], &told["cols"]), (&64.into(), &784.into()));
    assert_eq!(told["rank"], 2);
    assert!(told["methods"][0]["error"].as_f64().unwrap() < 1e-6);
}

fn is_png(path: &Path) -> bool {
    std::fs::read(path).unwrap().starts_with(b"\x89PNG")
}

#[test]
fn two_runs_are_compared() {
    let folder = tempfile::tempdir().unwrap();
    let line = "finetune --epochs 1 --run lora:2 --run full --show confusion --figure c.pdf";
    let output = run(folder.path(), line);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("LoRA") && text.contains("Full fine-tuning"),
        "{text}"
    );
    assert!(
        std::fs::read(folder.path().join("c.pdf"))
            .unwrap()
            .starts_with(b"%PDF")
    );
    // Without --show the picture has both as well; what has only one is said.
    let line = "finetune --epochs 1 --run lora:1 --run lora:2 --figure both.svg";
    succeed(folder.path(), line);
    let svg = std::fs::read_to_string(folder.path().join("both.svg")).unwrap();
    assert!(svg.contains("r = 1") && svg.contains("r = 2"));
    let text = succeed(folder.path(), &format!("{line} --show delta-weights"));
    let note = "the figure has only the first run, lora:1; \
                --show training-curves and --show confusion have both";
    assert!(text.contains(note), "{text}");
}

#[test]
fn two_sweeps_never_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json");
    let line = format!("{SMALL} --json --out a.json");
    let other = localized_lora::experiment::ResultsFile::lock(&file).unwrap();
    refuse(folder.path(), &line, 1, "another run is writing this file");
    assert!(!file.exists());
    drop(other);
    let printed = succeed(folder.path(), &line);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(parsed(&printed), parsed(&text));
    // Nothing but the results is left.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_asked_for_is_bounded_before_it_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cases");
    for name in ["results-parts-bomb.json", "results-slow.json"] {
        std::fs::copy(cases.join(name), folder.path().join(name)).unwrap();
        let line = format!("{SMALL} --out {name} --resume");
        refuse(folder.path(), &line, 1, "weights");
    }
    let many: Vec<String> = (0..20_000).map(|seed| seed.to_string()).collect();
    let line = format!("{SMALL} --seeds {}", many.join(","));
    refuse(folder.path(), &line, 2, "at most 32 entries");
    let ranks: Vec<String> = (1..33).map(|rank| rank.to_string()).collect();
    let list = ranks.join(",");
    let line = format!("finetune --ranks {list} --segments {list} --seeds {list}");
    refuse(folder.path(), &line, 2, "at most 20000 runs");
    let line = format!("{SMALL} --learning-rates 1e-300");
    refuse(folder.path(), &line, 2, "1e-300");
}

#[test]
fn several_seeds_are_summed_up_with_their_spread() {
    let folder = tempfile::tempdir().unwrap();
    let text = succeed(folder.path(), &format!("{SMALL} --seeds 0,1"));
    let row = text.lines().find(|line| line.contains("r = 1")).unwrap();
    assert_eq!(row.matches(" ± ").count(), 2, "{row}");
    assert!(text.contains("Accuracy, % ± sd"), "{text}");
}

#[test]
fn results_of_a_newer_version_are_refused_and_left_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.json");
    let newer = "{\"format\": 99, \"runs\": \"in another form\"}";
    std::fs::write(&path, newer).unwrap();
    for arguments in ["finetune --out r.json --resume", "finetune --out r.json"] {
        refuse(folder.path(), arguments, 1, "r.json");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    }
    let resumed = "finetune --out r.json --resume";
    refuse(folder.path(), resumed, 1, "a newer version of this program");
}

#[test]
fn a_rank_that_no_configuration_has_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let line = "finetune --preset quick --layouts lora --ranks 2,64,10000 --epochs 1";
    let text = succeed(folder.path(), line);
    let told = "LoRA: ranks 64 and 10,000 are left out, they reach the smaller side of its parts";
    assert!(text.contains(told), "{text}");
}

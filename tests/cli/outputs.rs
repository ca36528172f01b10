//! Where results go: whole, to their own place, and over nothing that would be missed.

use std::path::Path;
use std::process::Stdio;

use super::{refuse, run, succeed};

const DIGIT: &str = "approximate mnist:test:1";

fn table(folder: &Path, name: &str) {
    std::fs::write(folder.join(name), "1,2\n3,4\n").unwrap();
}

#[cfg(unix)]
#[test]
fn an_output_never_replaces_a_source_of_its_call() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    table(folder.path(), "a.csv");
    table(folder.path(), "b.csv");
    std::fs::create_dir(at("data")).unwrap();
    std::fs::write(at("data/t10k-labels-idx1-ubyte.gz"), "x").unwrap();
    std::os::unix::fs::symlink("a.csv", at("soft.svg")).unwrap();
    std::fs::hard_link(at("a.csv"), at("hard.pdf")).unwrap();
    let icon = include_bytes!("../../assets/icon.png");
    std::fs::write(at("a.png"), icon).unwrap();
    for line in [
        "approximate a.csv --figure a.csv --format svg",
        "approximate a.csv --figure soft.svg",
        "approximate soft.svg --figure hard.pdf",
        "approximate a.png --figure ./a.png",
        "approximate b.csv --subtract a.csv --figure soft.svg",
        "curve a.csv --figure hard.pdf",
        "curve a.csv --singular-values --figure hard.pdf",
        "dataset --data data --figure data/t10k-labels-idx1-ubyte.gz --format png",
        "finetune --data data --out data/t10k-labels-idx1-ubyte.gz --resume",
        "finetune --data data --run full --figure data/t10k-labels-idx1-ubyte.gz --format png",
    ] {
        // What --resume reads is looked at first, and is no results file.
        let status = if line.contains("--resume") { 1 } else { 2 };
        let part = if line.contains("--resume") {
            "idx1"
        } else {
            "replace a source"
        };
        refuse(folder.path(), line, status, part);
    }
    // Another file of the same content is another file.
    succeed(
        folder.path(),
        "approximate a.csv --figure b.csv --format svg",
    );
}

#[cfg(unix)]
#[test]
fn two_outputs_of_a_call_are_two_files() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("results.json", folder.path().join("link.svg")).unwrap();
    for line in [
        "finetune --out results.svg --figure results.svg",
        "finetune --out results.json --figure ./results.json --format svg",
        "finetune --out results.json --figure link.svg",
        "finetune --run full --delta d.npy --figure d.npy --format pdf",
    ] {
        refuse(folder.path(), line, 2, "two outputs");
    }
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let _socket = std::os::unix::net::UnixListener::bind(at("socket.png")).unwrap();
    std::os::unix::fs::symlink("/dev/null", at("null.svg")).unwrap();
    std::os::unix::fs::symlink("socket.png", at("link.npy")).unwrap();
    for line in [
        "approximate mnist:test:1 --figure socket.png",
        "curve mnist:test:1 --figure null.svg",
        "dataset --digit 1 --figure /dev/null --format svg",
        "finetune --run full --delta link.npy",
        "finetune --preset paper --figure null.svg",
    ] {
        refuse(folder.path(), line, 1, "not a regular file");
    }
}

#[cfg(unix)]
#[test]
fn a_replaced_figure_keeps_its_mode_and_a_read_only_one_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.svg");
    let line = format!("{DIGIT} --figure a.svg");
    succeed(folder.path(), &line);
    let set = |mode| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set(0o640);
    succeed(folder.path(), &format!("{line} --theme dark"));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    set(0o444);
    refuse(folder.path(), &line, 1, "read-only");
}

#[test]
fn what_a_killed_process_left_is_removed_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at(".localized-lora-4194305-0.tmp"), "half a figure").unwrap();
    std::fs::write(at(".tmp1"), "of somebody else").unwrap();
    succeed(folder.path(), &format!("{DIGIT} --figure a.svg"));
    let mut names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, [".tmp1", "a.svg"]);
}

#[test]
fn a_dash_is_standard_output_and_nothing_else_is_printed_there() {
    let folder = tempfile::tempdir().unwrap();
    for (line, start) in [
        (format!("{DIGIT} --figure - --format svg"), &b"<svg"[..]),
        (format!("{DIGIT} --figure - --format png"), b"\x89PNG"),
        (format!("{DIGIT} --figure=- --format pdf"), b"%PDF"),
        (
            "curve mnist:test:1 --figure - --format svg".to_owned(),
            b"<svg",
        ),
        (
            "curve mnist:test:1 --singular-values --figure - --format svg".to_owned(),
            b"<svg",
        ),
        (
            "dataset --digit 1 --figure - --format svg".to_owned(),
            b"<svg",
        ),
        (
            "finetune --epochs 1 --run lora:1 --delta -".to_owned(),
            b"\x93NUMPY",
        ),
    ] {
        let output = run(folder.path(), &line);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{line}: {errors}");
        assert!(output.stdout.starts_with(start), "{line}");
        assert!(
            errors.lines().all(|line| line.starts_with("note: ")),
            "{errors}"
        );
    }
    let line = "finetune --layouts lora --ranks 1 --epochs 1 --out -";
    let printed = succeed(folder.path(), line);
    let results: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(results["complete"], true);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn standard_output_takes_one_result() {
    let folder = tempfile::tempdir().unwrap();
    for (line, part) in [
        (
            "approximate mnist:test:1 --json --figure - --format svg",
            "--json and --figure -",
        ),
        (
            "curve mnist:test:1 --csv --figure - --format svg",
            "--csv and --figure -",
        ),
        (
            "dataset --latex --figure - --format svg",
            "--latex and --figure -",
        ),
        (
            "finetune --out - --figure - --format svg",
            "--figure - and --out -",
        ),
        ("finetune --out - --json", "--json and --out -"),
        (
            "finetune --run full --delta - --figure - --format svg",
            "--figure - and --delta -",
        ),
        ("finetune --out - --resume", "name it with --out"),
        ("approximate mnist:test:1 --figure -", "add --format"),
        (
            "approximate mnist:test:1 --figure a.png --format svg",
            "contradicts the ending",
        ),
        ("approximate mnist:test:1 --format svg", "--figure"),
    ] {
        refuse(folder.path(), line, 2, part);
    }
}

#[test]
fn a_file_may_be_called_almost_anything() {
    let folder = tempfile::tempdir().unwrap();
    for (line, name) in [
        ("--figure ./- --format svg", "-"),
        ("--figure -.svg", "-.svg"),
        ("--figure=--json.svg", ""),
        ("--figure ./--json.svg", "--json.svg"),
        ("--figure plain --format svg", "plain"),
        ("--figure a.svg --format svg", "a.svg"),
    ] {
        let line = format!("{DIGIT} {line}");
        if name.is_empty() {
            refuse(folder.path(), &line, 2, "written ./--json.svg");
            continue;
        }
        succeed(folder.path(), &line);
        let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(text.starts_with("<svg"), "{name}");
    }
    refuse(folder.path(), "finetune --out --resume", 2, "--resume");
    let long = format!("{}.svg", "n".repeat(300));
    refuse(
        folder.path(),
        &format!("{DIGIT} --figure {long}"),
        1,
        "name is too long",
    );
    refuse(
        folder.path(),
        &format!("{DIGIT} --figure a.svg/"),
        1,
        "names a folder",
    );
}

/// The reader is gone before the picture comes.
#[test]
fn a_picture_that_nobody_reads_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .args(["approximate", "synthetic:noise:rows=300,cols=300"])
        .args(["--figure", "-", "--format", "svg"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for options in [vec!["--json"], vec!["--figure", "-", "--format", "svg"]] {
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
            .args(["approximate", "mnist:test:1"])
            .args(options)
            .current_dir(folder.path())
            .stdout(full)
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{errors}");
        let mut lines = errors.lines().filter(|line| !line.starts_with("note: "));
        assert!(
            lines.next().unwrap().contains("the disk is full"),
            "{errors}"
        );
        assert_eq!(lines.next(), None);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_at_the_limit_of_its_size_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_localized-lora");
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "ulimit -f 10 && exec '{program}' approximate mnist:test:1 --figure a.png"
        ))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("files may not be that large there"),
        "{errors}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

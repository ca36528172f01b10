//! Whatever is wrong: one clear line, the right status, nothing lost.

use super::{npy, refuse, succeed};

#[test]
fn wrong_usage_is_one_line_and_status_two() {
    let folder = tempfile::tempdir().unwrap();
    let digit = "approximate mnist:test:1";
    let cases = [
        ("approximate".to_owned(), "<SOURCE>"),
        (
            "frobnicate mnist:test:1".to_owned(),
            "unknown subcommand frobnicate; see --help, or give only a file's name",
        ),
        ("approximate mnist:tset:1".to_owned(), "mnist:test:1"),
        ("approximate synthetic:purple".to_owned(), "low-rank"),
        (format!("{digit} --rank 0"), "choose 1 or more"),
        (format!("{digit} --rank four"), "whole number"),
        (format!("{digit} --rank -1"), "whole number of 1 or more"),
        (format!("{digit} --shuffle x"), "a seed is a whole number"),
        (format!("{digit} --max-pixels 0"), "1 or more"),
        (
            format!("{digit} --grid 29"),
            "K = 29 does not fit a 28 × 28 matrix; choose 1 to 28",
        ),
        (format!("{digit} --blocks 29"), "N = 29 does not fit"),
        (
            format!("{digit} --adaptive --adaptive-grid 99"),
            "K = 99 does not fit",
        ),
        (
            format!("{digit} --adaptive --adaptive-ranks 1,2"),
            "4 blocks",
        ),
        (
            format!("{digit} --adaptive --adaptive-budget 5"),
            "give at least 28",
        ),
        (format!("{digit} --budget 10"), "rank 1 needs 56"),
        (
            format!("{digit} --figure a.bmp"),
            "change the ending: a.bmp",
        ),
        (format!("{digit} --figure a"), "change the ending: a"),
        (
            format!("{digit} --figure a.png --width 0"),
            "choose a width from 1",
        ),
        (
            format!("{digit} --figure a.png --width 99999999"),
            "choose a width from 1",
        ),
        (
            format!("{digit} --figure a.png --dpi=-1"),
            "of -1 dots per inch",
        ),
        (
            format!("{digit} --figure a.png --dpi 1e308"),
            "of 1e308 dots per inch",
        ),
        (
            format!("{digit} --width 100 --dpi=3"),
            "--width needs --figure FILE",
        ),
        (format!("{digit} --figrue a.png"), "did you mean --figure?"),
        (
            "finetune --run foo:3".to_owned(),
            "'foo:3' is not a valid value for --run",
        ),
        (
            "approximate synthetic:noise:rows=64,rows=32".to_owned(),
            "rows is given more than once; give it once",
        ),
        (
            "approximate synthetic:identity:noise=1e308".to_owned(),
            "noise 1e308;",
        ),
        (format!("{digit} --json --csv"), "--csv"),
        (
            format!("{digit} --add tree"),
            "there is no structure 'tree'; choose localized_adaptive, rectangular_grid, row_strips, \
             column_strips, monarch, kronecker, sparse or quadtree",
        ),
        (
            format!("{digit} --add monarch:k=2"),
            "monarch has no setting 'k'; it has row_classes, column_blocks or rank",
        ),
        (
            format!("{digit} --add kronecker:left_rows=3"),
            "left_rows = 3 does not divide the 28 rows of a 28 × 28 matrix; choose 1, 2, 4, 7, 14 or 28",
        ),
        (
            format!("{digit} --add row_strips:blocks=29"),
            "blocks = 29 does not fit a 28 × 28 matrix; choose 1 to 28",
        ),
        (
            format!("{digit} --add sparse --add sparse"),
            "sparse is added more than once",
        ),
        (
            format!("{digit} --budget 224 --add quadtree:budget=224"),
            "the budget of quadtree does not go with --budget",
        ),
        (format!("{digit} --shift 3"), "3,-2"),
        ("dataset --digit 256".to_owned(), "0 to 255"),
        ("dataset --split tset".to_owned(), "test"),
        (
            "scan m.npz --part 1/0".to_owned(),
            "'1/0' is not a valid value for --part <I/N>; a model has 1 part or more; write which part of how \
             many, two whole numbers, such as 1/8",
        ),
        (
            "scan m.npz --part 3/2".to_owned(),
            "parts are counted from 1 to 2; write which part of how many, two whole numbers, such as 1/2",
        ),
        (
            "scan m.npz --part 1/2/3".to_owned(),
            "write which part of how many",
        ),
        (
            "adapter m.npz --out a".to_owned(),
            "error: --rank <R> or --plan <PLAN.json> is missing; see --help",
        ),
        (
            "adapter m.npz --rank 2".to_owned(),
            "error: --out <FOLDER> is missing; see --help",
        ),
        (
            "adapter m.npz".to_owned(),
            "error: --out <FOLDER>, --rank <R> or --plan <PLAN.json> are missing; see --help",
        ),
        (
            "scan".to_owned(),
            "error: <MODEL> or --merge <SCAN.json>... is missing; see --help",
        ),
        (
            "compose --figure a.png".to_owned(),
            "error: --show <VIEW,VIEW>, <SOURCE> are missing; see --help",
        ),
        (
            "scan m.npz --resume".to_owned(),
            "error: --resume needs --out SCAN.json",
        ),
        (
            "curve mnist:test:1 --max-params 0".to_owned(),
            "whole number of 1 or more",
        ),
    ];
    for (line, part) in cases {
        refuse(folder.path(), &line, 2, part);
    }
}

/// What fills pages is told by its ends.
#[test]
fn no_argument_is_echoed_for_pages() {
    let folder = tempfile::tempdir().unwrap();
    super::scans::two_layers(folder.path());
    let long = "x".repeat(100_000);
    for line in [
        format!("approximate {long}"),
        format!("approximate llora:1:{long}"),
        format!("approximate mnist:test:1 --order {long}"),
        format!("approximate mnist:test:1 --rank {long}"),
        format!("approximate mnist:test:1 --{long}"),
        format!("approximate synthetic:{long}"),
        format!("approximate mnist:test:1 --figure {long}.svg"),
        format!("render {long} --out a"),
        format!("scan m.safetensors --layers {long}"),
        format!("plan {long} --params 9"),
        format!("frobnicate {long}"),
    ] {
        let output = super::run(folder.path(), &line);
        let errors = String::from_utf8(output.stderr).unwrap();
        let start = &line[..30];
        assert!(
            !output.status.success() && errors.starts_with("error: "),
            "{start}: {errors}"
        );
        assert!(errors.len() < 2000, "{start}: {} bytes", errors.len());
    }
    // A name of that length is a name that is not there, and no reason to say that there is none.
    let line = format!("approximate m.safetensors#{long}");
    refuse(folder.path(), &line, 1, "with NAME one of h.0.wide.weight");
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = tempfile::tempdir().unwrap();
    assert!(succeed(folder.path(), "--help").contains("approximate"));
    assert!(succeed(folder.path(), "approximate --help").contains("--block-rank"));
    assert!(succeed(folder.path(), "--version").contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn bad_files_are_one_line_and_status_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("empty.png", b"");
    write("empty.csv", b"");
    write(
        "truncated.png",
        &include_bytes!("../../assets/icon.png")[..200],
    );
    write("text.png", b"this is no picture");
    write("ragged.csv", b"1,2,3\n4,5\n");
    write("words.csv", b"1,2\n3,four\n5,6\n");
    write("nan.csv", b"1,2\n3,nan\n");
    write("infinite.csv", b"1,2\n-inf,4\n");
    write("picture.pdf", b"%PDF-1.7");
    write("weights.pt", b"PK\x03\x04");
    write("object.npy", &npy("|O", "(2, 2)", &[0; 32]));
    write("lie.npy", &npy("<f8", "(1000000, 1000000)", &[0; 64]));
    write(
        "overflow.npy",
        &npy("<f8", "(4294967296, 4294967296)", &[0; 64]),
    );
    write("short.npy", &npy("<f8", "(4, 4)", &[0; 64]));
    write(
        "nan.npy",
        &npy(
            "<f8",
            "(1, 2)",
            &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f],
        ),
    );
    write("huge.csv", b"1e308,1e308\n1e308,1e308\n");
    std::fs::create_dir(folder.path().join("folder")).unwrap();
    let cases = [
        (
            "missing.png",
            "file not found; check the spelling and the folder: missing.png",
        ),
        ("empty.png", "empty"),
        ("empty.csv", "empty"),
        ("truncated.png", "truncated.png"),
        ("text.png", "text.png"),
        ("ragged.csv", "row 2"),
        ("words.csv", "row 2"),
        ("nan.csv", "row 2"),
        ("infinite.csv", "row 2"),
        ("picture.pdf", "save it as .png"),
        ("weights.pt", "safetensors.torch.save_file"),
        ("object.npy", "object.npy"),
        ("lie.npy", "lie.npy"),
        ("overflow.npy", "overflow.npy"),
        ("short.npy", "short.npy"),
        ("nan.npy", "row 1, column 2"),
        ("huge.csv", "norm"),
        ("folder", "is a folder"),
        ("folder#test:1", "folder"),
        ("mnist:test:10000", "0 to 9999"),
    ];
    for (source, part) in cases {
        refuse(folder.path(), &format!("approximate {source}"), 1, part);
        refuse(
            folder.path(),
            &format!("approximate {source} --json --figure a.png"),
            1,
            part,
        );
    }
    refuse(
        folder.path(),
        "approximate mnist:test:1 --subtract synthetic:noise:rows=3",
        1,
        "the same shape",
    );
    refuse(folder.path(), "dataset --data folder", 1, "train-images");
    refuse(
        folder.path(),
        "dataset --data missing",
        1,
        "folder not found; check the spelling: missing",
    );
}

/// 40 kB that unpack to 20,000 × 20,000 pixels of 16-bit colour, 2.4 GB.
#[test]
fn a_decompression_bomb_is_refused_before_it_unpacks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&path).unwrap(), 20_000, 20_000);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    // The header is what counts; the data need not be whole.
    writer
        .write_chunk(png::chunk::IDAT, &[0x78, 0x9c, 0x63, 0x00])
        .unwrap();
    drop(writer);
    refuse(folder.path(), "approximate bomb.png", 1, "too large");
}

#[test]
fn an_unwritable_target_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), b"kept").unwrap();
    std::fs::create_dir(folder.path().join("dir.png")).unwrap();
    for target in ["file/a.png", "missing/a.png", "dir.png"] {
        let line = format!("approximate mnist:test:1 --figure {target}");
        refuse(folder.path(), &line, 1, "could not be written");
    }
    // A figure that cannot be drawn leaves the old one.
    std::fs::write(folder.path().join("old.png"), b"old").unwrap();
    refuse(
        folder.path(),
        "approximate mnist:test:1 --figure old.png --width 99999999",
        2,
        "width",
    );
    refuse(
        folder.path(),
        "approximate missing.csv --figure old.png",
        1,
        "missing.csv",
    );
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_localized-lora"))
        .args(["curve", "synthetic:noise:rows=400,cols=400", "--csv"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

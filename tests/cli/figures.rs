//! Figures from the command line.

use super::data_sets::half;
use super::scans::{cells, model};
use super::{program, succeed};

#[test]
fn figures_are_of_the_format_that_their_ending_names() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        ("approximate mnist:test:1 --adaptive --error-maps", "figure"),
        ("curve mnist:test:1", "curve"),
        ("curve mnist:test:1 --singular-values", "spectrum"),
        ("dataset --digit 0 --theme dark", "dataset"),
    ];
    let starts: [(&str, &[u8]); 3] = [("png", b"\x89PNG"), ("svg", b"<svg"), ("pdf", b"%PDF")];
    for (line, name) in lines {
        for (ending, start) in starts {
            let file = format!("{name}.{ending}");
            succeed(folder.path(), &format!("{line} --figure {file}"));
            let bytes = std::fs::read(folder.path().join(&file)).unwrap();
            assert!(bytes.starts_with(start), "{file}");
        }
    }
}

#[test]
fn a_png_has_the_width_and_resolution_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let line = "approximate mnist:test:1 --figure a.png --width 640 --dpi 150";
    succeed(folder.path(), line);
    let decoder = png::Decoder::new(std::io::BufReader::new(
        std::fs::File::open(folder.path().join("a.png")).unwrap(),
    ));
    let reader = decoder.read_info().unwrap();
    assert_eq!(reader.info().width, 640);
    let density = reader.info().pixel_dims.unwrap();
    assert!((f64::from(density.xppu) * 0.0254 - 150.0).abs() < 0.1);
}

/// The command in a figure's metadata makes the same figure, byte for byte.
#[test]
fn the_command_in_a_figure_makes_the_same_figure_again() {
    let folder = tempfile::tempdir().unwrap();
    let asked = "approximate mnist:test:3 --grid 5 --adaptive --shift 1,-2 --theme dark --colors viridis --figure a.svg";
    succeed(folder.path(), asked);
    let path = folder.path().join("a.svg");
    let first = std::fs::read_to_string(&path).unwrap();
    let start = first.find("localized-lora approximate").unwrap();
    let command: String = first[start..]
        .chars()
        .take_while(|c| *c != '<' && *c != '\n')
        .collect();
    std::fs::remove_file(&path).unwrap();
    // As a shell would take it apart.
    let words = shlex::split(&command).unwrap();
    program(folder.path()).args(&words[1..]).assert().success();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
}

/// Whose folders they are is nobody's business: a figure names files, and its command runs beside them.
#[test]
fn a_figure_holds_names_of_files_and_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("anns-thesis");
    std::fs::create_dir(&own).unwrap();
    for (name, seed) in [("a", 1), ("b", 2)] {
        let arrays = [("h.0.q.weight", (16, 16), cells(16, 16, seed))];
        model(&own.join(format!("{name}.safetensors")), "F32", &arrays);
        let row = |row: usize| format!("{},{},{}\n", row * seed, row + 2, row * row);
        let table: String = (1..5).map(row).collect();
        std::fs::write(own.join(format!("{name}.csv")), table).unwrap();
    }
    half(&own.join("digits"), "t10k", &[0, 1, 0, 1]);
    let at = own.display().to_string();
    let order =
        format!("order {at}/a.csv --grid 2 --block-rank 1 --starts 1 --out {at}/order.json");
    succeed(folder.path(), &order);
    for (line, ending, named) in [
        (
            "approximate {}/a.csv --subtract {}/b.csv --blocks 2 --figure {}/1",
            "svg",
            "a.csv minus b.csv",
        ),
        (
            "approximate {}/a.csv --order {}/order.json --blocks 2 --figure {}/2",
            "png",
            "--order order.json",
        ),
        (
            "approximate {}/a.csv --blocks 2 --figure {}/3",
            "pdf",
            "a.csv",
        ),
        (
            "compose {}/a.csv --with {}/b.csv --show approximation --blocks 2 --figure {}/4",
            "svg",
            "a.csv, b.csv",
        ),
        (
            "scan {}/a.safetensors --subtract {}/b.safetensors --draws 0 --figure {}/5",
            "svg",
            "a.safetensors minus b.safetensors",
        ),
        (
            "animate {}/a.csv --order {}/order.json --blocks 2 --figure {}/6",
            "apng",
            "--order order.json",
        ),
        (
            "dataset --data {}/digits --blocks 2 --figure {}/7",
            "svg",
            "--data digits",
        ),
        (
            "compose {}/digits#test:1 --show approximation,data-set --blocks 2 --figure {}/8",
            "svg",
            "(digits test)",
        ),
    ] {
        let line = format!("{}.{ending}", line.replace("{}", &at));
        let told = succeed(folder.path(), &line);
        let file = line.split(' ').next_back().unwrap();
        let bytes = std::fs::read(file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("anns-thesis"), "{line}");
        if ending != "pdf" {
            assert!(text.contains(named), "{named} is not in {line}");
        }
        // What is printed stays whole, to be found again.
        assert!(
            told.contains(&format!("figure written to {file}")) || ending == "apng",
            "{told}"
        );
    }
    let first = std::fs::read_to_string(own.join("5.svg")).unwrap();
    let command = first[first.find("localized-lora scan").unwrap()..]
        .split('<')
        .next()
        .unwrap();
    std::fs::remove_file(own.join("5.svg")).unwrap();
    let words = shlex::split(command).unwrap();
    program(&own).args(&words[1..]).assert().success();
    assert_eq!(std::fs::read_to_string(own.join("5.svg")).unwrap(), first);
}

/// Checkpoints are called alike, and a model minus itself is another figure.
#[test]
fn files_of_one_name_are_told_apart_in_a_stored_command() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("anns-thesis");
    for (name, seed) in [("base", 1), ("tuned", 2)] {
        std::fs::create_dir_all(own.join(name)).unwrap();
        let arrays = [("h.0.q.weight", (16, 16), cells(16, 16, seed))];
        model(&own.join(name).join("model.safetensors"), "F32", &arrays);
    }
    let at = own.display().to_string();
    let (tuned, base) = ("tuned/model.safetensors", "base/model.safetensors");
    for (line, stored) in [
        (
            format!("scan {at}/{tuned} --subtract {at}/{base} --draws 0 --figure {at}/1.svg"),
            format!("--subtract {base} {tuned}"),
        ),
        (
            format!(
                "approximate {at}/{tuned} --subtract {at}/{base} --blocks 2 --figure {at}/2.svg"
            ),
            format!("--subtract {base} "),
        ),
    ] {
        succeed(folder.path(), &line);
        let file = line.split(' ').next_back().unwrap();
        let first = std::fs::read_to_string(file).unwrap();
        assert!(first.contains(&stored), "{stored} is not in {file}");
        assert!(!first.contains("anns-thesis"));
        let command = first[first.find("localized-lora ").unwrap()..]
            .split('<')
            .next()
            .unwrap();
        let words = shlex::split(command).unwrap();
        std::fs::remove_file(file).unwrap();
        program(&own).args(&words[1..]).assert().success();
        assert_eq!(std::fs::read_to_string(file).unwrap(), first);
    }
}

//! Figures from the command line.

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

//! Several views in one figure, captions, and sizes on paper from the command line.

use std::path::Path;

use localized_lora::figure::paper::COLUMNS;

use super::{program, refuse, succeed};

/// The texts of a figure's SVG, those in bold apart.
pub fn texts(path: &Path) -> (Vec<String>, Vec<String>) {
    let svg = std::fs::read_to_string(path).unwrap();
    let document = usvg::roxmltree::Document::parse(&svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let (bold, plain): (Vec<_>, Vec<_>) =
        texts.partition(|node| node.attribute("font-weight") == Some("bold"));
    let read = |nodes: Vec<usvg::roxmltree::Node<'_, '_>>| {
        let text = |node: usvg::roxmltree::Node<'_, '_>| {
            let parts = node.descendants().filter(usvg::roxmltree::Node::is_text);
            parts.filter_map(|part| part.text()).collect()
        };
        nodes.into_iter().map(text).collect()
    };
    (read(bold), read(plain))
}

#[test]
fn views_stand_together_under_their_letters_with_a_caption() {
    let folder = tempfile::tempdir().unwrap();
    let line = "compose mnist:test:1 --show approximation,error-against-parameters,singular-values \
                --width nature-2 --figure a.svg";
    let printed = succeed(folder.path(), line);
    let caption = "(A) reconstructions, (B) error against parameters and (C) singular values of MNIST \
        test image 1 (28 × 28, rank 15), approximated by LoRA (r = 4), MELoRA (N = 4, r_diag = 4) and \
        Localized LoRA (K = 2, r_block = 2), 224 parameters each; normalized Frobenius errors 0.2313, \
        0.9071 and 0.2119.";
    assert!(printed.contains(caption), "{printed}");
    let path = folder.path().join("a.svg");
    let (bold, plain) = texts(&path);
    for letter in ["A", "B", "C"] {
        assert_eq!(bold.iter().filter(|text| *text == letter).count(), 1);
    }
    for wanted in ["rank 15", "parameters", "singular value σ"] {
        assert!(
            plain.iter().any(|text| text == wanted),
            "{wanted}: {plain:?}"
        );
    }
    let svg = std::fs::read_to_string(&path).unwrap();
    assert!(svg.contains(r#"width="183mm""#));
    assert!(svg.contains("compose"), "the command stands in the file");

    let only = succeed(folder.path(), &format!("{line} --latex-caption"));
    let latex = "MELoRA ($N=4$, $r_\\mathrm{diag}=4$)";
    assert!(only.contains(latex), "{only}");
    assert_eq!(only.lines().count(), 1);
}

#[test]
fn panels_have_the_letters_that_a_journal_wants() {
    let folder = tempfile::tempdir().unwrap();
    for (letters, expected, begins) in [
        ("lower", Some("b"), "(a) reconstructions, (b) best grid"),
        (
            "bracketed",
            Some("(b)"),
            "(a) reconstructions, (b) best grid",
        ),
        ("none", None, "Reconstructions and best grid"),
    ] {
        let line = format!(
            "compose mnist:test:1 --show approximation,best-grid --letters {letters} --figure a.svg"
        );
        let printed = succeed(folder.path(), &line);
        let begins = begins.replace(", (b)", " and (b)");
        assert!(printed.contains(&begins), "{printed}");
        let (bold, _) = texts(&folder.path().join("a.svg"));
        let lettered = bold
            .iter()
            .any(|text| ["B", "b", "(b)"].contains(&text.as_str()));
        assert_eq!(lettered, expected.is_some(), "{bold:?}");
        let found = expected.is_none_or(|letter| bold.iter().any(|text| text == letter));
        assert!(found, "{letters}: {bold:?}");
    }
    refuse(
        folder.path(),
        "compose mnist:test:1 --show approximation,best-grid --letters roman --figure a.svg",
        2,
        "roman",
    );
}

/// The command in the file makes the same file.
#[test]
fn the_command_in_a_composed_figure_makes_the_same_figure_again() {
    let folder = tempfile::tempdir().unwrap();
    let line = "compose mnist:test:1 --show approximation,best-grid --columns 1 \
                --error-maps --colors viridis --font-size 8 --solid-lines --omit notes,melora \
                --width 120mm --theme dark --figure a.svg";
    succeed(folder.path(), line);
    let path = folder.path().join("a.svg");
    let first = std::fs::read_to_string(&path).unwrap();
    let start = first.find("localized-lora compose").unwrap();
    let command = first[start..].split('<').next().unwrap();
    std::fs::remove_file(&path).unwrap();
    let words = shlex::split(command).unwrap();
    program(folder.path()).args(&words[1..]).assert().success();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
}

/// Rows are matrices and columns are methods; each error is the one that the matrix has alone.
#[test]
fn several_digits_stand_in_one_grid() {
    let folder = tempfile::tempdir().unwrap();
    let line = "compose mnist:test:1 --with mnist:test:7 --with mnist:test:18 --show approximation \
                --figure grid.svg";
    succeed(folder.path(), line);
    let (bold, plain) = texts(&folder.path().join("grid.svg"));
    for digit in [1, 7, 18] {
        let csv = succeed(
            folder.path(),
            &format!("approximate mnist:test:{digit} --csv"),
        );
        for row in csv.lines().skip(1) {
            let values: Vec<&str> = row.rsplit(',').collect();
            // The structure bits come last.
            let error: f64 = values[1].parse().unwrap();
            let text = format!("error {error:.4}");
            assert!(plain.contains(&text), "{digit}: {text} in {plain:?}");
        }
        let name = format!("MNIST test image {digit}");
        assert!(plain.contains(&name) || bold.contains(&name), "{name}");
    }
    // The settings stand above the first row alone.
    assert_eq!(plain.iter().filter(|text| *text == "r = 4").count(), 1);
    assert!(!bold.contains(&"A".to_owned()), "one view has no letter");
}

/// Without the originals, the names stand above the rows.
#[test]
fn rows_without_their_originals_have_names() {
    let folder = tempfile::tempdir().unwrap();
    for omit in ["original", "original,numbers", "original,lora,melora"] {
        let line = format!(
            "compose mnist:test:1 --with mnist:test:7 --show approximation --omit {omit} --figure a.svg"
        );
        succeed(folder.path(), &line);
        let (_, plain) = texts(&folder.path().join("a.svg"));
        for name in ["MNIST test image 1", "MNIST test image 7"] {
            let count = plain.iter().filter(|text| *text == name).count();
            assert_eq!(count, 1, "{omit}: {name} in {plain:?}");
        }
    }
    // A name that is cut stands whole below.
    let name = "a-matrix-with-a-name-that-is-cut.csv";
    std::fs::write(folder.path().join(name), "1,2,3\n4,5,6\n7,8,10\n").unwrap();
    let line = "compose mnist:test:1 --with a-matrix-with-a-name-that-is-cut.csv --show approximation \
                --omit original --figure a.svg";
    succeed(folder.path(), line);
    let (_, plain) = texts(&folder.path().join("a.svg"));
    let whole = plain
        .iter()
        .any(|text| text.starts_with("Rows, from the top: MNIST test image 1; "));
    assert!(whole, "{plain:?}");
}

#[test]
fn a_figure_of_originals_alone_is_not_called_a_reconstruction() {
    let folder = tempfile::tempdir().unwrap();
    let omit = "--omit lora,melora,localized --error-maps --figure a.svg --caption";
    let caption = |views: &str| {
        let line = format!("compose mnist:test:1 --show {views} {omit}");
        succeed(folder.path(), &line)
    };
    assert_eq!(
        caption("approximation"),
        "MNIST test image 1 (28 × 28, rank 15).\n"
    );
    assert_eq!(
        caption("approximation,best-grid"),
        "(A) original and (B) best grid of MNIST test image 1 (28 × 28, rank 15).\n"
    );
    let svg = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
    assert!(!svg.contains("Reconstructions"), "{svg}");
    assert!(
        !svg.contains("MELoRA"),
        "its notes are left out with it: {svg}"
    );
    let nothing = format!("compose mnist:test:1 --show approximation,singular-values {omit}");
    refuse(
        folder.path(),
        &nothing,
        1,
        "nothing is left of singular-values",
    );
    let line = "approximate mnist:test:1 --omit lora,melora,localized --figure b.svg --caption";
    let caption = succeed(folder.path(), line);
    assert_eq!(caption, "MNIST test image 1 (28 × 28, rank 15).\n");
    let svg = std::fs::read_to_string(folder.path().join("b.svg")).unwrap();
    assert!(!svg.contains("approximations"), "{svg}");
}

/// Matrices of other shapes have other settings and costs, which a caption does not mix up.
#[test]
fn a_caption_tells_the_settings_and_costs_of_each_shape() {
    let folder = tempfile::tempdir().unwrap();
    let line = "compose mnist:test:1 --with synthetic:noise:rows=20,cols=30 --with mnist:test:2 --show \
                approximation,factors --figure a.svg --caption";
    let caption = succeed(folder.path(), line);
    let wanted = [
        "(A) reconstructions of MNIST test image 1 (28 × 28, rank 15), approximated by LoRA (r = 4), \
         MELoRA (N = 4, r_diag = 4) and Localized LoRA (K = 2, r_block = 2), 224 parameters each; ",
        "(20 × 30, rank 20), approximated by LoRA (r = 4), MELoRA (N = 4, r_diag = 4) and Localized \
         LoRA (K = 2, r_block = 2), 200 parameters each; MNIST test image 2 ",
        "; the normalized Frobenius error stands above each reconstruction. (B) factors of MNIST test \
         image 1.",
    ];
    for wanted in wanted {
        assert!(caption.contains(wanted), "{wanted} in {caption}");
    }
}

#[test]
fn what_cannot_be_printed_or_composed_is_told_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for (line, part) in [
        ("compose mnist:test:1 --show approximation", "add --figure"),
        (
            "compose mnist:test:1 --show nothing --figure a.svg",
            "not a valid value for --show",
        ),
        (
            "approximate mnist:test:1 --figure a.svg --width wide",
            "write a length (89mm, 3.5in)",
        ),
        (
            "approximate mnist:test:1 --figure a.svg --omit everything",
            "write one of original, numbers",
        ),
        (
            "approximate mnist:test:1 --figure a.svg --width 1200",
            "SVG has no pixels; write --width as a length",
        ),
        (
            "approximate mnist:test:1 --figure a.pdf --dpi 600",
            "PDF has no resolution",
        ),
        (
            "approximate mnist:test:1 --figure a.svg --font-size nan",
            "write a number",
        ),
        (
            "approximate mnist:test:1 --figure a.svg --omit original,lora,melora,localized,table",
            "nothing is left of this figure",
        ),
        (
            "approximate mnist:test:1 --show factors --figure a.svg --error-maps",
            "residuals belong to the reconstructions",
        ),
        (
            "approximate mnist:test:1 --show factors --of sparse",
            "Sparse is not shown; add it first",
        ),
        (
            "compose mnist:test:1 --show approximation --with mnist:test:2 --error-maps --figure a.svg",
            "residuals stand under the reconstructions of one matrix",
        ),
        (
            "compose mnist:test:1 --show approximation --letters bracketed --figure a.svg",
            "letters tell several views apart",
        ),
        (
            "compose mnist:test:1 --show factors --with mnist:test:2 --figure a.svg",
            "--with adds rows to the reconstructions; add approximation to --show",
        ),
        (
            "approximate mnist:test:1 --font-size 8",
            "--font-size needs --figure FILE",
        ),
    ] {
        refuse(folder.path(), line, 2, part);
    }
    for (line, part) in [
        (
            "approximate mnist:test:1 --figure a.svg --font-size 5",
            "no text is under 6 pt",
        ),
        (
            "curve mnist:test:1 --figure a.pdf --width 20mm",
            "can be 43 to 1015 mm wide",
        ),
    ] {
        refuse(folder.path(), line, 2, part);
    }
}

#[test]
fn tables_and_captions_are_printed_for_a_paper() {
    let folder = tempfile::tempdir().unwrap();
    let printed = |form: &str| succeed(folder.path(), &format!("approximate mnist:test:1 {form}"));
    let latex = printed("--latex");
    assert!(
        latex.contains("MELoRA & $N=4$, $r_\\mathrm{diag}=4$ & 224 & 28.6 \\% & 0.9071 \\\\"),
        "{latex}"
    );
    let markdown = printed("--markdown");
    let lines: Vec<&str> = markdown.lines().collect();
    assert_eq!(
        lines[0],
        "| Method | Setting | Parameters | Share | Error |"
    );
    assert_eq!(lines[1], "| :-- | :-- | --: | --: | --: |");
    assert_eq!(lines[2], "| LoRA | r = 4 | 224 | 28.6 % | 0.2313 |");
    assert_eq!(
        printed("--caption").trim_end(),
        "Reconstruction of MNIST test image 1 (28 × 28, rank 15) by LoRA (r = 4), MELoRA (N = 4, \
         r_diag = 4) and Localized LoRA (K = 2, r_block = 2), 224 parameters each; normalized \
         Frobenius errors 0.2313, 0.9071 and 0.2119."
    );
}

/// The names of the columns stand in the help, and the README names the option.
#[test]
fn every_column_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    for column in COLUMNS {
        let line = format!(
            "curve mnist:test:1 --figure a.svg --width {} --csv",
            column.key
        );
        succeed(folder.path(), &line);
        let svg = std::fs::read_to_string(folder.path().join("a.svg")).unwrap();
        assert!(
            svg.contains(&format!(r#"width="{}mm""#, column.width)),
            "{}",
            column.key
        );
    }
}

//! Figures as a journal checks them: width in millimetres, type in points, resolution, fonts.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use localized_lora::figure::compose::Context;
use localized_lora::figure::palette::Theme;
use localized_lora::figure::paper::{COLUMNS, points};
use localized_lora::figure::{Figure, FigureError, Format, Paper, default_png_width, render};
use proptest::prelude::*;
use usvg::roxmltree::{Document, Node};

use super::samples;

/// Every kind of figure on paper of one width and type.
fn on_paper(paper: Paper) -> Vec<(&'static str, Figure)> {
    samples::all_in(&Context {
        paper,
        ..samples::context(Theme::Light)
    })
}

fn svg(figure: &Figure) -> String {
    String::from_utf8(render(figure, Format::Svg, 0, 300.0).unwrap()).unwrap()
}

fn attribute(node: &Node<'_, '_>, name: &str) -> f64 {
    let text = node.attribute(name).unwrap();
    text.trim_end_matches("mm").parse().unwrap()
}

/// The sizes of all text on paper, in points: font sizes in the units of the view box, and these in
/// millimetres by the width.
fn type_sizes(svg: &str) -> Vec<f64> {
    let document = Document::parse(svg).unwrap();
    let root = document.root_element();
    let view_box: Vec<f64> = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    let scale = points(attribute(&root, "width")) / view_box[2];
    assert!((scale - points(attribute(&root, "height")) / view_box[3]).abs() < 1e-3);
    let sized = document.descendants();
    let sized = sized.filter(|node| node.attribute("font-size").is_some());
    sized
        .map(|node| scale * attribute(&node, "font-size"))
        .collect()
}

#[test]
fn the_file_has_the_width_of_the_column_in_every_format() {
    for column in COLUMNS {
        let paper = Paper {
            width: Some(column.width),
            ..Paper::default()
        };
        let context = Context {
            paper,
            ..samples::context(Theme::Light)
        };
        let figure = samples::Worked::table_one().figure_one(&context, "MNIST test image 1", true);
        let text = svg(&figure);
        let document = Document::parse(&text).unwrap();
        let width = attribute(&document.root_element(), "width");
        assert!(
            (width - column.width).abs() < 1e-3,
            "{}: {width}",
            column.key
        );

        let pixels = default_png_width(&figure, 600.0);
        let png = figure.to_png(pixels, 600.0).unwrap();
        let reader = png::Decoder::new(std::io::Cursor::new(png)).read_info();
        let reader = reader.unwrap();
        let info = reader.info();
        let per_metre = f64::from(info.pixel_dims.unwrap().xppu);
        let width = f64::from(info.width) / per_metre * 1000.0;
        assert!(
            (width - column.width).abs() < 0.05,
            "{}: {width}",
            column.key
        );

        let pdf = figure.to_pdf().unwrap();
        let pdf = String::from_utf8_lossy(&pdf);
        let start = pdf.find("/MediaBox").unwrap();
        let page: Vec<f64> = pdf[start..]
            .split(['[', ']'])
            .nth(1)
            .unwrap()
            .split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect();
        assert!((page[2] - points(column.width)).abs() < 0.01, "{page:?}");
    }
}

#[test]
fn no_text_is_smaller_than_six_points_at_any_width() {
    for width in [None, Some(57.0), Some(89.0), Some(183.0)] {
        for type_size in [Paper::LEAST_TYPE, Paper::TYPE, 9.0] {
            let paper = Paper {
                width,
                type_size,
                ..Paper::default()
            };
            for (name, figure) in on_paper(paper) {
                let svg = svg(&figure);
                super::formats::check_texts_apart(&svg);
                let sizes = type_sizes(&svg);
                let smallest = sizes.iter().copied().fold(f64::INFINITY, f64::min);
                assert!(
                    smallest >= Paper::SMALLEST - 0.01,
                    "{name}, {width:?} mm, {type_size} pt: {smallest}"
                );
                let labels = sizes
                    .iter()
                    .filter(|size| (**size - type_size).abs() < 0.01);
                assert!(labels.count() > 0, "{name}: no text of {type_size} pt");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_or_has_no_room_is_refused_with_a_sentence() {
    let drawn = |width, type_size| {
        let paper = Paper {
            width,
            type_size,
            ..Paper::default()
        };
        let context = Context {
            paper,
            ..samples::context(Theme::Light)
        };
        let figure = samples::Worked::table_one().curves(&context);
        render(&figure, Format::Svg, 0, 300.0)
    };
    for size in [5.0, 0.0, -1.0, 400.0, f64::NAN] {
        let error = drawn(None, size).unwrap_err();
        assert!(matches!(error, FigureError::Type { .. }), "{error}");
        assert!(
            error.to_string().contains("no text is under 6 pt"),
            "{error}"
        );
    }
    for (width, size) in [(20.0, 7.5), (60.0, 20.0), (1e9, 7.5), (f64::NAN, 7.5)] {
        let error = drawn(Some(width), size).unwrap_err();
        assert!(matches!(error, FigureError::Width { .. }), "{error}");
    }
    assert!(drawn(Some(57.0), 8.0).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_width_and_type_are_refused_or_are_those_of_the_file(
        width in 1.0..1500.0f64,
        type_size in 1.0..60.0f64,
    ) {
        let paper = Paper { width: Some(width), type_size, ..Paper::default() };
        let context = Context { paper, ..samples::context(Theme::Light) };
        let figure = samples::Worked::table_one().curves(&context);
        if let Ok(bytes) = render(&figure, Format::Svg, 0, 300.0) {
            let text = String::from_utf8(bytes).unwrap();
            let document = Document::parse(&text).unwrap();
            let drawn = attribute(&document.root_element(), "width");
            prop_assert!((drawn - width).abs() < 0.01, "{} mm", drawn);
            let sizes = type_sizes(&text);
            prop_assert!(sizes.iter().any(|size| (size - type_size).abs() < 0.01));
            prop_assert!(sizes.iter().all(|size| *size >= Paper::SMALLEST - 0.01));
        }
    }
}

#[test]
fn the_curves_of_all_methods_differ_without_colour() {
    let worked = samples::Worked::table_one();
    let mut context = samples::context(Theme::Light);
    let dashes = |context: &Context| {
        let text = svg(&worked.curves(context));
        let document = Document::parse(&text).unwrap();
        // Curves are the paths as heavy as one.
        let curves = document.descendants();
        let curves = curves.filter(|node| node.attribute("stroke-width") == Some("1.3"));
        let pattern = |node: Node<'_, '_>| node.attribute("stroke-dasharray").map(str::to_owned);
        curves.map(pattern).collect::<Vec<_>>()
    };
    let styled = dashes(&context);
    // Each curve, and its line in the legend.
    assert_eq!(styled.len(), 2 * worked.methods.len());
    let different: BTreeSet<_> = styled.iter().collect();
    assert_eq!(different.len(), worked.methods.len(), "{styled:?}");
    context.paper.line_styles = false;
    assert!(dashes(&context).iter().all(Option::is_none));
}

/// The dashes of all methods differ, not only of those that are shown at first.
#[test]
fn no_two_methods_have_the_same_dashes() {
    use localized_lora::approx::Method;
    let patterns: Vec<&[f64]> = Method::ALL
        .iter()
        .map(|method| method.definition().dash.pattern())
        .collect();
    for (i, one) in patterns.iter().enumerate() {
        assert!(!patterns[..i].contains(one), "{:?}", Method::ALL[i]);
    }
}

/// `pdffonts` of poppler, where it is installed, finds nothing but embedded subsets.
#[test]
fn all_fonts_of_a_pdf_are_embedded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("figure.pdf");
    let figure = samples::Worked::table_one().curves(&samples::context(Theme::Light));
    std::fs::write(&path, figure.to_pdf().unwrap()).unwrap();
    let Some(lines) = fonts_of(&path) else {
        assert!(std::env::var_os("CI").is_none(), "pdffonts is missing");
        eprintln!("did not run: pdffonts is missing");
        return;
    };
    assert!(!lines.is_empty());
    for line in lines {
        // name, type, encoding, then whether it is embedded, a subset and maps to Unicode.
        let yes: Vec<&str> = line.split_whitespace().rev().skip(2).take(3).collect();
        assert_eq!(yes, ["yes", "yes", "yes"], "{line}");
    }
}

fn fonts_of(pdf: &Path) -> Option<Vec<String>> {
    let output = Command::new("pdffonts").arg(pdf).output().ok()?;
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.lines().skip(2).map(str::to_owned).collect())
}

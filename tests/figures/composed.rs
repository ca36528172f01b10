//! Figures of several parts, and of several matrices.

use localized_lora::figure::compose::{Context, Letters, together};
use localized_lora::figure::palette::Theme;
use localized_lora::figure::{Element, Figure, Paper};
use usvg::roxmltree::Document;

use super::samples::{self, Worked};

fn context(width: Option<f64>) -> Context {
    Context {
        paper: Paper {
            width,
            ..Paper::default()
        },
        ..samples::context(Theme::Light)
    }
}

fn figure(width: Option<f64>, columns: Option<usize>) -> Figure {
    let own = context(None);
    let worked = Worked::table_one();
    let parts = vec![
        worked.figure_one(&own, "MNIST test image 1", true),
        worked.curves(&own),
        samples::ranks(&own),
        worked.curves(&own),
    ];
    together(
        &context(width),
        ("All of it", String::new()),
        parts,
        (columns, Letters::default()),
    )
}

/// The letters of every row.
fn letters(figure: &Figure) -> Vec<String> {
    let row = |row: &Vec<Element>| {
        let parts = row.iter().filter_map(|element| match element {
            Element::Part(part) => Some(part.letter.as_str()),
            _ => None,
        });
        parts.collect()
    };
    figure.rows.iter().map(row).collect()
}

#[test]
fn parts_stand_beside_each_other_where_the_page_has_room() {
    assert_eq!(letters(&figure(None, None))[..2], ["A", "B"]);
    assert_eq!(letters(&figure(Some(183.0), Some(2))), ["AB", "CD"]);
    assert_eq!(letters(&figure(Some(89.0), None)), ["A", "B", "C", "D"]);
    assert_eq!(letters(&figure(Some(183.0), Some(3))), ["ABC", "D"]);
}

/// Nothing is drawn beyond the page, and every letter at the left edge of its part.
#[test]
fn every_letter_is_drawn_in_bold() {
    for width in [Some(57.0), Some(89.0), Some(183.0), Some(254.0), None] {
        let svg = figure(width, None).to_svg();
        let document = Document::parse(&svg).unwrap();
        let view_box = document.root_element().attribute("viewBox").unwrap();
        let across: f64 = view_box.split(' ').nth(2).unwrap().parse().unwrap();
        let bold: Vec<&str> = document
            .descendants()
            .filter(|node| node.attribute("font-weight") == Some("bold"))
            .filter_map(|node| node.text())
            .collect();
        for letter in ["A", "B", "C", "D"] {
            assert!(bold.contains(&letter), "{letter} at {width:?}: {bold:?}");
        }
        for image in document
            .descendants()
            .filter(|node| node.has_tag_name("image"))
        {
            let read = |name| image.attribute(name).unwrap().parse::<f64>().unwrap();
            assert!(read("x") + read("width") <= across, "at {width:?} mm");
        }
    }
}

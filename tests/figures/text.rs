//! Names and numbers from outside: whatever they hold, the file stays whole.

use localized_lora::figure::Cell;
use localized_lora::figure::palette::{Hue, Theme};
use localized_lora::figure::{
    Colors, Column, ConfusionMatrix, Element, Figure, Guide, GuideAxis, Heading, Heatmap, Mark,
    Marker, Metadata, Plot, Row, ScaleBar, Series, SeriesStyle, Table,
};
use nalgebra::DMatrix;
use proptest::prelude::*;

use super::samples::THEMES;

/// A figure in which every text is `name`.
fn named(theme: Theme, name: &str) -> Figure {
    let color = Hue::Blue.on(theme);
    let heatmap = Heatmap {
        headings: vec![Heading::name(name, Some(color)), Heading::plain(name)],
        ..Heatmap::new(DMatrix::identity(3, 3), (0.0, 1.0), Colors::Diverging)
    };
    let plot = Plot {
        title: Some(name.to_owned()),
        x_label: name.to_owned(),
        y_label: name.to_owned(),
        series: vec![Series::line(name, color, vec![(0.0, 0.0), (1.0, 1.0)])],
        marks: vec![Mark {
            x: 0.5,
            y: 0.5,
            color,
            marker: Marker::Diamond,
            hollow: false,
            label: name.to_owned(),
        }],
        guides: [GuideAxis::X, GuideAxis::Y]
            .map(|axis| Guide {
                axis,
                at: 0.5,
                label: name.to_owned(),
                color: None,
            })
            .to_vec(),
        ..Plot::default()
    };
    let table = Table {
        title: Some(name.to_owned()),
        columns: vec![Column::left(name), Column::right(name)],
        rows: vec![Row {
            color: Some(color),
            cells: vec![Cell::text(name); 3],
        }],
    };
    let confusion = ConfusionMatrix {
        counts: vec![vec![u64::MAX, 0], vec![1]],
        classes: vec![name.to_owned(); 2],
        headings: vec![Heading::plain(name)],
        color,
    };
    let bar = ScaleBar {
        range: (0.0, 1.0),
        colors: Colors::Diverging,
        label: name.to_owned(),
        missing: Some("no value"),
        whole: false,
    };
    Figure::new(theme, 252.0, Metadata::new(name, name, name, name))
        .with_title(name)
        .with_row(vec![
            Element::Heatmap(heatmap),
            Element::ConfusionMatrix(confusion),
        ])
        .with_row(vec![Element::Plot(plot)])
        .with_row(vec![Element::Table(table), Element::ScaleBar(bar)])
        .with_row(vec![Element::Notes(vec![name.to_owned()])])
}

/// Every text stays on the page: its start, and its end as far as it is measured here.
fn check(figure: &Figure) {
    let svg = figure.to_svg();
    let document = usvg::roxmltree::Document::parse(&svg).unwrap();
    assert!(document.descendants().any(|node| node.has_tag_name("svg")));
    figure.to_png(120, 72.0).unwrap();
    assert!(figure.to_pdf().unwrap().starts_with(b"%PDF"));
}

#[test]
fn nonsense_names_leave_the_file_whole() {
    let long = "very long ".repeat(500);
    for name in [
        "",
        " ",
        "<&>\"' ]]> <!-- --> <script>",
        "&#0; &amp;",
        "a\u{0}b\u{1}\u{b}\u{7f}\u{85}",
        "\u{fffe}\u{ffff}\u{feff}",
        "line\nbreak\r\n\ttab",
        "שלום עולם العربية",
        "\u{202e}reversed\u{202c} \u{2066}x",
        "emoji 🙂👩‍👩‍👧‍👦🏳️‍🌈",
        "中文字符 ไทย हिन्दी",
        "e\u{301}\u{301}\u{301}\u{301}",
        "r_block and r_diag and r_block",
        "\u{10ffff}\u{e000}",
        &long,
    ] {
        for theme in THEMES {
            check(&named(theme, name));
        }
    }
}

#[test]
fn a_name_is_text_in_the_svg_and_not_markup() {
    let svg = named(Theme::Light, "<b>&x</b>").to_svg();
    let document = usvg::roxmltree::Document::parse(&svg).unwrap();
    let mut texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    assert!(texts.any(|node| node.text() == Some("<b>&x</b>")));
    assert!(!document.descendants().any(|node| node.has_tag_name("b")));
}

#[test]
fn a_long_name_is_cut_with_an_ellipsis() {
    let svg = named(Theme::Light, &"endless ".repeat(300)).to_svg();
    let document = usvg::roxmltree::Document::parse(&svg).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    for text in texts.filter_map(|node| node.text()) {
        // 252 points hold no more than some 80 letters of 7 points.
        assert!(text.chars().count() < 90, "{text}");
    }
    assert!(svg.contains('…'));
}

#[test]
fn any_numbers_can_be_plotted() {
    let (nan, inf) = (f64::NAN, f64::INFINITY);
    let clouds: Vec<Vec<(f64, f64)>> = vec![
        vec![],
        vec![(nan, nan), (inf, 1.0), (1.0, -inf)],
        vec![(0.0, 0.0)],
        vec![(1.0, 5.0), (2.0, 5.0), (3.0, 5.0)],
        vec![(1e-300, 1e300), (1e300, 1e-300)],
        vec![(-1.7e308, -1.7e308), (1.7e308, 1.7e308)],
        vec![(5e-324, 5e-324), (1e-310, 1e-310)],
        vec![(1.0, 1.0), (nan, 2.0), (3.0, 3.0)],
        vec![(1.0, 1.0), (1.0 + 1e-15, 1.0 + 1e-15)],
    ];
    for points in clouds {
        for style in [
            SeriesStyle::Line,
            SeriesStyle::LineWithPoints,
            SeriesStyle::FaintPoints,
            SeriesStyle::Steps,
        ] {
            for (log_x, log_y) in [(false, false), (true, false), (true, true)] {
                check(&cloud(&points, style, (log_x, log_y)));
            }
        }
    }
}

fn cloud(points: &[(f64, f64)], style: SeriesStyle, (log_x, log_y): (bool, bool)) -> Figure {
    let theme = Theme::Light;
    let mut series = Series::line("cloud", Hue::Blue.on(theme), points.to_vec());
    series.style = style;
    series.spread = points.to_vec();
    let marks = points.iter().map(|(x, y)| Mark {
        x: *x,
        y: *y,
        color: Hue::Vermillion.on(theme),
        marker: Marker::Circle,
        hollow: false,
        label: "here".to_owned(),
    });
    let guides = points.iter().map(|(x, _)| Guide {
        axis: GuideAxis::X,
        at: *x,
        label: "cut".to_owned(),
        color: None,
    });
    let plot = Plot {
        log_x,
        log_y,
        marks: marks.collect(),
        guides: guides.collect(),
        series: vec![series],
        ..Plot::default()
    };
    let figure = Figure::new(theme, 252.0, Metadata::new("cloud", "", "", ""));
    figure.with_row(vec![Element::Plot(plot)])
}

#[test]
fn any_matrix_can_be_pictured() {
    for (rows, cols) in [(0, 0), (0, 5), (1, 1), (1, 900), (900, 1), (3, 2500)] {
        for value in [0.0, f64::NAN, f64::INFINITY, -1e308, 5e-324] {
            for range in [
                (0.0, 0.0),
                (0.0, f64::NAN),
                (1.0, -1.0),
                (-1.7e308, 1.7e308),
            ] {
                let matrix = DMatrix::from_element(rows, cols, value);
                let map = Heatmap::new(matrix, range, Colors::Diverging);
                let figure = Figure::new(Theme::Dark, 150.0, Metadata::new("m", "", "", ""));
                figure
                    .with_row(vec![Element::Heatmap(map)])
                    .to_png(60, 72.0)
                    .unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_name_at_all(name in ".{0,60}") {
        let svg = named(Theme::Light, &name).to_svg();
        usvg::roxmltree::Document::parse(&svg).unwrap();
    }
}

#[test]
fn a_table_copies_as_text_csv_and_latex() {
    let table = Table {
        title: None,
        columns: vec![
            Column::left("Method"),
            Column::right("Share"),
            Column::right("Error"),
        ],
        rows: vec![
            Row {
                color: None,
                cells: vec![
                    Cell::text("LoRA, r_1"),
                    Cell::number("28.6 %", 0.285_714),
                    Cell::number("0.2313", 0.231_349),
                ],
            },
            Row {
                color: None,
                cells: vec![
                    Cell::text("a \"b\""),
                    Cell::count(50_565),
                    Cell::text("2·10⁻⁷"),
                ],
            },
        ],
    };
    assert_eq!(
        table.to_csv(),
        "method,share,error\n\"LoRA, r_1\",0.285714,0.231349\n\"a \"\"b\"\"\",50565,2·10⁻⁷\n"
    );
    assert_eq!(
        table.to_text(),
        concat!(
            "Method      Share   Error\n",
            "LoRA, r_1  28.6 %  0.2313\n",
            "a \"b\"      50,565  2·10⁻⁷\n"
        )
    );
    let latex = table.to_latex();
    assert!(latex.starts_with("\\begin{tabular}{lrr}\n\\toprule\nMethod & Share & Error \\\\\n"));
    assert!(
        latex.contains("LoRA, r\\_1 & 28.6 \\% & 0.2313 \\\\"),
        "{latex}"
    );
    assert!(latex.contains("2$\\cdot$10$^{-7}$"), "{latex}");
}

/// Whatever fonts the machine has.
#[test]
fn a_name_in_another_script_is_drawn_with_a_font_of_the_system_or_mentioned() {
    let figure = named(Theme::Light, "数据.csv");
    let svg = figure.to_svg();
    let families = svg.matches(" fallback'").count();
    match figure.font_note() {
        Some(note) => {
            assert!(
                note.starts_with("2 characters are drawn as boxes"),
                "{note}"
            );
            assert_eq!(families, 0);
        }
        // In the document's list, and with its glyphs.
        None => assert!(families >= 2, "{families}"),
    }
    check(&figure);
    let ordinary = named(Theme::Light, "data Σσ‖ŴÜ.csv");
    assert_eq!(ordinary.font_note(), None);
    assert!(!ordinary.to_svg().contains("fallback"));
}

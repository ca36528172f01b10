//! Every figure in every format reads back, with its size, its text and its metadata.

use std::path::Path;

use localized_lora::figure::palette::Theme;
use localized_lora::figure::{
    Element, Figure, FigureError, Format, MAX_PIXELS, Metadata, default_png_width, render,
};
use usvg::roxmltree;

use super::samples::{self, THEMES};

fn suffix(theme: Theme) -> &'static str {
    match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

fn to_gallery(name: &str, theme: Theme, format: Format, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("FIGURE_GALLERY") {
        let file = format!("{name}_{}.{}", suffix(theme), format.extension());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(Path::new(&folder).join(file), bytes).unwrap();
    }
}

#[test]
fn every_figure_reads_back_in_every_format_and_theme() {
    for theme in THEMES {
        for (name, figure) in samples::all(theme) {
            let width = default_png_width(&figure, 220.0);
            for format in Format::ALL {
                let bytes = render(&figure, format, width, 220.0).unwrap();
                to_gallery(name, theme, format, &bytes);
                match format {
                    Format::Svg => check_svg(&figure, &bytes),
                    Format::Png => check_png(&figure, &bytes, width),
                    Format::Pdf => check_pdf(&figure, &bytes),
                }
            }
        }
    }
}

fn check_svg(figure: &Figure, bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let document = roxmltree::Document::parse(text).unwrap();
    let all_text: String = document
        .descendants()
        .filter_map(|node| node.text())
        .collect();
    for (_, value) in figure.metadata.entries() {
        assert!(all_text.contains(value), "{value} is not in the SVG");
    }
    // Everything that is drawn lies on the page.
    let number =
        |node: roxmltree::Node, name| node.attribute(name).map(|v| v.parse::<f64>().unwrap());
    let root = document.root_element();
    let page: Vec<f64> = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .map(|number| number.parse().unwrap())
        .collect();
    for node in document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
    {
        if let (Some(x), Some(y)) = (number(node, "x"), number(node, "y")) {
            assert!((0.0..=page[2]).contains(&x), "{:?} at x {x}", node.text());
            assert!((0.0..=page[3]).contains(&y), "{:?} at y {y}", node.text());
        }
    }
}

fn check_png(figure: &Figure, bytes: &[u8], width: u32) {
    let reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let info = reader.info();
    assert_eq!(info.width, width);
    let dims = info.pixel_dims.unwrap();
    assert_eq!(
        (dims.xppu, dims.yppu),
        (8661, 8661),
        "220 dpi in dots per metre"
    );
    assert_eq!(dims.unit, png::Unit::Meter);
    let read: Vec<(String, String)> = info
        .utf8_text
        .iter()
        .map(|chunk| (chunk.keyword.clone(), chunk.get_text().unwrap()))
        .collect();
    for (keyword, text) in figure.metadata.entries() {
        assert!(
            read.contains(&(keyword.to_owned(), text.to_owned())),
            "{keyword}"
        );
    }
}

fn check_pdf(figure: &Figure, bytes: &[u8]) {
    assert!(bytes.starts_with(b"%PDF-"));
    let text = String::from_utf8_lossy(bytes);
    for (_, value) in figure.metadata.entries() {
        assert!(text.contains(value), "{value} is not in the PDF's metadata");
    }
    // Embedded, and not the machine's.
    assert!(text.contains("DejaVuSans"));
    assert!(
        !text.contains("/CreationDate"),
        "the same figure gives the same file"
    );
}

#[test]
fn equal_figures_give_equal_bytes() {
    let draw = || samples::delta(&samples::context(Theme::Light));
    for format in Format::ALL {
        let bytes = || render(&draw(), format, 700, 150.0).unwrap();
        assert!(bytes() == bytes(), "{format:?}");
    }
}

#[test]
fn the_ending_chooses_the_format() {
    for (path, format) in [
        ("a.svg", Format::Svg),
        ("dir.svg/b.PNG", Format::Png),
        ("c.d.pdf", Format::Pdf),
    ] {
        assert_eq!(Format::from_path(Path::new(path)), Ok(format));
    }
    for path in ["figure", "figure.jpg", ".png", "svg", ""] {
        let error = Format::from_path(Path::new(path)).unwrap_err();
        assert!(error.to_string().contains(".png, .svg or .pdf"), "{error}");
    }
}

#[test]
fn impossible_sizes_are_refused_with_the_widest_that_works() {
    let figure = samples::delta(&samples::context(Theme::Light));
    let Err(FigureError::Size { widest, .. }) = figure.to_png(u32::MAX, 300.0) else {
        panic!("a picture of four billion pixels across");
    };
    assert!(matches!(
        figure.to_png(0, 300.0),
        Err(FigureError::Size { .. })
    ));
    assert!(
        u64::from(widest) * 100 < MAX_PIXELS && widest > 5000,
        "{widest}"
    );
    assert!(figure.to_png(widest + 50, 300.0).is_err());
    for dpi in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        assert!(matches!(
            figure.to_png(100, dpi),
            Err(FigureError::Resolution { .. })
        ));
    }
}

#[test]
fn an_empty_figure_and_any_width_can_be_drawn() {
    for width in [f64::NAN, -5.0, 0.0, 1.0, 1e9, f64::INFINITY] {
        for rows in [vec![], vec![vec![]], vec![vec![Element::Blank]]] {
            let mut figure = Figure::new(Theme::Dark, width, Metadata::new("", "", "", ""));
            figure.rows = rows;
            assert!(figure.to_pdf().unwrap().starts_with(b"%PDF"));
            figure.to_png(50, 72.0).unwrap();
        }
    }
}

/// `assets/icon.png` is `assets/icon.svg` drawn at its own size; `FIGURE_GALLERY=folder` writes
/// it anew into the gallery.
#[test]
fn the_icon_s_pixels_are_those_of_its_drawing() {
    let drawing = std::fs::read_to_string("assets/icon.svg").unwrap();
    let tree = usvg::Tree::from_str(&drawing, &usvg::Options::default()).unwrap();
    let mut pixels = resvg::tiny_skia::Pixmap::new(256, 256).unwrap();
    resvg::render(&tree, usvg::Transform::default(), &mut pixels.as_mut());
    if let Some(folder) = std::env::var_os("FIGURE_GALLERY") {
        std::fs::create_dir_all(&folder).unwrap();
        pixels
            .save_png(Path::new(&folder).join("icon.png"))
            .unwrap();
    }
    let stored = std::fs::read("assets/icon.png").unwrap();
    let stored = resvg::tiny_skia::Pixmap::decode_png(&stored).unwrap();
    let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 2;
    assert!(stored.data().iter().zip(pixels.data()).all(near));
    assert_eq!((stored.width(), stored.height()), (256, 256));
}

//! Every figure in every format reads back, with its size, its text and its metadata.

use std::path::Path;

use localized_lora::figure::palette::Theme;
use localized_lora::figure::{
    Element, FONT_BOLD, FONT_REGULAR, Figure, FigureError, Format, MAX_PIXELS, Metadata,
    default_png_width, render,
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
    check_texts_apart(text);
}

/// Every text lies on the page and on no other text, as far as letters reach in the real font.
pub fn check_texts_apart(svg: &str) {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(FONT_REGULAR.to_vec());
    fonts.load_font_data(FONT_BOLD.to_vec());
    let options = usvg::Options {
        dpi: 72.0,
        fontdb: std::sync::Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).unwrap();
    let mut boxes = Vec::new();
    collect_texts(tree.root(), &mut boxes);
    assert!(boxes.len() > 5, "texts are drawn");
    for (i, (area, text)) in boxes.iter().enumerate() {
        assert!(
            area.left() >= 0.0 && area.right() <= tree.size().width(),
            "{text}"
        );
        assert!(
            area.top() >= 0.0 && area.bottom() <= tree.size().height(),
            "{text}"
        );
        for (other, other_text) in &boxes[..i] {
            let width = area.right().min(other.right()) - area.left().max(other.left());
            let height = area.bottom().min(other.bottom()) - area.top().max(other.top());
            // Boxes hold the whole line, which may touch the next one.
            assert!(width <= 0.5 || height <= 2.0, "{text} lies on {other_text}");
        }
    }
}

fn collect_texts(group: &usvg::Group, boxes: &mut Vec<(usvg::Rect, String)>) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => collect_texts(group, boxes),
            usvg::Node::Text(text) => {
                let content = text.chunks().iter().map(usvg::TextChunk::text);
                boxes.push((text.abs_bounding_box(), content.collect()));
            }
            _ => {}
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

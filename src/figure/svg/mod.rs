//! SVG: the layout of a figure, and its parts drawn one below the other.

mod arrange;
mod canvas;
mod frame;
mod heatmap;
mod legend;
mod named;
mod plot;
mod product;
mod series;
mod table;

use std::collections::BTreeSet;

use canvas::{Anchor, Canvas, escape};

use super::font::{FAMILY, Type};
use super::paper::millimetres;
use super::{Element, Figure, Heading, Metadata, Part, label, palette};

const MARGIN: f64 = 8.0;
const COLUMN_GAP: f64 = 12.0;
const ROW_GAP: f64 = 12.0;

const TITLE: Type = Type::bold(9.5);
/// The letter of a part.
const LETTER: Type = Type::bold(10.0);
const NAME: Type = Type::bold(8.0);
const BODY: Type = Type::regular(7.5);
const SMALL: Type = Type::regular(7.0);
const LINE_HEIGHT: f64 = 10.5;
const TITLE_HEIGHT: f64 = 12.0;

/// The source of a document's fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fonts {
    /// In the document.
    Embedded,
    /// It has it: our own drawing of PNG and PDF.
    Known,
}

/// The characters written in a figure, in regular and in bold.
pub(super) fn written(figure: &Figure) -> [BTreeSet<char>; 2] {
    let mut canvas = Canvas::new(figure);
    draw(figure, figure.layout_width(), &mut canvas);
    canvas.written().clone()
}

/// Whether numbers that belong into cells have no room there.
pub(super) fn lacks_numbers(figure: &Figure) -> bool {
    let mut canvas = Canvas::new(figure);
    draw(figure, figure.layout_width(), &mut canvas);
    canvas.lacks_numbers
}

/// The whole document, its size in millimetres, and what is written in it, in regular and in bold.
pub(super) fn document(figure: &Figure, fonts: Fonts) -> (String, [BTreeSet<char>; 2]) {
    let width = figure.layout_width();
    let mut canvas = Canvas::new(figure);
    let height = draw(figure, width, &mut canvas);
    let written = canvas.written().clone();
    let text = format!(
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" "#,
            r#"width="{across}mm" height="{down}mm" viewBox="0 0 {width} {height}" "#,
            r#"font-family="'{family}'{others}, Verdana, sans-serif" role="img">"#,
            "\n{about}{faces}",
            r#"<rect width="{width}" height="{height}" fill="{ground}"/>"#,
            "\n{body}</svg>\n"
        ),
        across = canvas::xy(millimetres(width * figure.scale())),
        down = canvas::xy(millimetres(height * figure.scale())),
        width = canvas::xy(width),
        height = canvas::xy(height),
        family = FAMILY,
        others = match fonts {
            Fonts::Embedded => canvas.fallback_families(),
            Fonts::Known => String::new(),
        },
        about = about(&figure.metadata),
        faces = match fonts {
            Fonts::Embedded => canvas.font_faces(),
            Fonts::Known => String::new(),
        },
        ground = palette::background(figure.theme).hex(),
        body = canvas.finish(),
    );
    (text, written)
}

/// Draws title and rows; the answer is the figure's height.
fn draw(figure: &Figure, width: f64, canvas: &mut Canvas) -> f64 {
    let inner = width - 2.0 * MARGIN;
    let mut y = MARGIN;
    if let Some(title) = &figure.title {
        let color = palette::foreground(figure.theme);
        let lines = match figure.one_line_title {
            true => vec![TITLE.fit_ends(title, inner)],
            false => lines(title, TITLE, inner),
        };
        for line in &lines {
            canvas.text((MARGIN, y + 9.0), line, TITLE, color, Anchor::Start);
            y += TITLE_HEIGHT;
        }
        y += 18.0 - TITLE_HEIGHT;
    }
    y = draw_rows(canvas, (MARGIN, y), inner, &figure.rows);
    (y + MARGIN).ceil()
}

/// Draws rows below each other, wrapped where their elements would be too narrow; the answer is the
/// lower edge.
fn draw_rows(canvas: &mut Canvas, (x, top): (f64, f64), width: f64, rows: &[Vec<Element>]) -> f64 {
    let mut y = top;
    for (i, row) in arrange::wrapped(rows, width).iter().enumerate() {
        if i > 0 {
            y += ROW_GAP;
        }
        let columns = row.len().max(1) as f64;
        let share = ((width - COLUMN_GAP * (columns - 1.0)) / columns).max(20.0);
        // Pictures of a row begin at the same height, however many lines stand above each.
        let most = |lines: &dyn Fn(&Element) -> usize| {
            row.iter()
                .map(|element| lines(element))
                .max()
                .unwrap_or_default()
        };
        let lines = Above {
            headings: most(&heading_lines),
            titles: most(&|element| title_lines(element, share)),
        };
        let mut tallest: f64 = 0.0;
        for (column, element) in row.iter().enumerate() {
            let at = (x + column as f64 * (share + COLUMN_GAP), y);
            tallest = tallest.max(draw_element(canvas, at, share, element, lines));
        }
        y += tallest;
    }
    y
}

/// The lines above all elements of a row.
#[derive(Clone, Copy)]
struct Above {
    headings: usize,
    /// Above plots.
    titles: usize,
}

/// Draws an element, its picture below so many lines; the answer is its height.
fn draw_element(
    canvas: &mut Canvas,
    at: (f64, f64),
    width: f64,
    element: &Element,
    above: Above,
) -> f64 {
    let lines = above.headings;
    match element {
        Element::Heatmap(map) => match &map.names {
            Some(names) => named::draw(canvas, at, width, (map, names), lines),
            None => heatmap::draw(canvas, at, width, map, lines),
        },
        Element::ConfusionMatrix(matrix) => {
            heatmap::draw_confusion(canvas, at, width, matrix, lines)
        }
        Element::ScaleBar(bar) => heatmap::draw_scale_bar(canvas, at, width, bar),
        Element::Product(one) => product::draw(canvas, at, width, one, lines),
        Element::Bars(bars) => product::draw_bars(canvas, at, width, bars, lines),
        Element::Plot(plot) => plot::draw(canvas, at, width, plot, above.titles),
        Element::Table(table) => table::draw(canvas, at, width, table),
        Element::Notes(notes) => draw_notes(canvas, at, width, notes),
        Element::Part(part) => draw_part(canvas, at, width, part),
        Element::Blank => 0.0,
    }
}

/// Draws a part under its letter; the answer is its height.
fn draw_part(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, part: &Part) -> f64 {
    if part.letter.is_empty() {
        return draw_rows(canvas, (x, y), width, &part.rows) - y;
    }
    let color = palette::foreground(canvas.theme);
    canvas.text((x, y + 8.5), &part.letter, LETTER, color, Anchor::Start);
    draw_rows(canvas, (x, y + 13.0), width, &part.rows) - y
}

fn heading_lines(element: &Element) -> usize {
    match element {
        Element::Heatmap(map) => map.headings.len(),
        Element::ConfusionMatrix(matrix) => matrix.headings.len(),
        Element::Product(product) => product.headings.len(),
        Element::Bars(bars) => bars.headings.len(),
        _ => 0,
    }
}

fn title_lines(element: &Element, width: f64) -> usize {
    match element {
        Element::Plot(plot) => plot::title_lines(plot, width).len(),
        _ => 0,
    }
}

/// Writes the headings; the answer is where a picture below `lines` lines of them begins.
fn top_below(
    canvas: &mut Canvas,
    (x, y): (f64, f64),
    width: f64,
    headings: &[Heading],
    lines: usize,
) -> f64 {
    draw_headings(canvas, (x, y), width, headings);
    y + lines as f64 * LINE_HEIGHT + if lines > 0 { 2.5 } else { 0.0 }
}

/// Writes the lines above a picture.
fn draw_headings(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, headings: &[Heading]) {
    for (i, heading) in headings.iter().enumerate() {
        let face = if heading.bold { NAME } else { BODY };
        let color = match heading.color {
            Some(color) => palette::as_text(canvas.theme, color),
            None => palette::foreground(canvas.theme),
        };
        let baseline = y + 8.0 + i as f64 * LINE_HEIGHT;
        let text = face.fit_ends(&heading.text, width);
        canvas.text((x, baseline), &text, face, color, Anchor::Start);
    }
}

/// Writes paragraphs, broken between words; the answer is their height.
fn draw_notes(canvas: &mut Canvas, (x, y): (f64, f64), width: f64, notes: &[String]) -> f64 {
    let color = palette::muted(canvas.theme);
    let mut baseline = y - 5.0;
    for line in notes.iter().flat_map(|note| lines(note, SMALL, width)) {
        baseline += LINE_HEIGHT - 1.0;
        canvas.text((x, baseline), &line, SMALL, color, Anchor::Start);
    }
    baseline + 2.5 - y
}

/// A paragraph broken between words; a word that is too long for a line loses its middle.
fn lines(text: &str, face: Type, width: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let text = label::unbroken(text);
    let words = text
        .split([' ', '\n', '\t'])
        .filter(|word| !word.is_empty());
    for word in words.map(|word| word.replace(label::NO_BREAK, " ")) {
        let longer = format!("{line}{}{word}", if line.is_empty() { "" } else { " " });
        if face.width(&longer) > width && !line.is_empty() {
            lines.push(face.fit_ends(&line, width));
            line = word;
        } else {
            line = longer;
        }
    }
    lines.push(face.fit_ends(&line, width));
    lines
}

/// Title, description and Dublin Core terms, for people, screen readers and search.
fn about(metadata: &Metadata) -> String {
    let mut text = format!("<title>{}</title>\n", escape(&metadata.title));
    if !metadata.description.is_empty() {
        text += &format!("<desc>{}</desc>\n", escape(&metadata.description));
    }
    text += concat!(
        r#"<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" "#,
        r#"xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">"#,
        r#"<rdf:Description rdf:about="">"#
    );
    for (name, value) in metadata.entries() {
        let term = match name {
            "Title" => "dc:title",
            "Description" => "dc:description",
            "Source" => "dc:source",
            // How the figure came to be, which is what the command line tells.
            "Command" => "dcterms:provenance",
            _ => "xmp:CreatorTool",
        };
        text += &format!("<{term}>{}</{term}>", escape(value));
    }
    text + "</rdf:Description></rdf:RDF></metadata>\n"
}

//! The shapes of an SVG document, written one after the other.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::figure::fallback::{Covered, Fallbacks};
use crate::figure::font::{self, Type};
use crate::figure::palette::{Rgb, Theme};
use crate::figure::place::Area;
use crate::figure::plot::Series;
use crate::figure::{Figure, Paper, label};
use crate::text::is_hidden;

/// The dashes of guides and of second measures.
const DASHES: &[f64] = &[3.0, 2.0];

/// The style of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub color: Rgb,
    pub width: f64,
    pub opacity: f64,
    /// Dashes and gaps in turn; none for a solid line.
    pub dashes: &'static [f64],
}

impl Stroke {
    pub(super) fn solid(color: Rgb, width: f64) -> Self {
        Self {
            color,
            width,
            opacity: 1.0,
            dashes: &[],
        }
    }

    /// The line of a series.
    pub(super) fn of_series(canvas: &Canvas, series: &Series, width: f64) -> Self {
        let dashes = match series.dashed {
            true => DASHES,
            false if canvas.line_styles => series.line_style(),
            false => &[],
        };
        Self {
            dashes,
            ..Self::solid(series.color, width)
        }
    }

    pub(super) fn dashed(color: Rgb, width: f64) -> Self {
        Self {
            dashes: DASHES,
            ..Self::solid(color, width)
        }
    }

    fn attributes(self) -> String {
        let mut text = format!(
            r#"fill="none" stroke="{}" stroke-width="{}""#,
            self.color.hex(),
            number(self.width)
        );
        if self.opacity < 1.0 {
            let _ = write!(text, r#" stroke-opacity="{}""#, number(self.opacity));
        }
        if !self.dashes.is_empty() {
            let lengths: Vec<String> = self.dashes.iter().map(|one| number(*one)).collect();
            let _ = write!(text, r#" stroke-dasharray="{}""#, lengths.join(" "));
        }
        text
    }
}

/// The end of a text that its position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Collects the shapes of a figure.
pub(super) struct Canvas {
    pub theme: Theme,
    /// Whether series differ in their dashes.
    pub line_styles: bool,
    /// The smallest type that may be set, in the units of the layout.
    pub smallest: f64,
    /// Whether numbers that belong into cells had no room there.
    pub lacks_numbers: bool,
    out: String,
    clips: usize,
    /// The characters written in the regular face and in the bold one.
    written: [BTreeSet<char>; 2],
}

impl Canvas {
    pub(super) fn new(figure: &Figure) -> Self {
        Self {
            theme: figure.theme,
            line_styles: figure.line_styles,
            smallest: Paper::SMALLEST / figure.scale(),
            lacks_numbers: false,
            out: String::new(),
            clips: 0,
            written: Default::default(),
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// The characters written, in the regular face and in the bold one.
    pub(super) fn written(&self) -> &[BTreeSet<char>; 2] {
        &self.written
    }

    /// A style that brings the glyphs of all that is written, so that the figure looks the same
    /// where the font is not installed.
    pub(super) fn font_faces(&self) -> String {
        let mut rules = String::new();
        let mut rule = |family: &str, weight: &str, face: Vec<u8>| {
            let _ = write!(
                rules,
                concat!(
                    "@font-face{{font-family:'{}'{};",
                    "src:url(data:font/ttf;base64,{})}}"
                ),
                family,
                weight,
                BASE64_STANDARD.encode(face)
            );
        };
        for (bold, characters) in [false, true].into_iter().zip(&self.written) {
            if let Some(face) = font::subset_of(bold, characters) {
                let weight = if bold {
                    ";font-weight:bold"
                } else {
                    ";font-weight:normal"
                };
                rule(font::FAMILY, weight, face);
            }
        }
        for (face, characters) in self.fallbacks() {
            if let Some(subset) = font::subset(&face.data, face.index, &characters) {
                rule(&face.name, "", subset);
            }
        }
        format!("<style>{rules}</style>\n")
    }

    /// The families of other fonts that have what the embedded one lacks, as the document lists
    /// them: empty for an ordinary figure.
    pub(super) fn fallback_families(&self) -> String {
        let faces = self.fallbacks();
        faces
            .iter()
            .map(|(face, _)| format!(", '{}'", face.name))
            .collect()
    }

    /// Other faces with the characters that are written in them.
    fn fallbacks(&self) -> Covered {
        let mut all = Covered::new();
        for (bold, characters) in [false, true].into_iter().zip(&self.written) {
            if characters.iter().all(|&c| font::has(bold, c)) {
                continue;
            }
            for (face, characters) in Fallbacks::system().faces_for(bold, characters).0 {
                match all.iter_mut().find(|(known, _)| known.name == face.name) {
                    Some((_, known)) => known.extend(characters),
                    None => all.push((face, characters)),
                }
            }
        }
        all
    }

    pub(super) fn fill(&mut self, area: Area, color: Rgb, opacity: f64) {
        let _ = writeln!(
            self.out,
            r#"<rect {} fill="{}"{}/>"#,
            place(area),
            color.hex(),
            fill_opacity(opacity)
        );
    }

    pub(super) fn outline(&mut self, area: Area, stroke: Stroke) {
        let _ = writeln!(self.out, "<rect {} {}/>", place(area), stroke.attributes());
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        let data = format!("M{} {}L{} {}", xy(from.0), xy(from.1), xy(to.0), xy(to.1));
        self.path(&data, stroke);
    }

    pub(super) fn path(&mut self, data: &str, stroke: Stroke) {
        if !data.is_empty() {
            let _ = writeln!(
                self.out,
                r#"<path d="{data}" {} stroke-linejoin="round"/>"#,
                stroke.attributes()
            );
        }
    }

    /// A filled shape, with a thin rim in another colour where one is given.
    pub(super) fn shape(&mut self, data: &str, color: Rgb, opacity: f64, rim: Option<Stroke>) {
        let rim = rim.map_or_else(String::new, |rim| {
            format!(
                r#" stroke="{}" stroke-width="{}""#,
                rim.color.hex(),
                number(rim.width)
            )
        });
        let _ = writeln!(
            self.out,
            r#"<path d="{data}" fill="{}"{}{rim}/>"#,
            color.hex(),
            fill_opacity(opacity)
        );
    }

    /// Text with its baseline at `at`.
    pub(super) fn text(
        &mut self,
        at: (f64, f64),
        text: &str,
        face: Type,
        color: Rgb,
        anchor: Anchor,
    ) {
        let position = format!(r#"x="{}" y="{}""#, xy(at.0), xy(at.1));
        self.write_text(&position, text, face, color, anchor);
    }

    /// Text that runs upwards, centred on `at`.
    pub(super) fn upward_text(&mut self, at: (f64, f64), text: &str, face: Type, color: Rgb) {
        self.write_text(&turned(at, 90), text, face, color, Anchor::Middle);
    }

    /// Text that begins at `at` and rises to the right by half a right angle.
    pub(super) fn slanted_text(&mut self, at: (f64, f64), text: &str, face: Type, color: Rgb) {
        self.write_text(&turned(at, 45), text, face, color, Anchor::Start);
    }

    fn write_text(&mut self, position: &str, text: &str, face: Type, color: Rgb, anchor: Anchor) {
        let text = label::clean(text);
        if text.is_empty() {
            return;
        }
        self.written[usize::from(face.bold)].extend(text.chars());
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let weight = if face.bold {
            r#" font-weight="bold""#
        } else {
            ""
        };
        let _ = writeln!(
            self.out,
            r#"<text {position} font-size="{}"{weight}{anchor} fill="{}">{}</text>"#,
            number(face.size),
            color.hex(),
            typeset(&text, face.size, self.smallest)
        );
    }

    /// A PNG stretched over `area`, its pixels kept sharp.
    pub(super) fn image(&mut self, area: Area, png: &[u8]) {
        let _ = writeln!(
            self.out,
            concat!(
                r#"<image {} preserveAspectRatio="none" style="image-rendering:pixelated" "#,
                r#"xlink:href="data:image/png;base64,{}"/>"#
            ),
            place(area),
            BASE64_STANDARD.encode(png)
        );
    }

    /// Cuts off at the edges of `area` what `draw` adds.
    pub(super) fn clipped(&mut self, area: Area, draw: impl FnOnce(&mut Self)) {
        let id = self.clips;
        self.clips += 1;
        let _ = writeln!(
            self.out,
            r#"<clipPath id="clip{id}"><rect {}/></clipPath><g clip-path="url(#clip{id})">"#,
            place(area)
        );
        draw(self);
        self.out += "</g>\n";
    }
}

fn place(area: Area) -> String {
    format!(
        r#"x="{}" y="{}" width="{}" height="{}""#,
        xy(area.x),
        xy(area.y),
        number(area.width),
        number(area.height)
    )
}

fn fill_opacity(opacity: f64) -> String {
    if opacity < 1.0 {
        format!(r#" fill-opacity="{}""#, number(opacity))
    } else {
        String::new()
    }
}

/// A coordinate, to a thousandth of a point.
pub(super) fn xy(value: f64) -> String {
    number(value)
}

fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0" } else { short }.to_owned()
}

/// Text as XML, its indices set low.
fn typeset(text: &str, size: f64, smallest: f64) -> String {
    let small = (size * 0.75).max(smallest).min(size);
    let (small, down) = (number(small), number(size * 0.2));
    let mut out = String::new();
    let mut lowered = false;
    for (part, low) in label::typeset(text) {
        let part = escape(part);
        out += &match (low, lowered) {
            (true, _) => format!(r#"<tspan dy="{down}" font-size="{small}">{part}</tspan>"#),
            (false, true) => format!(r#"<tspan dy="-{down}">{part}</tspan>"#),
            (false, false) => part,
        };
        lowered = low;
    }
    out
}

/// Text as XML character data or attribute value; characters that XML cannot hold are left out, and hidden ones
/// stand as numbers.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c if is_hidden(c) => out += &format!("&#x{:x};", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// The place of a text at a point, turned upwards by so many degrees.
fn turned(at: (f64, f64), degrees: u32) -> String {
    let (x, y) = (xy(at.0), xy(at.1));
    format!(r#"transform="translate({x} {y}) rotate(-{degrees})""#)
}

//! The size and the look of a figure on the command line.

use clap::builder::TypedValueParser;

use super::{Failure, choice, number};
use crate::figure::palette::Theme;
use crate::figure::paper::{COLUMNS, Paper};
use crate::figure::{Format, Omitted};
use crate::session::Export;

/// The options that every figure has. They stand with `--figure` where a subcommand writes one
/// figure.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Figure")]
pub struct LookArgs {
    /// Width on paper (89mm, 3.5in, or a column such as nature-1, ieee-2, neurips, a4, slide), or of a
    /// PNG in pixels (1200) [default: the figure's own width on paper]
    #[arg(long, value_name = "WIDTH", value_parser = width)]
    pub width: Option<FigureWidth>,
    /// Size of labels on paper in points, 6.5 or more [default: 7.5]
    #[arg(long, value_name = "PT", value_parser = number::finite)]
    pub font_size: Option<f64>,
    /// Draws all lines solid, so that only colour and markers tell the methods apart
    #[arg(long)]
    pub solid_lines: bool,
    /// Leaves parts out: original, numbers, table, notes, or the panes and curves of a method (lora,
    /// melora, localized …)
    #[arg(long, value_name = "PART", value_parser = omitted, value_delimiter = ',')]
    pub omit: Vec<Omitted>,
    /// Resolution of a PNG in dots per inch [default: 300]
    #[arg(long, value_name = "DPI", value_parser = number::finite)]
    pub dpi: Option<f64>,
    /// Light or dark background [default: light]
    #[arg(long, value_parser = themes())]
    pub theme: Option<Theme>,
}

/// The width of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FigureWidth {
    /// On paper, in millimetres.
    Paper(f64),
    /// Of a PNG.
    Pixels(u32),
}

impl LookArgs {
    /// Nothing is asked of vectors that only pixels have.
    ///
    /// # Errors
    /// The option that asks for it, and one that says the same of vectors.
    pub(super) fn refuse_pixels(&self, format: Format) -> Result<(), Failure> {
        let name = format.extension().to_uppercase();
        match (format, self.width, self.dpi) {
            (Format::Png, ..) => Ok(()),
            (_, Some(FigureWidth::Pixels(width)), _) => Err(Failure::usage(format!(
                "{name} has no pixels; write --width as a length or a column, such as 89mm or nature-1, \
                 or name a .png: {width}"
            ))),
            (_, _, Some(dpi)) => Err(Failure::usage(format!(
                "{name} has no resolution; leave --dpi out, or name a .png: {dpi}"
            ))),
            _ => Ok(()),
        }
    }

    /// The same look for any figure's file.
    pub(super) fn export(&self, path: std::path::PathBuf) -> Export {
        let (pixels, paper) = match self.width {
            Some(FigureWidth::Pixels(pixels)) => (Some(pixels), None),
            Some(FigureWidth::Paper(width)) => (None, Some(width)),
            None => (None, None),
        };
        Export {
            width: pixels,
            dpi: self.dpi.unwrap_or(Export::DPI),
            theme: self.theme.unwrap_or_default(),
            paper: Paper {
                width: paper,
                type_size: self.font_size.unwrap_or(Paper::TYPE),
                line_styles: !self.solid_lines,
            },
            omit: self.omit.clone(),
            ..Export::to(path)
        }
    }
}

pub(super) fn themes() -> impl TypedValueParser<Value = Theme> {
    choice::parser([
        ("light", "Dark text on white", Theme::Light),
        ("dark", "Light text on near-black", Theme::Dark),
    ])
}

/// Reads the name of a part that is left out.
fn omitted(text: &str) -> Result<Omitted, String> {
    let found = Omitted::all().find(|part| part.key() == text);
    found.ok_or_else(|| {
        let known: Vec<String> = Omitted::all().map(Omitted::key).collect();
        format!("write one of {}", known.join(", "))
    })
}

/// Reads a width: pixels, a length, or the name of a column.
fn width(text: &str) -> Result<FigureWidth, String> {
    if let Some(column) = COLUMNS.iter().find(|column| column.key == text) {
        return Ok(FigureWidth::Paper(column.width));
    }
    if let Ok(pixels) = text.trim_end_matches("px").parse() {
        return Ok(FigureWidth::Pixels(pixels));
    }
    let units = [("mm", 1.0), ("cm", 10.0), ("in", 25.4)];
    let length = units.into_iter().find_map(|(unit, millimetres)| {
        let number: f64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
        (number.is_finite() && number > 0.0).then_some(number * millimetres)
    });
    length.map(FigureWidth::Paper).ok_or_else(|| {
        let known: Vec<&str> = COLUMNS.iter().map(|column| column.key).collect();
        format!(
            "write a length (89mm, 3.5in), pixels of a PNG (1200) or one of {}",
            known.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_width_is_a_length_pixels_or_a_column() {
        for (text, read) in [
            ("89mm", FigureWidth::Paper(89.0)),
            ("8.9cm", FigureWidth::Paper(89.0)),
            ("2in", FigureWidth::Paper(50.8)),
            ("nature-2", FigureWidth::Paper(183.0)),
            ("elsevier-1.5", FigureWidth::Paper(140.0)),
            ("1200", FigureWidth::Pixels(1200)),
            ("1200px", FigureWidth::Pixels(1200)),
        ] {
            assert_eq!(width(text), Ok(read), "{text}");
        }
        for text in ["", "mm", "-3mm", "nanmm", "infin", "nature", "89 pt", "1.5"] {
            assert!(
                width(text).is_err_and(|why| why.contains("neurips")),
                "{text}"
            );
        }
    }
}

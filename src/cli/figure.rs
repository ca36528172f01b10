//! `--figure` and what is chosen for it.

use std::path::{Path, PathBuf};

use clap::builder::TypedValueParser;

use super::print::remarks;
use super::{Failure, LookArgs, choice, output};
use crate::figure::{Figure, Format, render};
use crate::session::Export;
use crate::views::{Document, idle_note};

/// The figure's file and look; the look asks for a file.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Figure")]
pub struct FigureArgs {
    /// Writes a figure of the result; the ending decides the format, - is standard output
    #[arg(long, value_name = "FILE.png|.svg|.pdf", value_parser = output::parser(), allow_hyphen_values = true)]
    pub figure: Option<PathBuf>,
    /// The figure's format, where no file ending gives it
    #[arg(long, value_parser = formats(), requires = "figure")]
    pub format: Option<Format>,
    #[command(flatten)]
    pub(super) look: LookArgs,
}

pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    choice::parser([
        ("png", "Pixels", Format::Png),
        ("svg", "Vectors for the web", Format::Svg),
        ("pdf", "Vectors for print", Format::Pdf),
    ])
}

/// A figure that was asked for, in a format that exists.
#[derive(Clone, Debug)]
pub struct FigureTarget {
    /// File and look.
    pub export: Export,
    format: Format,
}

impl FigureArgs {
    /// The place to write to, if a figure was asked for; checked before anything is computed.
    ///
    /// # Errors
    /// A format that neither the ending nor `--format` names, or both and not the same; pixels for
    /// a terminal, or of vectors.
    pub fn target(&self) -> Result<Option<FigureTarget>, Failure> {
        let Some(path) = &self.figure else {
            return Ok(None);
        };
        let (format, by_name) = self.format_of(path)?;
        self.look.refuse_pixels(format)?;
        let export = Export {
            format: by_name.then_some(format),
            ..self.look.export(path.clone())
        };
        Ok(Some(FigureTarget { export, format }))
    }

    /// The format, and whether only `--format` tells it.
    fn format_of(&self, path: &Path) -> Result<(Format, bool), Failure> {
        let given = self.format;
        if output::is_standard(path) {
            let Some(format) = given else {
                return Err(Failure::usage(
                    "standard output has no ending that names the format of a figure; \
                     add --format png, svg or pdf",
                ));
            };
            if format != Format::Svg {
                output::refuse_terminal("--figure", "a picture")?;
            }
            return Ok((format, true));
        }
        match (Format::from_path(path), given) {
            (Ok(named), Some(given)) if named != given => Err(Failure::usage(format!(
                "--format {} contradicts the ending; leave it out, or change the ending: {}",
                given.extension(),
                path.display()
            ))),
            (Ok(named), _) => Ok((named, false)),
            (Err(_), Some(given)) => Ok((given, true)),
            (Err(_), None) => Err(Failure::usage(format!(
                "a figure can be written as .png, .svg or .pdf; add --format, or change the ending: {}",
                path.display()
            ))),
        }
    }
}

impl FigureTarget {
    /// Draws and writes the figure of a view, and says where it is and what of it was left out in vain.
    ///
    /// # Errors
    /// No figure, and as [`Self::write`].
    pub fn draw(&self, document: &Document<'_>) -> Result<Vec<String>, Failure> {
        let figure = document.figure().map_err(Failure::run)?;
        let written = self.write(&figure)?;
        let idle = idle_note(&document.idle_omissions(&figure));
        Ok(written.into_iter().chain(idle).collect())
    }

    /// Draws and writes the figure, whole or not at all, and says where it is unless that is
    /// standard output.
    ///
    /// # Errors
    /// A width or resolution that is not possible, a place that cannot be written.
    pub fn write(&self, figure: &Figure) -> Result<Option<String>, Failure> {
        let width = self.export.pixels(figure);
        let bytes = render(figure, self.format, width, self.export.dpi)?;
        let written = output::write(&self.export.path, &bytes, "figure")?;
        remarks(figure.font_note().as_slice());
        Ok(written)
    }
}

//! SOURCE and what is done to it before anything is computed.

use std::ffi::OsStr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::{OsStringValueParser, TypedValueParser};

use super::{PROGRAM, number};
use crate::session::{ChosenOrder, Session};
use crate::source::{self, Limits, NamedMatrix, Source, SourceError, Transform};
use crate::workspace::Opening;

/// Reads a SOURCE; a path need not be UTF-8. A session is more than a matrix and is refused.
pub(super) fn parser() -> impl TypedValueParser<Value = Source> {
    OsStringValueParser::new().try_map(|text| match opened(&text) {
        Ok(Opening::Source(source)) => Ok(source),
        Ok(Opening::File(_) | Opening::Workspace(_)) => Err(format!(
            "a session has settings of its own; write {PROGRAM} render {} --out DIR, or open it in the window",
            shlex::try_quote(&text.to_string_lossy()).unwrap_or_default()
        )),
        Err(why) => Err(why),
    })
}

/// Reads what the window can open: a SOURCE, a session file or a link text.
pub(super) fn opening() -> impl TypedValueParser<Value = Opening> {
    OsStringValueParser::new().try_map(|text| opened(&text))
}

fn opened(text: &OsStr) -> Result<Opening, String> {
    match text.to_str() {
        Some(text) => Opening::read(text).map_err(|error| error.to_string()),
        None => Ok(Opening::of_path(PathBuf::from(text))),
    }
}

/// One matrix.
#[derive(Clone, Debug, clap::Args)]
pub struct SourceArgs {
    /// The matrix: mnist:test:1, synthetic:KIND, a file, FILE#NAME
    #[arg(value_name = "SOURCE", value_parser = parser())]
    pub source: Source,
    /// Subtracts another matrix of the same shape, such as the base from a fine-tuned weight
    #[arg(long, value_name = "SOURCE", value_parser = parser())]
    pub subtract: Option<Source>,
    /// Scales down images with more pixels than this
    #[arg(long, value_name = "PIXELS", value_parser = number::non_zero)]
    pub max_pixels: Option<NonZeroUsize>,
    /// Approximates a picture in colour channel by channel, each with the same settings
    #[arg(long)]
    pub color: bool,
    #[command(flatten)]
    pub(super) transform: TransformArgs,
    /// Brings rows and columns into the order that localized-lora order found
    #[arg(long, value_name = "ORDER.json", value_parser = order())]
    pub order: Option<ChosenOrder>,
}

/// Reads an order from its file.
fn order() -> impl TypedValueParser<Value = ChosenOrder> {
    OsStringValueParser::new().try_map(|path| ChosenOrder::read(Path::new(&path)))
}

impl SourceArgs {
    /// The session before its settings have met the matrix.
    pub fn session(&self) -> Session {
        Session {
            source: self.source.clone(),
            subtract: self.subtract.clone(),
            transform: self.transform.transform(),
            order: self.order.clone(),
            color: self.color,
            ..Session::default()
        }
    }

    /// The files that are read.
    pub fn files(&self) -> Vec<PathBuf> {
        self.session().files()
    }

    /// Bounds on what may be read.
    pub fn limits(&self) -> Limits {
        limits(self.max_pixels)
    }
}

/// The window comes back to its source, which standard input cannot: it is read here.
pub(super) fn for_window(
    opening: Option<Opening>,
    limits: &Limits,
) -> Result<Option<Opening>, SourceError> {
    match opening {
        Some(Opening::Source(Source::StandardInput)) => {
            let loaded = source::load(&Source::StandardInput, limits)?;
            let named = NamedMatrix::new(loaded.name, loaded.matrix)?;
            Ok(Some(Opening::Source(Source::Values(Arc::new(named)))))
        }
        opening => Ok(opening),
    }
}

/// The usual limits, or those for larger images.
pub(super) fn limits(max_pixels: Option<NonZeroUsize>) -> Limits {
    max_pixels.map_or_else(Limits::default, |most| Limits::with_max_pixels(most.get()))
}

/// Reorderings: LoRA is unaffected, Localized is not.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct TransformArgs {
    /// Shuffles rows and columns, in an order that SEED determines
    #[arg(long, value_name = "SEED", value_parser = number::seed)]
    pub shuffle: Option<u64>,
    /// Moves all cells down and to the right; cells that leave one side enter at the other
    #[arg(long, value_name = "DOWN,RIGHT", value_parser = shift, allow_hyphen_values = true)]
    pub shift: Option<(i32, i32)>,
}

impl TransformArgs {
    /// As a transform.
    pub fn transform(self) -> Transform {
        Transform {
            shuffle: self.shuffle,
            shift: self.shift.unwrap_or_default(),
        }
    }
}

fn shift(text: &str) -> Result<(i32, i32), String> {
    let parsed = text
        .split_once(',')
        .and_then(|(down, right)| Some((down.trim().parse().ok()?, right.trim().parse().ok()?)));
    parsed.ok_or_else(|| "write two whole numbers, as in 3,-2".to_owned())
}

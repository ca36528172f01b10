//! SOURCE and what is done to it before anything is computed.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use clap::builder::{OsStringValueParser, TypedValueParser};

use super::number;
use crate::session::Session;
use crate::source::{self, Limits, NamedMatrix, Source, SourceError, Transform};

/// Reads a SOURCE; a path need not be UTF-8.
pub(super) fn parser() -> impl TypedValueParser<Value = Source> {
    OsStringValueParser::new().try_map(|text| match text.to_str() {
        Some(text) => text.parse::<Source>(),
        None => Ok::<_, SourceError>(Source::from_path(text)),
    })
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
    #[command(flatten)]
    pub(super) transform: TransformArgs,
}

impl SourceArgs {
    /// The session before its settings have met the matrix.
    pub fn session(&self) -> Session {
        Session {
            source: self.source.clone(),
            subtract: self.subtract.clone(),
            transform: self.transform.transform(),
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
    source: Option<Source>,
    limits: &Limits,
) -> Result<Option<Source>, SourceError> {
    match source {
        Some(Source::StandardInput) => {
            let loaded = source::load(&Source::StandardInput, limits)?;
            let named = NamedMatrix::new(loaded.name, loaded.matrix)?;
            Ok(Some(Source::Values(Arc::new(named))))
        }
        source => Ok(source),
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

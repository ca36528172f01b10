//! Source, settings and view: what undo, files, flags, figure metadata and *copy as command* share.

mod command;
mod export;
mod fitted;
mod order;
mod possible;
mod settings;
pub(crate) mod words;

pub use export::Export;
pub use fitted::{Change, FittedSettings};
pub use order::ChosenOrder;
pub use settings::Settings;
pub use words::CommandLine;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::source::{self, Limits, LoadedMatrix, Source, SourceError, Transform};

/// Everything that decides what is computed; small, so that undo may keep many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The source of the matrix.
    pub source: Source,
    /// The source that is subtracted from it, cell by cell.
    pub subtract: Option<Source>,
    /// Shuffle and shift.
    pub transform: Transform,
    /// An order of rows and columns, applied last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<ChosenOrder>,
    /// Whether a picture in colour is approximated channel by channel.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub color: bool,
    /// The settings of all methods.
    pub settings: Settings,
}

impl Session {
    /// The files that are read for it.
    pub fn files(&self) -> Vec<PathBuf> {
        let sources = std::iter::once(&self.source).chain(&self.subtract);
        sources.flat_map(Source::files).collect()
    }
}

impl Session {
    /// The matrix that the session looks at: source, minus what is subtracted, reordered.
    ///
    /// # Errors
    /// As [`source::load`].
    pub fn load(&self, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
        let limits = Limits {
            channels: self.color,
            ..*limits
        };
        let loaded = source::load(&self.whole_source(), &limits)?;
        let loaded = self.transform.of_loaded(loaded)?;
        match &self.order {
            Some(order) => order.of_loaded(loaded),
            None => Ok(loaded),
        }
    }

    /// Whether both sessions look at the same matrix, whatever their settings.
    pub fn same_matrix(&self, other: &Self) -> bool {
        self.source == other.source
            && self.subtract == other.subtract
            && self.transform == other.transform
            && self.order == other.order
            && self.color == other.color
    }

    /// The name of a matrix with all that was done to it.
    pub fn title(&self, name: &str) -> String {
        let ordered = self.order.as_ref().map_or("", |_| ChosenOrder::describe());
        name.to_owned() + &self.transform.describe() + ordered
    }

    /// The source with the subtraction in it.
    pub fn whole_source(&self) -> Source {
        match &self.subtract {
            None => self.source.clone(),
            Some(part) => self.source.clone().minus(part.clone()),
        }
    }

    /// The session as its result depends on it, with [`Settings::essentials`]. Two sessions that
    /// agree in this give the same numbers and the same command.
    #[must_use]
    pub fn essentials(mut self) -> Self {
        self.settings = self.settings.essentials();
        self
    }
}

impl Default for Session {
    /// The paper's digit at Table I's settings.
    fn default() -> Self {
        Self {
            source: Source::default(),
            subtract: None,
            transform: Transform::default(),
            order: None,
            color: false,
            settings: Settings::default(),
        }
    }
}

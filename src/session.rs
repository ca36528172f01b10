//! Source, settings and view: what undo, files, flags, figure metadata and *copy as command* share.

mod command;
mod export;
mod fitted;
mod possible;
mod settings;
pub(crate) mod words;

pub use export::Export;
pub use fitted::{Change, Fitted};
pub use settings::Settings;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::source::{self, Limits, Loaded, Source, SourceError, Transform};

/// Everything that decides what is computed; small, so that undo may keep many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// Where the matrix comes from.
    pub source: Source,
    /// What is taken from it, cell by cell.
    pub subtract: Option<Source>,
    /// Shuffle and shift, applied last.
    pub transform: Transform,
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
    pub fn load(&self, limits: &Limits) -> Result<Loaded, SourceError> {
        let loaded = source::load(&self.whole_source(), limits)?;
        self.transform.of_loaded(loaded)
    }

    /// Whether both sessions look at the same matrix, whatever their settings.
    pub fn same_matrix(&self, other: &Self) -> bool {
        self.source == other.source
            && self.subtract == other.subtract
            && self.transform == other.transform
    }

    /// What a matrix of this name is called after all that was done to it.
    pub fn title(&self, name: &str) -> String {
        name.to_owned() + &self.transform.describe()
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
            settings: Settings::default(),
        }
    }
}

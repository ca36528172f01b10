//! Source, settings and view: what undo, files, flags, figure metadata and *copy as command* share.

mod command;
mod fitted;
pub(crate) mod words;

pub use command::Export;
pub use fitted::{Change, Fitted, Knob};

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::approx::budget::BudgetRule;
use crate::approx::{
    AdaptiveSettings, LocalizedSettings, LoraSettings, MeloraSettings, Method, MethodSettings,
};
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

/// The settings of all methods as the user wants them, and what ties them together. What a matrix
/// takes of them is [`Settings::fitted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// LoRA's rank.
    pub lora: LoraSettings,
    /// MELoRA's blocks and rank.
    pub melora: MeloraSettings,
    /// Localized LoRA's grid and rank.
    pub localized: LocalizedSettings,
    /// A rank per block.
    pub adaptive: AdaptiveSettings,
    /// Whether the adaptive method is shown beside the paper's three.
    pub show_adaptive: bool,
    /// One budget for all, by this rule; `None` lets every rank be set on its own.
    pub matched: Option<BudgetRule>,
}

impl Default for Settings {
    /// Table I.
    fn default() -> Self {
        Self {
            lora: LoraSettings { rank: 4 },
            melora: MeloraSettings { blocks: 4, rank: 4 },
            localized: LocalizedSettings { grid: 2, rank: 2 },
            adaptive: AdaptiveSettings {
                grid: 2,
                budget: 224,
                painted: None,
            },
            show_adaptive: false,
            matched: None,
        }
    }
}

impl Settings {
    /// The settings of one method.
    pub fn of(&self, method: Method) -> MethodSettings {
        match method {
            Method::Lora => MethodSettings::Lora(self.lora),
            Method::Melora => MethodSettings::Melora(self.melora),
            Method::Localized => MethodSettings::Localized(self.localized),
            Method::LocalizedAdaptive => MethodSettings::LocalizedAdaptive(self.adaptive.clone()),
        }
    }

    /// The methods in view, in the order of the paper's tables.
    pub fn shown(&self) -> Vec<MethodSettings> {
        Method::ALL
            .into_iter()
            .filter(|method| self.show_adaptive || *method != Method::LocalizedAdaptive)
            .map(|method| self.of(method))
            .collect()
    }

    /// The settings as results depend on them: ranks that a matched budget sets and the settings
    /// of a method that is not shown are the usual ones.
    #[must_use]
    pub fn essentials(mut self) -> Self {
        let usual = Self::default();
        if !self.show_adaptive {
            self.adaptive = AdaptiveSettings {
                budget: match self.matched {
                    Some(_) => self.adaptive.budget,
                    None => usual.adaptive.budget,
                },
                ..usual.adaptive
            };
        }
        if self.matched.is_some() {
            self.lora.rank = usual.lora.rank;
            self.melora.rank = usual.melora.rank;
            self.localized.rank = usual.localized.rank;
        }
        self
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::settings::table_one;

    #[test]
    fn a_new_session_is_table_one() {
        assert_eq!(Session::default().settings.shown(), table_one());
    }
}

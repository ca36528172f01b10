//! Source, settings and view: what undo, files, flags, figure metadata and *copy as command* share.

use serde::{Deserialize, Serialize};

use crate::approx::budget::BudgetRule;
use crate::approx::{
    AdaptiveSettings, LocalizedSettings, LoraSettings, MeloraSettings, Method, MethodSettings,
};
use crate::source::{Dataset, Source, Split, Transform};

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

/// The settings of all methods and what ties them together.
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
}

impl Default for Session {
    /// The paper's digit at Table I's settings.
    fn default() -> Self {
        Self {
            source: Source::Digit {
                dataset: Dataset::BuiltIn,
                split: Split::Test,
                index: 1,
            },
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

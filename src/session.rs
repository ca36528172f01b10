//! Source, settings and view: what undo, files, flags, figure metadata and *copy as command* share.

mod command;
pub(crate) mod words;

pub use command::{Export, View};

use serde::{Deserialize, Serialize};

use crate::approx::budget::{BudgetRule, matched_rank};
use crate::approx::{
    AdaptiveSettings, BlockLayout, LayoutKind, LocalizedSettings, LoraSettings, MeloraSettings,
    Method, MethodSettings,
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

impl Settings {
    /// Lowers N, K and ranks to what a `rows × cols` matrix takes, derives matched ranks, and says
    /// what was changed. A matrix without cells changes nothing.
    pub fn fit(&mut self, rows: usize, cols: usize) -> Vec<String> {
        let most = rows.min(cols);
        let mut notes = Vec::new();
        if most == 0 {
            return notes;
        }
        let segments = [
            ("N", &mut self.melora.blocks),
            ("K", &mut self.localized.grid),
            ("K (adaptive)", &mut self.adaptive.grid),
        ];
        for (letter, value) in segments {
            let fitting = (*value).clamp(1, most);
            if fitting != *value {
                notes.push(format!(
                    "{letter} = {value} does not fit {rows} × {cols}, {fitting} is shown"
                ));
                *value = fitting;
            }
        }
        if let Some(painted) = &self.adaptive.painted
            && painted.len() != self.adaptive.grid * self.adaptive.grid
        {
            self.adaptive.painted = None;
        }
        if let Some(rule) = self.matched {
            self.match_ranks(rows, cols, rule);
        }
        notes
    }

    /// Sets every rank to the largest that the one budget pays for; zero where it pays for none.
    fn match_ranks(&mut self, rows: usize, cols: usize, rule: BudgetRule) {
        let budget = self.adaptive.budget;
        let local = rule.local_budget(budget, self.melora.blocks);
        let rank = |kind, budget| matched_rank(rows, cols, kind, budget).map_or(0, |m| m.rank);
        self.lora.rank = rank(LayoutKind::Grid(1), budget);
        self.melora.rank = rank(LayoutKind::Diagonal(self.melora.blocks), local);
        self.localized.rank = rank(LayoutKind::Grid(self.localized.grid), local);
    }

    /// Why the one budget pays for no rank of a method, if it does not.
    pub fn unaffordable(
        &self,
        rows: usize,
        cols: usize,
        settings: &MethodSettings,
    ) -> Option<String> {
        let rule = self.matched?;
        let rank = match settings {
            MethodSettings::Lora(s) => s.rank,
            MethodSettings::Melora(s) => s.rank,
            MethodSettings::Localized(s) => s.rank,
            MethodSettings::LocalizedAdaptive(_) => return None,
        };
        let layout = BlockLayout::new(rows, cols, settings.layout()).ok()?;
        let (budget, cost) = (self.adaptive.budget, layout.cost_per_rank());
        let share = match settings {
            MethodSettings::Lora(_) => budget,
            _ => rule.local_budget(budget, self.melora.blocks),
        };
        let what = match share == budget {
            true => format!("the budget of {budget}"),
            false => format!("its share of {share} of the budget of {budget}"),
        };
        (rank == 0).then(|| format!("{what} pays for no rank here, rank 1 needs {cost}"))
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

    /// What a matrix of this name is called after all that was done to it.
    pub fn title(&self, name: &str) -> String {
        name.to_owned() + &self.transform.describe()
    }

    /// What a figure of this view is of, as its metadata say it.
    pub fn subject(&self, view: &View) -> String {
        match view {
            View::Dataset { dataset, split, .. } => format!("{dataset} {split}"),
            _ => self.whole_source().to_string(),
        }
    }

    /// The source with the subtraction in it.
    pub fn whole_source(&self) -> Source {
        match &self.subtract {
            None => self.source.clone(),
            Some(part) => self.source.clone().minus(part.clone()),
        }
    }

    /// The session as its result depends on it: ranks that a matched budget sets and the settings
    /// of a method that is not shown are the usual ones. Two sessions that agree in this give the
    /// same numbers and the same command.
    #[must_use]
    pub fn essentials(mut self) -> Self {
        let usual = Settings::default();
        let settings = &mut self.settings;
        if !settings.show_adaptive {
            settings.adaptive = AdaptiveSettings {
                budget: match settings.matched {
                    Some(_) => settings.adaptive.budget,
                    None => usual.adaptive.budget,
                },
                ..usual.adaptive
            };
        }
        if settings.matched.is_some() {
            settings.lora.rank = usual.lora.rank;
            settings.melora.rank = usual.melora.rank;
            settings.localized.rank = usual.localized.rank;
        }
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

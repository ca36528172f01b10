//! What a user wants and what a matrix can take: settings are kept as wanted, and fitted anew to
//! every matrix that is computed.

use std::fmt;

use super::Settings;
use crate::approx::budget::{BudgetRule, Sharing, exact_budgets, matched_rank, parameters};
use crate::approx::{LayoutKind, Method, MethodSettings};
use crate::figure::label;

/// Settings as one matrix takes them, and what had to differ from the wanted ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The settings that are computed, printed and exported.
    pub settings: Settings,
    /// What was changed, in the order of the methods.
    pub changes: Vec<Change>,
}

/// A setting that a matrix can have another value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// LoRA's rank r.
    Rank,
    /// MELoRA's blocks N.
    Blocks,
    /// MELoRA's rank of each block.
    DiagRank,
    /// Localized LoRA's grid K.
    Grid,
    /// Localized LoRA's rank of each block.
    BlockRank,
    /// The grid of the method with a rank per block.
    AdaptiveGrid,
}

impl Knob {
    /// The paper's letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Rank => "r",
            Self::Blocks => "N",
            Self::DiagRank => "r_diag",
            Self::Grid | Self::AdaptiveGrid => "K",
            Self::BlockRank => "r_block",
        }
    }

    /// The method whose setting it is.
    pub fn method(self) -> Method {
        match self {
            Self::Rank => Method::Lora,
            Self::Blocks | Self::DiagRank => Method::Melora,
            Self::Grid | Self::BlockRank => Method::Localized,
            Self::AdaptiveGrid => Method::LocalizedAdaptive,
        }
    }
}

/// One wanted setting that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which setting.
    pub knob: Knob,
    /// What the user wants.
    pub wanted: usize,
    /// What is computed instead.
    pub used: usize,
    /// Rows and columns of what it must fit: the matrix, or its largest block.
    pub place: (usize, usize),
}

impl Change {
    /// Why the value beside it is not the wanted one: `r_diag = 4 wanted; 3 is the most for 3 × 3
    /// blocks`.
    pub fn reason(&self) -> String {
        let (letter, (rows, cols)) = (self.knob.letter(), self.place);
        let end = match (self.used < self.wanted, self.of_blocks()) {
            (false, _) => "the least".to_owned(),
            (true, true) => format!("the most for {rows} × {cols} blocks"),
            (true, false) => format!("the most for a {rows} × {cols} matrix"),
        };
        format!("{letter} = {} wanted; {} is {end}", self.wanted, self.used)
    }

    fn of_blocks(&self) -> bool {
        matches!(self.knob, Knob::DiagRank | Knob::BlockRank)
    }
}

impl fmt::Display for Change {
    /// `K lowered from 9 to 3 to fit the 3 × 3 matrix`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, (rows, cols)) = (self.knob.letter(), self.place);
        let (wanted, used) = (self.wanted, self.used);
        if used > wanted {
            return write!(f, "{letter} raised from {wanted} to {used}");
        }
        write!(f, "{letter} lowered from {wanted} to {used} to fit ")?;
        match self.of_blocks() {
            true => write!(f, "{rows} × {cols} blocks"),
            false => write!(f, "the {rows} × {cols} matrix"),
        }
    }
}

impl Fitted {
    /// What was changed, one sentence each; a grid that two methods share is told once.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = Vec::new();
        for change in &self.changes {
            let note = change.to_string();
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes
    }

    /// Why a method's settings are not the wanted ones.
    pub fn reasons(&self, method: Method) -> Vec<String> {
        let changes = self.changes.iter();
        let changes = changes.filter(|change| change.knob.method() == method);
        changes.map(Change::reason).collect()
    }
}

/// The largest block of a side cut into `segments`.
fn largest_block((rows, cols): (usize, usize), segments: usize) -> (usize, usize) {
    (rows.div_ceil(segments), cols.div_ceil(segments))
}

impl Settings {
    /// The settings as a `rows × cols` matrix takes them: N, K and ranks between 1 and the most
    /// that fits, ranks of one budget derived from it, ranks set by hand only on their own grid.
    /// Nothing of it depends on another matrix. A matrix without cells changes nothing.
    pub fn fitted(&self, rows: usize, cols: usize) -> Fitted {
        let mut fitting = Fitting {
            shape: (rows, cols),
            changes: Vec::new(),
        };
        let mut settings = self.clone();
        if rows.min(cols) > 0 {
            fitting.segments(Knob::Blocks, &mut settings.melora.blocks);
            fitting.segments(Knob::Grid, &mut settings.localized.grid);
            fitting.segments(Knob::AdaptiveGrid, &mut settings.adaptive.grid);
            match settings.matched {
                Some(rule) => settings.match_ranks(rows, cols, rule),
                None => {
                    let (blocks, grid) = (settings.melora.blocks, settings.localized.grid);
                    fitting.rank(Knob::Rank, &mut settings.lora.rank, 1);
                    fitting.rank(Knob::DiagRank, &mut settings.melora.rank, blocks);
                    fitting.rank(Knob::BlockRank, &mut settings.localized.rank, grid);
                }
            }
            let blocks = settings.adaptive.grid * settings.adaptive.grid;
            let painted = settings.adaptive.painted.take();
            settings.adaptive.painted = painted.filter(|ranks| ranks.len() == blocks);
            if !settings.show_adaptive {
                fitting.changes.retain(|c| c.knob != Knob::AdaptiveGrid);
            }
        }
        fitting.changes.sort_by_key(|change| change.knob as usize);
        Fitted {
            settings,
            changes: fitting.changes,
        }
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

    /// What one budget gives a method under the rule in use.
    pub fn share_of_budget(&self, method: Method) -> usize {
        let budget = self.adaptive.budget;
        match (self.matched, method) {
            (Some(rule), Method::Melora | Method::Localized) => {
                rule.local_budget(budget, self.melora.blocks)
            }
            _ => budget,
        }
    }

    /// Why the one budget pays for no rank of a method, if it does not.
    pub fn unaffordable(
        &self,
        rows: usize,
        cols: usize,
        settings: &MethodSettings,
    ) -> Option<String> {
        self.matched?;
        if settings.method() == Method::LocalizedAdaptive {
            return None;
        }
        let cost = parameters(rows, cols, settings.layout(), 1).ok()?;
        let (budget, share) = (
            self.adaptive.budget,
            self.share_of_budget(settings.method()),
        );
        let what = match share == budget {
            true => format!("the budget of {}", label::count(budget)),
            false => format!(
                "its share of {} of the budget of {}",
                label::count(share),
                label::count(budget)
            ),
        };
        let needs = label::count(cost);
        (share < cost).then(|| format!("{what} is too small; rank 1 needs {needs} parameters"))
    }

    /// The smallest budget that gives a method anything on a `rows × cols` matrix, where the
    /// present one is too small.
    pub fn budget_needed(
        &self,
        rows: usize,
        cols: usize,
        settings: &MethodSettings,
    ) -> Option<usize> {
        let kind = settings.layout();
        let least = match settings {
            MethodSettings::LocalizedAdaptive(adaptive) if adaptive.painted.is_some() => {
                return None;
            }
            // Its cheapest block alone: all segments but the first few are shorter by one.
            MethodSettings::LocalizedAdaptive(_) => {
                kind.check(rows, cols).ok()?;
                rows / kind.segments() + cols / kind.segments()
            }
            _ => {
                let rule = self.matched?;
                let cost = parameters(rows, cols, kind, 1).ok()?;
                match (settings, rule) {
                    (MethodSettings::Lora(_), _) | (_, BudgetRule::EqualParameters) => cost,
                    (_, BudgetRule::SectionTwoE) => cost * self.melora.blocks.max(1),
                }
            }
        };
        (self.adaptive.budget < least).then_some(least)
    }

    /// The budgets at which no shown method leaves a parameter over; empty where ranks are set one
    /// by one or no budget is common.
    pub fn exact_budgets(&self, rows: usize, cols: usize) -> Vec<usize> {
        let Some(rule) = self.matched else {
            return Vec::new();
        };
        let automatic = self.show_adaptive && self.adaptive.painted.is_none();
        let sharing = Sharing {
            rule,
            blocks: self.melora.blocks,
            grid: self.localized.grid,
            adaptive_grid: automatic.then_some(self.adaptive.grid),
        };
        exact_budgets(rows, cols, &sharing).unwrap_or_default()
    }
}

/// Settings on their way into a shape.
struct Fitting {
    shape: (usize, usize),
    changes: Vec<Change>,
}

impl Fitting {
    fn segments(&mut self, knob: Knob, value: &mut usize) {
        let most = self.shape.0.min(self.shape.1);
        self.set(knob, value, most, self.shape);
    }

    fn rank(&mut self, knob: Knob, value: &mut usize, segments: usize) {
        let block = largest_block(self.shape, segments);
        self.set(knob, value, block.0.min(block.1), block);
    }

    fn set(&mut self, knob: Knob, value: &mut usize, most: usize, place: (usize, usize)) {
        let (wanted, used) = (*value, (*value).clamp(1, most));
        if used != wanted {
            self.changes.push(Change {
                knob,
                wanted,
                used,
                place,
            });
            *value = used;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_lowered_and_told() {
        let table_one = Settings::default();
        let fitted = table_one.fitted(1, 50);
        assert_eq!(
            fitted.notes(),
            [
                "r lowered from 4 to 1 to fit the 1 × 50 matrix",
                "N lowered from 4 to 1 to fit the 1 × 50 matrix",
                "r_diag lowered from 4 to 1 to fit 1 × 50 blocks",
                "K lowered from 2 to 1 to fit the 1 × 50 matrix",
                "r_block lowered from 2 to 1 to fit 1 × 50 blocks",
            ]
        );
        let mut finer = table_one.clone();
        finer.melora.blocks = 8;
        assert_eq!(
            finer.fitted(28, 28).settings.melora.rank,
            4,
            "3 or 4 rows a block"
        );
        finer.melora.blocks = 28;
        assert_eq!(
            finer.fitted(28, 28).reasons(Method::Melora),
            ["r_diag = 4 wanted; 1 is the most for 1 × 1 blocks"]
        );
        assert!(table_one.fitted(28, 28).changes.is_empty());
        assert_eq!(table_one.fitted(0, 5).settings, table_one);
    }

    #[test]
    fn a_grid_that_two_methods_share_is_told_once() {
        let settings = Settings {
            show_adaptive: true,
            ..Settings::default()
        };
        let notes = settings.fitted(1, 4).notes();
        let grids = notes.iter().filter(|note| note.starts_with("K "));
        assert_eq!(grids.count(), 1, "{notes:?}");
    }

    #[test]
    fn a_budget_says_what_it_needs() {
        let mut settings = Settings {
            matched: Some(BudgetRule::SectionTwoE),
            show_adaptive: true,
            ..Settings::default()
        };
        let localized = settings.of(Method::Localized);
        assert_eq!(
            settings
                .unaffordable(28, 28, &localized)
                .expect("too small"),
            "its share of 56 of the budget of 224 is too small; rank 1 needs 112 parameters"
        );
        assert_eq!(settings.budget_needed(28, 28, &localized), Some(448));
        settings.adaptive.budget = 448;
        assert_eq!(settings.unaffordable(28, 28, &localized), None);
        assert_eq!(settings.budget_needed(28, 28, &localized), None);
        let adaptive = settings.of(Method::LocalizedAdaptive);
        assert_eq!(settings.budget_needed(1024, 1024, &adaptive), Some(1024));
    }
}

//! Wanted settings and those that a matrix can take: settings are kept as wanted, and fitted anew to
//! every matrix that is computed.

use std::fmt;

use super::Settings;
use crate::approx::budget::{Sharing, Spender, affordable_rank, exact_budgets, parameters};
use crate::approx::layout::{BlockSize, LayoutKind};
use crate::approx::method::{Method, MethodSettings, Parameter, Role, Visibility};
use crate::approx::segment::divisors;
use crate::figure::label;

/// Settings as one matrix takes them, and what had to differ from the wanted ones.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedSettings {
    /// The settings that are computed, printed and exported.
    pub settings: Settings,
    /// The changes, in the order of the methods.
    pub changes: Vec<Change>,
}

/// One wanted setting that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The method that the setting belongs to.
    pub method: Method,
    /// The parameter.
    pub parameter: &'static Parameter,
    /// The number that the user wants.
    pub wanted: usize,
    /// The number that is used instead.
    pub used: usize,
    /// Rows and columns of what it must fit: the matrix, or its largest block.
    pub place: (usize, usize),
}

impl Change {
    /// Why the value beside it is not the wanted one: `r_diag = 4 wanted; 3 is the most for 3 × 3
    /// blocks`.
    pub fn reason(&self) -> String {
        let (letter, (rows, cols)) = (self.parameter.letter, self.place);
        if let Some(divided) = self.divided() {
            let (wanted, used) = (self.wanted, self.used);
            return format!("{letter} = {wanted} wanted; {used} divides {divided}");
        }
        let end = match (self.used < self.wanted, self.of_blocks()) {
            (false, _) => "the least".to_owned(),
            (true, true) => format!("the most for {rows} × {cols} blocks"),
            (true, false) => format!("the most for a {rows} × {cols} matrix"),
        };
        format!("{letter} = {} wanted; {} is {end}", self.wanted, self.used)
    }

    /// The side that it must divide: `the 28 rows`.
    fn divided(&self) -> Option<String> {
        let (rows, cols) = self.place;
        match self.parameter.role {
            Role::Divisor(side) => Some(format!("the {} {}", side.most(rows, cols), side.noun())),
            _ => None,
        }
    }

    /// Whether it must fit the blocks: the rank of a method that has more than the one.
    fn of_blocks(&self) -> bool {
        self.parameter.role == Role::Rank && self.method.parameters().len() > 1
    }
}

impl fmt::Display for Change {
    /// `K lowered from 9 to 3 to fit the 3 × 3 matrix`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, (rows, cols)) = (self.parameter.letter, self.place);
        let (wanted, used) = (self.wanted, self.used);
        if matches!(self.method.definition().shown, Visibility::Added) {
            write!(f, "{}: ", self.method.title())?;
        }
        if let Some(divided) = self.divided() {
            let way = if used > wanted { "raised" } else { "lowered" };
            return write!(
                f,
                "{letter} {way} from {wanted} to {used} to divide {divided}"
            );
        }
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

impl FittedSettings {
    /// The changes in words, one sentence each; a grid that two methods share is told once.
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
        let changes = changes.filter(|change| change.method == method);
        changes.map(Change::reason).collect()
    }
}

impl Settings {
    /// The settings as a `rows × cols` matrix takes them: N, K and ranks between 1 and the most
    /// that fits, ranks of one budget derived from it, ranks set by hand only on their own grid.
    /// Nothing of it depends on another matrix. A matrix without cells changes nothing.
    pub fn fitted(&self, rows: usize, cols: usize) -> FittedSettings {
        let (mut settings, mut changes) = (self.clone(), Vec::new());
        if rows.min(cols) > 0 {
            for method in Method::ALL.iter().copied() {
                settings.charge(method);
                let changed = settings.fit(method, (rows, cols));
                if settings.shows(method) {
                    changes.extend(changed);
                }
            }
            if settings.matched.is_some() {
                settings.match_ranks(rows, cols);
            }
        }
        FittedSettings { settings, changes }
    }

    /// Charges a method's structure bits to its budget where it has one.
    fn charge(&mut self, method: Method) {
        let mut one = self.of(method);
        let shares = self.matched.is_some() && one.uniform_rank().is_some();
        let budgeted = shares || one.own_budget().is_some();
        one.charge(self.charge_structure && budgeted);
        self.set(one);
    }

    /// Fits one method: first what its blocks follow from, then ranks to the blocks.
    fn fit(&mut self, method: Method, shape: (usize, usize)) -> Vec<Change> {
        let mut changes = Vec::new();
        for (place, parameter) in method.parameters().iter().enumerate() {
            let settings = self.of(method);
            let wanted = settings.value(place);
            let (used, of) = match (parameter.role, self.matched) {
                (Role::Segments(side), _) => {
                    let most = side.most(shape.0, shape.1);
                    (wanted.clamp(1, most.max(1)), shape)
                }
                (Role::Divisor(side), _) => {
                    let length = side.most(shape.0, shape.1);
                    (divisor_below(length, wanted), shape)
                }
                (Role::Rank, None) => {
                    let (most, block) = largest_block(settings.layout(), shape);
                    (wanted.clamp(1, most.max(1)), block)
                }
                // A budget may be any number, and a matched one sets the rank.
                (Role::Budget, _) | (Role::Rank, Some(_)) => continue,
            };
            if used != wanted {
                changes.push(Change {
                    method,
                    parameter,
                    wanted,
                    used,
                    place: of,
                });
                self.set_value(method, place, used);
            }
        }
        let settings = self.of(method);
        if let Some(ranks) = settings.by_hand()
            && ranks.len() != count_of_blocks(settings.layout(), shape)
        {
            self.set_by_hand(method, None);
        }
        changes
    }

    /// Sets every rank to the largest that the one budget pays for; zero where it pays for none.
    fn match_ranks(&mut self, rows: usize, cols: usize) {
        for method in Method::ALL.iter().copied() {
            let share = self.share_of_budget(method);
            for (place, parameter) in method.parameters().iter().enumerate() {
                let value = match parameter.role {
                    Role::Segments(_) | Role::Divisor(_) => continue,
                    Role::Budget => share,
                    Role::Rank => affordable_rank(&self.of(method), (rows, cols), share),
                };
                self.set_value(method, place, value);
            }
        }
    }

    /// A method's share of the budget under the rule in use.
    pub fn share_of_budget(&self, method: Method) -> usize {
        let budget = self.adaptive.budget;
        match self.matched {
            Some(rule) if method.definition().local => {
                rule.local_budget(budget, self.melora.blocks)
            }
            _ => budget,
        }
    }

    /// The one budget at which a method gets this rank, for settings that fit the matrix; `None`
    /// where ranks are set one by one.
    pub fn budget_of_rank(
        &self,
        (rows, cols): (usize, usize),
        settings: &MethodSettings,
        rank: usize,
    ) -> Option<usize> {
        let rule = self.matched?;
        let bits = rank * settings.configured().bits_per_rank(rows, cols);
        let params = parameters(rows, cols, settings.layout(), rank).ok()?;
        let cost = params + settings.charge_for(bits);
        let local = settings.method().definition().local;
        Some(rule.budget_for(local.then_some(self.melora.blocks), cost))
    }

    /// Why the one budget pays for no rank of a method, if it does not.
    pub fn unaffordable(
        &self,
        rows: usize,
        cols: usize,
        settings: &MethodSettings,
    ) -> Option<String> {
        self.matched?;
        settings.method().place_of(Role::Rank)?;
        let bits = settings.configured().bits_per_rank(rows, cols);
        let cost = parameters(rows, cols, settings.layout(), 1).ok()? + settings.charge_for(bits);
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
        let (method, kind) = (settings.method(), settings.layout());
        let least = match method.place_of(Role::Rank) {
            // The cheapest block alone.
            None => {
                settings.own_budget()?;
                let sizes = kind.sizes(rows, cols).ok()?;
                sizes.iter().map(BlockSize::cost).min()?
            }
            Some(_) => self.budget_of_rank((rows, cols), settings, 1)?,
        };
        (self.adaptive.budget < least).then_some(least)
    }

    /// The budgets at which no shown method leaves a parameter over; empty where ranks are set one
    /// by one or no budget is common.
    pub fn exact_budgets(&self, rows: usize, cols: usize) -> Vec<usize> {
        let Some(rule) = self.matched else {
            return Vec::new();
        };
        let shown = self.shown();
        let others = shown.iter().filter(|one| one.method() != Method::Lora);
        let spending = others.filter(|one| one.by_hand().is_none() && one.price().is_none());
        let sharing = Sharing {
            rule,
            blocks: self.melora.blocks,
            spenders: spending
                .map(|one| Spender {
                    kind: one.layout(),
                    local: one.method().definition().local,
                    by_block: one.own_budget().is_some(),
                })
                .collect(),
        };
        exact_budgets(rows, cols, &sharing).unwrap_or_default()
    }
}

/// The largest divisor of a length that is no larger than `wanted`.
fn divisor_below(length: usize, wanted: usize) -> usize {
    let divisors = divisors(length).into_iter();
    divisors
        .take_while(|one| *one <= wanted)
        .last()
        .unwrap_or(1)
}

/// The largest rank of any block, and the rows and columns of that one.
fn largest_block(kind: LayoutKind, (rows, cols): (usize, usize)) -> (usize, (usize, usize)) {
    let sizes = kind.sizes(rows, cols).unwrap_or_default();
    let largest = sizes
        .iter()
        .max_by_key(|size| (size.max_rank(), size.cost()));
    largest.map_or((rows.min(cols), (rows, cols)), |size| {
        (size.max_rank(), (size.rows, size.cols))
    })
}

/// The number of blocks.
fn count_of_blocks(kind: LayoutKind, (rows, cols): (usize, usize)) -> usize {
    let sizes = kind.sizes(rows, cols).unwrap_or_default();
    sizes.iter().map(|size| size.count).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::approx::budget::BudgetRule;

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

    proptest! {
        #[test]
        fn a_moved_rank_sets_the_budget_that_pays_for_it(
            rows in 2usize..40, cols in 2usize..40, blocks in 1usize..40, grid in 1usize..40,
            rank in 1usize..40, which in 0usize..3, section: bool,
        ) {
            let mut settings = Settings::default();
            (settings.melora.blocks, settings.localized.grid) = (blocks, grid);
            let rule = if section { BudgetRule::SectionTwoE } else { BudgetRule::EqualParameters };
            settings.matched = Some(rule);
            let method = Method::ALL[which];
            let fitted = settings.fitted(rows, cols).settings;
            let used = fitted.of(method);
            let budget = fitted.budget_of_rank((rows, cols), &used, rank).expect("matched");
            settings.adaptive.budget = budget;
            let after = settings.fitted(rows, cols).settings;
            let place = method.place_of(Role::Rank).expect("has a rank");
            let given = after.of(method).value(place);
            // A rank beyond the blocks' sides costs what the largest does.
            let (most, _) = largest_block(used.layout(), (rows, cols));
            prop_assert_eq!(given, rank.min(most));
            settings.matched = None;
            prop_assert_eq!(settings.budget_of_rank((rows, cols), &used, rank), None);
        }
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

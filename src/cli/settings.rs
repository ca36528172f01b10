//! The methods' settings, and how they meet a matrix.

use clap::ValueEnum;

use super::Failure;
use crate::analysis::localized_parameters;
use crate::approx::budget::BudgetRule;
use crate::approx::{LayoutError, LayoutKind, Method};
use crate::session::Settings;

/// How one budget is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Rule {
    /// Experiment 1: every method gets the same parameters
    Equal,
    /// Section II.E: MELoRA and Localized get an N-th of LoRA's parameters
    #[value(name = "section-2e")]
    SectionTwoE,
}

impl From<Rule> for BudgetRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Equal => Self::EqualParameters,
            Rule::SectionTwoE => Self::SectionTwoE,
        }
    }
}

/// Settings as given; what is left out follows from the budget or is Table I's.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArgs {
    /// LoRA's rank r [Table I: 4]
    #[arg(long, value_name = "R", value_parser = positive)]
    pub rank: Option<usize>,
    /// MELoRA's diagonal blocks N [Table I: 4]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub blocks: Option<usize>,
    /// MELoRA's rank r_diag of each block [Table I: 4]
    #[arg(long, value_name = "R", value_parser = positive)]
    pub diag_rank: Option<usize>,
    /// Localized LoRA's grid of K x K blocks [Table I: 2]
    #[arg(long, value_name = "K", value_parser = positive)]
    pub grid: Option<usize>,
    /// Localized LoRA's rank r_block of each block [Table I: 2]
    #[arg(long, value_name = "R", value_parser = positive)]
    pub block_rank: Option<usize>,
    /// Gives every method the largest rank that P parameters pay for
    #[arg(long, value_name = "P", value_parser = positive)]
    pub budget: Option<usize>,
    /// How the methods share the budget [default: equal]
    #[arg(long, value_enum, requires = "budget")]
    pub rule: Option<Rule>,
    /// Adds Localized LoRA with a rank for each block, chosen for its parameters
    #[arg(long)]
    pub adaptive: bool,
    /// Its grid [default: that of --grid]
    #[arg(long, value_name = "K", value_parser = positive, requires = "adaptive")]
    pub adaptive_grid: Option<usize>,
    /// Its parameters [default: as many as Localized LoRA has]
    #[arg(long, value_name = "P", value_parser = positive, requires = "adaptive", conflicts_with = "budget")]
    pub adaptive_budget: Option<usize>,
    /// Its ranks, set by hand row by row over the grid
    #[arg(
        long,
        value_name = "R,R,…",
        value_delimiter = ',',
        requires = "adaptive"
    )]
    pub adaptive_ranks: Option<Vec<usize>>,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(0) => Err("0 keeps nothing, choose 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("write a whole number of 1 or more".to_owned()),
    }
}

impl SettingsArgs {
    /// The settings that are wanted on a `rows × cols` matrix. A given N or K is taken at its word.
    ///
    /// # Errors
    /// A given N or K beyond the smaller side; ranks by hand that are not one per block; a budget
    /// that pays for no rank of a method while another method's rank was given.
    pub fn wanted(&self, rows: usize, cols: usize) -> Result<Settings, Failure> {
        let mut wanted = Settings {
            show_adaptive: self.adaptive,
            ..Settings::default()
        };
        if let Some(blocks) = self.blocks {
            LayoutKind::Diagonal(blocks).check(rows, cols)?;
            wanted.melora.blocks = blocks;
        }
        if let Some(grid) = self.grid {
            LayoutKind::Grid(grid).check(rows, cols)?;
            wanted.localized.grid = grid;
        }
        if let Some(grid) = self.adaptive_grid {
            LayoutKind::Grid(grid).check(rows, cols)?;
        }
        wanted.adaptive.grid = self.adaptive_grid.unwrap_or(wanted.localized.grid);
        if let Some(budget) = self.budget {
            wanted.adaptive.budget = budget;
            wanted.matched = Some(self.rule.map_or_else(BudgetRule::default, BudgetRule::from));
        }
        self.set_ranks(&mut wanted, rows, cols)?;
        let grid = wanted.fitted(rows, cols).settings.adaptive.grid;
        match &self.adaptive_ranks {
            Some(ranks) if ranks.len() != grid * grid => Err(LayoutError::RankCount {
                given: ranks.len(),
                expected: grid * grid,
                grid,
            }
            .into()),
            _ => Ok(wanted),
        }
    }

    /// Ranks that were given stand on their own, also beside a budget.
    fn set_ranks(&self, settings: &mut Settings, rows: usize, cols: usize) -> Result<(), Failure> {
        let given = [self.rank, self.diag_rank, self.block_rank];
        let methods = [Method::Lora, Method::Melora, Method::Localized];
        if settings.matched.is_some() && given.iter().any(Option::is_some) {
            let matched = settings.fitted(rows, cols).settings;
            let open = methods.into_iter().zip(given);
            for (method, _) in open.filter(|(_, rank)| rank.is_none()) {
                let sentence = matched.unaffordable(rows, cols, &matched.of(method));
                if let Some(sentence) = sentence {
                    return Err(Failure::usage(format!("{}: {sentence}", method.title())));
                }
            }
            settings.lora.rank = matched.lora.rank;
            settings.melora.rank = matched.melora.rank;
            settings.localized.rank = matched.localized.rank;
            settings.matched = None;
        }
        settings.lora.rank = self.rank.unwrap_or(settings.lora.rank);
        settings.melora.rank = self.diag_rank.unwrap_or(settings.melora.rank);
        settings.localized.rank = self.block_rank.unwrap_or(settings.localized.rank);
        if self.budget.is_none() && self.adaptive {
            settings.adaptive.budget = self.adaptive_budget.unwrap_or_else(|| {
                localized_parameters(&settings.fitted(rows, cols).settings, rows, cols)
            });
        }
        settings.adaptive.painted.clone_from(&self.adaptive_ranks);
        Ok(())
    }
}

//! Ranks that cost the same: the paper's two budget rules.

use serde::{Deserialize, Serialize};

use super::layout::{BlockSize, LayoutError, LayoutKind};
use super::method::MethodSettings;

/// A rule that ties the ranks of the methods to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetRule {
    /// Experiment 1: every method gets the same parameters (`r_diag = r`, `r_block = r/K`).
    #[default]
    EqualParameters,
    /// Section II.E: `r_diag = r/N`, `r_block = r/(N√N)`; both cost an N-th of LoRA.
    SectionTwoE,
}

impl BudgetRule {
    /// The rule in the paper's letters.
    pub fn describe(self) -> &'static str {
        match self {
            Self::EqualParameters => "Equal parameters: r_diag = r, r_block = r/K",
            Self::SectionTwoE => "Section II.E: r_diag = r/N, r_block = r/(N√N)",
        }
    }

    /// The budget of MELoRA and Localized when LoRA's is `lora_budget`.
    ///
    /// Under II.E both get an N-th. The paper sets K = √N; for any other K its r/(N√N) is read as
    /// what it stands for: the rank at which Localized costs what MELoRA costs.
    pub fn local_budget(self, lora_budget: usize, blocks: usize) -> usize {
        match self {
            Self::EqualParameters => lora_budget,
            Self::SectionTwoE => lora_budget / blocks.max(1),
        }
    }

    /// LoRA's budget at which a method is given `share`: one that section II.E divides by `blocks`,
    /// or LoRA itself where there are none.
    pub fn budget_for(self, blocks: Option<usize>, share: usize) -> usize {
        match (self, blocks) {
            (Self::SectionTwoE, Some(blocks)) => share * blocks.max(1),
            _ => share,
        }
    }
}

/// The largest rank a budget pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedRank {
    /// The rank, rounded down; zero when the budget does not pay for rank 1.
    pub rank: usize,
    /// Parameters at that rank.
    pub params: usize,
    /// Budget that the rounding leaves unused.
    pub unused: usize,
}

/// The cost of the ranks of a layout; blocks of one size are counted together, so that it takes no
/// longer for a million blocks than for one.
#[derive(Clone, Debug)]
struct Prices {
    sizes: Vec<BlockSize>,
}

impl Prices {
    fn new(rows: usize, cols: usize, kind: LayoutKind) -> Result<Self, LayoutError> {
        let sizes = kind.sizes(rows, cols)?;
        Ok(Self { sizes })
    }

    /// Parameters at a uniform rank, which no block takes further than its smaller side.
    fn at(&self, rank: usize) -> usize {
        let sizes = self.sizes.iter();
        sizes
            .map(|size| size.cost() * rank.min(size.max_rank()) * size.count)
            .sum()
    }

    fn max_rank(&self) -> usize {
        let most = self.sizes.iter().map(BlockSize::max_rank);
        most.max().unwrap_or(0)
    }

    /// The largest rank within a budget.
    fn rank_within(&self, budget: usize) -> usize {
        // Clamping makes the cost concave in the rank, so bisect rather than divide.
        let (mut low, mut high) = (0, self.max_rank());
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.at(middle) <= budget {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        low
    }

    /// Whether a uniform rank costs the budget exactly, or every rank there is costs less.
    fn spends(&self, budget: usize) -> bool {
        let rank = self.rank_within(budget);
        rank > 0 && (self.at(rank) == budget || rank == self.max_rank())
    }

    /// [`Self::spends`] for ranks of each block's own. Where the blocks cost alike, every multiple of that
    /// cost can be spent; where they do not, only the matrix tells.
    fn spends_by_block(&self, budget: usize) -> bool {
        match self.sizes.as_slice() {
            [size] => {
                let cost = size.cost();
                budget >= cost
                    && (budget.is_multiple_of(cost) || budget >= self.at(self.max_rank()))
            }
            _ => true,
        }
    }
}

/// The largest uniform rank of `kind` on a `rows × cols` matrix within `budget` parameters.
///
/// # Errors
/// When the layout does not fit the matrix.
pub fn matched_rank(
    rows: usize,
    cols: usize,
    kind: LayoutKind,
    budget: usize,
) -> Result<MatchedRank, LayoutError> {
    let prices = Prices::new(rows, cols, kind)?;
    let rank = prices.rank_within(budget);
    let params = prices.at(rank);
    Ok(MatchedRank {
        rank,
        params,
        unused: budget - params,
    })
}

/// Parameters of `kind` on a `rows × cols` matrix at a uniform rank, clamped to each block's
/// smaller side.
///
/// # Errors
/// When the layout does not fit the matrix.
pub fn parameters(
    rows: usize,
    cols: usize,
    kind: LayoutKind,
    rank: usize,
) -> Result<usize, LayoutError> {
    Ok(Prices::new(rows, cols, kind)?.at(rank))
}

/// The largest rank of a method on a `rows × cols` matrix that a share of a budget pays for, structure
/// bits included where they are charged; zero where it pays for none.
pub fn affordable_rank(one: &MethodSettings, (rows, cols): (usize, usize), share: usize) -> usize {
    let Ok(prices) = Prices::new(rows, cols, one.layout()) else {
        return 0;
    };
    let most = prices.rank_within(share);
    let bits = one.configured().bits_per_rank(rows, cols);
    let fits = |rank: usize| {
        let charge = one.charge_for(rank * bits);
        prices.at(rank).saturating_add(charge) <= share
    };
    if fits(most) {
        return most;
    }
    // More entries cost more numbers and more bits.
    let (mut low, mut high) = (0, most);
    while high - low > 1 {
        let middle = low.midpoint(high);
        match fits(middle) {
            true => low = middle,
            false => high = middle,
        }
    }
    low
}

/// The methods that share one budget with LoRA, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// The rule.
    pub rule: BudgetRule,
    /// MELoRA's blocks N, which section II.E divides by.
    pub blocks: usize,
    /// The others.
    pub spenders: Vec<Spender>,
}

/// One method that spends of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spender {
    /// Its blocks.
    pub kind: LayoutKind,
    /// Whether section II.E gives it an N-th only.
    pub local: bool,
    /// Whether its blocks have a rank each.
    pub by_block: bool,
}

/// The budgets on a `rows × cols` matrix at which LoRA spends every parameter and so does each
/// other method, unless it has all the ranks that its blocks can have. In ascending order; empty
/// where no budget is common.
///
/// # Errors
/// When a layout does not fit the matrix.
pub fn exact_budgets(
    rows: usize,
    cols: usize,
    sharing: &Sharing,
) -> Result<Vec<usize>, LayoutError> {
    let lora = Prices::new(rows, cols, LayoutKind::Grid(1))?;
    let spenders = sharing.spenders.iter();
    let priced = spenders.map(|one| Ok((one, Prices::new(rows, cols, one.kind)?)));
    let priced = priced.collect::<Result<Vec<_>, LayoutError>>()?;
    let exact = |budget: &usize| {
        let local = sharing.rule.local_budget(*budget, sharing.blocks);
        let divides = match sharing.rule {
            BudgetRule::EqualParameters => true,
            BudgetRule::SectionTwoE => budget.is_multiple_of(sharing.blocks),
        };
        divides
            && priced.iter().all(|(one, prices)| {
                let share = if one.local { local } else { *budget };
                match one.by_block {
                    true => prices.spends_by_block(share),
                    false => prices.spends(share),
                }
            })
    };
    let ranks = 1..=lora.max_rank();
    Ok(ranks.map(|rank| lora.at(rank)).filter(exact).collect())
}

/// The budget of `exact` (ascending) that is nearest to `budget`, if one is near: no further than
/// half the way to the next.
pub fn nearest_exact(exact: &[usize], budget: usize) -> Option<usize> {
    let (below, above) = neighbours(exact, budget);
    match (below, above) {
        (Some(below), Some(above)) => Some(if budget - below <= above - budget {
            below
        } else {
            above
        }),
        (None, Some(above)) => (above - budget <= above / 2).then_some(above),
        (Some(below), None) => {
            let before = exact.len().checked_sub(2).map_or(0, |at| exact[at]);
            (budget - below <= (below - before) / 2).then_some(below)
        }
        (None, None) => None,
    }
}

/// The exact budgets on both sides of `budget`; the same one twice where it is exact itself.
pub fn neighbours(exact: &[usize], budget: usize) -> (Option<usize>, Option<usize>) {
    let below = exact.partition_point(|known| *known <= budget);
    let above = exact.partition_point(|known| *known < budget);
    let below = below.checked_sub(1).map(|at| exact[at]);
    (below, exact.get(above).copied())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::approx::BlockLayout;

    #[test]
    fn table_one_is_one_budget() {
        let rank = |kind| matched_rank(28, 28, kind, 224).expect("fits").rank;
        assert_eq!(rank(LayoutKind::Grid(1)), 4);
        assert_eq!(rank(LayoutKind::Diagonal(4)), 4);
        assert_eq!(rank(LayoutKind::Grid(2)), 2);
    }

    #[test]
    fn section_two_e_gives_the_papers_example() {
        let budget = BudgetRule::SectionTwoE.local_budget(8192, 4);
        let rank = |kind| matched_rank(256, 256, kind, budget).expect("fits");
        assert_eq!((rank(LayoutKind::Diagonal(4)).rank, budget), (4, 2048));
        assert_eq!(rank(LayoutKind::Grid(2)).rank, 2);
    }

    #[test]
    fn a_fractional_rank_rounds_down_and_shows_what_is_left() {
        let matched = matched_rank(28, 28, LayoutKind::Grid(3), 224).expect("fits");
        assert_eq!((matched.rank, matched.params, matched.unused), (1, 168, 56));
        let nothing = matched_rank(28, 28, LayoutKind::Grid(7), 224).expect("fits");
        assert_eq!((nothing.rank, nothing.unused), (0, 224));
    }

    fn budgets(
        rows: usize,
        cols: usize,
        rule: BudgetRule,
        blocks: usize,
        grid: usize,
    ) -> Vec<usize> {
        let spender = |kind| Spender {
            kind,
            local: true,
            by_block: false,
        };
        let kinds = [LayoutKind::Diagonal(blocks), LayoutKind::Grid(grid)];
        let sharing = Sharing {
            rule,
            blocks,
            spenders: kinds.map(spender).to_vec(),
        };
        exact_budgets(rows, cols, &sharing).expect("fits")
    }

    #[test]
    fn common_budgets_are_those_that_every_method_spends() {
        let equal = budgets(28, 28, BudgetRule::EqualParameters, 4, 2);
        assert_eq!(equal[..4], [112, 224, 336, 448]);
        assert_eq!(equal.last(), Some(&1568));
        // An N-th must be whole ranks too: N K (m + n).
        let section = budgets(28, 28, BudgetRule::SectionTwoE, 4, 2);
        assert_eq!(section[..3], [448, 896, 1344]);
        // Uneven blocks: one rank of K = 3 costs 3 · 56.
        let uneven = budgets(28, 28, BudgetRule::EqualParameters, 4, 3);
        assert_eq!(uneven[..3], [168, 336, 504]);
        // Blocks of single cells have no second rank.
        assert_eq!(budgets(28, 28, BudgetRule::EqualParameters, 4, 28), [1568]);
    }

    #[test]
    fn the_nearest_common_budget_is_none_where_none_is_near() {
        let exact = [112, 224, 336];
        assert_eq!(nearest_exact(&exact, 224), Some(224));
        assert_eq!(nearest_exact(&exact, 170), Some(224));
        assert_eq!(nearest_exact(&exact, 60), Some(112));
        assert_eq!(nearest_exact(&exact, 50), None);
        assert_eq!(nearest_exact(&exact, 380), Some(336));
        assert_eq!(nearest_exact(&exact, 400), None);
        assert_eq!(nearest_exact(&[], 224), None);
        assert_eq!(neighbours(&exact, 230), (Some(224), Some(336)));
        assert_eq!(neighbours(&exact, 224), (Some(224), Some(224)));
    }

    proptest! {
        #[test]
        fn prices_are_the_costs_of_the_blocks(
            rows in 1usize..24, cols in 1usize..24, k in 1usize..24, rank in 0usize..30, diagonal: bool,
        ) {
            let k = k.min(rows).min(cols);
            let kind = if diagonal { LayoutKind::Diagonal(k) } else { LayoutKind::Grid(k) };
            let layout = BlockLayout::new(rows, cols, kind).expect("fits");
            let prices = Prices::new(rows, cols, kind).expect("fits");
            prop_assert_eq!(prices.at(rank), layout.parameters(&layout.uniform_ranks(rank)));
            prop_assert_eq!(prices.max_rank(), layout.max_rank());
        }

        #[test]
        fn at_a_common_budget_nothing_is_left_over(
            rows in 1usize..30, cols in 1usize..30, n in 1usize..30, k in 1usize..30, section: bool,
        ) {
            let most = rows.min(cols);
            let (blocks, grid) = (n.min(most), k.min(most));
            let rule = if section { BudgetRule::SectionTwoE } else { BudgetRule::EqualParameters };
            for budget in budgets(rows, cols, rule, blocks, grid) {
                let local = rule.local_budget(budget, blocks);
                let kinds = [
                    (LayoutKind::Grid(1), budget),
                    (LayoutKind::Diagonal(blocks), local),
                    (LayoutKind::Grid(grid), local),
                ];
                for (kind, share) in kinds {
                    let matched = matched_rank(rows, cols, kind, share).expect("fits");
                    let layout = BlockLayout::new(rows, cols, kind).expect("fits");
                    prop_assert!(matched.rank > 0);
                    prop_assert!(matched.unused == 0 || matched.rank == layout.max_rank());
                }
            }
        }
    }
}

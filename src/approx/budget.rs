//! Ranks that cost the same: the paper's two budget rules.

use serde::{Deserialize, Serialize};

use super::layout::{BlockLayout, LayoutError, LayoutKind};

/// How ranks of the methods are tied to each other.
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
            Self::EqualParameters => "equal parameters: r_diag = r, r_block = r/K",
            Self::SectionTwoE => "section II.E: r_diag = r/N, r_block = r/(N√N)",
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
    let layout = BlockLayout::new(rows, cols, kind)?;
    let params_at = |rank| layout.parameters(&layout.uniform_ranks(rank));
    // Clamping makes the cost concave in the rank, so bisect rather than divide.
    let (mut low, mut high) = (0, layout.max_rank());
    while low < high {
        let middle = (low + high).div_ceil(2);
        if params_at(middle) <= budget {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    let params = params_at(low);
    Ok(MatchedRank {
        rank: low,
        params,
        unused: budget - params,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

//! A budget spent where it keeps most: a knapsack whose layers keep less with every further rank.

/// What each rank of a layer keeps, the first most, and what one costs.
pub struct RankOffer<'a> {
    /// The energy of each rank.
    pub energies: &'a [f64],
    /// The parameters of one rank.
    pub cost: usize,
}

/// So many ways are tried where several prices make the best one hard to find; beyond, the best of them is taken.
const WAYS: usize = 1 << 18;

/// The ranks that keep most within a budget: exactly, but for more than [`WAYS`] ways.
pub fn ranks(offers: &[RankOffer<'_>], budget: usize) -> Vec<usize> {
    let prices = PricedRanks::of_offers(offers);
    let mut search = RankSearch::new(&prices, budget);
    search.visit(0, budget, 0.0);
    let mut ranks = vec![0; offers.len()];
    for (price, &count) in prices.iter().zip(&search.best) {
        for (_, at) in &price.ranks[..count] {
            ranks[*at] += 1;
        }
    }
    ranks
}

/// All ranks of one price, the best first: whatever is spent on a price goes to its best ones, and what a layer's
/// next rank keeps never grows, so those are the first of their layers.
struct PricedRanks {
    cost: usize,
    /// What each keeps as a share of the most that one does, and its layer.
    ranks: Vec<(f64, usize)>,
}

impl PricedRanks {
    /// All prices, the dearest first, so that what is left at the end is small.
    fn of_offers(offers: &[RankOffer<'_>]) -> Vec<Self> {
        let energies = offers.iter().flat_map(|one| one.energies);
        let most = energies.copied().fold(0.0, f64::max);
        let mut costs: Vec<usize> = offers.iter().map(|one| one.cost).collect();
        costs.sort_unstable_by(|one, other| other.cmp(one));
        costs.dedup();
        let of_cost = |cost: usize| {
            let layers = offers.iter().enumerate();
            let layers = layers.filter(|(_, one)| one.cost == cost);
            let ranks = layers.flat_map(|(at, one)| {
                let live = one.energies.iter().filter(|energy| **energy > 0.0);
                live.map(move |energy| (energy / most, at))
            });
            let mut ranks: Vec<(f64, usize)> = ranks.collect();
            ranks.sort_by(|one, other| other.0.total_cmp(&one.0));
            Self { cost, ranks }
        };
        let prices = costs.into_iter().map(of_cost);
        prices.filter(|price| !price.ranks.is_empty()).collect()
    }

    /// What any number of ranks loses where `worthy` of them keep the `worth` of their parameters.
    fn losses(&self, worth: f64, worthy: usize) -> Vec<f64> {
        let gain = |at: usize| self.ranks[at].0 - worth * self.cost as f64;
        let mut losses = vec![0.0; self.ranks.len() + 1];
        for at in (0..worthy).rev() {
            losses[at] = losses[at + 1] + gain(at).max(0.0);
        }
        for at in worthy..self.ranks.len() {
            losses[at + 1] = losses[at] - gain(at).min(0.0);
        }
        losses
    }
}

/// Counts of ranks at each price, held against what a budget would keep if ranks could be divided: of that, ranks
/// that keep less for each parameter than the last of it, and those left out that keep more, lose something, and so
/// do parameters that are left over. The least loss is the most that is kept.
struct RankSearch<'a> {
    prices: &'a [PricedRanks],
    /// What the last parameter keeps.
    worth: f64,
    /// So many ranks of each price keep that for each parameter.
    worthy: Vec<usize>,
    /// What any number of ranks of each price loses.
    losses: Vec<Vec<f64>>,
    counts: Vec<usize>,
    best: Vec<usize>,
    least: f64,
    ways: usize,
}

impl<'a> RankSearch<'a> {
    /// Begins with the ranks that keep most for their cost; what does not fit any more is passed over.
    fn new(prices: &'a [PricedRanks], budget: usize) -> Self {
        let mut all: Vec<(f64, usize)> = Vec::new();
        for (at, price) in prices.iter().enumerate() {
            let ranks = price.ranks.iter();
            all.extend(ranks.map(|(energy, _)| (energy / price.cost as f64, at)));
        }
        all.sort_by(|one, other| other.0.total_cmp(&one.0));
        let (mut best, mut left) = (vec![0; prices.len()], budget);
        let (mut worthy, mut worth) = (best.clone(), None);
        for (each, at) in all {
            if prices[at].cost <= left {
                best[at] += 1;
                left -= prices[at].cost;
            } else {
                worth = worth.or(Some(each));
            }
            worthy[at] += usize::from(worth.is_none());
        }
        // Nothing is lost where everything fits.
        let worth = worth.unwrap_or(0.0);
        let pairs = prices.iter().zip(&worthy);
        let losses: Vec<Vec<f64>> = pairs
            .map(|(price, &worthy)| price.losses(worth, worthy))
            .collect();
        let lost: f64 = losses
            .iter()
            .zip(&best)
            .map(|(one, &count)| one[count])
            .sum();
        Self {
            prices,
            worth,
            worthy,
            losses,
            counts: vec![0; prices.len()],
            best,
            least: lost + worth * left as f64,
            ways: 0,
        }
    }

    /// Tries the counts of one price and those behind it, with what is left and has been lost before.
    fn visit(&mut self, at: usize, left: usize, lost: f64) {
        let Some(price) = self.prices.get(at) else {
            let lost = lost + self.worth * left as f64;
            // The same sum in another order is not another loss.
            if lost < self.least * (1.0 - 1e-12) {
                self.least = lost;
                self.best.clone_from(&self.counts);
            }
            return;
        };
        let most = price.ranks.len().min(left / price.cost);
        let from = match at + 1 == self.prices.len() {
            // Behind the last price nothing else is bought.
            true => most,
            false => self.worthy[at].min(most),
        };
        // Losses grow to both sides.
        let _ = (from..=most).try_for_each(|count| self.try_count(at, count, (left, lost)));
        if at + 1 < self.prices.len() {
            let _ = (0..from)
                .rev()
                .try_for_each(|count| self.try_count(at, count, (left, lost)));
        }
    }

    /// Goes on with a count where that can be the best way; nothing where it and those further off cannot.
    fn try_count(&mut self, at: usize, count: usize, (left, lost): (usize, f64)) -> Option<()> {
        let lost = lost + self.losses[at][count];
        self.ways += 1;
        if lost >= self.least || self.ways > WAYS {
            return None;
        }
        self.counts[at] = count;
        self.visit(at + 1, left - count * self.prices[at].cost, lost);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(offers: &[RankOffer<'_>], ranks: &[usize]) -> (f64, usize) {
        let pairs = || offers.iter().zip(ranks);
        let energies = pairs().map(|(one, &rank)| one.energies[..rank].iter().sum::<f64>());
        (
            energies.sum(),
            pairs().map(|(one, rank)| one.cost * rank).sum(),
        )
    }

    /// Every way to give ranks within a budget.
    fn most_kept(offers: &[RankOffer<'_>], budget: usize) -> f64 {
        let Some((first, others)) = offers.split_first() else {
            return 0.0;
        };
        let most = first.energies.len().min(budget / first.cost);
        let with = |rank: usize| {
            let own: f64 = first.energies[..rank].iter().sum();
            own + most_kept(others, budget - rank * first.cost)
        };
        (0..=most).map(with).fold(0.0, f64::max)
    }

    #[test]
    fn no_other_ranks_keep_more() {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..400 {
            let layers = 1 + next(5) as usize;
            let scale = [1.0, 1e-200, 1e200][next(3) as usize];
            let energies: Vec<Vec<f64>> = (0..layers)
                .map(|_| {
                    let count = next(6) as usize;
                    let mut one: Vec<f64> = (0..count).map(|_| next(40) as f64 * scale).collect();
                    one.sort_by(|one, other| other.total_cmp(one));
                    one
                })
                .collect();
            let costs: Vec<usize> = (0..layers).map(|_| 1 + next(12) as usize).collect();
            let offers = energies.iter().zip(&costs);
            let offers = offers.map(|(energies, &cost)| RankOffer { energies, cost });
            let offers: Vec<RankOffer<'_>> = offers.collect();
            let budget = next(90) as usize;
            let (found, spent) = kept(&offers, &ranks(&offers, budget));
            let most = most_kept(&offers, budget);
            assert!(spent <= budget, "{spent} of {budget}");
            assert!(
                (found - most).abs() <= 1e-12 * most,
                "{found} of {most} with {budget}: {energies:?} at {costs:?}"
            );
        }
    }

    #[test]
    fn many_layers_of_many_prices_take_no_time_and_are_no_worse_than_one_by_one() {
        let energies: Vec<Vec<f64>> = (0..200)
            .map(|at| {
                (0..64)
                    .map(|rank| 1e3 / f64::from(at * 7 % 31 + rank + 1))
                    .collect()
            })
            .collect();
        let offers: Vec<RankOffer<'_>> = energies
            .iter()
            .enumerate()
            .map(|(at, energies)| RankOffer {
                energies,
                cost: 1000 + at * 37 % 400,
            })
            .collect();
        let budget = 3_456_789;
        let prices = PricedRanks::of_offers(&offers);
        let lost_one_by_one = RankSearch::new(&prices, budget).least;
        let mut search = RankSearch::new(&prices, budget);
        search.visit(0, budget, 0.0);
        assert!(search.least <= lost_one_by_one && search.ways <= WAYS + 1000);
        let (_, spent) = kept(&offers, &ranks(&offers, budget));
        assert!(spent <= budget);
    }
}

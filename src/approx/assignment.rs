//! The transportation problem: rows go to segments of given sizes so that the sum of gains is the
//! largest.

use nalgebra::DMatrix;

use super::metrics::largest;

/// The segment that each row goes to, at the largest sum of gains. `gains` is `rows × segments` and
/// finite; `sizes` say how many rows each segment takes and sum up to `rows`.
///
/// Rows come in one by one, each along the chain of moves that costs least (successive shortest
/// paths), which keeps the assignment optimal for the rows that are in. Cost: O(rows² + rows · segments³).
pub fn assign(gains: &DMatrix<f64>, sizes: &[usize]) -> Vec<usize> {
    debug_assert_eq!(gains.nrows(), sizes.iter().sum::<usize>());
    debug_assert_eq!(gains.ncols(), sizes.len());
    let mut assignment = Assignment {
        gains,
        sizes,
        members: vec![Vec::new(); sizes.len()],
        moves: vec![vec![None; sizes.len()]; sizes.len()],
        slack: SLACK * largest(gains.as_slice()),
    };
    (0..gains.nrows()).for_each(|row| assignment.add(row));
    let mut places = vec![0; gains.nrows()];
    for (segment, members) in assignment.members.iter().enumerate() {
        members.iter().for_each(|row| places[*row] = segment);
    }
    places
}

struct Assignment<'a> {
    gains: &'a DMatrix<f64>,
    sizes: &'a [usize],
    members: Vec<Vec<usize>>,
    /// `moves[a][b]`: what the cheapest move of a row from `a` to `b` costs, and which row it is.
    moves: Vec<Vec<Option<(f64, usize)>>>,
    /// A way is shorter only where it is by more than this.
    slack: f64,
}

impl Assignment<'_> {
    fn add(&mut self, row: usize) {
        let (costs, before) = self.cheapest_ways(row);
        let free = (0..self.sizes.len()).filter(|s| self.members[*s].len() < self.sizes[*s]);
        let Some(mut segment) = free.min_by(|a, b| costs[*a].total_cmp(&costs[*b])) else {
            return;
        };
        // From the free segment back to the one that the row itself goes to: each at most once.
        for _ in 1..self.sizes.len() {
            let Some(previous) = before[segment] else {
                break;
            };
            if let Some((_, moved)) = self.moves[previous][segment] {
                self.members[previous].retain(|member| *member != moved);
                self.members[segment].push(moved);
                self.refresh(segment);
            }
            segment = previous;
        }
        self.members[segment].push(row);
        self.refresh(segment);
    }

    /// The least cost of ending up with one more row in each segment, and from which segment
    /// a row is moved there (Bellman and Ford: there is no circle that gains).
    fn cheapest_ways(&self, row: usize) -> (Vec<f64>, Vec<Option<usize>>) {
        let count = self.sizes.len();
        let mut costs: Vec<f64> = (0..count).map(|s| -self.gains[(row, s)]).collect();
        let mut before = vec![None; count];
        for _ in 1..count {
            for from in 0..count {
                for to in 0..count {
                    let Some((cost, _)) = self.moves[from][to] else {
                        continue;
                    };
                    if costs[from] + cost < costs[to] - self.slack {
                        costs[to] = costs[from] + cost;
                        before[to] = Some(from);
                    }
                }
            }
        }
        (costs, before)
    }

    /// Finds the cheapest moves out of a segment again.
    fn refresh(&mut self, from: usize) {
        for to in (0..self.sizes.len()).filter(|to| *to != from) {
            let members = self.members[from].iter();
            let costs =
                members.map(|row| (self.gains[(*row, from)] - self.gains[(*row, to)], *row));
            self.moves[from][to] = costs.min_by(|a, b| a.0.total_cmp(&b.0));
        }
    }
}

/// Rounding, as a share of the largest gain: it must not make a circle of moves look like a way that
/// gains, for such a way would never end.
const SLACK: f64 = 1e-13;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every assignment, counted through.
    fn best_of_all(gains: &DMatrix<f64>, row: usize, left: &mut Vec<usize>) -> f64 {
        if row == gains.nrows() {
            return 0.0;
        }
        let mut best = f64::NEG_INFINITY;
        for segment in 0..left.len() {
            if left[segment] > 0 {
                left[segment] -= 1;
                best = best.max(gains[(row, segment)] + best_of_all(gains, row + 1, left));
                left[segment] += 1;
            }
        }
        best
    }

    /// Gains that differ by rounding alone, in which circles of moves seem to gain.
    #[test]
    fn rounding_makes_no_circles() {
        for scale in [1.0, 1e-300, 1e300] {
            for seed in 0..40_u64 {
                let gains = DMatrix::from_fn(36, 6, |row, segment| {
                    let mixed = (seed + 1) * (row as u64 * 6 + segment as u64 + 7) * 2_654_435_761;
                    let noise = (mixed >> 13) % 7;
                    scale * (1.0 + row as f64 / 7.0) * (1.0 + noise as f64 * f64::EPSILON)
                });
                let places = assign(&gains, &[6; 6]);
                for segment in 0..6 {
                    assert_eq!(places.iter().filter(|place| **place == segment).count(), 6);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_assignment_gains_more(
            sizes in proptest::collection::vec(0usize..4, 1..4), values in proptest::collection::vec(-9i32..10, 36),
        ) {
            let rows = sizes.iter().sum();
            let gains = DMatrix::from_fn(rows, sizes.len(), |r, s| f64::from(values[r * 4 + s]) / 4.0);
            let places = assign(&gains, &sizes);
            for (segment, size) in sizes.iter().enumerate() {
                prop_assert_eq!(places.iter().filter(|place| **place == segment).count(), *size);
            }
            let gained: f64 = places.iter().enumerate().map(|(r, s)| gains[(r, *s)]).sum();
            let best = best_of_all(&gains, 0, &mut sizes.clone());
            prop_assert!((gained - best).abs() < 1e-9, "{gained} against {best}");
        }
    }
}

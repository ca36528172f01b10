//! Spearman's rank correlation.

/// How well one number tells the order of another: Pearson's correlation of the ranks, equal
/// values sharing the mean of theirs. `None` for fewer than three pairs and where all values of one
/// side are equal.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let first = ranks(&pairs.iter().map(|pair| pair.0).collect::<Vec<_>>());
    let second = ranks(&pairs.iter().map(|pair| pair.1).collect::<Vec<_>>());
    let middle = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let both = a.iter().zip(b);
        both.map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    let spread = (product(&first, &first) * product(&second, &second)).sqrt();
    (spread > 0.0).then(|| product(&first, &second) / spread)
}

/// The place of each value among all, from zero.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut places = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let mean = places as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|at| ranks[*at] = mean);
        places += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.spearmanr`.
    #[test]
    fn correlations_are_scipys() {
        let pairs = [(1.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 8.0), (5.0, 7.0)];
        let found = spearman(&pairs).expect("five pairs");
        assert!((found - 0.820_782_681_668_123_3).abs() < 1e-12, "{found}");
        let falling: Vec<_> = pairs.iter().map(|(x, _)| (*x, -x.exp())).collect();
        assert_eq!(spearman(&falling), Some(-1.0));
        assert_eq!(spearman(&pairs[..2]), None);
        assert_eq!(spearman(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)]), None);
    }
}

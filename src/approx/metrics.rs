//! Error, norm, share, numerical rank: from singular values and cells, safe at any scale.

/// A sum of squares that neither over- nor underflows: `scale² · sum`, as in LAPACK's `dnrm2`.
#[derive(Clone, Copy, Debug)]
pub struct SumOfSquares {
    scale: f64,
    sum: f64,
}

impl SumOfSquares {
    /// No numbers yet.
    pub fn new() -> Self {
        Self {
            scale: 0.0,
            sum: 1.0,
        }
    }

    /// Adds the square of a number.
    pub fn add(&mut self, value: f64) {
        let value = value.abs();
        if value > self.scale {
            self.sum = 1.0 + self.sum * (self.scale / value).powi(2);
            self.scale = value;
        } else if value > 0.0 {
            self.sum += (value / self.scale).powi(2);
        }
    }

    /// Of all these numbers.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut squares = Self::new();
        values.for_each(|value| squares.add(value));
        squares
    }

    /// Normalized Frobenius error ‖W − Ŵ‖ / ‖W‖ (III.A), where these squares are those of W − Ŵ and
    /// the other ones those of W, in the same unit. The zero matrix is met exactly by every method:
    /// its error is zero. No method misses more than there is, and rounding adds nothing to that.
    pub fn error_of(&self, whole: &Self) -> f64 {
        if whole.scale == 0.0 || self.scale == 0.0 {
            0.0
        } else {
            (self.scale / whole.scale * (self.sum / whole.sum).sqrt()).min(1.0)
        }
    }

    /// The root of the sum: the norm of what was added.
    pub fn root(&self) -> f64 {
        if self.scale == 0.0 {
            0.0
        } else {
            self.scale * self.sum.sqrt()
        }
    }
}

impl Default for SumOfSquares {
    fn default() -> Self {
        Self::new()
    }
}

/// Frobenius norm of any numbers, without overflow or underflow of the squares.
/// An empty iterator has norm zero. Cost: one pass.
pub fn norm(values: impl Iterator<Item = f64>) -> f64 {
    SumOfSquares::of(values).root()
}

/// The order of two errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// It is lower.
    Better,
    /// The two differ by rounding at most.
    Equal,
    /// It is higher.
    Worse,
}

/// Errors this close are equal. An error is relative to ‖W‖ already and its rounding is some
/// n · ε of ‖W‖, however small the error itself: of two methods that meet a matrix exactly one has
/// 3·10⁻¹⁶ and the other 10⁻¹⁵. So it is their difference that is compared, not their ratio.
pub const TIE: f64 = 1e-12;

/// Compares two normalized errors, `error` as seen against `other`. Rounding never decides.
pub fn compare(error: f64, other: f64) -> Comparison {
    if (error - other).abs() <= TIE {
        Comparison::Equal
    } else if error < other {
        Comparison::Better
    } else {
        Comparison::Worse
    }
}

/// The largest size of any numbers, zero for none; numbers that are none are passed over.
/// Cost: one pass, side by side.
pub fn largest(values: &[f64]) -> f64 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut sizes = [0.0_f64; 8];
    let larger = |size: &mut f64, value: &f64| {
        if value.abs() > *size {
            *size = value.abs();
        }
    };
    for chunk in chunks {
        for (size, value) in sizes.iter_mut().zip(chunk) {
            larger(size, value);
        }
    }
    for (size, value) in sizes.iter_mut().zip(rest) {
        larger(size, value);
    }
    sizes.into_iter().fold(0.0, f64::max)
}

/// The size below which a singular value may be rounding alone: `max(m, n) · ε · σ₁`.
/// `sigma` is sorted, largest first.
pub fn rounding(sigma: &[f64], rows: usize, cols: usize) -> f64 {
    let largest = sigma.first().copied().unwrap_or_default();
    rows.max(cols) as f64 * f64::EPSILON * largest
}

/// Numerical rank (III.A): how many σ lie above [`rounding`]. `sigma` is sorted, largest first.
pub fn numerical_rank(sigma: &[f64], rows: usize, cols: usize) -> usize {
    let threshold = rounding(sigma, rows, cols);
    sigma.iter().filter(|s| **s > threshold).count()
}

/// Parameters as a share of the matrix's entries.
pub fn share(parameters: usize, rows: usize, cols: usize) -> f64 {
    parameters as f64 / (rows as f64 * cols as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norm_survives_huge_and_tiny_cells() {
        for scale in [1e-300, 1e-160, 1.0, 1e160, 1e300] {
            let found = norm([3.0 * scale, -4.0 * scale, 0.0].into_iter());
            assert!((found / (5.0 * scale) - 1.0).abs() < 1e-15, "{scale:e}");
        }
        assert_eq!(norm(std::iter::empty()), 0.0);
    }

    #[test]
    fn rounding_makes_no_error_better_than_another() {
        assert_eq!(compare(3e-16, 1e-15), Comparison::Equal);
        assert_eq!(compare(0.2, 0.2 + 5e-13), Comparison::Equal);
        assert_eq!(compare(0.0, 0.0), Comparison::Equal);
        assert_eq!(compare(0.2, 0.2 + 5e-12), Comparison::Better);
        assert_eq!(compare(1e-9, 0.0), Comparison::Worse);
        assert_eq!(compare(f64::INFINITY, 1.0), Comparison::Worse);
    }

    #[test]
    fn numerical_rank_ignores_rounding() {
        assert_eq!(numerical_rank(&[2.0, 1.0, 1e-16], 3, 3), 2);
        assert_eq!(numerical_rank(&[0.0, 0.0], 2, 2), 0);
        assert_eq!(numerical_rank(&[], 0, 0), 0);
    }
}

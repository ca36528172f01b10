//! The largest eigenvalues of a symmetric tridiagonal matrix and their vectors, by inverse iteration
//! (Golub and Van Loan 8.2.2): of a few vectors it costs a few passes over the diagonals each, where
//! all of them would cost the cube of the side.

use faer::Par;
use faer::diag::{DiagMut, DiagRef};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, self_adjoint_evd_scratch, tridiagonal_self_adjoint_evd,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::basis::{orthogonalize, random_columns};

/// Steps of the iteration for each vector. Two reach rounding where a value is known to it; where
/// equal ones have taken most of the first direction, a third does.
const STEPS: usize = 3;

/// A matrix whose rows are smaller is zero.
const VANISHING: f64 = 1e-100;

/// A symmetric tridiagonal matrix, by its diagonal and the entries beside it.
pub(super) struct Tridiagonal {
    pub diagonal: Vec<f64>,
    /// One less.
    pub beside: Vec<f64>,
}

/// T − λI as a product of a lower and an upper triangle, rows exchanged for the larger pivot.
struct Solver {
    /// The upper triangle: its diagonal and the two above it.
    upper: [Vec<f64>; 3],
    /// What each row takes of the one before, and whether the two changed places.
    lower: Vec<(f64, bool)>,
}

impl Tridiagonal {
    /// All eigenvalues, largest first; nothing where they do not converge.
    pub fn values(&self) -> Option<Vec<f64>> {
        let len = self.diagonal.len();
        let request = self_adjoint_evd_scratch::<f64>(
            len,
            ComputeEigenvectors::No,
            Par::Seq,
            Default::default(),
        );
        let mut scratch = MemBuffer::new(request);
        // As long as the diagonal; the last one is not read.
        let beside: Vec<f64> = self.beside.iter().copied().chain([0.0]).collect();
        let mut values = vec![0.0; len];
        tridiagonal_self_adjoint_evd(
            DiagRef::from_slice(&self.diagonal),
            DiagRef::from_slice(&beside),
            DiagMut::from_slice_mut(&mut values),
            None,
            Par::Seq,
            MemStack::new(&mut scratch),
            Default::default(),
        )
        .ok()?;
        values.sort_by(|one, other| other.total_cmp(one));
        Some(values)
    }

    /// Orthonormal vectors to these eigenvalues. Of values that lie together they span what the
    /// vectors of all of those span.
    pub fn vectors(&self, values: &[f64]) -> DMatrix<f64> {
        let len = self.diagonal.len();
        let mut random = ChaCha8Rng::seed_from_u64(0);
        let mut vectors = random_columns(len, values.len(), &mut random);
        for (at, value) in values.iter().enumerate() {
            let solver = Solver::of(self, *value);
            for _ in 0..STEPS {
                let length = orthogonalize(&mut vectors, at, None);
                let mut column = vectors.column_mut(at);
                if length > 0.0 {
                    column.unscale_mut(length);
                }
                solver.solve(column.as_mut_slice());
                // Several vanishing pivots multiply, and squares must not overflow.
                let largest = column.amax();
                column.unscale_mut(largest);
            }
            let length = orthogonalize(&mut vectors, at, None);
            vectors.column_mut(at).unscale_mut(length);
        }
        vectors
    }

    /// Its largest row sum.
    fn size(&self) -> f64 {
        let beside = |at: Option<usize>| {
            at.and_then(|at| self.beside.get(at))
                .map_or(0.0, |it| it.abs())
        };
        let row =
            |(at, own): (usize, &f64)| own.abs() + beside(at.checked_sub(1)) + beside(Some(at));
        self.diagonal
            .iter()
            .enumerate()
            .map(row)
            .fold(0.0, f64::max)
    }
}

impl Solver {
    fn of(matrix: &Tridiagonal, value: f64) -> Self {
        let len = matrix.diagonal.len();
        // A pivot that vanishes beside the matrix is rounding, and a small one is what the iteration
        // lives on.
        let least = f64::EPSILON * matrix.size().max(VANISHING);
        let mut upper = [vec![0.0; len], vec![0.0; len], vec![0.0; len]];
        let mut lower = vec![(0.0, false); len];
        // The row at hand, from its diagonal on.
        let beside = |at: usize| matrix.beside.get(at).copied().unwrap_or(0.0);
        let mut row = [matrix.diagonal[0] - value, beside(0)];
        for at in 0..len {
            let last = at + 1 == len;
            let below = if last { 0.0 } else { beside(at) };
            let exchanged = below.abs() > row[0].abs();
            let next = match last {
                true => [0.0, 0.0],
                false => [matrix.diagonal[at + 1] - value, beside(at + 1)],
            };
            let (pivot, other) = match exchanged {
                true => ([below, next[0], next[1]], [row[0], row[1], 0.0]),
                false => ([row[0], row[1], 0.0], [below, next[0], next[1]]),
            };
            let first = if pivot[0].abs() < least {
                least
            } else {
                pivot[0]
            };
            let share = other[0] / first;
            row = [other[1] - share * pivot[1], other[2] - share * pivot[2]];
            [upper[0][at], upper[1][at], upper[2][at]] = [first, pivot[1], pivot[2]];
            lower[at] = (share, exchanged);
        }
        Self { upper, lower }
    }

    /// Replaces `x` by what T − λI makes it from.
    fn solve(&self, x: &mut [f64]) {
        let len = x.len();
        for at in 0..len - 1 {
            let (share, exchanged) = self.lower[at];
            if exchanged {
                x.swap(at, at + 1);
            }
            x[at + 1] -= share * x[at];
        }
        for at in (0..len).rev() {
            let above = |step: usize| match x.get(at + step) {
                Some(one) => self.upper[step][at] * one,
                None => 0.0,
            };
            x[at] = (x[at] - above(1) - above(2)) / self.upper[0][at];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matrix: &Tridiagonal, keep: usize) {
        let values = matrix.values().expect("values");
        let vectors = matrix.vectors(&values[..keep]);
        let len = matrix.diagonal.len();
        let whole = DMatrix::from_fn(len, len, |i, j| match i.abs_diff(j) {
            0 => matrix.diagonal[i],
            1 => matrix.beside[i.min(j)],
            _ => 0.0,
        });
        let mut exact: Vec<f64> = whole.symmetric_eigenvalues().iter().copied().collect();
        exact.sort_by(|one, other| other.total_cmp(one));
        let size = whole.norm().max(f64::MIN_POSITIVE);
        for (found, exact) in values.iter().zip(&exact) {
            assert!((found - exact).abs() <= 1e-13 * size, "{found} for {exact}");
        }
        let crossed = vectors.transpose() * &vectors - DMatrix::identity(keep, keep);
        assert!(crossed.amax() < 1e-13, "{:e}", crossed.amax());
        let known = DMatrix::from_diagonal(&values[..keep].to_vec().into());
        let residual = (&whole * &vectors - &vectors * known).norm();
        assert!(residual <= 1e-12 * size, "{residual:e} beside {size:e}");
    }

    #[test]
    fn vectors_belong_to_their_values_whatever_the_spectrum() {
        for len in [1, 2, 3, 10, 120] {
            let wave = |factor: f64| move |at: usize| (at as f64 * factor).sin();
            let of = |diagonal: &dyn Fn(usize) -> f64, beside: &dyn Fn(usize) -> f64| Tridiagonal {
                diagonal: (0..len).map(diagonal).collect(),
                beside: (1..len).map(beside).collect(),
            };
            for keep in [1, len / 2, len] {
                check(&of(&wave(0.7), &wave(1.3)), keep.max(1));
                // Pairs that agree to rounding (Wilkinson), one value many times, parts that do not touch.
                let middle = (len / 2) as f64;
                check(&of(&|at| (at as f64 - middle).abs(), &|_| 1.0), keep.max(1));
                check(&of(&|_| 2.0, &|_| 0.0), keep.max(1));
                check(
                    &of(&|_| 1.0, &|at| if at % 3 == 0 { 0.0 } else { 0.5 }),
                    keep.max(1),
                );
                // Falling by many digits, and all zero.
                check(
                    &of(&|at| 0.5_f64.powi(at as i32), &|at| 0.4_f64.powi(at as i32)),
                    keep.max(1),
                );
                check(&of(&|_| 0.0, &|_| 0.0), keep.max(1));
            }
        }
    }
}

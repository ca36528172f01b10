//! A tall matrix made bidiagonal by Householder's reflections (Golub and Van Loan, 5.4.8), column by
//! column: for the small blocks of this program in few, contiguous, vectorized loops.

use nalgebra::DMatrix;

/// A square sum below this is none, beside a largest cell near one.
const VANISHING: f64 = 1e-290;

/// Numbers that are added up side by side, so that sums fill vector registers.
const LANES: usize = 8;

/// `W = U B Vᵀ` with B upper bidiagonal; U and V as the reflections that make them.
pub(super) struct Bidiagonalization {
    /// The diagonal of B.
    pub diagonal: Vec<f64>,
    /// The superdiagonal.
    pub above: Vec<f64>,
    /// Below and on the diagonal: the reflections from the left.
    left: DMatrix<f64>,
    left_factors: Vec<f64>,
    /// Column `k`, from row `k + 1` on: the reflection from the right.
    right: DMatrix<f64>,
    right_factors: Vec<f64>,
}

/// I − factor · v vᵀ turns what it was made of into (image, 0, …, 0).
struct Reflection {
    factor: f64,
    image: f64,
}

impl Reflection {
    /// Replaces `x` by v.
    #[inline(always)]
    fn of(x: &mut [f64]) -> Self {
        let Some((first, rest)) = x.split_first_mut() else {
            return Self {
                factor: 0.0,
                image: 0.0,
            };
        };
        let squares = dot(rest, rest);
        if squares < VANISHING {
            return Self {
                factor: 0.0,
                image: *first,
            };
        }
        let length = (*first * *first + squares).sqrt().copysign(*first);
        // The sign of the larger sum, which loses no digits.
        *first += length;
        Self {
            factor: 2.0 / (*first * *first + squares),
            image: -length,
        }
    }
}

/// The scalar product.
#[inline(always)]
pub(super) fn dot(left: &[f64], right: &[f64]) -> f64 {
    let (left, left_rest) = left.as_chunks::<LANES>();
    let (right, right_rest) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (x, y) in left.iter().zip(right) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let rest: f64 = left_rest.iter().zip(right_rest).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// `target += factor · source`.
#[inline(always)]
fn add(target: &mut [f64], factor: f64, source: &[f64]) {
    for (x, y) in target.iter_mut().zip(source) {
        *x += factor * y;
    }
}

/// Reflects the column.
#[inline(always)]
fn reflect(column: &mut [f64], factor: f64, v: &[f64]) {
    add(column, -factor * dot(v, column), v);
}

impl Bidiagonalization {
    /// Of a matrix with no fewer rows than columns, its largest cell near one. Cost: O(m n²).
    #[inline(always)]
    pub fn of(tall: &DMatrix<f64>) -> Self {
        let (rows, cols) = tall.shape();
        let mut reduced = Self {
            diagonal: Vec::with_capacity(cols),
            above: Vec::with_capacity(cols.saturating_sub(1)),
            left: tall.clone(),
            left_factors: Vec::with_capacity(cols),
            right: DMatrix::zeros(cols, cols),
            right_factors: Vec::with_capacity(cols),
        };
        let mut sums = vec![0.0; rows];
        for k in 0..cols {
            reduced.clear_column(k);
            if k + 1 < cols {
                reduced.clear_row(k, &mut sums);
            }
        }
        reduced
    }

    #[inline(always)]
    fn clear_column(&mut self, k: usize) {
        let rows = self.left.nrows();
        let (before, after) = self.left.as_mut_slice().split_at_mut((k + 1) * rows);
        let v = &mut before[k * rows + k..];
        let Reflection { factor, image } = Reflection::of(v);
        if factor != 0.0 {
            for column in after.chunks_exact_mut(rows) {
                reflect(&mut column[k..], factor, v);
            }
        }
        self.diagonal.push(image);
        self.left_factors.push(factor);
    }

    #[inline(always)]
    fn clear_row(&mut self, k: usize, sums: &mut [f64]) {
        let (rows, cols) = self.left.shape();
        let after = &mut self.left.as_mut_slice()[(k + 1) * rows..];
        let v = &mut self.right.as_mut_slice()[k * cols + k + 1..(k + 1) * cols];
        for (cell, column) in v.iter_mut().zip(after.chunks_exact(rows)) {
            *cell = column[k];
        }
        let Reflection { factor, image } = Reflection::of(v);
        if factor != 0.0 {
            let sums = &mut sums[k + 1..];
            sums.fill(0.0);
            for (cell, column) in v.iter().zip(after.chunks_exact(rows)) {
                add(sums, *cell, &column[k + 1..]);
            }
            for (cell, column) in v.iter().zip(after.chunks_exact_mut(rows)) {
                add(&mut column[k + 1..], -factor * cell, sums);
            }
        }
        self.above.push(image);
        self.right_factors.push(factor);
    }

    /// U, as wide as B, and V.
    #[inline(always)]
    pub fn vectors(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let (rows, cols) = self.left.shape();
        let mut u = DMatrix::identity(rows, cols);
        for (k, factor) in self.left_factors.iter().enumerate().rev() {
            let v = &self.left.as_slice()[k * rows + k..(k + 1) * rows];
            for column in u.as_mut_slice().chunks_exact_mut(rows).skip(k) {
                reflect(&mut column[k..], *factor, v);
            }
        }
        let mut right = DMatrix::identity(cols, cols);
        for (k, factor) in self.right_factors.iter().enumerate().rev() {
            let v = &self.right.as_slice()[k * cols + k + 1..(k + 1) * cols];
            for column in right.as_mut_slice().chunks_exact_mut(cols).skip(k + 1) {
                reflect(&mut column[k + 1..], *factor, v);
            }
        }
        (u, right)
    }
}

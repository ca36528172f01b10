//! A bidiagonal matrix made diagonal by implicit QR.
//!
//! nalgebra's iteration does not reach rounding: at the thresholds at which it is right it leaves
//! 1e-12 off the diagonal, at smaller ones it is wrong without a sign (dimforge/nalgebra#1172). This
//! one follows Golub and Van Loan, *Matrix Computations*, 8.6, with
//! the shift taken from σ instead of σ² and the zero shift of Demmel and Kahan, *Accurate singular
//! values of bidiagonal matrices* (1990), where a shift would not change anything.

use nalgebra::DMatrix;

/// The size that is neglected off the diagonal (and taken for zero on it), relative to the largest entry: so
/// little that all of it together stays within the rounding of the bidiagonalization before.
const NEGLIGIBLE: f64 = f64::EPSILON / 4.0;

/// Sweeps for each singular value; two or three are usual.
const SWEEPS: usize = 40;

/// Rotated entries below this are as good as zero beside a largest entry near one, and their square
/// would underflow.
const VANISHING: f64 = 1e-150;

/// A rotation of a plane: (x, y) becomes (c x + s y, c y − s x).
#[derive(Clone, Copy)]
struct Rotation {
    cosine: f64,
    sine: f64,
}

impl Rotation {
    /// The rotation that turns (x, y) into (length, 0), and the length.
    #[inline(always)]
    fn onto_first(x: f64, y: f64) -> (Self, f64) {
        if y.abs() < VANISHING {
            let (cosine, sine) = (1.0, 0.0);
            return (Self { cosine, sine }, x);
        }
        let length = (x * x + y * y).sqrt();
        let (cosine, sine) = (x / length, y / length);
        (Self { cosine, sine }, length)
    }

    /// The pair (x, y), turned.
    #[inline(always)]
    fn turn(self, x: f64, y: f64) -> (f64, f64) {
        (
            self.cosine * x + self.sine * y,
            self.cosine * y - self.sine * x,
        )
    }

    /// Turns the columns `at` and `at + 1`.
    #[inline(always)]
    fn turn_columns(self, matrix: &mut DMatrix<f64>, at: usize) {
        let rows = matrix.nrows();
        let both = &mut matrix.as_mut_slice()[at * rows..(at + 2) * rows];
        let (first, second) = both.split_at_mut(rows);
        for (x, y) in first.iter_mut().zip(second) {
            (*x, *y) = self.turn(*x, *y);
        }
    }
}

/// The matrices whose columns follow the rotations: with W = U B Vᵀ before, W = U Σ Vᵀ after.
pub(super) struct Vectors {
    pub u: DMatrix<f64>,
    pub v: DMatrix<f64>,
}

/// An upper bidiagonal matrix B, and the vectors that are wanted with it.
pub(super) struct Bidiagonal {
    /// The diagonal, `n` entries.
    pub diagonal: Vec<f64>,
    /// The superdiagonal, `n − 1` entries.
    pub above: Vec<f64>,
    /// U and V of the bidiagonalization; without them only Σ is computed.
    pub vectors: Option<Vectors>,
}

impl Bidiagonal {
    /// Makes it diagonal, the diagonal neither sorted nor without signs. `None` where it does not
    /// converge (an entry that is not a number). Cost: O(n²), with vectors O(n²) columns turned.
    #[inline(always)]
    pub fn diagonalized(mut self) -> Option<Self> {
        let negligible = NEGLIGIBLE * self.largest();
        let mut sweeps = SWEEPS * self.diagonal.len();
        let mut end = self.diagonal.len().saturating_sub(1);
        while end > 0 {
            if self.above[end - 1].abs() <= negligible {
                end -= 1;
                continue;
            }
            sweeps = sweeps.checked_sub(1)?;
            let mut start = end - 1;
            while start > 0 && self.above[start - 1].abs() > negligible {
                start -= 1;
            }
            match self.shift(start, end, negligible) {
                Some(shift) => self.shifted_sweep(start, end, shift),
                None => self.plain_sweep(start, end),
            }
        }
        Some(self)
    }

    /// The largest entry.
    #[inline(always)]
    fn largest(&self) -> f64 {
        let entries = self.diagonal.iter().chain(&self.above);
        entries.fold(0.0, |largest, entry| largest.max(entry.abs()))
    }

    /// The smaller σ of the last two rows of the unreduced part `start..=end`; `None` where it
    /// would vanish beside the first entry or an entry of the diagonal is zero: then one sweep
    /// without a shift brings a zero to the end.
    #[inline(always)]
    fn shift(&self, start: usize, end: usize, negligible: f64) -> Option<f64> {
        let part = &self.diagonal[start..=end];
        if part.iter().any(|entry| entry.abs() <= negligible) {
            return None;
        }
        let (f, g, h) = (
            self.diagonal[end - 1].abs(),
            self.above[end - 1].abs(),
            self.diagonal[end].abs(),
        );
        // Of [f g; 0 h]: σ₁ + σ₂ = |(f + h, g)|, σ₁ − σ₂ = |(f − h, g)|, σ₁ σ₂ = f h.
        let length = |x: f64, y: f64| (x * x + y * y).sqrt();
        let shift = 2.0 * f * h / (length(f + h, g) + length(f - h, g));
        let ratio = shift / part[0];
        (ratio * ratio > f64::EPSILON).then_some(shift)
    }

    /// One QR step on BᵀB − shift², without forming it.
    #[inline(always)]
    fn shifted_sweep(&mut self, start: usize, end: usize, shift: f64) {
        let (d, e) = (&mut self.diagonal, &mut self.above);
        let first = d[start];
        // (first² − shift², first · above), over first.
        let mut bulge = ((first - shift) * (1.0 + shift / first), e[start]);
        for k in start..end {
            let (right, length) = Rotation::onto_first(bulge.0, bulge.1);
            if k > start {
                e[k - 1] = length;
            }
            let corner;
            (corner, e[k]) = right.turn(d[k], e[k]);
            let below;
            (below, d[k + 1]) = right.turn(0.0, d[k + 1]);
            let left;
            (left, d[k]) = Rotation::onto_first(corner, below);
            (e[k], d[k + 1]) = left.turn(e[k], d[k + 1]);
            bulge.0 = e[k];
            if k + 1 < end {
                (bulge.1, e[k + 1]) = left.turn(0.0, e[k + 1]);
            }
            if let Some(Vectors { u, v }) = &mut self.vectors {
                right.turn_columns(v, k);
                left.turn_columns(u, k);
            }
        }
    }

    /// One QR step on BᵀB, by which no small entry loses digits.
    #[inline(always)]
    fn plain_sweep(&mut self, start: usize, end: usize) {
        let (d, e) = (&mut self.diagonal, &mut self.above);
        let mut right = Rotation {
            cosine: 1.0,
            sine: 0.0,
        };
        let mut left = right;
        for k in start..end {
            let length;
            (right, length) = Rotation::onto_first(d[k] * right.cosine, e[k]);
            if k > start {
                e[k - 1] = left.sine * length;
            }
            (left, d[k]) = Rotation::onto_first(left.cosine * length, d[k + 1] * right.sine);
            if let Some(Vectors { u, v }) = &mut self.vectors {
                right.turn_columns(v, k);
                left.turn_columns(u, k);
            }
        }
        let last = d[end] * right.cosine;
        d[end] = last * left.cosine;
        e[end - 1] = last * left.sine;
    }
}

//! The first singular triplets of a large block: block Lanczos bidiagonalization with full
//! reorthogonalization (Golub and Van Loan 10.4; Golub, Luk and Overton 1981).
//!
//! From a random block V₁ two orthonormal bases grow so that A V = U B, with B banded. The
//! triplets of the small B become those of A; what each misses is what the next block of V adds.

use std::ops::ControlFlow;

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::Factorization;
use super::householder::dot;
use super::svd::factorize_on;
use super::view::{view, view_mut};

/// Columns that join the bases at once. Products with fewer columns wait for memory, which those of
/// a block that fits into a cache do not.
fn width(block: &DMatrix<f64>) -> usize {
    match block.len() < 2048 * 2048 {
        true => 8,
        false => 32,
    }
}

/// Rows of a product that a thread takes at once.
const ROWS_AT_ONCE: usize = 256;

/// The largest distance of a kept σ from an exact one, relative to it, that the iteration aims at;
/// half of what is promised.
pub(super) const AIM: f64 = 5e-7;

/// A column that keeps less than this of its length has rounding of the basis in it.
const LOST: f64 = 1e-2;

/// A column that keeps less than this of its length is projected once more.
const SHORT: f64 = 0.05;

/// The first triplets of a block.
pub(super) struct Leading {
    /// Left singular vectors, a column each.
    pub u: DMatrix<f64>,
    /// Singular values, largest first.
    pub sigma: Vec<f64>,
    /// Right singular vectors, a column each.
    pub v: DMatrix<f64>,
}

/// Why there are none.
pub(super) enum NoTriplets {
    /// The caller's callback answered *stop*.
    Stopped,
    /// They do not come forward within three quarters of the block's smaller side.
    TooSlow,
}

/// The first `keep` triplets of a finite block whose largest cell is near one, not yet checked.
/// Cost: some 10 `keep` products with the block, more where its σ lie close together.
pub(super) fn leading(
    block: &DMatrix<f64>,
    keep: usize,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Leading, NoTriplets> {
    let (rows, cols) = block.shape();
    let (width, most) = (width(block), rows.min(cols) / 4 * 3);
    let rounding = rows.max(cols) as f64 * f64::EPSILON;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let (mut left, mut right) = (Basis::of(rows, width), Basis::of(cols, width));
    let mut band = Band::default();
    let mut schedule = Schedule::new(keep, width);
    right.add(random_columns(cols, width, &mut random), &mut random, par);
    while left.len() + width <= most {
        if keep_going().is_break() {
            return Err(NoTriplets::Stopped);
        }
        let down = product(view(block), right.last(), par);
        band.diagonal.push(left.add(down, &mut random, par));
        let across = product(view(block).transpose(), left.last(), par);
        let next = right.add(across, &mut random, par);
        if left.len() >= schedule.next {
            let small =
                Small::of(&band, &next, (keep, rounding), par).ok_or(NoTriplets::TooSlow)?;
            if small.worst <= AIM {
                return Ok(small.lifted(&left, &right, par));
            }
            schedule.after(left.len(), small.worst);
        }
        band.above.push(next.transpose());
    }
    Err(NoTriplets::TooSlow)
}

/// When to look at B again: what is missing falls by a constant factor or faster for each column.
struct Schedule {
    width: usize,
    next: usize,
    last: Option<(usize, f64)>,
}

impl Schedule {
    fn new(keep: usize, width: usize) -> Self {
        Self {
            width,
            next: keep + keep / 2,
            last: None,
        }
    }

    fn after(&mut self, len: usize, worst: f64) {
        let slope = self.last.map_or(0.0, |(before, was)| {
            (was / worst).ln().max(0.0) / (len - before) as f64
        });
        let missing = (worst / AIM).ln() / slope;
        // Convergence quickens, so half of the way that a straight line has left; infinite at first.
        let step = (missing / 2.0).min(len as f64 * 0.3).max(self.width as f64);
        self.next = len + step as usize;
        self.last = Some((len, worst));
    }
}

/// B: its blocks on the diagonal, and those above it.
#[derive(Default)]
struct Band {
    diagonal: Vec<DMatrix<f64>>,
    above: Vec<DMatrix<f64>>,
}

impl Band {
    fn filled(&self) -> DMatrix<f64> {
        let width = self.diagonal.first().map_or(0, DMatrix::ncols);
        let len = self.diagonal.len() * width;
        let mut filled = DMatrix::zeros(len, len);
        let mut put = |row: usize, col: usize, block: &DMatrix<f64>| {
            let place = (row * width, col * width);
            filled.view_mut(place, (width, width)).copy_from(block);
        };
        self.diagonal
            .iter()
            .enumerate()
            .for_each(|(at, block)| put(at, at, block));
        self.above
            .iter()
            .enumerate()
            .for_each(|(at, block)| put(at, at + 1, block));
        filled
    }
}

/// The SVD of B, and how far its first σ may be from those of the block.
struct Small {
    found: Factorization,
    keep: usize,
    /// The largest distance of a kept σ from an exact one, relative to it.
    worst: f64,
}

impl Small {
    /// `next`: the coefficients of the block of V that is still to come; `rounding`: of σ, relative to
    /// the largest.
    fn of(
        band: &Band,
        next: &DMatrix<f64>,
        (keep, rounding): (usize, f64),
        par: Par,
    ) -> Option<Self> {
        let filled = band.filled();
        let (len, width) = (filled.nrows(), next.nrows());
        let found = factorize_on(&filled, par).ok()?;
        let keep = keep.min(len);
        // Aᵀ u − σ v = V_next · next · (the last rows of u's part of B).
        let last = view(&found.u).submatrix(len - width, 0, width, keep);
        let missing = product(view(next), last, Par::Seq);
        let floor = rounding * found.sigma.first()?;
        let distance = |at: usize| missing.column(at).norm() / found.sigma[at].max(floor / AIM);
        Some(Self {
            worst: (0..keep).map(distance).fold(0.0, f64::max),
            found,
            keep,
        })
    }

    fn lifted(self, left: &Basis, right: &Basis, par: Par) -> Leading {
        let (len, keep) = (self.found.u.nrows(), self.keep);
        let u = view(&self.found.u).subcols(0, keep);
        let v = view(&self.found.v_t).subrows(0, keep).transpose();
        Leading {
            u: product(left.columns(0, len), u, par),
            v: product(right.columns(0, len), v, par),
            sigma: self.found.sigma[..keep].to_vec(),
        }
    }
}

/// Orthonormal columns, to which blocks are added.
struct Basis {
    rows: usize,
    width: usize,
    cells: Vec<f64>,
}

impl Basis {
    fn of(rows: usize, width: usize) -> Self {
        Self {
            rows,
            width,
            cells: Vec::new(),
        }
    }

    fn len(&self) -> usize {
        self.cells.len() / self.rows
    }

    fn columns(&self, from: usize, count: usize) -> MatRef<'_, f64> {
        let cells = &self.cells[from * self.rows..(from + count) * self.rows];
        MatRef::from_column_major_slice(cells, self.rows, count)
    }

    /// The block that came last.
    fn last(&self) -> MatRef<'_, f64> {
        self.columns(self.len() - self.width, self.width)
    }

    /// Adds what of a block lies outside of the basis, made orthonormal; its coefficients, upper
    /// triangular. In the place of a column that has nothing new comes another direction.
    fn add(&mut self, mut block: DMatrix<f64>, random: &mut ChaCha8Rng, par: Par) -> DMatrix<f64> {
        let before: Vec<f64> = lengths(&block);
        self.project_out(&mut block, par);
        let short = lengths(&block)
            .iter()
            .zip(&before)
            .any(|(now, before)| *now < SHORT * before);
        if short {
            self.project_out(&mut block, par);
        }
        let mut coefficients = DMatrix::zeros(self.width, self.width);
        for at in 0..self.width {
            let length = orthogonalize(&mut block, at, Some(&mut coefficients));
            coefficients[(at, at)] = length;
            if length > 0.0 {
                block.column_mut(at).unscale_mut(length);
            } else {
                let fresh = random_columns(self.rows, 1, random);
                block.column_mut(at).copy_from(&fresh.column(0));
            }
            if length <= LOST * before[at] {
                self.straighten(&mut block, at, par);
            }
        }
        self.cells.extend_from_slice(block.as_slice());
        coefficients
    }

    /// Makes a column, of rounding alone perhaps, orthogonal to the basis and the columns before it.
    fn straighten(&self, block: &mut DMatrix<f64>, at: usize, par: Par) {
        for _ in 0..2 {
            let mut column = block.columns(at, 1).into_owned();
            self.project_out(&mut column, par);
            block.column_mut(at).copy_from(&column.column(0));
            let length = orthogonalize(block, at, None);
            block.column_mut(at).unscale_mut(length);
        }
    }

    /// Takes off what of the columns lies in the basis.
    fn project_out(&self, block: &mut DMatrix<f64>, par: Par) {
        if self.cells.is_empty() {
            return;
        }
        let all = self.columns(0, self.len());
        let inside = product(all.transpose(), view(block), par);
        add_product(block, Accum::Add, (all, view(&inside)), -1.0, par);
    }
}

/// Takes off a column what lies in those before it, which are orthonormal; its length.
fn orthogonalize(
    block: &mut DMatrix<f64>,
    at: usize,
    mut coefficients: Option<&mut DMatrix<f64>>,
) -> f64 {
    let rows = block.nrows();
    let (before, rest) = block.as_mut_slice().split_at_mut(at * rows);
    let column = &mut rest[..rows];
    let mut length = norm(column);
    loop {
        for (one, earlier) in before.chunks_exact(rows).enumerate() {
            let inside = dot(earlier, column);
            for (cell, other) in column.iter_mut().zip(earlier) {
                *cell -= inside * other;
            }
            if let Some(coefficients) = &mut coefficients {
                coefficients[(one, at)] += inside;
            }
        }
        let now = norm(column);
        // Twice is enough (Kahan), and once where little was taken.
        if now > length / 2.0 || now == 0.0 {
            return now;
        }
        length = now;
    }
}

fn random_columns(rows: usize, count: usize, random: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, count, |_, _| random.random_range(-1.0..1.0))
}

/// `left · right`, where `right` has few columns.
pub(super) fn product(left: MatRef<'_, f64>, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
    let mut target = DMatrix::zeros(left.nrows(), right.ncols());
    add_product(&mut target, Accum::Replace, (left, right), 1.0, par);
    target
}

/// `target (+)= factor · left · right`, rows shared among threads: within a product of so few columns
/// the threads would wait for each other most of the time.
fn add_product(
    target: &mut DMatrix<f64>,
    accum: Accum,
    (left, right): (MatRef<'_, f64>, MatRef<'_, f64>),
    factor: f64,
    par: Par,
) {
    let part = |(target, left): (MatMut<'_, f64>, MatRef<'_, f64>)| {
        matmul(target, accum, left, right, factor, Par::Seq);
    };
    let target = view_mut(target);
    match par {
        Par::Seq => part((target, left)),
        Par::Rayon(_) => target
            .par_row_chunks_mut(ROWS_AT_ONCE)
            .zip(left.par_row_chunks(ROWS_AT_ONCE))
            .for_each(part),
    }
}

fn norm(cells: &[f64]) -> f64 {
    dot(cells, cells).sqrt()
}

fn lengths(block: &DMatrix<f64>) -> Vec<f64> {
    block.column_iter().map(|column| column.norm()).collect()
}

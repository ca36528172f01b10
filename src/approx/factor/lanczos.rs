//! The first singular triplets of a large block: block Lanczos bidiagonalization with full
//! reorthogonalization (Golub and Van Loan 10.4; Golub, Luk and Overton 1981).
//!
//! From a random block V₁ two orthonormal bases grow so that A V = U B, with B banded. The
//! triplets of the small B become those of A; what each misses is what the next block of V adds.

use std::ops::ControlFlow;

use faer::linalg::matmul::matmul;
use faer::reborrow::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::householder::dot;
use super::packed::Packed;
use super::squares::first_of_squares;
use super::svd::factorize_on;
use super::view::{view, view_mut};

/// Columns that join the bases at once: of fewer a product waits for memory, with more the bases have
/// to be longer.
const WIDTH: usize = 8;

/// Rows of a product that a thread takes at once.
const ROWS_AT_ONCE: usize = 256;

/// The largest distance of a kept σ from an exact one, relative to it, that the iteration aims at;
/// half of what is promised.
pub(super) const AIM: f64 = 5e-7;

/// A column that keeps less than this of its length has rounding of the basis in it.
const LOST: f64 = 1e-2;

/// A column that keeps less than this of its length is projected once more.
const SHORT: f64 = 0.05;

/// Times that a column is made orthogonal; a random one is after two.
const STRAIGHTENED: usize = 4;

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

/// The first `keep` triplets of a finite block, not yet checked.
/// Cost: some 10 `keep` products with the block, more where its σ lie close together.
pub(super) fn leading(
    block: &Packed,
    keep: usize,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Leading, NoTriplets> {
    let (rows, cols) = block.shape();
    let most = rows.min(cols) / 4 * 3;
    let rounding = rows.max(cols) as f64 * f64::EPSILON;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let (mut left, mut right) = (Basis::of(rows, WIDTH), Basis::of(cols, WIDTH));
    let mut band = Band::default();
    let mut schedule = Schedule::new(keep);
    right.add(random_columns(cols, WIDTH, &mut random), &mut random, par);
    while left.len() + WIDTH <= most {
        if keep_going().is_break() {
            return Err(NoTriplets::Stopped);
        }
        let down = block.times(right.last(), par);
        band.diagonal.push(left.add(down, &mut random, par));
        let across = block.transpose_times(left.last(), par);
        let next = right.add(across, &mut random, par);
        let is_last = left.len() + WIDTH > most;
        if is_last || left.len() >= schedule.next {
            let small = Small::of(&band, &next, (keep, rounding)).ok_or(NoTriplets::TooSlow)?;
            if small.near == keep {
                return small
                    .lifted(&band, &left, &right, par)
                    .ok_or(NoTriplets::TooSlow);
            }
            schedule.after(left.len(), small.near);
        }
        band.above.push(next.transpose());
    }
    Err(NoTriplets::TooSlow)
}

/// When to look at B again: from some length on, each column brings about as many triplets near as the
/// one before it.
struct Schedule {
    keep: usize,
    next: usize,
    last: (usize, usize),
}

impl Schedule {
    fn new(keep: usize) -> Self {
        Self {
            keep,
            next: keep + keep / 2,
            last: (keep, 0),
        }
    }

    /// After so many columns so many triplets were near enough.
    fn after(&mut self, len: usize, near: usize) {
        let (len_before, near_before) = self.last;
        let gained = near.saturating_sub(near_before).max(1) as f64;
        let missing = (self.keep - near) as f64 * (len - len_before) as f64 / gained;
        // A look costs as much as some columns, and far ahead a straight line leads astray.
        self.next = len + (missing as usize).clamp(len / 32, len / 2) + WIDTH;
        self.last = (len, near);
    }
}

/// B: its blocks on the diagonal, and those above it.
#[derive(Default)]
struct Band {
    diagonal: Vec<DMatrix<f64>>,
    above: Vec<DMatrix<f64>>,
}

impl Band {
    /// B Bᵀ, its lower half.
    fn squared(&self) -> DMatrix<f64> {
        let width = self.diagonal.first().map_or(0, DMatrix::ncols);
        let len = self.diagonal.len() * width;
        let mut squared = DMatrix::zeros(len, len);
        for (at, block) in self.diagonal.iter().enumerate() {
            let place = (at * width, at * width);
            let mut own = block * block.transpose();
            if let Some(above) = self.above.get(at) {
                own += above * above.transpose();
                if let Some(next) = self.diagonal.get(at + 1) {
                    let below = (place.0 + width, place.1);
                    let beside = next * above.transpose();
                    squared.view_mut(below, (width, width)).copy_from(&beside);
                }
            }
            squared.view_mut(place, (width, width)).copy_from(&own);
        }
        squared
    }

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

/// The first triplets of B, and how far its σ may be from those of the block.
struct Small {
    /// Left singular vectors, and σ with the right ones where they were computed as well.
    u: DMatrix<f64>,
    rest: Option<(Vec<f64>, DMatrix<f64>)>,
    /// The number of triplets, from the first on, whose distance from an exact one is what is aimed at.
    near: usize,
}

impl Small {
    /// `next`: the coefficients of the block of V that is still to come; `rounding`: of σ, relative to
    /// the largest.
    fn of(band: &Band, next: &DMatrix<f64>, (keep, rounding): (usize, f64)) -> Option<Self> {
        let (sigma, u, v) = match first_of_squares(&band.squared(), keep) {
            Some((sigma, u)) => (sigma, u, None),
            None => {
                let found = factorize_on(&band.filled(), Par::Seq).ok()?;
                let u = found.u.columns(0, keep).into_owned();
                let v = found.v_t.rows(0, keep).transpose();
                (found.sigma[..keep].to_vec(), u, Some(v))
            }
        };
        // Aᵀ u − σ v = V_next · next · (the last rows of u's part of B).
        let missing = next * u.rows(u.nrows() - next.nrows(), next.nrows());
        let floor = rounding * sigma.first()?;
        let is_near = |at: &usize| missing.column(*at).norm() <= AIM * sigma[*at].max(floor / AIM);
        Some(Self {
            near: (0..keep).filter(is_near).count(),
            u,
            rest: v.map(|v| (sigma, v)),
        })
    }

    fn lifted(self, band: &Band, left: &Basis, right: &Basis, par: Par) -> Option<Leading> {
        let len = self.u.nrows();
        let (u, sigma, v) = match self.rest {
            Some((sigma, v)) => (self.u, sigma, v),
            None => {
                // What squares have lost comes back from B itself.
                let across = product(view(&band.filled()).transpose(), view(&self.u), par);
                let found = factorize_on(&across, Par::Seq).ok()?;
                (self.u * found.v_t.transpose(), found.sigma, found.u)
            }
        };
        Some(Leading {
            u: product(left.columns(0, len), view(&u), par),
            v: product(right.columns(0, len), view(&v), par),
            sigma,
        })
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
    /// triangular. In the place of a column that has nothing new but rounding comes another direction.
    fn add(&mut self, mut block: DMatrix<f64>, random: &mut ChaCha8Rng, par: Par) -> DMatrix<f64> {
        let before: Vec<f64> = lengths(&block);
        let rounding = self.rows as f64 * f64::EPSILON / 4.0;
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
            if length > rounding * before[at] {
                coefficients[(at, at)] = length;
                block.column_mut(at).unscale_mut(length);
            } else {
                block.set_column(at, &random_columns(self.rows, 1, random).column(0));
            }
            if length <= LOST * before[at] {
                self.straighten(&mut block, at, random, par);
            }
        }
        self.cells.extend_from_slice(block.as_slice());
        coefficients
    }

    /// Makes a column orthogonal to the basis and the columns before it. One that lies among those,
    /// as rounding may, gives way to another direction.
    fn straighten(&self, block: &mut DMatrix<f64>, at: usize, random: &mut ChaCha8Rng, par: Par) {
        for _ in 0..STRAIGHTENED {
            let before = block.column(at).norm();
            let mut column = block.columns(at, 1).into_owned();
            self.project_out(&mut column, par);
            block.set_column(at, &column.column(0));
            let length = orthogonalize(block, at, None);
            if length <= LOST * before {
                block.set_column(at, &random_columns(self.rows, 1, random).column(0));
                continue;
            }
            block.column_mut(at).unscale_mut(length);
            if length > before / 2.0 {
                return;
            }
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
    // The same parts on any number of threads, and so the same numbers.
    match par {
        Par::Seq => {
            let (rows, columns) = (target.nrows(), target.ncols());
            let mut target = target;
            for from in (0..rows).step_by(ROWS_AT_ONCE) {
                let count = ROWS_AT_ONCE.min(rows - from);
                let target = target.rb_mut().submatrix_mut(from, 0, count, columns);
                part((target, left.subrows(from, count)));
            }
        }
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

//! Orthonormal bases that grow by a few columns at once, as the Lanczos iterations need them.

use faer::{MatRef, Par};
use nalgebra::DMatrix;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::householder::dot;
use super::panels::Panels;
use super::view::view;

/// A column that keeps less than this of its length has rounding of the basis in it.
const LOST: f64 = 1e-2;

/// A column that keeps less than this of its length is projected once more.
const SHORT: f64 = 0.2;

/// Times that a column is made orthogonal; a random one is after two.
const STRAIGHTENED: usize = 4;

/// Orthonormal columns, to which blocks are added.
pub(super) struct Basis {
    /// A column in each row, so that what of a block lies in them takes one look at each.
    columns: Panels<f64>,
    /// The block that came last.
    last: DMatrix<f64>,
}

impl Basis {
    /// None yet, of so many rows, to which blocks of so many columns are added.
    pub fn of(rows: usize, width: usize) -> Self {
        Self {
            columns: Panels::empty(rows),
            last: DMatrix::zeros(rows, width),
        }
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.columns.rows()
    }

    /// The first columns, as many as there are coefficients, times these.
    pub fn times(&self, coefficients: &DMatrix<f64>, par: Par) -> DMatrix<f64> {
        self.columns.transpose_times(view(coefficients), par)
    }

    /// The block that came last.
    pub fn last(&self) -> MatRef<'_, f64> {
        view(&self.last)
    }

    /// Adds what of a block lies outside of the basis, made orthonormal; its coefficients, upper
    /// triangular. In the place of a column that has nothing new but rounding comes another direction.
    pub fn add(
        &mut self,
        mut block: DMatrix<f64>,
        random: &mut ChaCha8Rng,
        par: Par,
    ) -> DMatrix<f64> {
        let before: Vec<f64> = lengths(&block);
        let rows = block.nrows();
        let rounding = rows as f64 * f64::EPSILON / 4.0;
        self.project_out(&mut block, par);
        let short = lengths(&block)
            .iter()
            .zip(&before)
            .any(|(now, before)| *now < SHORT * before);
        if short {
            self.project_out(&mut block, par);
        }
        let mut coefficients = DMatrix::zeros(block.ncols(), block.ncols());
        for at in 0..block.ncols() {
            let length = orthogonalize(&mut block, at, Some(&mut coefficients));
            if length > rounding * before[at] {
                coefficients[(at, at)] = length;
                block.column_mut(at).unscale_mut(length);
            } else {
                block.set_column(at, &random_columns(rows, 1, random).column(0));
            }
            if length <= LOST * before[at] {
                self.straighten(&mut block, at, random, par);
            }
        }
        for column in block.column_iter() {
            self.columns.push(column.as_slice());
        }
        self.last = block;
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
                block.set_column(at, &random_columns(block.nrows(), 1, random).column(0));
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
        if self.len() > 0 {
            *block -= self.columns.square_times(view(block), par);
        }
    }
}

/// Takes off a column what lies in those before it, which are orthonormal; its length.
pub(super) fn orthogonalize(
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

pub(super) fn random_columns(rows: usize, count: usize, random: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, count, |_, _| random.random_range(-1.0..1.0))
}

fn norm(cells: &[f64]) -> f64 {
    dot(cells, cells).sqrt()
}

fn lengths(block: &DMatrix<f64>) -> Vec<f64> {
    block.column_iter().map(|column| column.norm()).collect()
}

//! LᵀL times a few columns with sums in single precision, in half of the time: for the steps of an
//! iteration whose triplets are computed and checked in double precision.

use faer::{MatRef, Par};
use nalgebra::DMatrix;
use pulp::Simd;
use rayon::prelude::*;

use super::kernels::{ROWS, WIDTH, vectorized};

/// Products that are summed in single precision before their sum is added to others in double.
const STRIP: usize = 64;

/// Panels that are multiplied at once: with one, a processor would wait for its own sums.
const PAIR: usize = 2;

/// Pairs of panels that meet the same cells of the sums one after the other.
const PAIRS_AT_ONCE: usize = 2;

/// Parts of the panels that have sums of their own.
const PARTS: usize = 8;

/// Sums that a thread adds up at once.
const ROWS_AT_ONCE: usize = 256;

/// For each of the columns a number for each row of a panel.
type Lanes = [[f32; ROWS]; WIDTH];

/// LᵀL times at most [`WIDTH`] columns, where L is cut into panels that are `depth` long and its cells
/// and those of the columns are no larger than one. Every sum is as near as some 10⁻⁷ of the length of
/// what is summed.
pub(super) fn square_times(
    panels: &[[f32; ROWS]],
    depth: usize,
    right: MatRef<'_, f64>,
    par: Par,
) -> DMatrix<f64> {
    let mut rounded = vec![[0.0; WIDTH]; depth];
    for (at, column) in right.col_iter().enumerate() {
        for (cells, number) in rounded.iter_mut().zip(column.iter()) {
            cells[at] = *number as f32;
        }
    }
    let nothing = vec![[0.0; ROWS]; depth];
    let count = panels.len() / depth;
    let part = count.div_ceil(PARTS).next_multiple_of(PAIR) * depth;
    let mut sums = vec![Lanes::default(); panels.len().div_ceil(part) * depth];
    let of_part = |(panels, sums): (&[[f32; ROWS]], &mut [Lanes])| {
        vectorized(SquareTimes {
            panels,
            nothing: &nothing,
            right: &rounded,
            sums,
        });
    };
    match par {
        Par::Seq => (panels.chunks(part).zip(sums.chunks_mut(depth))).for_each(of_part),
        Par::Rayon(_) => (panels.par_chunks(part))
            .zip(sums.par_chunks_mut(depth))
            .for_each(of_part),
    }
    let mut totals = vec![[0.0; WIDTH]; depth];
    let add_up = |(at, totals): (usize, &mut [[f64; WIDTH]])| {
        for (row, total) in totals.iter_mut().enumerate() {
            *total = added_up(sums[at * ROWS_AT_ONCE + row..].iter().step_by(depth));
        }
    };
    match par {
        Par::Seq => (totals.chunks_mut(ROWS_AT_ONCE).enumerate()).for_each(add_up),
        Par::Rayon(_) => (totals.par_chunks_mut(ROWS_AT_ONCE).enumerate()).for_each(add_up),
    }
    DMatrix::from_fn(depth, right.ncols(), |row, col| totals[row][col])
}

/// In double precision.
fn added_up<'a>(parts: impl Iterator<Item = &'a Lanes>) -> [f64; WIDTH] {
    let mut totals = [[0.0; ROWS]; WIDTH];
    for part in parts {
        for (total, sum) in (totals.as_flattened_mut().iter_mut()).zip(part.as_flattened()) {
            *total += f64::from(*sum);
        }
    }
    totals.map(|lanes| lanes.iter().sum())
}

/// Adds the products of panels' transposes with those of the panels with `right`.
struct SquareTimes<'a> {
    panels: &'a [[f32; ROWS]],
    /// What an odd panel is paired with.
    nothing: &'a [[f32; ROWS]],
    right: &'a [[f32; WIDTH]],
    sums: &'a mut [Lanes],
}

impl pulp::WithSimd for SquareTimes<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match S::F32_LANES {
            8 => self.by_vectors::<S, { ROWS / 8 }>(simd),
            4 => self.by_vectors::<S, { ROWS / 4 }>(simd),
            _ => self.by_vectors::<_, ROWS>(pulp::Scalar::new()),
        }
    }
}

impl SquareTimes<'_> {
    #[inline(always)]
    fn by_vectors<S: Simd, const VECTORS: usize>(self, simd: S) {
        let depth = self.right.len();
        let pair = |panels| pair_of(panels, self.nothing);
        for panels in self.panels.chunks(PAIR * PAIRS_AT_ONCE * depth) {
            let mut products = [[Lanes::default(); PAIR]; PAIRS_AT_ONCE];
            for (panels, products) in panels.chunks(PAIR * depth).zip(&mut products) {
                *products = times::<S, VECTORS>(simd, pair(panels), self.right);
            }
            for from in (0..depth).step_by(STRIP) {
                let strip = from..depth.min(from + STRIP);
                for (panels, products) in panels.chunks(PAIR * depth).zip(&products) {
                    let cells = pair(panels).map(|panel| &panel[strip.clone()]);
                    let sums = &mut self.sums[strip.clone()];
                    add_transpose_times::<S, VECTORS>(simd, cells, products, sums);
                }
            }
        }
    }
}

/// An odd panel at the end, with `nothing` beside it.
#[inline(always)]
fn pair_of<'a>(panels: &'a [[f32; ROWS]], nothing: &'a [[f32; ROWS]]) -> [&'a [[f32; ROWS]]; PAIR] {
    let (one, other) = panels.split_at(nothing.len());
    [one, if other.is_empty() { nothing } else { other }]
}

#[inline(always)]
fn vectors<S: Simd, const VECTORS: usize>(cells: &[f32; ROWS]) -> [S::f32s; VECTORS] {
    let (cells, _) = S::as_simd_f32s(cells);
    std::array::from_fn(|at| cells[at])
}

/// Two panels times the columns.
#[inline(always)]
fn times<S: Simd, const VECTORS: usize>(
    simd: S,
    [one, other]: [&[[f32; ROWS]]; PAIR],
    right: &[[f32; WIDTH]],
) -> [Lanes; PAIR] {
    let mut products = [[[0.0_f64; ROWS]; WIDTH]; PAIR];
    let strips = one.chunks(STRIP).zip(other.chunks(STRIP));
    for ((one, other), right) in strips.zip(right.chunks(STRIP)) {
        let mut totals = [[[simd.splat_f32s(0.0); VECTORS]; WIDTH]; PAIR];
        for ((one, other), right) in one.iter().zip(other).zip(right) {
            let cells = [one, other].map(|cells| vectors::<S, VECTORS>(cells));
            for (at, factor) in right.iter().enumerate() {
                let factor = simd.splat_f32s(*factor);
                for (totals, cells) in totals.iter_mut().zip(cells) {
                    for (total, cells) in totals[at].iter_mut().zip(cells) {
                        *total = simd.mul_add_f32s(cells, factor, *total);
                    }
                }
            }
        }
        let columns = products.as_flattened_mut().iter_mut();
        for (column, totals) in columns.zip(totals.as_flattened()) {
            let mut lanes = [0.0; ROWS];
            S::as_mut_simd_f32s(&mut lanes).0.copy_from_slice(totals);
            for (product, total) in column.iter_mut().zip(lanes) {
                *product += f64::from(total);
            }
        }
    }
    products.map(|panel| panel.map(|column| column.map(|product| product as f32)))
}

/// Adds the products of two panels' transposes with `left`, of each panel what it is multiplied with.
#[inline(always)]
fn add_transpose_times<S: Simd, const VECTORS: usize>(
    simd: S,
    [one, other]: [&[[f32; ROWS]]; PAIR],
    left: &[Lanes; PAIR],
    sums: &mut [Lanes],
) {
    let left: [[[S::f32s; VECTORS]; WIDTH]; PAIR] =
        std::array::from_fn(|panel| left[panel].each_ref().map(vectors::<S, VECTORS>));
    for ((one, other), sums) in one.iter().zip(other).zip(sums) {
        let cells = [one, other].map(|cells| vectors::<S, VECTORS>(cells));
        for (at, sums) in sums.iter_mut().enumerate() {
            let (sums, _) = S::as_mut_simd_f32s(sums);
            for (lane, sum) in sums.iter_mut().enumerate() {
                for (cells, left) in cells.iter().zip(&left) {
                    *sum = simd.mul_add_f32s(cells[lane], left[at][lane], *sum);
                }
            }
        }
    }
}

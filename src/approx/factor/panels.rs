//! A matrix cut into panels of a few rows, for products with a few columns: on all threads, with sums
//! in an order that no number of threads changes.

use std::ops::Range;

use faer::{MatRef, Par};
use nalgebra::DMatrix;
use rayon::prelude::*;

use super::kernels::{
    PANELS_AT_ONCE, ROWS, SquareTimes, Stored, Tiles, Times, TransposeTimes, WIDTH, vectorized,
};

/// Parts of the rows that have sums of their own in a product with the transpose.
const PARTS: usize = 16;

/// A matrix cut into panels of a few rows: of each column the cells in those rows, then of the next.
pub(super) struct Panels<T> {
    cells: Vec<[T; ROWS]>,
    rows: usize,
    cols: usize,
}

/// Some cell is not what it was.
pub(super) struct Rounded;

impl<T: Stored> Panels<T> {
    /// Rows of so many columns, none yet.
    pub fn empty(cols: usize) -> Self {
        Self {
            cells: Vec::new(),
            rows: 0,
            cols,
        }
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Adds a row.
    pub fn push(&mut self, row: &[f64]) {
        let lane = self.rows % ROWS;
        if lane == 0 {
            (self.cells).resize(self.cells.len() + self.cols, [T::default(); ROWS]);
        }
        let last = self.cells.len() - self.cols;
        for (cells, number) in self.cells[last..].iter_mut().zip(row) {
            cells[lane] = T::of(*number);
        }
        self.rows += 1;
    }

    /// Where no cell is rounded.
    pub fn exactly(
        block: &DMatrix<f64>,
        turned: bool,
        unit: f64,
        par: Par,
    ) -> Result<Self, Rounded> {
        let (panels, exact) = Self::of(block, turned, unit, par);
        exact.then_some(panels).ok_or(Rounded)
    }

    /// With whether no cell is rounded; where one is, the others may be missing.
    pub fn of(block: &DMatrix<f64>, turned: bool, unit: f64, par: Par) -> (Self, bool) {
        let height = block.nrows();
        let (rows, cols) = match turned {
            true => (block.ncols(), block.nrows()),
            false => block.shape(),
        };
        let mut cells = vec![[T::default(); ROWS]; rows.div_ceil(ROWS) * cols];
        let exact = each_chunk(par, &mut cells, cols * PANELS_AT_ONCE, |at, panels| {
            let from = at * PANELS_AT_ONCE * ROWS;
            let columns = block.as_slice().chunks_exact(height);
            if turned {
                return (columns.skip(from).zip(0..panels.len() / cols * ROWS)).fold(
                    true,
                    |exact, (column, at)| {
                        let panel = &mut panels[at / ROWS * cols..][..cols];
                        let lane = panel.iter_mut().map(|cells| &mut cells[at % ROWS]);
                        exact & put(lane.zip(column), unit)
                    },
                );
            }
            columns.enumerate().fold(true, |exact, (at, column)| {
                let parts = column[from..].chunks(ROWS);
                let lanes = panels[at..].iter_mut().step_by(cols);
                (lanes.zip(parts)).fold(exact, |exact, (cells, numbers)| {
                    exact & put(cells.iter_mut().zip(numbers), unit)
                })
            })
        });
        (Self { cells, rows, cols }, exact)
    }

    /// The matrix times `right`.
    pub fn times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        let tiles = Tiles::of(right);
        let mut sums = vec![[[0.0; ROWS]; WIDTH]; self.panels() * tiles.count];
        each_chunk(par, &mut sums, tiles.count * PANELS_AT_ONCE, |at, sums| {
            let panels = &self.cells[at * PANELS_AT_ONCE * self.cols..];
            vectorized(Times {
                panels: &panels[..sums.len() / tiles.count * self.cols],
                tiles: &tiles,
                sums,
            });
            true
        });
        let mut target = DMatrix::zeros(self.rows, right.ncols());
        for (at, column) in (target.as_mut_slice().chunks_exact_mut(self.rows)).enumerate() {
            let sums = sums[at / WIDTH..].iter().step_by(tiles.count);
            for (cells, sums) in column.chunks_mut(ROWS).zip(sums) {
                cells.copy_from_slice(&sums[at % WIDTH][..cells.len()]);
            }
        }
        target
    }

    /// The transpose times `right`, which may end before the rows do: as if zeros followed.
    pub fn transpose_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        // Rows beyond the last one are zero on both sides.
        let left = Tiles::with_rows(right, self.panels() * ROWS);
        let sums = self.in_parts(left.count, par, |panels, range, sums| {
            vectorized(TransposeTimes {
                panels,
                left: &left,
                from: range.start * ROWS,
                depth: self.cols,
                sums,
            });
        });
        self.untiled(&sums, right.ncols())
    }

    /// The transpose times the matrix times `right`; each cell is read once.
    pub fn square_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        let tiles = Tiles::of(right);
        let sums = self.in_parts(tiles.count, par, |panels, _, sums| {
            vectorized(SquareTimes {
                panels,
                tiles: &tiles,
                sums,
            });
        });
        self.untiled(&sums, right.ncols())
    }

    /// The number of panels.
    fn panels(&self) -> usize {
        self.rows.div_ceil(ROWS)
    }

    /// What `work` adds up over the panels, each part of them by itself, in tiles of columns.
    fn in_parts(
        &self,
        tiles: usize,
        par: Par,
        work: impl Fn(&[[T; ROWS]], Range<usize>, &mut [[f64; WIDTH]]) + Sync,
    ) -> Vec<[f64; WIDTH]> {
        let panels = self.panels();
        let part = panels.div_ceil(PARTS);
        let size = tiles * self.cols;
        let mut parts = vec![[0.0; WIDTH]; panels.div_ceil(part) * size];
        each_chunk(par, &mut parts, size, |at, sums| {
            let range = at * part..panels.min((at + 1) * part);
            let cells = &self.cells[range.start * self.cols..range.end * self.cols];
            work(cells, range, sums);
            true
        });
        let (total, others) = parts.split_at_mut(size);
        for other in others.chunks_exact(size) {
            let cells = total.as_flattened_mut().iter_mut();
            for (sum, other) in cells.zip(other.as_flattened()) {
                *sum += other;
            }
        }
        parts.truncate(size);
        parts
    }

    fn untiled(&self, tiles: &[[f64; WIDTH]], width: usize) -> DMatrix<f64> {
        let cell = |row: usize, col: usize| tiles[col / WIDTH * self.cols + row][col % WIDTH];
        DMatrix::from_fn(self.cols, width, cell)
    }

    /// The sum of all squared cells.
    pub fn squared_norm(&self, par: Par) -> f64 {
        let of_panel = |panel: &[[T; ROWS]]| {
            let mut sums = [0.0; ROWS];
            for cells in panel {
                for (sum, cell) in sums.iter_mut().zip(cells) {
                    let number = cell.number();
                    *sum += number * number;
                }
            }
            sums.iter().sum::<f64>()
        };
        let sums: Vec<f64> = match par {
            Par::Seq => self.cells.chunks(self.cols).map(of_panel).collect(),
            Par::Rayon(_) => self.cells.par_chunks(self.cols).map(of_panel).collect(),
        };
        sums.into_iter().sum()
    }
}

/// Puts numbers where they belong; whether none is rounded.
fn put<'a, T: Stored + 'a>(cells: impl Iterator<Item = (&'a mut T, &'a f64)>, unit: f64) -> bool {
    cells.fold(true, |exact, (cell, number)| {
        let number = number / unit;
        *cell = T::of(number);
        exact & (cell.number() == number)
    })
}

/// Works on all chunks of so many items; whether each answers yes. After a no others may be left out.
fn each_chunk<T: Send>(
    par: Par,
    items: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) -> bool + Sync,
) -> bool {
    match par {
        Par::Seq => (items.chunks_mut(size).enumerate()).all(|(at, chunk)| work(at, chunk)),
        Par::Rayon(_) => {
            (items.par_chunks_mut(size).enumerate()).all(|(at, chunk)| work(at, chunk))
        }
    }
}

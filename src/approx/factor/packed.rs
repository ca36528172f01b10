//! A large block, packed for products with a few columns: its cells are read in a row, from memory
//! that holds f32 as f32, and once for a product with the block and its transpose. Sums are taken in
//! f64, in an order that no number of threads changes.

use std::ops::Range;

use faer::{MatRef, Par};
use nalgebra::DMatrix;
use rayon::prelude::*;

use super::kernels::{
    PANELS_AT_ONCE, ROWS, SquareTimes, Stored, Tiles, Times, TransposeTimes, WIDTH, vectorized,
};

/// Parts of the rows that have sums of their own in a product with the transpose.
const PARTS: usize = 16;

/// A block in its unit, so that its largest cell is near one.
pub(super) struct Packed {
    shape: (usize, usize),
    /// Whether it is the transpose that is cut into panels: panels are as long as the shorter side.
    turned: bool,
    cells: Cells,
}

/// Single precision where it holds every cell exactly.
enum Cells {
    Single(Panels<f32>),
    Double(Panels<f64>),
}

/// A matrix cut into panels of a few rows: of each column the cells in those rows, then of the next.
struct Panels<T> {
    cells: Vec<[T; ROWS]>,
    rows: usize,
    cols: usize,
}

impl Packed {
    /// The cells divided by `unit`.
    pub fn of(block: &DMatrix<f64>, unit: f64, par: Par) -> Self {
        let (rows, cols) = block.shape();
        // Of a square one too: columns are read in a row.
        let turned = rows <= cols;
        let cells = match Panels::exactly(block, turned, unit, par) {
            Ok(panels) => Cells::Single(panels),
            Err(Rounded) => Cells::Double(Panels::of(block, turned, unit, par).0),
        };
        Self {
            shape: (rows, cols),
            turned,
            cells,
        }
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The block times `right`.
    pub fn times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, self.turned, par)
    }

    /// The block's transpose times `right`.
    pub fn transpose_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, !self.turned, par)
    }

    /// L ᵀ L times `right`, where L is the block or its transpose, whichever has no more columns than
    /// rows.
    pub fn square_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        match &self.cells {
            Cells::Single(panels) => panels.square_times(right, par),
            Cells::Double(panels) => panels.square_times(right, par),
        }
    }

    /// L times `right`.
    pub fn long_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        self.product(right, false, par)
    }

    /// Whether [`Packed::square_times`] and [`Packed::long_times`] take the block's transpose.
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    fn product(&self, right: MatRef<'_, f64>, transposed: bool, par: Par) -> DMatrix<f64> {
        match (&self.cells, transposed) {
            (Cells::Single(panels), false) => panels.times(right, par),
            (Cells::Double(panels), false) => panels.times(right, par),
            (Cells::Single(panels), true) => panels.transpose_times(right, par),
            (Cells::Double(panels), true) => panels.transpose_times(right, par),
        }
    }

    /// The sum of all squared cells.
    pub fn squared_norm(&self, par: Par) -> f64 {
        match &self.cells {
            Cells::Single(panels) => panels.squared_norm(par),
            Cells::Double(panels) => panels.squared_norm(par),
        }
    }
}

/// Some cell is not what it was.
struct Rounded;

impl<T: Stored> Panels<T> {
    /// Where no cell is rounded.
    fn exactly(block: &DMatrix<f64>, turned: bool, unit: f64, par: Par) -> Result<Self, Rounded> {
        let (panels, exact) = Self::of(block, turned, unit, par);
        exact.then_some(panels).ok_or(Rounded)
    }

    /// With whether no cell is rounded; where one is, the others may be missing.
    fn of(block: &DMatrix<f64>, turned: bool, unit: f64, par: Par) -> (Self, bool) {
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

    fn times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
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

    fn transpose_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
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

    fn square_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
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

    fn squared_norm(&self, par: Par) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::view::view;

    /// Cells that f32 holds, or does not.
    fn matrix(rows: usize, cols: usize, single: bool) -> DMatrix<f64> {
        DMatrix::from_fn(rows, cols, |i, j| {
            let number = ((i * 7 + j * 13 + 1) as f64 * 0.7548).sin();
            match single {
                true => f64::from(number as f32),
                false => number,
            }
        })
    }

    #[test]
    fn products_are_those_of_the_matrix() {
        for (rows, cols, width) in [(1, 1, 1), (16, 128, 8), (33, 300, 9), (130, 17, 70)] {
            for single in [true, false] {
                let block = matrix(rows, cols, single) * 4.0;
                let packed = Packed::of(&block, 4.0, Par::rayon(0));
                assert_eq!(matches!(packed.cells, Cells::Single(_)), single);
                let (left, right) = (matrix(rows, width, false), matrix(cols, width, false));
                let times = packed.times(view(&right), Par::rayon(0)) * 4.0;
                let turned = packed.transpose_times(view(&left), Par::rayon(0)) * 4.0;
                assert!((times - &block * &right).amax() < 1e-12);
                assert!((turned - block.transpose() * &left).amax() < 1e-12);
                let (square, side) = match packed.is_turned() {
                    true => (&block * block.transpose() * &left, &left),
                    false => (block.transpose() * &block * &right, &right),
                };
                let squared = packed.square_times(view(side), Par::rayon(0)) * 16.0;
                assert!((&squared - &square).amax() < 1e-11 * square.amax());
                assert_eq!(squared, packed.square_times(view(side), Par::Seq) * 16.0);
                let norm = packed.squared_norm(Par::Seq) * 16.0;
                assert!((norm / block.norm_squared() - 1.0).abs() < 1e-13);
                assert_eq!(
                    packed.times(view(&right), Par::Seq),
                    packed.times(view(&right), Par::rayon(0))
                );
            }
        }
    }

    /// One number that f32 would round, or make zero or infinite.
    #[test]
    fn a_single_number_beyond_f32_counts() {
        for number in [1.0 + 1e-12, 1e-60, 1e-310] {
            for (rows, cols) in [(40, 50), (50, 40)] {
                let mut block = matrix(rows, cols, true);
                block[(rows - 1, cols - 1)] = number;
                let packed = Packed::of(&block, 1.0, Par::Seq);
                let last = DMatrix::from_fn(cols, 1, |i, _| f64::from(i == cols - 1));
                assert_eq!(packed.times(view(&last), Par::Seq)[rows - 1], number);
            }
        }
    }
}

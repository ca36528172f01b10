//! A large block, packed for products with a few columns from either side: each product reads its
//! cells once, in a row, from memory that holds f32 as f32. Sums are taken in f64, in an order that
//! no number of threads changes.

use faer::{MatRef, Par};
use nalgebra::DMatrix;
use pulp::Simd;
use rayon::prelude::*;

/// Rows of a panel: whole vectors of any processor.
const ROWS: usize = 16;

/// Columns that a panel is multiplied with at once, as many as sums fit into registers.
const COLUMNS: usize = 8;

/// Columns of a panel that stay in the first cache while they meet all columns of the other side.
const DEPTH: usize = 32;

/// Panels that a thread takes at once: the other side's cells are read once for all of them.
const PANELS_AT_ONCE: usize = 4;

/// A block in its unit, so that its largest cell is near one.
pub(super) struct Packed {
    shape: (usize, usize),
    cells: Cells,
}

/// Single precision where it holds every cell exactly.
enum Cells {
    Single(Panels<f32>),
    Double(Panels<f64>),
}

/// A matrix and its transpose, cut into panels of a few rows: of each column the cells in those rows,
/// then of the next.
struct Panels<T> {
    down: Vec<[T; ROWS]>,
    across: Vec<[T; ROWS]>,
}

/// A number as it is stored.
trait Stored: Copy + Default + Send + Sync {
    /// Rounded.
    fn of(number: f64) -> Self;

    fn number(self) -> f64;
}

impl Stored for f32 {
    #[inline(always)]
    fn of(number: f64) -> Self {
        number as f32
    }

    #[inline(always)]
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Stored for f64 {
    #[inline(always)]
    fn of(number: f64) -> Self {
        number
    }

    #[inline(always)]
    fn number(self) -> f64 {
        self
    }
}

impl Packed {
    /// The cells divided by `unit`.
    pub fn of(block: &DMatrix<f64>, unit: f64, par: Par) -> Self {
        let cells = match Panels::exactly(block, unit, par) {
            Ok(panels) => Cells::Single(panels),
            Err(Rounded) => Cells::Double(Panels::of(block, unit, par).0),
        };
        Self {
            shape: block.shape(),
            cells,
        }
    }

    /// Rows and columns.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The block times `right`.
    pub fn times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        let rows = self.shape.0;
        match &self.cells {
            Cells::Single(panels) => product(&panels.down, rows, right, par),
            Cells::Double(panels) => product(&panels.down, rows, right, par),
        }
    }

    /// The block's transpose times `right`.
    pub fn transpose_times(&self, right: MatRef<'_, f64>, par: Par) -> DMatrix<f64> {
        let rows = self.shape.1;
        match &self.cells {
            Cells::Single(panels) => product(&panels.across, rows, right, par),
            Cells::Double(panels) => product(&panels.across, rows, right, par),
        }
    }
}

/// Some cell is not what it was.
struct Rounded;

impl<T: Stored> Panels<T> {
    /// Where no cell is rounded.
    fn exactly(block: &DMatrix<f64>, unit: f64, par: Par) -> Result<Self, Rounded> {
        let (panels, exact) = Self::of(block, unit, par);
        exact.then_some(panels).ok_or(Rounded)
    }

    /// With whether no cell is rounded; where one is, the others may be missing.
    fn of(block: &DMatrix<f64>, unit: f64, par: Par) -> (Self, bool) {
        let (rows, cols) = block.shape();
        let mut across = vec![[T::default(); ROWS]; cols.div_ceil(ROWS) * rows];
        let exact = each_chunk(par, &mut across, rows, |at, panel| {
            let columns = &block.as_slice()[at * ROWS * rows..];
            let columns = columns.chunks_exact(rows).take(ROWS).enumerate();
            columns.fold(true, |exact, (lane, column)| {
                exact & put(panel, lane, column, unit)
            })
        });
        let mut down = Vec::new();
        if exact {
            down = vec![[T::default(); ROWS]; rows.div_ceil(ROWS) * cols];
            each_chunk(par, &mut down, cols, |at, panel| {
                for (cells, turned) in panel.chunks_mut(ROWS).zip(across.chunks_exact(rows)) {
                    turn(cells, &turned[at * ROWS..rows.min((at + 1) * ROWS)]);
                }
                true
            });
        }
        (Self { down, across }, exact)
    }
}

/// Puts a column into its lane of a panel; whether no cell is rounded.
fn put<T: Stored>(panel: &mut [[T; ROWS]], lane: usize, column: &[f64], unit: f64) -> bool {
    let mut exact = true;
    for (cells, number) in panel.iter_mut().zip(column) {
        let number = number / unit;
        cells[lane] = T::of(number);
        exact &= cells[lane].number() == number;
    }
    exact
}

/// The transpose of at most as many rows as a panel has.
fn turn<T: Stored>(target: &mut [[T; ROWS]], source: &[[T; ROWS]]) {
    for (lane, row) in target.iter_mut().enumerate() {
        for (cell, other) in row.iter_mut().zip(source) {
            *cell = other[lane];
        }
    }
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

/// The product of a matrix in panels, `rows` of which are its own, with one that has few columns.
fn product<T: Stored>(
    panels: &[[T; ROWS]],
    rows: usize,
    right: MatRef<'_, f64>,
    par: Par,
) -> DMatrix<f64> {
    let (depth, width) = right.shape();
    let tiles = width.div_ceil(COLUMNS);
    let mut turned = vec![[0.0; COLUMNS]; tiles * depth];
    for (at, column) in right.col_iter().enumerate() {
        let tile = &mut turned[at / COLUMNS * depth..][..depth];
        for (cells, number) in tile.iter_mut().zip(column.iter()) {
            cells[at % COLUMNS] = *number;
        }
    }
    let high = tiles * COLUMNS;
    let mut sums = vec![[0.0; ROWS]; rows.div_ceil(ROWS) * high];
    each_chunk(par, &mut sums, high * PANELS_AT_ONCE, |at, sums| {
        let panels = &panels[at * PANELS_AT_ONCE * depth..];
        pulp::Arch::new().dispatch(PanelsTimes {
            panels: &panels[..sums.len() / high * depth],
            right: &turned,
            depth,
            sums,
        });
        true
    });
    let mut target = DMatrix::zeros(rows, width);
    for (at, column) in target.as_mut_slice().chunks_exact_mut(rows).enumerate() {
        for (cells, sums) in column.chunks_mut(ROWS).zip(sums[at..].iter().step_by(high)) {
            cells.copy_from_slice(&sums[..cells.len()]);
        }
    }
    target
}

/// Part of a panel as numbers, where vectors do not lie across two lines of the cache.
#[repr(align(64))]
struct Strip([[f64; ROWS]; DEPTH]);

/// Adds the product of panels, each `depth` long, with the tiles of `right` to `sums`.
struct PanelsTimes<'a, T> {
    panels: &'a [[T; ROWS]],
    right: &'a [[f64; COLUMNS]],
    depth: usize,
    sums: &'a mut [[f64; ROWS]],
}

// Compiled for the widest vectors that the processor has; what is not inlined would not be.
impl<T: Stored> pulp::WithSimd for PanelsTimes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let high = self.right.len() / self.depth * COLUMNS;
        let Strip(strip) = &mut Strip([[0.0; ROWS]; DEPTH]);
        for from in (0..self.depth).step_by(DEPTH) {
            let to = self.depth.min(from + DEPTH);
            let panels = self.panels.chunks_exact(self.depth);
            for (panel, sums) in panels.zip(self.sums.chunks_exact_mut(high)) {
                let cells = panel[from..to].as_flattened();
                for (number, cell) in strip.as_flattened_mut().iter_mut().zip(cells) {
                    *number = cell.number();
                }
                let tiles = self.right.chunks_exact(self.depth);
                for (tile, sums) in tiles.zip(sums.chunks_exact_mut(COLUMNS)) {
                    strip_times(simd, &strip[..to - from], &tile[from..to], sums);
                }
            }
        }
    }
}

/// Adds the product of a strip with a tile to `sums`, by as many sums at once as there are registers.
#[inline(always)]
fn strip_times<S: Simd>(
    simd: S,
    strip: &[[f64; ROWS]],
    tile: &[[f64; COLUMNS]],
    sums: &mut [[f64; ROWS]],
) {
    if S::F64_LANES == 8 {
        part_times::<S, COLUMNS>(simd, strip, tile, sums, 0, 0);
        return;
    }
    const HALF: usize = COLUMNS / 2;
    for from in (0..ROWS / S::F64_LANES).step_by(2) {
        part_times::<S, HALF>(simd, strip, tile, sums, from, 0);
        part_times::<S, HALF>(simd, strip, tile, sums, from, HALF);
    }
}

/// Two vectors of rows from vector `row` on, and `N` columns from `column` on.
#[inline(always)]
fn part_times<S: Simd, const N: usize>(
    simd: S,
    strip: &[[f64; ROWS]],
    tile: &[[f64; COLUMNS]],
    sums: &mut [[f64; ROWS]],
    row: usize,
    column: usize,
) {
    let mut totals = [[simd.splat_f64s(0.0); 2]; N];
    for (cells, right) in strip.iter().zip(tile) {
        let (cells, _) = S::as_simd_f64s(cells);
        let (first, second) = (cells[row], cells[row + 1]);
        for (total, factor) in totals.iter_mut().zip(&right[column..column + N]) {
            let factor = simd.splat_f64s(*factor);
            total[0] = simd.mul_add_f64s(first, factor, total[0]);
            total[1] = simd.mul_add_f64s(second, factor, total[1]);
        }
    }
    for (total, sums) in totals.iter().zip(&mut sums[column..column + N]) {
        let (sums, _) = S::as_mut_simd_f64s(sums);
        sums[row] = simd.add_f64s(sums[row], total[0]);
        sums[row + 1] = simd.add_f64s(sums[row + 1], total[1]);
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
            let mut block = matrix(40, 50, true);
            block[(39, 49)] = number;
            let packed = Packed::of(&block, 1.0, Par::Seq);
            let last = DMatrix::from_fn(50, 1, |i, _| if i == 49 { 1.0 } else { 0.0 });
            assert_eq!(packed.times(view(&last), Par::Seq)[39], number);
        }
    }
}

//! Products of panels, a few rows of a large block, with a few columns at once: compiled for the
//! vectors of the processor, sums in f64.

use faer::MatRef;
use pulp::Simd;

/// Rows of a panel: with [`WIDTH`] columns, as many sums as keep a processor busy and leave registers
/// for what is added to them.
pub(super) const ROWS: usize = 8;

/// Columns that a panel is multiplied with at once.
pub(super) const WIDTH: usize = 4;

/// Columns of a panel that are in the first cache as f64 at once.
const DEPTH: usize = 64;

/// Panels that meet the same cells of the other side one after the other.
pub(super) const PANELS_AT_ONCE: usize = 2;

/// A number as it is stored.
pub(super) trait Stored: Copy + Default + Send + Sync {
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

/// A matrix with few columns, a few of them side by side.
pub(super) struct Tiles {
    cells: Vec<[f64; WIDTH]>,
    rows: usize,
    pub count: usize,
}

impl Tiles {
    pub fn of(matrix: MatRef<'_, f64>) -> Self {
        Self::with_rows(matrix, matrix.nrows())
    }

    /// With zeros below.
    pub fn with_rows(matrix: MatRef<'_, f64>, rows: usize) -> Self {
        let count = matrix.ncols().div_ceil(WIDTH);
        let mut cells = vec![[0.0; WIDTH]; count * rows];
        for (at, column) in matrix.col_iter().enumerate() {
            let tile = &mut cells[at / WIDTH * rows..][..rows];
            for (cells, number) in tile.iter_mut().zip(column.iter()) {
                cells[at % WIDTH] = *number;
            }
        }
        Self { cells, rows, count }
    }

    fn tile(&self, at: usize) -> &[[f64; WIDTH]] {
        &self.cells[at * self.rows..][..self.rows]
    }
}

/// Compiled for vectors of four numbers where the processor has them: of wider ones a panel is no
/// multiple.
pub(super) fn vectorized<W: pulp::WithSimd>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    return match pulp::x86::V3::try_new() {
        Some(simd) => Simd::vectorize(simd, work),
        None => Simd::vectorize(pulp::Scalar::new(), work),
    };
    #[cfg(not(target_arch = "x86_64"))]
    pulp::Arch::new().dispatch(work)
}

/// The products of panels with all tiles.
pub(super) struct Times<'a, T> {
    pub panels: &'a [[T; ROWS]],
    pub tiles: &'a Tiles,
    pub sums: &'a mut [[[f64; ROWS]; WIDTH]],
}

// What is not inlined would not be compiled for the processor's vectors.
impl<T: Stored> pulp::WithSimd for Times<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let count = self.tiles.count;
        for at in 0..count {
            let tile = self.tiles.tile(at);
            let sums = self.sums[at..].iter_mut().step_by(count);
            for (panel, sums) in self.panels.chunks_exact(self.tiles.rows).zip(sums) {
                *sums = panel_times(simd, panel, tile);
            }
        }
    }
}

/// Rows that a panel's transpose is multiplied with: of each tile of columns those of the panel.
type Rows = Vec<[[f64; WIDTH]; ROWS]>;

/// Adds the products of panels' transposes with their rows of `left`, the first of which is `from`.
pub(super) struct TransposeTimes<'a, T> {
    pub panels: &'a [[T; ROWS]],
    pub left: &'a Tiles,
    pub from: usize,
    pub depth: usize,
    pub sums: &'a mut [[f64; WIDTH]],
}

impl<T: Stored> pulp::WithSimd for TransposeTimes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let mut rows = Rows::new();
        let chunks = self.panels.chunks(self.depth * PANELS_AT_ONCE);
        for (chunk, panels) in chunks.enumerate() {
            rows.clear();
            for at in 0..panels.len() / self.depth {
                let from = self.from + (chunk * PANELS_AT_ONCE + at) * ROWS;
                for tile in 0..self.left.count {
                    let left = &self.left.tile(tile)[from..];
                    rows.push(std::array::from_fn(|row| left[row]));
                }
            }
            add_transpose_times(simd, (panels, self.depth), &rows, self.sums);
        }
    }
}

/// Adds the products of panels' transposes with those of the panels with tiles.
pub(super) struct SquareTimes<'a, T> {
    pub panels: &'a [[T; ROWS]],
    pub tiles: &'a Tiles,
    pub sums: &'a mut [[f64; WIDTH]],
}

impl<T: Stored> pulp::WithSimd for SquareTimes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let depth = self.tiles.rows;
        let mut rows = Rows::new();
        for panels in self.panels.chunks(depth * PANELS_AT_ONCE) {
            rows.clear();
            for panel in panels.chunks_exact(depth) {
                for tile in 0..self.tiles.count {
                    let product = panel_times(simd, panel, self.tiles.tile(tile));
                    rows.push(std::array::from_fn(|row| product.map(|column| column[row])));
                }
            }
            add_transpose_times(simd, (panels, depth), &rows, self.sums);
        }
    }
}

/// A panel times a tile.
#[inline(always)]
fn panel_times<S: Simd, T: Stored>(
    simd: S,
    panel: &[[T; ROWS]],
    tile: &[[f64; WIDTH]],
) -> [[f64; ROWS]; WIDTH] {
    match S::F64_LANES {
        4 => by_vectors_of_rows::<S, T, { ROWS / 4 }>(simd, panel, tile),
        2 => by_vectors_of_rows::<S, T, { ROWS / 2 }>(simd, panel, tile),
        _ => by_vectors_of_rows::<_, T, ROWS>(pulp::Scalar::new(), panel, tile),
    }
}

#[inline(always)]
fn by_vectors_of_rows<S: Simd, T: Stored, const VECTORS: usize>(
    simd: S,
    panel: &[[T; ROWS]],
    tile: &[[f64; WIDTH]],
) -> [[f64; ROWS]; WIDTH] {
    let mut totals = [[simd.splat_f64s(0.0); VECTORS]; WIDTH];
    for (cells, right) in panel.iter().zip(tile) {
        let cells: [f64; ROWS] = std::array::from_fn(|row| cells[row].number());
        let (cells, _) = S::as_simd_f64s(&cells);
        let cells: [S::f64s; VECTORS] = std::array::from_fn(|at| cells[at]);
        for (totals, factor) in totals.iter_mut().zip(right) {
            let factor = simd.splat_f64s(*factor);
            for (total, cells) in totals.iter_mut().zip(cells) {
                *total = simd.mul_add_f64s(cells, factor, *total);
            }
        }
    }
    let mut sums = [[0.0; ROWS]; WIDTH];
    for (sums, totals) in sums.iter_mut().zip(totals) {
        S::as_mut_simd_f64s(sums).0.copy_from_slice(&totals);
    }
    sums
}

/// Part of a panel as numbers, where vectors do not lie across two lines of the cache.
#[repr(align(64))]
struct Strip([[f64; ROWS]; DEPTH]);

/// Adds the products of panels' transposes, each panel `depth` long, with their `rows` to `sums`, which
/// hold as many tiles. Of those a few columns are in the first cache while all panels are added.
#[inline(always)]
fn add_transpose_times<S: Simd, T: Stored>(
    simd: S,
    (panels, depth): (&[[T; ROWS]], usize),
    rows: &[[[f64; WIDTH]; ROWS]],
    sums: &mut [[f64; WIDTH]],
) {
    let tiles = sums.len() / depth;
    let Strip(strip) = &mut Strip([[0.0; ROWS]; DEPTH]);
    for from in (0..depth).step_by(DEPTH) {
        let count = DEPTH.min(depth - from);
        for (panel, rows) in panels.chunks_exact(depth).zip(rows.chunks_exact(tiles)) {
            let numbers = strip.as_flattened_mut().iter_mut();
            for (number, cell) in numbers.zip(panel[from..from + count].as_flattened()) {
                *number = cell.number();
            }
            for (left, sums) in rows.iter().zip(sums.chunks_exact_mut(depth)) {
                let sums = &mut sums[from..from + count];
                match S::F64_LANES {
                    4 => by_vectors_of_columns::<S, { WIDTH / 4 }>(simd, strip, left, sums),
                    2 => by_vectors_of_columns::<S, { WIDTH / 2 }>(simd, strip, left, sums),
                    _ => by_vectors_of_columns::<_, WIDTH>(pulp::Scalar::new(), strip, left, sums),
                }
            }
        }
    }
}

#[inline(always)]
fn by_vectors_of_columns<S: Simd, const VECTORS: usize>(
    simd: S,
    strip: &[[f64; ROWS]],
    left: &[[f64; WIDTH]; ROWS],
    sums: &mut [[f64; WIDTH]],
) {
    let left: [[S::f64s; VECTORS]; ROWS] = left.each_ref().map(|row| {
        let (row, _) = S::as_simd_f64s(row);
        std::array::from_fn(|at| row[at])
    });
    for (cells, sums) in strip.iter().zip(sums) {
        let (sums, _) = S::as_mut_simd_f64s(sums);
        for (at, sum) in sums.iter_mut().enumerate() {
            // Two sums, so that one product need not wait for the other.
            let mut totals = [*sum, simd.splat_f64s(0.0)];
            for (row, cell) in cells.iter().enumerate() {
                let total = &mut totals[row % 2];
                *total = simd.mul_add_f64s(simd.splat_f64s(*cell), left[row][at], *total);
            }
            *sum = simd.add_f64s(totals[0], totals[1]);
        }
    }
}

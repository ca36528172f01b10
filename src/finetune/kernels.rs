//! The inner loops: two that go through a batch's lit pixels, and two products of small matrices.
//!
//! Every number of a result is one sum in a fixed order, whatever the width of the processor's
//! vectors: their lanes hold different sums, never parts of one. So a run is the same bit for bit
//! alone and beside others, and on all processors that multiply and add in one instruction.

use aligned_vec::{AVec, ConstAlign};
use pulp::Simd;

use super::batch::Batch;
use super::real::Real;

/// Rows that are computed with are this many numbers long, or a multiple: whole vectors of any
/// processor.
const UNIT: usize = 16;

/// Numbers that begin where a whole vector of any processor does: one that lies across two lines of
/// the cache costs twice.
pub(super) type AlignedVec<T> = AVec<T, ConstAlign<64>>;

/// No numbers yet.
pub(super) fn aligned<T>() -> AlignedVec<T> {
    AVec::new(0)
}

/// The next multiple of a whole vector's length.
pub(super) fn padded(width: usize) -> usize {
    width.next_multiple_of(UNIT)
}

/// Work that [`vectorized`] can run. It is no closure, and had better call no function that takes
/// one: what is not inlined is not compiled for the processor's vectors.
pub(super) trait Work {
    type Output;
    /// Must be `#[inline(always)]`, and so must everything worth vectorizing that it calls.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

struct DispatchedWork<W>(W);

impl<W: Work> pulp::WithSimd for DispatchedWork<W> {
    type Output = W::Output;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> W::Output {
        self.0.run(simd)
    }
}

/// Runs `work` in a version compiled for the widest vectors that the processor has.
pub(super) fn vectorized<W: Work>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(DispatchedWork(work))
}

/// `y += a x`.
#[inline(always)]
pub(super) fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// Pixels, and where the row of numbers of each begins among the parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PixelRows {
    pub pixels: Vec<u32>,
    pub starts: Vec<u32>,
}

impl PixelRows {
    #[inline(always)]
    fn iter(&self) -> impl Iterator<Item = (usize, usize)> {
        let pixels = self.pixels.iter().map(|&pixel| pixel as usize);
        pixels.zip(self.starts.iter().map(|&start| start as usize))
    }
}

/// A choice of columns of the rows that stand one after the other, one for each image of a batch: of
/// every `stride` numbers the `width` ones from `column` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct ColumnSlice {
    pub stride: usize,
    pub column: usize,
    pub width: usize,
}

impl ColumnSlice {
    #[inline(always)]
    fn start(&self, image: usize) -> usize {
        image * self.stride + self.column
    }
}

/// Calls a loop made for one to four vectors for every piece of so many of a row.
macro_rules! pieces {
    ($width:expr, $lanes:expr, |$column:ident, $N:ident| $call:expr) => {{
        let (width, lanes): (usize, usize) = ($width, $lanes);
        let mut $column = 0;
        while $column < width {
            let vectors = (width - $column).div_ceil(lanes);
            match vectors {
                1 => {
                    const $N: usize = 1;
                    $call;
                }
                2 => {
                    const $N: usize = 2;
                    $call;
                }
                3 => {
                    const $N: usize = 3;
                    $call;
                }
                _ => {
                    const $N: usize = 4;
                    $call;
                }
            }
            $column += vectors.min(4) * lanes;
        }
    }};
}

/// The first `N` vectors of whole ones.
#[inline(always)]
fn first<T: Real, S: Simd, const N: usize>(numbers: &[T]) -> [T::Vector<S>; N] {
    T::vectors::<S>(numbers).as_chunks::<N>().0[0]
}

#[inline(always)]
fn first_mut<T: Real, S: Simd, const N: usize>(numbers: &mut [T]) -> &mut [T::Vector<S>; N] {
    &mut T::vectors_mut::<S>(numbers).as_chunks_mut::<N>().0[0]
}

/// `N` vectors of a row that may end before.
#[inline(always)]
fn load<T: Real, S: Simd, const N: usize>(simd: S, row: &[T]) -> [T::Vector<S>; N] {
    let lanes = T::lanes::<S>();
    let mut vectors = [T::splat(simd, T::ZERO); N];
    for (n, vector) in vectors.iter_mut().enumerate() {
        *vector = T::load(simd, &row[(n * lanes).min(row.len())..]);
    }
    vectors
}

#[inline(always)]
fn store<T: Real, S: Simd, const N: usize>(simd: S, row: &mut [T], vectors: [T::Vector<S>; N]) {
    let lanes = T::lanes::<S>();
    let length = row.len();
    for (n, vector) in vectors.into_iter().enumerate() {
        T::store(simd, &mut row[(n * lanes).min(length)..], vector);
    }
}

/// `u[image] += x[image, p] a[row of p]` for every pixel `p` and image, where a row of `a` counts
/// from its entry `from` on. Rows of `u` have `width` numbers, [`padded`].
#[inline(always)]
pub(super) fn gather<T: Real, S: Simd>(
    simd: S,
    batch: &Batch<T>,
    rows: &PixelRows,
    (a, from): (&[T], usize),
    (u, width): (&mut [T], usize),
) {
    let vectors = padded(width) / T::lanes::<S>();
    let all = (rows, a, from, width);
    match vectors {
        1 => gather_rows::<T, S, 1, 1>(simd, batch, all, u, 0),
        2 => gather_rows::<T, S, 2, 2>(simd, batch, all, u, 0),
        3 => gather_rows::<T, S, 3, 3>(simd, batch, all, u, 0),
        4 => gather_rows::<T, S, 4, 4>(simd, batch, all, u, 0),
        6 => gather_rows::<T, S, 6, 6>(simd, batch, all, u, 0),
        8 => gather_rows::<T, S, 8, 8>(simd, batch, all, u, 0),
        // Too many for the registers.
        _ => {
            let fours = vectors - vectors % 4;
            for column in (0..fours).step_by(4) {
                gather_rows::<T, S, 4, 0>(simd, batch, all, u, column);
            }
            for column in fours..vectors {
                gather_rows::<T, S, 1, 0>(simd, batch, all, u, column);
            }
        }
    }
}

/// For `N` vectors, from number `column` on, of rows of `ROW`; 0 where that is known only now.
#[inline(always)]
fn gather_rows<T: Real, S: Simd, const N: usize, const ROW: usize>(
    simd: S,
    batch: &Batch<T>,
    (rows, a, from, width): (&PixelRows, &[T], usize, usize),
    u: &mut [T],
    column: usize,
) {
    let palette = batch.palette();
    let lanes = T::lanes::<S>();
    let offset = column * lanes;
    let stride = padded(width) / lanes;
    let u = T::vectors_mut::<S>(u);
    for (pixel, start) in rows.iter() {
        let lit = batch.lit(pixel);
        if lit.is_empty() {
            continue;
        }
        let row = &a[start + from..][..width];
        let row = load::<T, S, N>(simd, &row[offset.min(width)..]);
        for (image, level) in lit {
            let value = T::splat(simd, palette[usize::from(level)]);
            let sums = match ROW {
                0 => &mut u[image * stride + column..][..N],
                _ => &mut u.as_chunks_mut::<N>().0[image],
            };
            for n in 0..N {
                sums[n] = T::mul_add(simd, value, row[n], sums[n]);
            }
        }
    }
}

/// `da[row of p] = Σ x[image, p] du[image]` over all images, for every pixel `p`, where a row of
/// `da` counts from its entry `from` on.
#[inline(always)]
pub(super) fn scatter<T: Real, S: Simd>(
    simd: S,
    batch: &Batch<T>,
    rows: &PixelRows,
    (du, at): (&[T], ColumnSlice),
    (da, from): (&mut [T], usize),
) {
    let palette = batch.palette();
    pieces!(at.width, T::lanes::<S>(), |column, N| {
        let length = (at.width - column).min(N * T::lanes::<S>());
        for (pixel, start) in rows.iter() {
            let mut sums = [T::splat(simd, T::ZERO); N];
            for (image, level) in batch.lit(pixel) {
                let value = T::splat(simd, palette[usize::from(level)]);
                let du = first::<T, S, N>(&du[at.start(image) + column..]);
                for n in 0..N {
                    sums[n] = T::mul_add(simd, value, du[n], sums[n]);
                }
            }
            store(simd, &mut da[start + from + column..][..length], sums);
        }
    });
}

/// A small matrix whose rows are padded to whole vectors.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaddedMatrix<'a, T> {
    numbers: &'a [T],
    stride: usize,
}

impl<'a, T: Real> PaddedMatrix<'a, T> {
    /// Of rows of `width`, one after the other: as they are where they fit, or copied to `room`.
    #[inline(always)]
    pub(super) fn of(rows: &'a [T], width: usize, room: &'a mut AlignedVec<T>) -> Self {
        let stride = padded(width);
        if stride == width {
            return Self {
                numbers: rows,
                stride,
            };
        }
        room.clear();
        for row in rows.chunks_exact(width.max(1)) {
            room.extend_from_slice(row);
            room.resize(padded(room.len()), T::ZERO);
        }
        Self {
            numbers: room,
            stride,
        }
    }

    /// Of the rows' columns.
    #[inline(always)]
    pub(super) fn transposed(rows: &[T], width: usize, room: &'a mut AlignedVec<T>) -> Self {
        let count = rows.len() / width.max(1);
        let stride = padded(count);
        room.clear();
        room.resize(width * stride, T::ZERO);
        for (r, row) in rows.chunks_exact(width.max(1)).enumerate() {
            for (&number, column) in row.iter().zip(room.chunks_exact_mut(stride)) {
                column[r] = number;
            }
        }
        Self {
            numbers: room,
            stride,
        }
    }
}

/// `z[image] = x[image] M`, or added to what is there, for the images given: `x` has as many
/// columns as `M` rows. Writes whole vectors: what is added to columns beyond is zero.
#[inline(always)]
pub(super) fn product<T: Real, S: Simd>(
    simd: S,
    images: &[u16],
    (x, x_at): (&[T], ColumnSlice),
    panel: PaddedMatrix<'_, T>,
    (z, z_at): (&mut [T], ColumnSlice),
    add: bool,
) {
    pieces!(z_at.width, T::lanes::<S>(), |column, N| {
        let z_at = ColumnSlice {
            column: z_at.column + column,
            ..z_at
        };
        // As many sums at once as hide the time from one step of a sum to the next.
        const IMAGES: usize = [8, 4, 3, 2][N - 1];
        let (tiles, rest) = images.as_chunks::<IMAGES>();
        for tile in tiles {
            tile_product::<T, S, N, IMAGES>(simd, tile, (x, x_at), (panel, column), (z, z_at), add);
        }
        for &image in rest {
            tile_product::<T, S, N, 1>(simd, &[image], (x, x_at), (panel, column), (z, z_at), add);
        }
    });
}

#[inline(always)]
fn tile_product<T: Real, S: Simd, const N: usize, const IMAGES: usize>(
    simd: S,
    images: &[u16; IMAGES],
    (x, x_at): (&[T], ColumnSlice),
    (panel, column): (PaddedMatrix<'_, T>, usize),
    (z, z_at): (&mut [T], ColumnSlice),
    add: bool,
) {
    let mut rows: [&[T]; IMAGES] = [&[]; IMAGES];
    for i in 0..IMAGES {
        rows[i] = &x[x_at.start(usize::from(images[i]))..][..x_at.width];
    }
    let mut sums = [[T::splat(simd, T::ZERO); N]; IMAGES];
    if add {
        for i in 0..IMAGES {
            sums[i] = first::<T, S, N>(&z[z_at.start(usize::from(images[i]))..]);
        }
    }
    let panel_rows = panel.numbers.chunks_exact(panel.stride.max(1));
    for (k, row) in panel_rows.take(x_at.width).enumerate() {
        let row = first::<T, S, N>(&row[column..]);
        for i in 0..IMAGES {
            let factor = T::splat(simd, rows[i][k]);
            for n in 0..N {
                sums[i][n] = T::mul_add(simd, factor, row[n], sums[i][n]);
            }
        }
    }
    for i in 0..IMAGES {
        *first_mut::<T, S, N>(&mut z[z_at.start(usize::from(images[i]))..]) = sums[i];
    }
}

/// `M = Σ x[image]ᵀ z[image]` over the images given; `M` has a row of `z`'s width for every column
/// of `x`.
#[inline(always)]
pub(super) fn outer<T: Real, S: Simd>(
    simd: S,
    images: &[u16],
    (x, x_at): (&[T], ColumnSlice),
    (z, z_at): (&[T], ColumnSlice),
    m: &mut [T],
) {
    pieces!(z_at.width, T::lanes::<S>(), |column, N| {
        const ROWS: usize = [8, 4, 2, 2][N - 1];
        let mut k = 0;
        while k + ROWS <= x_at.width {
            tile_outer::<T, S, N, ROWS>(simd, images, (x, x_at, k), (z, z_at, column), m);
            k += ROWS;
        }
        while k < x_at.width {
            tile_outer::<T, S, N, 1>(simd, images, (x, x_at, k), (z, z_at, column), m);
            k += 1;
        }
    });
}

#[inline(always)]
fn tile_outer<T: Real, S: Simd, const N: usize, const ROWS: usize>(
    simd: S,
    images: &[u16],
    (x, x_at, k): (&[T], ColumnSlice, usize),
    (z, z_at, column): (&[T], ColumnSlice, usize),
    m: &mut [T],
) {
    let mut sums = [[T::splat(simd, T::ZERO); N]; ROWS];
    for &image in images {
        let x: &[T; ROWS] = match x[x_at.start(usize::from(image)) + k..].first_chunk() {
            Some(x) => x,
            None => return,
        };
        let z = first::<T, S, N>(&z[z_at.start(usize::from(image)) + column..]);
        for r in 0..ROWS {
            let factor = T::splat(simd, x[r]);
            for n in 0..N {
                sums[r][n] = T::mul_add(simd, factor, z[n], sums[r][n]);
            }
        }
    }
    let length = (z_at.width - column).min(N * T::lanes::<S>());
    for (r, sums) in sums.into_iter().enumerate() {
        store(
            simd,
            &mut m[(k + r) * z_at.width + column..][..length],
            sums,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finetune::images::SparseImages;

    /// All kernels, one after the other, on numbers that are not round.
    struct All;

    impl Work for All {
        type Output = Vec<f32>;

        fn run<S: Simd>(self, simd: S) -> Vec<f32> {
            const WIDTH: usize = 37;
            let number = |seed: usize| ((seed * 7919 % 1009) as f32 - 500.0) / 317.0;
            let palette: Vec<f32> = (0..256).map(number).collect();
            let mut images = SparseImages::new(20, palette);
            for image in 0..70 {
                images.push((0..20).map(|pixel| (image * pixel % 256) as u16));
            }
            let batch = Batch::new(&images, &(0..70).collect::<Vec<_>>());
            let rows = PixelRows {
                pixels: (0..20).collect(),
                starts: (0..20).map(|pixel| pixel * WIDTH as u32).collect(),
            };
            let a: Vec<f32> = (0..20 * WIDTH).map(number).collect();
            let columns = |width| ColumnSlice {
                stride: padded(width),
                column: 0,
                width,
            };
            let mut room = aligned();
            let mut u = vec![0.0; 70 * padded(WIDTH)];
            gather(simd, &batch, &rows, (&a, 0), (&mut u, WIDTH));
            let u_at = (&u[..], columns(WIDTH));
            let panel = PaddedMatrix::transposed(&a[..5 * WIDTH], WIDTH, &mut room);
            let mut z = vec![0.0; 70 * padded(5)];
            product(simd, batch.all(), u_at, panel, (&mut z, columns(5)), false);
            let mut m = vec![0.0; WIDTH * 5];
            outer(simd, batch.all(), u_at, (&z, columns(5)), &mut m);
            let mut da = a.clone();
            scatter(simd, &batch, &rows, u_at, (&mut da, 0));
            [u, z, m, da].concat()
        }
    }

    /// One number after the other, multiplied and rounded and added and rounded.
    fn plainly() -> Vec<f32> {
        All.run(pulp::Scalar)
    }

    #[test]
    fn vectors_compute_what_single_numbers_do() {
        let (plain, vectors) = (plainly(), vectorized(All));
        assert!(plain.iter().any(|&number| number != 0.0));
        let largest = plain
            .iter()
            .fold(0.0, |most: f32, number| most.max(number.abs()));
        for (number, vector) in plain.iter().zip(&vectors) {
            assert!(
                (number - vector).abs() <= 1e-5 * largest,
                "{vector} for {number}"
            );
        }
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn wide_vectors_give_the_same_bits_as_narrow_ones() {
        let narrow =
            pulp::x86::V3::try_new().map(|simd| pulp::Simd::vectorize(simd, DispatchedWork(All)));
        let wide =
            pulp::x86::V4::try_new().map(|simd| pulp::Simd::vectorize(simd, DispatchedWork(All)));
        let used = vectorized(All);
        for vectors in narrow.into_iter().chain(wide) {
            assert_eq!(vectors, used);
        }
    }
}

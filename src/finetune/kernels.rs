//! The inner loops. All are written so that the compiler turns them into vector instructions,
//! which needs them inlined into a function compiled for the machine at hand (see [`vectorized`]).
//!
//! No sum is reordered between machines: a run gives the same bits with and without wide vectors.

use super::real::Real;

/// Lanes of a dot product: one vector of sixteen `f32`, or two of eight.
const LANES: usize = 16;

/// Work that [`vectorized`] can run.
pub(super) trait Work {
    type Output;
    /// Must be `#[inline(always)]`, and so must everything worth vectorizing that it calls.
    fn run(self) -> Self::Output;
}

struct Dispatched<W>(W);

impl<W: Work> pulp::WithSimd for Dispatched<W> {
    type Output = W::Output;
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> W::Output {
        self.0.run()
    }
}

/// Runs `work` in a version compiled for the widest vectors that the processor has.
pub(super) fn vectorized<W: Work>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(Dispatched(work))
}

/// `y += a x`.
#[inline(always)]
pub(super) fn axpy<T: Real>(a: T, x: &[T], y: &mut [T]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

/// The dot product, summed in [`LANES`] lanes.
#[inline(always)]
pub(super) fn dot<T: Real>(a: &[T], b: &[T]) -> T {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut lanes = [T::ZERO; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
        *lane += a * b;
    }
    fold(lanes)
}

/// The sum of an array of a power of two, by halves.
#[inline(always)]
fn fold<T: Real, const N: usize>(mut lanes: [T; N]) -> T {
    let mut half = N / 2;
    while half > 0 {
        for lane in 0..half {
            let upper = lanes[lane + half];
            lanes[lane] += upper;
        }
        half /= 2;
    }
    lanes[0]
}

/// `z += Σₗ u[l] b[l]`, where row `l` of `b` has as many entries as `z`.
#[inline(always)]
pub(super) fn rows_forward<T: Real>(u: &[T], b: &[T], z: &mut [T]) {
    match z.len() {
        64 => rows_forward_of::<T, 64>(u, b, z),
        32 => rows_forward_of::<T, 32>(u, b, z),
        16 => rows_forward_of::<T, 16>(u, b, z),
        8 => rows_forward_of::<T, 8>(u, b, z),
        4 => rows_forward_of::<T, 4>(u, b, z),
        0 => {}
        width => {
            for (&u, row) in u.iter().zip(b.chunks_exact(width)) {
                axpy(u, row, z);
            }
        }
    }
}

#[inline(always)]
fn rows_forward_of<T: Real, const W: usize>(u: &[T], b: &[T], z: &mut [T]) {
    let (Some(z), (rows, _)) = (z.first_chunk_mut::<W>(), b.as_chunks::<W>()) else {
        return;
    };
    let mut sum = *z;
    for (&u, row) in u.iter().zip(rows) {
        for i in 0..W {
            sum[i] += u * row[i];
        }
    }
    *z = sum;
}

/// `du[l] = b[l] · dz` and `db[l] += u[l] dz` for every row `l` of `b`.
#[inline(always)]
pub(super) fn rows_backward<T: Real>(u: &[T], b: &[T], dz: &[T], du: &mut [T], db: &mut [T]) {
    match dz.len() {
        64 => rows_backward_of::<T, 64>(u, b, dz, du, db),
        32 => rows_backward_of::<T, 32>(u, b, dz, du, db),
        16 => rows_backward_of::<T, 16>(u, b, dz, du, db),
        8 => rows_backward_of::<T, 8>(u, b, dz, du, db),
        4 => rows_backward_of::<T, 4>(u, b, dz, du, db),
        0 => du.fill(T::ZERO),
        width => {
            let rows = b.chunks_exact(width).zip(db.chunks_exact_mut(width));
            for ((&u, du), (row, change)) in u.iter().zip(du).zip(rows) {
                *du = dot(row, dz);
                axpy(u, dz, change);
            }
        }
    }
}

#[inline(always)]
fn rows_backward_of<T: Real, const W: usize>(
    u: &[T],
    b: &[T],
    dz: &[T],
    du: &mut [T],
    db: &mut [T],
) {
    let Some(&dz) = dz.first_chunk::<W>() else {
        return;
    };
    let rows = b.as_chunks::<W>().0.iter();
    let changes = db.as_chunks_mut::<W>().0.iter_mut();
    for ((&u, du), (row, change)) in u.iter().zip(du).zip(rows.zip(changes)) {
        *du = if W > LANES {
            dot(row, &dz)
        } else {
            let mut product = dz;
            for i in 0..W {
                product[i] = product[i] * row[i];
            }
            fold(product)
        };
        for i in 0..W {
            change[i] += u * dz[i];
        }
    }
}

/// Where a pixel's row of the input factor stands, and the latents it feeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Slot {
    /// First entry of the pixel's row among the parameters.
    pub row: u32,
    /// First latent that it feeds.
    pub latent: u32,
    /// How many: the length of the row.
    pub width: u32,
    /// Which parts read it.
    pub group: u32,
}

/// Where all pixels stand; rows of one common width go through a loop made for that width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slots {
    slots: Vec<Slot>,
    common_width: Option<u32>,
}

impl Slots {
    pub(super) fn new(slots: Vec<Slot>) -> Self {
        let common_width = slots
            .first()
            .map(|first| first.width)
            .filter(|&width| slots.iter().all(|slot| slot.width == width));
        Self {
            slots,
            common_width,
        }
    }

    pub(super) fn get(&self, pixel: usize) -> Slot {
        self.slots[pixel]
    }

    /// `u[latents of p] += x[p] a[row of p]` for every lit pixel `p`, whose group is marked `seen`.
    #[inline(always)]
    pub(super) fn gather<T: Real>(
        &self,
        (columns, values): (&[u32], &[T]),
        a: &[T],
        u: &mut [T],
        seen: &mut [bool],
    ) {
        match self.common_width {
            Some(2) => self.gather_of::<T, 2>(columns, values, a, u, seen),
            Some(4) => self.gather_of::<T, 4>(columns, values, a, u, seen),
            Some(8) => self.gather_of::<T, 8>(columns, values, a, u, seen),
            Some(16) => self.gather_of::<T, 16>(columns, values, a, u, seen),
            Some(32) => self.gather_of::<T, 32>(columns, values, a, u, seen),
            Some(64) => self.gather_of::<T, 64>(columns, values, a, u, seen),
            _ => {
                for (&column, &value) in columns.iter().zip(values) {
                    let slot = self.slots[column as usize];
                    let (row, latent, width) =
                        (slot.row as usize, slot.latent as usize, slot.width as usize);
                    axpy(value, &a[row..][..width], &mut u[latent..][..width]);
                    seen[slot.group as usize] = true;
                }
            }
        }
    }

    #[inline(always)]
    fn gather_of<T: Real, const W: usize>(
        &self,
        columns: &[u32],
        values: &[T],
        a: &[T],
        u: &mut [T],
        seen: &mut [bool],
    ) {
        // Neighbouring pixels mostly feed the same latents: those stay in registers.
        let mut sum = [T::ZERO; W];
        let mut latent = usize::MAX;
        for (&column, &value) in columns.iter().zip(values) {
            let slot = self.slots[column as usize];
            if slot.latent as usize != latent {
                if latent != usize::MAX {
                    u[latent..][..W].copy_from_slice(&sum);
                }
                latent = slot.latent as usize;
                sum.copy_from_slice(&u[latent..][..W]);
                seen[slot.group as usize] = true;
            }
            let row = &a[slot.row as usize..][..W];
            for i in 0..W {
                sum[i] += value * row[i];
            }
        }
        if latent != usize::MAX {
            u[latent..][..W].copy_from_slice(&sum);
        }
    }

    /// `da[row of p] += x[p] du[latents of p]` for every lit pixel `p`.
    #[inline(always)]
    pub(super) fn scatter<T: Real>(
        &self,
        (columns, values): (&[u32], &[T]),
        du: &[T],
        da: &mut [T],
    ) {
        match self.common_width {
            Some(2) => self.scatter_of::<T, 2>(columns, values, du, da),
            Some(4) => self.scatter_of::<T, 4>(columns, values, du, da),
            Some(8) => self.scatter_of::<T, 8>(columns, values, du, da),
            Some(16) => self.scatter_of::<T, 16>(columns, values, du, da),
            Some(32) => self.scatter_of::<T, 32>(columns, values, du, da),
            Some(64) => self.scatter_of::<T, 64>(columns, values, du, da),
            _ => {
                for (&column, &value) in columns.iter().zip(values) {
                    let slot = self.slots[column as usize];
                    let (row, latent, width) =
                        (slot.row as usize, slot.latent as usize, slot.width as usize);
                    axpy(value, &du[latent..][..width], &mut da[row..][..width]);
                }
            }
        }
    }

    #[inline(always)]
    fn scatter_of<T: Real, const W: usize>(
        &self,
        columns: &[u32],
        values: &[T],
        du: &[T],
        da: &mut [T],
    ) {
        for (&column, &value) in columns.iter().zip(values) {
            let slot = self.slots[column as usize];
            let du = &du[slot.latent as usize..][..W];
            let row = &mut da[slot.row as usize..][..W];
            for i in 0..W {
                row[i] += value * du[i];
            }
        }
    }
}

//! An adapter beside the frozen first layer of a frozen network.

use pulp::Simd;

use super::{BatchWorkspace, Inputs, Model, of_run};
use crate::finetune::batch::Batch;
use crate::finetune::kernels::{
    ColumnSlice, PaddedMatrix, gather, outer, padded, product, scatter,
};
use crate::finetune::network::{Classifier, Network, Shape};
use crate::finetune::real::Real;
use crate::finetune::wiring::{Group, PartPlace, Wiring};

/// An adapter on a frozen network, in one run or several.
#[derive(Debug, Clone, Copy)]
pub struct Adapter<'a, T> {
    /// Its parts.
    pub wiring: &'a Wiring,
    /// The network that it adapts.
    pub network: &'a Network<T>,
}

/// The place of the gradients of a group's latents: rows with room for whole vectors from every
/// place on.
fn gradient_columns(group: &Group) -> ColumnSlice {
    let ends = group.places.iter();
    let ends = ends.map(|place| place.latent + padded(place.rank));
    ColumnSlice {
        stride: padded(ends.max().unwrap_or_default()),
        column: 0,
        width: group.width,
    }
}

impl<T: Real> Model<T> for Adapter<'_, T> {
    fn trained(&self) -> usize {
        self.wiring.trained()
    }

    fn runs(&self) -> usize {
        self.wiring.runs()
    }

    fn shape(&self) -> Shape {
        self.network.shape
    }

    fn hidden_stride(&self) -> usize {
        let parts = self.wiring.parts().iter();
        let ends = parts.map(|part| part.hidden.start + padded(part.hidden.len()));
        padded(
            ends.max()
                .unwrap_or_default()
                .max(self.network.shape.hidden),
        )
    }

    #[inline(always)]
    fn head<'a>(&'a self, _: &'a [T], _: usize) -> Classifier<'a, T> {
        self.network.head()
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &[T],
        inputs: &Inputs<'_, T>,
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    ) {
        let units = at.hidden_columns();
        let rows = at.hidden.chunks_exact_mut(units.stride);
        for (row, &image) in rows.zip(batch.chosen().iter().cycle()) {
            let frozen = &inputs.frozen[image as usize * units.width..][..units.width];
            row[..units.width].copy_from_slice(frozen);
        }
        let count = batch.all().len();
        at.seen.resize(self.wiring.groups().len(), Vec::new());
        let mut base = 0;
        for (group, seen) in self.wiring.groups().iter().zip(&mut at.seen) {
            let stride = padded(group.width);
            let end = base + count * stride;
            if at.latents.len() < end {
                at.latents.resize(end, T::ZERO);
            }
            let latents = &mut at.latents[base..end];
            base = end;
            batch.list_seeing(&group.rows.pixels, seen);
            for &image in seen.iter() {
                latents[usize::from(image) * stride..][..stride].fill(T::ZERO);
            }
            gather(
                simd,
                batch,
                &group.rows,
                (parameters, 0),
                (latents, group.width),
            );
            for place in &group.places {
                let rows = &parameters[place.b()];
                let panel = PaddedMatrix::of(rows, place.hidden.len(), &mut at.room);
                let x = (&latents[..], place.latents(stride));
                let z = &mut at.hidden[of_run(place.run, count * units.stride)];
                product(simd, seen, x, panel, (z, place.units(units.stride)), true);
            }
        }
    }

    #[inline(always)]
    fn head_backward<S: Simd>(
        &self,
        _: S,
        _: &mut [T],
        _: usize,
        _: &Batch<T>,
        _: &BatchWorkspace<T>,
    ) {
    }

    #[inline(always)]
    fn backward<S: Simd>(
        &self,
        simd: S,
        parameters: &[T],
        gradients: &mut [T],
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    ) {
        let stride = at.hidden_columns().stride;
        let count = batch.all().len();
        let mut base = 0;
        for (group, seen) in self.wiring.groups().iter().zip(&at.seen) {
            let of_latents = padded(group.width);
            let latents = &at.latents[base..][..count * of_latents];
            base += latents.len();
            let columns = gradient_columns(group);
            at.dlatents
                .resize((count * columns.stride).max(at.dlatents.len()), T::ZERO);
            for place in &group.places {
                let PartPlace { run, hidden, .. } = place;
                let dz = &at.hidden[of_run(*run, count * stride)];
                let dz = (dz, place.units(stride));
                let u = (latents, place.latents(of_latents));
                outer(simd, seen, u, dz, &mut gradients[place.b()]);
                let rows = &parameters[place.b()];
                let panel = PaddedMatrix::transposed(rows, hidden.len(), &mut at.room);
                let du = (&mut at.dlatents[..], place.latents(columns.stride));
                product(simd, seen, dz, panel, du, false);
            }
            let dlatents = (&at.dlatents[..], columns);
            scatter(simd, batch, &group.rows, dlatents, (gradients, 0));
        }
    }
}

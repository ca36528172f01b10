//! An adapter's parts, arranged for speed: one vector of parameters, rows that lie together.

use std::ops::Range;

use nalgebra::DMatrix;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::kernels::{Slot, Slots};
use super::layout::Part;
use super::real::Real;

/// Where every number of every part stands in the adapter's vector of parameters.
///
/// `A` is kept input by input, so that a lit pixel adds one short row to the latents; parts that
/// read the same inputs share the row. `B` is kept latent by latent. Rows of pixels that are lit
/// in no image come last: their gradient is always zero, and no optimizer need look at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    parts: Vec<Part>,
    places: Vec<Place>,
    /// The same places, those together that read the same inputs: where all of these are dark in
    /// an image, their latents and gradients are zero.
    groups: Vec<Vec<Place>>,
    pub(super) slots: Slots,
    latents: usize,
    trained: usize,
    length: usize,
}

/// Where one part stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub latents: Range<usize>,
    pub hidden: Range<usize>,
    /// First entry of `B`'s rows, one per latent.
    pub b: usize,
    /// Offset of the part's latents in the rows of its inputs.
    offset: usize,
}

/// Parts that read the same inputs.
struct Group<'a> {
    inputs: &'a [usize],
    members: Vec<usize>,
    width: usize,
}

impl Wiring {
    /// Arranges parts of a layer of `lit.len()` inputs; `lit` says which are ever non-zero.
    ///
    /// Two parts must have all inputs in common or none.
    pub fn new(parts: Vec<Part>, lit: &[bool]) -> Self {
        let groups = grouped(&parts);
        let mut places = vec![None; parts.len()];
        let mut latents = 0;
        let mut slots = vec![Slot::default(); lit.len()];
        for (index, group) in groups.iter().enumerate() {
            let first = latents;
            for &member in &group.members {
                let part = &parts[member];
                places[member] = Some(Place {
                    latents: latents..latents + part.rank,
                    hidden: part.hidden.clone(),
                    b: 0,
                    offset: latents - first,
                });
                latents += part.rank;
            }
            for &input in group.inputs {
                slots[input] = Slot {
                    row: 0,
                    latent: first as u32,
                    width: group.width as u32,
                    group: index as u32,
                };
            }
        }
        let mut places: Vec<Place> = places.into_iter().flatten().collect();
        let mut length = 0;
        give_rows(&mut slots, lit, true, &mut length);
        for place in &mut places {
            place.b = length;
            length += place.latents.len() * place.hidden.len();
        }
        let trained = length;
        give_rows(&mut slots, lit, false, &mut length);
        let together = |group: &Group<'_>| {
            let members = group.members.iter();
            members.map(|&member| places[member].clone()).collect()
        };
        let groups = groups.iter().map(together).collect();
        Self {
            parts,
            places,
            groups,
            slots: Slots::new(slots),
            latents,
            trained,
            length,
        }
    }

    /// The parts, as they were given.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Trainable parameters, those of unlit pixels included.
    pub fn params(&self) -> usize {
        self.length
    }

    /// How many parameters, the first ones, can have a gradient.
    pub fn trained(&self) -> usize {
        self.trained
    }

    pub(super) fn latents(&self) -> usize {
        self.latents
    }

    pub(super) fn groups(&self) -> &[Vec<Place>] {
        &self.groups
    }

    /// `A` random normal with variance 1/(inputs of the part), `B` zero.
    pub fn random<T: Real>(&self, rng: &mut impl Rng) -> Vec<T> {
        let mut parameters = vec![T::ZERO; self.length];
        for (part, place) in self.parts.iter().zip(&self.places) {
            let deviation = 1.0 / (part.inputs.len() as f64).sqrt();
            for &input in &part.inputs {
                let row = self.slots.get(input).row as usize + place.offset;
                for entry in &mut parameters[row..row + part.rank] {
                    let normal: f64 = StandardNormal.sample(rng);
                    *entry = T::from_f64(deviation * normal);
                }
            }
        }
        parameters
    }

    /// The factors `A` (rank x inputs) and `B` (hidden units x rank) of a part, out of a vector of
    /// parameters or of their gradients.
    pub fn factors<T: Real>(&self, part: usize, vector: &[T]) -> (DMatrix<f64>, DMatrix<f64>) {
        let Part { inputs, rank, .. } = &self.parts[part];
        let place = &self.places[part];
        let a = DMatrix::from_fn(*rank, inputs.len(), |r, c| {
            vector[self.slots.get(inputs[c]).row as usize + place.offset + r].to_f64()
        });
        let width = place.hidden.len();
        let b = DMatrix::from_fn(width, *rank, |r, c| {
            vector[place.b + c * width + r].to_f64()
        });
        (a, b)
    }

    /// Writes the factors of a part, of the shapes that [`factors`](Self::factors) gives.
    pub fn set_factors<T: Real>(
        &self,
        part: usize,
        (a, b): (&DMatrix<f64>, &DMatrix<f64>),
        vector: &mut [T],
    ) {
        let Part { inputs, rank, .. } = &self.parts[part];
        let place = &self.places[part];
        for (column, &input) in inputs.iter().enumerate() {
            let row = self.slots.get(input).row as usize + place.offset;
            for r in 0..*rank {
                vector[row + r] = T::from_f64(a[(r, column)]);
            }
        }
        let width = place.hidden.len();
        for c in 0..*rank {
            for r in 0..width {
                vector[place.b + c * width + r] = T::from_f64(b[(r, c)]);
            }
        }
    }

    /// What the adapter adds to the layer's weights: `hidden` x inputs, `B A` part by part.
    pub fn update<T: Real>(&self, hidden: usize, inputs: usize, parameters: &[T]) -> DMatrix<f64> {
        let mut update = DMatrix::zeros(hidden, inputs);
        for (index, part) in self.parts.iter().enumerate() {
            let (a, b) = self.factors(index, parameters);
            let product = b * a;
            for (column, &input) in part.inputs.iter().enumerate() {
                for (row, unit) in part.hidden.clone().enumerate() {
                    update[(unit, input)] += product[(row, column)];
                }
            }
        }
        update
    }
}

fn grouped(parts: &[Part]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match groups.iter_mut().find(|group| group.inputs == part.inputs) {
            Some(group) => {
                group.members.push(index);
                group.width += part.rank;
            }
            None => groups.push(Group {
                inputs: &part.inputs,
                members: vec![index],
                width: part.rank,
            }),
        }
    }
    groups
}

fn give_rows(slots: &mut [Slot], lit: &[bool], which: bool, length: &mut usize) {
    for (slot, _) in slots.iter_mut().zip(lit).filter(|(_, lit)| **lit == which) {
        slot.row = *length as u32;
        *length += slot.width as usize;
    }
}

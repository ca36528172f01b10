//! An adapter's parts, arranged for speed: one vector of parameters, rows that lie together.

use std::ops::Range;

use nalgebra::DMatrix;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::kernels::{ColumnSlice, PixelRows};
use super::layout::Part;
use super::real::Real;

/// The place of every number of every part in a vector of parameters: those of one run, or of
/// several that are trained side by side on the same images.
///
/// `A` is kept input by input, and parts that read the same inputs share the row, in all runs: so
/// a lit pixel adds one row to the latents of all. `B` is kept latent by latent. Rows of pixels
/// that are lit in no image come last: their gradient is always zero, and no optimizer need look
/// at them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wiring {
    parts: Vec<Part>,
    runs: usize,
    groups: Vec<Group>,
    /// Of every part of every run, run by run: its group, and its place there.
    places: Vec<(usize, usize)>,
    /// First entry of every input's row.
    rows: Vec<usize>,
    trained: usize,
    length: usize,
}

/// Parts that read the same inputs: where all of these are dark in an image, the latents and their
/// gradients are zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The inputs that are ever lit.
    pub rows: PixelRows,
    /// Latents of all its parts together: the length of a row.
    pub width: usize,
    /// Of every run, in ascending order of their latents.
    pub places: Vec<PartPlace>,
}

/// The place of a part of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PartPlace {
    pub run: usize,
    /// First of its latents in the rows of its inputs.
    pub latent: usize,
    pub rank: usize,
    pub hidden: Range<usize>,
    /// First entry of `B`'s rows, one per latent.
    pub b: usize,
}

impl PartPlace {
    /// The place of `B`'s entries among the parameters.
    pub(super) fn b(&self) -> Range<usize> {
        self.b..self.b + self.rank * self.hidden.len()
    }

    /// Its latents in rows of `stride` numbers.
    pub(super) fn latents(&self, stride: usize) -> ColumnSlice {
        ColumnSlice {
            stride,
            column: self.latent,
            width: self.rank,
        }
    }

    /// Its hidden units in rows of `stride` numbers.
    pub(super) fn units(&self, stride: usize) -> ColumnSlice {
        ColumnSlice {
            stride,
            column: self.hidden.start,
            width: self.hidden.len(),
        }
    }
}

impl Wiring {
    /// Arranges the parts of one run on a layer of `lit.len()` inputs; `lit` says which are ever
    /// non-zero.
    ///
    /// Two parts must have all inputs in common or none.
    pub fn new(parts: Vec<Part>, lit: &[bool]) -> Self {
        Self::side_by_side(parts, lit, 1)
    }

    /// Arranges `runs` runs of the same parts.
    pub fn side_by_side(parts: Vec<Part>, lit: &[bool], runs: usize) -> Self {
        let mut groups: Vec<Group> = Vec::new();
        let mut group_of: Vec<usize> = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let same = (0..index).find(|&other| parts[other].inputs == part.inputs);
            let group = same.map_or(groups.len(), |other| group_of[other]);
            if group == groups.len() {
                groups.push(Group {
                    rows: PixelRows::default(),
                    width: 0,
                    places: Vec::new(),
                });
            }
            group_of.push(group);
        }
        let mut places = Vec::with_capacity(runs * parts.len());
        for run in 0..runs {
            for (part, &group) in parts.iter().zip(&group_of) {
                let Group {
                    places: there,
                    width,
                    ..
                } = &mut groups[group];
                places.push((group, there.len()));
                there.push(PartPlace {
                    run,
                    latent: *width,
                    rank: part.rank,
                    hidden: part.hidden.clone(),
                    b: 0,
                });
                *width += part.rank;
            }
        }
        let mut reader = vec![None; lit.len()];
        for (part, &group) in parts.iter().zip(&group_of) {
            part.inputs
                .iter()
                .for_each(|&input| reader[input] = Some(group));
        }
        let mut wiring = Self {
            parts,
            runs,
            groups,
            places,
            rows: vec![0; lit.len()],
            trained: 0,
            length: 0,
        };
        wiring.give_places(&reader, lit);
        wiring
    }

    /// Gives every row its place: those of `B`, which so begin where whole vectors do, those of
    /// `A` that are ever lit, the dark ones.
    fn give_places(&mut self, reader: &[Option<usize>], lit: &[bool]) {
        let mut length = 0;
        for &(group, place) in &self.places {
            let place = &mut self.groups[group].places[place];
            place.b = length;
            length = place.b().end;
        }
        let readers = || reader.iter().zip(lit).enumerate();
        for (input, (&group, _)) in readers().filter(|(_, (_, lit))| **lit) {
            if let Some(group) = group.map(|group| &mut self.groups[group]) {
                group.rows.pixels.push(input as u32);
                group.rows.starts.push(length as u32);
                self.rows[input] = length;
                length += group.width;
            }
        }
        self.trained = length;
        for (input, (&group, _)) in readers().filter(|(_, (_, lit))| !**lit) {
            self.rows[input] = length;
            length += group.map_or(0, |group| self.groups[group].width);
        }
        self.length = length;
    }

    /// The parts of every run, as they were given.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The number of runs.
    pub fn runs(&self) -> usize {
        self.runs
    }

    /// Trainable parameters of all runs, those of unlit pixels included.
    pub fn params(&self) -> usize {
        self.length
    }

    /// The number of parameters, the first ones, that can have a gradient.
    pub fn trained(&self) -> usize {
        self.trained
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    fn place(&self, run: usize, part: usize) -> &PartPlace {
        let (group, place) = self.places[run * self.parts.len() + part];
        &self.groups[group].places[place]
    }

    /// For every parameter that can have a gradient, its run's value out of `values`.
    pub fn spread<T: Real>(&self, values: &[T]) -> Vec<T> {
        let mut spread = vec![T::ZERO; self.trained];
        for group in &self.groups {
            for place in &group.places {
                spread[place.b()].fill(values[place.run]);
                for &start in &group.rows.starts {
                    spread[start as usize + place.latent..][..place.rank].fill(values[place.run]);
                }
            }
        }
        spread
    }

    /// `A` random normal with variance 1/(inputs of the part), the same in every run; `B` zero.
    pub fn random<T: Real>(&self, rng: &mut impl Rng) -> Vec<T> {
        let mut parameters = vec![T::ZERO; self.length];
        for (index, part) in self.parts.iter().enumerate() {
            let deviation = 1.0 / (part.inputs.len() as f64).sqrt();
            for &input in &part.inputs {
                for latent in 0..part.rank {
                    let normal: f64 = StandardNormal.sample(rng);
                    for run in 0..self.runs {
                        let entry = self.rows[input] + self.place(run, index).latent + latent;
                        parameters[entry] = T::from_f64(deviation * normal);
                    }
                }
            }
        }
        parameters
    }

    /// The factors `A` (rank × inputs) and `B` (hidden units × rank) of a run's part, out of a
    /// vector of parameters or of their gradients.
    pub fn factors<T: Real>(
        &self,
        run: usize,
        part: usize,
        vector: &[T],
    ) -> (DMatrix<f64>, DMatrix<f64>) {
        let Part { inputs, rank, .. } = &self.parts[part];
        let place = self.place(run, part);
        let a = DMatrix::from_fn(*rank, inputs.len(), |r, c| {
            vector[self.rows[inputs[c]] + place.latent + r].to_f64()
        });
        let width = place.hidden.len();
        let b = DMatrix::from_fn(width, *rank, |r, c| {
            vector[place.b + c * width + r].to_f64()
        });
        (a, b)
    }

    /// Writes the factors of a run's part, of the shapes that [`factors`](Self::factors) gives.
    pub fn set_factors<T: Real>(
        &self,
        run: usize,
        part: usize,
        (a, b): (&DMatrix<f64>, &DMatrix<f64>),
        vector: &mut [T],
    ) {
        let Part { inputs, rank, .. } = &self.parts[part];
        let place = self.place(run, part);
        for (column, &input) in inputs.iter().enumerate() {
            for r in 0..*rank {
                vector[self.rows[input] + place.latent + r] = T::from_f64(a[(r, column)]);
            }
        }
        let width = place.hidden.len();
        for c in 0..*rank {
            for r in 0..width {
                vector[place.b + c * width + r] = T::from_f64(b[(r, c)]);
            }
        }
    }

    /// The update of the layer's weights by a run: `hidden` × inputs, `B A` part by part.
    pub fn update<T: Real>(&self, run: usize, hidden: usize, parameters: &[T]) -> DMatrix<f64> {
        let mut update = DMatrix::zeros(hidden, self.rows.len());
        for (index, part) in self.parts.iter().enumerate() {
            let (a, b) = self.factors(run, index, parameters);
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

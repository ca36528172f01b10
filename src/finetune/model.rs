//! Loss, gradient and evaluation of what is trained: an adapter, or the whole network.

use super::images::{Examples, SparseImages};
use super::kernels::{Work, axpy, rows_backward, rows_forward, vectorized};
use super::network::{Head, Network, best, loss_of, relu};
use super::real::Real;
use super::wiring::{Place, Wiring};

/// Images with their classes and, where the first layer is frozen, its output for each.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a, T> {
    /// The images.
    pub images: &'a SparseImages<T>,
    /// The class of each.
    pub labels: &'a [u8],
    /// Frozen first layer's outputs, image by image; empty where nothing is frozen.
    pub frozen: &'a [T],
}

impl<'a, T: Real> Inputs<'a, T> {
    /// Examples with the frozen outputs of [`Network::first_layer`], or with none.
    pub fn new(examples: &'a Examples<T>, frozen: &'a [T]) -> Self {
        Self {
            images: &examples.images,
            labels: &examples.labels,
            frozen,
        }
    }
}

/// How a model does on some examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Mean negative log-likelihood.
    pub loss: f64,
    /// How often class `row` was taken for class `column`: `classes` x `classes`, row by row.
    pub confusion: Vec<u32>,
    /// Number of classes.
    pub classes: usize,
}

impl Evaluation {
    /// Share of the examples whose class was named, in percent.
    pub fn accuracy(&self) -> f64 {
        let total: u32 = self.confusion.iter().sum();
        let correct: u32 = self.confusion.iter().step_by(self.classes + 1).sum();
        100.0 * f64::from(correct) / f64::from(total.max(1))
    }
}

/// Numbers of one example on its way through the network.
pub struct Scratch<T> {
    latents: Vec<T>,
    dlatents: Vec<T>,
    /// Which groups of parts the image lights.
    seen: Vec<bool>,
    hidden: Vec<T>,
    dhidden: Vec<T>,
    scores: Vec<T>,
}

/// Something trainable with a vector of parameters, of which the first `trained` have gradients.
pub trait Model<T: Real>: Sync {
    /// Parameters that can have a gradient.
    fn trained(&self) -> usize;
    /// Sizes: latents, hidden units, classes.
    fn sizes(&self) -> (usize, usize, usize);
    /// Groups of inputs that are read together.
    fn groups(&self) -> usize;
    /// The classifier.
    fn head<'a>(&'a self, parameters: &'a [T]) -> Head<'a, T>;
    /// Fills the hidden units, before ReLU, for one image.
    fn forward(&self, parameters: &[T], inputs: &Inputs<'_, T>, image: usize, at: &mut Scratch<T>);
    /// Adds the gradient of one image, given those of scores and hidden units.
    fn backward(
        &self,
        parameters: &[T],
        gradients: &mut [T],
        inputs: &Inputs<'_, T>,
        image: usize,
        at: &mut Scratch<T>,
    );
}

fn scratch<T: Real>(model: &impl Model<T>) -> Scratch<T> {
    let (latents, hidden, classes) = model.sizes();
    Scratch {
        latents: vec![T::ZERO; latents],
        dlatents: vec![T::ZERO; latents],
        seen: vec![false; model.groups()],
        hidden: vec![T::ZERO; hidden],
        dhidden: vec![T::ZERO; hidden],
        scores: vec![T::ZERO; classes],
    }
}

/// The mean loss of a batch; adds its gradient to `gradients`.
pub fn loss_and_gradient<T: Real>(
    model: &impl Model<T>,
    parameters: &[T],
    gradients: &mut [T],
    inputs: &Inputs<'_, T>,
    batch: &[u32],
) -> T {
    let mut at = scratch(model);
    vectorized(Batch {
        model,
        parameters,
        gradients,
        inputs,
        batch,
        at: &mut at,
    })
}

struct Batch<'a, T, M> {
    model: &'a M,
    parameters: &'a [T],
    gradients: &'a mut [T],
    inputs: &'a Inputs<'a, T>,
    batch: &'a [u32],
    at: &'a mut Scratch<T>,
}

impl<T: Real, M: Model<T>> Work for Batch<'_, T, M> {
    type Output = T;

    #[inline(always)]
    fn run(self) -> T {
        let at = self.at;
        let share = T::ONE / T::from_f64(self.batch.len().max(1) as f64);
        let head = self.model.head(self.parameters);
        let mut loss = T::ZERO;
        for &image in self.batch {
            let image = image as usize;
            self.model.forward(self.parameters, self.inputs, image, at);
            for z in &mut at.hidden {
                *z = relu(*z);
            }
            head.scores(&at.hidden, &mut at.scores);
            loss += loss_of(&mut at.scores, usize::from(self.inputs.labels[image]));
            for d in &mut at.scores {
                *d = *d * share;
            }
            head.backward(&at.scores, &mut at.dhidden);
            for (d, &activation) in at.dhidden.iter_mut().zip(&at.hidden) {
                *d = if activation > T::ZERO { *d } else { T::ZERO };
            }
            self.model
                .backward(self.parameters, self.gradients, self.inputs, image, at);
        }
        loss * share
    }
}

/// Loss and confusions on the examples `chosen`.
pub fn evaluate<T: Real>(
    model: &impl Model<T>,
    parameters: &[T],
    inputs: &Inputs<'_, T>,
    chosen: &[u32],
) -> Evaluation {
    vectorized(Evaluating {
        model,
        parameters,
        inputs,
        chosen,
    })
}

struct Evaluating<'a, T, M> {
    model: &'a M,
    parameters: &'a [T],
    inputs: &'a Inputs<'a, T>,
    chosen: &'a [u32],
}

impl<T: Real, M: Model<T>> Work for Evaluating<'_, T, M> {
    type Output = Evaluation;

    #[inline(always)]
    fn run(self) -> Evaluation {
        let mut at = scratch(self.model);
        let classes = at.scores.len();
        let mut confusion = vec![0; classes * classes];
        let head = self.model.head(self.parameters);
        let mut loss = 0.0;
        for &image in self.chosen {
            let image = image as usize;
            let label = usize::from(self.inputs.labels[image]);
            self.model
                .forward(self.parameters, self.inputs, image, &mut at);
            for z in &mut at.hidden {
                *z = relu(*z);
            }
            head.scores(&at.hidden, &mut at.scores);
            confusion[label * classes + best(&at.scores)] += 1;
            loss += loss_of(&mut at.scores, label).to_f64();
        }
        Evaluation {
            loss: loss / self.chosen.len().max(1) as f64,
            confusion,
            classes,
        }
    }
}

/// An adapter on a frozen network.
#[derive(Debug, Clone, Copy)]
pub struct Adapter<'a, T> {
    /// Its parts.
    pub wiring: &'a Wiring,
    /// What it adapts.
    pub network: &'a Network<T>,
}

/// The places that an image lights.
#[inline(always)]
fn seen<'a>(wiring: &'a Wiring, marks: &'a [bool]) -> impl Iterator<Item = &'a Place> {
    let groups = wiring.groups().iter().zip(marks);
    groups
        .filter(|(_, seen)| **seen)
        .flat_map(|(group, _)| group)
}

impl<T: Real> Model<T> for Adapter<'_, T> {
    fn trained(&self) -> usize {
        self.wiring.trained()
    }

    fn sizes(&self) -> (usize, usize, usize) {
        let shape = &self.network.shape;
        (self.wiring.latents(), shape.hidden, shape.classes)
    }

    fn groups(&self) -> usize {
        self.wiring.groups().len()
    }

    #[inline(always)]
    fn head<'a>(&'a self, _: &'a [T]) -> Head<'a, T> {
        self.network.head()
    }

    #[inline(always)]
    fn forward(&self, parameters: &[T], inputs: &Inputs<'_, T>, image: usize, at: &mut Scratch<T>) {
        let hidden = at.hidden.len();
        at.hidden
            .copy_from_slice(&inputs.frozen[image * hidden..][..hidden]);
        at.latents.fill(T::ZERO);
        let lit = inputs.images.lit(image);
        at.seen.fill(false);
        self.wiring
            .slots
            .gather(lit, parameters, &mut at.latents, &mut at.seen);
        for place in seen(self.wiring, &at.seen) {
            let latents = &at.latents[place.latents.clone()];
            let rows = &parameters[place.b..][..latents.len() * place.hidden.len()];
            rows_forward(latents, rows, &mut at.hidden[place.hidden.clone()]);
        }
    }

    #[inline(always)]
    fn backward(
        &self,
        parameters: &[T],
        gradients: &mut [T],
        inputs: &Inputs<'_, T>,
        image: usize,
        at: &mut Scratch<T>,
    ) {
        for place in seen(self.wiring, &at.seen) {
            let latents = &at.latents[place.latents.clone()];
            let length = latents.len() * place.hidden.len();
            rows_backward(
                latents,
                &parameters[place.b..][..length],
                &at.dhidden[place.hidden.clone()],
                &mut at.dlatents[place.latents.clone()],
                &mut gradients[place.b..][..length],
            );
        }
        let lit = inputs.images.lit(image);
        self.wiring.slots.scatter(lit, &at.dlatents, gradients);
    }
}

/// The whole network, its parameters in one vector: rows of lit inputs of `W₁`, `b₁`, `W₂`, `b₂`,
/// rows of the other inputs.
#[derive(Debug, Clone)]
pub struct Full {
    shape: super::network::Shape,
    slots: super::kernels::Slots,
    b1: usize,
    trained: usize,
}

impl Full {
    /// All parameters of a network of this shape; `lit` says which inputs are ever non-zero.
    pub fn new(shape: super::network::Shape, lit: &[bool]) -> Self {
        let hidden = shape.hidden;
        let lit_rows = lit.iter().filter(|&&lit| lit).count();
        let b1 = lit_rows * hidden;
        let trained = b1 + hidden + shape.classes * (hidden + 1);
        let mut next = [trained, 0];
        let slots = lit
            .iter()
            .map(|&lit| {
                let row = next[usize::from(lit)];
                next[usize::from(lit)] += hidden;
                super::kernels::Slot {
                    row: row as u32,
                    latent: 0,
                    width: hidden as u32,
                    group: 0,
                }
            })
            .collect();
        Self {
            shape,
            slots: super::kernels::Slots::new(slots),
            b1,
            trained,
        }
    }

    fn w2(&self) -> std::ops::Range<usize> {
        let start = self.b1 + self.shape.hidden;
        start..start + self.shape.hidden * self.shape.classes
    }

    /// The parameters of a network as one vector.
    pub fn parameters<T: Real>(&self, network: &Network<T>) -> Vec<T> {
        let hidden = self.shape.hidden;
        let mut vector = vec![T::ZERO; self.shape.params()];
        for (input, row) in network.w1.chunks_exact(hidden).enumerate() {
            vector[self.slots.get(input).row as usize..][..hidden].copy_from_slice(row);
        }
        vector[self.b1..][..hidden].copy_from_slice(&network.b1);
        vector[self.w2()].copy_from_slice(&network.w2);
        vector[self.w2().end..][..self.shape.classes].copy_from_slice(&network.b2);
        vector
    }

    /// The network of a vector of parameters (or of their gradients).
    pub fn network<T: Real>(&self, vector: &[T]) -> Network<T> {
        let hidden = self.shape.hidden;
        Network {
            shape: self.shape,
            w1: (0..self.shape.inputs())
                .flat_map(|input| &vector[self.slots.get(input).row as usize..][..hidden])
                .copied()
                .collect(),
            b1: vector[self.b1..][..hidden].to_vec(),
            w2: vector[self.w2()].to_vec(),
            b2: vector[self.w2().end..][..self.shape.classes].to_vec(),
        }
    }
}

impl<T: Real> Model<T> for Full {
    fn trained(&self) -> usize {
        self.trained
    }

    fn sizes(&self) -> (usize, usize, usize) {
        (0, self.shape.hidden, self.shape.classes)
    }

    fn groups(&self) -> usize {
        1
    }

    #[inline(always)]
    fn head<'a>(&'a self, parameters: &'a [T]) -> Head<'a, T> {
        let w2 = self.w2();
        Head {
            w2: &parameters[w2.clone()],
            b2: &parameters[w2.end..][..self.shape.classes],
        }
    }

    #[inline(always)]
    fn forward(&self, parameters: &[T], inputs: &Inputs<'_, T>, image: usize, at: &mut Scratch<T>) {
        let hidden = at.hidden.len();
        at.hidden.copy_from_slice(&parameters[self.b1..][..hidden]);
        let lit = inputs.images.lit(image);
        self.slots
            .gather(lit, parameters, &mut at.hidden, &mut at.seen);
    }

    #[inline(always)]
    fn backward(
        &self,
        _: &[T],
        gradients: &mut [T],
        inputs: &Inputs<'_, T>,
        image: usize,
        at: &mut Scratch<T>,
    ) {
        let w2 = self.w2();
        let rows = gradients[w2.clone()].chunks_exact_mut(at.hidden.len());
        for (row, &d) in rows.zip(&at.scores) {
            axpy(d, &at.hidden, row);
        }
        axpy(
            T::ONE,
            &at.scores,
            &mut gradients[w2.end..][..self.shape.classes],
        );
        axpy(
            T::ONE,
            &at.dhidden,
            &mut gradients[self.b1..][..at.hidden.len()],
        );
        self.slots
            .scatter(inputs.images.lit(image), &at.dhidden, gradients);
    }
}

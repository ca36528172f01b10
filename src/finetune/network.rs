//! The network of experiment 2: a linear layer, ReLU, a linear layer, log-softmax.

use nalgebra::DMatrix;
use pulp::Simd;
use rand::{Rng, RngExt};

use super::images::{Examples, SparseImages};
use super::kernels::{Work, axpy, vectorized};
use super::real::Real;

/// The sizes of a network on pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Rows of a picture.
    pub rows: usize,
    /// Columns of a picture.
    pub cols: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Classes.
    pub classes: usize,
}

impl Shape {
    /// Pixels of a picture.
    pub fn inputs(&self) -> usize {
        self.rows * self.cols
    }

    /// All parameters, biases and classifier included: 50,565 for 28 × 28, 64 and 5.
    pub fn params(&self) -> usize {
        self.hidden * (self.inputs() + 1) + self.classes * (self.hidden + 1)
    }
}

/// The classifier: `classes` rows of `hidden` weights, and a bias each.
#[derive(Debug, Clone, Copy)]
pub struct Classifier<'a, T> {
    pub(super) w2: &'a [T],
    pub(super) b2: &'a [T],
}

impl<T: Real> Classifier<'_, T> {
    /// The number of classes.
    pub(super) fn classes(&self) -> usize {
        self.b2.len()
    }
}

/// The negative log-likelihood of `label`; leaves its gradient, softmax less one-hot, in `scores`.
#[inline(always)]
pub(super) fn loss_of<T: Real>(scores: &mut [T], label: usize) -> T {
    let mut largest = scores[0];
    for &score in &scores[1..] {
        if score > largest {
            largest = score;
        }
    }
    let shifted = scores[label] - largest;
    let mut total = T::ZERO;
    for score in scores.iter_mut() {
        *score = (*score - largest).exp();
        total += *score;
    }
    let inverse = T::ONE / total;
    for score in scores.iter_mut() {
        *score = *score * inverse;
    }
    scores[label] -= T::ONE;
    total.ln() - shifted
}

/// The whole network's parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Network<T> {
    /// Its sizes.
    pub shape: Shape,
    /// First layer, input by input: entry `(hidden h, input i)` stands at `i * hidden + h`.
    pub w1: Vec<T>,
    /// First layer's biases.
    pub b1: Vec<T>,
    /// Classifier, class by class: entry `(class c, hidden h)` stands at `c * hidden + h`.
    pub w2: Vec<T>,
    /// Classifier's biases.
    pub b2: Vec<T>,
}

impl<T: Real> Network<T> {
    /// PyTorch's default initialisation of `Linear`: all uniform within ±1/√inputs.
    pub fn random(shape: Shape, rng: &mut impl Rng) -> Self {
        let mut uniform = |count: usize, inputs: usize| -> Vec<T> {
            let bound = 1.0 / (inputs as f64).sqrt();
            (0..count)
                .map(|_| T::from_f64(bound * (2.0 * rng.random::<f64>() - 1.0)))
                .collect()
        };
        Self {
            shape,
            w1: uniform(shape.inputs() * shape.hidden, shape.inputs()),
            b1: uniform(shape.hidden, shape.inputs()),
            w2: uniform(shape.classes * shape.hidden, shape.hidden),
            b2: uniform(shape.classes, shape.hidden),
        }
    }

    /// The classifier.
    pub fn head(&self) -> Classifier<'_, T> {
        Classifier {
            w2: &self.w2,
            b2: &self.b2,
        }
    }

    /// The first layer's weights, hidden units × inputs.
    pub fn weights(&self) -> DMatrix<f64> {
        let weights = self.w1.iter().map(|weight| weight.to_f64());
        DMatrix::from_iterator(self.shape.hidden, self.shape.inputs(), weights)
    }

    /// The first layer's output (before ReLU) for every image, one after the other.
    pub fn first_layer(&self, images: &SparseImages<T>) -> Vec<T> {
        vectorized(FirstLayer {
            network: self,
            images,
        })
    }

    /// Share of the examples whose class the network names, in percent.
    pub fn accuracy(&self, examples: &Examples<T>) -> f64 {
        let outputs = self.first_layer(&examples.images);
        let rows = outputs.chunks_exact(self.shape.hidden);
        let right = rows.zip(&examples.labels);
        let right = right.filter(|(row, label)| self.class(row) == usize::from(**label));
        100.0 * right.count() as f64 / examples.labels.len().max(1) as f64
    }

    /// The class that the network names, given the first layer's output.
    fn class(&self, output: &[T]) -> usize {
        let rows = self.w2.chunks_exact(self.shape.hidden).zip(&self.b2);
        let scores = rows.map(|(row, &bias)| {
            let weighted = row.iter().zip(output).map(|(&w, &z)| w * relu(z));
            weighted.sum::<T>() + bias
        });
        best(&scores.collect::<Vec<_>>())
    }
}

struct FirstLayer<'a, T> {
    network: &'a Network<T>,
    images: &'a SparseImages<T>,
}

impl<T: Real> Work for FirstLayer<'_, T> {
    type Output = Vec<T>;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Vec<T> {
        let hidden = self.network.shape.hidden;
        let mut outputs = self.network.b1.repeat(self.images.count());
        for (image, output) in outputs.chunks_exact_mut(hidden).enumerate() {
            let (columns, levels) = self.images.lit(image);
            for (&column, &level) in columns.iter().zip(levels) {
                let value = self.images.palette()[usize::from(level)];
                let row = &self.network.w1[column as usize * hidden..][..hidden];
                axpy(value, row, output);
            }
        }
        outputs
    }
}

/// `max(z, 0)`.
#[inline(always)]
pub(super) fn relu<T: Real>(z: T) -> T {
    if z > T::ZERO { z } else { T::ZERO }
}

/// The class of the highest score, the first of equals.
#[inline(always)]
pub(super) fn best<T: Real>(scores: &[T]) -> usize {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best
}

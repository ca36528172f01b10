//! Full fine-tuning, and pretraining: every parameter of the network moves.

use std::ops::Range;

use pulp::Simd;

use super::{BatchWorkspace, Inputs, Model, of_run, sum_rows};
use crate::finetune::batch::Batch;
use crate::finetune::kernels::{PixelRows, gather, outer, padded, scatter};
use crate::finetune::network::{Classifier, Network, Shape};
use crate::finetune::real::Real;

/// The whole network, in one run or several, its parameters in one vector: rows of lit inputs of
/// `W₁`, `b₁`, `W₂`, `b₂`, rows of the other inputs; each of them run by run.
#[derive(Debug, Clone)]
pub struct Full {
    shape: Shape,
    runs: usize,
    lit: PixelRows,
    /// First entry of every input's row.
    rows: Vec<usize>,
    b1: usize,
    trained: usize,
}

impl Full {
    /// All parameters of `runs` networks of this shape; `lit` says which inputs are ever non-zero.
    pub fn new(shape: Shape, lit: &[bool], runs: usize) -> Self {
        let width = runs * shape.hidden;
        let b1 = lit.iter().filter(|&&lit| lit).count() * width;
        let trained = b1 + width + runs * shape.classes * (shape.hidden + 1);
        let mut full = Self {
            shape,
            runs,
            lit: PixelRows::default(),
            rows: Vec::with_capacity(lit.len()),
            b1,
            trained,
        };
        let (mut lit_row, mut dark_row) = (0, trained);
        for (input, &lit) in lit.iter().enumerate() {
            let row = if lit { &mut lit_row } else { &mut dark_row };
            if lit {
                full.lit.pixels.push(input as u32);
                full.lit.starts.push(*row as u32);
            }
            full.rows.push(*row);
            *row += width;
        }
        full
    }

    fn b1(&self, run: usize) -> Range<usize> {
        let start = self.b1 + run * self.shape.hidden;
        start..start + self.shape.hidden
    }

    fn w2(&self, run: usize) -> Range<usize> {
        let length = self.shape.hidden * self.shape.classes;
        let start = self.b1(self.runs).start + run * length;
        start..start + length
    }

    fn b2(&self, run: usize) -> Range<usize> {
        let start = self.w2(self.runs).start + run * self.shape.classes;
        start..start + self.shape.classes
    }

    /// For every parameter that can have a gradient, its run's value out of `values`.
    pub fn spread<T: Real>(&self, values: &[T]) -> Vec<T> {
        let mut spread = vec![T::ZERO; self.trained];
        for (run, &value) in values.iter().enumerate() {
            for &start in &self.lit.starts {
                let row = start as usize + run * self.shape.hidden;
                spread[row..][..self.shape.hidden].fill(value);
            }
            for range in [self.b1(run), self.w2(run), self.b2(run)] {
                spread[range].fill(value);
            }
        }
        spread
    }

    /// The parameters of a network as one vector, the same in every run.
    pub fn parameters<T: Real>(&self, network: &Network<T>) -> Vec<T> {
        let hidden = self.shape.hidden;
        let mut vector = vec![T::ZERO; self.runs * self.shape.params()];
        for run in 0..self.runs {
            for (&start, row) in self.rows.iter().zip(network.w1.chunks_exact(hidden)) {
                vector[start + run * hidden..][..hidden].copy_from_slice(row);
            }
            vector[self.b1(run)].copy_from_slice(&network.b1);
            vector[self.w2(run)].copy_from_slice(&network.w2);
            vector[self.b2(run)].copy_from_slice(&network.b2);
        }
        vector
    }

    /// A run's network out of a vector of parameters (or of their gradients).
    pub fn network<T: Real>(&self, run: usize, vector: &[T]) -> Network<T> {
        let hidden = self.shape.hidden;
        let rows = self.rows.iter().map(|start| start + run * hidden);
        Network {
            shape: self.shape,
            w1: rows
                .flat_map(|row| &vector[row..][..hidden])
                .copied()
                .collect(),
            b1: vector[self.b1(run)].to_vec(),
            w2: vector[self.w2(run)].to_vec(),
            b2: vector[self.b2(run)].to_vec(),
        }
    }
}

impl<T: Real> Model<T> for Full {
    fn trained(&self) -> usize {
        self.trained
    }

    fn runs(&self) -> usize {
        self.runs
    }

    fn shape(&self) -> Shape {
        self.shape
    }

    fn hidden_stride(&self) -> usize {
        padded(self.shape.hidden)
    }

    #[inline(always)]
    fn head<'a>(&'a self, parameters: &'a [T], run: usize) -> Classifier<'a, T> {
        Classifier {
            w2: &parameters[self.w2(run)],
            b2: &parameters[self.b2(run)],
        }
    }

    #[inline(always)]
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &[T],
        _: &Inputs<'_, T>,
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    ) {
        let columns = at.hidden_columns();
        for run in 0..self.runs {
            let units = &mut at.hidden[of_run(run, batch.all().len() * columns.stride)];
            for row in units.chunks_exact_mut(columns.stride) {
                row[..columns.width].copy_from_slice(&parameters[self.b1(run)]);
            }
            let from = run * self.shape.hidden;
            gather(
                simd,
                batch,
                &self.lit,
                (parameters, from),
                (units, columns.width),
            );
        }
    }

    #[inline(always)]
    fn head_backward<S: Simd>(
        &self,
        simd: S,
        gradients: &mut [T],
        run: usize,
        batch: &Batch<T>,
        at: &BatchWorkspace<T>,
    ) {
        let (hidden, classes) = (at.hidden_columns(), at.score_columns());
        let count = batch.all().len();
        let units = &at.hidden[of_run(run, count * hidden.stride)];
        let of_scores = (&at.scores[..], classes);
        let dw2 = &mut gradients[self.w2(run)];
        outer(simd, batch.all(), of_scores, (units, hidden), dw2);
        sum_rows(&at.scores, classes, &mut gradients[self.b2(run)]);
    }

    #[inline(always)]
    fn backward<S: Simd>(
        &self,
        simd: S,
        _: &[T],
        gradients: &mut [T],
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    ) {
        let columns = at.hidden_columns();
        for run in 0..self.runs {
            let count = batch.all().len();
            let dz = &at.hidden[of_run(run, count * columns.stride)];
            sum_rows(dz, columns, &mut gradients[self.b1(run)]);
            let from = run * self.shape.hidden;
            scatter(simd, batch, &self.lit, (dz, columns), (gradients, from));
        }
    }
}

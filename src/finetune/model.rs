//! Loss, gradient and evaluation of what is trained: adapters, or whole networks, one or several
//! side by side on the same images.

mod adapter;
mod full;
mod workspace;

use std::ops::Range;

use pulp::Simd;

use super::batch::Batch;
use super::kernels::{ColumnSlice, PaddedMatrix, Work, product, vectorized};
use super::network::{Classifier, Shape, best, loss_of, relu};
use super::real::Real;

pub use adapter::Adapter;
pub use full::Full;
pub use workspace::BatchWorkspace;

/// The inputs that belong to the images of a batch.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a, T> {
    /// The class of each.
    pub labels: &'a [u8],
    /// Frozen first layer's outputs, image by image, of [`Network::first_layer`]; empty where
    /// nothing is frozen.
    ///
    /// [`Network::first_layer`]: super::network::Network::first_layer
    pub frozen: &'a [T],
}

/// The performance of a model on some examples.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelScore {
    /// Mean negative log-likelihood.
    pub loss: f64,
    /// Counts of class `row` taken for class `column`: `classes` × `classes`, row by row.
    pub confusion: Vec<u32>,
    /// Number of classes.
    pub classes: usize,
}

impl ModelScore {
    /// Share of the examples whose class was named, in percent.
    pub fn accuracy(&self) -> f64 {
        let total: u32 = self.confusion.iter().sum();
        let correct: u32 = self.confusion.iter().step_by(self.classes + 1).sum();
        100.0 * f64::from(correct) / f64::from(total.max(1))
    }
}

/// Something trainable with a vector of parameters, of which the first `trained` have gradients:
/// one run, or several that see the same images and know nothing of each other.
pub trait Model<T: Real>: Sync {
    /// Parameters that can have a gradient, of all runs.
    fn trained(&self) -> usize;
    /// The number of runs.
    fn runs(&self) -> usize;
    /// The sizes of each run's network.
    fn shape(&self) -> Shape;
    /// Numbers from one image's hidden units to the next one's, at least as many as there are.
    fn hidden_stride(&self) -> usize;
    /// A run's classifier.
    fn head<'a>(&'a self, parameters: &'a [T], run: usize) -> Classifier<'a, T>;
    /// Fills the hidden units of all runs, before ReLU.
    fn forward<S: Simd>(
        &self,
        simd: S,
        parameters: &[T],
        inputs: &Inputs<'_, T>,
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    );
    /// Writes the gradient of a run's classifier, if that is trained, given that of the scores.
    fn head_backward<S: Simd>(
        &self,
        simd: S,
        gradients: &mut [T],
        run: usize,
        batch: &Batch<T>,
        at: &BatchWorkspace<T>,
    );
    /// Writes the gradients of all else, given those of the hidden units.
    fn backward<S: Simd>(
        &self,
        simd: S,
        parameters: &[T],
        gradients: &mut [T],
        batch: &Batch<T>,
        at: &mut BatchWorkspace<T>,
    );
}

/// The mean loss of a batch in every run; writes its gradient over the first of `gradients`, as
/// many as can have one.
pub fn loss_and_gradient<T: Real>(
    model: &impl Model<T>,
    parameters: &[T],
    gradients: &mut [T],
    inputs: &Inputs<'_, T>,
    batch: &Batch<T>,
    at: &mut BatchWorkspace<T>,
) -> Vec<T> {
    vectorized(Gradient {
        model,
        parameters,
        gradients,
        inputs,
        batch,
        at,
    })
}

struct Gradient<'a, T, M> {
    model: &'a M,
    parameters: &'a [T],
    gradients: &'a mut [T],
    inputs: &'a Inputs<'a, T>,
    batch: &'a Batch<T>,
    at: &'a mut BatchWorkspace<T>,
}

impl<T: Real, M: Model<T>> Work for Gradient<'_, T, M> {
    type Output = Vec<T>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<T> {
        let Self {
            model,
            parameters,
            gradients,
            inputs,
            batch,
            at,
        } = self;
        let chosen = batch.chosen();
        let share = T::ONE / T::from_f64(chosen.len().max(1) as f64);
        at.make_room(model, chosen.len());
        model.forward(simd, parameters, inputs, batch, at);
        let mut losses = vec![T::ZERO; model.runs()];
        for (run, loss) in losses.iter_mut().enumerate() {
            let head = model.head(parameters, run);
            score(simd, head, run, batch, at);
            for (scores, &image) in at.scores.chunks_exact_mut(at.score_stride).zip(chosen) {
                let scores = &mut scores[..head.classes()];
                *loss += loss_of(scores, usize::from(inputs.labels[image as usize]));
                for d in scores {
                    *d = *d * share;
                }
            }
            *loss = *loss * share;
            model.head_backward(simd, gradients, run, batch, at);
            hidden_gradient(simd, head, run, batch, at);
        }
        model.backward(simd, parameters, gradients, batch, at);
        losses
    }
}

/// ReLU of a run's hidden units, and every image's scores.
#[inline(always)]
fn score<T: Real, S: Simd>(
    simd: S,
    head: Classifier<'_, T>,
    run: usize,
    batch: &Batch<T>,
    at: &mut BatchWorkspace<T>,
) {
    let hidden = at.hidden_columns();
    let classes = at.score_columns();
    let units = &mut at.hidden[of_run(run, batch.all().len() * hidden.stride)];
    for z in units.iter_mut() {
        *z = relu(*z);
    }
    let panel = PaddedMatrix::transposed(head.w2, hidden.width, &mut at.room);
    let all = batch.all();
    product(
        simd,
        all,
        (units, hidden),
        panel,
        (&mut at.scores, classes),
        false,
    );
    for scores in at.scores.chunks_exact_mut(classes.stride) {
        for (score, &bias) in scores.iter_mut().zip(head.b2) {
            *score += bias;
        }
    }
}

/// `dz = W₂ᵀ dscores` where ReLU let something through; takes the place of a run's hidden units.
#[inline(always)]
fn hidden_gradient<T: Real, S: Simd>(
    simd: S,
    head: Classifier<'_, T>,
    run: usize,
    batch: &Batch<T>,
    at: &mut BatchWorkspace<T>,
) {
    let hidden = at.hidden_columns();
    let classes = at.score_columns();
    let panel = PaddedMatrix::of(head.w2, hidden.width, &mut at.room);
    let all = batch.all();
    let of_scores = (&at.scores[..], classes);
    product(
        simd,
        all,
        of_scores,
        panel,
        (&mut at.dhidden, hidden),
        false,
    );
    let units = &mut at.hidden[of_run(run, all.len() * hidden.stride)];
    for (unit, &d) in units.iter_mut().zip(at.dhidden.iter()) {
        *unit = if *unit > T::ZERO { d } else { T::ZERO };
    }
}

/// The place of a run's numbers, if each has `length`.
#[inline(always)]
fn of_run(run: usize, length: usize) -> Range<usize> {
    run * length..(run + 1) * length
}

/// Loss and confusions of every run on all images of some batches.
pub fn evaluate<T: Real>(
    model: &impl Model<T>,
    parameters: &[T],
    inputs: &Inputs<'_, T>,
    batches: &[Batch<T>],
    at: &mut BatchWorkspace<T>,
) -> Vec<ModelScore> {
    vectorized(EvaluationPass {
        model,
        parameters,
        inputs,
        batches,
        at,
    })
}

struct EvaluationPass<'a, T, M> {
    model: &'a M,
    parameters: &'a [T],
    inputs: &'a Inputs<'a, T>,
    batches: &'a [Batch<T>],
    at: &'a mut BatchWorkspace<T>,
}

impl<T: Real, M: Model<T>> Work for EvaluationPass<'_, T, M> {
    type Output = Vec<ModelScore>;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Vec<ModelScore> {
        let Self {
            model,
            parameters,
            inputs,
            batches,
            at,
        } = self;
        let classes = model.shape().classes;
        let nothing = ModelScore {
            loss: 0.0,
            confusion: vec![0; classes * classes],
            classes,
        };
        let mut evaluations = vec![nothing; model.runs()];
        for batch in batches {
            let chosen = batch.chosen();
            at.make_room(model, chosen.len());
            model.forward(simd, parameters, inputs, batch, at);
            for (run, evaluation) in evaluations.iter_mut().enumerate() {
                score(simd, model.head(parameters, run), run, batch, at);
                for (scores, &image) in at.scores.chunks_exact_mut(at.score_stride).zip(chosen) {
                    let label = usize::from(inputs.labels[image as usize]);
                    let scores = &mut scores[..classes];
                    evaluation.confusion[label * classes + best(scores)] += 1;
                    evaluation.loss += loss_of(scores, label).to_f64();
                }
            }
        }
        let count: usize = batches.iter().map(|batch| batch.chosen().len()).sum();
        for evaluation in &mut evaluations {
            evaluation.loss /= count.max(1) as f64;
        }
        evaluations
    }
}

/// `sum = Σ rows`, row by row.
#[inline(always)]
fn sum_rows<T: Real>(rows: &[T], at: ColumnSlice, sum: &mut [T]) {
    sum.fill(T::ZERO);
    for row in rows.chunks_exact(at.stride) {
        for (sum, &number) in sum.iter_mut().zip(&row[at.column..][..at.width]) {
            *sum += number;
        }
    }
}

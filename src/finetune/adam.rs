//! Adam, as PyTorch computes it (no weight decay).

use pulp::Simd;

use super::kernels::{AlignedVec, Work, aligned, vectorized};
use super::real::Real;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Adam's two moments of some parameters, and how many steps it has made.
#[derive(Debug, Clone)]
pub struct Adam<T> {
    /// Of every parameter.
    learning_rates: AlignedVec<T>,
    step: i32,
    first: AlignedVec<T>,
    second: AlignedVec<T>,
}

impl<T: Real> Adam<T> {
    /// An optimizer of as many parameters as there are learning rates, one for each, that has seen
    /// no gradient.
    pub fn new(learning_rates: &[T]) -> Self {
        let mut zeros = aligned();
        zeros.resize(learning_rates.len(), T::ZERO);
        Self {
            step: 0,
            first: zeros.clone(),
            second: zeros,
            learning_rates: AlignedVec::from_slice(0, learning_rates),
        }
    }

    /// Moves parameters along their gradients.
    pub fn step(&mut self, parameters: &mut [T], gradients: &[T]) {
        self.step += 1;
        let correction1 = 1.0 - BETA1.powi(self.step);
        let correction2 = 1.0 - BETA2.powi(self.step);
        vectorized(Update {
            parameters,
            gradients,
            first: &mut self.first,
            second: &mut self.second,
            learning_rates: &self.learning_rates,
            size: T::from_f64(1.0 / correction1),
            scale: T::from_f64(1.0 / correction2.sqrt()),
        });
    }
}

struct Update<'a, T> {
    parameters: &'a mut [T],
    gradients: &'a [T],
    learning_rates: &'a [T],
    first: &'a mut [T],
    second: &'a mut [T],
    size: T,
    scale: T,
}

/// Drops a moment that moves no parameter any more, before it fades into subnormal numbers, with
/// which processors compute a hundred times slower.
#[inline(always)]
fn kept<T: Real>(moment: T) -> T {
    let tiny = T::from_f64(1e-30);
    if moment > -tiny && moment < tiny {
        T::ZERO
    } else {
        moment
    }
}

impl<T: Real> Work for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let (size, scale, epsilon) = (self.size, self.scale, T::from_f64(EPSILON));
        let (beta1, rest1) = (T::from_f64(BETA1), T::from_f64(1.0 - BETA1));
        let (beta2, rest2) = (T::from_f64(BETA2), T::from_f64(1.0 - BETA2));
        let values = self.parameters.iter_mut().zip(self.gradients);
        let moments = self.first.iter_mut().zip(self.second);
        let each = values.zip(moments).zip(self.learning_rates);
        for (((parameter, &g), (first, second)), &rate) in each {
            *first = kept(beta1 * *first + rest1 * g);
            *second = kept(beta2 * *second + rest2 * g * g);
            *parameter -= rate * size * *first / (second.sqrt() * scale + epsilon);
        }
    }
}

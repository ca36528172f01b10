//! Adam, as PyTorch computes it (no weight decay).

use super::kernels::{Work, vectorized};
use super::real::Real;

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Adam's two moments of some parameters, and how many steps it has made.
#[derive(Debug, Clone)]
pub struct Adam<T> {
    learning_rate: f64,
    step: i32,
    first: Vec<T>,
    second: Vec<T>,
}

impl<T: Real> Adam<T> {
    /// An optimizer of `count` parameters that has seen no gradient.
    pub fn new(count: usize, learning_rate: f64) -> Self {
        Self {
            learning_rate,
            step: 0,
            first: vec![T::ZERO; count],
            second: vec![T::ZERO; count],
        }
    }

    /// Moves the first `count` parameters along their gradients, which it sets to zero.
    pub fn step(&mut self, parameters: &mut [T], gradients: &mut [T]) {
        self.step += 1;
        let correction1 = 1.0 - BETA1.powi(self.step);
        let correction2 = 1.0 - BETA2.powi(self.step);
        vectorized(Update {
            parameters,
            gradients,
            first: &mut self.first,
            second: &mut self.second,
            size: T::from_f64(self.learning_rate / correction1),
            scale: T::from_f64(1.0 / correction2.sqrt()),
        });
    }
}

struct Update<'a, T> {
    parameters: &'a mut [T],
    gradients: &'a mut [T],
    first: &'a mut [T],
    second: &'a mut [T],
    size: T,
    scale: T,
}

impl<T: Real> Work for Update<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (size, scale, epsilon) = (self.size, self.scale, T::from_f64(EPSILON));
        let (beta1, rest1) = (T::from_f64(BETA1), T::from_f64(1.0 - BETA1));
        let (beta2, rest2) = (T::from_f64(BETA2), T::from_f64(1.0 - BETA2));
        let values = self.parameters.iter_mut().zip(self.gradients);
        let moments = self.first.iter_mut().zip(self.second);
        for ((parameter, gradient), (first, second)) in values.zip(moments) {
            let g = *gradient;
            *gradient = T::ZERO;
            *first = beta1 * *first + rest1 * g;
            *second = beta2 * *second + rest2 * g * g;
            *parameter -= size * *first / (second.sqrt() * scale + epsilon);
        }
    }
}

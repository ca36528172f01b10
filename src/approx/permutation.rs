//! Random orders that are the same for a seed wherever and whenever they are drawn.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A random order of `0..length`, each equally likely: Fisher–Yates, written out so that the order
/// for a seed does not hang on a library's version.
pub fn permutation(length: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    shuffle(&mut order, rng);
    order
}

/// Brings `items` into a random order.
pub fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, rng.random_range(0..=last));
    }
}

//! One side of a matrix, cut into segments or by a factor.

use std::ops::Range;

/// The `count` segments of a side of `length`, as `numpy.array_split` cuts it: the first
/// `length mod count` have one entry more than the others. `count` of zero gives none.
pub fn segments(length: usize, count: usize) -> Vec<Range<usize>> {
    (0..count)
        .map(|i| boundary(length, count, i)..boundary(length, count, i + 1))
        .collect()
}

/// The beginning of segment `i`.
fn boundary(length: usize, count: usize, i: usize) -> usize {
    let (short, longer) = (length / count, length % count);
    i * short + i.min(longer)
}

/// The numbers that divide a side's length, in ascending order. Cost: the root of the length.
pub fn divisors(length: usize) -> Vec<usize> {
    let roots = (1..=length.isqrt()).filter(|one| length.is_multiple_of(*one));
    let small: Vec<usize> = roots.collect();
    let large = small.iter().rev().map(|one| length / one);
    let large: Vec<usize> = large.filter(|one| one * one > length).collect();
    [small, large].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn segments_are_those_of_numpy_array_split() {
        // numpy.array_split(range(10), 4) and (range(28), 3)
        assert_eq!(segments(10, 4), [0..3, 3..6, 6..8, 8..10]);
        assert_eq!(segments(28, 3), [0..10, 10..19, 19..28]);
        assert_eq!(segments(2, 3), [0..1, 1..2, 2..2]);
    }

    #[test]
    fn divisors_are_all_of_them_once() {
        for length in 1..200 {
            let counted: Vec<usize> = (1..=length).filter(|d| length % d == 0).collect();
            assert_eq!(divisors(length), counted);
        }
        assert!(divisors(0).is_empty());
    }

    proptest! {
        #[test]
        fn segments_cover_the_side_once(length in 0usize..3000, count in 1usize..100) {
            let cut = segments(length, count);
            prop_assert_eq!(cut.len(), count);
            let mut at = 0;
            for segment in &cut {
                prop_assert_eq!(segment.start, at);
                prop_assert!(segment.len() == length / count || segment.len() == length / count + 1);
                at = segment.end;
            }
            prop_assert_eq!(at, length);
        }
    }
}

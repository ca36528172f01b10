//! One side of a matrix, cut into segments.

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

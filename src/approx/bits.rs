//! The bits that it takes to store a choice that was made from the data.

/// Bits of one of the numbers that parameters are counted in.
pub const BITS_OF_NUMBER: usize = 32;

/// Bits that tell one of `many` things: ⌈log₂ many⌉.
pub fn to_tell(many: usize) -> usize {
    match many {
        0 | 1 => 0,
        many => (many - 1).ilog2() as usize + 1,
    }
}

/// The numbers of 32 bits that hold so many bits.
pub fn as_numbers(bits: usize) -> usize {
    bits.div_ceil(BITS_OF_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_rounded_logarithm() {
        for many in 1..5000 {
            assert_eq!(
                to_tell(many),
                (many as f64).log2().ceil() as usize,
                "{many}"
            );
        }
        assert_eq!(to_tell(784), 10);
        assert_eq!([0, 1, 32, 33].map(as_numbers), [0, 1, 1, 2]);
    }
}

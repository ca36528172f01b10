//! The number type of a training run: `f32` in the program, `f64` where it is checked.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use pulp::Simd;

/// A floating-point number that a network can be made of, alone and in the processor's vectors.
pub trait Real:
    Copy
    + Debug
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Sum
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The number as `f64`.
    fn to_f64(self) -> f64;
    /// The square root.
    fn sqrt(self) -> Self;
    /// The exponential function.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;

    /// So many numbers as the processor computes with at once.
    type Vector<S: Simd>: Copy;
    /// The number of those; a divisor of 16.
    fn lanes<S: Simd>() -> usize;
    /// A vector of one number.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// `a b + c`, rounded once where the processor can.
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// The numbers as vectors, without those left over.
    fn vectors<S: Simd>(numbers: &[Self]) -> &[Self::Vector<S>];
    /// The numbers as vectors, without those left over.
    fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> &mut [Self::Vector<S>];
    /// The first numbers; the rest of the vector is zero.
    fn load<S: Simd>(simd: S, numbers: &[Self]) -> Self::Vector<S>;
    /// Writes as many numbers as there is room for.
    fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: Self::Vector<S>);
}

macro_rules! real {
    ($type:ident, $exp:path, $vector:ident, $lanes:ident, $splat:ident, $mul_add:ident,
     $vectors:ident, $vectors_mut:ident, $load:ident, $store:ident) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline(always)]
            fn ln(self) -> Self {
                self.ln()
            }

            type Vector<S: Simd> = S::$vector;
            #[inline(always)]
            fn lanes<S: Simd>() -> usize {
                S::$lanes
            }
            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: Self) -> S::$vector {
                simd.$splat(value)
            }
            #[inline(always)]
            fn mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn vectors<S: Simd>(numbers: &[Self]) -> &[S::$vector] {
                S::$vectors(numbers).0
            }
            #[inline(always)]
            fn vectors_mut<S: Simd>(numbers: &mut [Self]) -> &mut [S::$vector] {
                S::$vectors_mut(numbers).0
            }
            #[inline(always)]
            fn load<S: Simd>(simd: S, numbers: &[Self]) -> S::$vector {
                match S::$vectors(numbers).0 {
                    [whole, ..] => *whole,
                    [] => simd.$load(numbers),
                }
            }
            #[inline(always)]
            fn store<S: Simd>(simd: S, numbers: &mut [Self], vector: S::$vector) {
                match S::$vectors_mut(numbers).0 {
                    [whole, ..] => *whole = vector,
                    [] => simd.$store(numbers, vector),
                }
            }
        }
    };
}

real!(
    f32,
    exp,
    f32s,
    F32_LANES,
    splat_f32s,
    mul_add_e_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s
);
real!(
    f64,
    f64::exp,
    f64s,
    F64_LANES,
    splat_f64s,
    mul_add_e_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s
);

/// `eˣ` to within two units in the last place, for `x` up to 88. The system's function is a call
/// that the loops here would mostly wait for, and differs from system to system.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding this rounds to a whole number: there are no bits left for a fraction.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two numbers, the first short enough that its multiples are exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    const SMALLEST: f32 = -87.0;
    // Not `max`, which would hide NaN.
    let inside = if x < SMALLEST { SMALLEST } else { x };
    let rounded = inside * std::f32::consts::LOG2_E + ROUND;
    let twos = rounded - ROUND;
    let rest = (inside - twos * LN_2[0]) - twos * LN_2[1];
    let mut series = 1.0 / 5040.0;
    for factor in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        series = series * rest + factor;
    }
    // The whole number stands in the last bits; an exponent has 23 bits below it and begins at 127.
    let power = f32::from_bits((rounded.to_bits().wrapping_add(127)) << 23);
    if x < SMALLEST { 0.0 } else { series * power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place() {
        for step in -87_000..=8_700 {
            let x = step as f32 / 1000.0;
            let true_value = f64::from(x).exp();
            let unit = f64::from(f32::EPSILON) * true_value;
            assert!((f64::from(exp(x)) - true_value).abs() <= 2.0 * unit, "{x}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-1e30), 0.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
    }
}

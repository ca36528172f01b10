//! The noise that weights stored in few bits leave in their difference.

use nalgebra::DMatrix;

/// Bits of the significand of an element type, the leading one included; nothing where its values are exact.
fn significand(dtype: &str) -> Option<i32> {
    match dtype {
        "F8_E5M2" => Some(3),
        "F8_E4M3" => Some(4),
        "BF16" => Some(8),
        "F16" | "float16" => Some(11),
        "F32" | "float32" => Some(24),
        _ => None,
    }
}

/// The expected ‖noise‖² of values that were rounded to an element type: each is off by up to half a unit in
/// its last place, evenly, which is a twelfth of the unit's square.
pub fn rounding_energy(values: &DMatrix<f64>, dtype: &str) -> f64 {
    let Some(bits) = significand(dtype) else {
        return 0.0;
    };
    let unit = |value: &f64| match *value {
        0.0 => 0.0,
        value => 2_f64.powi(value.abs().log2().floor() as i32 + 1 - bits),
    };
    values.iter().map(|value| unit(value).powi(2)).sum::<f64>() / 12.0
}

#[cfg(test)]
mod tests {
    use half::bf16;

    use super::*;

    #[test]
    fn the_noise_of_rounded_values_is_as_expected() {
        // Values spread over several powers of two, with nothing regular in their last bits.
        let exact = DMatrix::from_fn(200, 100, |i, j| {
            ((i * 7919 + j * 104_729) % 99_991) as f64 / 31.7 - 1500.3
        });
        let rounded = exact.map(|value| f64::from(bf16::from_f64(value)));
        let found = (&rounded - &exact).norm_squared();
        let expected = rounding_energy(&rounded, "BF16");
        assert!((found / expected - 1.0).abs() < 0.05, "{found} {expected}");
        assert_eq!(rounding_energy(&rounded, "I8"), 0.0);
    }
}

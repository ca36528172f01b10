//! Ticks: inside the axis, in order, told apart.

use localized_lora::figure::ticks::{Tick, linear, logarithmic, whole};
use proptest::prelude::*;

fn check(ticks: &[Tick], low: f64, high: f64) {
    for tick in ticks {
        assert!(
            (low..=high).contains(&tick.value),
            "{tick:?} in {low:e}..{high:e}"
        );
    }
    for pair in ticks.windows(2) {
        assert!(pair[0].value < pair[1].value, "{pair:?}");
    }
    let mut labels: Vec<&str> = ticks.iter().map(|tick| tick.label.as_str()).collect();
    labels.retain(|label| !label.is_empty());
    let count = labels.len();
    labels.sort_unstable();
    labels.dedup();
    assert_eq!(labels.len(), count, "{ticks:?}");
}

/// Any size from 1e-300 to 1e300.
fn magnitude() -> impl Strategy<Value = f64> {
    (-300.0..300.0f64).prop_map(|exponent| 10f64.powf(exponent))
}

proptest! {
    #[test]
    fn linear_ticks_of_any_axis(a in magnitude(), b in magnitude(), sign in 0..3, wanted in 0usize..12) {
        let (a, b) = [(a, b), (-a, b), (-a, -b)][sign as usize];
        let (low, high) = (a.min(b), a.max(b));
        check(&linear(low, high, wanted), low, high);
    }

    #[test]
    fn linear_ticks_of_a_narrow_axis(middle in magnitude(), share in 1e-12..1.0f64, wanted in 2usize..9) {
        let (low, high) = (middle, middle * (1.0 + share));
        let ticks = linear(low, high, wanted);
        check(&ticks, low, high);
        prop_assert!(ticks.len() <= wanted + 1, "{ticks:?}");
    }

    #[test]
    fn logarithmic_ticks_of_any_axis(a in magnitude(), b in magnitude(), wanted in 0usize..12) {
        let (low, high) = (a.min(b), a.max(b));
        let ticks = logarithmic(low, high, wanted);
        check(&ticks, low, high);
        if high / low > 1e6 && wanted >= 2 {
            prop_assert!(ticks.iter().filter(|tick| !tick.label.is_empty()).count() >= 1);
        }
    }
}

fn labels(ticks: &[Tick]) -> String {
    let labels = ticks.iter().map(|tick| tick.label.as_str());
    labels
        .filter(|label| !label.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn familiar_axes_read_as_one_would_write_them() {
    assert_eq!(labels(&linear(0.0, 1.0, 5)), "0 0.2 0.4 0.6 0.8 1.0");
    assert_eq!(labels(&linear(0.0, 784.0, 5)), "0 200 400 600");
    assert_eq!(labels(&linear(-1.0, 1.0, 5)), "−1.0 −0.5 0 0.5 1.0");
    assert_eq!(labels(&linear(0.0, 1e-7, 2)), "0 5·10⁻⁸ 10⁻⁷");
    assert_eq!(labels(&logarithmic(1.0, 100.0, 6)), "1 2 5 10 20 50 100");
    assert_eq!(labels(&logarithmic(1e-8, 10.0, 5)), "10⁻⁸ 10⁻⁶ 10⁻⁴ 0.01 1");
}

#[test]
fn an_axis_without_length_has_no_ticks() {
    for (low, high) in [
        (1.0, 1.0),
        (2.0, 1.0),
        (f64::NAN, 1.0),
        (0.0, f64::INFINITY),
        (f64::NEG_INFINITY, 0.0),
        (1e300, 1e300 * (1.0 + f64::EPSILON)),
    ] {
        assert!(linear(low, high, 5).len() <= 2, "{low:e} to {high:e}");
        assert!(logarithmic(low, high, 5).len() <= 2, "{low:e} to {high:e}");
    }
    assert!(logarithmic(0.0, 1.0, 5).is_empty());
    assert!(logarithmic(-1.0, 1.0, 5).is_empty());
}

#[test]
fn an_axis_that_counts_has_whole_numbers() {
    for (low, high) in [(0.9, 1.1), (0.96, 1.54), (0.4, 15.6), (4.05, 4.95)] {
        let ticks = whole(low, high, 6);
        check(&ticks, low, high);
        assert!(ticks.iter().all(|tick| tick.value.fract() == 0.0));
        assert!(ticks.iter().all(|tick| !tick.label.contains('.')));
    }
    assert_eq!(whole(0.9, 1.1, 6).len(), 1);
}

//! The ticks of an axis.

use super::label;

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value it stands at, within the axis.
    pub value: f64,
    /// The label; empty for a minor tick.
    pub label: String,
}

/// Ticks at 1, 2 or 5 times a power of ten within `low..=high`, at most about `wanted` of them.
pub fn linear(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    even(low, high, wanted, 0.0)
}

/// Ticks at whole numbers only, for an axis that counts.
pub fn whole(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    even(low, high, wanted, 1.0)
}

fn even(low: f64, high: f64, wanted: usize, least_step: f64) -> Vec<Tick> {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return Vec::new();
    }
    let step = nice_step(span / wanted.max(1) as f64).max(least_step);
    let first = (low / step).ceil();
    let last = (high / step).floor();
    // Below the resolution of f64 there is nothing left to count.
    if !(first.is_finite() && last - first < 1000.0 && first + 1.0 > first) {
        return Vec::new();
    }
    let mut ticks: Vec<Tick> = (0..=(last - first) as usize)
        .map(|i| (first + i as f64) * step)
        .filter(|value| (low..=high).contains(value))
        .map(|value| Tick {
            value,
            label: label::tick(value, step),
        })
        .collect();
    ticks.dedup_by(|a, b| a.value == b.value || a.label == b.label);
    ticks
}

/// Ticks for a logarithmic axis: powers of ten, every so many when there are many, with 2 and 5
/// labelled between them when there are few. Both ends must be positive.
pub fn logarithmic(low: f64, high: f64, wanted: usize) -> Vec<Tick> {
    if !(low > 0.0 && high > low && high.is_finite()) {
        return Vec::new();
    }
    let decades = high.log10() - low.log10();
    if decades < 0.7 {
        let ticks = linear(low, high, wanted);
        return ticks.into_iter().filter(|tick| tick.value > 0.0).collect();
    }
    let wanted = wanted.max(2);
    let first = low.log10().floor() as i32;
    let last = high.log10().ceil() as i32;
    let every = ((decades / wanted as f64).ceil() as i32).max(1);
    let between: &[f64] = match () {
        () if decades * 3.0 <= wanted as f64 => &[1.0, 2.0, 5.0],
        () if decades < 1.5 => &[1.0, 3.0],
        () => &[1.0],
    };
    let mut ticks = Vec::new();
    for exponent in first..=last {
        for digit in 1..=9 {
            let value = power(f64::from(digit), exponent);
            if !(low..=high).contains(&value) {
                continue;
            }
            let labelled = exponent.rem_euclid(every) == 0 && between.contains(&f64::from(digit));
            // Minor ticks only between neighbouring decades.
            if labelled || every == 1 || digit == 1 {
                let label = if labelled {
                    log_label(digit, exponent)
                } else {
                    String::new()
                };
                ticks.push(Tick { value, label });
            }
        }
    }
    ticks
}

/// Parsed rather than multiplied, so that a tick is the number its label says.
fn power(digit: f64, exponent: i32) -> f64 {
    format!("{digit}e{exponent}").parse().unwrap_or(f64::NAN)
}

fn log_label(digit: i32, exponent: i32) -> String {
    match exponent {
        -2..=3 => label::short(power(f64::from(digit), exponent)),
        _ if digit == 1 => format!("10{}", label::superscript(&exponent.to_string())),
        _ => format!("{digit}·10{}", label::superscript(&exponent.to_string())),
    }
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
fn nice_step(step: f64) -> f64 {
    let exponent = step.log10().floor() as i32;
    [(1.0, 0), (2.0, 0), (5.0, 0), (1.0, 1)]
        .into_iter()
        .map(|(digit, carry)| power(digit, exponent + carry))
        .find(|nice| *nice >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}

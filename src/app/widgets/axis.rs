//! Where the lines of plots stand: as many as can be read, at numbers that people count by.

use egui_plot::{GridInput, GridMark};

use crate::figure::label;

/// About so many lines cross a plot.
const LINES: f64 = 6.0;

/// Lines at 1, 2 or 5 times a power of ten, all of one strength.
pub fn even(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return Vec::new();
    }
    let rough = span / LINES;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|digit| digit * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    (first..=last)
        .map(|count| GridMark {
            value: count as f64 * step,
            step_size: step,
        })
        .collect()
}

/// A mark's number with the decimals that its step needs.
pub fn number(mark: GridMark) -> String {
    let decimals = (-mark.step_size.log10()).ceil().clamp(0.0, 9.0) as usize;
    let text = format!("{:.decimals$}", mark.value);
    // Rounding must not leave a minus before zero.
    if text.trim_start_matches(['-', '0', '.']).is_empty() {
        "0".to_owned()
    } else {
        text
    }
}

/// A count with its thousands apart.
pub fn count(mark: GridMark) -> String {
    if mark.value < 0.0 {
        return number(mark);
    }
    label::count(mark.value.round() as usize)
}

/// The number whose decimal logarithm the mark is.
pub fn power(mark: GridMark) -> String {
    label::short(10_f64.powf(mark.value))
}

/// Lines for an axis of decimal logarithms: whole powers over many decades, 1, 2 and 5 over a few,
/// and whatever is even within one.
pub fn powers(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if high - low > 4.0 {
        return whole(input);
    }
    let marks = decades(input);
    if marks.len() < 3 { even(input) } else { marks }
}

/// The same for counts: never between two whole numbers.
pub fn whole(input: &GridInput) -> Vec<GridMark> {
    let mut marks = even(input);
    marks.retain(|mark| mark.value.fract().abs() < 1e-9);
    marks
}

/// 1, 2 and 5 of every decade of an axis of decimal logarithms.
pub fn decades(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let decades = low.floor() as i32..=high.ceil() as i32;
    let marks = decades.flat_map(|decade| {
        [1.0_f64, 2.0, 5.0].map(|digit| GridMark {
            value: f64::from(decade) + digit.log10(),
            step_size: if digit == 1.0 { 1.0 } else { 0.3 },
        })
    });
    marks
        .filter(|mark| (low..=high).contains(&mark.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(marks: &[GridMark]) -> Vec<f64> {
        marks.iter().map(|mark| mark.value).collect()
    }

    fn seen(low: f64, high: f64) -> GridInput {
        GridInput {
            bounds: (low, high),
            base_step_size: 0.01,
        }
    }

    #[test]
    fn lines_stand_at_round_numbers() {
        assert_eq!(
            values(&even(&seen(-0.3, 10.4))),
            [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
        );
        assert_eq!(
            values(&even(&seen(0.0, 580.0))),
            [0.0, 100.0, 200.0, 300.0, 400.0, 500.0]
        );
        assert_eq!(values(&whole(&seen(0.9, 3.1))), [1.0, 2.0, 3.0]);
        assert!(even(&seen(1.0, 1.0)).is_empty());
        assert!(even(&seen(0.0, f64::INFINITY)).is_empty());
    }

    #[test]
    fn numbers_have_the_decimals_of_their_step() {
        let number = |value, step_size| number(GridMark { value, step_size });
        assert_eq!(number(0.5, 0.5), "0.5");
        assert_eq!(number(-1e-17, 0.5), "0");
        assert_eq!(number(20.0, 10.0), "20");
        assert_eq!(number(0.05, 0.05), "0.05");
    }

    #[test]
    fn logarithms_read_as_the_numbers_that_they_stand_for() {
        let power = |value| {
            power(GridMark {
                value,
                step_size: 1.0,
            })
        };
        assert_eq!(power(-15.0), "10⁻¹⁵");
        assert_eq!(power(2.0), "100");
        assert_eq!(values(&powers(&seen(-12.0, 4.0))), [-10.0, -5.0, 0.0]);
        assert_eq!(powers(&seen(0.0, 1.0)).len(), 4);
        assert!(powers(&seen(1.15, 1.3)).len() >= 3);
    }

    #[test]
    fn decades_in_view_have_their_lines_and_no_others() {
        let marks = values(&decades(&seen(-0.2, 1.1)));
        let expected = [0.0, 2_f64.log10(), 5_f64.log10(), 1.0];
        assert_eq!(marks.len(), expected.len());
        for (mark, expected) in marks.iter().zip(expected) {
            assert!((mark - expected).abs() < 1e-12);
        }
    }
}

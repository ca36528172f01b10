//! One form for numbers that stand together.

use nalgebra::DMatrix;

use super::{minus, powered, short};

/// The form of the numbers of a column: for all the decimals that give the smallest three digits, or three
/// digits for each where their sizes differ too much for that.
pub fn in_column(values: &[f64]) -> impl Fn(f64) -> String + use<> {
    let sizes = values.iter().map(|value| value.abs());
    let sizes = sizes.filter(|size| size.is_finite() && *size != 0.0);
    let whole = |size: f64| size.log10().floor() as i32;
    let ends = sizes.fold(None, |ends: Option<(i32, i32)>, size| {
        let (low, high) = ends.unwrap_or((whole(size), whole(size)));
        Some((low.min(whole(size)), high.max(whole(size))))
    });
    let (low, high) = ends.unwrap_or_default();
    let decimals = (low >= -3 && high <= 4 && high - low <= 3).then(|| (2 - low).max(0) as usize);
    move |value| match decimals {
        Some(decimals) if value.is_finite() => minus(&format!("{value:.decimals$}")),
        _ => three_digits(value),
    }
}

/// The form of the numbers in the cells of one picture: the decimals that give the largest four digits, for all,
/// or fewer where none has more.
pub fn in_cells(values: &DMatrix<f64>) -> impl Fn(f64) -> String + use<> {
    let finite = values.iter().filter(|value| value.is_finite());
    let largest = finite
        .clone()
        .fold(0.0, |most: f64, value| most.max(value.abs()));
    let most = (3 - largest.max(1e-300).log10().floor() as i32).clamp(1, 4) as usize;
    let own = |value: &f64| {
        let written = format!("{value:.most$}");
        let (_, decimals) = written.split_once('.').unwrap_or_default();
        decimals.trim_end_matches('0').len()
    };
    // Zeros at the end of all of them say nothing.
    let decimals = finite.map(own).max().unwrap_or_default();
    let usual = (1e-3..1e5).contains(&largest);
    move |value| match usual && value != 0.0 && value.is_finite() {
        true => minus(&format!("{:.decimals$}", rounded(value, decimals))),
        false => short(value),
    }
}

/// A value at so many decimals; no minus stands before a zero.
fn rounded(value: f64, decimals: usize) -> f64 {
    match value.abs() < 0.5 * 0.1_f64.powi(decimals as i32) {
        true => 0.0,
        false => value,
    }
}

/// A number with three digits, none of them taken away: `2.50·10⁻⁷`, `0.250`, `250`.
fn three_digits(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return short(value);
    }
    match (1e-3..1e5).contains(&value.abs()) {
        true => {
            let decimals = (2 - value.abs().log10().floor() as i32).max(0) as usize;
            minus(&format!("{value:.decimals$}"))
        }
        false => powered(&format!("{value:.2e}"), &str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_column_have_one_form() {
        let all = |values: &[f64]| -> Vec<String> {
            let form = in_column(values);
            values.iter().map(|value| form(*value)).collect()
        };
        assert_eq!(
            all(&[12.0, 0.125, 0.0, -3.5]),
            ["12.000", "0.125", "0.000", "−3.500"]
        );
        assert_eq!(all(&[150.0, 2345.6]), ["150", "2346"]);
        assert_eq!(all(&[1e-9, 2.0, f64::NAN]), ["1.00·10⁻⁹", "2.00", "–"]);
        assert_eq!(
            all(&[-2.5e-310, 0.125, 12_345.6, 1e5, 0.0]),
            ["−2.50·10⁻³¹⁰", "0.125", "12346", "1.00·10⁵", "0"]
        );
        assert_eq!((all(&[0.0]), all(&[])), (vec!["0.00".to_owned()], vec![]));
    }

    #[test]
    fn the_numbers_of_cells_have_the_decimals_of_the_largest() {
        let all = |values: &[f64]| -> Vec<String> {
            let form = in_cells(&DMatrix::from_row_slice(1, values.len(), values));
            values.iter().map(|value| form(*value)).collect()
        };
        assert_eq!(
            all(&[-0.3879, 3.2e-9, -0.00004, -0.004406, 0.0, f64::NAN]),
            ["−0.3879", "0.0000", "0.0000", "−0.0044", "0", "–"]
        );
        assert_eq!(all(&[8.0, 16.0, 1.0]), ["8", "16", "1"]);
        assert_eq!(all(&[0.5, -0.25]), ["0.50", "−0.25"]);
        assert_eq!(all(&[2514.25, 0.75]), ["2514.2", "0.8"]);
        assert_eq!(all(&[-5.0, -34.94, 2.04]), ["−5.00", "−34.94", "2.04"]);
        assert_eq!(all(&[2e-5, 1e-7]), ["2·10⁻⁵", "10⁻⁷"]);
        assert_eq!(all(&[f64::NAN]), ["–"]);
        assert!(all(&[]).is_empty());
    }
}

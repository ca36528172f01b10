//! A single column whose numbers have commas of their own.

use super::number::is_number;

/// More digits than a whole number can have to the last one.
const MOST_DIGITS: usize = 17;

/// The first row of a sample in which each line can be one number, where something tells that it
/// is: a single name above, or what stands behind a comma can be no number of its own.
pub(super) fn single_column<'t>(sample: &[&'t str]) -> Option<&'t str> {
    let headers = sample.iter().take_while(|line| !is_number(line.trim()));
    let headers = headers.count();
    let (header, rows) = sample.split_at(headers);
    let first = rows.iter().find(|row| row.contains(','))?;
    if !rows.iter().all(|row| is_number(row.trim())) {
        return None;
    }
    let one = match header {
        [] => rows.iter().any(|row| no_second_cell(row)),
        [name] => {
            is_one_name(name) && !count(rows) && rows.iter().any(|row| !is_pair_of_digits(row))
        }
        _ => false,
    };
    one.then_some(first.trim())
}

fn is_one_name(line: &str) -> bool {
    !line.contains([',', ';', '\t', '|'])
}

/// Whether 0, 1, 2 … or 1, 2, 3 … stand before the commas, as where they number the rows.
fn count(rows: &[&str]) -> bool {
    const ENOUGH: usize = 3;
    let numbers = rows
        .iter()
        .map(|row| row.split(',').next()?.trim().parse::<u64>().ok());
    let numbers: Option<Vec<u64>> = numbers.collect();
    numbers.is_some_and(|numbers| {
        let first = numbers.first().copied().unwrap_or_default();
        numbers.len() >= ENOUGH && first <= 1 && (first..).zip(&numbers).all(|(at, one)| at == *one)
    })
}

/// `1,2`: under a single name two small whole numbers are as likely as one with a comma.
fn is_pair_of_digits(row: &str) -> bool {
    let second = row.trim().split_once(',').map(|(_, second)| second);
    second.is_some_and(|second| second.len() == 1)
}

/// Whether what follows the only comma cannot be a cell: `3,658e+10`, for a number with an exponent
/// has one digit before its point, and more digits than a whole number can have.
fn no_second_cell(row: &str) -> bool {
    let Some((_, second)) = row.trim().split_once(',') else {
        return false;
    };
    let mantissa = second.find(['e', 'E']).map(|end| &second[..end]);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match mantissa {
        Some(mantissa) => mantissa.len() > 1 && digits(mantissa),
        None => second.len() > MOST_DIGITS && digits(second),
    }
}

/// The first row of a sample in which commas may stand before decimals: `1,5, 2,5`, or `1,5` under
/// a single name.
pub(super) fn decimals_among_commas<'t>(sample: &[&'t str]) -> Option<&'t str> {
    let is_row = |line: &&&str| {
        let cells: Vec<&str> = line.trim().split(", ").map(str::trim).collect();
        let decimal = |cell: &&str| cell.matches(',').count() == 1 && is_number(cell);
        let under_name = || sample.len() > 1 && !is_number(sample[0]) && is_one_name(sample[0]);
        (cells.len() > 1 || under_name()) && cells.iter().all(decimal)
    };
    // A header may stand above them, of which not every cell is a number.
    let is_header = |line: &str| !line.split(',').all(|cell| is_number(cell.trim()));
    let rows = match sample {
        [first, rows @ ..] if !rows.is_empty() && is_header(first) => rows,
        rows => rows,
    };
    let all = rows.iter().all(|line| is_row(&line));
    all.then(|| rows.first())??.trim().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_or_a_piece_that_is_no_number_tells_a_single_column() {
        for (sample, first) in [
            (&["Wert", "97,9031", "15,5"][..], Some("97,9031")),
            (&["x", "4,306,560.91"], Some("4,306,560.91")),
            (&["3,658e+10", "-2,13"], Some("3,658e+10")),
            (&["0,123456789012345678"], Some("0,123456789012345678")),
            (&["x,y", "97,9031", "15,5"], None),
            (&["1,2", "3,4"], None),
            (&["1,2e5", "3,4e-7"], None),
            (&["x", "1,2,3", "4,5,6"], None),
            (&["x", "1", "2"], None),
            (&["x", "1,2", "3,4"], None),
            (&["x", "1,97", "2,15", "3,60"], None),
        ] {
            assert_eq!(single_column(sample), first, "{sample:?}");
        }
    }

    #[test]
    fn decimal_commas_among_separating_ones_are_seen() {
        assert_eq!(decimals_among_commas(&["1,5, 2,5"]), Some("1,5, 2,5"));
        assert_eq!(decimals_among_commas(&["x", "1,2", "3,4"]), Some("1,2"));
        let named = ["a, b", "1,5, 2,5", "3,5, 4,5"];
        assert_eq!(decimals_among_commas(&named), Some("1,5, 2,5"));
        for sample in [
            &["1, 2", "3, 4"][..],
            &["1,5", "2,5"],
            &["1,5, 2", "1,5, 2,5"],
        ] {
            assert_eq!(decimals_among_commas(sample), None, "{sample:?}");
        }
    }
}

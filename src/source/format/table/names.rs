//! Whether a line of cells names the columns of the row beneath it.

use super::cells::TextCell;
use super::parse_number;
use super::separator::Separator;

/// Years, as names of columns.
const YEARS: std::ops::RangeInclusive<f64> = 1500.0..=2200.0;

/// Whether a line with numbers is the header of the row below it: years or other names in order
/// under a corner of text, or names in quotation marks above numbers without.
pub(super) fn is_header_of(
    line: &[TextCell<'_>],
    row: &[TextCell<'_>],
    separator: Separator,
) -> bool {
    if is_quoted_header_of(line, row, separator) {
        return true;
    }
    let is_number = |cell: &TextCell<'_>| cell.allows_number(separator);
    if line.len() != row.len() || line.len() < 2 || is_number(&line[0]) {
        return false;
    }
    let (corner, first) = (line[0].text(), row[0].text());
    let nameless = is_nameless(&corner);
    let names_row = !is_number(&row[0]) || (nameless && matches!(first.as_ref(), "0" | "1"));
    if !names_row || first.is_empty() || !row[1..].iter().all(is_number) {
        return false;
    }
    let Some(names) = numbers(&line[1..]) else {
        let texts = line[1..].iter().filter(|cell| !is_number(cell)).count();
        let named = line[1..].iter().all(|cell| !cell.text().is_empty());
        return named && texts > 0 && (nameless || texts * 2 > line.len() - 1);
    };
    let values = numbers(&row[1..]);
    let are_too = |test: fn(&[f64]) -> bool| values.as_deref().is_some_and(test);
    if are_years(&names) {
        return !are_too(are_years);
    }
    let values_too = are_too(are_counted);
    if nameless {
        return are_counted(&names) && (count_from_start(&names) || !values_too);
    }
    // Values with decimals, even `1.0`, are of another kind than names without.
    let of_another_kind = are_digits(&line[1..]) && !are_digits(&row[1..]);
    let enough = names.len() > 2 || of_another_kind;
    enough && are_counted(&names) && (of_another_kind || !values_too) && !are_alike(&corner, &first)
}

/// Names in quotation marks, as R writes them, above numbers without; marks that a decimal comma
/// needs are none.
fn is_quoted_header_of(line: &[TextCell<'_>], row: &[TextCell<'_>], separator: Separator) -> bool {
    let corner = usize::from(line.len() == row.len() && row.len() > 1);
    let name_of_row = usize::from(row.len() > 1);
    (line.len() == row.len() || line.len() + 1 == row.len())
        && line.iter().all(|cell| cell.is_quoted() || cell.is_absent())
        && line[corner..].iter().all(|cell| {
            let name = cell.text();
            !name.is_empty() && !name.contains(',')
        })
        && row[name_of_row..]
            .iter()
            .all(|cell| !cell.is_quoted() && cell.allows_number(separator))
}

/// No name: an empty corner, or what pandas makes of one when it saves a table it has read.
pub(super) fn is_nameless(corner: &str) -> bool {
    corner.is_empty() || corner == "Unnamed: 0"
}

/// `g1` and `g2`: two rows of one table rather than a header and a row.
fn are_alike(corner: &str, name: &str) -> bool {
    let stem = |text: &str| {
        text.trim_end_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    !corner.is_empty() && corner != stem(corner) && stem(corner) == stem(name)
}

/// Cells that are numbers without any doubt; none where one is something else.
fn numbers(cells: &[TextCell<'_>]) -> Option<Vec<f64>> {
    let number = |cell: &TextCell<'_>| parse_number(&cell.text()).filter(|value| value.is_finite());
    cells.iter().map(number).collect()
}

fn are_digits(cells: &[TextCell<'_>]) -> bool {
    let digits = |cell: &TextCell<'_>| cell.text().bytes().all(|byte| byte.is_ascii_digit());
    cells.iter().all(digits)
}

fn are_whole(values: &[f64]) -> bool {
    values.iter().all(|value| value.fract() == 0.0)
}

fn are_years(names: &[f64]) -> bool {
    are_whole(names)
        && names.iter().all(|name| YEARS.contains(name))
        && (names.windows(2).all(|pair| pair[0] < pair[1])
            || names.windows(2).all(|pair| pair[0] > pair[1]))
}

/// 0, 1, 2 …, 1, 2, 3 …, or three and more in equal steps.
fn are_counted(names: &[f64]) -> bool {
    let mut steps = names.windows(2).map(|pair| pair[1] - pair[0]);
    let step = steps.next();
    // Steps such as 0.1 are not exact.
    let close = |first: f64, step: f64| (step - first).abs() <= 1e-9 * first.abs();
    let equal = step.is_some_and(|first| first != 0.0 && steps.all(|step| close(first, step)));
    count_from_start(names) || (names.len() > 2 && equal)
}

/// 0, 1, 2 … or 1, 2, 3 …
fn count_from_start(names: &[f64]) -> bool {
    matches!(names, [first, ..] if *first == 0.0 || *first == 1.0)
        && names.windows(2).all(|pair| pair[1] - pair[0] == 1.0)
}

/// Whether a row is 0, 1, 2 … above one that is not: perhaps column names that a program made up.
pub(super) fn looks_made_up(row: &[TextCell<'_>], below: &[TextCell<'_>]) -> bool {
    let counts = numbers(row)
        .is_some_and(|values| values.first() == Some(&0.0) && count_from_start(&values));
    let in_steps = numbers(below).is_some_and(|values| are_counted(&values));
    row.len() > 2 && below.len() == row.len() && counts && !in_steps
}

//! The columns of a table that are values, from the lines above its rows.

use super::form::{LineAbove, Names, Skipped, TableStructure};
use super::names::is_nameless;

/// The columns of a table, from its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueColumns {
    /// Cells of a row that become values.
    pub count: usize,
    /// The first column names the rows; with the name above it, if it has one.
    pub row_names: Option<String>,
    /// The first column has no name where all others have, and holds no names of rows.
    pub nameless_first: bool,
    /// Every row ends with a separator behind its last value.
    pub trailing_separator: bool,
    /// Lines above the rows that have one cell for each column.
    pub headers: Skipped,
    /// The other lines above the rows.
    pub titles: Skipped,
}

/// Decides which columns are values. A column is dropped only where all others have names, and it
/// holds names of rows; a last column only where it has no name and no values.
pub(super) fn columns(form: &TableStructure<'_>) -> ValueColumns {
    let width = form.first_row.map_or(0, |(_, cells)| cells);
    let named_last = form.above.iter().any(|above| {
        let last = above.cells.last();
        above.cells.len() == width && last.is_some_and(|cell| !cell.text().is_empty())
    });
    let trailing_separator = form.last_is_absent && !named_last;
    let wide = width - usize::from(trailing_separator);
    let above: Vec<Vec<String>> = form
        .above
        .iter()
        .map(|above| names_in(above, wide))
        .collect();
    let (row_names, nameless_first, corner) = first_column(form, &above, wide);
    let mut headers = Skipped::default();
    let mut titles = Skipped::default();
    for (line, names) in form.above.iter().zip(&above) {
        let header = names.len() + usize::from(!corner) == wide;
        let kind = if header { &mut headers } else { &mut titles };
        kind.add(line.line);
    }
    let forgotten = form.lines_above.count - above.len();
    if forgotten > 0 {
        titles = Skipped {
            count: titles.count + forgotten,
            ..form.lines_above
        };
    }
    ValueColumns {
        count: wide - usize::from(row_names.is_some()),
        row_names,
        nameless_first,
        trailing_separator,
        headers,
        titles,
    }
}

/// The names in a line above the rows, without the empty one behind a separator at its end.
fn names_in(above: &LineAbove<'_>, wide: usize) -> Vec<String> {
    let names = above.cells.iter().map(|cell| cell.text().into_owned());
    let mut names: Vec<String> = names.collect();
    if names.len() == wide + 1 && names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

/// The name above the first column where that names the rows, whether it has no name and names no
/// rows, and whether a header has a place for its name at all.
fn first_column(
    form: &TableStructure<'_>,
    above: &[Vec<String>],
    wide: usize,
) -> (Option<String>, bool, bool) {
    let all_named =
        |names: &[String]| !names.is_empty() && names.iter().all(|name| !name.is_empty());
    let mut nearest = above.iter().rev();
    let full = nearest.find(|names| wide > 1 && names.len() == wide && all_named(&names[1..]));
    if let Some(names) = full {
        let nameless = is_nameless(&names[0]);
        let names_rows = match form.names {
            Names::Texts => true,
            Names::Counted { .. } | Names::Mixed => nameless,
            Names::None => false,
        };
        let corner = names_rows.then(|| names[0].clone());
        return (corner, nameless && !names_rows, true);
    }
    if !above
        .iter()
        .any(|names| names.len() + 1 == wide && all_named(names))
    {
        return (None, false, true);
    }
    let all_quoted = |line: &LineAbove<'_>| line.cells.iter().all(|cell| cell.is_quoted());
    let names_rows = match form.names {
        Names::Texts => true,
        // A title of one word stands above × and y as well.
        Names::Counted { quoted } => wide > 2 || (quoted && form.above.iter().any(all_quoted)),
        Names::Mixed | Names::None => false,
    };
    (names_rows.then(String::new), false, !names_rows)
}

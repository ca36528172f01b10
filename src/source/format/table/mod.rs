//! Tables of text: CSV, TSV and their relatives.

use nalgebra::DMatrix;

mod cells;
mod column;
mod detect;
mod form;
mod header;
mod names;
mod number;
mod separator;

use self::cells::{LineKind, Lines, TextCell, is_spreadsheet_error};
use self::detect::{Detection, Doubt, declared, detect};
use self::form::{Skipped, TableStructure, survey};
use self::header::{ValueColumns, columns};
pub(super) use self::number::plain as parse_number;
use self::separator::Separator;
use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatFamily, Sign};
use super::text::can_be_text;
use super::unread;
use crate::source::error::one_line;
use crate::source::matrix::zeros;
use crate::source::{Limits, LoadedMatrix, SourceError};
use crate::text::clean;

const EXPECTED: &str = "a table of numbers";

/// Numbers in rows of text.
pub struct TextTable;

impl FileFormat for TextTable {
    fn name(&self) -> &'static str {
        "CSV, TSV and other tables of text"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["csv", "tsv", "txt", "dat"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Text
    }

    /// All text may be a table but for that which is known to be something else.
    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::likely(can_be_text(start.bytes) && unread::recognize(start).is_none())
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        read(input.name, &input.text(&bytes)?, input.limits)
    }
}

/// Reads a table of numbers from text whose line ends are all `\n`.
///
/// The separator is found from the first lines (tab, semicolon, bar, comma, blanks), or named by a
/// first line `sep=;`. Leading lines without a number are titles and headers, lines after `#`
/// comments. A first column of row names is left out where all other columns have names. All that
/// is left out, and every number that could be read otherwise, is said in a note.
fn read(name: &str, text: &str, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let declared = declared(text);
    let (Detection { separator, doubt }, start) = match declared {
        None => (detect(text), (0, 1)),
        Some((separator, at)) => {
            let doubt = None;
            (Detection { separator, doubt }, (at, 2))
        }
    };
    let lines = Lines::new(name, text, start, separator, limits.max_cells);
    let form = survey(lines.clone(), separator, limits.max_cells)?;
    let Some((first_row, _)) = form.first_row else {
        return Err(no_numbers(name, &form));
    };
    let columns = columns(&form);
    let mut rows = Rows {
        name,
        separator,
        form: &form,
        columns: &columns,
        rows: 0,
        matrix: zeros(name, (form.rows, columns.count), limits)?,
    };
    rows.read(lines, first_row)?;
    let mut loaded = LoadedMatrix::new(name, rows.matrix);
    loaded.notes = notes(&form, &columns);
    loaded
        .notes
        .extend(doubt.map(|doubt| in_doubt(&doubt, &form)));
    if declared.is_some() {
        let line = text.split('\n').next().unwrap_or_default();
        let note = format!("the first line, {}, names the separator", one_line(line));
        loaded.notes.insert(0, note);
    }
    Ok(loaded)
}

fn too_large(name: &str, cells: usize) -> SourceError {
    SourceError::TooLarge {
        name: name.to_owned(),
        what: format!("more than {cells} cells"),
        limit: format!("{cells} cells"),
    }
}

/// Names the first cell that is no number.
fn no_numbers(name: &str, form: &TableStructure<'_>) -> SourceError {
    let first = form.above.front();
    let cell = first.and_then(|above| above.cells.iter().find(|cell| !cell.text().is_empty()));
    let reason = match (first, cell) {
        (Some(above), Some(cell)) => format!(
            "it has no line of numbers: line {} has {}",
            above.line,
            describe(&cell.text())
        ),
        _ if form.comments.count > 0 => "it has no line of numbers, only comments".to_owned(),
        _ => "it has no line of numbers, only blank lines".to_owned(),
    };
    SourceError::damaged(name, EXPECTED, reason)
}

struct Rows<'a, 't> {
    name: &'a str,
    separator: Separator,
    form: &'a TableStructure<'t>,
    columns: &'a ValueColumns,
    rows: usize,
    matrix: DMatrix<f64>,
}

impl<'t> Rows<'_, 't> {
    fn read(&mut self, mut lines: Lines<'t>, first_row: u64) -> Result<(), SourceError> {
        let mut cells = Vec::new();
        while let Some(line) = lines.read(&mut cells)? {
            if line.kind == LineKind::Cells && line.number >= first_row {
                self.add(line.number, &cells)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, line: u64, all: &[TextCell<'t>]) -> Result<(), SourceError> {
        let columns = self.columns;
        let mut cells = all;
        if columns.row_names.is_some() {
            cells = &cells[1..];
        }
        if columns.trailing_separator && cells.len() == columns.count + 1 {
            cells = &cells[..columns.count];
        }
        let row = self.rows + 1;
        if cells.len() != columns.count {
            return Err(SourceError::Ragged {
                name: self.name.to_owned(),
                place: format!("row {row} (line {line})"),
                found: cells.len(),
                expected: columns.count,
            });
        }
        for (col, cell) in (1..).zip(cells) {
            let value = self.number(*cell).filter(|value| value.is_finite());
            let value = value.ok_or_else(|| self.bad_cell(*cell, row, col, line))?;
            self.matrix[(row - 1, col - 1)] = value;
        }
        self.rows = row;
        Ok(())
    }

    fn number(&self, cell: TextCell<'_>) -> Option<f64> {
        let known = cell.allows_number(self.separator);
        known.then(|| self.form.meanings.value(&cell.text()))?
    }

    fn bad_cell(&self, cell: TextCell<'_>, row: usize, col: usize, line: u64) -> SourceError {
        let text = cell.text();
        let after = match self.columns.row_names {
            Some(_) => " after the row names",
            None => "",
        };
        SourceError::Cell {
            name: self.name.to_owned(),
            place: format!("row {row}, column {col}{after} (line {line}, all counted from 1)"),
            problem: if self.form.meanings.leave_open(&text) {
                format!("'{text}', which can be read in two ways,")
            } else {
                describe(&text)
            },
        }
    }
}

/// A description of a cell that has no finite number.
fn describe(cell: &str) -> String {
    const SHOWN: usize = 30;
    if cell.is_empty() {
        return "an empty cell".to_owned();
    }
    if let Ok(value) = cell.parse::<f64>() {
        return if value.is_nan() {
            "NaN"
        } else {
            "an infinite value"
        }
        .to_owned();
    }
    let start: String = cell.chars().take(SHOWN).collect();
    let rest = if start.len() < cell.len() { "…" } else { "" };
    let start = clean(&start);
    let quoted = format!("'{start}{rest}'");
    if is_spreadsheet_error(cell) {
        format!("a spreadsheet's error, {quoted},")
    } else if cell
        .strip_suffix('%')
        .is_some_and(|number| number::is_number(number.trim()))
    {
        format!("a percentage, {quoted},")
    } else {
        quoted
    }
}

/// A note on how a row was read whose commas could mean something else.
fn in_doubt(doubt: &Doubt<'_>, form: &TableStructure<'_>) -> String {
    match doubt {
        Doubt::OneNumber(row) => {
            let value = form.meanings.value(row).map_or_else(
                || one_line(row),
                |value| format!("{} is {value}", one_line(row)),
            );
            format!(
                "each line was read as one number ({value}); if its commas separate cells, begin the file with the line sep=,"
            )
        }
        Doubt::Decimals(row) => format!(
            "every comma was read as a separator; if {} has decimal commas, write decimal points",
            one_line(row)
        ),
    }
}

/// Notes on what was left out, and on what could have been read otherwise.
fn notes(form: &TableStructure<'_>, columns: &ValueColumns) -> Vec<String> {
    let mut notes = Vec::new();
    for (skipped, one, more) in [
        (columns.titles, "a title line", "title lines"),
        (columns.headers, "a header line", "header lines"),
        (form.comments, "a comment line", "comment lines"),
        (
            form.blank,
            "a blank line between rows",
            "blank lines between rows",
        ),
        (
            form.empty_rows,
            "a line of empty cells",
            "lines of empty cells",
        ),
    ] {
        let Skipped { count, first } = skipped;
        match count {
            0 => {}
            1 => notes.push(format!("{one} was left out (line {first})")),
            _ => notes.push(format!(
                "{count} {more} were left out (the first is line {first})"
            )),
        }
    }
    if let Some(corner) = &columns.row_names {
        let named = match corner.as_str() {
            "" => String::new(),
            corner => format!(" ({})", one_line(corner)),
        };
        notes.push(format!(
            "the first column{named} was left out, as it names the rows"
        ));
    }
    if columns.nameless_first {
        notes.push(
            "the first column has no name and was kept, as it does not count the rows".to_owned(),
        );
    }
    if columns.trailing_separator {
        notes.push("the separator at the end of every row was left out".to_owned());
    }
    if form.lines_above.count == 0 && form.first_row_counts {
        let note = "the first row, 0, 1, 2 …, was kept; if it names the columns, remove it";
        notes.push(note.to_owned());
    }
    if form.rows_are_grouped {
        let note = "blanks were read as separators; if they stand between thousands, remove them";
        notes.push(note.to_owned());
    }
    if let Some(number) = &form.decimals_cut_off {
        notes.push(format!(
            "{number} was read as two cells; if it is one number, write a decimal point"
        ));
    }
    notes.extend(form.number_notes.iter().cloned());
    notes
}

//! Tables of text: CSV, TSV and their relatives.

use std::borrow::Cow;

use nalgebra::DMatrix;

use super::error::one_line;
use super::separator::{Separator, detect};
use super::{Limits, Loaded, SourceError};

/// No number and no name in a header is longer. A reader of records keeps whole cells, so that a
/// cell without an end would take several times its length.
const LONGEST_CELL: usize = 64 << 10;

/// Reads a table of numbers.
///
/// The separator is found from the first lines (tab, semicolon, bar, comma, blanks); a comma is a
/// decimal point wherever it does not separate. Leading lines without a number are headers, lines
/// after `#` comments; where the header's first cell is missing the first column names the rows.
pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Loaded, SourceError> {
    let text = decode(name, bytes)?;
    let separator = detect(&text);
    refuse_bombs(name, &text, separator, limits)?;
    let mut table = Table::new(name, separator, limits);
    match separator {
        Separator::Byte(byte) => {
            let mut reader = csv::ReaderBuilder::new()
                .delimiter(byte)
                .has_headers(false)
                .flexible(true)
                .comment(Some(b'#'))
                .from_reader(text.as_bytes());
            let mut record = csv::StringRecord::new();
            let mut lines = LineCounter::new(&text);
            while reader
                .read_record(&mut record)
                .map_err(|error| SourceError::damaged(name, "a table", error.to_string()))?
            {
                let start = record.position().map_or(0, csv::Position::byte);
                let line = lines.line_of_record(start as usize);
                table.add(line, &record.iter().map(str::trim).collect::<Vec<_>>())?;
            }
        }
        Separator::Blanks => {
            for (line, content) in (1..).zip(text.lines()) {
                if !content.starts_with('#') {
                    table.add(line, &content.split_ascii_whitespace().collect::<Vec<_>>())?;
                }
            }
        }
    }
    table.finish()
}

/// UTF-8, or UTF-16 where a mark says so; a stray byte in a header does no harm.
fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>, SourceError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| unit([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        [0xff, 0xfe, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        _ => String::from_utf8_lossy(bytes),
    };
    if text.contains('\0') {
        return Err(SourceError::damaged(
            name,
            "a table of text",
            "it has bytes that no text has",
        ));
    }
    // Line ends of old Macintoshes.
    if text.contains('\r') && !text.contains('\n') {
        return Ok(Cow::Owned(text.replace('\r', "\n")));
    }
    Ok(text)
}

/// Every cell but a line's last has a separator: counting them, and the bytes between them, bounds
/// the work and the memory.
fn refuse_bombs(
    name: &str,
    text: &str,
    separator: Separator,
    limits: &Limits,
) -> Result<(), SourceError> {
    let is_separator = |byte: u8| match separator {
        Separator::Byte(separator) => byte == separator,
        Separator::Blanks => byte.is_ascii_whitespace(),
    };
    let (mut separators, mut length) = (0, 0);
    let (mut quoted, mut open) = (false, false);
    for byte in text.bytes() {
        separators += usize::from(is_separator(byte));
        if !open && (is_separator(byte) || byte == b'\n') {
            (length, quoted) = (0, false);
            continue;
        }
        // Within quotes a separator belongs to the cell; among blanks they mean nothing.
        quoted |= length == 0 && byte == b'"' && separator != Separator::Blanks;
        open ^= quoted && byte == b'"';
        length += 1;
        if length > LONGEST_CELL {
            let reason = format!("it has a cell of more than {LONGEST_CELL} bytes");
            return Err(SourceError::damaged(name, "a table of numbers", reason));
        }
    }
    // Blanks may come in runs, for alignment.
    let allowed = match separator {
        Separator::Byte(_) => limits.max_cells,
        Separator::Blanks => limits.max_cells.saturating_mul(8),
    };
    if separators > allowed {
        return Err(too_large(name, separators, limits));
    }
    Ok(())
}

fn too_large(name: &str, cells: usize, limits: &Limits) -> SourceError {
    SourceError::TooLarge {
        name: name.to_owned(),
        what: format!("more than {cells} cells"),
        limit: format!("{} cells", limits.max_cells),
    }
}

/// A number as tables have it; NaN and infinities are numbers here and are refused with their
/// place later.
pub(super) fn parse_number(cell: &str, decimal_comma: bool) -> Option<f64> {
    if let Ok(value) = cell.parse() {
        return Some(value);
    }
    let (whole, rest) = cell.split_once(',').filter(|_| decimal_comma)?;
    let plain = rest.starts_with(|first: char| first.is_ascii_digit()) && !whole.contains('.');
    plain.then(|| format!("{whole}.{rest}").parse().ok())?
}

/// The line on which a record stands; `csv` gives that of the blank lines and comments before it.
struct LineCounter<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> LineCounter<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    /// `start` must not go back.
    fn line_of_record(&mut self, start: usize) -> u64 {
        let mut to = start.min(self.text.len());
        loop {
            match self.text.get(to) {
                Some(b'\n' | b'\r') => to += 1,
                Some(b'#') => {
                    let rest = self.text[to..].iter();
                    to += rest.take_while(|&&byte| byte != b'\n').count();
                }
                _ => break,
            }
        }
        let passed = self.text[self.at.min(to)..to].iter();
        self.line += passed.filter(|&&byte| byte == b'\n').count() as u64;
        self.at = to;
        self.line
    }
}

struct Table<'a> {
    name: &'a str,
    limits: &'a Limits,
    decimal_comma: bool,
    header: Option<Vec<String>>,
    header_lines: usize,
    names_rows: bool,
    trailing_separator: bool,
    rows: usize,
    cols: usize,
    values: Vec<f64>,
}

impl<'a> Table<'a> {
    fn new(name: &'a str, separator: Separator, limits: &'a Limits) -> Self {
        Self {
            name,
            limits,
            decimal_comma: separator.allows_decimal_comma(),
            header: None,
            header_lines: 0,
            names_rows: false,
            trailing_separator: false,
            rows: 0,
            cols: 0,
            values: Vec::new(),
        }
    }

    fn number(&self, cell: &str) -> Option<f64> {
        parse_number(cell.trim().trim_matches('"'), self.decimal_comma)
    }

    fn add(&mut self, line: u64, cells: &[&str]) -> Result<(), SourceError> {
        if cells.iter().all(|cell| cell.is_empty()) {
            return Ok(());
        }
        if self.rows == 0 {
            if self.is_header(cells) {
                self.header = Some(cells.iter().map(|&cell| cell.to_owned()).collect());
                self.header_lines += 1;
                return Ok(());
            }
            self.begin(cells);
        }
        self.add_row(line, cells)
    }

    /// A line without a number, or pandas' first line, whose first cell is empty and no other.
    fn is_header(&self, cells: &[&str]) -> bool {
        let without_number = cells.iter().all(|cell| self.number(cell).is_none());
        let pandas = self.header_lines == 0
            && cells.len() > 1
            && cells[0].is_empty()
            && cells[1..].iter().all(|cell| !cell.is_empty());
        without_number || pandas
    }

    /// Takes the form of the table from its first row of numbers.
    fn begin(&mut self, cells: &[&str]) {
        let without_corner = |header: &Vec<String>| {
            let empty_corner = header.len() == cells.len() && header.len() > 1;
            (empty_corner && header[0].is_empty()) || header.len() + 1 == cells.len()
        };
        self.trailing_separator = cells.len() > 1 && cells.last().is_some_and(|c| c.is_empty());
        self.names_rows = !self.trailing_separator
            && cells.len() > 1
            && self.header.as_ref().is_some_and(without_corner);
        self.cols = cells.len() - usize::from(self.trailing_separator || self.names_rows);
    }

    fn add_row(&mut self, line: u64, cells: &[&str]) -> Result<(), SourceError> {
        let mut cells = cells;
        if self.names_rows {
            cells = &cells[1..];
        }
        if self.trailing_separator
            && cells.len() == self.cols + 1
            && cells.last().is_some_and(|cell| cell.is_empty())
        {
            cells = &cells[..self.cols];
        }
        let row = self.rows + 1;
        if cells.len() != self.cols {
            return Err(SourceError::Ragged {
                name: self.name.to_owned(),
                place: format!("row {row} (line {line})"),
                found: cells.len(),
                expected: self.cols,
            });
        }
        if self.values.len() + self.cols > self.limits.max_cells {
            return Err(too_large(self.name, self.limits.max_cells, self.limits));
        }
        for (col, cell) in (1..).zip(cells) {
            let value = self.number(cell).filter(|value| value.is_finite());
            let value = value.ok_or_else(|| SourceError::Cell {
                name: self.name.to_owned(),
                place: format!("row {row}, column {col} (line {line}, all counted from 1)"),
                problem: describe(cell),
            })?;
            self.values.push(value);
        }
        self.rows = row;
        Ok(())
    }

    fn finish(self) -> Result<Loaded, SourceError> {
        if self.rows == 0 {
            return Err(SourceError::damaged(
                self.name,
                "a table of numbers",
                "there is no line of numbers in it",
            ));
        }
        let matrix = DMatrix::from_row_slice(self.rows, self.cols, &self.values);
        let mut loaded = Loaded::new(self.name, matrix);
        match self.header_lines {
            0 => {}
            1 => loaded.notes.push("a header line was left out".to_owned()),
            lines => loaded
                .notes
                .push(format!("{lines} header lines were left out")),
        }
        if self.names_rows {
            let note = "the first column was left out, as it names the rows";
            loaded.notes.push(note.to_owned());
        }
        Ok(loaded)
    }
}

/// What stands in a cell that has no finite number.
fn describe(cell: &str) -> String {
    const SHOWN: usize = 30;
    if cell.is_empty() {
        return "an empty cell".to_owned();
    }
    match cell.parse::<f64>() {
        Ok(value) if value.is_nan() => "NaN".to_owned(),
        Ok(_) => "an infinite value".to_owned(),
        Err(_) => {
            let start: String = cell.chars().take(SHOWN).collect();
            let rest = if start.len() < cell.len() { "…" } else { "" };
            format!("'{}{rest}'", one_line(&start))
        }
    }
}

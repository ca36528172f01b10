//! The cells of a table's lines, and where each line stands in the file.

use std::borrow::Cow;

use super::number::is_number;
use super::separator::Separator;
use crate::source::SourceError;

/// No number and no name in a header is longer.
const LONGEST_CELL: usize = 64 << 10;

/// One cell as it stands in the file, without the blanks around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextCell<'t>(&'t str);

impl<'t> TextCell<'t> {
    /// Whether what stands here can be a number: among commas, blanks between thousands are more
    /// likely two cells of another separator.
    pub fn allows_number(self, separator: Separator) -> bool {
        let text = self.text();
        let doubtful =
            separator == Separator::Byte(b',') && !self.is_quoted() && text.contains(' ');
        !doubtful && is_number(&text)
    }

    /// The content of the cell, without its quotation marks.
    pub fn text(self) -> Cow<'t, str> {
        let Some(quoted) = self.0.strip_prefix('"') else {
            return Cow::Borrowed(self.0);
        };
        if let Some(inner) = quoted.strip_suffix('"')
            && !inner.contains('"')
        {
            return Cow::Borrowed(inner.trim());
        }
        let mut text = String::with_capacity(quoted.len());
        let mut characters = quoted.chars().peekable();
        while let Some(character) = characters.next() {
            // Two marks within quotes stand for one; the closing one stands for nothing.
            if character != '"' || characters.next_if_eq(&'"').is_some() {
                text.push(character);
            }
        }
        Cow::Owned(text.trim().to_owned())
    }

    pub fn is_quoted(self) -> bool {
        self.0.starts_with('"')
    }

    /// Nothing at all, not even quotation marks.
    pub fn is_absent(self) -> bool {
        self.0.is_empty()
    }
}

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    Cells,
    /// Nothing, or only blanks.
    Blank,
    /// Separators with nothing between them.
    EmptyCells,
    Comment,
}

/// A line and its number in the file, counted from 1; a quoted cell may span several.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextLine {
    pub number: u64,
    pub kind: LineKind,
}

/// The lines of a text whose line ends are all `\n`.
#[derive(Debug, Clone)]
pub(super) struct Lines<'t> {
    name: &'t str,
    text: &'t str,
    at: usize,
    next_number: u64,
    separator: Separator,
    most_cells: usize,
}

impl<'t> Lines<'t> {
    /// Lines from byte `at` on, where the line `number` begins.
    pub fn new(
        name: &'t str,
        text: &'t str,
        (at, number): (usize, u64),
        separator: Separator,
        most_cells: usize,
    ) -> Self {
        Self {
            name,
            text,
            at,
            next_number: number,
            separator,
            most_cells,
        }
    }

    /// The file.
    pub fn name(&self) -> &'t str {
        self.name
    }

    /// Puts the cells of the next line into `cells`; none behind the last line.
    pub fn read(&mut self, cells: &mut Vec<TextCell<'t>>) -> Result<Option<TextLine>, SourceError> {
        cells.clear();
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let number = self.next_number;
        let first = rest.split('\n').next().unwrap_or_default();
        let kind = if first.trim().is_empty() && !self.separator.is_in(first) {
            LineKind::Blank
        } else if is_comment(first, self.separator) {
            LineKind::Comment
        } else {
            if first.starts_with("<<<<<<< ") {
                return Err(SourceError::unsupported(
                    self.name,
                    format!("the marks of an unfinished merge (line {number})"),
                    "finish the merge in git first",
                ));
            }
            self.split(cells)?
        };
        if matches!(kind, LineKind::Blank | LineKind::Comment) {
            self.at = self.text.len().min(self.at + first.len() + 1);
            self.next_number += 1;
        }
        Ok(Some(TextLine { number, kind }))
    }

    fn split(&mut self, cells: &mut Vec<TextCell<'t>>) -> Result<LineKind, SourceError> {
        let start = self.at;
        let mut at = start;
        loop {
            let (cell, end) = self.cell(at)?;
            // A run of blanks at a line's end is no cell.
            if self.separator != Separator::Blanks || !cell.is_absent() {
                cells.push(cell);
            }
            if cells.len() > self.most_cells {
                return Err(super::too_large(self.name, self.most_cells));
            }
            at = self.text.len().min(end + 1);
            if self
                .text
                .as_bytes()
                .get(end)
                .is_none_or(|&byte| byte == b'\n')
            {
                break;
            }
        }
        let passed = self.text.as_bytes()[start..at].iter();
        self.next_number += passed.filter(|&&byte| byte == b'\n').count() as u64;
        self.at = at;
        let nothing = cells.iter().all(|cell| cell.is_absent());
        Ok(if nothing {
            LineKind::EmptyCells
        } else {
            LineKind::Cells
        })
    }

    /// The cell that begins at `at`, and where its separator or line end stands.
    fn cell(&self, at: usize) -> Result<(TextCell<'t>, usize), SourceError> {
        let bytes = self.text.as_bytes();
        let blanks = bytes[at..]
            .iter()
            .take(LONGEST_CELL + 1)
            .take_while(|byte| matches!(byte, b' ' | b'\t') && !self.separator.is_mark(**byte))
            .count();
        let start = if self.separator == Separator::Blanks {
            at + blanks
        } else {
            at
        };
        let content = at + blanks;
        let closed = match bytes.get(content) {
            Some(b'"') => self.closing_mark(content)?,
            _ => content,
        };
        let length = bytes[closed..]
            .iter()
            .take(LONGEST_CELL + 1)
            .take_while(|byte| **byte != b'\n' && !self.separator.ends_cell(**byte))
            .count();
        let end = closed + length;
        if end - start > LONGEST_CELL {
            return Err(self.endless());
        }
        Ok((TextCell(self.text[start..end].trim()), end))
    }

    /// The place of the quotation mark that closes the one at `open`.
    fn closing_mark(&self, open: usize) -> Result<usize, SourceError> {
        let bytes = self.text.as_bytes();
        let mut at = open + 1;
        loop {
            let ahead = bytes[at..].iter().take(LONGEST_CELL + 1);
            let Some(distance) = ahead.clone().position(|&byte| byte == b'"') else {
                return Err(if ahead.len() > LONGEST_CELL {
                    self.endless()
                } else {
                    let passed = bytes[self.at..open].iter();
                    let line = self.next_number + passed.filter(|&&b| b == b'\n').count() as u64;
                    let reason = format!("a quotation mark in line {line} is never closed");
                    SourceError::damaged(self.name, super::EXPECTED, reason)
                });
            };
            at += distance + 1;
            if at - open > LONGEST_CELL {
                return Err(self.endless());
            }
            match bytes.get(at) {
                Some(b'"') => at += 1,
                _ => return Ok(at - 1),
            }
        }
    }

    fn endless(&self) -> SourceError {
        let reason = format!("it has a cell of more than {LONGEST_CELL} bytes");
        SourceError::damaged(self.name, super::EXPECTED, reason)
    }
}

/// A line that begins with `#` is a comment, unless that is the error of a spreadsheet in the first
/// cell of a row.
fn is_comment(line: &str, separator: Separator) -> bool {
    let line = line.trim_start();
    if !line.starts_with('#') {
        return false;
    }
    let first = separator.split(line).next().unwrap_or_default().trim();
    // A column too narrow for its numbers.
    let overflow = first.len() > 1
        && first.bytes().all(|byte| byte == b'#')
        && separator != Separator::Blanks
        && separator.is_in(line);
    !overflow && !is_spreadsheet_error(first)
}

/// `#N/A`, `#DIV/0!`, `#NAME?` and their relatives in any language.
pub(super) fn is_spreadsheet_error(cell: &str) -> bool {
    const WITHOUT_MARK: [&str; 6] = ["N/A", "NA", "NV", "N/D", "N/V", "GETTING_DATA"];
    let Some(name) = cell.strip_prefix('#') else {
        return false;
    };
    let shouted = name.ends_with(['!', '?'])
        && name.chars().any(char::is_alphabetic)
        && !name.contains(|c: char| c.is_lowercase() || c.is_whitespace());
    shouted
        || WITHOUT_MARK
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
}

//! Detection of a table's separator.

use super::cells::{Lines, TextCell};
use super::column::{decimals_among_commas, single_column};
use super::separator::Separator;

/// In the order in which a tie is decided.
const CANDIDATES: [Separator; 5] = [
    Separator::Byte(b'\t'),
    Separator::Byte(b';'),
    Separator::Byte(b'|'),
    Separator::Byte(b','),
    Separator::Blanks,
];
const SAMPLE_LINES: usize = 50;
/// A matrix may have a single line of any length.
const SAMPLE_BYTES: usize = 1 << 20;

fn cells_of(separator: Separator, line: &str) -> Vec<TextCell<'_>> {
    let mut cells = Vec::new();
    let read = Lines::new("", line, (0, 1), separator, usize::MAX).read(&mut cells);
    if read.is_err() {
        cells.clear();
    }
    cells
}

/// Whether the line has several cells, numbers all (or empty); the first may be a name.
fn splits_into_numbers(separator: Separator, line: &str, named: bool) -> bool {
    let cells = cells_of(separator, line);
    let mut numbers = 0;
    for cell in cells.iter().skip(usize::from(named)) {
        if cell.allows_number(separator) {
            numbers += 1;
        } else if !cell.is_absent() {
            return false;
        }
    }
    cells.len() > 1 && numbers > 0
}

/// A separator, and what else the commas of a row could be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Detection<'t> {
    pub separator: Separator,
    pub doubt: Option<Doubt<'t>>,
}

/// A row that can be read in two ways.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt<'t> {
    /// Its commas were taken for a part of its only number.
    OneNumber(&'t str),
    /// Its commas were taken for separators, some of which seem to stand before decimals.
    Decimals(&'t str),
}

/// The separator of a table's first lines.
pub(super) fn detect(text: &str) -> Detection<'_> {
    let sample: Vec<&str> = beginning(text)
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .take(SAMPLE_LINES)
        .collect();
    let comma = Separator::Byte(b',');
    let separator = most_numbers(&sample);
    if separator != comma {
        return Detection {
            separator,
            doubt: None,
        };
    }
    // It does not occur, or another would have been found.
    let none = Separator::Byte(b';');
    match single_column(&sample) {
        Some(row) => Detection {
            separator: none,
            doubt: Some(Doubt::OneNumber(row)),
        },
        None => Detection {
            separator: comma,
            doubt: decimals_among_commas(&sample).map(Doubt::Decimals),
        },
    }
}

/// The separator that turns most of the lines into numbers, or into a name and numbers;
/// where none does, the one that most lines contain; for a single column the comma, which then
/// does not occur.
fn most_numbers(sample: &[&str]) -> Separator {
    let best = |score: &dyn Fn(Separator, &str) -> bool| {
        let scores = CANDIDATES.map(|candidate| {
            let lines = sample.iter().filter(|line| score(candidate, line)).count();
            (lines, candidate)
        });
        // The first of the best: max_by_key would take the last.
        scores
            .into_iter()
            .rev()
            .max_by_key(|(lines, _)| *lines)
            .unwrap_or((0, Separator::Byte(b',')))
    };
    for named in [false, true] {
        let (lines, candidate) =
            best(&|candidate, line| splits_into_numbers(candidate, line, named));
        if lines > 0 {
            return candidate;
        }
    }
    let (lines, candidate) = best(&|candidate, line| candidate.split(line).nth(1).is_some());
    if lines * 2 > sample.len() {
        candidate
    } else {
        Separator::Byte(b',')
    }
}

/// The separator that a first line `sep=;` names, as Excel reads and writes it, and where the next
/// line begins.
pub(super) fn declared(text: &str) -> Option<(Separator, usize)> {
    let line = text.split('\n').next().unwrap_or_default();
    let plain = line
        .strip_prefix('"')
        .map_or(line, |rest| rest.trim_end_matches('"'));
    let (key, mark) = plain.split_at_checked(4)?;
    if !key.eq_ignore_ascii_case("sep=") {
        return None;
    }
    let after = text.len().min(line.len() + 1);
    if mark == "\\t" {
        return Some((Separator::Byte(b'\t'), after));
    }
    let byte = *mark.as_bytes().first()?;
    // A program that saved the file again may have filled the line up with empty cells.
    let alone = mark.trim_end_matches([',', ';', '\t', '"']).len() <= 1;
    let possible = byte == b'\t' || (byte.is_ascii_punctuation() && !b"\"'#.+-".contains(&byte));
    match byte {
        _ if !alone => None,
        b' ' => Some((Separator::Blanks, after)),
        _ => possible.then_some((Separator::Byte(byte), after)),
    }
}

/// The first whole lines, or the beginning of a long first one.
fn beginning(text: &str) -> &str {
    let start = &text[..text.floor_char_boundary(SAMPLE_BYTES)];
    if start.len() == text.len() {
        return start;
    }
    start.rfind('\n').map_or(start, |end| &start[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_separator_is_found() {
        for (text, separator) in [
            ("1,2\n3,4\n", Separator::Byte(b',')),
            ("1, 2\n3, 4\n", Separator::Byte(b',')),
            ("1,5;2,5\n3;4\n", Separator::Byte(b';')),
            ("a;b\n1;2\n", Separator::Byte(b';')),
            ("1\t2\n3\t4\n", Separator::Byte(b'\t')),
            ("1|2\n3|4\n", Separator::Byte(b'|')),
            ("  1.0e0   2\n  3 4\n", Separator::Blanks),
            ("a title with words\n1\n2\n", Separator::Byte(b',')),
        ] {
            assert_eq!(detect(text).separator, separator, "{text:?}");
        }
    }
}

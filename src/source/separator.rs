//! What stands between the cells of a table of text.

use super::table::parse_number;

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Byte(u8),
    /// Any run of spaces and tabs.
    Blanks,
}

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

impl Separator {
    /// Where the comma separates cells it cannot stand for the decimal point.
    pub fn allows_decimal_comma(self) -> bool {
        self != Self::Byte(b',')
    }

    fn split(self, line: &str) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Byte(byte) => Box::new(line.split(char::from(byte))),
            Self::Blanks => Box::new(line.split_ascii_whitespace()),
        }
    }

    /// Whether the line has several cells, numbers all (or empty).
    fn splits_into_numbers(self, line: &str) -> bool {
        let mut cells = 0;
        let mut numbers = 0;
        for cell in self.split(line) {
            let cell = cell.trim().trim_matches('"');
            if parse_number(cell, self.allows_decimal_comma()).is_some() {
                numbers += 1;
            } else if !cell.is_empty() {
                return false;
            }
            cells += 1;
        }
        cells > 1 && numbers > 0
    }
}

/// The separator that turns most of the first lines into numbers; where none does, the one that
/// most lines contain; for a single column the comma, which then does not occur.
pub(super) fn detect(text: &str) -> Separator {
    let sample: Vec<&str> = beginning(text)
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .take(SAMPLE_LINES)
        .collect();
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
    let (lines, candidate) = best(&|candidate, line| candidate.splits_into_numbers(line));
    if lines > 0 {
        return candidate;
    }
    let (lines, candidate) = best(&|candidate, line| candidate.split(line).nth(1).is_some());
    if lines * 2 > sample.len() {
        candidate
    } else {
        Separator::Byte(b',')
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
            assert_eq!(detect(text), separator, "{text:?}");
        }
    }
}

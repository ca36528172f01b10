//! Numbers as the tables of the world write them.

/// A mark that stands before the decimals in one country and between thousands in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeparatorMark {
    Point,
    Comma,
}

impl SeparatorMark {
    fn char(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }
}

/// The evidence of one cell about its marks, taken alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellEvidence {
    /// No mark, or only blanks and apostrophes between thousands.
    Whole,
    /// `1.5`, `0,25`, `1.234,5`: this mark can only stand before decimals.
    Decimal(SeparatorMark),
    /// `1.234.567`: this mark can only stand between thousands.
    Thousands(SeparatorMark),
    /// `1,234`: one thousand and more, or one and a bit.
    Either(SeparatorMark),
}

/// The meaning of a mark in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MarkMeaning {
    Decimal,
    Thousands,
    /// The table has both, so that `1,234` alone cannot be read.
    Unknown,
}

/// The meanings of both marks in a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct MarkMeanings {
    point: MarkMeaning,
    comma: MarkMeaning,
}

/// Sign, digits with their marks, and exponent of a number.
struct NumberParts<'a> {
    negative: bool,
    digits: &'a str,
    exponent: Option<&'a str>,
    /// The exponent has no letter, as Fortran writes three digits: `1.5+100`.
    without_letter: bool,
}

/// Marks that stand only between thousands: blanks of several widths and apostrophes.
const BETWEEN_THOUSANDS: [char; 6] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\'', '\u{2019}'];

fn is_sign(character: char) -> bool {
    matches!(character, '+' | '-' | '\u{2212}')
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parts(cell: &str) -> Option<NumberParts<'_>> {
    let unsigned = cell.strip_prefix(is_sign).unwrap_or(cell);
    let negative = cell.starts_with(['-', '\u{2212}']);
    let (digits, exponent, without_letter) =
        if let Some((digits, exponent)) = unsigned.split_once(['e', 'E', 'd', 'D']) {
            (digits, Some(exponent), false)
        } else if let Some(at) = unsigned.find(is_sign) {
            (&unsigned[..at], Some(&unsigned[at..]), true)
        } else {
            (unsigned, None, false)
        };
    let known = exponent.is_none_or(|exponent| {
        let number = exponent.strip_prefix(is_sign).unwrap_or(exponent);
        all_digits(number) && (!without_letter || (number.len() == 3 && digits.contains('.')))
    });
    known.then_some(NumberParts {
        negative,
        digits,
        exponent,
        without_letter,
    })
}

/// `12 345`: one to three digits, then groups of three.
fn in_thousands(digits: &str, mark: char) -> bool {
    let mut groups = digits.split(mark);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    first.len() <= 3
        && all_digits(first)
        && !first.starts_with('0')
        && !rest.is_empty()
        && rest
            .iter()
            .all(|group| group.len() == 3 && all_digits(group))
}

fn writing(cell: &str) -> Option<CellEvidence> {
    let Some(parts) = parts(cell) else {
        // Infinity and NaN are refused with their place later.
        return cell.parse::<f64>().is_ok().then_some(CellEvidence::Whole);
    };
    let written = writing_of_digits(parts.digits)
        .or_else(|| cell.parse::<f64>().is_ok().then_some(CellEvidence::Whole))?;
    match (parts.exponent, written) {
        (None, _) => Some(written),
        // Nobody groups the digits of a number with an exponent.
        (Some(_), CellEvidence::Either(mark)) => Some(CellEvidence::Decimal(mark)),
        (Some(_), CellEvidence::Thousands(_)) => None,
        (Some(_), _) => (!parts.digits.contains(BETWEEN_THOUSANDS)).then_some(written),
    }
}

fn writing_of_digits(digits: &str) -> Option<CellEvidence> {
    let spacing = digits.chars().find(|c| BETWEEN_THOUSANDS.contains(c));
    let whole = |text: &str| match spacing {
        Some(mark) => in_thousands(text, mark),
        None => all_digits(text),
    };
    let points = digits.matches('.').count();
    let commas = digits.matches(',').count();
    let (mark, other) = match (points, commas) {
        (0, 0) => return whole(digits).then_some(CellEvidence::Whole),
        (1, 0) => (SeparatorMark::Point, SeparatorMark::Comma),
        (0, 1) => (SeparatorMark::Comma, SeparatorMark::Point),
        (_, 0) => {
            return in_thousands(digits, '.')
                .then_some(CellEvidence::Thousands(SeparatorMark::Point));
        }
        (0, _) => {
            return in_thousands(digits, ',')
                .then_some(CellEvidence::Thousands(SeparatorMark::Comma));
        }
        _ if digits.rfind('.') > digits.rfind(',') => (SeparatorMark::Point, SeparatorMark::Comma),
        _ => (SeparatorMark::Comma, SeparatorMark::Point),
    };
    let (before, after) = digits.split_once(mark.char())?;
    let grouped = before.contains(other.char());
    if grouped {
        let fits = in_thousands(before, other.char()) && all_digits(after);
        return fits.then_some(CellEvidence::Decimal(mark));
    }
    if spacing.is_some() {
        return (whole(before) && all_digits(after)).then_some(CellEvidence::Decimal(mark));
    }
    let decimals = match mark {
        SeparatorMark::Point => {
            (before.is_empty() || all_digits(before))
                && (after.is_empty() || all_digits(after))
                && digits.len() > 1
        }
        SeparatorMark::Comma => (before.is_empty() || all_digits(before)) && all_digits(after),
    };
    if !decimals {
        return None;
    }
    let doubtful = (1..=3).contains(&before.len()) && after.len() == 3 && !before.starts_with('0');
    Some(if doubtful {
        CellEvidence::Either(mark)
    } else {
        CellEvidence::Decimal(mark)
    })
}

/// Whether a cell is a number, whatever its marks mean.
pub(super) fn is_number(cell: &str) -> bool {
    plain(cell).is_some() || writing(cell).is_some()
}

/// A number without any mark in doubt: as programs write it, with Fortran's `D` exponents.
pub(in crate::source) fn plain(token: &str) -> Option<f64> {
    if let Ok(value) = token.parse() {
        return Some(value);
    }
    let letter = token.find(['d', 'D'])?;
    let before = &token[..letter];
    // Not `infd`, `nand` and the like.
    (before.ends_with(|c: char| c.is_ascii_digit() || c == '.'))
        .then(|| format!("{before}e{}", &token[letter + 1..]).parse().ok())?
}

impl MarkMeanings {
    fn of(self, mark: SeparatorMark) -> MarkMeaning {
        match mark {
            SeparatorMark::Point => self.point,
            SeparatorMark::Comma => self.comma,
        }
    }

    /// The number in a cell; none where there is none, or none that is certain.
    pub fn value(self, cell: &str) -> Option<f64> {
        if self.point == MarkMeaning::Decimal
            && let Some(value) = plain(cell)
        {
            return Some(value);
        }
        let decimal = match writing(cell)? {
            CellEvidence::Whole | CellEvidence::Thousands(_) => None,
            CellEvidence::Decimal(mark) => Some(mark),
            CellEvidence::Either(mark) => match self.of(mark) {
                MarkMeaning::Decimal => Some(mark),
                MarkMeaning::Thousands => None,
                MarkMeaning::Unknown => return None,
            },
        };
        value_with(cell, decimal)
    }

    /// Whether the cell is a number of which this table does not tell which.
    pub fn leave_open(self, cell: &str) -> bool {
        matches!(writing(cell), Some(CellEvidence::Either(mark)) if self.of(mark) == MarkMeaning::Unknown)
    }
}

fn value_with(cell: &str, decimal: Option<SeparatorMark>) -> Option<f64> {
    let Some(parts) = parts(cell) else {
        return cell.parse().ok();
    };
    let decimal = decimal.map(SeparatorMark::char);
    let mut text = String::from(if parts.negative { "-" } else { "" });
    for character in parts.digits.chars() {
        if character.is_ascii_digit() {
            text.push(character);
        } else if Some(character) == decimal {
            text.push('.');
        }
    }
    if let Some(exponent) = parts.exponent {
        text.push('e');
        text += &exponent.replace('\u{2212}', "-");
    }
    text.parse().ok()
}

/// The evidence of all cells of a table about its marks.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    point_decimal: bool,
    comma_decimal: bool,
    doubtful_point: Option<String>,
    doubtful_comma: Option<String>,
    grouped: Option<String>,
    without_letter: Option<String>,
}

impl Evidence {
    /// Looks at one cell.
    pub fn see(&mut self, cell: &str) {
        if cell.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let Some(writing) = writing(cell) else { return };
        match writing {
            CellEvidence::Whole => {}
            CellEvidence::Decimal(SeparatorMark::Point)
            | CellEvidence::Thousands(SeparatorMark::Comma) => {
                self.point_decimal = true;
            }
            CellEvidence::Decimal(SeparatorMark::Comma)
            | CellEvidence::Thousands(SeparatorMark::Point) => {
                self.comma_decimal = true;
            }
            CellEvidence::Either(SeparatorMark::Point) => keep(&mut self.doubtful_point, cell),
            CellEvidence::Either(SeparatorMark::Comma) => keep(&mut self.doubtful_comma, cell),
        }
        let Some(parts) = parts(cell) else { return };
        let marks = parts
            .digits
            .bytes()
            .filter(|byte| matches!(byte, b'.' | b','))
            .count();
        if marks > 1 || parts.digits.contains(BETWEEN_THOUSANDS) {
            keep(&mut self.grouped, cell);
        }
        if parts.without_letter {
            keep(&mut self.without_letter, cell);
        }
    }

    /// The meanings of the marks; `doubtful_comma` where nothing tells what a comma does.
    pub fn meanings(&self, doubtful_comma: MarkMeaning) -> MarkMeanings {
        let (point, comma) = match (self.point_decimal, self.comma_decimal) {
            (false, false) => (MarkMeaning::Decimal, doubtful_comma),
            (true, false) => (MarkMeaning::Decimal, MarkMeaning::Thousands),
            (false, true) => (MarkMeaning::Thousands, MarkMeaning::Decimal),
            (true, true) => (MarkMeaning::Unknown, MarkMeaning::Unknown),
        };
        MarkMeanings { point, comma }
    }

    /// Notes on numbers that could have been read otherwise.
    pub fn notes(&self, meanings: MarkMeanings) -> Vec<String> {
        let mut notes = Vec::new();
        let read = |cell: &String| Some((cell.clone(), meanings.value(cell)?));
        let undecided = !self.point_decimal && !self.comma_decimal;
        if let Some((cell, value)) = self
            .doubtful_comma
            .as_ref()
            .filter(|_| undecided)
            .and_then(read)
        {
            notes.push(two_readings(&cell, value, meanings.comma));
        }
        let doubtful = [
            (&self.doubtful_comma, meanings.comma, !undecided),
            (&self.doubtful_point, meanings.point, true),
        ];
        let in_doubt = doubtful
            .into_iter()
            .filter(|(_, meaning, said)| *meaning == MarkMeaning::Thousands && *said)
            .find_map(|(cell, ..)| cell.as_ref());
        if let Some((cell, value)) = self.grouped.as_ref().or(in_doubt).and_then(read) {
            notes.push(format!(
                "marks between thousands were left out: {cell} was read as {value}"
            ));
        }
        if self.point_decimal && self.comma_decimal {
            notes.push("some numbers have a decimal point and others a decimal comma".to_owned());
        }
        if let Some((cell, value)) = self.without_letter.as_ref().and_then(read) {
            notes.push(format!(
                "exponents without a letter are Fortran's: {cell} was read as {value:e}"
            ));
        }
        notes
    }
}

/// The first of its kind, if it is short enough to be shown.
fn keep(first: &mut Option<String>, cell: &str) {
    const LONGEST: usize = 40;
    if first.is_none() && cell.len() <= LONGEST {
        *first = Some(cell.to_owned());
    }
}

fn two_readings(cell: &str, value: f64, taken: MarkMeaning) -> String {
    let without: String = cell.chars().filter(|c| *c != ',').collect();
    if taken == MarkMeaning::Decimal {
        format!(
            "{cell} was read as {value}, with a decimal comma; if it means {without}, remove the commas from the numbers"
        )
    } else {
        format!(
            "{cell} was read as {value}, with a comma between thousands; if it means {}, write a decimal point",
            cell.replace(',', ".")
        )
    }
}

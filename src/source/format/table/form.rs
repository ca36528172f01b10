//! The form of a table: which lines are rows, and which column names them.

use std::collections::VecDeque;

use super::cells::{LineKind, Lines, TextCell, TextLine, is_spreadsheet_error};
use super::names::{is_header_of, looks_made_up};
use super::number::{Evidence, MarkMeaning, MarkMeanings};
use super::separator::Separator;
use crate::source::SourceError;

/// Lines above the rows that are looked at again; a header stands right above them.
const HEADERS_KEPT: usize = 8;

/// A line above the rows.
pub(super) struct LineAbove<'t> {
    pub line: u64,
    pub cells: Vec<TextCell<'t>>,
}

/// Lines that are left out, and the first of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Skipped {
    pub count: usize,
    pub first: u64,
}

impl Skipped {
    pub fn add(&mut self, line: u64) {
        if self.count == 0 {
            self.first = line;
        }
        self.count += 1;
    }
}

/// The first column, taken as names of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// All are texts.
    Texts,
    /// 0, 1, 2 … or 1, 2, 3 …
    Counted { quoted: bool },
    /// Texts among numbers.
    Mixed,
    /// Numbers, or cells in which something is missing.
    None,
}

/// The form of a table, from a first look at all lines.
pub(super) struct TableStructure<'t> {
    /// The last lines above the rows.
    pub above: VecDeque<LineAbove<'t>>,
    /// All lines above the rows.
    pub lines_above: Skipped,
    pub comments: Skipped,
    /// Blank lines between rows.
    pub blank: Skipped,
    pub empty_rows: Skipped,
    /// The line and the cells of the first row, none where there is no line of numbers.
    pub first_row: Option<(u64, usize)>,
    /// The first row is 0, 1, 2 …, and the second is nothing of the kind.
    pub first_row_counts: bool,
    pub rows: usize,
    pub names: Names,
    /// Nothing stands behind the last separator of any row.
    pub last_is_absent: bool,
    /// Every row, with its blanks, could be a single number: `1 234,5`.
    pub rows_are_grouped: bool,
    /// In some row the second of two cells is `05`.
    pub decimals_cut_off: Option<String>,
    pub meanings: MarkMeanings,
    pub number_notes: Vec<String>,
}

/// Looks at every line once.
pub(super) fn survey<'t>(
    mut lines: Lines<'t>,
    separator: Separator,
    most_cells: usize,
) -> Result<TableStructure<'t>, SourceError> {
    let mut survey = LineSurvey::new(separator, most_cells);
    let mut cells = Vec::new();
    while let Some(line) = lines.read(&mut cells)? {
        survey.see(line, &cells, lines.name())?;
    }
    Ok(survey.finish())
}

struct LineSurvey<'t> {
    separator: Separator,
    most_cells: usize,
    cells_above: usize,
    form: TableStructure<'t>,
    /// The first line with a number: a row, or a header of numbers.
    pending: Option<LineAbove<'t>>,
    first_row: Vec<TextCell<'t>>,
    blank_since_row: Skipped,
    first_column: FirstColumn,
    evidence: Evidence,
}

struct FirstColumn {
    texts: bool,
    any_text: bool,
    /// The cells count on from 0, or from 1.
    from: Option<f64>,
    quoted: bool,
    missing: bool,
}

impl<'t> LineSurvey<'t> {
    fn new(separator: Separator, most_cells: usize) -> Self {
        let evidence = Evidence::default();
        Self {
            separator,
            most_cells,
            cells_above: 0,
            form: TableStructure {
                above: VecDeque::new(),
                lines_above: Skipped::default(),
                comments: Skipped::default(),
                blank: Skipped::default(),
                empty_rows: Skipped::default(),
                first_row: None,
                first_row_counts: false,
                rows: 0,
                names: Names::None,
                last_is_absent: true,
                rows_are_grouped: separator == Separator::Blanks,
                decimals_cut_off: None,
                meanings: evidence.meanings(MarkMeaning::Decimal),
                number_notes: Vec::new(),
            },
            pending: None,
            first_row: Vec::new(),
            blank_since_row: Skipped::default(),
            first_column: FirstColumn {
                texts: true,
                any_text: false,
                from: None,
                quoted: true,
                missing: false,
            },
            evidence,
        }
    }

    fn see(
        &mut self,
        line: TextLine,
        cells: &[TextCell<'t>],
        name: &str,
    ) -> Result<(), SourceError> {
        match line.kind {
            LineKind::Comment => self.form.comments.add(line.number),
            LineKind::EmptyCells => self.form.empty_rows.add(line.number),
            LineKind::Blank => self.blank_since_row.add(line.number),
            LineKind::Cells if self.form.first_row.is_some() => self.row(cells),
            LineKind::Cells => {
                let has_number = cells.iter().any(|cell| cell.allows_number(self.separator));
                let this = LineAbove {
                    line: line.number,
                    cells: cells.to_vec(),
                };
                match self.pending.take() {
                    None if has_number => {
                        self.blank_since_row = Skipped::default();
                        self.pending = Some(this);
                    }
                    None => self.above(this, name)?,
                    Some(pending)
                        if has_number && is_header_of(&pending.cells, cells, self.separator) =>
                    {
                        self.above(pending, name)?;
                        self.blank_since_row = Skipped::default();
                        self.begin(this);
                    }
                    Some(pending) => {
                        self.begin(pending);
                        self.row(cells);
                    }
                }
            }
        }
        Ok(())
    }

    fn above(&mut self, line: LineAbove<'t>, name: &str) -> Result<(), SourceError> {
        self.form.lines_above.add(line.line);
        self.cells_above += line.cells.len();
        if self.form.above.len() == HEADERS_KEPT
            && let Some(gone) = self.form.above.pop_front()
        {
            self.cells_above -= gone.cells.len();
        }
        if self.cells_above > self.most_cells {
            return Err(super::too_large(name, self.most_cells));
        }
        self.form.above.push_back(line);
        Ok(())
    }

    fn begin(&mut self, row: LineAbove<'t>) {
        self.form.first_row = Some((row.line, row.cells.len()));
        self.row(&row.cells);
        self.first_row = row.cells;
    }

    fn row(&mut self, cells: &[TextCell<'t>]) {
        if self.blank_since_row.count > 0 {
            let blank = &mut self.form.blank;
            *blank = Skipped {
                count: blank.count + self.blank_since_row.count,
                first: if blank.count == 0 {
                    self.blank_since_row.first
                } else {
                    blank.first
                },
            };
            self.blank_since_row = Skipped::default();
        }
        self.form.rows += 1;
        if self.form.rows == 2 {
            let first = std::mem::take(&mut self.first_row);
            self.form.first_row_counts = looks_made_up(&first, cells);
        }
        if let Some(first) = cells.first() {
            self.first_column
                .see(*first, self.form.rows, self.separator);
        }
        self.form.last_is_absent &=
            cells.len() > 1 && cells.last().is_some_and(|cell| cell.is_absent());
        for cell in cells {
            if cell.allows_number(self.separator) {
                self.evidence.see(&cell.text());
            }
        }
        self.look_for_cut_numbers(cells);
    }

    /// Decimal commas and blanks between thousands that were taken for separators.
    fn look_for_cut_numbers(&mut self, cells: &[TextCell<'t>]) {
        let digits = |cell: &str| cell.bytes().all(|byte| byte.is_ascii_digit());
        if self.form.rows_are_grouped {
            let (first, rest) = (cells.first(), cells.get(1..).unwrap_or_default());
            let whole =
                first.is_some_and(|cell| cell.text().trim_start_matches(['-', '+']).len() <= 3);
            self.form.rows_are_grouped = whole
                && !rest.is_empty()
                && rest.iter().enumerate().all(|(at, cell)| {
                    let text = cell.text();
                    let whole = text.split(['.', ',']).next().unwrap_or_default();
                    whole.len() == 3 && digits(whole) && (at + 1 == rest.len() || whole == text)
                });
        }
        if self.separator == Separator::Byte(b',')
            && self.form.decimals_cut_off.is_none()
            && let [whole, decimals] = cells
        {
            let (whole, decimals) = (whole.text(), decimals.text());
            let cut = decimals.len() > 1 && decimals.starts_with('0') && digits(&decimals);
            if cut && digits(whole.trim_start_matches(['-', '+'])) {
                self.form.decimals_cut_off = Some(format!("{whole},{decimals}"));
            }
        }
    }

    fn finish(mut self) -> TableStructure<'t> {
        if let Some(pending) = self.pending.take() {
            self.begin(pending);
        }
        // Among commas a number with a comma is quoted, which is what English spreadsheets do to
        // thousands; elsewhere the comma is the decimal one.
        let doubtful = match self.separator {
            Separator::Byte(b',') => MarkMeaning::Thousands,
            _ => MarkMeaning::Decimal,
        };
        let mut form = self.form;
        form.meanings = self.evidence.meanings(doubtful);
        form.number_notes = self.evidence.notes(form.meanings);
        form.names = self.first_column.names();
        form
    }
}

impl FirstColumn {
    fn see(&mut self, cell: TextCell<'_>, row: usize, separator: Separator) {
        let text = cell.text();
        self.quoted &= cell.is_quoted();
        if is_missing(&text) {
            self.missing = true;
            self.texts = false;
            self.from = None;
        } else if cell.allows_number(separator) {
            self.texts = false;
            let start = text
                .parse::<f64>()
                .ok()
                .map(|value| value - (row - 1) as f64);
            let counts = start.is_some_and(|start| start == 0.0 || start == 1.0);
            self.from = start.filter(|_| counts && (row == 1 || self.from == start));
        } else {
            self.any_text = true;
            self.from = None;
        }
    }

    fn names(&self) -> Names {
        match self {
            Self { missing: true, .. } => Names::None,
            Self {
                texts: true,
                any_text: true,
                ..
            } => Names::Texts,
            Self {
                from: Some(_),
                quoted,
                ..
            } => Names::Counted { quoted: *quoted },
            Self { any_text: true, .. } => Names::Mixed,
            _ => Names::None,
        }
    }
}

/// Cells that stand for a value nobody has: no name of a row.
fn is_missing(cell: &str) -> bool {
    const MARKS: [&str; 10] = ["", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "."];
    MARKS.iter().any(|mark| cell.eq_ignore_ascii_case(mark)) || is_spreadsheet_error(cell)
}

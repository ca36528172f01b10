//! Grids of geography as text: ESRI's ASCII grids and Surfer's.

use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatFamily, Sign};
use super::table::parse_number;
use crate::source::error::one_line;
use crate::source::matrix::zeros;
use crate::source::{Limits, LoadedMatrix, SourceError};

/// The two formats of grids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridFormat {
    /// `ncols 4`, `nrows 3` and more such lines, then rows from north to south.
    Esri,
    /// `DSAA`, sizes, three ranges, then rows from south to north.
    Surfer,
}

impl FileFormat for GridFormat {
    fn name(&self) -> &'static str {
        match self {
            Self::Esri => "ESRI ASCII grids",
            Self::Surfer => "Surfer grids",
        }
    }

    fn endings(&self) -> &'static [&'static str] {
        match self {
            Self::Esri => &["asc"],
            Self::Surfer => &["grd"],
        }
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Text
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::likely(kind_of(&start.text) == Some(*self))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        read(input.name, &input.text(&bytes)?, *self, input.limits)
    }
}

/// Cells of Surfer's grids that have no value are at least this.
const SURFER_BLANK: f64 = 1.701_41e38;

const KEYS: [&str; 10] = [
    "ncols",
    "nrows",
    "xllcorner",
    "yllcorner",
    "xllcenter",
    "yllcenter",
    "cellsize",
    "dx",
    "dy",
    "nodata_value",
];

/// The kind of grid that begins so, if it is one.
fn kind_of(text: &str) -> Option<GridFormat> {
    let first = text.trim_start().lines().next()?;
    if first.trim() == "DSAA" {
        return Some(GridFormat::Surfer);
    }
    let (key, _) = key_and_value(first)?;
    (key == "ncols" || key == "nrows").then_some(GridFormat::Esri)
}

/// `ncols 4`, in capitals or not.
fn key_and_value(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_ascii_whitespace();
    let key = words.next()?.to_ascii_lowercase();
    let value = parse_number(words.next()?)?;
    (words.next().is_none() && KEYS.contains(&key.as_str())).then_some((key, value))
}

/// A number of rows or columns.
fn side(value: f64) -> Option<usize> {
    // Larger ones are refused as too large, whatever they are exactly.
    (value >= 0.0 && value.fract() == 0.0).then_some(value as usize)
}

/// The header above a grid's values.
struct GridHeader {
    rows: usize,
    cols: usize,
    no_data: Option<f64>,
    /// Lines of the head.
    lines: usize,
}

/// Reads a grid whose beginning has been recognized.
fn read(
    name: &str,
    text: &str,
    kind: GridFormat,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let expected = match kind {
        GridFormat::Esri => "an ESRI ASCII grid",
        GridFormat::Surfer => "a Surfer grid",
    };
    let damaged = |reason: String| SourceError::damaged(name, expected, reason);
    let head = match kind {
        GridFormat::Esri => esri_head(text),
        GridFormat::Surfer => surfer_head(text),
    };
    let head = head.ok_or_else(|| damaged("its header does not state its size".to_owned()))?;
    let (rows, cols) = (head.rows, head.cols);
    let mut matrix = zeros(name, (rows, cols), limits)?;
    let words = (1_u64..)
        .zip(text.lines())
        .skip(head.lines)
        .flat_map(|(line, content)| {
            content
                .split_ascii_whitespace()
                .map(move |word| (line, word))
        });
    let mut at = 0;
    for (line, word) in words {
        if at == rows * cols {
            let reason = format!("it has more than {rows} × {cols} values (line {line})");
            return Err(damaged(reason));
        }
        let (row, col) = (at / cols, at % cols);
        matrix[(row, col)] = value(word, kind, head.no_data).map_err(|problem| {
            let (row, col) = (row + 1, col + 1);
            SourceError::Cell {
                name: name.to_owned(),
                place: format!("row {row}, column {col} (line {line}, all counted from 1)"),
                problem,
            }
        })?;
        at += 1;
    }
    if at < rows * cols {
        let reason = format!("it ends after {at} of {rows} × {cols} values");
        return Err(damaged(reason));
    }
    let mut loaded = LoadedMatrix::new(name, matrix);
    loaded.notes.push(match kind {
        GridFormat::Esri => format!(
            "an ESRI ASCII grid, its {} lines of header were left out",
            head.lines
        ),
        GridFormat::Surfer => {
            "a Surfer grid, its rows as in the file, from south to north".to_owned()
        }
    });
    Ok(loaded)
}

/// A cell's value, or what stands there instead.
fn value(word: &str, kind: GridFormat, no_data: Option<f64>) -> Result<f64, String> {
    let shown = one_line(word);
    let value = parse_number(word).filter(|value| value.is_finite());
    let value = value.ok_or_else(|| format!("'{shown}'"))?;
    let missing = match kind {
        GridFormat::Esri => Some(value) == no_data,
        GridFormat::Surfer => value >= SURFER_BLANK,
    };
    if missing {
        return Err(format!("'{shown}', which stands for no data,"));
    }
    Ok(value)
}

fn esri_head(text: &str) -> Option<GridHeader> {
    let (mut rows, mut cols, mut no_data, mut lines) = (None, None, None, 0);
    for line in text.lines() {
        if !line.trim().is_empty() {
            let Some((key, value)) = key_and_value(line) else {
                break;
            };
            match key.as_str() {
                "nrows" => rows = side(value),
                "ncols" => cols = side(value),
                "nodata_value" => no_data = Some(value),
                _ => {}
            }
        }
        lines += 1;
    }
    Some(GridHeader {
        rows: rows?,
        cols: cols?,
        no_data,
        lines,
    })
}

/// `DSAA`, then columns and rows, then the ranges of x, y and z.
fn surfer_head(text: &str) -> Option<GridHeader> {
    let blank = text.len() - text.trim_start().len();
    let before = text[..blank].matches('\n').count();
    let mut lines = text.lines().skip(before + 1);
    let mut pair = || -> Option<(f64, f64)> {
        let mut words = lines.next()?.split_ascii_whitespace();
        let pair = (parse_number(words.next()?)?, parse_number(words.next()?)?);
        words.next().is_none().then_some(pair)
    };
    let (cols, rows) = pair()?;
    for _ in ["x", "y", "z"] {
        pair()?;
    }
    Some(GridHeader {
        rows: side(rows)?,
        cols: side(cols)?,
        no_data: None,
        lines: before + 5,
    })
}

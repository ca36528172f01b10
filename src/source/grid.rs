//! Grids of geography as text: ESRI's ASCII grids and Surfer's.

use nalgebra::DMatrix;

use super::error::one_line;
use super::table::parse_number;
use super::{Limits, Loaded, SourceError};

/// Which program's grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GridKind {
    /// `ncols 4`, `nrows 3` and more such lines, then rows from north to south.
    Esri,
    /// `DSAA`, sizes, three ranges, then rows from south to north.
    Surfer,
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
pub(super) fn kind_of(text: &str) -> Option<GridKind> {
    let first = text.trim_start().lines().next()?;
    if first.trim() == "DSAA" {
        return Some(GridKind::Surfer);
    }
    let (key, _) = key_and_value(first)?;
    (key == "ncols" || key == "nrows").then_some(GridKind::Esri)
}

/// `ncols 4`, in capitals or not.
fn key_and_value(line: &str) -> Option<(String, f64)> {
    let mut words = line.split_ascii_whitespace();
    let key = words.next()?.to_ascii_lowercase();
    let value = parse_number(words.next()?)?;
    (words.next().is_none() && KEYS.contains(&key.as_str())).then_some((key, value))
}

/// What stands above a grid's values.
struct Head {
    rows: f64,
    cols: f64,
    no_data: Option<f64>,
    /// Lines of the head.
    lines: usize,
}

/// Reads a grid whose beginning has been recognized.
pub(super) fn read(
    name: &str,
    text: &str,
    kind: GridKind,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let expected = match kind {
        GridKind::Esri => "an ESRI ASCII grid",
        GridKind::Surfer => "a Surfer grid",
    };
    let damaged = |reason: String| SourceError::damaged(name, expected, reason);
    let head = match kind {
        GridKind::Esri => esri_head(text),
        GridKind::Surfer => surfer_head(text),
    };
    let head = head.ok_or_else(|| damaged("its first lines do not say its sizes".to_owned()))?;
    let (rows, cols) = sizes(name, &head, limits)?;
    let mut values = Vec::new();
    for (line, content) in (1_u64..).zip(text.lines()).skip(head.lines) {
        for word in content.split_ascii_whitespace() {
            let at = values.len();
            if at == rows * cols {
                return Err(damaged(format!(
                    "it has more than {rows} × {cols} values (line {line})"
                )));
            }
            let value = parse_number(word).filter(|value| value.is_finite());
            let no_data = value.is_some_and(|value| match kind {
                GridKind::Esri => Some(value) == head.no_data,
                GridKind::Surfer => value >= SURFER_BLANK,
            });
            match value {
                Some(value) if !no_data => values.push(value),
                _ => {
                    let word = one_line(word);
                    let what = if no_data {
                        ", which stands for no data,"
                    } else {
                        ""
                    };
                    return Err(SourceError::Cell {
                        name: name.to_owned(),
                        place: format!(
                            "row {}, column {} (line {line}, all counted from 1)",
                            at / cols + 1,
                            at % cols + 1
                        ),
                        problem: format!("'{word}'{what}"),
                    });
                }
            }
        }
    }
    if values.len() < rows * cols {
        let found = values.len();
        return Err(damaged(format!(
            "it ends after {found} of {rows} × {cols} values"
        )));
    }
    let mut loaded = Loaded::new(name, DMatrix::from_row_slice(rows, cols, &values));
    loaded.notes.push(match kind {
        GridKind::Esri => format!(
            "an ESRI ASCII grid, its {} lines of header were left out",
            head.lines
        ),
        GridKind::Surfer => {
            "a Surfer grid, its rows as in the file, from south to north".to_owned()
        }
    });
    Ok(loaded)
}

fn esri_head(text: &str) -> Option<Head> {
    let (mut rows, mut cols, mut no_data, mut lines) = (None, None, None, 0);
    for line in text.lines() {
        if !line.trim().is_empty() {
            let Some((key, value)) = key_and_value(line) else {
                break;
            };
            match key.as_str() {
                "nrows" => rows = Some(value),
                "ncols" => cols = Some(value),
                "nodata_value" => no_data = Some(value),
                _ => {}
            }
        }
        lines += 1;
    }
    Some(Head {
        rows: rows?,
        cols: cols?,
        no_data,
        lines,
    })
}

/// `DSAA`, then columns and rows, then the ranges of x, y and z.
fn surfer_head(text: &str) -> Option<Head> {
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
    Some(Head {
        rows,
        cols,
        no_data: None,
        lines: before + 5,
    })
}

/// The sizes, checked before anything is kept.
fn sizes(name: &str, head: &Head, limits: &Limits) -> Result<(usize, usize), SourceError> {
    let Head { rows, cols, .. } = *head;
    if !(rows >= 1.0 && cols >= 1.0 && rows.fract() == 0.0 && cols.fract() == 0.0) {
        return Err(SourceError::Empty {
            name: name.to_owned(),
        });
    }
    if rows * cols > limits.max_cells as f64 {
        return Err(SourceError::TooLarge {
            name: name.to_owned(),
            what: format!("{rows} × {cols} cells"),
            limit: format!("{} cells", limits.max_cells),
        });
    }
    Ok((rows as usize, cols as usize))
}

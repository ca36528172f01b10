//! Matrix Market files, as `scipy.io.mmwrite` and the collections of sparse matrices write them.
//!
//! The format: <https://math.nist.gov/MatrixMarket/formats.html>. Read are all matrices of real
//! numbers; what scipy does where the format is silent is done here as well: entries that are given
//! twice are added, and the mirrored half of a symmetric matrix may be the one that is stored.

use nalgebra::DMatrix;

use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatFamily, Sign};
use super::table::parse_number;
use crate::source::error::{counted, one_line};
use crate::source::matrix::{not_finite, zeros};
use crate::source::{Limits, LoadedMatrix, SourceError};

const BANNER: &str = "%%MatrixMarket";
const EXPECTED: &str = "a Matrix Market file";

/// Matrix Market files, in which NIST and SciPy exchange matrices.
pub struct MatrixMarket;

impl FileFormat for MatrixMarket {
    fn name(&self) -> &'static str {
        "Matrix Market"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["mtx"]
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Text
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        let banner = start.text.get(..BANNER.len());
        Sign::likely(banner.is_some_and(|start| start.eq_ignore_ascii_case(BANNER)))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        read(input.name, &input.text(&bytes)?, input.limits)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StorageScheme {
    Coordinate,
    Array,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Real,
    Integer,
    Pattern,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symmetry {
    General,
    Symmetric,
    /// Symmetric, for real numbers.
    Hermitian,
    Skew,
}

struct Reader<'a> {
    name: &'a str,
    layout: StorageScheme,
    field: Field,
    symmetry: Symmetry,
}

/// Reads a Matrix Market file, whose banner has been seen.
fn read(name: &str, text: &str, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    let (banner, _) = text.split_once('\n').unwrap_or((text, ""));
    let reader = Reader::from_banner(name, banner)?;
    let mut lines = (1..)
        .zip(text.lines())
        .skip(1)
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('%'));
    let Some((line, sizes)) = lines.next() else {
        return Err(reader.damaged("it ends before the line with its size"));
    };
    let sizes: Option<Vec<usize>> = sizes
        .split_ascii_whitespace()
        .map(|s| s.parse().ok())
        .collect();
    match (reader.layout, sizes.as_deref()) {
        (StorageScheme::Coordinate, Some(&[rows, cols, entries])) => {
            let matrix = reader.zeros(rows, cols, limits)?;
            reader.coordinates(matrix, entries, lines)
        }
        (StorageScheme::Array, Some(&[rows, cols])) => {
            let matrix = reader.zeros(rows, cols, limits)?;
            reader.array(matrix, lines)
        }
        (StorageScheme::Coordinate, _) => Err(reader.damaged(format!(
            "line {line} does not state rows, columns and entries"
        ))),
        (StorageScheme::Array, _) => {
            Err(reader.damaged(format!("line {line} does not state rows and columns")))
        }
    }
}

impl<'a> Reader<'a> {
    fn from_banner(name: &'a str, banner: &str) -> Result<Self, SourceError> {
        let words: Vec<String> = banner
            .split_ascii_whitespace()
            .map(str::to_ascii_lowercase)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let complex = "in Python, read it with scipy.io.mmread and save its real or imaginary part with scipy.io.mmwrite";
        let (layout, field, symmetry) = match words[..] {
            [_, "matrix", layout, field, symmetry] => (layout, field, symmetry),
            [_, object, ..] if object != "matrix" => {
                let what = format!("a Matrix Market {object}");
                return Err(SourceError::unsupported(
                    name,
                    what,
                    "only matrices are read",
                ));
            }
            _ => {
                let reason = format!("its first line is not '{BANNER} matrix' and three words");
                return Err(SourceError::damaged(name, EXPECTED, reason));
            }
        };
        let unknown = |word: &str| {
            let reason = format!("its first line has the unknown word '{word}'");
            Err(SourceError::damaged(name, EXPECTED, reason))
        };
        let layout = match layout {
            "coordinate" => StorageScheme::Coordinate,
            "array" => StorageScheme::Array,
            _ => return unknown(layout),
        };
        let field = match field {
            "real" | "double" => Field::Real,
            "integer" | "unsigned-integer" => Field::Integer,
            "pattern" if layout == StorageScheme::Coordinate => Field::Pattern,
            "complex" => {
                let what = "a complex Matrix Market matrix";
                return Err(SourceError::unsupported(name, what, complex));
            }
            _ => return unknown(field),
        };
        let symmetry = match symmetry {
            "general" => Symmetry::General,
            "symmetric" => Symmetry::Symmetric,
            "hermitian" => Symmetry::Hermitian,
            "skew-symmetric" => Symmetry::Skew,
            _ => return unknown(symmetry),
        };
        Ok(Self {
            name,
            layout,
            field,
            symmetry,
        })
    }

    fn damaged(&self, reason: impl Into<String>) -> SourceError {
        SourceError::damaged(self.name, EXPECTED, reason)
    }

    fn zeros(
        &self,
        rows: usize,
        cols: usize,
        limits: &Limits,
    ) -> Result<DMatrix<f64>, SourceError> {
        if self.symmetry != Symmetry::General && rows != cols {
            return Err(self.damaged(format!("a matrix of {rows} × {cols} is not symmetric")));
        }
        zeros(self.name, (rows, cols), limits)
    }

    fn coordinates<'t>(
        &self,
        mut matrix: DMatrix<f64>,
        entries: usize,
        lines: impl Iterator<Item = (u64, &'t str)>,
    ) -> Result<LoadedMatrix, SourceError> {
        let (mut found, mut again) = (0, 0);
        for (line, content) in lines {
            let (row, col, value) = self.entry(content, line, matrix.shape())?;
            found += 1;
            if found > entries {
                return Err(self.damaged(format!(
                    "it has more than the {} it announces",
                    counted(entries, "entry", "entries")
                )));
            }
            if self.symmetry == Symmetry::Skew && row == col && value != 0.0 {
                return Err(self.damaged(format!(
                    "line {line} has {value} on the diagonal, where a skew-symmetric matrix has 0"
                )));
            }
            again += usize::from(matrix[(row, col)] != 0.0);
            matrix[(row, col)] += value;
            if row != col {
                match self.symmetry {
                    Symmetry::General => {}
                    Symmetry::Symmetric | Symmetry::Hermitian => matrix[(col, row)] += value,
                    Symmetry::Skew => matrix[(col, row)] -= value,
                }
            }
            if !matrix[(row, col)].is_finite() {
                return Err(not_finite(self.name, row, col, matrix[(row, col)]));
            }
        }
        if found < entries {
            return Err(self.damaged(format!(
                "it announces {} but has {found}",
                counted(entries, "entry", "entries")
            )));
        }
        let cells = matrix.len();
        let note = format!(
            "Matrix Market: {} for {}{}, all other cells are 0",
            counted(entries, "entry", "entries"),
            counted(cells, "cell", "cells"),
            self.symmetry.described()
        );
        let mut loaded = self.loaded(matrix, note);
        if again > 0 {
            let what = match self.symmetry {
                Symmetry::General => "in the same place",
                _ => "in the same place or its mirror image",
            };
            loaded.notes.push(format!(
                "{} repeated {what} and added up",
                counted(again, "entry was", "entries were")
            ));
        }
        Ok(loaded)
    }

    /// The place and the value that a line gives, the place counted from 0.
    fn entry(
        &self,
        content: &str,
        line: u64,
        (rows, cols): (usize, usize),
    ) -> Result<(usize, usize, f64), SourceError> {
        let words: Vec<&str> = content.split_ascii_whitespace().take(4).collect();
        let (row, col, value) = match (self.field, &words[..]) {
            (Field::Pattern, [row, col]) => (row, col, 1.0),
            (Field::Real | Field::Integer, [row, col, value]) => {
                (row, col, self.value(value, line)?)
            }
            _ => {
                let expected = if self.field == Field::Pattern { 2 } else { 3 };
                return Err(self.damaged(format!("line {line} does not have {expected} numbers")));
            }
        };
        let row = self.index(row, rows, line, "row")?;
        let col = self.index(col, cols, line, "column")?;
        Ok((row, col, value))
    }

    /// Values down the columns; of a symmetric matrix only those from the diagonal on, of a skew one
    /// those below it.
    fn array<'t>(
        &self,
        mut matrix: DMatrix<f64>,
        mut lines: impl Iterator<Item = (u64, &'t str)>,
    ) -> Result<LoadedMatrix, SourceError> {
        let (rows, cols) = matrix.shape();
        let mut found = 0_usize;
        for col in 0..cols {
            let first = match self.symmetry {
                Symmetry::General => 0,
                Symmetry::Symmetric | Symmetry::Hermitian => col,
                Symmetry::Skew => col + 1,
            };
            for row in first..rows {
                let Some((line, content)) = lines.next() else {
                    let reason = format!(
                        "it ends after {} of a {rows} × {cols} matrix",
                        counted(found, "value", "values")
                    );
                    return Err(self.damaged(reason));
                };
                let value = self.value(content.trim(), line)?;
                if !value.is_finite() {
                    return Err(not_finite(self.name, row, col, value));
                }
                matrix[(row, col)] = value;
                match self.symmetry {
                    Symmetry::General => {}
                    Symmetry::Symmetric | Symmetry::Hermitian => matrix[(col, row)] = value,
                    Symmetry::Skew => matrix[(col, row)] = -value,
                }
                found += 1;
            }
        }
        if let Some((line, _)) = lines.next() {
            let reason = format!(
                "it continues after its {}, at line {line}",
                counted(found, "value", "values")
            );
            return Err(self.damaged(reason));
        }
        let note = format!("Matrix Market: an array{}", self.symmetry.described());
        Ok(self.loaded(matrix, note))
    }

    fn loaded(&self, matrix: DMatrix<f64>, note: String) -> LoadedMatrix {
        let mut loaded = LoadedMatrix::new(self.name, matrix);
        loaded.notes.push(note);
        if self.field == Field::Pattern {
            loaded
                .notes
                .push("entries without a value were read as 1".to_owned());
        }
        loaded
    }

    fn value(&self, word: &str, line: u64) -> Result<f64, SourceError> {
        let value = parse_number(word);
        let fits = |value: &f64| self.field != Field::Integer || value.fract() == 0.0;
        value.filter(fits).ok_or_else(|| {
            let kind = if self.field == Field::Integer {
                "an integer"
            } else {
                "a number"
            };
            self.damaged(format!(
                "line {line} has '{}' instead of {kind}",
                one_line(word)
            ))
        })
    }

    /// An index counted from 1, as one from 0.
    fn index(&self, word: &str, side: usize, line: u64, what: &str) -> Result<usize, SourceError> {
        let index = word
            .parse::<usize>()
            .ok()
            .filter(|index| (1..=side).contains(index));
        index.map(|index| index - 1).ok_or_else(|| {
            let word = one_line(word);
            self.damaged(format!(
                "line {line} has {what} {word}; there are 1 to {side}"
            ))
        })
    }
}

impl Symmetry {
    fn described(self) -> &'static str {
        match self {
            Self::General => "",
            Self::Symmetric => ", symmetric",
            Self::Hermitian => ", hermitian",
            Self::Skew => ", skew-symmetric",
        }
    }
}

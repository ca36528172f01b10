//! Octave's text format, which its `save` writes.

use std::path::Path;

use nalgebra::DMatrix;

use super::error::{one_line, printable};
use super::table::parse_number;
use super::{Limits, Loaded, SourceError, file};

const EXPECTED: &str = "an Octave text file";
/// Names in an error message.
const LISTED: usize = 20;

/// `name: A` of the line `# name: A`.
fn field<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let rest = line.strip_prefix(['#', '%'])?.trim_start();
    Some(rest.strip_prefix(key)?.strip_prefix(':')?.trim())
}

/// Whether the file begins as Octave begins it: who made it, or the name and type of a variable.
pub(super) fn is_octave(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut first = lines.next().unwrap_or_default();
    if first.starts_with("# Created by Octave") {
        return true;
    }
    if field(first, "name").is_some() {
        first = lines.next().unwrap_or_default();
        return field(first, "type").is_some();
    }
    false
}

/// A variable of the file: its name, its type and the lines behind these.
struct Variable<'t> {
    name: &'t str,
    kind: &'t str,
    lines: &'t [(u64, &'t str)],
}

impl<'t> Variable<'t> {
    fn is_matrix(&self) -> bool {
        Form::of(self.kind).is_some()
    }

    /// The number behind a key such as `rows`.
    fn number(&self, key: &str) -> Option<usize> {
        let mut values = self.lines.iter().filter_map(|(_, line)| field(line, key));
        values.next()?.parse().ok()
    }

    /// Words of the lines without a key, with their line numbers.
    fn words(&self) -> impl Iterator<Item = (u64, &'t str)> {
        let values = self
            .lines
            .iter()
            .filter(|(_, line)| !line.starts_with(['#', '%']));
        values.flat_map(|(number, line)| line.split_ascii_whitespace().map(|word| (*number, word)))
    }
}

/// How the values of a type are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// One number.
    Scalar,
    /// `rows`, `columns` and rows of numbers; or `ndims`, the sides, and numbers down the columns.
    Full,
    /// `rows`, `columns` and the numbers of the diagonal.
    Diagonal,
    /// `nnz`, `rows`, `columns` and lines of row, column and value.
    Sparse,
}

impl Form {
    fn of(kind: &str) -> Option<Self> {
        let kind = kind.trim_start_matches("global ");
        let of_numbers = |prefix: &str| {
            let integer = prefix.trim_start_matches('u').strip_prefix("int");
            matches!(prefix, "" | "float" | "bool")
                || integer.is_some_and(|bits| bits.parse::<u8>().is_ok())
        };
        match kind {
            "bool" => Some(Self::Scalar),
            "sparse matrix" | "sparse bool matrix" => Some(Self::Sparse),
            "diagonal matrix" | "float diagonal matrix" => Some(Self::Diagonal),
            _ => match kind.rsplit_once(' ').unwrap_or(("", kind)) {
                (prefix, "scalar") if of_numbers(prefix) => Some(Self::Scalar),
                (prefix, "matrix") if of_numbers(prefix) => Some(Self::Full),
                _ => None,
            },
        }
    }
}

/// Reads the variable `wanted`, or the only matrix there is.
pub(super) fn read(
    name: &str,
    text: &str,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<Loaded, SourceError> {
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines().map(str::trim)).collect();
    let variables = variables(&lines);
    let variable = choose(name, &variables, wanted)?;
    let shown = match wanted {
        Some(_) => format!("{name}#{}", printable(variable.name)),
        None => name.to_owned(),
    };
    let Some(form) = Form::of(variable.kind) else {
        return Err(SourceError::unsupported(
            &shown,
            format!("an Octave variable of type {}", one_line(variable.kind)),
            "only real numbers are read; in Octave save real(A), full(A) or double(A)",
        ));
    };
    let matrix = Values {
        name: &shown,
        variable,
        limits,
    }
    .read(form)?;
    let mut loaded = Loaded::new(name, matrix);
    loaded.notes.push(format!(
        "the {} {} of an Octave text file",
        one_line(variable.kind),
        printable(variable.name)
    ));
    if wanted.is_none() && variables.len() > 1 {
        let others = names(variables.iter().filter(|other| other.name != variable.name));
        loaded
            .notes
            .push(format!("the file also has {others}, no matrices"));
    }
    Ok(loaded)
}

fn variables<'t>(lines: &'t [(u64, &'t str)]) -> Vec<Variable<'t>> {
    let starts: Vec<usize> = (0..lines.len())
        .filter(|&at| field(lines[at].1, "name").is_some())
        .collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| {
            let kind = field(lines.get(start + 1)?.1, "type")?;
            Some(Variable {
                name: field(lines[start].1, "name")?,
                kind,
                lines: &lines[start + 2..end],
            })
        })
        .collect()
}

fn names<'a, 't: 'a>(variables: impl Iterator<Item = &'a Variable<'t>>) -> String {
    let all: Vec<String> = variables.map(|variable| printable(variable.name)).collect();
    let rest = if all.len() > LISTED { ", …" } else { "" };
    all[..all.len().min(LISTED)].join(", ") + rest
}

fn choose<'a, 't>(
    name: &str,
    variables: &'a [Variable<'t>],
    wanted: Option<&str>,
) -> Result<&'a Variable<'t>, SourceError> {
    let matrices = || variables.iter().filter(|variable| variable.is_matrix());
    let chosen = match wanted {
        Some(wanted) => variables.iter().find(|variable| variable.name == wanted),
        None if matrices().count() == 1 => matrices().next(),
        None if variables.len() == 1 => variables.first(),
        None => None,
    };
    if let Some(variable) = chosen {
        return Ok(variable);
    }
    if matrices().next().is_none() {
        let reason = "there is no matrix in it";
        return Err(SourceError::damaged(name, EXPECTED, reason));
    }
    let problem = match wanted {
        Some(wanted) => format!("has no matrix '{}'", printable(wanted)),
        None => format!("has {} matrices", matrices().count()),
    };
    if file::may_hold_arrays(Path::new(name)) {
        return Err(SourceError::WhichArray {
            name: name.to_owned(),
            problem,
            names: names(matrices()),
        });
    }
    Err(SourceError::unsupported(
        name,
        format!("the Octave matrices {}", names(matrices())),
        "give it a name that ends in .txt, then choose one as FILE.txt#NAME",
    ))
}

struct Values<'a, 't> {
    name: &'a str,
    variable: &'a Variable<'t>,
    limits: &'a Limits,
}

impl Values<'_, '_> {
    fn damaged(&self, reason: impl Into<String>) -> SourceError {
        SourceError::damaged(self.name, EXPECTED, reason)
    }

    fn read(&self, form: Form) -> Result<DMatrix<f64>, SourceError> {
        let mut words = self.variable.words();
        if form == Form::Scalar {
            let values = self.values(words, 1, 1)?;
            return Ok(DMatrix::from_row_slice(1, 1, &values));
        }
        if let Some(axes) = self.variable.number("ndims") {
            if axes != 2 {
                let what = format!("an array of {axes} axes");
                let remedy = "in Octave save one slice of it, such as A(:,:,1)";
                return Err(SourceError::unsupported(self.name, what, remedy));
            }
            let mut side = || words.next()?.1.parse::<usize>().ok();
            let sides = side().zip(side());
            let (rows, cols) = self.sides(sides)?;
            let values = self.values(words, rows * cols, rows)?;
            return Ok(DMatrix::from_column_slice(rows, cols, &values));
        }
        let sides = self
            .variable
            .number("rows")
            .zip(self.variable.number("columns"));
        let (rows, cols) = self.sides(sides)?;
        match form {
            Form::Diagonal => {
                let values = self.values(words, rows.min(cols), 1)?;
                let mut matrix = DMatrix::zeros(rows, cols);
                for (at, value) in values.into_iter().enumerate() {
                    matrix[(at, at)] = value;
                }
                Ok(matrix)
            }
            Form::Sparse => self.sparse(words, rows, cols),
            _ => {
                let values = self.values(words, rows * cols, cols)?;
                Ok(DMatrix::from_row_slice(rows, cols, &values))
            }
        }
    }

    /// The sides that the file says, checked before anything of that size is made.
    fn sides(&self, sides: Option<(usize, usize)>) -> Result<(usize, usize), SourceError> {
        let (rows, cols) =
            sides.ok_or_else(|| self.damaged(format!("{} has no sizes", self.label())))?;
        match rows.checked_mul(cols) {
            Some(0) => Err(SourceError::Empty {
                name: self.name.to_owned(),
            }),
            Some(cells) if cells <= self.limits.max_cells => Ok((rows, cols)),
            _ => Err(SourceError::TooLarge {
                name: self.name.to_owned(),
                what: format!("{rows} × {cols} cells"),
                limit: format!("{} cells", self.limits.max_cells),
            }),
        }
    }

    fn label(&self) -> String {
        printable(self.variable.name)
    }

    /// Exactly `count` numbers.
    fn values<'w>(
        &self,
        words: impl Iterator<Item = (u64, &'w str)>,
        count: usize,
        per_line: usize,
    ) -> Result<Vec<f64>, SourceError> {
        let mut values = Vec::new();
        for (line, word) in words {
            if values.len() == count {
                let reason = format!(
                    "{} has more than {count} values (line {line})",
                    self.label()
                );
                return Err(self.damaged(reason));
            }
            values.push(self.value(word, line)?);
        }
        if values.len() < count {
            let (found, line) = (values.len(), values.len() / per_line.max(1) + 1);
            let reason = format!(
                "{} has {found} of {count} values, it ends in line {line} of them",
                self.label()
            );
            return Err(self.damaged(reason));
        }
        Ok(values)
    }

    fn value(&self, word: &str, line: u64) -> Result<f64, SourceError> {
        let value = parse_number(word).filter(|value| value.is_finite());
        value.ok_or_else(|| SourceError::Cell {
            name: self.name.to_owned(),
            place: format!("line {line}, counted from 1"),
            problem: format!("'{}' in {}", one_line(word), self.label()),
        })
    }

    fn sparse<'w>(
        &self,
        mut words: impl Iterator<Item = (u64, &'w str)>,
        rows: usize,
        cols: usize,
    ) -> Result<DMatrix<f64>, SourceError> {
        let mut matrix = DMatrix::zeros(rows, cols);
        let mut found = 0;
        while let Some((line, row)) = words.next() {
            let place = |word: &str, side: usize| {
                let index = word
                    .parse::<usize>()
                    .ok()
                    .filter(|index| (1..=side).contains(index));
                index.map(|index| index - 1)
            };
            let rest = words.next().zip(words.next());
            let cell = rest.and_then(|((_, col), (_, value))| {
                Some((place(row, rows)?, place(col, cols)?, value))
            });
            let Some((row, col, value)) = cell else {
                let reason =
                    format!("line {line} has not a row, a column and a value of {rows} × {cols}");
                return Err(self.damaged(reason));
            };
            matrix[(row, col)] += self.value(value, line)?;
            found += 1;
        }
        match self.variable.number("nnz") {
            Some(expected) if expected != found => Err(self.damaged(format!(
                "{} says {expected} entries and has {found}",
                self.label()
            ))),
            _ => Ok(matrix),
        }
    }
}

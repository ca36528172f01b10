//! Octave's text format, which its `save` writes.

use std::path::Path;

use nalgebra::DMatrix;

use super::input::{FileStart, Input};
use super::kind::{FileFormat, FormatContent, FormatFamily, Sign};
use super::table::parse_number;
use crate::source::error::{counted, one_line, printable};
use crate::source::file_name::ending;
use crate::source::matrix::zeros;
use crate::source::{ArrayInfo, Arrays, Limits, LoadedMatrix, OtherKind, OtherMember, SourceError};

const EXPECTED: &str = "an Octave text file";
/// Names in an error message.
const LISTED: usize = 20;
/// Octave writes text under the name of MATLAB's files as well.
const ENDINGS: &[&str] = &["txt", "mat"];

/// Variables that Octave's `save -text` wrote.
pub struct Octave;

impl FileFormat for Octave {
    fn name(&self) -> &'static str {
        "Octave text"
    }

    fn endings(&self) -> &'static [&'static str] {
        ENDINGS
    }

    fn family(&self) -> FormatFamily {
        FormatFamily::Text
    }

    fn holds(&self) -> FormatContent {
        FormatContent::Arrays
    }

    fn recognizes(&self, start: &FileStart<'_>) -> Sign {
        Sign::likely(is_octave(&start.text))
    }

    fn read(&self, input: &mut Input<'_>) -> Result<LoadedMatrix, SourceError> {
        let bytes = input.bytes()?;
        read(input.name, &input.text(&bytes)?, input.wanted, input.limits)
    }

    fn list(&self, input: &mut Input<'_>) -> Result<Option<Arrays>, SourceError> {
        let bytes = input.bytes()?;
        Ok(Some(list(&input.text(&bytes)?)))
    }
}

/// `name: A` of the line `# name: A`.
fn field<'t>(line: &'t str, key: &str) -> Option<&'t str> {
    let rest = line.strip_prefix(['#', '%'])?.trim_start();
    Some(rest.strip_prefix(key)?.strip_prefix(':')?.trim())
}

/// Whether the file begins as Octave begins it: who made it, or the name and type of a variable.
fn is_octave(text: &str) -> bool {
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
        ValueLayout::of(self.kind).is_some()
    }

    /// The number behind a key such as `rows`.
    fn number(&self, key: &str) -> Option<usize> {
        let mut values = self.lines.iter().filter_map(|(_, line)| field(line, key));
        values.next()?.parse().ok()
    }

    /// The sides, where it is made of real numbers and says them.
    fn shape(&self) -> Option<Vec<u64>> {
        if ValueLayout::of(self.kind)? == ValueLayout::Scalar {
            return Some(vec![1, 1]);
        }
        if let Some(axes) = self.number("ndims") {
            let sides = self.words().take(axes).map(|(_, word)| word.parse().ok());
            return sides.collect();
        }
        let side = |key| Some(self.number(key)? as u64);
        Some(vec![side("rows")?, side("columns")?])
    }

    /// The bytes of its lines, line ends and blanks around them left out.
    fn bytes(&self) -> u64 {
        self.lines.iter().map(|(_, line)| line.len() as u64).sum()
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

/// The layout of a type's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueLayout {
    /// One number.
    Scalar,
    /// `rows`, `columns` and rows of numbers; or `ndims`, the sides, and numbers down the columns.
    Full,
    /// `rows`, `columns` and the numbers of the diagonal.
    Diagonal,
    /// `nnz`, `rows`, `columns` and lines of row, column and value.
    Sparse,
}

impl ValueLayout {
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
fn read(
    name: &str,
    text: &str,
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines().map(str::trim)).collect();
    let variables = variables(&lines);
    let variable = choose(name, &variables, wanted)?;
    let shown = match wanted {
        Some(_) => format!("{name}#{}", printable(variable.name)),
        None => name.to_owned(),
    };
    let Some(form) = ValueLayout::of(variable.kind) else {
        return Err(SourceError::unsupported(
            &shown,
            format!("an Octave variable of type {}", one_line(variable.kind)),
            "only real numbers are read; in Octave save real(A), full(A) or double(A)",
        ));
    };
    let matrix = OctaveValues {
        name: &shown,
        variable,
        limits,
    }
    .read(form)?;
    let mut loaded = LoadedMatrix::new(name, matrix);
    loaded.notes.push(format!(
        "the {} {} of an Octave text file",
        one_line(variable.kind),
        printable(variable.name)
    ));
    if wanted.is_none() && variables.len() > 1 {
        let others = names(variables.iter().filter(|other| other.name != variable.name));
        loaded.notes.push(format!(
            "other variables in the file were ignored: {others}"
        ));
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

/// Every variable in the order of the names: the matrices, and the others with their types.
fn list(text: &str) -> Arrays {
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines().map(str::trim)).collect();
    let mut variables = variables(&lines);
    variables.sort_by_key(|variable| variable.name);
    let mut listed = Arrays::default();
    for variable in variables {
        let name = variable.name.to_owned();
        let kind = one_line(variable.kind);
        match variable.shape() {
            Some(shape) => listed.arrays.push(ArrayInfo {
                name,
                shape,
                dtype: kind,
                bytes: variable.bytes(),
                update: None,
            }),
            None => listed.others.push(OtherMember {
                name,
                reason: format!("a variable of type {kind}, no matrix of real numbers"),
                kind: OtherKind::None,
            }),
        }
    }
    listed
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
    if ENDINGS.contains(&ending(Path::new(name)).as_str()) {
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

struct OctaveValues<'a, 't> {
    name: &'a str,
    variable: &'a Variable<'t>,
    limits: &'a Limits,
}

impl OctaveValues<'_, '_> {
    fn damaged(&self, reason: impl Into<String>) -> SourceError {
        SourceError::damaged(self.name, EXPECTED, reason)
    }

    fn read(&self, form: ValueLayout) -> Result<DMatrix<f64>, SourceError> {
        let mut words = self.variable.words();
        if form == ValueLayout::Scalar {
            let matrix = self.zeros(Some((1, 1)))?;
            return self.fill(matrix, words, 1, |_| (0, 0));
        }
        if let Some(axes) = self.variable.number("ndims") {
            if axes != 2 {
                let what = format!("an array of {axes} axes");
                let remedy = "in Octave save one slice of it, such as A(:,:,1)";
                return Err(SourceError::unsupported(self.name, what, remedy));
            }
            let mut side = || words.next()?.1.parse::<usize>().ok();
            let sides = side().zip(side());
            let matrix = self.zeros(sides)?;
            let (rows, count) = (matrix.nrows(), matrix.len());
            return self.fill(matrix, words, count, |at| (at % rows, at / rows));
        }
        let rows = self.variable.number("rows");
        let matrix = self.zeros(rows.zip(self.variable.number("columns")))?;
        let (rows, cols) = matrix.shape();
        match form {
            ValueLayout::Diagonal => self.fill(matrix, words, rows.min(cols), |at| (at, at)),
            ValueLayout::Sparse => self.sparse(matrix, words),
            _ => self.fill(matrix, words, rows * cols, |at| (at / cols, at % cols)),
        }
    }

    fn zeros(&self, sides: Option<(usize, usize)>) -> Result<DMatrix<f64>, SourceError> {
        let sides = sides
            .ok_or_else(|| self.damaged(format!("{} does not state its size", self.label())))?;
        zeros(self.name, sides, self.limits)
    }

    fn label(&self) -> String {
        printable(self.variable.name)
    }

    /// Exactly `count` numbers, each in its cell.
    fn fill<'w>(
        &self,
        mut matrix: DMatrix<f64>,
        words: impl Iterator<Item = (u64, &'w str)>,
        count: usize,
        cell: impl Fn(usize) -> (usize, usize),
    ) -> Result<DMatrix<f64>, SourceError> {
        let mut found = 0;
        for (line, word) in words {
            if found == count {
                let name = self.label();
                let reason = format!("{name} has more than {count} values (line {line})");
                return Err(self.damaged(reason));
            }
            matrix[cell(found)] = self.value(word, line)?;
            found += 1;
        }
        if found < count {
            let reason = format!("{} has {found} of {count} values", self.label());
            return Err(self.damaged(reason));
        }
        Ok(matrix)
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
        mut matrix: DMatrix<f64>,
        mut words: impl Iterator<Item = (u64, &'w str)>,
    ) -> Result<DMatrix<f64>, SourceError> {
        let (rows, cols) = matrix.shape();
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
                let reason = format!(
                    "line {line} does not give a row, a column and a value within {rows} × {cols}"
                );
                return Err(self.damaged(reason));
            };
            matrix[(row, col)] += self.value(value, line)?;
            found += 1;
        }
        match self.variable.number("nnz") {
            Some(expected) if expected != found => Err(self.damaged(format!(
                "{} announces {} but has {found}",
                self.label(),
                counted(expected, "entry", "entries")
            ))),
            _ => Ok(matrix),
        }
    }
}

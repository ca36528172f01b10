//! Rows and columns of text, as part of a figure and as text, CSV, LaTeX or Markdown to copy.

use std::ops::Range;

use super::label;
use super::latex::latex;
use super::palette::Rgb;

/// A number to its last digit, in as few characters as a program needs.
fn exact(value: f64) -> String {
    match value.abs() {
        size if size != 0.0 && !(1e-5..1e16).contains(&size) => format!("{value:e}"),
        _ => value.to_string(),
    }
}

/// A table with a header.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// A line above the table.
    pub title: Option<String>,
    /// The header.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Row>,
}

impl Table {
    /// Takes columns away with their cells.
    pub fn remove_columns(&mut self, columns: Range<usize>) {
        self.columns.drain(columns.clone());
        for row in &mut self.rows {
            row.cells.drain(columns.clone());
        }
    }
}

/// A column's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name that people read.
    pub name: String,
    /// The name in CSV, a key of the JSON form where it has the same numbers.
    pub key: String,
    /// The alignment of the cells.
    pub align: Align,
    /// What its numbers are, in a phrase; nothing where the name says it all.
    pub about: &'static str,
}

impl Column {
    /// A column of words.
    pub fn left(name: impl Into<String>) -> Self {
        Self::new(name.into(), Align::Left)
    }

    /// A column of numbers.
    pub fn right(name: impl Into<String>) -> Self {
        Self::new(name.into(), Align::Right)
    }

    /// This column under another name in CSV.
    #[must_use]
    pub fn keyed(self, key: impl Into<String>) -> Self {
        let key = key.into();
        Self { key, ..self }
    }

    /// This column with what its numbers are.
    #[must_use]
    pub fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }

    /// In CSV the name becomes lower snake case.
    fn new(name: String, align: Align) -> Self {
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let key = words.join("_").to_lowercase();
        Self {
            name,
            key,
            align,
            about: "",
        }
    }
}

/// The alignment of a column's cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The method's colour, shown at the row's head.
    pub color: Option<Rgb>,
    /// The cells.
    pub cells: Vec<Cell>,
}

/// A cell: what is read, and the exact value behind it where that says more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// As shown.
    pub text: String,
    /// As written to CSV.
    pub exact: Option<String>,
}

impl Cell {
    /// Words, or a number that is exact as shown.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            exact: None,
        }
    }

    /// A name with the identifier that programs know it by.
    pub fn named(name: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            text: name.into(),
            exact: Some(id.into()),
        }
    }

    /// A place counted from 0, as programs do; people read it counted from 1.
    pub fn place(from_zero: usize) -> Self {
        Self::named(label::count(from_zero + 1), from_zero.to_string())
    }

    /// No number.
    pub fn none() -> Self {
        Self::named("–", "")
    }

    /// A number that is shown rounded.
    pub fn number(text: impl Into<String>, value: f64) -> Self {
        Self {
            text: text.into(),
            exact: Some(exact(value)),
        }
    }

    /// A count, shown with its thousands set apart.
    pub fn count(value: usize) -> Self {
        Self {
            text: label::count(value),
            exact: Some(value.to_string()),
        }
    }
}

impl Cell {
    /// The text as a line of text, LaTeX or Markdown can hold it, whatever name it is: of a length that leaves
    /// the other columns in sight.
    fn line(&self) -> String {
        label::middle(&label::one_line(&self.text))
    }
}

impl Table {
    /// Comma-separated values with a header line of keys, identifiers and the exact numbers. Names are
    /// the true ones, quoted where they hold a comma, a quote or a line end.
    pub fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = self.columns.iter().map(|column| column.key.clone());
        let rows = self.rows.iter().map(|row| {
            let exact = |cell: &Cell| cell.exact.clone().unwrap_or_else(|| cell.text.clone());
            row.cells.iter().map(exact).collect::<Vec<_>>()
        });
        for record in std::iter::once(header.collect()).chain(rows) {
            // Rows of unequal length are padded, and writing to memory cannot fail.
            let padded = (0..self.columns.len()).map(|i| record.get(i).map_or("", String::as_str));
            if writer.write_record(padded).is_err() {
                break;
            }
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Columns padded with spaces, as for a terminal or a message.
    pub fn to_text(&self) -> String {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|i| {
                let cells = self.rows.iter().filter_map(|row| row.cells.get(i));
                let longest = cells.map(|cell| cell.line().chars().count()).max();
                longest
                    .unwrap_or_default()
                    .max(self.columns[i].name.chars().count())
            })
            .collect();
        let line = |cells: &mut dyn Iterator<Item = String>| {
            let padded: Vec<String> = cells
                .zip(&self.columns)
                .zip(&widths)
                .map(|((text, column), &width)| match column.align {
                    Align::Left => format!("{text:<width$}"),
                    Align::Right => format!("{text:>width$}"),
                })
                .collect();
            format!("{}\n", padded.join("  ").trim_end())
        };
        let mut text = line(&mut self.columns.iter().map(|column| column.name.clone()));
        for row in &self.rows {
            text += &line(&mut row.cells.iter().map(Cell::line));
        }
        text
    }

    /// A table of GitHub's Markdown.
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        // A bar would end the cell, and stars and the like would change the type.
        let plain = |text: &str| {
            let mut out = String::with_capacity(text.len());
            for c in text.chars() {
                if matches!(c, '|' | '*' | '_' | '`' | '<' | '\\') {
                    out.push('\\');
                }
                out.push(c);
            }
            out
        };
        let names = self.columns.iter().map(|column| plain(&column.name));
        let rules = self.columns.iter().map(|column| match column.align {
            Align::Left => ":--".to_owned(),
            Align::Right => "--:".to_owned(),
        });
        let mut text = line(names.collect()) + &line(rules.collect());
        for row in &self.rows {
            text += &line(row.cells.iter().map(|cell| plain(&cell.line())).collect());
        }
        text
    }

    /// A `tabular` in the style of the `booktabs` package.
    pub fn to_latex(&self) -> String {
        let format: String = self
            .columns
            .iter()
            .map(|column| match column.align {
                Align::Left => 'l',
                Align::Right => 'r',
            })
            .collect();
        let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
        let header = self.columns.iter().map(|column| latex(&column.name));
        let mut text = format!("\\begin{{tabular}}{{{format}}}\n\\toprule\n");
        text += &line(header.collect());
        text += "\\midrule\n";
        for row in &self.rows {
            text += &line(row.cells.iter().map(|cell| latex(&cell.line())).collect());
        }
        text + "\\bottomrule\n\\end{tabular}\n"
    }
}

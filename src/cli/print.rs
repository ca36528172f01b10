//! Standard output, and the formats of what goes there.

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use super::Failure;
use crate::figure::{Table, label};
use crate::report;
use crate::system;
use crate::text::elide;

/// In which form results are printed; a table for people without any of these.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[group(multiple = false)]
#[command(next_help_heading = "Output")]
pub struct FormatArgs {
    /// Prints one JSON object
    #[arg(long)]
    pub json: bool,
    /// Prints the table as comma-separated values, with exact numbers and the keys of --json
    #[arg(long)]
    pub csv: bool,
    /// Prints the table as a LaTeX tabular for the booktabs package
    #[arg(long)]
    pub latex: bool,
    /// Prints the table in Markdown
    #[arg(long)]
    pub markdown: bool,
    /// Prints a caption for the figure, with its settings
    #[arg(long)]
    pub caption: bool,
    /// Prints the caption as LaTeX source
    #[arg(long)]
    pub latex_caption: bool,
}

impl FormatArgs {
    /// The option that was given.
    pub fn option(self) -> Option<&'static str> {
        let options = [
            (self.json, "--json"),
            (self.csv, "--csv"),
            (self.latex, "--latex"),
            (self.markdown, "--markdown"),
            (self.caption, "--caption"),
            (self.latex_caption, "--latex-caption"),
        ];
        options.into_iter().find(|one| one.0).map(|one| one.1)
    }

    /// Whether standard output belongs to another program, so that remarks go to standard error.
    pub fn for_programs(self) -> bool {
        self.option().is_some()
    }
}

/// Writes all of `bytes`. A reader that has seen enough (`| head`) is no error.
pub fn standard_output(bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::run(format!(
            "nothing can be written to standard output, because {}",
            system::standard_output(&error)
        ))),
        _ => Ok(()),
    }
}

/// Writes text to standard output: to files and other programs as it is, so that names in it stay the
/// true ones, and to a terminal without any character that it would obey.
pub fn text(text: &str) -> Result<(), Failure> {
    match io::stdout().is_terminal() {
        true => standard_output(label::for_terminal(text)),
        false => standard_output(text),
    }
}

/// Prints one JSON object and a line end.
pub fn json(value: &impl Serialize) -> Result<(), Failure> {
    text(&report::text(value).map_err(Failure::run)?)
}

/// Prints remarks to standard error, for the user of a program that reads the results.
pub fn remarks(notes: &[String]) {
    let mut err = io::stderr().lock();
    for note in notes {
        // Nothing is lost when nobody reads remarks.
        let _ = writeln!(err, "note: {}", elide::message(&label::clean(note)));
    }
}

/// Text for people: a heading, tables, remarks, with empty lines between.
pub fn page(heading: &str, tables: &[&Table], notes: &[String]) -> Result<(), Failure> {
    let mut parts = vec![format!("{}\n", label::clean(heading))];
    for table in tables {
        let title = table.title.as_ref();
        let title = title.map(|title| format!("{}\n", label::clean(title)));
        parts.push(title.unwrap_or_default() + &table.to_text());
    }
    if !notes.is_empty() {
        let lines = notes.iter().map(|note| format!("{}\n", label::clean(note)));
        parts.push(lines.collect());
    }
    text(&parts.join("\n"))
}

//! A view as a command line shows it: the figure's file, and what is printed.

use super::figure::FigureTarget;
use super::output::Outputs;
use super::{Failure, FormatArgs, print};
use crate::figure::{Table, latex};
use crate::views::Document;

/// The text that is printed around the tables.
pub(super) struct PrintedPage {
    /// The line above them.
    pub heading: String,
    /// Remarks that stand on the page alone, before the notes.
    pub remarks: Vec<String>,
    /// Notes on the numbers.
    pub notes: Vec<String>,
}

/// Writes the figure, if one is asked for, and prints the numbers in the form that is asked for;
/// notes go to standard error where another program reads standard output.
pub(super) fn present(
    document: &Document<'_>,
    mut page: PrintedPage,
    format: FormatArgs,
    target: Option<&FigureTarget>,
    outputs: &Outputs<'_>,
) -> Result<(), Failure> {
    if let Some(target) = target {
        page.notes.extend(target.draw(document)?);
    }
    if outputs.leave_only_remarks(&page.notes) {
        return Ok(());
    }
    if format.for_programs() {
        print::remarks(&page.notes);
    }
    let text = match format {
        FormatArgs { json: true, .. } => document.json(),
        FormatArgs { csv: true, .. } => document.csv(),
        FormatArgs { latex: true, .. } => document.latex(),
        FormatArgs { markdown: true, .. } => document.markdown(),
        FormatArgs { caption: true, .. } => document.caption().map(|text| text + "\n"),
        FormatArgs {
            latex_caption: true,
            ..
        } => document.caption().map(|text| latex(&text) + "\n"),
        FormatArgs { .. } => {
            let tables = document.tables().map_err(Failure::run)?;
            let tables: Vec<&Table> = tables.iter().collect();
            page.remarks.extend(page.notes);
            return print::page(&page.heading, &tables, &page.remarks);
        }
    };
    print::text(&text.map_err(Failure::run)?)
}

//! The subcommand that lists a file's arrays.

use std::path::PathBuf;

use serde::Serialize;

use super::{Failure, print};
use crate::figure::{Cell, Column, Row, Table, label};
use crate::memory;
use crate::source::{ArrayInfo, Arrays, formats_with_arrays, list_arrays};

/// Arguments of `arrays`.
#[derive(Clone, Debug, clap::Args)]
pub struct ArraysArgs {
    /// The file
    #[arg(value_name = "FILE", help = format!("The file: {}", formats_with_arrays()))]
    pub file: PathBuf,
    /// Prints one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

#[derive(Serialize)]
struct Listing<'a> {
    file: String,
    #[serde(flatten)]
    listed: &'a Arrays,
}

/// Runs `arrays`.
pub(super) fn run(arguments: &ArraysArgs) -> Result<(), Failure> {
    let listed = list_arrays(&arguments.file)?;
    let file = arguments.file.display().to_string();
    if arguments.json {
        let listed = &listed;
        return print::json(&Listing { file, listed });
    }
    let count = match listed.arrays.len() {
        1 => "1 array".to_owned(),
        count => format!("{} arrays", label::count(count)),
    };
    let others = listed.others.iter();
    let notes: Vec<String> = others
        .map(|other| match other.reason.contains(&other.name) {
            true => other.reason.clone(),
            false => format!("{}: {}", other.name, other.reason),
        })
        .collect();
    let tables: Vec<Table> = match listed.arrays.is_empty() {
        true => Vec::new(),
        false => vec![table(&file, &listed.arrays)],
    };
    let tables: Vec<&Table> = tables.iter().collect();
    print::page(&format!("{file}: {count}"), &tables, &notes)
}

/// The one array of an `.npy` file goes by the file's name.
fn table(file: &str, arrays: &[ArrayInfo]) -> Table {
    let row = |array: &ArrayInfo| {
        let sides: Vec<String> = array.shape.iter().map(u64::to_string).collect();
        let shape = match sides.is_empty() {
            true => "one number".to_owned(),
            false => sides.join(" × "),
        };
        let name = match array.name.is_empty() {
            true => file,
            false => &array.name,
        };
        Row {
            color: None,
            cells: vec![
                Cell::text(label::clean(name)),
                Cell::text(shape),
                Cell::text(array.dtype.clone()),
                Cell::text(memory::bytes(array.bytes)),
            ],
        }
    };
    Table {
        title: None,
        columns: vec![
            Column::left("Name"),
            Column::left("Shape"),
            Column::left("Type"),
            Column::right("Size"),
        ],
        rows: arrays.iter().map(row).collect(),
    }
}

//! The subcommand that lists a file's arrays.

use std::path::PathBuf;

use serde::Serialize;

use super::{Failure, print};
use crate::analysis::ModelComparison;
use crate::figure::{Cell, Column, Row, Table, label};
use crate::memory;
use crate::source::{ArrayInfo, Arrays, UpdateInfo, formats_with_arrays, list_arrays};

/// Arguments of `arrays`.
#[derive(Clone, Debug, clap::Args)]
pub struct ArraysArgs {
    /// The file or folder
    #[arg(value_name = "FILE", help = format!("The file: {}; or the folder of a checkpoint or an adapter", formats_with_arrays()))]
    pub file: PathBuf,
    /// Compares with the arrays of the same names in this file or folder, such as the base model's
    #[arg(long, value_name = "BASE")]
    pub subtract: Option<PathBuf>,
    /// Prints one JSON object
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

#[derive(Serialize)]
struct Listing<'a> {
    file: String,
    #[serde(flatten)]
    listed: &'a Arrays,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtract: Option<ModelComparison>,
}

/// Runs `arrays`.
pub(super) fn run(arguments: &ArraysArgs) -> Result<(), Failure> {
    let listed = list_arrays(&arguments.file)?;
    let file = arguments.file.display().to_string();
    let base = arguments.subtract.as_ref().map(list_arrays).transpose()?;
    let compared = arguments.subtract.as_ref().zip(base.as_ref());
    let compared = compared.map(|(path, base)| {
        let file = path.display().to_string();
        ModelComparison::new(file, listed.layers(), &base.arrays)
    });
    if arguments.json {
        let (listed, subtract) = (&listed, compared);
        return print::json(&Listing {
            file,
            listed,
            subtract,
        });
    }
    let count = label::counted(listed.arrays.len(), "array");
    let others = listed.others.iter();
    let mut notes: Vec<String> = others
        .map(|other| match other.reason.contains(&other.name) {
            true => other.reason.clone(),
            false => format!("{}: {}", other.name, other.reason),
        })
        .collect();
    if let Some(compared) = &compared {
        let differences = compared.notes();
        let none = differences.is_empty();
        notes.extend(differences);
        notes.extend(none.then(|| ModelComparison::NONE.to_owned()));
    }
    let tables: Vec<Table> = match listed.arrays.is_empty() {
        true => Vec::new(),
        false => vec![table(&file, &listed.arrays)],
    };
    let tables: Vec<&Table> = tables.iter().collect();
    print::page(&format!("{file}: {count}"), &tables, &notes)
}

/// The one array of an `.npy` file goes by the file's name.
fn table(file: &str, arrays: &[ArrayInfo]) -> Table {
    let updates = arrays.iter().any(|array| array.update.is_some());
    let row = |array: &ArrayInfo| {
        let name = match array.name.is_empty() && arrays.len() == 1 {
            true => file,
            false => &array.name,
        };
        let mut cells = vec![
            Cell::named(label::name(name), name),
            Cell::text(array.sides()),
            Cell::text(array.dtype.clone()),
            Cell::text(memory::bytes(array.bytes)),
        ];
        if updates {
            let update = array.update.as_ref();
            cells.push(Cell::text(
                update.map(UpdateInfo::sentence).unwrap_or_default(),
            ));
        }
        Row { color: None, cells }
    };
    let mut columns = vec![
        Column::left("Name"),
        Column::left("Shape"),
        Column::left("Type"),
        Column::right("Size"),
    ];
    if updates {
        columns.push(Column::left("Update"));
    }
    Table {
        title: None,
        columns,
        rows: arrays.iter().map(row).collect(),
    }
}

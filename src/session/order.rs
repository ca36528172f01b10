//! An order of rows and columns that a session looks at its matrix in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::approx::order::Order;
use crate::source::{LoadedMatrix, SourceError};
use crate::store::{JsonKind, read_json};

/// The form that orders are written in.
const VERSION: u32 = 1;

/// An order, and the file it is from; shared, so that undo may keep many sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenOrder", into = "WrittenOrder")]
pub struct ChosenOrder {
    order: Arc<Order>,
    /// Where it was read from or saved to; a command line can name it then.
    pub file: Option<PathBuf>,
}

impl From<Order> for ChosenOrder {
    fn from(order: Order) -> Self {
        Self {
            order: Arc::new(order),
            file: None,
        }
    }
}

/// As it stands in files. What `order --json` prints reads back too.
#[derive(Serialize, Deserialize)]
struct WrittenOrder {
    #[serde(default)]
    version: u32,
    /// `row_order[i]` is the original row at place `i`.
    row_order: Vec<usize>,
    col_order: Vec<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
}

impl From<ChosenOrder> for WrittenOrder {
    fn from(chosen: ChosenOrder) -> Self {
        Self {
            version: VERSION,
            row_order: chosen.order.rows.clone(),
            col_order: chosen.order.cols.clone(),
            file: chosen.file,
        }
    }
}

impl WrittenOrder {
    fn ensure_known(&self) -> Result<(), String> {
        match self.version <= VERSION {
            true => Ok(()),
            false => {
                Err("this order was written by a newer version; update the program".to_owned())
            }
        }
    }
}

impl TryFrom<WrittenOrder> for ChosenOrder {
    type Error = String;

    fn try_from(written: WrittenOrder) -> Result<Self, String> {
        written.ensure_known()?;
        check("row_order", &written.row_order)?;
        check("col_order", &written.col_order)?;
        Ok(Self {
            order: Arc::new(Order {
                rows: written.row_order,
                cols: written.col_order,
            }),
            file: written.file,
        })
    }
}

/// Whether every place from zero on occurs once.
fn check(name: &str, order: &[usize]) -> Result<(), String> {
    let mut seen = vec![false; order.len()];
    for place in order {
        match seen.get_mut(*place) {
            Some(seen) if !*seen => *seen = true,
            Some(_) => return Err(format!("{name} names {place} twice")),
            None => {
                let last = order.len() - 1;
                return Err(format!(
                    "{name} names {place}, and its last place is {last}"
                ));
            }
        }
    }
    Ok(())
}

impl ChosenOrder {
    /// Reads what `order --out` or `order --json` wrote.
    ///
    /// # Errors
    /// A file that cannot be read, and text that is no order.
    pub fn read(path: &Path) -> Result<Self, String> {
        let told = |why: String| format!("{why}: {}", path.display());
        let remedy = "choose what order --out wrote";
        let written: WrittenOrder = read_json(path, JsonKind::Order, remedy).map_err(told)?;
        written.ensure_known().map_err(told)?;
        let chosen = Self::try_from(written)
            .map_err(|why| told(format!("this is no order ({why}); {remedy}")))?;
        Ok(Self {
            file: Some(path.to_owned()),
            ..chosen
        })
    }

    /// The text of a file that holds the order.
    ///
    /// # Errors
    /// None in practice: numbers can always be written.
    pub fn to_json(&self) -> Result<String, String> {
        let written = WrittenOrder::from(Self {
            file: None,
            ..self.clone()
        });
        let text = serde_json::to_string(&written).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }

    /// A loaded matrix in this order.
    ///
    /// # Errors
    /// An order for another shape, or no memory for the matrix once more.
    pub(super) fn of_loaded(&self, loaded: LoadedMatrix) -> Result<LoadedMatrix, SourceError> {
        let (rows, cols) = loaded.matrix.shape();
        let shape = (self.order.rows.len(), self.order.cols.len());
        if shape != (rows, cols) {
            return Err(SourceError::Order {
                name: loaded.name,
                rows,
                cols,
                order_rows: shape.0,
                order_cols: shape.1,
            });
        }
        loaded.reordered(1, |matrix| self.order.apply(matrix))
    }

    /// Its effect in words, to stand behind a matrix's name.
    pub(super) fn describe() -> &'static str {
        ", rows and columns in another order"
    }
}

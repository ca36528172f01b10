//! Where matrices come from.
//!
//! A [`Source`] is a small, serializable description (what the command line calls SOURCE);
//! [`load`] turns it into a [`Loaded`] matrix, which is always finite and never empty.
//!
//! ```
//! use localized_lora::source::{Limits, Source, load};
//!
//! let source: Source = "mnist:test:1".parse()?;
//! let loaded = load(&source, &Limits::default())?;
//! assert_eq!(loaded.matrix.shape(), (28, 28));
//! assert_eq!(loaded.label, Some(2));
//! # Ok::<(), localized_lora::source::SourceError>(())
//! ```

mod array;
mod builtin;
mod digits;
mod error;
mod file;
mod files;
mod folder;
mod idx;
mod image;
mod limits;
mod matrix;
mod npy_header;
mod separator;
mod spec;
mod synthetic;
mod table;
mod transform;
mod typed;

pub use array::{ArrayInfo, arrays_in};
pub use builtin::unpack_builtin;
pub use digits::{DigitSet, digits, digits_if_ready};
pub use error::SourceError;
pub use file::{OPENABLE_EXTENSIONS, load_bytes};
pub use idx::IMAGE_SIDE;
pub use image::from_rgba;
pub use limits::Limits;
pub use matrix::{Loaded, NamedMatrix};
pub use spec::{Dataset, Source, Split};
pub use synthetic::{MAX_SYNTHETIC_SIDE, SyntheticKind, SyntheticSettings, synthesize};
pub use transform::{Transform, shifted, shuffled};
pub use typed::typed_path;

/// Reads or makes the matrix that `source` describes.
///
/// Digits come at once, also before their data set has been read; files are read within `limits`.
///
/// # Errors
/// One sentence that says what is wrong, where, and what to do: a missing, damaged, too large or
/// unsupported file, a cell that is no finite number (with its place), two sources of different
/// shape, settings out of range.
pub fn load(source: &Source, limits: &Limits) -> Result<Loaded, SourceError> {
    let loaded = match source {
        Source::Digit {
            dataset,
            split,
            index,
        } => digits::load_digit(dataset, *split, *index)?,
        Source::Synthetic(settings) => synthetic::load(settings)?,
        Source::File { path, array } => file::load_file(path, array.as_deref(), limits)?,
        Source::Difference(whole, part) => difference(load(whole, limits)?, load(part, limits)?)?,
        Source::Values(named) => Loaded::new(named.name(), named.matrix().clone()),
    };
    matrix::ensure_finite(&loaded.name, &loaded.matrix)?;
    Ok(loaded)
}

/// `whole − part`, cell by cell.
fn difference(whole: Loaded, part: Loaded) -> Result<Loaded, SourceError> {
    let (rows, cols) = whole.matrix.shape();
    if part.matrix.shape() != (rows, cols) {
        let (part_rows, part_cols) = part.matrix.shape();
        return Err(SourceError::ShapesDiffer {
            whole: whole.name,
            rows,
            cols,
            part: part.name,
            part_rows,
            part_cols,
        });
    }
    let mut result = Loaded::new(
        &format!("{} minus {}", whole.name, part.name),
        whole.matrix - part.matrix,
    );
    result.notes = whole.notes;
    result.notes.extend(part.notes);
    Ok(result)
}

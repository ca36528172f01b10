//! Sources of matrices.
//!
//! A [`Source`] is a small, serializable description (what the command line calls SOURCE);
//! [`load`] turns it into a [`LoadedMatrix`] matrix, which is always finite and never empty.
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

mod adapter;
mod builtin;
mod digit_set;
mod digits;
mod emnist;
mod error;
mod family;
mod file;
mod file_name;
mod files;
mod folder;
mod format;
mod half;
mod head_blocks;
mod idx;
mod limits;
mod listing;
mod matrix;
mod module_name;
mod opening;
mod spec;
mod split;
mod standard;
mod stdin;
mod synthetic;
mod tensors;
mod transform;
mod typed;
mod unpack;
mod weights;

pub use adapter::{AdapterConfig, ModulePattern, alternatives};
pub use digit_set::DigitSet;
pub use digits::{digits, digits_if_ready, half_there};
pub use error::SourceError;
pub use file::{arrays_in, list_arrays, load_bytes};
pub use file_name::{FileNames, named_path, whole_path, without_folders};
pub use format::picture::from_rgba;
pub use format::{ARRAY_EXTENSIONS, OPENABLE_EXTENSIONS, formats_with_arrays, readable_formats};
pub use head_blocks::HeadBlocks;
pub use limits::Limits;
pub use listing::{ArrayInfo, Arrays, BaseArrays, OtherKind, OtherMember, UpdateInfo};
pub use matrix::{LoadedMatrix, NamedMatrix};
pub use module_name::{module, module_of_weight};
pub use spec::{Dataset, Source};
pub use split::Split;
pub use synthetic::{MAX_SYNTHETIC_SIDE, SyntheticKind, SyntheticSettings, synthesize};
pub use transform::{Transform, shifted, shuffled};
pub use typed::typed_path;
pub use weights::{is_at as holds_weights, nearest as nearest_names, stores_inputs_first};

use builtin::IMAGE_SIDE;
use nalgebra::DMatrix;

/// Reads or makes the matrix that `source` describes.
///
/// Digits come at once, also before their data set has been read; files are read within `limits`.
///
/// # Errors
/// One sentence that says what is wrong, where, and what to do: a missing, damaged, too large or
/// unsupported file, a cell that is no finite number (with its place), two sources of different
/// shape, settings out of range.
pub fn load(source: &Source, limits: &Limits) -> Result<LoadedMatrix, SourceError> {
    if source.reads_of_standard_input() > 1 {
        return Err(SourceError::StandardInputTwice);
    }
    load_over(source, None, limits)
}

/// As [`load`]; `base` is what will be subtracted, which some updates depend on.
fn load_over(
    source: &Source,
    base: Option<&DMatrix<f64>>,
    limits: &Limits,
) -> Result<LoadedMatrix, SourceError> {
    let loaded = match source {
        Source::Digit {
            dataset,
            split,
            index,
        } => digits::load_digit(dataset, *split, *index)?,
        Source::Synthetic(settings) => synthetic::load(settings)?,
        Source::File { path, array } => file::load_file(path, array.as_deref(), base, limits)?,
        Source::StandardInput => stdin::load(limits)?,
        Source::Difference(whole, part) => {
            // A difference has no colours: that of their channels is no picture.
            let limits = &Limits {
                channels: false,
                ..*limits
            };
            let part = load_over(&part.with_array_of(whole), None, limits);
            let part = part.map_err(|error| match load_over(whole, None, limits) {
                // The name is wrong for both, and it was given to this one.
                Err(own @ SourceError::WhichArray { .. }) => own,
                _ => error,
            })?;
            difference(load_over(whole, Some(&part.matrix), limits)?, part)?
        }
        Source::Values(named) => LoadedMatrix::new(named.name(), named.matrix().clone()),
    };
    matrix::ensure_finite(&loaded.name, &loaded.matrix)?;
    Ok(loaded)
}

/// `whole − part`, cell by cell.
fn difference(whole: LoadedMatrix, part: LoadedMatrix) -> Result<LoadedMatrix, SourceError> {
    if whole.is_update && !part.is_update {
        let what = "the update of an adapter, from which no base weight is subtracted";
        let remedy = "leave out --subtract, or subtract the update of another adapter";
        return Err(SourceError::unsupported(&whole.name, what, remedy));
    }
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
    let mut result = LoadedMatrix::new(
        &format!("{} minus {}", whole.name, part.name),
        whole.matrix - part.matrix,
    );
    result.is_update = whole.is_update;
    result.heads = whole.heads;
    result.notes = whole.notes;
    result.notes.extend(part.notes);
    Ok(result)
}

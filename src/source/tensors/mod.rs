//! Tensors in safetensors files: one file, or the shards that an index names.
//!
//! A header is read first and then only the bytes of the tensor that is asked for.

mod element;
mod file;
mod header;
mod shards;

pub use file::TensorFile;
pub use header::{TensorInfo, begins_as_tensors, matrix_sides, shape_note, sides};
pub use shards::{INDEX_ENDING, Shards};

use nalgebra::DMatrix;

use super::{Limits, SourceError};

/// Tensors by their names, wherever they lie.
pub trait TensorStore {
    /// The file or folder in a sentence.
    fn name(&self) -> &str;

    /// The names of all tensors, in order.
    fn names(&self) -> Vec<String>;

    /// Type, shape and place of one.
    ///
    /// # Errors
    /// No such tensor, or a file of it that is missing or damaged.
    fn info(&mut self, tensor: &str) -> Result<TensorInfo, SourceError>;

    /// The values of one as a matrix: more than two dimensions as (first, rest), one as one row.
    ///
    /// # Errors
    /// As [`info`](Self::info), and a type that is no number, or more cells than the limits allow.
    fn matrix(&mut self, tensor: &str, limits: &Limits) -> Result<DMatrix<f64>, SourceError>;

    /// The value of one that is a single number.
    ///
    /// # Errors
    /// As [`matrix`](Self::matrix), and a value that is not finite.
    fn number(&mut self, tensor: &str) -> Result<f64, SourceError>;

    /// A text that the file says of itself.
    fn metadata(&self, key: &str) -> Option<String>;
}

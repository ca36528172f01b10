//! Lists of the arrays in a file.

use serde::Serialize;

/// One array of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArrayInfo {
    /// Its name in an archive; empty for the array of an `.npy` file.
    pub name: String,
    /// Its sides.
    pub shape: Vec<u64>,
    /// Its type as its format names it, such as `float32`, or Octave's `int32 matrix`.
    pub dtype: String,
    /// The bytes that it takes in the file once unpacked, its header included.
    pub bytes: u64,
}

/// A member of an archive that is no array.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherMember {
    /// Its name in the archive.
    pub name: String,
    /// Why it is none, as one sentence where it should be one.
    pub reason: String,
}

/// The content of a file of arrays, in the order of the names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Arrays {
    /// The arrays.
    pub arrays: Vec<ArrayInfo>,
    /// The other members.
    pub others: Vec<OtherMember>,
}

//! NumPy's arrays, alone and in archives.

mod archive;
mod element;
mod header;
mod literal;
pub mod npy;
pub mod npz;
mod values;

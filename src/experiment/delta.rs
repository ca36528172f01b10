//! A learned update as a file: NPY, which numpy and this program open.

use nalgebra::DMatrix;
use npyz::WriterBuilder;

/// The bytes of an NPY file: float64, row by row, hidden units × inputs.
///
/// # Errors
/// When the writer refuses, which in memory it does not.
pub fn delta_file(update: &DMatrix<f64>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = npyz::WriteOptions::new()
        .default_dtype()
        .shape(&[update.nrows() as u64, update.ncols() as u64])
        .writer(&mut bytes)
        .begin_nd()?;
    writer.extend(update.transpose().iter().copied())?;
    writer.finish()?;
    Ok(bytes)
}

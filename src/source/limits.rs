//! Limits on the memory that a source may take.

use serde::{Deserialize, Serialize};

/// Bounds on what is read, so that no file can take the machine down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Images with more pixels are scaled down, and a note says so.
    pub max_pixels: usize,
    /// Bytes that a decoded image may take before it becomes a matrix.
    pub max_decoded_bytes: u64,
    /// Cells of a table or an array; 8 bytes each in memory.
    pub max_cells: usize,
    /// Whether the colours of a picture are kept beside its luminance.
    pub channels: bool,
    /// Bytes of a picture or text file, which are read as a whole.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    /// 2048 × 2048 pixels kept of an image of up to 512 MiB, 64 Mi cells, 512 MiB of file.
    fn default() -> Self {
        Self {
            max_pixels: 2048 * 2048,
            max_decoded_bytes: 512 << 20,
            max_cells: 64 << 20,
            channels: false,
            max_file_bytes: 512 << 20,
        }
    }
}

impl Limits {
    /// The default limits, with images kept up to `max_pixels`; larger pictures may then also be
    /// decoded (8 bytes for each pixel: 16-bit colour with alpha).
    pub fn with_max_pixels(max_pixels: usize) -> Self {
        let defaults = Self::default();
        let decoded = u64::try_from(max_pixels)
            .unwrap_or(u64::MAX)
            .saturating_mul(8);
        Self {
            max_pixels: max_pixels.max(1),
            max_decoded_bytes: defaults.max_decoded_bytes.max(decoded),
            ..defaults
        }
    }
}

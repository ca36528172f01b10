//! Square matrices of small blocks, on the diagonal and beside it, as the Lanczos iterations make them.

use nalgebra::DMatrix;

/// Where the blocks beside the diagonal stand.
#[derive(Clone, Copy)]
pub(super) enum Beside {
    Above,
    Below,
}

/// The matrix of these blocks, which are square and of one size, and zeros elsewhere. Block `i` of `beside`
/// stands between blocks `i` and `i + 1` of the diagonal; one more than there is room for is not read.
pub(super) fn banded(
    diagonal: &[DMatrix<f64>],
    beside: &[DMatrix<f64>],
    place: Beside,
) -> DMatrix<f64> {
    let width = diagonal.first().map_or(0, DMatrix::ncols);
    let len = diagonal.len() * width;
    let mut banded = DMatrix::zeros(len, len);
    let mut put = |row: usize, col: usize, block: &DMatrix<f64>| {
        let place = (row * width, col * width);
        banded.view_mut(place, (width, width)).copy_from(block);
    };
    for (at, block) in diagonal.iter().enumerate() {
        put(at, at, block);
    }
    for (at, block) in beside.iter().take(diagonal.len().max(1) - 1).enumerate() {
        match place {
            Beside::Above => put(at, at + 1, block),
            Beside::Below => put(at + 1, at, block),
        }
    }
    banded
}

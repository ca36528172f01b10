//! The first triplets of a block with one short side, from its product with itself along the long one.

use faer::Par;
use nalgebra::DMatrix;

use super::lanczos::Leading;
use super::packed::Packed;
use super::squares::first_of_squares;
use super::svd::factorize_on;
use super::view::view;

/// A side is short up to this length, where the other is this many times as long.
const SHORT: usize = 512;
const TIMES: usize = 4;

/// Rows or columns along the long side that are there at once.
const STRIP: usize = 64;

/// The first `keep` triplets of a block that is much longer on one side than on the other, not yet
/// checked; nothing for other blocks, and where squares leave too few digits. `packed`: the block in
/// its unit. Cost: a product of the block with itself.
pub(super) fn of_long(
    (block, unit): (&DMatrix<f64>, f64),
    packed: &Packed,
    keep: usize,
    par: Par,
) -> Option<Leading> {
    let (rows, cols) = block.shape();
    let (short, long) = (rows.min(cols), rows.max(cols));
    if short > SHORT || long < TIMES * short {
        return None;
    }
    let mut squared = DMatrix::zeros(short, short);
    if rows > cols {
        for from in (0..short).step_by(STRIP) {
            let columns = block.columns(from, STRIP.min(short - from)) / unit;
            let product = packed.transpose_times(view(&columns), par);
            squared
                .columns_mut(from, product.ncols())
                .copy_from(&product);
        }
    } else {
        for from in (0..short).step_by(STRIP) {
            let columns = block.rows(from, STRIP.min(short - from)).transpose() / unit;
            let product = packed.times(view(&columns), par);
            squared
                .columns_mut(from, product.ncols())
                .copy_from(&product);
        }
    }
    let (_, vectors) = first_of_squares(&squared, keep)?;
    // What squares have lost comes back from the block itself.
    let seen = match rows > cols {
        true => packed.times(view(&vectors), par),
        false => packed.transpose_times(view(&vectors), par),
    };
    let found = factorize_on(&seen, Par::Seq).ok()?;
    let turned = vectors * found.v_t.transpose();
    let (u, v) = match rows > cols {
        true => (found.u, turned),
        false => (turned, found.u),
    };
    Some(Leading {
        u,
        sigma: found.sigma,
        v,
    })
}

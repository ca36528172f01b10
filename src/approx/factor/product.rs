//! Truncated factors, multiplied out where they belong.

use faer::linalg::matmul::matmul;
use faer::reborrow::ReborrowMut;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

use super::{Decomposition, Factorization, Factors};

/// Products of fewer multiplications than this are not worth a second thread.
const WORTH_THREADS: usize = 1 << 20;

/// Σ σ_k u_k v_kᵀ over the first `ranks[b]` triplets of every block, in the block's place of an
/// `m × n` matrix that is zero elsewhere. Cost: Σ O(p q k), large blocks on all cores.
pub(in crate::approx) fn multiplied_out(factors: &Factors, ranks: &[usize]) -> DMatrix<f64> {
    let (rows, cols) = factors.layout().shape();
    let mut matrix = DMatrix::zeros(rows, cols);
    let places = factors.layout().blocks();
    for ((place, block), rank) in places.iter().zip(&factors.blocks).zip(ranks) {
        let (p, q) = place.sides();
        let rank = (*rank).min(place.max_rank());
        let block = match block {
            Decomposition::Triplets(block) => block,
            Decomposition::Entries(entries) => {
                let mut cells = DMatrix::zeros(p, q);
                entries.put(rank, &mut cells);
                place.put(&cells, &mut matrix);
                continue;
            }
            Decomposition::Whole(whole) => {
                if rank > 0 {
                    place.put(whole.cells(), &mut matrix);
                }
                continue;
            }
        };
        if let Some((down, across)) = place.outline() {
            let whole = MatMut::from_column_major_slice_mut(matrix.as_mut_slice(), rows, cols);
            multiply(
                block,
                rank,
                whole.submatrix_mut(down.start, across.start, p, q),
            );
        } else {
            let mut cells = DMatrix::zeros(p, q);
            let target = MatMut::from_column_major_slice_mut(cells.as_mut_slice(), p, q);
            multiply(block, rank, target);
            place.put(&cells, &mut matrix);
        }
    }
    matrix
}

/// In the block's unit, so that no term overflows and denormal cells are rounded once, at the end.
fn multiply(block: &Factorization, rank: usize, mut target: MatMut<'_, f64>) {
    let mut left = block.u.columns(0, rank).into_owned();
    for (mut column, sigma) in left.column_iter_mut().zip(&block.values.scaled) {
        column *= *sigma;
    }
    let (p, q) = target.shape();
    let right = MatRef::from_column_major_slice(block.v_t.as_slice(), block.v_t.nrows(), q);
    let par = if p * q * rank < WORTH_THREADS {
        Par::Seq
    } else {
        Par::rayon(0)
    };
    matmul(
        target.rb_mut(),
        Accum::Replace,
        MatRef::from_column_major_slice(left.as_slice(), p, rank),
        right.subrows(0, rank),
        1.0,
        par,
    );
    target *= faer::Scale(block.values.unit);
}

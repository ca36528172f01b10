//! The truncated SVD of a large block: its first triplets, what bounds their error, and the norm of
//! the rest.
//!
//! Nothing is taken on trust from the iteration: residuals, orthonormality and the rest are measured
//! on the block itself, and random directions are asked whether a larger σ was missed.

use std::ops::ControlFlow;

use faer::linalg::matmul::matmul;
use faer::{Accum, Par};
use nalgebra::DMatrix;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::check::{APART, is_sorted, orthonormal};
use super::householder::dot;
use super::lanczos::leading;
use super::leading::{Leading, NoTriplets};
use super::one_sided::leading_of_squares;
use super::packed::Packed;
use super::short_side::{from_square, is_long, square_bytes};
use super::values::{Rest, ScaledValues, unit_of};
use super::view::{view, view_mut};
use super::{Backend, FactorError, Factorization, Keep, largest_cell};
use crate::approx::block::Pieces;
use crate::approx::metrics::norm;
use crate::memory::ensure_free;

/// The largest relative distance of a kept σ from an exact one.
const PROMISED: f64 = 1e-6;

/// Blocks whose smaller side is below this are factorized whole: that takes no longer.
const LARGE: usize = 256;

/// A truncated factorization keeps at most this part of the smaller side, and of a short one more: its
/// square costs the same for any number of triplets.
const LARGEST_PART: usize = 8;
const LARGEST_PART_OF_SHORT: usize = 2;

/// Random directions, and steps in them, that look for a σ that was missed.
const PROBES: usize = 8;
const PROBE_STEPS: usize = 3;

/// A difference of squares is as good as its terms where it is more than this part of them.
const LIKE: f64 = 1e-3;

/// Columns of the rest that are there at once.
const STRIP: usize = 64;

/// The number of triplets that are computed of a block, where those are had sooner than all.
pub(super) fn kept((rows, cols): (usize, usize), pieces: Pieces, keep: Keep) -> Option<usize> {
    let smaller = rows.min(cols);
    let part = match is_long((rows, cols)) {
        true => LARGEST_PART_OF_SHORT,
        false => LARGEST_PART,
    };
    match keep {
        Keep::First(first) if pieces == Pieces::Triplets && smaller >= LARGE => {
            (first <= smaller / part).then_some(first)
        }
        _ => None,
    }
}

/// The first triplets of a finite block, verified; nothing where all are asked for or better, or
/// where the iteration does not give them, so that the block must be factorized whole.
///
/// # Errors
/// *Stop* from `keep_going`.
pub(super) fn first(
    block: &DMatrix<f64>,
    pieces: Pieces,
    keep: Keep,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Option<Factorization>, FactorError> {
    let size = largest_cell(block);
    let Some(keep) = kept(block.shape(), pieces, keep).filter(|_| size > 0.0) else {
        return Ok(None);
    };
    let unit = unit_of(size);
    let packed = Packed::of(block, unit, par);
    let found = verified((block, unit), &packed, keep, par, keep_going)?;
    Ok(found.map(|(found, rest)| truncated(found, rest, unit)))
}

/// These triplets of a block in its unit, and what they leave out.
pub(super) fn truncated(found: Leading, rest: Rest, unit: f64) -> Factorization {
    let values = ScaledValues {
        scaled: found.sigma,
        unit,
        rest: Some(rest),
    };
    Factorization {
        u: found.u,
        sigma: values.plain(),
        v_t: found.v.transpose(),
        backend: Backend::Lanczos,
        values,
    }
}

/// The first triplets and what they leave out, by the quickest way that gives them verified.
fn verified(
    (block, unit): (&DMatrix<f64>, f64),
    packed: &Packed,
    keep: usize,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Option<(Leading, Rest)>, FactorError> {
    let checked = |found: Leading| {
        let rest = measured((block, unit), packed, &found, par)?;
        Some((found, rest))
    };
    let from_square = || {
        ensure_free(square_bytes(block.shape())).ok()?;
        checked(from_square((block, unit), packed, keep, par)?.1)
    };
    if is_long(block.shape())
        && let Some(found) = from_square()
    {
        return Ok(Some(found));
    }
    if keep > block.nrows().min(block.ncols()) / LARGEST_PART {
        return Ok(None);
    }
    let too_slow = match leading_of_squares(packed, keep, par, keep_going) {
        Ok(found) => match checked(found) {
            Some(found) => return Ok(Some(found)),
            None => false,
        },
        Err(NoTriplets::Stopped) => return Err(FactorError::Stopped),
        Err(NoTriplets::TooSmall) => false,
        Err(NoTriplets::TooSlow) => true,
    };
    if !too_slow {
        match leading(packed, keep, par, keep_going) {
            Ok(found) => {
                if let Some(found) = checked(found) {
                    return Ok(Some(found));
                }
            }
            Err(NoTriplets::Stopped) => return Err(FactorError::Stopped),
            Err(NoTriplets::TooSmall | NoTriplets::TooSlow) => {}
        }
    }
    Ok(from_square())
}

/// The rest of a block beside these triplets, where they are what they say. `packed`: the block in its
/// unit.
pub(super) fn measured(
    (block, unit): (&DMatrix<f64>, f64),
    packed: &Packed,
    found: &Leading,
    par: Par,
) -> Option<Rest> {
    let n = block.nrows().max(block.ncols()) as f64 * f64::EPSILON;
    if !is_sorted(&found.sigma) || !orthonormal(&found.u, n, par) || !orthonormal(&found.v, n, par)
    {
        return None;
    }
    let (mut left, mut right) = (found.u.clone(), found.v.clone());
    for (at, sigma) in found.sigma.iter().enumerate() {
        left.column_mut(at).scale_mut(*sigma);
        right.column_mut(at).scale_mut(*sigma);
    }
    let down = packed.times(view(&found.v), par) - &left;
    let across = packed.transpose_times(view(&found.u), par) - &right;
    // (u, v)/√2 is a unit vector of the symmetric matrix with W and Wᵀ off its diagonal.
    // Smaller σ are rounding, as in the checks of whole factorizations.
    let floor = APART * n * found.sigma.first()?;
    let distance = |at: usize| {
        let length = down.column(at).norm().hypot(across.column(at).norm());
        length / std::f64::consts::SQRT_2 / found.sigma[at].max(floor / PROMISED)
    };
    let bound = (0..found.sigma.len()).map(distance).fold(0.0, f64::max);
    let last = found.sigma.last()?.max(floor);
    let none_missed = || {
        let rest = |x: &DMatrix<f64>| packed.times(view(x), par) - &left * (found.v.tr_mul(x));
        let turned =
            |y: &DMatrix<f64>| packed.transpose_times(view(y), par) - &right * (found.u.tr_mul(y));
        reaches(block.ncols(), rest, turned) <= last * (1.0 + PROMISED)
    };
    if bound > PROMISED || !none_missed() {
        return None;
    }
    // ‖W − U Σ Vᵀ‖² = ‖W‖² − 2 Σ σ uᵀ W v + Σ σ², where that is not the difference of like numbers.
    let all = packed.squared_norm(par);
    let held = |at: usize| {
        let sigma = found.sigma[at];
        sigma * (sigma + 2.0 * found.u.column(at).dot(&down.column(at)))
    };
    let beside = all - (0..found.sigma.len()).map(held).sum::<f64>();
    Some(Rest {
        norm: match beside > LIKE * all {
            true => beside.sqrt(),
            false => norm_beside((block, unit), &left, &found.v, par),
        },
        bound,
    })
}

/// ‖block / unit − left · rightᵀ‖, a few columns at once.
fn norm_beside(
    (block, unit): (&DMatrix<f64>, f64),
    left: &DMatrix<f64>,
    right: &DMatrix<f64>,
    par: Par,
) -> f64 {
    let of_strip = |at: usize| {
        let from = at * STRIP;
        let columns = block.columns(from, STRIP.min(block.ncols() - from));
        let mut rest = columns / unit;
        let right = view(right).subrows(from, rest.ncols()).transpose();
        matmul(
            view_mut(&mut rest),
            Accum::Add,
            view(left),
            right,
            -1.0,
            Par::Seq,
        );
        dot(rest.as_slice(), rest.as_slice()).sqrt()
    };
    let strips = 0..block.ncols().div_ceil(STRIP);
    let norms: Vec<f64> = match par {
        Par::Seq => strips.map(of_strip).collect(),
        Par::Rayon(_) => strips.into_par_iter().map(of_strip).collect(),
    };
    norm(norms.into_iter())
}

/// A lower bound of the largest σ of a matrix with so many columns, near to it as a rule: what random
/// directions grow to.
fn reaches(
    columns: usize,
    times: impl Fn(&DMatrix<f64>) -> DMatrix<f64>,
    transpose_times: impl Fn(&DMatrix<f64>) -> DMatrix<f64>,
) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut x = DMatrix::from_fn(columns, PROBES, |_, _| random.random_range(-1.0..1.0));
    let mut reached: f64 = 0.0;
    for _ in 0..PROBE_STEPS {
        for mut column in x.column_iter_mut() {
            let length = column.norm();
            if length > 0.0 {
                column.unscale_mut(length);
            }
        }
        let y = times(&x);
        reached = y.column_iter().map(|y| y.norm()).fold(reached, f64::max);
        x = transpose_times(&y);
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::factorize;
    use crate::approx::factor::known::with_sigma;

    /// The first triplets of a block by the iteration.
    fn first_of(block: &DMatrix<f64>, keep: usize) -> Option<Factorization> {
        let go_on = || ControlFlow::Continue(());
        first(block, Pieces::Triplets, Keep::First(keep), Par::Seq, &go_on).expect("not stopped")
    }

    /// σ by its place.
    type Sigma = fn(usize) -> f64;

    fn harmonic(at: usize) -> f64 {
        1.0 / (at + 1) as f64
    }

    #[test]
    fn known_spectra_come_back_and_what_is_left_out_is_measured() {
        // Some of them are left to the whole factorization, and none is wrong.
        let families: [(&str, bool, Sigma); 6] = [
            ("harmonic", true, harmonic),
            ("geometric", true, |at| 0.8_f64.powi(at as i32)),
            ("rank 10", true, |at| {
                if at < 10 { 10.0 - at as f64 } else { 0.0 }
            }),
            ("far apart", true, |at| 10f64.powi(-(at as i32))),
            ("close together", false, |at| 1.0 - 1e-3 * at as f64),
            ("one often", false, |at| if at < 60 { 1.0 } else { 0.5 }),
        ];
        for (rows, cols) in [(256, 256), (300, 400), (700, 260)] {
            for ((name, certain, sigma), scale) in families
                .into_iter()
                .flat_map(|family| [1.0, 1e-300, 1e300].map(|scale| (family, scale)))
            {
                let block = with_sigma(rows, cols, sigma) * scale;
                let Some(found) = first_of(&block, 20) else {
                    assert!(!certain, "{name}, {rows} × {cols}, by {scale:e}");
                    continue;
                };
                let floor = sigma(0) * 1e-12;
                for (at, found) in found.sigma.iter().enumerate() {
                    let apart = (found / scale - sigma(at)).abs();
                    assert!(
                        apart <= 1e-6 * sigma(at) + floor,
                        "{name}: σ {at} is {found:e}"
                    );
                }
                let rest = norm((20..rows.min(cols)).map(sigma));
                let measured = found.values.left_out() * (found.values.unit / scale);
                assert!(
                    (measured - rest).abs() <= 1e-9 * sigma(0),
                    "{name}: {measured:e}"
                );
            }
        }
    }

    #[test]
    fn noise_is_as_its_whole_factorization_says() {
        let block = random_block(320, 290);
        let (found, whole) = (
            first_of(&block, 30).expect("triplets"),
            factorize(&block).expect("verified"),
        );
        for (found, whole) in found.sigma.iter().zip(&whole.sigma) {
            assert!((found / whole - 1.0).abs() < 1e-9, "{found} for {whole}");
        }
        let kept = &found.u * DMatrix::from_diagonal(&found.sigma.clone().into()) * &found.v_t;
        let direct = (&block - kept).norm();
        let rest = found.values.left_out() * found.values.unit;
        assert!((direct / rest - 1.0).abs() < 1e-12);
    }

    fn random_block(rows: usize, cols: usize) -> DMatrix<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        DMatrix::from_fn(rows, cols, |_, _| random.random_range(-1.0..1.0))
    }

    /// A triplet that was missed must be seen, however good the others are.
    #[test]
    fn a_missing_triplet_is_noticed() {
        let block = with_sigma(300, 300, harmonic);
        let whole = factorize(&block).expect("verified");
        let without = |missing: usize| {
            let kept: Vec<usize> = (0..12).filter(|at| *at != missing).collect();
            let found = Leading {
                u: whole.u.select_columns(&kept),
                sigma: kept.iter().map(|at| whole.sigma[*at]).collect(),
                v: whole.v_t.transpose().select_columns(&kept),
            };
            let packed = Packed::of(&block, 1.0, Par::Seq);
            measured((&block, 1.0), &packed, &found, Par::Seq)
        };
        assert!(without(12).is_some());
        for missing in 0..8 {
            assert!(without(missing).is_none(), "σ {missing}");
        }
    }

    /// All that such a block has is found after a few columns, and what comes then is rounding.
    #[test]
    fn exactly_low_ranks_are_found_at_once() {
        let product = |rank: usize| {
            let left = DMatrix::from_fn(600, rank, |i, k| ((i * (k + 2)) % 17) as f64 - 8.0);
            let right = DMatrix::from_fn(rank, 700, |k, j| ((j * (k + 3)) % 13) as f64 - 6.0);
            left * right
        };
        let constant = DMatrix::from_element(600, 700, 0.3);
        let lit = DMatrix::from_fn(600, 700, |i, j| if (i, j) == (5, 7) { 2.0 } else { 0.0 });
        let blocks = [(constant, 1), (lit, 1), (product(1), 1), (product(3), 3)];
        for (at, (block, rank)) in blocks.into_iter().enumerate() {
            let found = first_of(&block, 64).expect("triplets");
            let largest = found.sigma[0];
            assert!((found.sigma[rank - 1]) > 1e-3 * largest, "{at}");
            assert!(
                found.sigma[rank] <= 1e-12 * largest,
                "{at}: {:e}",
                found.sigma[rank]
            );
            let kept = &found.u * DMatrix::from_diagonal(&found.sigma.clone().into()) * &found.v_t;
            assert!((&block - kept).norm() <= 1e-12 * largest, "{at}");
            assert!(
                found.values.left_out() * found.values.unit <= 1e-12 * largest,
                "{at}"
            );
        }
    }

    /// Noise, for which the iteration would need most of the shorter side.
    #[test]
    fn a_short_side_is_computed_with_whole() {
        for (rows, cols) in [(1300, 260), (260, 1300)] {
            let block = random_block(rows, cols) * 3.0;
            let packed = Packed::of(&block, 2.0, Par::Seq);
            assert!(is_long(block.shape()));
            assert!(from_square((&block, 2.0), &packed, 32, Par::Seq).is_some());
            let (found, whole) = (
                first_of(&block, 32).expect("triplets"),
                factorize(&block).expect("verified"),
            );
            assert_eq!(found.sigma.len(), 32);
            for (found, whole) in found.sigma.iter().zip(&whole.sigma) {
                assert!((found / whole - 1.0).abs() < 1e-12, "{found} for {whole}");
            }
            assert!(found.values.rest.expect("truncated").bound < 1e-9);
        }
        let graded = with_sigma(1300, 260, |at| 10f64.powi(-(at as i32)));
        let packed = Packed::of(&graded, 1.0, Par::Seq);
        assert!(from_square((&graded, 1.0), &packed, 32, Par::Seq).is_none());
        let found = first_of(&graded, 32).expect("triplets");
        assert!((found.sigma[9] / 1e-9 - 1.0).abs() < 1e-6);
    }

    /// The smallest number there is, and one whose norm is beyond the largest.
    #[test]
    fn cells_of_any_size_are_computed_with() {
        for cell in [f64::from_bits(1), f64::MAX] {
            let found = first_of(&DMatrix::from_element(300, 290, cell), 8).expect("triplets");
            let sigma = found.values.scaled[0] * (found.values.unit / cell);
            assert!(
                (sigma / 87e3_f64.sqrt() - 1.0).abs() < 1e-12,
                "{cell:e}: {sigma}"
            );
            assert!(found.values.left_out() < 1e-9, "{cell:e}");
        }
    }

    #[test]
    fn threads_change_no_bit() {
        // By the iteration, and by the square.
        for block in [random_block(600, 500), random_block(260, 1300)] {
            let on = |par| {
                let go_on = || ControlFlow::Continue(());
                first(&block, Pieces::Triplets, Keep::First(30), par, &go_on).expect("not stopped")
            };
            let (one, many) = (
                on(Par::Seq).expect("triplets"),
                on(Par::rayon(0)).expect("triplets"),
            );
            assert_eq!(one.sigma, many.sigma);
            assert_eq!((one.u, one.v_t), (many.u, many.v_t));
            assert_eq!(one.values.rest, many.values.rest);
        }
    }

    #[test]
    fn it_stops_when_asked() {
        let stop = || ControlFlow::Break(());
        let found = first(
            &random_block(300, 300),
            Pieces::Triplets,
            Keep::First(20),
            Par::Seq,
            &stop,
        );
        assert_eq!(found.err(), Some(FactorError::Stopped));
    }

    #[test]
    fn small_blocks_many_triplets_and_zeros_are_factorized_whole() {
        assert!(first_of(&random_block(255, 300), 8).is_none());
        assert!(first_of(&random_block(256, 300), 33).is_none());
        // A short side gives half of its triplets, where squares tell them.
        assert!(first_of(&random_block(1040, 260), 130).is_some());
        assert!(first_of(&random_block(1040, 260), 131).is_none());
        let graded = with_sigma(1040, 260, |at| 10f64.powi(-(at as i32)));
        assert!(first_of(&graded, 130).is_none());
        assert!(first_of(&DMatrix::zeros(300, 300), 8).is_none());
    }
}

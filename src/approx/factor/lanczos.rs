//! The first singular triplets of a large block: block Lanczos bidiagonalization with full
//! reorthogonalization (Golub and Van Loan 10.4; Golub, Luk and Overton 1981).
//!
//! From a random block V₁ two orthonormal bases grow so that A V = U B, with B banded. The
//! triplets of the small B become those of A; what each misses is what the next block of V adds.

use std::ops::ControlFlow;

use faer::Par;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::band::{Beside, banded};
use super::basis::{Basis, random_columns};
use super::kernels::WIDTH;
use super::leading::{Leading, NoTriplets};
use super::packed::Packed;
use super::schedule::{AIM, Schedule};
use super::squares::first_of_squares;
use super::svd::factorize_on;
use super::tall::product;
use super::view::view;

/// The first `keep` triplets of a finite block, not yet checked.
/// Cost: some 10 `keep` products with the block, more where its σ lie close together.
pub(super) fn leading(
    block: &Packed,
    keep: usize,
    par: Par,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Leading, NoTriplets> {
    let (rows, cols) = block.shape();
    let most = rows.min(cols) / 4 * 3;
    let rounding = rows.max(cols) as f64 * f64::EPSILON;
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let (mut left, mut right) = (Basis::of(rows, WIDTH), Basis::of(cols, WIDTH));
    let mut band = Band::default();
    let mut schedule = Schedule::new(keep);
    right.add(random_columns(cols, WIDTH, &mut random), &mut random, par);
    while left.len() + WIDTH <= most {
        if keep_going().is_break() {
            return Err(NoTriplets::Stopped);
        }
        let down = block.times(right.last(), par);
        band.diagonal.push(left.add(down, &mut random, par));
        let across = block.transpose_times(left.last(), par);
        let next = right.add(across, &mut random, par);
        let is_last = left.len() + WIDTH > most;
        if is_last || left.len() >= schedule.next {
            let small = Small::of(&band, &next, (keep, rounding)).ok_or(NoTriplets::TooSlow)?;
            if small.near == keep {
                return small
                    .lifted(&band, &left, &right, par)
                    .ok_or(NoTriplets::TooSlow);
            }
            schedule.after(left.len(), small.near);
        }
        band.above.push(next.transpose());
    }
    Err(NoTriplets::TooSlow)
}

/// B: its blocks on the diagonal, and those above it.
#[derive(Default)]
struct Band {
    diagonal: Vec<DMatrix<f64>>,
    above: Vec<DMatrix<f64>>,
}

impl Band {
    /// B Bᵀ, its lower half.
    fn squared(&self) -> DMatrix<f64> {
        let squares = self.diagonal.iter().enumerate().map(|(at, block)| {
            let own = block * block.transpose();
            match self.above.get(at) {
                Some(above) => own + above * above.transpose(),
                None => own,
            }
        });
        let beside = self.above.iter().zip(self.diagonal.iter().skip(1));
        let below: Vec<_> = beside
            .map(|(above, next)| next * above.transpose())
            .collect();
        banded(&squares.collect::<Vec<_>>(), &below, Beside::Below)
    }

    fn filled(&self) -> DMatrix<f64> {
        banded(&self.diagonal, &self.above, Beside::Above)
    }
}

/// The first triplets of B, and how far its σ may be from those of the block.
struct Small {
    /// Left singular vectors, and σ with the right ones where they were computed as well.
    u: DMatrix<f64>,
    rest: Option<(Vec<f64>, DMatrix<f64>)>,
    /// The number of triplets, from the first on, whose distance from an exact one is what is aimed at.
    near: usize,
}

impl Small {
    /// `next`: the coefficients of the block of V that is still to come; `rounding`: of σ, relative to
    /// the largest.
    fn of(band: &Band, next: &DMatrix<f64>, (keep, rounding): (usize, f64)) -> Option<Self> {
        let (sigma, u, v) = match first_of_squares(band.squared(), keep) {
            Some((sigma, u)) => (sigma[..keep].to_vec(), u, None),
            None => {
                let found = factorize_on(&band.filled(), Par::Seq).ok()?;
                let u = found.u.columns(0, keep).into_owned();
                let v = found.v_t.rows(0, keep).transpose();
                (found.sigma[..keep].to_vec(), u, Some(v))
            }
        };
        // Aᵀ u − σ v = V_next · next · (the last rows of u's part of B).
        let missing = next * u.rows(u.nrows() - next.nrows(), next.nrows());
        let floor = rounding * sigma.first()?;
        let is_near = |at: &usize| missing.column(*at).norm() <= AIM * sigma[*at].max(floor / AIM);
        Some(Self {
            near: (0..keep).filter(is_near).count(),
            u,
            rest: v.map(|v| (sigma, v)),
        })
    }

    fn lifted(self, band: &Band, left: &Basis, right: &Basis, par: Par) -> Option<Leading> {
        let (u, sigma, v) = match self.rest {
            Some((sigma, v)) => (self.u, sigma, v),
            None => {
                // What squares have lost comes back from B itself.
                let across = product(view(&band.filled()).transpose(), view(&self.u), par);
                let found = factorize_on(&across, Par::Seq).ok()?;
                (self.u * found.v_t.transpose(), found.sigma, found.u)
            }
        };
        Some(Leading {
            u: left.times(&u, par),
            v: right.times(&v, par),
            sigma,
        })
    }
}

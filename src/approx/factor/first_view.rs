//! What a matrix that takes a while shows at once: its first triplets, verified, and all of its σ as
//! far as the square of its shorter side tells them.

use std::ops::ControlFlow;

use faer::Par;
use nalgebra::DMatrix;

use super::packed::Packed;
use super::short_side::{from_square, square_bytes};
use super::truncated::{first, kept, measured, truncated};
use super::values::{ScaledValues, unit_of};
use super::{
    Decomposition, FactorError, Factorization, Factors, Keep, Spectra, WORTH_TRUNCATING,
    check_finite, largest_cell,
};
use crate::approx::block::Pieces;
use crate::approx::layout::{BlockLayout, LayoutKind};
use crate::memory::ensure_free;

/// Smaller matrices are factorized whole before anybody waits.
const WORTH_A_VIEW: usize = 1 << 19;

/// The first triplets of a whole matrix and a view of its spectrum.
#[derive(Clone, Debug)]
pub struct FirstView {
    /// The first triplets, truncated and verified as [`Factors::compute_first`] has them.
    pub factors: Factors,
    /// All σ, those of the triplets to 10⁻⁶, the others no further off than some 10⁻⁸ of the first; where
    /// squares leave too few digits, those of the triplets alone.
    pub spectra: Spectra,
}

impl FirstView {
    /// The first `count` triplets and all σ of the whole matrix; nothing where all triplets are there
    /// as soon, or where a truncated spectrum is all that is computed of so large a matrix. Cost: half a product of the matrix with itself and a third of
    /// the factorization.
    ///
    /// # Errors
    /// A cell that is not finite, or *stop* from `keep_going`.
    pub fn of(
        matrix: &DMatrix<f64>,
        count: usize,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Option<Self>, FactorError> {
        check_finite(matrix)?;
        let (rows, cols) = matrix.shape();
        let size = largest_cell(matrix);
        let is_worth = (WORTH_A_VIEW..WORTH_TRUNCATING).contains(&matrix.len())
            && kept((rows, cols), Pieces::Triplets, Keep::First(count)).is_some()
            && size > 0.0;
        if !is_worth {
            return Ok(None);
        }
        if keep_going().is_break() {
            return Err(FactorError::Stopped);
        }
        let layout = BlockLayout::new(rows, cols, LayoutKind::Grid(1))?;
        let (unit, par) = (unit_of(size), Par::rayon(0));
        let view = match by_squares(matrix, unit, count, par) {
            Some(view) => Some(view),
            None => first(
                matrix,
                Pieces::Triplets,
                Keep::First(count),
                par,
                keep_going,
            )?
            .map(|found| (found.values.clone(), found)),
        };
        let assemble = |values| Spectra::assemble(matrix, layout.clone(), vec![values]);
        Ok(view.map(|(all, found)| Self {
            spectra: assemble(all),
            factors: Factors {
                spectra: assemble(found.values.clone()),
                blocks: vec![Decomposition::Triplets(found)],
            },
        }))
    }
}

/// All σ and the first triplets from the square of the shorter side.
fn by_squares(
    matrix: &DMatrix<f64>,
    unit: f64,
    count: usize,
    par: Par,
) -> Option<(ScaledValues, Factorization)> {
    ensure_free(square_bytes(matrix.shape())).ok()?;
    let packed = Packed::of(matrix, unit, par);
    let (mut sigma, found) = from_square((matrix, unit), &packed, count, par)?;
    let rest = measured((matrix, unit), &packed, &found, par)?;
    sigma[..count].copy_from_slice(&found.sigma);
    let all = ScaledValues::all(sigma, unit);
    Some((all, truncated(found, rest, unit)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::factorize;
    use crate::approx::factor::known::with_sigma;

    const GO_ON: fn() -> ControlFlow<()> = || ControlFlow::Continue(());

    #[test]
    fn a_first_view_is_near_to_the_whole() {
        for (rows, cols) in [(800, 700), (700, 800), (2200, 300)] {
            let matrix = with_sigma(rows, cols, |at| 3e200 / (at + 1) as f64);
            let view = FirstView::of(&matrix, 30, &GO_ON).expect("not stopped");
            let view = view.expect("a view");
            let whole = factorize(&matrix).expect("verified").sigma;
            let (first, all) = (&view.factors.spectra.sigma[0], &view.spectra.sigma[0]);
            assert_eq!((first.len(), all.len()), (30, rows.min(cols)));
            assert_eq!(first[..], all[..30]);
            for (found, exact) in all.iter().zip(&whole) {
                assert!((found / exact - 1.0).abs() < 1e-6, "{found} for {exact}");
            }
            assert!(
                view.factors
                    .spectra
                    .truncated()
                    .is_some_and(|it| it.bound < 1e-6)
            );
            assert!(view.factors.holds(Keep::First(30)) && !view.factors.holds(Keep::First(31)));
        }
    }

    #[test]
    fn where_squares_cannot_tell_the_triplets_are_all_there_is() {
        let matrix = with_sigma(800, 800, |at| 10f64.powi(-(at as i32)));
        let view = FirstView::of(&matrix, 30, &GO_ON).expect("not stopped");
        let view = view.expect("a view");
        for spectra in [&view.spectra, &view.factors.spectra] {
            assert_eq!(spectra.sigma[0].len(), 30);
            assert!((spectra.sigma[0][9] / 1e-9 - 1.0).abs() < 1e-6);
            assert!(spectra.truncated().is_some());
        }
    }

    #[test]
    fn there_is_none_where_it_is_not_worth_it() {
        let none = |matrix: &DMatrix<f64>| {
            let view = FirstView::of(matrix, 30, &GO_ON).expect("not stopped");
            assert!(view.is_none(), "{:?}", matrix.shape());
        };
        let harmonic = |at: usize| 1.0 / (at + 1) as f64;
        none(&with_sigma(600, 600, harmonic));
        none(&with_sigma(6000, 100, harmonic));
        none(&DMatrix::zeros(800, 800));
        let mut wrong = DMatrix::from_element(800, 800, 1.0);
        wrong[(3, 4)] = f64::NAN;
        assert!(matches!(
            FirstView::of(&wrong, 30, &GO_ON),
            Err(FactorError::NotFinite { row: 3, col: 4, .. })
        ));
        let stop = || ControlFlow::Break(());
        let stopped = FirstView::of(&with_sigma(800, 800, harmonic), 30, &stop);
        assert_eq!(stopped.err(), Some(FactorError::Stopped));
    }
}

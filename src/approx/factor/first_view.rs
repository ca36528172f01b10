//! What a matrix that takes a while shows at once: the first triplets of each block, verified, and all
//! of its σ as far as the square of its shorter side tells them.

use std::ops::ControlFlow;

use faer::Par;
use nalgebra::DMatrix;

use super::memory::{self, SvdOutput};
use super::packed::Packed;
use super::short_side::{from_square, square_bytes};
use super::truncated::{first, kept, measured, truncated};
use super::values::{ScaledValues, unit_of};
use super::{
    Decomposition, FactorError, Factors, Keep, Spectra, WORTH_TRUNCATING, check_finite, each_block,
    largest_cell,
};
use crate::approx::block::Block;
use crate::approx::layout::BlockLayout;
use crate::memory::ensure_free;

/// Smaller matrices are factorized whole before anybody waits.
const WORTH_A_VIEW: usize = 1 << 19;

/// The first triplets of every block of a layout and a view of their spectra.
#[derive(Clone, Debug)]
pub struct FirstView {
    /// The first triplets, truncated and verified as [`Factors::compute_first`] has them.
    pub factors: Factors,
    /// All σ, those of the triplets to 10⁻⁶, the others no further off than some 10⁻⁸ of their block's
    /// first; where squares leave too few digits, those of the triplets alone.
    pub spectra: Spectra,
}

impl FirstView {
    /// Whether a matrix takes a while, and all of its triplets are computed.
    pub fn is_worth(matrix: &DMatrix<f64>) -> bool {
        (WORTH_A_VIEW..WORTH_TRUNCATING).contains(&matrix.len())
    }

    /// The first `count` triplets and all σ of every block; nothing where all triplets are there as
    /// soon, or where a truncated spectrum is all that is computed of so large a matrix. Cost: for each
    /// block half a product with itself and a third of its factorization.
    ///
    /// # Errors
    /// As [`Factors::compute`].
    pub fn of(
        matrix: &DMatrix<f64>,
        layout: &BlockLayout,
        count: usize,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Option<Self>, FactorError> {
        check_finite(matrix)?;
        let keep = Keep::First(count);
        let mut blocks = layout.blocks().iter();
        let is_large = |block: &Block| kept(block.sides(), block.pieces(), keep).is_some();
        if !Self::is_worth(matrix) || !blocks.any(is_large) {
            return Ok(None);
        }
        memory::ensure_free(matrix, layout, SvdOutput::Vectors(keep))?;
        let seen = each_block(matrix, layout, |cells, pieces, par| {
            if keep_going().is_break() {
                return Err(FactorError::Stopped);
            }
            if kept(cells.shape(), pieces, keep).is_some()
                && let Some(seen) = by_squares(cells, count, par)
            {
                return Ok(seen);
            }
            let found = match first(cells, pieces, keep, par, keep_going)? {
                Some(found) => Decomposition::Triplets(found),
                None => Decomposition::of(cells, pieces, par)?,
            };
            Ok((found.values().clone(), found))
        })?;
        let (all, blocks): (Vec<_>, Vec<_>) = seen.into_iter().unzip();
        let known = blocks.iter().map(|block| block.values().clone()).collect();
        let assemble = |values| Spectra::assemble(matrix, layout.clone(), values);
        Ok(Some(Self {
            spectra: assemble(all),
            factors: Factors {
                spectra: assemble(known),
                blocks,
            },
        }))
    }
}

/// All σ and the first triplets from the square of the shorter side.
fn by_squares(
    block: &DMatrix<f64>,
    count: usize,
    par: Par,
) -> Option<(ScaledValues, Decomposition)> {
    ensure_free(square_bytes(block.shape())).ok()?;
    let size = largest_cell(block);
    if size == 0.0 {
        return None;
    }
    let unit = unit_of(size);
    let packed = Packed::of(block, unit, par);
    let (mut sigma, found) = from_square((block, unit), &packed, count, par)?;
    let rest = measured((block, unit), &packed, &found, par)?;
    sigma[..count].copy_from_slice(&found.sigma);
    let first = truncated(found, rest, unit);
    Some((
        ScaledValues::all(sigma, unit),
        Decomposition::Triplets(first),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approx::factor::factorize;
    use crate::approx::factor::known::with_sigma;
    use crate::approx::layout::LayoutKind;

    /// Of the whole matrix, or of a grid.
    fn view(matrix: &DMatrix<f64>, grid: usize) -> Result<Option<FirstView>, FactorError> {
        let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), LayoutKind::Grid(grid))?;
        FirstView::of(matrix, &layout, 30, &|| ControlFlow::Continue(()))
    }

    #[test]
    fn a_first_view_is_near_to_the_whole() {
        for (rows, cols) in [(800, 700), (700, 800), (2200, 300)] {
            let matrix = with_sigma(rows, cols, |at| 3e200 / (at + 1) as f64);
            let view = view(&matrix, 1).expect("not stopped").expect("a view");
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

    /// Zeros, blocks too small for it, and both beside each other.
    #[test]
    fn blocks_that_are_had_whole_are() {
        let zeros = view(&DMatrix::zeros(800, 800), 1)
            .expect("not stopped")
            .expect("a view");
        assert!(zeros.factors.holds(Keep::All));
        let harmonic = with_sigma(800, 800, |at| 1.0 / (at + 1) as f64);
        assert!(
            view(&harmonic, 4).expect("not stopped").is_none(),
            "blocks of 200"
        );
        let mut half = harmonic.clone();
        half.view_mut((0, 0), (400, 400)).fill(0.0);
        let seen = view(&half, 2).expect("not stopped").expect("a view");
        let exact = Factors::of(&half, seen.factors.layout().clone()).expect("verified");
        assert_eq!(seen.spectra.sigma[0], vec![0.0; 400]);
        for (seen, exact) in seen.spectra.sigma.iter().zip(&exact.spectra.sigma) {
            let largest = exact[0];
            for (seen, exact) in seen.iter().zip(exact) {
                assert!((seen - exact).abs() <= 1e-7 * largest, "{seen} for {exact}");
            }
        }
        assert_eq!(seen.factors.spectra.kept(3), 30);
    }

    #[test]
    fn where_squares_cannot_tell_the_triplets_are_all_there_is() {
        let matrix = with_sigma(800, 800, |at| 10f64.powi(-(at as i32)));
        let view = view(&matrix, 1).expect("not stopped").expect("a view");
        for spectra in [&view.spectra, &view.factors.spectra] {
            assert_eq!(spectra.sigma[0].len(), 30);
            assert!((spectra.sigma[0][9] / 1e-9 - 1.0).abs() < 1e-6);
            assert!(spectra.truncated().is_some());
        }
    }

    #[test]
    fn there_is_none_where_it_is_not_worth_it() {
        let none = |matrix: &DMatrix<f64>| {
            let view = view(matrix, 1).expect("not stopped");
            assert!(view.is_none(), "{:?}", matrix.shape());
        };
        let harmonic = |at: usize| 1.0 / (at + 1) as f64;
        none(&with_sigma(600, 600, harmonic));
        none(&with_sigma(6000, 100, harmonic));
        let mut wrong = DMatrix::from_element(800, 800, 1.0);
        wrong[(3, 4)] = f64::NAN;
        assert!(matches!(
            view(&wrong, 1),
            Err(FactorError::NotFinite { row: 3, col: 4, .. })
        ));
        let stop = || ControlFlow::Break(());
        let layout = BlockLayout::new(800, 800, LayoutKind::Grid(1)).expect("it fits");
        let stopped = FirstView::of(&with_sigma(800, 800, harmonic), &layout, 30, &stop);
        assert_eq!(stopped.err(), Some(FactorError::Stopped));
    }
}

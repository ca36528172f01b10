//! A block taken apart into orthogonal pieces: singular triplets, entries, or all of it at once.

use faer::Par;
use nalgebra::DMatrix;

use super::svd::{factorize_on, values_on};
use super::values::{ScaledValues, unit_of};
use super::{Backend, FactorError, Factorization, check_finite};
use crate::approx::block::Pieces;
use crate::approx::metrics::{SumOfSquares, largest};

/// A block's pieces, the first of which are kept. What each of them weighs, its σ, is its norm.
#[derive(Clone, Debug)]
pub enum Decomposition {
    /// Singular triplets.
    Triplets(Factorization),
    /// Entries.
    Entries(Entries),
    /// All cells as one piece.
    Whole(Whole),
}

/// The cells of a block in the order of their magnitude.
#[derive(Clone, Debug)]
pub struct Entries {
    /// The place of each, counted down the columns.
    places: Vec<usize>,
    /// The values.
    cells: Vec<f64>,
    values: ScaledValues,
}

/// The cells of a block.
#[derive(Clone, Debug)]
pub struct Whole {
    cells: DMatrix<f64>,
    values: ScaledValues,
}

impl Decomposition {
    /// Takes the cells of a block apart. Cost: an SVD, a sort, or a pass.
    ///
    /// # Errors
    /// As [`super::factorize`].
    pub(super) fn of(cells: &DMatrix<f64>, pieces: Pieces, par: Par) -> Result<Self, FactorError> {
        Ok(match pieces {
            Pieces::Triplets => Self::Triplets(factorize_on(cells, par)?),
            Pieces::Entries => {
                check_finite(cells)?;
                let places = by_magnitude(cells);
                Self::Entries(Entries {
                    cells: places.iter().map(|at| cells[*at]).collect(),
                    values: magnitudes(cells, &places),
                    places,
                })
            }
            Pieces::Whole => {
                check_finite(cells)?;
                Self::whole(cells.clone())
            }
        })
    }

    /// All of a block, whose cells are finite, as one piece.
    pub(super) fn whole(cells: DMatrix<f64>) -> Self {
        Self::Whole(Whole {
            values: norm(&cells),
            cells,
        })
    }

    /// The factorization of a block in singular triplets.
    pub fn triplets(&self) -> Option<&Factorization> {
        match self {
            Self::Triplets(block) => Some(block),
            Self::Entries(_) | Self::Whole(_) => None,
        }
    }

    /// Who factorized it, where it was factorized.
    pub(super) fn backend(&self) -> Option<Backend> {
        self.triplets().map(|block| block.backend)
    }

    pub(super) fn values(&self) -> &ScaledValues {
        match self {
            Self::Triplets(block) => &block.values,
            Self::Entries(block) => &block.values,
            Self::Whole(block) => &block.values,
        }
    }
}

impl Entries {
    /// The places of the first `count` cells, counted down the columns, and the cells.
    pub fn first(&self, count: usize) -> (&[usize], &[f64]) {
        let count = count.min(self.places.len());
        (&self.places[..count], &self.cells[..count])
    }

    /// The first `count` of `p × q` cells, zero elsewhere.
    pub(super) fn put(&self, count: usize, cells: &mut DMatrix<f64>) {
        for (at, cell) in self.places.iter().zip(&self.cells).take(count) {
            cells[*at] = *cell;
        }
    }
}

impl Whole {
    /// The cells.
    pub fn cells(&self) -> &DMatrix<f64> {
        &self.cells
    }
}

/// The weight of each piece, without the pieces.
///
/// # Errors
/// As [`super::singular_values`].
pub(super) fn weights(
    cells: &DMatrix<f64>,
    pieces: Pieces,
    par: Par,
) -> Result<ScaledValues, FactorError> {
    if pieces == Pieces::Triplets {
        return values_on(cells, par);
    }
    check_finite(cells)?;
    Ok(match pieces {
        Pieces::Whole => norm(cells),
        _ => magnitudes(cells, &by_magnitude(cells)),
    })
}

/// The places of the cells, the largest first; of equal ones the first comes first.
fn by_magnitude(cells: &DMatrix<f64>) -> Vec<usize> {
    let mut places: Vec<usize> = (0..cells.len()).collect();
    places.sort_by(|a, b| cells[*b].abs().total_cmp(&cells[*a].abs()));
    places
}

fn magnitudes(cells: &DMatrix<f64>, places: &[usize]) -> ScaledValues {
    let unit = unit_of(largest(cells.as_slice()));
    let scaled = places.iter().map(|at| cells[*at].abs() / unit).collect();
    ScaledValues::all(scaled, unit)
}

fn norm(cells: &DMatrix<f64>) -> ScaledValues {
    let unit = unit_of(largest(cells.as_slice()));
    let squares = SumOfSquares::of(cells.iter().map(|cell| cell / unit));
    ScaledValues::all(vec![squares.root()], unit)
}

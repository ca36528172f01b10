//! Finding an order of rows and columns in which a matrix is local: balanced K-subspaces.
//!
//! For the present segments the blocks are factorized; every row goes to the segment whose blocks'
//! subspaces leave it the smallest residual, as many rows to each as it has places; the same for
//! columns; until the error no longer falls. Every step is exact, so the error never rises. What is
//! found is a local optimum: the best of several starts. Such a search finds something in noise
//! too, so it is always held against the same search on the same entries shuffled.

use std::ops::{ControlFlow, Range};

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::assignment::assign;
use super::factor::{FactorError, Factors};
use super::layout::{BlockLayout, LayoutKind};
use super::method::LocalizedSettings;
use super::metrics::largest;
use super::permutation::{permutation, shuffle};
use super::segment::segments;

/// An order of rows and columns: `rows[i]` is the original row at place `i`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// Of the rows.
    pub rows: Vec<usize>,
    /// Of the columns.
    pub cols: Vec<usize>,
}

impl Order {
    /// The order as it is.
    pub fn unchanged(rows: usize, cols: usize) -> Self {
        Self {
            rows: (0..rows).collect(),
            cols: (0..cols).collect(),
        }
    }

    /// `matrix` in this order, which must be of its shape.
    pub fn apply(&self, matrix: &DMatrix<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(self.rows.len(), self.cols.len(), |row, col| {
            matrix[(self.rows[row], self.cols[col])]
        })
    }

    /// Bits that recording the order takes: log₂ m! + log₂ n!.
    pub fn bits(&self) -> f64 {
        let of_side = |length: usize| (2..=length).map(|i| (i as f64).log2()).sum::<f64>();
        of_side(self.rows.len()) + of_side(self.cols.len())
    }

    fn random(rows: usize, cols: usize, rng: &mut ChaCha8Rng) -> Self {
        Self {
            rows: permutation(rows, rng),
            cols: permutation(cols, rng),
        }
    }
}

/// The best order that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The order.
    pub order: Order,
    /// Localized's error in the order as it was.
    pub before: f64,
    /// Localized's error in the order that was found; never above `before`.
    pub after: f64,
}

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The grid and the rank of its blocks.
    pub localized: LocalizedSettings,
    /// Starts from random orders, beside the one from the order as it is.
    pub starts: usize,
    /// Chooses the random orders.
    pub seed: u64,
}

/// Looks for an order of `matrix` in which Localized's error is lowest, on all cores; the same for
/// a seed whatever the threads. `on_start` hears of each start that has ended, and may stop.
///
/// # Errors
/// A grid that does not fit, a cell that is not finite, missing memory, *stop*.
pub fn find_order(
    matrix: &DMatrix<f64>,
    search: Search,
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    on_start: &(dyn Fn() + Sync),
) -> Result<Found, FactorError> {
    let descent = OrderDescent::new(matrix, search.localized, keep_going)?;
    let (rows, cols) = matrix.shape();
    let starts = (0..=search.starts as u64).into_par_iter();
    let ends = starts.map(|start| {
        let order = match start {
            0 => Order::unchanged(rows, cols),
            _ => Order::random(rows, cols, &mut stream(search.seed, start)),
        };
        let end = descent.run(order);
        on_start();
        end
    });
    let ends = ends.collect::<Result<Vec<_>, _>>()?;
    let before = descent.error(&Order::unchanged(rows, cols))?;
    let best = ends.into_iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let (order, after) = best.unwrap_or((Order::unchanged(rows, cols), before));
    if after >= before {
        let order = Order::unchanged(rows, cols);
        return Ok(Found {
            order,
            before,
            after: before,
        });
    }
    let order = Order {
        rows: legible(&order.rows, &descent.down),
        cols: legible(&order.cols, &descent.across),
    };
    Ok(Found {
        order,
        before,
        after,
    })
}

/// The entries of `matrix` in a random order: the control of a search.
pub fn shuffled_entries(matrix: &DMatrix<f64>, seed: u64) -> DMatrix<f64> {
    let mut shuffled = matrix.clone();
    shuffle(shuffled.as_mut_slice(), &mut stream(seed, u64::MAX));
    shuffled
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

/// The alternating steps on one matrix.
struct OrderDescent<'a> {
    /// In units of its largest cell, so that no square overflows.
    matrix: DMatrix<f64>,
    kind: LayoutKind,
    rank: usize,
    down: Vec<Range<usize>>,
    across: Vec<Range<usize>>,
    keep_going: &'a (dyn Fn() -> ControlFlow<()> + Sync),
}

/// A side of the matrix.
#[derive(Clone, Copy)]
enum MatrixSide {
    Rows,
    Cols,
}

/// A search ends at the latest after this many rounds; they are usually below twenty.
const MOST_ROUNDS: usize = 200;

impl<'a> OrderDescent<'a> {
    fn new(
        matrix: &DMatrix<f64>,
        localized: LocalizedSettings,
        keep_going: &'a (dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, FactorError> {
        let (rows, cols) = matrix.shape();
        let kind = LayoutKind::Grid(localized.grid);
        kind.check(rows, cols)?;
        let unit = match largest(matrix.as_slice()) {
            0.0 => 1.0,
            largest => largest,
        };
        Ok(Self {
            matrix: matrix / unit,
            kind,
            rank: localized.rank,
            down: segments(rows, localized.grid),
            across: segments(cols, localized.grid),
            keep_going,
        })
    }

    fn factors(&self, order: &Order) -> Result<(DMatrix<f64>, Factors, f64), FactorError> {
        let (rows, cols) = self.matrix.shape();
        let ordered = order.apply(&self.matrix);
        let layout = BlockLayout::new(rows, cols, self.kind)?;
        let factors = Factors::compute(&ordered, layout, self.keep_going)?;
        let ranks = factors.layout().uniform_ranks(self.rank);
        let error = factors.spectra.error_at(&ranks);
        Ok((ordered, factors, error))
    }

    fn error(&self, order: &Order) -> Result<f64, FactorError> {
        Ok(self.factors(order)?.2)
    }

    /// Goes down from `order` until neither rows nor columns gain anything.
    fn run(&self, mut order: Order) -> Result<(Order, f64), FactorError> {
        let (mut ordered, mut factors, mut error) = self.factors(&order)?;
        let mut stuck = 0;
        for round in 0..MOST_ROUNDS {
            let side = if round % 2 == 0 {
                MatrixSide::Rows
            } else {
                MatrixSide::Cols
            };
            let next = self.step(&order, &ordered, &factors, side);
            let (next_ordered, next_factors, next_error) = self.factors(&next)?;
            if next_error < error * (1.0 - 1e-12) {
                (order, ordered, factors, error) = (next, next_ordered, next_factors, next_error);
                stuck = 0;
            } else {
                stuck += 1;
            }
            if stuck == 2 {
                break;
            }
        }
        Ok((order, error))
    }

    /// Every row, or column, goes where the present subspaces keep most of it.
    fn step(
        &self,
        order: &Order,
        ordered: &DMatrix<f64>,
        factors: &Factors,
        side: MatrixSide,
    ) -> Order {
        let gains = self.gains(ordered, factors, side);
        let (now, cuts) = match side {
            MatrixSide::Rows => (&order.rows, &self.down),
            MatrixSide::Cols => (&order.cols, &self.across),
        };
        let sizes: Vec<usize> = cuts.iter().map(Range::len).collect();
        let places = assign(&gains, &sizes);
        let mut moved: Vec<usize> = (0..now.len()).collect();
        moved.sort_by_key(|at| (places[*at], *at));
        let moved = moved.into_iter().map(|at| now[at]).collect();
        match side {
            MatrixSide::Rows => Order {
                rows: moved,
                cols: order.cols.clone(),
            },
            MatrixSide::Cols => Order {
                rows: order.rows.clone(),
                cols: moved,
            },
        }
    }

    /// `gains[(line, segment)]`: how much of ‖line‖² the subspaces of a segment's blocks keep.
    fn gains(&self, ordered: &DMatrix<f64>, factors: &Factors, side: MatrixSide) -> DMatrix<f64> {
        let lines = match side {
            MatrixSide::Rows => ordered.nrows(),
            MatrixSide::Cols => ordered.ncols(),
        };
        let mut gains = DMatrix::zeros(lines, self.down.len());
        let blocks = factors.layout().blocks().iter().zip(&factors.blocks);
        for (block, decomposition) in blocks {
            // The blocks of a grid are taken apart into singular triplets.
            let Some(factorization) = decomposition.triplets() else {
                continue;
            };
            let (down, across) = (&self.down[block.i], &self.across[block.j]);
            let kept = self.rank.min(factorization.sigma.len());
            let (segment, kept) = match side {
                MatrixSide::Rows => {
                    let stripe = ordered.columns(across.start, across.len());
                    let onto = factorization.v_t.rows(0, kept);
                    (block.i, (onto * stripe.transpose()))
                }
                MatrixSide::Cols => {
                    let stripe = ordered.rows(down.start, down.len());
                    let onto = factorization.u.columns(0, kept);
                    (block.j, onto.tr_mul(&stripe))
                }
            };
            for (line, column) in kept.column_iter().enumerate() {
                gains[(line, segment)] += column.norm_squared();
            }
        }
        gains
    }
}

/// These segments in an order that is easy to read: inside a segment as the lines were, and the
/// segments of one size by where their lines were. The error does not depend on either.
fn legible(order: &[usize], cuts: &[Range<usize>]) -> Vec<usize> {
    let mut parts: Vec<Vec<usize>> = cuts.iter().map(|cut| order[cut.clone()].to_vec()).collect();
    for part in &mut parts {
        part.sort_unstable();
    }
    // Longer segments stay first, as the cuts have them.
    parts.sort_by(|a, b| {
        let sum = |part: &[usize]| part.iter().sum::<usize>();
        b.len().cmp(&a.len()).then(sum(a).cmp(&sum(b)))
    });
    parts.concat()
}

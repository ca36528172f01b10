//! Is a matrix local, diagonal or low-rank beyond chance? Permutation tests with an exact null.
//!
//! A permutation of rows and of columns leaves the singular values of the whole matrix, and so
//! LoRA's error at every rank, as they are. What it does to Localized's error, and to the share of
//! the energy on the diagonal, is therefore what *where the entries lie* is worth. Whether there is
//! a low rank at all is asked of shuffled entries.

use std::ops::ControlFlow;
use std::sync::Arc;

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::evaluate::{Evaluation, evaluate};
use super::factor::{FactorError, Spectra};
use super::layout::BlockLayout;
use super::method::{LocalizedSettings, LoraSettings, MeloraSettings, MethodSettings};
use super::metrics::{SumOfSquares, TIE};
use super::permutation::{permutation, shuffle};
use super::segment::segments;

/// Grid, ranks and seed of a locality test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalitySettings {
    /// Grid and rank at which Localized's error is the statistic.
    pub localized: LocalizedSettings,
    /// Number `N` of diagonal blocks whose share of ‖W‖² is the statistic.
    pub blocks: usize,
    /// Rank at which LoRA's error is the statistic.
    pub rank: usize,
    /// Chooses the permutations.
    pub seed: u64,
}

/// One question's answer so far.
#[derive(Clone, Debug, PartialEq)]
pub struct NullTest {
    /// The matrix's own value.
    pub statistic: f64,
    /// The value of each draw, in their order.
    pub null: Vec<f64>,
    /// The side of the null that speaks for structure.
    pub side: NullTail,
}

/// A side of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullTail {
    /// Low values are extreme.
    Low,
    /// High values are extreme.
    High,
}

impl NullTest {
    fn new(statistic: f64, side: NullTail) -> Self {
        Self {
            statistic,
            null: Vec::new(),
            side,
        }
    }

    /// Mean of the null; NaN before the first draw.
    pub fn mean(&self) -> f64 {
        self.null.iter().sum::<f64>() / self.null.len() as f64
    }

    /// Population standard deviation of the null (numpy's `std`); NaN before the first draw.
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares = self.null.iter().map(|value| (value - mean).powi(2));
        (squares.sum::<f64>() / self.null.len() as f64).sqrt()
    }

    /// How many standard deviations the matrix lies from the null's mean; `None` where every draw
    /// gives the same value, and of fewer draws than [`LEAST_DRAWS_OF_Z`].
    pub fn z(&self) -> Option<f64> {
        let std = self.std();
        let is_known = self.null.len() >= LEAST_DRAWS_OF_Z && std > TIE;
        is_known.then(|| (self.statistic - self.mean()) / std)
    }

    /// Share of values at least as extreme as the matrix's, itself counted among them: a p-value
    /// that holds at any number of draws. Values that differ by rounding are equal.
    pub fn p(&self) -> f64 {
        self.p_of(self.null.len())
    }

    /// Its least value after so many draws: none of those to come may be as extreme.
    fn p_of(&self, draws: usize) -> f64 {
        let extreme = self.null.iter().filter(|value| match self.side {
            NullTail::Low => **value <= self.statistic + TIE,
            NullTail::High => **value >= self.statistic - TIE,
        });
        (1 + extreme.count()) as f64 / (1 + draws) as f64
    }

    /// Whether it may still be [beyond chance](Self::beyond_chance) after so many draws.
    pub fn may_be_beyond(&self, draws: usize) -> bool {
        self.p_of(draws) <= SIGNIFICANT
    }

    /// Whether chance gives such a value in at most a hundredth of all cases.
    pub fn beyond_chance(&self) -> bool {
        self.p() <= SIGNIFICANT
    }
}

/// The p-value up to which structure is called more than chance.
pub const SIGNIFICANT: f64 = 0.01;

/// Draws without which no p-value can be as small as that: p is at least 1 / (1 + draws).
pub const LEAST_DRAWS: usize = 99;

/// Draws without which their mean and standard deviation say too little: of twenty the latter is known to a
/// sixth.
pub const LEAST_DRAWS_OF_Z: usize = 20;

/// The tests on one matrix, with as many draws as were made.
#[derive(Clone, Debug)]
pub struct LocalityTest {
    matrix: Arc<DMatrix<f64>>,
    settings: LocalitySettings,
    /// Is it local? Localized's error against random orders of rows and columns.
    pub local: NullTest,
    /// Is it diagonal? The diagonal blocks' share of ‖W‖² against the same orders.
    pub diagonal: NullTest,
    /// Is it low-rank at all? LoRA's error against shuffled entries.
    pub global: NullTest,
    /// LoRA, MELoRA (at LoRA's rank) and Localized on the matrix as it is.
    pub evaluations: [Evaluation; 3],
}

/// The three statistics of one draw.
type Draw = [f64; 3];

impl LocalityTest {
    /// The statistics of `matrix` itself, without any draw. Ranks are clamped to the blocks.
    ///
    /// # Errors
    /// Settings that do not fit, rank zero, a cell that is not finite, missing memory.
    pub fn new(matrix: &DMatrix<f64>, settings: LocalitySettings) -> Result<Self, FactorError> {
        let melora = MeloraSettings {
            blocks: settings.blocks,
            rank: settings.rank,
        };
        let evaluations = [
            measured(matrix, &MethodSettings::Lora(settings.lora()))?,
            measured(matrix, &MethodSettings::Melora(melora))?,
            measured(matrix, &MethodSettings::Localized(settings.localized))?,
        ];
        let share = diagonal_share(matrix, settings.blocks);
        Ok(Self {
            local: NullTest::new(evaluations[2].error, NullTail::Low),
            diagonal: NullTest::new(share, NullTail::High),
            global: NullTest::new(evaluations[0].error, NullTail::Low),
            matrix: Arc::new(matrix.clone()),
            settings,
            evaluations,
        })
    }

    /// Grid, ranks and seed.
    pub fn settings(&self) -> LocalitySettings {
        self.settings
    }

    /// How many draws were made.
    pub fn draws(&self) -> usize {
        self.local.null.len()
    }

    /// Makes `more` draws, on all cores; draw `i` is the same for a seed whatever the threads and
    /// the batches. Cost of a draw: the singular values of all blocks and of the whole matrix.
    ///
    /// # Errors
    /// *Stop* from `keep_going`, which is asked before each draw and after which the draws stay as
    /// they were; missing memory.
    pub fn draw(
        &mut self,
        more: usize,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<(), FactorError> {
        let from = self.draws();
        let draws = (from..from + more).into_par_iter();
        let draws = draws.map(|draw| match keep_going() {
            ControlFlow::Continue(()) => self.one(draw as u64),
            ControlFlow::Break(()) => Err(FactorError::Stopped),
        });
        for [local, diagonal, global] in draws.collect::<Result<Vec<Draw>, _>>()? {
            self.local.null.push(local);
            self.diagonal.null.push(diagonal);
            self.global.null.push(global);
        }
        Ok(())
    }

    fn one(&self, draw: u64) -> Result<Draw, FactorError> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.settings.seed);
        rng.set_stream(draw);
        let (rows, cols) = self.matrix.shape();
        let (down, across) = (permutation(rows, &mut rng), permutation(cols, &mut rng));
        let mut moved =
            DMatrix::from_fn(rows, cols, |row, col| self.matrix[(down[row], across[col])]);
        let localized = MethodSettings::Localized(self.settings.localized);
        let local = measured(&moved, &localized)?.error;
        let diagonal = diagonal_share(&moved, self.settings.blocks);
        shuffle(moved.as_mut_slice(), &mut rng);
        let global = measured(&moved, &MethodSettings::Lora(self.settings.lora()))?.error;
        Ok([local, diagonal, global])
    }
}

impl LocalitySettings {
    fn lora(&self) -> LoraSettings {
        LoraSettings { rank: self.rank }
    }
}

fn measured(matrix: &DMatrix<f64>, settings: &MethodSettings) -> Result<Evaluation, FactorError> {
    let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), settings.layout())?;
    Ok(evaluate(&Spectra::of(matrix, layout)?, settings)?)
}

/// Share of ‖W‖² on the `count` diagonal blocks; zero for a matrix of zeros. The blocks must fit.
fn diagonal_share(matrix: &DMatrix<f64>, count: usize) -> f64 {
    let (rows, cols) = matrix.shape();
    let blocks = segments(rows, count).into_iter().zip(segments(cols, count));
    let mut on_diagonal = SumOfSquares::new();
    for (down, across) in blocks {
        let block = matrix.view((down.start, across.start), (down.len(), across.len()));
        block.iter().for_each(|cell| on_diagonal.add(*cell));
    }
    let whole = SumOfSquares::of(matrix.iter().copied());
    on_diagonal.error_of(&whole).powi(2)
}

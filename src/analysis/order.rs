//! A search for an order in which a matrix is local, with its control.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;

use crate::approx::order::{Found, Order, Search, find_order, shuffled_entries};
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Factors, MethodSettings, evaluate, reconstruct,
};
use crate::figure::label;

/// How many random orders a search starts from unless told otherwise.
pub const STARTS: usize = 30;

/// How much more than its control's a gain must be to be called more: the gains of noise differ by
/// less.
const MARGIN: f64 = 0.02;

/// The result of a search, and of the same search in the same entries shuffled.
#[derive(Clone, Debug)]
pub struct FoundOrder {
    /// Grid, rank, starts and seed.
    pub search: Search,
    /// On the matrix.
    pub found: Found,
    /// On its entries shuffled: what such a search finds where there is nothing to find.
    pub control: Found,
    /// The matrix as it was, and in the order that was found.
    pub pictures: [Ordered; 2],
}

/// A matrix in some order, with what Localized LoRA makes of it.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// The matrix.
    pub matrix: DMatrix<f64>,
    /// Setting, parameters and error.
    pub evaluation: Evaluation,
    /// The blocks.
    pub layout: BlockLayout,
    /// Ŵ.
    pub reconstruction: DMatrix<f64>,
}

impl Ordered {
    fn new(matrix: DMatrix<f64>, search: Search) -> Result<Self, FactorError> {
        let settings = MethodSettings::Localized(search.localized);
        let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), settings.layout())?;
        let factors = Factors::of(&matrix, layout)?;
        let evaluation = evaluate(&factors.spectra, &settings)?;
        Ok(Self {
            reconstruction: reconstruct(&factors, &evaluation.ranks),
            layout: factors.spectra.layout,
            evaluation,
            matrix,
        })
    }
}

impl FoundOrder {
    /// Searches on the matrix and on its control; `on_start` hears how many starts of how many have
    /// ended.
    ///
    /// # Errors
    /// As [`find_order`].
    pub fn search(
        matrix: &DMatrix<f64>,
        search: Search,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_start: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, FactorError> {
        let (done, of) = (AtomicUsize::new(0), 2 * (search.starts + 1));
        let ended = || on_start(done.fetch_add(1, Ordering::Relaxed) + 1, of);
        let found = find_order(matrix, search, keep_going, &ended)?;
        let shuffled = shuffled_entries(matrix, search.seed);
        let control = find_order(&shuffled, search, keep_going, &ended)?;
        let unchanged = Order::unchanged(matrix.nrows(), matrix.ncols());
        let picture = |order: &Order| Ordered::new(order.apply(matrix), search);
        Ok(Self {
            pictures: [picture(&unchanged)?, picture(&found.order)?],
            search,
            found,
            control,
        })
    }

    /// By which share of itself the error falls on the matrix, and on its control.
    pub fn gains(&self) -> [f64; 2] {
        [gain(&self.found), gain(&self.control)]
    }

    /// Whether the order gains more than the control does.
    pub fn beyond_control(&self) -> bool {
        gain(&self.found) > gain(&self.control) + MARGIN
    }

    /// *In the order that was found the error falls from 0.2119 to 0.1840 (−13.2 %), more than its
    /// control (−5.1 %)*.
    pub fn verdict(&self) -> String {
        if self.found.after >= self.found.before {
            let error = label::error(self.found.before);
            return format!("No order is better than the one it has: {error}");
        }
        let than_control = match self.beyond_control() {
            true => "more than its control",
            false => "no more than its control",
        };
        format!(
            "In the order that was found the error falls from {} to {} ({}), {than_control} ({})",
            label::error(self.found.before),
            label::error(self.found.after),
            fallen(&self.found),
            fallen(&self.control)
        )
    }
}

/// By which share of itself the error falls.
fn gain(found: &Found) -> f64 {
    match found.before > 0.0 {
        true => 1.0 - found.after / found.before,
        false => 0.0,
    }
}

fn fallen(found: &Found) -> String {
    format!("−{}", label::percent(gain(found)))
}

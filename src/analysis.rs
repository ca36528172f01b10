//! What a session's settings give on a matrix: what both faces of the program print and draw.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use thiserror::Error;

use crate::approx::metrics::numerical_rank;
use crate::approx::{
    BlockLayout, Evaluation, FactorError, Factors, LayoutKind, Method, MethodSettings, evaluate,
};
use crate::figure::label;
use crate::session::Settings;

/// Why a matrix could not be analysed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AnalysisError {
    /// The matrix could not be factorized, or a setting does not fit it.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// ‖W‖ is beyond the largest `f64`.
    #[error("the norm of the matrix is larger than a number can be, divide its cells by 1e10")]
    Overflow,
}

/// One matrix under all shown methods.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// ‖W‖.
    pub norm: f64,
    /// Numerical rank (III.A).
    pub rank: usize,
    /// The shown methods in their order: what came out, or why nothing could.
    pub methods: Vec<(MethodSettings, Result<Evaluation, String>)>,
    /// The whole matrix, and every layout in view.
    factors: Vec<Factors>,
}

impl Analysis {
    /// Factorizes each layout in view once and measures every shown method. `settings` fit the
    /// matrix already ([`Settings::fit`]). Cost: one factorization of the matrix per layout.
    ///
    /// # Errors
    /// A cell that is not finite, a block without verified factorization, N or K beyond a side,
    /// a norm beyond `f64`, or *stop* from `keep_going`, which is asked before each block.
    pub fn of(
        matrix: &DMatrix<f64>,
        settings: &Settings,
        keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, AnalysisError> {
        let (rows, cols) = matrix.shape();
        let layout = |kind| BlockLayout::new(rows, cols, kind).map_err(FactorError::from);
        let shown = settings.shown();
        let mut kinds = vec![LayoutKind::Grid(1)];
        for kind in shown.iter().map(|method| method.layout().canonical()) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        let factors = kinds
            .into_iter()
            .map(|kind| Factors::compute(matrix, layout(kind)?, keep_going))
            .collect::<Result<Vec<_>, _>>()?;
        let whole = &factors[0];
        if !whole.spectra.norm.is_finite() {
            return Err(AnalysisError::Overflow);
        }
        let mut analysis = Self {
            norm: whole.spectra.norm,
            rank: numerical_rank(&whole.spectra.sigma[0], rows, cols),
            methods: Vec::new(),
            factors,
        };
        analysis.methods = shown
            .into_iter()
            .map(|method| {
                let outcome = analysis.measure(settings, &method);
                (method, outcome)
            })
            .collect();
        Ok(analysis)
    }

    /// The factorization of the layout of one of the shown methods; the whole matrix's for LoRA.
    pub fn factors(&self, settings: &MethodSettings) -> &Factors {
        let kind = settings.layout().canonical();
        let known = self.factors.iter().find(|f| f.layout().kind() == kind);
        known.unwrap_or(&self.factors[0])
    }

    /// The methods that gave something.
    pub fn evaluations(&self) -> Vec<&Evaluation> {
        let outcomes = self.methods.iter().map(|(_, outcome)| outcome);
        outcomes
            .filter_map(|outcome| outcome.as_ref().ok())
            .collect()
    }

    fn measure(&self, all: &Settings, method: &MethodSettings) -> Result<Evaluation, String> {
        let factors = self.factors(method);
        let (rows, cols) = factors.layout().shape();
        if let Some(sentence) = all.unaffordable(rows, cols, method) {
            return Err(sentence);
        }
        evaluate(&factors.spectra, method).map_err(|error| error.to_string())
    }
}

/// What a reader must know to compare one method's numbers fairly, one sentence each.
pub fn notes(one: &Evaluation, settings: &Settings) -> Vec<String> {
    let name = one.method().title();
    let blocks = |count: usize| match one.ranks.len() {
        1 => "its one block".to_owned(),
        all => format!("{count} of {all} blocks"),
    };
    let mut notes = Vec::new();
    if one.clamped_blocks > 0 {
        notes.push(format!(
            "{name}: in {} the rank was lowered to the smaller side",
            blocks(one.clamped_blocks)
        ));
    }
    if one.denser_than_dense > 0 {
        notes.push(format!(
            "{name}: larger than dense: in {} the factors store at least as many numbers as the block",
            blocks(one.denser_than_dense)
        ));
    }
    if one.out_of_reach > 0.0 {
        notes.push(format!(
            "{name}: the error cannot fall below {}: entries outside the blocks are never approximated",
            label::error(one.out_of_reach)
        ));
    }
    let unused = unused(one, settings);
    if unused > 0 {
        notes.push(format!(
            "{name}: {} of the budget's parameters are unused",
            label::count(unused)
        ));
    }
    if one.method() == Method::LocalizedAdaptive {
        notes.push(format!(
            "{name}: which singular triplets were kept is not counted"
        ));
    }
    notes
}

/// Parameters of a budget that the method leaves unused.
fn unused(one: &Evaluation, settings: &Settings) -> usize {
    let Some(rule) = settings.matched else {
        return one.unused;
    };
    let budget = settings.adaptive.budget;
    let share = match one.method() {
        Method::Lora => budget,
        Method::LocalizedAdaptive => return one.unused,
        Method::Melora | Method::Localized => rule.local_budget(budget, settings.melora.blocks),
    };
    share.saturating_sub(one.params)
}

/// Parameters of Localized at its settings: what the adaptive ranks may cost unless told otherwise.
/// Zero when the grid does not fit.
pub fn localized_parameters(settings: &Settings, rows: usize, cols: usize) -> usize {
    let localized = settings.localized;
    BlockLayout::new(rows, cols, LayoutKind::Grid(localized.grid)).map_or(0, |layout| {
        layout.parameters(&layout.uniform_ranks(localized.rank))
    })
}

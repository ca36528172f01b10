//! What a session's settings give on a matrix: what both faces of the program print and draw.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use thiserror::Error;

use crate::approx::budget::parameters;
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
    #[error("the matrix norm overflows a 64-bit float; scale the matrix down")]
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
    /// matrix already ([`Settings::fitted`]). Cost: one factorization of the matrix per layout.
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
        measurable(whole)?;
        let mut analysis = Self {
            norm: whole.spectra.norm,
            rank: whole.spectra.numerical_rank(0),
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

/// The shown methods that the budget pays for on `rows × cols` matrices, and why the others are
/// left out. `settings` fit the shape.
pub fn affordable(
    settings: &Settings,
    rows: usize,
    cols: usize,
) -> (Vec<MethodSettings>, Vec<String>) {
    let (mut methods, mut left_out) = (Vec::new(), Vec::new());
    for method in settings.shown() {
        match settings.unaffordable(rows, cols, &method) {
            None => methods.push(method),
            Some(sentence) => left_out.push(format!(
                "{} is left out: {sentence}",
                method.method().title()
            )),
        }
    }
    (methods, left_out)
}

/// Refuses a matrix whose errors could not be told: they are parts of ‖W‖.
///
/// # Errors
/// [`AnalysisError::Overflow`] for a norm beyond `f64`.
pub fn measurable(factors: &Factors) -> Result<(), AnalysisError> {
    match factors.spectra.norm.is_finite() {
        true => Ok(()),
        false => Err(AnalysisError::Overflow),
    }
}

/// What a method spends of its share of one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The method.
    pub method: Method,
    /// Parameters that the rule gives it.
    pub share: usize,
    /// Parameters that its factors have.
    pub params: usize,
}

impl Spent {
    /// Whether nothing is left over and nothing is spent beyond the share.
    pub fn exactly(&self) -> bool {
        self.share == self.params
    }
}

/// What each method spends of the one budget; nothing where ranks are set one by one.
pub fn spending(evaluations: &[&Evaluation], settings: &Settings) -> Vec<Spent> {
    if settings.matched.is_none() {
        return Vec::new();
    }
    let spent = |one: &&Evaluation| Spent {
        method: one.method(),
        share: settings.share_of_budget(one.method()),
        params: one.params,
    };
    evaluations.iter().map(spent).collect()
}

/// What to say next to a comparison of methods that do not spend what the budget gives them: that
/// it is not matched, and what each really spends. `None` where every share is spent exactly.
pub fn not_matched(spent: &[Spent]) -> Option<String> {
    if spent.iter().all(Spent::exactly) {
        return None;
    }
    let each = spent.iter().map(|one| {
        let (name, params) = (one.method.title(), label::count(one.params));
        match one.exactly() {
            true => format!("{name} {params}"),
            false => format!("{name} {params} of {}", label::count(one.share)),
        }
    });
    let each: Vec<String> = each.collect();
    Some(format!("not matched: {} parameters", each.join(", ")))
}

/// The parameters that two methods have on `rows × cols` matrices, where they are equal; else the
/// sentence to say next to a comparison of them. `None` for a method with a rank per block.
pub fn compared_at(
    pair: [&MethodSettings; 2],
    rows: usize,
    cols: usize,
) -> Option<Result<usize, String>> {
    let params = |one: &MethodSettings| {
        let rank = one.uniform_rank()?;
        parameters(rows, cols, one.layout(), rank).ok()
    };
    let [one, other] = [params(pair[0])?, params(pair[1])?];
    if one == other {
        return Some(Ok(one));
    }
    let [first, second] = pair.map(|settings| settings.method().title());
    let [one, other] = [one, other].map(label::count);
    Some(Err(format!(
        "not matched: {first} {one}, {second} {other} parameters"
    )))
}

/// The notes on every method, and whether the one budget is matched: the same in both faces and
/// in figures.
pub fn all_notes(evaluations: &[&Evaluation], settings: &Settings) -> Vec<String> {
    let of_methods = evaluations.iter().flat_map(|one| notes(one, settings));
    let budget = not_matched(&spending(evaluations, settings));
    of_methods.chain(budget).collect()
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
    let budget = settings.adaptive.budget;
    if by_hand(&one.settings) && settings.matched.is_some() && one.params > budget {
        notes.push(format!(
            "{name}: the ranks set by hand cost {} parameters, {} over the budget of {}",
            label::count(one.params),
            label::count(one.params - budget),
            label::count(budget)
        ));
    }
    if one.method() == Method::LocalizedAdaptive {
        notes.push(format!(
            "{name}: the cost of recording which triplets were kept is not included"
        ));
    }
    notes
}

/// Whether a method's ranks were set by hand.
fn by_hand(settings: &MethodSettings) -> bool {
    matches!(settings, MethodSettings::LocalizedAdaptive(s) if s.painted.is_some())
}

/// Parameters of a budget that the method leaves unused.
fn unused(one: &Evaluation, settings: &Settings) -> usize {
    match one.method() {
        // The adaptive method has a budget of its own where no other has.
        Method::LocalizedAdaptive => one.unused,
        _ if settings.matched.is_none() => one.unused,
        method => settings.share_of_budget(method).saturating_sub(one.params),
    }
}

/// Parameters of Localized at its settings: what the adaptive ranks may cost unless told otherwise.
/// Zero when the grid does not fit.
pub fn localized_parameters(settings: &Settings, rows: usize, cols: usize) -> usize {
    let localized = settings.localized;
    parameters(rows, cols, LayoutKind::Grid(localized.grid), localized.rank).unwrap_or(0)
}

//! What the claims are held against, measured.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use thiserror::Error;

use crate::analysis::{
    DRAWS, FoundOrder, Images, Locality, SurveyError, SurveyResult, locality_settings,
    survey_images,
};
use crate::approx::method::{QuadtreeSettings, SparseSettings};
use crate::approx::metrics::numerical_rank;
use crate::approx::order::Search;
use crate::approx::{
    AdaptiveSettings, BlockLayout, Evaluation, FactorError, LocalizedSettings, LoraSettings,
    MethodSettings, Spectra, evaluate, singular_values, table_one,
};
use crate::session::Settings;
use crate::source::{
    Dataset, SourceError, Split, SyntheticKind, SyntheticSettings, Transform, digits, synthesize,
};

/// The paper's digit among the test images.
pub const DIGIT: usize = 1;

/// Table I's budget.
pub const BUDGET: usize = 224;

/// Random orders that the searches start from: a claim about noise needs no more.
pub const STARTS: usize = 8;

/// All that is measured; parts that are not yet are none.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Of the paper's digit.
    pub digit: Option<DigitEvidence>,
    /// Of what is local beyond chance.
    pub structure: Option<StructureEvidence>,
    /// Of all test digits.
    pub survey: Option<SurveyResult>,
}

/// Methods on the paper's digit.
#[derive(Clone, Debug)]
pub struct DigitEvidence {
    /// Rows and columns.
    pub shape: (usize, usize),
    /// Its numerical rank.
    pub rank: usize,
    /// Table I, in its order.
    pub table_one: [Evaluation; 3],
    /// Localized with K = 1 at LoRA's rank.
    pub one_block: Evaluation,
    /// LoRA and Localized at Table I's settings, rows and columns shuffled.
    pub shuffled: [Evaluation; 2],
    /// A rank for each block, K = 4, at Table I's budget.
    pub adaptive: Evaluation,
    /// The quad-tree at Table I's budget.
    pub quadtree: Evaluation,
}

/// Permutation tests and searches for an order.
#[derive(Clone, Debug)]
pub struct StructureEvidence {
    /// The test of the paper's digit.
    pub digit: Locality,
    /// The test of Gaussian noise.
    pub noise: Locality,
    /// The search in Gaussian noise.
    pub order: FoundOrder,
}

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EvidenceError {
    /// The digits cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// They cannot be measured, or the work was stopped.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// A matrix cannot be factorized, or the work was stopped.
    #[error(transparent)]
    Factor(#[from] FactorError),
}

impl EvidenceError {
    /// Whether nothing is wrong: the caller stopped the work.
    pub fn is_stop(&self) -> bool {
        let stopped = FactorError::Stopped;
        *self == Self::Factor(stopped.clone()) || *self == Self::Survey(stopped.into())
    }
}

/// The settings of the survey: Table I's, ranks for each block on its grid, and the baseline.
pub fn survey_settings() -> Settings {
    Settings {
        show_adaptive: true,
        show_sparse: true,
        adaptive: AdaptiveSettings {
            grid: 2,
            budget: BUDGET,
            ..AdaptiveSettings::default()
        },
        sparse: SparseSettings {
            entries: BUDGET / 2,
            ..SparseSettings::default()
        },
        ..Settings::default()
    }
}

impl Evidence {
    /// Measures everything, the quick parts first; `on_part` sees what there is after each, and
    /// `on_done` hears how many digits of how many are measured, and may stop.
    ///
    /// # Errors
    /// Digits that cannot be read, or *stop*.
    pub fn measure(
        on_part: &dyn Fn(&Self),
        on_done: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
    ) -> Result<Self, EvidenceError> {
        let set = digits(&Dataset::BuiltIn, Split::Test)?;
        let digit = set.matrix(DIGIT);
        let mut evidence = Self {
            digit: Some(DigitEvidence::of(&digit)?),
            ..Self::default()
        };
        on_part(&evidence);
        let go_on = || on_done(0, set.count());
        evidence.structure = Some(StructureEvidence::of(&digit, &go_on)?);
        on_part(&evidence);
        let images = Images::default();
        let settings = survey_settings();
        let surveyed = survey_images(&set, &images, Transform::default(), &settings, on_done)?;
        evidence.survey = Some(surveyed);
        Ok(evidence)
    }
}

fn measured(matrix: &DMatrix<f64>, settings: &MethodSettings) -> Result<Evaluation, FactorError> {
    let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), settings.layout())?;
    Ok(evaluate(&Spectra::of(matrix, layout)?, settings)?)
}

/// The order that the claim about shuffling has.
pub fn shuffle() -> Transform {
    Transform {
        shuffle: Some(0),
        ..Transform::default()
    }
}

impl DigitEvidence {
    fn of(digit: &DMatrix<f64>) -> Result<Self, FactorError> {
        let of = |settings: &MethodSettings| measured(digit, settings);
        let [lora, melora, localized] = table_one();
        let other_order = shuffle().apply(digit);
        let one_block = LocalizedSettings {
            grid: 1,
            rank: LoraSettings::default().rank,
        };
        let adaptive = AdaptiveSettings {
            grid: 4,
            budget: BUDGET,
            ..AdaptiveSettings::default()
        };
        let quadtree = QuadtreeSettings {
            budget: BUDGET,
            ..QuadtreeSettings::default()
        };
        Ok(Self {
            shape: digit.shape(),
            rank: numerical_rank(&singular_values(digit)?, digit.nrows(), digit.ncols()),
            one_block: of(&MethodSettings::Localized(one_block))?,
            shuffled: [
                measured(&other_order, &lora)?,
                measured(&other_order, &localized)?,
            ],
            adaptive: of(&MethodSettings::LocalizedAdaptive(adaptive))?,
            quadtree: of(&MethodSettings::Quadtree(quadtree))?,
            table_one: [of(&lora)?, of(&melora)?, of(&localized)?],
        })
    }
}

impl StructureEvidence {
    fn of(
        digit: &DMatrix<f64>,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Self, EvidenceError> {
        let settings = Settings::default();
        let test = |matrix: &DMatrix<f64>| {
            let asked = locality_settings(&settings, 0);
            Locality::measure(matrix, asked, DRAWS, go_on, &|_| {})
        };
        let noise = synthesize(&SyntheticSettings::new(SyntheticKind::Noise))?;
        let search = Search {
            localized: settings.localized,
            starts: STARTS,
            seed: 0,
        };
        Ok(Self {
            digit: test(digit)?,
            noise: test(&noise)?,
            order: FoundOrder::search(&noise, search, go_on, &|_, _| {})?,
        })
    }
}

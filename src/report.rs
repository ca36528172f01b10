//! Results as JSON, the same from the command line and from the window's export: part of the
//! program's promise, so change nothing here that a reader could depend on.

use serde::{Serialize, Serializer};

use crate::analysis::{self, Analysis, Surveyed};
use crate::approx::best_grid::{GridAtBudget, best_adaptive, best_uniform};
use crate::approx::curve::CurvePoint;
use crate::approx::method::{Parameter, Role};
use crate::approx::metrics::share;
use crate::approx::survey;
use crate::approx::{Block, BlockLayout, Evaluation, MethodSettings, Pieces};
use crate::source::{self, Split};

/// Where a matrix came from and what it is.
#[derive(Serialize)]
pub struct Matrix {
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtract: Option<String>,
    #[serde(flatten)]
    transform: Transform,
    rows: usize,
    cols: usize,
    rank: usize,
    norm: f64,
}

impl Matrix {
    /// The matrix of an analysis: shape, numerical rank and norm.
    pub fn of(analysis: &Analysis) -> Self {
        let (session, (rows, cols)) = (&analysis.session, analysis.shape());
        Self {
            source: session.source.to_string(),
            subtract: session.subtract.as_ref().map(ToString::to_string),
            transform: session.transform.into(),
            rows,
            cols,
            rank: analysis.rank,
            norm: analysis.norm,
        }
    }
}

/// Reorderings, where there are any.
#[derive(Serialize)]
struct Transform {
    #[serde(skip_serializing_if = "Option::is_none")]
    shuffle: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shift: Option<(i32, i32)>,
}

impl From<source::Transform> for Transform {
    fn from(transform: source::Transform) -> Self {
        Self {
            shuffle: transform.shuffle,
            shift: (transform.shift != (0, 0)).then_some(transform.shift),
        }
    }
}

/// `approximate --json`.
#[derive(Serialize)]
pub struct Approximation {
    /// The matrix.
    #[serde(flatten)]
    pub matrix: Matrix,
    /// Each method.
    pub methods: Vec<Measured>,
}

/// Name and setting of a method: `{"method": …}` and a number for each parameter.
#[derive(Serialize)]
pub struct Setting {
    method: &'static str,
    #[serde(flatten, serialize_with = "as_object")]
    values: Vec<(&'static str, Number)>,
}

/// A setting's value.
#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum Number {
    Whole(usize),
    Real(f64),
}

impl Setting {
    fn of(settings: &MethodSettings, wanted: impl Fn(Role) -> bool) -> Self {
        let values = settings.values().into_iter();
        let values = values.filter(|(parameter, _)| wanted(parameter.role));
        let price = settings.method().definition().price.zip(settings.price());
        let value = |(parameter, value): (&'static Parameter, usize)| match (parameter.role, price)
        {
            (Role::Budget, Some((key, price))) => (key, Number::Real(price.get())),
            _ => (parameter.key, Number::Whole(value)),
        };
        Self {
            method: settings.method().key(),
            values: values.map(value).collect(),
        }
    }

    /// What the blocks follow from alone, for what holds at every rank.
    fn layout(settings: &MethodSettings) -> Self {
        Self::of(settings, Role::of_blocks)
    }

    fn whole(settings: &MethodSettings) -> Self {
        Self::of(settings, |_| true)
    }
}

/// One method on one matrix.
#[derive(Serialize)]
pub struct Measured {
    #[serde(flatten)]
    setting: Setting,
    #[serde(skip_serializing_if = "Option::is_none")]
    ranks: Option<Vec<Vec<usize>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<Vec<LeafBlock>>,
    params: usize,
    share: f64,
    structure_bits: usize,
    error: f64,
}

/// One block of a tree.
#[derive(Serialize)]
struct LeafBlock {
    /// Where it begins.
    row: usize,
    col: usize,
    rows: usize,
    cols: usize,
    rank: usize,
    /// Whether it is stored entry by entry.
    dense: bool,
}

impl Measured {
    /// One method with the blocks that it chose.
    pub fn with_blocks(one: &Evaluation, layout: &BlockLayout) -> Self {
        let blocks = layout.blocks().iter().zip(&one.ranks);
        let leaf = |(block, rank): (&Block, &usize)| {
            let ((row, col), (rows, cols)) = (block.first_cell()?, block.sides());
            Some(LeafBlock {
                row,
                col,
                rows,
                cols,
                rank: *rank,
                dense: block.pieces() == Pieces::Whole,
            })
        };
        Self {
            leaves: one
                .leaves
                .as_ref()
                .map(|_| blocks.filter_map(leaf).collect()),
            ..Self::from(one)
        }
    }
}

impl From<&Evaluation> for Measured {
    /// The rank is the one that was used, after clamping.
    fn from(one: &Evaluation) -> Self {
        let chosen = one.leaves.is_some();
        let told = |role: Role| role.of_blocks() || (chosen && role == Role::Budget);
        let mut setting = Setting::of(&one.settings, told);
        let parameters = one.method().parameters().iter();
        let rank = parameters.filter(|parameter| parameter.role == Role::Rank);
        let used = one.ranks.iter().copied().max().unwrap_or_default();
        let used = Number::Whole(used);
        setting.values.extend(rank.map(|rank| (rank.key, used)));
        let by_block = one.method().place_of(Role::Rank).is_none() && !chosen;
        let ranks = by_block.then(|| {
            let rows = one.ranks.chunks(one.settings.layout().across());
            rows.map(<[usize]>::to_vec).collect()
        });
        Self {
            setting,
            ranks,
            leaves: None,
            params: one.params,
            share: one.share,
            structure_bits: one.structure_bits,
            error: one.error,
        }
    }
}

/// `curve --json`.
#[derive(Serialize)]
pub struct Curves {
    /// The matrix.
    #[serde(flatten)]
    pub matrix: Matrix,
    /// Where the curves end.
    pub max_params: usize,
    /// Each method.
    pub curves: Vec<Curve>,
}

/// One method at every rank.
#[derive(Serialize)]
pub struct Curve {
    #[serde(flatten)]
    setting: Setting,
    points: Vec<Point>,
}

#[derive(Serialize)]
struct Point {
    rank: usize,
    params: usize,
    share: f64,
    error: f64,
}

impl Curve {
    /// The points of one method on a matrix of `shape`.
    pub fn new(settings: &MethodSettings, points: &[CurvePoint], shape: (usize, usize)) -> Self {
        let point = |point: &CurvePoint| Point {
            rank: point.rank,
            params: point.params,
            share: share(point.params, shape.0, shape.1),
            error: point.error,
        };
        Self {
            setting: Setting::layout(settings),
            points: points.iter().map(point).collect(),
        }
    }
}

/// `curve --singular-values --json`.
#[derive(Serialize)]
pub struct Spectrum {
    /// The matrix.
    #[serde(flatten)]
    pub matrix: Matrix,
    /// Each method.
    pub methods: Vec<BlockSpectra>,
}

/// The singular values of each block of a method.
#[derive(Serialize)]
pub struct BlockSpectra {
    #[serde(flatten)]
    setting: Setting,
    spectra: Vec<BlockSpectrum>,
}

#[derive(Serialize)]
struct BlockSpectrum {
    i: usize,
    j: usize,
    rank: usize,
    singular_values: Vec<f64>,
}

impl BlockSpectra {
    /// The spectra of one method with the ranks in use.
    pub fn new(one: &Evaluation, spectra: &crate::approx::Spectra) -> Self {
        let blocks = spectra.layout.blocks().iter();
        let spectrum = blocks.zip(&spectra.sigma).zip(&one.ranks);
        Self {
            setting: Setting::layout(&one.settings),
            spectra: spectrum
                .map(|((block, sigma), rank)| BlockSpectrum {
                    i: block.i,
                    j: block.j,
                    rank: *rank,
                    singular_values: sigma.clone(),
                })
                .collect(),
        }
    }
}

/// `curve --show best-grid --json`.
#[derive(Serialize)]
pub struct Grids {
    #[serde(flatten)]
    matrix: Matrix,
    budget: usize,
    /// The best K with one rank for all blocks, and with a rank per block.
    best_grid: Option<usize>,
    best_adaptive_grid: Option<usize>,
    grids: Vec<Grid>,
}

#[derive(Serialize)]
struct Grid {
    grid: usize,
    localized: Option<Measured>,
    localized_adaptive: Option<Measured>,
}

impl Grids {
    /// What each grid reaches on the matrix.
    pub fn new(matrix: Matrix, grids: &analysis::Grids) -> Self {
        let grid = |one: &GridAtBudget| Grid {
            grid: one.grid,
            localized: one.uniform.as_ref().map(Into::into),
            localized_adaptive: one.adaptive.as_ref().map(Into::into),
        };
        Self {
            matrix,
            budget: grids.budget,
            best_grid: best_uniform(&grids.found).map(|(grid, _)| grid),
            best_adaptive_grid: best_adaptive(&grids.found).map(|(grid, _)| grid),
            grids: grids.found.iter().map(grid).collect(),
        }
    }
}

/// `curve --show ranks --json`.
#[derive(Serialize)]
pub struct RankMap {
    #[serde(flatten)]
    matrix: Matrix,
    method: &'static str,
    grid: usize,
    ranks: Vec<Vec<usize>>,
    params: usize,
    share: f64,
    error: f64,
}

impl RankMap {
    /// The ranks of a method on its `grid`, row by row.
    pub fn new(matrix: Matrix, one: &Evaluation, grid: usize) -> Self {
        Self {
            matrix,
            method: one.method().key(),
            grid,
            ranks: one.ranks.chunks(grid).map(<[usize]>::to_vec).collect(),
            params: one.params,
            share: one.share,
            error: one.error,
        }
    }
}

/// `dataset --json`.
#[derive(Serialize)]
pub struct Dataset {
    split: Split,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    count: usize,
    #[serde(flatten)]
    transform: Transform,
    methods: Vec<MeanError>,
    #[serde(flatten)]
    verdict: Option<Verdict>,
    by_digit: Vec<ByDigit>,
}

#[derive(Serialize)]
struct MeanError {
    #[serde(flatten)]
    setting: Setting,
    mean_error: f64,
    std_error: f64,
    /// The mean over the images.
    structure_bits: f64,
}

#[derive(Serialize)]
struct ByDigit {
    digit: u8,
    count: usize,
    #[serde(serialize_with = "as_object")]
    mean_error: Vec<(&'static str, f64)>,
    #[serde(flatten)]
    verdict: Option<Verdict>,
}

/// Shares of the images; on the others LoRA is better.
#[derive(Serialize)]
struct Verdict {
    localized_beats_lora: f64,
    localized_equals_lora: f64,
}

impl From<survey::Verdict> for Verdict {
    fn from(verdict: survey::Verdict) -> Self {
        Self {
            localized_beats_lora: verdict.better,
            localized_equals_lora: verdict.equal,
        }
    }
}

fn as_object<T: Serialize, S: Serializer>(
    pairs: &[(&'static str, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(key, value)| (*key, value)))
}

impl Dataset {
    /// The means of a survey, and whose they are.
    pub fn new(surveyed: &Surveyed) -> Self {
        let survey = &surveyed.survey;
        let data = match &surveyed.images.dataset {
            source::Dataset::Folder(folder) => Some(folder.display().to_string()),
            source::Dataset::BuiltIn => None,
        };
        let settings = || survey.settings.iter().enumerate();
        let by_digit = |one: survey::ByLabel| ByDigit {
            digit: one.label,
            count: one.count,
            mean_error: settings()
                .map(|(s, setting)| (setting.method().key(), one.spreads[s].mean))
                .collect(),
            verdict: one.localized_against_lora.map(Verdict::from),
        };
        Self {
            split: surveyed.images.split,
            data,
            count: survey.count(),
            transform: surveyed.transform.into(),
            methods: settings()
                .map(|(s, setting)| MeanError {
                    setting: Setting::whole(setting),
                    mean_error: survey.spread(s).mean,
                    std_error: survey.spread(s).std,
                    structure_bits: survey.mean_bits[s],
                })
                .collect(),
            verdict: survey.localized_against_lora().map(Verdict::from),
            by_digit: survey.by_label().into_iter().map(by_digit).collect(),
        }
    }
}

/// The text of a report, with a line end.
///
/// # Errors
/// The sentence that says why there is none.
pub fn text(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| format!("the result cannot be written as JSON ({error})"))
}

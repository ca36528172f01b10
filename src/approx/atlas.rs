//! Every structure at its best settings within one budget. What is searched follows from a method's
//! definition: each number of segments and each divisor that it has, at the largest rank that the
//! budget then pays for.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use nalgebra::DMatrix;
use rayon::prelude::*;
use serde::Serialize;

use super::block::Pieces;
use super::budget::affordable_rank;
use super::channels::{combined_curve, evaluate_all};
use super::curve::CurvePoint;
use super::evaluate::{Evaluation, evaluate};
use super::factor::{FactorError, Keep, Spectra};
use super::layout::{BlockLayout, BlockSize, LayoutError, LayoutKind};
use super::method::{Method, MethodSettings, Role};
use super::metrics::{Comparison, compare};
use super::segment::divisors;

/// Which numbers of segments and which divisors are tried: the finest choice whose work is not too
/// much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fineness {
    /// All.
    Every,
    /// 1, 2, 3, 4, 6, 8, 12, 16 … and what divides the side.
    Round,
    /// 1, 2, 4, 8, 16 …, and divisors that are at least four times the one before.
    Coarse,
}

/// Matrices with more entries have too many settings to look at each.
const MOST_ENTRIES: usize = 1 << 16;

/// Σ p q min(p, q) over all blocks of all layouts, about ten seconds of two cores.
const MOST_WORK: f64 = 4e10;

/// What a block costs beside that.
const PER_BLOCK: f64 = 2000.0;

/// Up to so many entries the layouts are factorized side by side, beyond that the blocks of each.
const SIDE_BY_SIDE: usize = 128 * 128;

/// Layouts of a small matrix that are factorized between two looks at the results: enough for all
/// threads, few enough to forget their singular values soon.
const BATCH: usize = 64;

/// Points of a curve lie at least this share of their parameters apart.
const STEP: f64 = 0.004;

/// The structures at one budget.
#[derive(Clone, Debug)]
pub struct Atlas {
    /// Parameters of each channel, with structure bits as numbers of 32 where they are charged.
    pub budget: usize,
    /// The matrices that count together, three of a picture in colour.
    pub channels: usize,
    /// Whether they are.
    pub charged: bool,
    /// Rows and columns of the matrix.
    pub shape: (usize, usize),
    /// The structures that the budget pays for, that of the lowest error first.
    pub entries: Vec<AtlasEntry>,
    /// The structures that it does not pay for.
    pub missing: Vec<Method>,
    /// The number of layouts that were factorized.
    pub layouts: usize,
    /// What was tried.
    pub fineness: Fineness,
}

/// Layouts, each with the settings that have it.
type Layouts = Vec<(LayoutKind, Vec<MethodSettings>)>;

/// One structure at its best.
#[derive(Clone, Debug)]
pub struct AtlasEntry {
    /// The settings with the lowest error, and what they give.
    pub evaluation: Evaluation,
    /// The number of settings that were tried.
    pub tried: usize,
    /// The lowest error of any of them at every number of parameters up to the budget.
    pub curve: Vec<CurvePoint>,
}

/// Measures every structure. `on_layout` hears how many layouts are done of how many, from none on, and
/// may stop. Matrices of one shape, such as the channels of a picture, have the same settings, each
/// within the budget, and count together. Cost: the singular values of each layout once, whichever
/// structures have it in common; of large matrices no more of them than the budget reaches.
///
/// # Errors
/// As [`Spectra::of_first`]; [`FactorError::Stopped`] when `on_layout` answers stop.
pub fn atlas(
    matrices: &[DMatrix<f64>],
    budget: usize,
    charged: bool,
    on_layout: &(dyn Fn(usize, usize) -> ControlFlow<()> + Sync),
) -> Result<Atlas, FactorError> {
    let shape = matrices.first().map_or((0, 0), DMatrix::shape);
    let (fineness, asked) = chosen_layouts(shape, budget, charged);
    let (done, of) = (AtomicUsize::new(0), asked.len());
    let go_on = |done: usize| match on_layout(done, of) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(FactorError::Stopped),
    };
    go_on(0)?;
    let one = |(kind, settings): &(LayoutKind, Vec<MethodSettings>)| {
        let keep_going = || on_layout(done.load(Ordering::Relaxed), of);
        let found = measure(matrices, *kind, settings, &keep_going)?;
        go_on(done.fetch_add(1, Ordering::Relaxed) + 1)?;
        Ok(found)
    };
    let mut entries: Vec<AtlasEntry> = Vec::new();
    // The blocks of a large matrix occupy all threads by themselves.
    let small = shape.0 * shape.1 <= SIDE_BY_SIDE;
    let batch = if small { BATCH } else { 1 };
    for layouts in asked.chunks(batch) {
        let found = layouts.par_iter().map(one);
        let found = found.collect::<Result<Vec<_>, FactorError>>()?;
        for one in found.into_iter().flatten() {
            take(&mut entries, one, budget);
        }
    }
    for entry in &mut entries {
        entry.curve = thinned(std::mem::take(&mut entry.curve));
    }
    let reached = |method: &Method| entries.iter().any(|one| one.evaluation.method() == *method);
    let missing = Method::ALL.iter().copied();
    let missing = missing.filter(|method| !reached(method)).collect();
    rank(&mut entries);
    Ok(Atlas {
        budget,
        channels: matrices.len(),
        charged,
        shape,
        entries,
        missing,
        layouts: of,
        fineness,
    })
}

/// Puts the lowest error first; of equal ones, which differ by rounding at most, the first method.
fn rank(entries: &mut [AtlasEntry]) {
    entries.sort_by(|a, b| a.evaluation.error.total_cmp(&b.evaluation.error));
    let equal = |one: &AtlasEntry, next: &AtlasEntry| {
        compare(one.evaluation.error, next.evaluation.error) == Comparison::Equal
    };
    for ties in entries.chunk_by_mut(equal) {
        ties.sort_by_key(|one| one.evaluation.method());
    }
}

/// The layouts to factorize, as many as are not too much work.
fn chosen_layouts(shape: (usize, usize), budget: usize, charged: bool) -> (Fineness, Layouts) {
    if shape.0 * shape.1 <= MOST_ENTRIES {
        let every = by_layout(shape, (budget, charged), Fineness::Every);
        if work(&every, shape) <= MOST_WORK {
            return (Fineness::Every, every);
        }
    }
    let round = by_layout(shape, (budget, charged), Fineness::Round);
    if work(&round, shape) <= MOST_WORK {
        return (Fineness::Round, round);
    }
    let coarse = by_layout(shape, (budget, charged), Fineness::Coarse);
    (Fineness::Coarse, coarse)
}

/// An estimate of the time that the singular values of all layouts take.
fn work(layouts: &Layouts, (rows, cols): (usize, usize)) -> f64 {
    let sizes = layouts
        .iter()
        .filter_map(|(kind, _)| kind.sizes(rows, cols).ok());
    let of_blocks = |size: BlockSize| {
        let (p, q) = (size.rows as f64, size.cols as f64);
        let one = match size.pieces {
            Pieces::Triplets => p * q * p.min(q),
            Pieces::Entries | Pieces::Whole => p * q,
        };
        size.count as f64 * (one + PER_BLOCK)
    };
    sizes.flatten().map(of_blocks).sum()
}

/// All settings that the budget pays for, with each layout once.
fn by_layout(shape: (usize, usize), spent: (usize, bool), fineness: Fineness) -> Layouts {
    let mut places = HashMap::new();
    let mut layouts: Layouts = Vec::new();
    for method in Method::ALL {
        for settings in candidates(*method, shape, spent, fineness) {
            let kind = settings.layout().canonical();
            let place = *places.entry(kind).or_insert(layouts.len());
            match layouts.get_mut(place) {
                Some((_, all)) => all.push(settings),
                None => layouts.push((kind, vec![settings])),
            }
        }
    }
    layouts
}

/// A method's settings within a budget, smaller numbers of segments first.
fn candidates(
    method: Method,
    shape: (usize, usize),
    (budget, charged): (usize, bool),
    fineness: Fineness,
) -> Vec<MethodSettings> {
    let mut settings = method.usual();
    settings.charge(charged);
    let mut all = vec![settings];
    for (place, parameter) in method.parameters().iter().enumerate() {
        let values: Vec<usize> = match parameter.role {
            Role::Segments(side) => fineness.segments(side.most(shape.0, shape.1)),
            Role::Divisor(side) => fineness.divisors(side.most(shape.0, shape.1)),
            Role::Budget => vec![budget],
            // It follows from the blocks.
            Role::Rank => continue,
        };
        let with = |settings: &MethodSettings, value: &usize| {
            let mut settings = settings.clone();
            settings.set_value(place, *value);
            settings
        };
        let each = all.iter();
        all = each
            .flat_map(|settings| values.iter().map(move |value| with(settings, value)))
            .collect();
    }
    let Some(place) = method.place_of(Role::Rank) else {
        return all;
    };
    let affordable = |mut settings: MethodSettings| {
        let rank = affordable_rank(&settings, shape, budget);
        settings.set_value(place, rank);
        (rank > 0).then_some(settings)
    };
    all.into_iter().filter_map(affordable).collect()
}

impl Fineness {
    /// The numbers of segments that are tried up to `most`.
    fn segments(self, most: usize) -> Vec<usize> {
        let powers = || {
            let powers = (0..usize::BITS - 1).map(|power| 1_usize << power);
            powers.take_while(|power| *power <= most)
        };
        let mut numbers: Vec<usize> = match self {
            Self::Every => (1..=most).collect(),
            Self::Round => powers()
                .flat_map(|power| [power, power.saturating_mul(3)])
                .filter(|number| *number <= most)
                .chain(divisors(most))
                .collect(),
            Self::Coarse => powers().collect(),
        };
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The divisors of a side that are tried.
    fn divisors(self, length: usize) -> Vec<usize> {
        let mut all = divisors(length);
        if self == Self::Coarse {
            let mut next = 1;
            all.retain(|divisor| {
                let apart = *divisor >= next || *divisor == length;
                if apart {
                    next = 4 * divisor;
                }
                apart
            });
        }
        all
    }
}

/// The settings of one layout that give anything, each with its own part of the curve.
fn measure(
    matrices: &[DMatrix<f64>],
    kind: LayoutKind,
    settings: &[MethodSettings],
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Vec<AtlasEntry>, FactorError> {
    let spectra = matrices.iter();
    let spectra = spectra.map(|matrix| enough(matrix, kind, settings, keep_going));
    let spectra: Vec<Spectra> = spectra.collect::<Result<_, _>>()?;
    let norms: Vec<f64> = spectra.iter().map(|one| one.norm).collect();
    let entry = |settings: &MethodSettings| {
        // A budget may pay for less than a triplet.
        let evaluation = evaluate_all(&spectra, settings)?;
        let curves = spectra.iter();
        let curves = curves.map(|one| settings.configured().curve(one));
        let mut curve = combined_curve(&curves.collect::<Vec<_>>(), &norms);
        curve.retain(|point| point.params <= evaluation.params);
        Some(AtlasEntry {
            evaluation,
            tried: 1,
            curve,
        })
    };
    Ok(settings.iter().filter_map(entry).collect())
}

/// The spectra of a layout, as far as the settings reach.
fn enough(
    matrix: &DMatrix<f64>,
    kind: LayoutKind,
    settings: &[MethodSettings],
    keep_going: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<Spectra, FactorError> {
    let layout = BlockLayout::new(matrix.nrows(), matrix.ncols(), kind)?;
    let needed = settings.iter().map(|one| one.configured().needs());
    let mut keep = needed.reduce(Keep::and).unwrap_or(Keep::All);
    loop {
        let spectra = Spectra::of_first(matrix, layout.clone(), keep, keep_going)?;
        let short = settings
            .iter()
            .filter_map(|one| match evaluate(&spectra, one) {
                Err(LayoutError::Truncated { kept }) => Some(kept),
                _ => None,
            });
        let Some(kept) = short.max() else {
            return Ok(spectra);
        };
        keep = Keep::First(2 * kept);
    }
}

/// Keeps the better one of a method's results, and of their curves the lower parts.
fn take(entries: &mut Vec<AtlasEntry>, one: AtlasEntry, budget: usize) {
    if one.evaluation.spent > budget.saturating_mul(one.evaluation.channels)
        || one.evaluation.params == 0
    {
        return;
    }
    let method = one.evaluation.method();
    let known = entries.iter_mut();
    let mut same = known.filter(|entry| entry.evaluation.method() == method);
    let Some(known) = same.next() else {
        entries.push(AtlasEntry {
            curve: lower(Vec::new(), one.curve, &one.evaluation),
            ..one
        });
        return;
    };
    known.tried += one.tried;
    known.curve = lower(std::mem::take(&mut known.curve), one.curve, &one.evaluation);
    if compare(one.evaluation.error, known.evaluation.error) == Comparison::Better {
        known.evaluation = one.evaluation;
    }
}

/// The lower envelope of two curves and of a result: what costs more for no less is no point of it.
fn lower(
    mut curve: Vec<CurvePoint>,
    other: Vec<CurvePoint>,
    result: &Evaluation,
) -> Vec<CurvePoint> {
    curve.extend(other);
    curve.push(CurvePoint {
        rank: result.ranks.iter().sum(),
        params: result.params,
        error: result.error,
    });
    curve.sort_by(|a, b| (a.params.cmp(&b.params)).then(a.error.total_cmp(&b.error)));
    let mut least = f64::INFINITY;
    curve.retain(|point| {
        let better = point.error < least;
        least = least.min(point.error);
        better
    });
    curve
}

/// The points that lie apart, and the last.
fn thinned(curve: Vec<CurvePoint>) -> Vec<CurvePoint> {
    let last = curve.last().copied();
    let mut next = 0.0;
    let mut kept = curve;
    kept.retain(|point| {
        let apart = point.params as f64 >= next || Some(*point) == last;
        if apart {
            next = point.params as f64 * (1.0 + STEP);
        }
        apart
    });
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_numbers_stand_for_all_where_there_are_many() {
        assert_eq!(Fineness::Every.segments(5), [1, 2, 3, 4, 5]);
        let round = Fineness::Round.segments(28);
        assert_eq!(round, [1, 2, 3, 4, 6, 7, 8, 12, 14, 16, 24, 28]);
        assert_eq!(Fineness::Coarse.segments(28), [1, 2, 4, 8, 16]);
        assert_eq!(Fineness::Round.divisors(28), [1, 2, 4, 7, 14, 28]);
        assert_eq!(Fineness::Coarse.divisors(1024), [1, 4, 16, 64, 256, 1024]);
        let fineness = |shape, budget| chosen_layouts(shape, budget, false).0;
        assert_eq!(fineness((28, 28), 224), Fineness::Every);
        assert_eq!(fineness((64, 784), 848 * 8), Fineness::Every);
        assert_eq!(fineness((512, 512), 8192), Fineness::Round);
        assert_eq!(fineness((1024, 1024), 65_536), Fineness::Coarse);
    }

    #[test]
    fn a_layout_that_two_structures_share_is_asked_for_once() {
        let layouts = by_layout((28, 28), (224, false), Fineness::Every);
        let whole = |kind: &LayoutKind| *kind == LayoutKind::Grid(1);
        let mut shared = layouts.iter().filter(|(kind, _)| whole(kind));
        let (_, settings) = shared.next().expect("LoRA");
        assert!(settings.len() >= 6, "{settings:?}");
        assert!(shared.next().is_none());
    }
}

//! A session's approximations grown from nothing, term by term: what is played and animated.
//!
//! A step is a number of parameters, and at every step each method has as many of its terms as these
//! pay for. So the methods are compared at equal cost all the way, also where a term of one costs
//! twice what a term of another does; the last step is the session itself.

use std::ops::ControlFlow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::color::{ColorChannel, ColorPicture, norms};
use super::listener::{Listener, Stage};
use super::outcome::{MethodResult, Outcome};
use super::picture::Picture;
use super::result::Analysis;
use crate::approx::adaptive::triplets_by_worth;
use crate::approx::channels::combined;
use crate::approx::evaluate::evaluate_at;
use crate::approx::method::{MethodSettings, Role};
use crate::approx::{Evaluation, Factors};

/// The kind of a term.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// One more rank of every block; for ranks chosen one by one, one singular triplet.
    #[default]
    Rank,
    /// One singular triplet of one block: block after block, rank after rank.
    Block,
}

impl Growth {
    /// Both, in the order of menus.
    pub const ALL: [Self; 2] = [Self::Rank, Self::Block];

    /// The name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Block => "block",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rank => "Rank by rank",
            Self::Block => "Block by block",
        }
    }
}

/// More steps than this are too many to watch; some are then passed over.
pub const MOST_STEPS: usize = 240;

/// The steps from nothing to a session.
#[derive(Clone, Debug)]
pub struct BuildUp {
    of: Arc<Analysis>,
    growth: Growth,
    /// The terms of each method, none where it gives nothing.
    terms: Vec<Vec<Term>>,
    /// The parameters of each step, the first zero.
    steps: Vec<usize>,
}

/// Blocks that gain a rank together, and what all terms up to here cost.
#[derive(Clone, Debug)]
struct Term {
    /// Of the matrix, and behind it of each channel of a picture in colour.
    blocks: Vec<Vec<usize>>,
    /// Over all channels.
    total: usize,
}

impl BuildUp {
    /// The steps to what `analysis` shows.
    pub fn new(analysis: Arc<Analysis>, growth: Growth) -> Self {
        let methods = analysis.methods.iter();
        let terms: Vec<Vec<Term>> = methods
            .map(|method| match &method.outcome {
                Ok(outcome) => terms(outcome, growth),
                Err(_) => Vec::new(),
            })
            .collect();
        let mut costs: Vec<usize> = terms.iter().flatten().map(|term| term.total).collect();
        costs.push(0);
        costs.sort_unstable();
        costs.dedup();
        let steps = evenly(&costs, MOST_STEPS);
        Self {
            of: analysis,
            growth,
            terms,
            steps,
        }
    }

    /// The analysis that it grows to.
    pub fn analysis(&self) -> &Arc<Analysis> {
        &self.of
    }

    /// The kind of a term.
    pub fn growth(&self) -> Growth {
        self.growth
    }

    /// The step at which everything is there. The first is 0, with nothing.
    pub fn last(&self) -> usize {
        self.steps.len() - 1
    }

    /// The parameters that each method may have at a step; later steps are as the last.
    pub fn parameters(&self, step: usize) -> usize {
        self.steps[step.min(self.last())]
    }

    /// The place of a step in words: `112 of 224 parameters, rank by rank`.
    pub fn caption(&self, step: usize) -> String {
        let count = crate::figure::label::count;
        let (now, all) = (self.parameters(step), self.parameters(self.last()));
        let growth = self.growth.title().to_lowercase();
        format!("{} of {} parameters, {growth}", count(now), count(all))
    }

    /// The session at a step: each method with the terms that the step pays for. Reconstructions are
    /// multiplied out by whoever looks at them.
    pub fn at(&self, step: usize) -> Analysis {
        let parameters = self.parameters(step);
        let methods = self.of.methods.iter().zip(&self.terms);
        self.of
            .with_methods(methods.map(|(method, terms)| grown(&self.of, method, terms, parameters)))
    }

    /// [`Self::at`] with everything multiplied out, unless the listener stops it.
    ///
    /// # Errors
    /// *Stop* from the listener.
    pub fn drawn_at(&self, step: usize, listener: &dyn Listener) -> ControlFlow<(), Analysis> {
        let mut analysis = self.at(step);
        listener.reached(Stage::Multiplying);
        listener.keep_going()?;
        analysis.multiply_out(listener);
        ControlFlow::Continue(analysis)
    }
}

/// At most `most` of the values, evenly, the first and the last among them.
fn evenly(values: &[usize], most: usize) -> Vec<usize> {
    let last = values.len() - 1;
    if values.len() <= most {
        return values.to_vec();
    }
    let places = (0..most).map(|at| at * last / (most - 1));
    places.map(|at| values[at]).collect()
}

/// What grows: the factors of the matrix with the ranks that they grow to, and behind it those of each
/// channel of a picture in colour.
fn grows(outcome: &Outcome) -> Vec<(&Arc<Factors>, &Vec<usize>)> {
    let channels = outcome.color.iter().flat_map(|color| &color.channels);
    std::iter::once((&outcome.factors, &outcome.evaluation.ranks))
        .chain(channels.map(|one| (&one.factors, &one.evaluation.ranks)))
        .collect()
}

/// The terms of a method from nothing to its ranks.
fn terms(outcome: &Outcome, growth: Growth) -> Vec<Term> {
    let settings = &outcome.evaluation.settings;
    let all = grows(outcome);
    let orders: Vec<_> = all
        .iter()
        .map(|(factors, ranks)| order(settings, factors, ranks, growth))
        .collect();
    // The channels are paid for, where there are any; the matrix is then their mean.
    let paid = usize::from(all.len() > 1);
    let mut total = 0;
    let count = orders.iter().map(Vec::len).max().unwrap_or_default();
    let priced = |term: usize| {
        let blocks = orders.iter().map(|order| order.get(term).cloned());
        let blocks: Vec<Vec<usize>> = blocks.map(Option::unwrap_or_default).collect();
        for ((factors, _), blocks) in all.iter().zip(&blocks).skip(paid) {
            let costs = blocks
                .iter()
                .map(|at| factors.layout().blocks()[*at].cost());
            total += costs.sum::<usize>();
        }
        Term { blocks, total }
    };
    (0..count).map(priced).collect()
}

/// The blocks that gain a rank, term after term.
fn order(
    settings: &MethodSettings,
    factors: &Factors,
    ranks: &[usize],
    growth: Growth,
) -> Vec<Vec<usize>> {
    let rounds = (1..=ranks.iter().copied().max().unwrap_or_default()).map(|rank| {
        let all = 0..ranks.len();
        all.filter(|block| ranks[*block] >= rank)
            .collect::<Vec<_>>()
    });
    match growth {
        // Ranks that are chosen one by one grow as they are chosen, along their curve.
        _ if settings.uniform_rank().is_none() => by_worth(factors, ranks),
        Growth::Rank => rounds.collect(),
        Growth::Block => rounds.flatten().map(|block| vec![block]).collect(),
    }
}

/// One triplet after the other, the worthiest first; those that are zero come last.
fn by_worth(factors: &Factors, ranks: &[usize]) -> Vec<Vec<usize>> {
    let mut left = ranks.to_vec();
    let mut order = Vec::new();
    let zero = ranks.iter().enumerate();
    let zero = zero.flat_map(|(block, rank)| std::iter::repeat_n(block, *rank));
    let worthy = triplets_by_worth(&factors.spectra);
    for block in worthy.into_iter().map(|one| one.block).chain(zero) {
        if left[block] > 0 {
            left[block] -= 1;
            order.push(vec![block]);
        }
    }
    order
}

/// A method with the terms that `parameters` pay for.
fn grown(of: &Analysis, method: &MethodResult, terms: &[Term], parameters: usize) -> MethodResult {
    let paid = terms.partition_point(|term| term.total <= parameters);
    let outcome = method.outcome.as_ref().map_err(Clone::clone);
    let outcome = outcome.map(|whole| match paid == terms.len() {
        true => whole.clone(),
        false => partial(of, whole, &terms[..paid]),
    });
    let reached = outcome.as_ref().ok();
    let reached = reached.map(|outcome| outcome.evaluation.settings.clone());
    MethodResult {
        settings: reached.unwrap_or_else(|| method.settings.clone()),
        curve: Arc::clone(&method.curve),
        outcome,
    }
}

fn partial(of: &Analysis, whole: &Outcome, terms: &[Term]) -> Outcome {
    let all = grows(whole);
    let reached = |part: usize| {
        let mut ranks = vec![0; all[part].1.len()];
        for block in terms.iter().flat_map(|term| &term.blocks[part]) {
            ranks[*block] += 1;
        }
        ranks
    };
    let ranks = reached(0);
    let settings = settings_at(&whole.evaluation.settings, &ranks, terms, of.channels());
    let picture = Picture::new(
        Arc::clone(&of.loaded),
        Arc::clone(&whole.factors),
        ranks.clone(),
    );
    let evaluation = evaluate_at(&whole.factors.spectra, &settings, ranks);
    let color = whole.color.as_ref();
    let color = color.map(|color| in_channels(&evaluation, color, &|channel| reached(1 + channel)));
    let (evaluation, color) = match color {
        Some((evaluation, picture)) => (evaluation, Some(Arc::new(picture))),
        None => (evaluation, None),
    };
    Outcome {
        evaluation,
        factors: Arc::clone(&whole.factors),
        picture: Arc::new(picture),
        color,
    }
}

/// The numbers over all channels at the ranks that each has reached, and the picture in colour.
fn in_channels(
    one: &Evaluation,
    whole: &ColorPicture,
    reached: &dyn Fn(usize) -> Vec<usize>,
) -> (Evaluation, ColorPicture) {
    let channels = [0, 1, 2].map(|at| {
        let factors = Arc::clone(&whole.channels[at].factors);
        ColorChannel {
            evaluation: evaluate_at(&factors.spectra, &one.settings, reached(at)),
            factors,
        }
    });
    let each = channels.each_ref().map(|one| one.evaluation.clone());
    let norms = norms(channels.each_ref().map(|one| &one.factors.spectra));
    let all = combined(one.clone(), &each, &norms);
    (all, ColorPicture::new(channels))
}

/// The setting to be read above a step: the rank that is being reached, or what is spent.
fn settings_at(
    whole: &MethodSettings,
    ranks: &[usize],
    terms: &[Term],
    channels: usize,
) -> MethodSettings {
    let mut settings = whole.clone();
    for (place, parameter) in whole.method().parameters().iter().enumerate() {
        match parameter.role {
            Role::Segments(_) | Role::Divisor(_) => {}
            Role::Rank => {
                settings.set_value(place, ranks.iter().copied().max().unwrap_or_default());
            }
            Role::Budget => {
                // A setting is for one channel.
                let spent = terms.last().map_or(0, |term| term.total);
                settings.set_value(place, spent / channels);
            }
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Analyst, SilentListener};
    use crate::approx::method::Method;
    use crate::session::Session;
    use crate::source::Limits;

    fn build_up(change: impl FnOnce(&mut Session), growth: Growth) -> BuildUp {
        let mut session = Session::default();
        change(&mut session);
        let analysis = Analyst::default().analyse(session, &Limits::default(), &SilentListener);
        BuildUp::new(Arc::new(analysis.expect("is computed")), growth)
    }

    fn parameters(build_up: &BuildUp) -> Vec<usize> {
        (0..=build_up.last())
            .map(|step| build_up.parameters(step))
            .collect()
    }

    /// Parameters and error of a method at each step.
    fn way(build_up: &BuildUp, method: Method) -> Vec<(usize, f64)> {
        let steps = 0..=build_up.last();
        steps
            .map(|step| {
                let analysis = build_up.at(step);
                let one = &analysis.outcome_of(method).expect("is shown").evaluation;
                (one.params, one.error)
            })
            .collect()
    }

    #[test]
    fn table_one_grows_rank_by_rank_at_equal_cost() {
        let build_up = build_up(|_| {}, Growth::Rank);
        assert_eq!(parameters(&build_up), [0, 56, 112, 168, 224]);
        let of = |method| -> Vec<usize> {
            way(&build_up, method)
                .into_iter()
                .map(|(params, _)| params)
                .collect()
        };
        assert_eq!(of(Method::Lora), [0, 56, 112, 168, 224]);
        assert_eq!(of(Method::Melora), [0, 56, 112, 168, 224]);
        // A rank of all four blocks costs two of LoRA's.
        assert_eq!(of(Method::Localized), [0, 0, 112, 112, 224]);
        assert_eq!(build_up.caption(2), "112 of 224 parameters, rank by rank");
    }

    #[test]
    fn table_one_grows_block_by_block() {
        let build_up = build_up(|_| {}, Growth::Block);
        let fourteens: Vec<usize> = (0..=16).map(|term| 14 * term).collect();
        assert_eq!(parameters(&build_up), fourteens);
        let ranks = |step: usize| {
            let analysis = build_up.at(step);
            let one = &analysis
                .outcome_of(Method::Localized)
                .expect("is shown")
                .evaluation;
            (one.ranks.clone(), one.settings.describe())
        };
        assert_eq!(
            ranks(0),
            (vec![0, 0, 0, 0], "K = 2, r_block = 0".to_owned())
        );
        assert_eq!(
            ranks(7),
            (vec![1, 1, 1, 0], "K = 2, r_block = 1".to_owned())
        );
        assert_eq!(
            ranks(11),
            (vec![2, 1, 1, 1], "K = 2, r_block = 2".to_owned())
        );
    }

    #[test]
    fn marks_run_down_the_curves_of_their_methods() {
        for growth in Growth::ALL {
            let build_up = build_up(
                |session| {
                    session.settings.show_adaptive = true;
                    session.settings.adaptive.grid = 4;
                },
                growth,
            );
            for method in &build_up.analysis().methods {
                let way = way(&build_up, method.settings.method());
                let (first, last) = (way[0], way[way.len() - 1]);
                // Nothing misses everything.
                assert!(first.0 == 0 && (first.1 - 1.0).abs() < 1e-12, "{first:?}");
                let whole = &method.outcome.as_ref().expect("is computed").evaluation;
                assert_eq!(last, (whole.params, whole.error));
                assert!(way.is_sorted_by(|one, next| one.1 >= next.1), "{way:?}");
                let on_curve = |(params, error): &(usize, f64)| {
                    let mut points = method.curve.iter();
                    points.any(|at| at.params == *params && (at.error - error).abs() < 1e-12)
                };
                if growth == Growth::Rank {
                    assert!(way[1..].iter().filter(|one| one.0 > 0).all(on_curve));
                }
            }
        }
    }

    #[test]
    fn the_error_of_a_step_is_that_of_its_picture() {
        let build_up = build_up(|session| session.settings.melora.blocks = 3, Growth::Block);
        for step in [0, 1, 5, build_up.last()] {
            let analysis = build_up.at(step);
            for one in analysis.outcomes() {
                let direct = one.residual().norm() / analysis.norm;
                assert!((direct - one.evaluation.error).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_last_step_is_the_session_itself() {
        let build_up = build_up(|_| {}, Growth::Rank);
        let last = build_up.at(build_up.last() + 7);
        let pairs = last.outcomes().zip(build_up.analysis().outcomes());
        for (one, whole) in pairs {
            assert_eq!(one.evaluation, whole.evaluation);
            assert_eq!(one.id(), whole.id(), "nothing is multiplied out again");
        }
    }

    #[test]
    fn many_steps_are_thinned_evenly() {
        let build_up = build_up(
            |session| {
                session.source = "synthetic:noise:rows=300,cols=300"
                    .parse()
                    .expect("a source");
                session.settings.lora.rank = 300;
                session.settings.localized.grid = 1;
                session.settings.localized.rank = 300;
            },
            Growth::Rank,
        );
        let steps = parameters(&build_up);
        assert_eq!(steps.len(), MOST_STEPS);
        assert_eq!((steps[0], steps[MOST_STEPS - 1]), (0, 300 * 600));
        assert!(
            steps
                .windows(2)
                .all(|pair| (600..=1200).contains(&(pair[1] - pair[0])))
        );
    }
}

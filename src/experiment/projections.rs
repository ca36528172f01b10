//! Does a lower error of the matrix mean a better adapter? Every configuration of a sweep, as the
//! projection of full fine-tuning's update and as it was trained.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::inspector::Inspector;
use crate::approx::rank_correlation::spearman;
use crate::finetune::projection::{FullUpdate, Projection, project};
use crate::finetune::{AdaptationData, Configuration, Layout, Results};

/// One configuration at one seed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projected {
    /// The seed.
    pub seed: u64,
    /// The adapter.
    pub configuration: Configuration,
    /// Parameters of the adapter.
    pub params: usize,
    /// The update of full fine-tuning in its form.
    pub projection: Projection,
    /// Percent of the test digits that the trained adapter names rightly, where it was trained.
    pub trained: Option<f64>,
}

/// All of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Projections {
    /// Percent of the test digits that full fine-tuning names rightly, for each seed.
    pub full: Vec<(u64, f64)>,
    /// Seed by seed, in the order of the configurations.
    pub points: Vec<Projected>,
}

/// A rank correlation over seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Mean over the seeds.
    pub mean: f64,
    /// The lowest and the highest of the seeds.
    pub range: (f64, f64),
}

/// The accuracy that the error of the matrix is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// That of the projection, all else as full fine-tuning left it.
    Projected,
    /// That of the projection, all else as pretrained.
    Frozen,
    /// That of the trained adapter.
    Trained,
}

impl Against {
    /// All, in the order of tables.
    pub const ALL: [Self; 3] = [Self::Projected, Self::Frozen, Self::Trained];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Projected => "projected, rest fine-tuned",
            Self::Frozen => "projected, rest pretrained",
            Self::Trained => "trained adapter",
        }
    }

    /// The accuracy of a point, where it has one.
    pub fn of(self, point: &Projected) -> Option<f64> {
        match self {
            Self::Projected => Some(point.projection.accuracy),
            Self::Frozen => Some(point.projection.accuracy_frozen),
            Self::Trained => point.trained,
        }
    }
}

impl Projections {
    /// Fine-tunes every seed of `settings` in full and projects its update onto every
    /// configuration; `results` are those of the sweep, whose trained adapters stand beside, and
    /// `inspector` knows the networks that were pretrained before. `on_done` hears how many epochs
    /// and configurations are done of how many. `None` when `go_on`, which is asked before every
    /// batch and every configuration, says stop.
    ///
    /// # Errors
    /// A part without verified factorization.
    pub fn measure(
        data: &AdaptationData,
        results: &Results,
        inspector: &mut Inspector,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
        on_done: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Option<Self>, String> {
        let settings = &results.settings;
        let shape = settings.shape(data.rows, data.cols);
        let configurations = settings.configurations(&shape);
        let seeds = settings.distinct_seeds();
        let (done, of) = (
            AtomicUsize::new(0),
            seeds.len() * (configurations.len() + 1),
        );
        let step = || on_done(done.fetch_add(1, Ordering::Relaxed) + 1, of);
        let mut found = Self {
            full: Vec::new(),
            points: Vec::new(),
        };
        for seed in seeds {
            let rates = full_rates(results, seed);
            let Some(pretrained) = inspector.pretrained(data, settings, seed, go_on) else {
                return Ok(None);
            };
            let asked = (rates.as_slice(), settings.epochs);
            let Some(full) = FullUpdate::train(data, pretrained, asked, go_on) else {
                return Ok(None);
            };
            step();
            found.full.push((seed, full.accuracy));
            let points = configurations.par_iter().map(|configuration| {
                if go_on().is_break() {
                    return Ok(None);
                }
                let projection = project(data, pretrained, &full, *configuration);
                step();
                Ok(Some(Projected {
                    seed,
                    configuration: *configuration,
                    params: configuration.params(&shape),
                    projection: projection.map_err(|error| error.to_string())?,
                    trained: trained(results, *configuration, seed),
                }))
            });
            match points.collect::<Result<Option<Vec<_>>, String>>()? {
                Some(points) => found.points.extend(points),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// How well a lower error of the matrix tells a higher accuracy, over one layout's
    /// configurations or over all: Spearman's rank correlation of −error and accuracy, so that 1 is
    /// *always* and 0 is *not at all*. `None` where there are too few points.
    pub fn correlation(&self, layout: Option<Layout>, against: Against) -> Option<Correlation> {
        let of_seed = |seed: u64| {
            let points = self.points.iter().filter(|point| point.seed == seed);
            let points = points
                .filter(|point| layout.is_none_or(|layout| point.configuration.layout == layout));
            let pairs =
                points.filter_map(|point| Some((-point.projection.error, against.of(point)?)));
            spearman(&pairs.collect::<Vec<_>>())
        };
        let seeds = self.full.iter().map(|(seed, _)| of_seed(*seed));
        let values = seeds.collect::<Option<Vec<f64>>>()?;
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (!values.is_empty()).then(|| Correlation {
            mean: values.iter().sum::<f64>() / values.len() as f64,
            range: (lowest, highest),
        })
    }
}

/// The learning rates at which full fine-tuning is trained for its update: the best one where the sweep
/// knows it, else all.
fn full_rates(results: &Results, seed: u64) -> Vec<f64> {
    let rates = results.settings.distinct_rates();
    let runs = results.full.runs.iter().filter(|run| run.key.seed == seed);
    let best = runs.min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss));
    match best.filter(|_| results.complete) {
        Some(best) => vec![best.key.learning_rate],
        None => rates,
    }
}

/// Accuracy at the rate with the lowest validation loss.
fn trained(results: &Results, configuration: Configuration, seed: u64) -> Option<f64> {
    let runs = results.runs.iter();
    let runs = runs.filter(|run| run.key.adapter == Some(configuration) && run.key.seed == seed);
    let best = runs.min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss));
    best.map(|run| run.test_accuracy)
}

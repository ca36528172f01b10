//! Does a lower error of the matrix mean a better adapter? Every configuration of a sweep, as the
//! projection of full fine-tuning's update and as it was trained.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::approx::rank_correlation::spearman;
use crate::finetune::projection::{FullUpdate, Projection, project};
use crate::finetune::{AdaptationData, Configuration, Layout, Results, SweepSettings, pretrain};

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
    /// configuration; `results` are those of the sweep, whose trained adapters stand beside. `None`
    /// when `go_on`, which is asked before every batch and every configuration, says stop.
    ///
    /// # Errors
    /// A part without verified factorization.
    pub fn measure(
        data: &AdaptationData,
        settings: &SweepSettings,
        results: &Results,
        go_on: &(dyn Fn() -> ControlFlow<()> + Sync),
    ) -> Result<Option<Self>, String> {
        let shape = settings.shape(data.rows, data.cols);
        let configurations = settings.configurations(&shape);
        let rates = settings.distinct_rates();
        let mut found = Self {
            full: Vec::new(),
            points: Vec::new(),
        };
        for seed in settings.distinct_seeds() {
            let full = pretrain(data, settings, seed, go_on).and_then(|pretrained| {
                let asked = (rates.as_slice(), settings.epochs);
                Some((
                    FullUpdate::train(data, &pretrained, asked, go_on)?,
                    pretrained,
                ))
            });
            let Some((full, pretrained)) = full else {
                return Ok(None);
            };
            found.full.push((seed, full.accuracy));
            let points = configurations.par_iter().map(|configuration| {
                if go_on().is_break() {
                    return Ok(None);
                }
                let projection = project(data, &pretrained, &full, *configuration);
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

/// Accuracy at the rate with the lowest validation loss.
fn trained(results: &Results, configuration: Configuration, seed: u64) -> Option<f64> {
    let runs = results.runs.iter();
    let runs = runs.filter(|run| run.key.adapter == Some(configuration) && run.key.seed == seed);
    let best = runs.min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss));
    best.map(|run| run.test_accuracy)
}

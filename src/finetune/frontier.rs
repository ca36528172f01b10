//! The paper's Figure 2: the best of each layout at each parameter count.

use super::layout::Layout;
use super::record::{Results, RunRecord, at_best_rate, deviation, mean};
use super::settings::Configuration;
use crate::approx::metrics::{Comparison, compare};

/// One configuration at its best learning rate.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontierPoint {
    /// The configuration.
    pub configuration: Configuration,
    /// Trainable parameters.
    pub params: usize,
    /// Their share of all parameters of the network, biases and classifier included, in percent.
    pub share: f64,
    /// The learning rate of the lowest validation loss, mean over the seeds.
    pub learning_rate: f64,
    /// That loss.
    pub validation_loss: f64,
    /// Test accuracy in percent, mean over the seeds.
    pub test_accuracy: f64,
    /// Points below full fine-tuning: mean over the seeds, lowest, highest.
    pub drop: [f64; 3],
    /// Standard deviation of the drop over the seeds; none of a single one.
    pub drop_deviation: Option<f64>,
    /// Standard deviation of the test accuracy over the seeds; none of a single one.
    pub accuracy_deviation: Option<f64>,
    /// The runs it is made of, one per seed.
    pub runs: Vec<RunRecord>,
    /// Whether the best rate is the grid's lowest or highest, so that a better one may lie outside.
    pub at_edge: Option<Edge>,
}

/// An end of the grid of learning rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The lowest rate was best.
    Lowest,
    /// The highest rate was best.
    Highest,
}

/// Every configuration that has a run, at its best rate; nothing before full fine-tuning has one.
///
/// A seed's drop is measured from that seed's full fine-tuning where there is one, else from the mean.
pub fn points(results: &Results) -> Vec<FrontierPoint> {
    let full = at_best_rate(results.full.runs.iter());
    let Some(base) = results.full.test_accuracy else {
        return Vec::new();
    };
    let base_of = |seed| {
        full.iter()
            .find(|run| run.key.seed == seed)
            .map_or(base, |run| run.test_accuracy)
    };
    // In the order of their keys, the runs of a configuration stand together.
    results
        .runs
        .chunk_by(|a, b| a.key.adapter == b.key.adapter)
        .filter_map(|all| {
            let configuration = all[0].key.adapter?;
            let runs = at_best_rate(all.iter());
            let first = *runs.first()?;
            let drops = || {
                runs.iter()
                    .map(|run| base_of(run.key.seed) - run.test_accuracy)
            };
            Some(FrontierPoint {
                configuration,
                params: first.params,
                share: 100.0 * first.share,
                learning_rate: first.key.learning_rate,
                validation_loss: mean(runs.iter().map(|run| run.validation_loss)),
                test_accuracy: mean(runs.iter().map(|run| run.test_accuracy)),
                drop: [
                    mean(drops()),
                    drops().fold(f64::INFINITY, f64::min),
                    drops().fold(f64::NEG_INFINITY, f64::max),
                ],
                drop_deviation: deviation(drops()),
                accuracy_deviation: deviation(runs.iter().map(|run| run.test_accuracy)),
                at_edge: edge(results, first.key.learning_rate),
                runs,
            })
        })
        .collect()
}

fn edge(results: &Results, rate: f64) -> Option<Edge> {
    let rates = &results.settings.learning_rates;
    if rates.iter().all(|&other| other == rate) {
        None
    } else if rates.iter().all(|&other| other >= rate) {
        Some(Edge::Lowest)
    } else if rates.iter().all(|&other| other <= rate) {
        Some(Edge::Highest)
    } else {
        None
    }
}

/// Of one layout the configuration of lowest validation loss at each parameter count, in
/// ascending order of parameters.
pub fn frontier(results: &Results, layout: Layout) -> Vec<FrontierPoint> {
    let mut all = points(results);
    all.retain(|point| point.configuration.layout == layout);
    all.sort_by(|a, b| {
        let loss = a.validation_loss.total_cmp(&b.validation_loss);
        a.params.cmp(&b.params).then(loss)
    });
    all.dedup_by_key(|point| point.params);
    all
}

/// Configurations that another one of their layout keeps off the frontier: as many parameters, and a
/// lower validation loss.
pub fn behind(results: &Results) -> usize {
    let shown = Layout::ALL.map(|layout| frontier(results, layout).len());
    points(results).len() - shown.iter().sum::<usize>()
}

/// The score of a localized layout against the frontier points of LoRA and MELoRA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wins {
    /// Points against which it drops less with no more parameters.
    pub better: usize,
    /// Points against which it drops as much, and nowhere less, with no more parameters.
    pub equal: usize,
    /// All points that can be compared.
    pub of: usize,
}

/// The paper's claim for Figure 2, counted. Points with fewer parameters than the layout's smallest
/// are not comparable; nothing where none is. Rounding in a mean over seeds decides nothing.
pub fn wins(results: &Results, layout: Layout) -> Option<Wins> {
    let ours = frontier(results, layout);
    let smallest = ours.first()?.params;
    let theirs: Vec<FrontierPoint> = [Layout::Lora, Layout::Melora]
        .into_iter()
        .flat_map(|other| frontier(results, other))
        .filter(|point| point.params >= smallest)
        .collect();
    let best_against = |point: &FrontierPoint| {
        let affordable = ours.iter().filter(|one| one.params <= point.params);
        let lowest = affordable
            .map(|one| one.drop[0])
            .fold(f64::INFINITY, f64::min);
        compare(lowest, point.drop[0])
    };
    let count = |outcome| {
        let same = theirs.iter().filter(|point| best_against(point) == outcome);
        same.count()
    };
    (!theirs.is_empty()).then(|| Wins {
        better: count(Comparison::Better),
        equal: count(Comparison::Equal),
        of: theirs.len(),
    })
}

/// A sentence for the user when best rates lie on the edge of the grid, with how many.
pub fn edge_warning(results: &Results) -> Option<String> {
    let points = points(results);
    let count = |edge| {
        points
            .iter()
            .filter(|point| point.at_edge == Some(edge))
            .count()
    };
    let (name, beyond, at_edge) = match (count(Edge::Highest), count(Edge::Lowest)) {
        (0, 0) => return None,
        (highest, lowest) if highest >= lowest => ("highest", "higher", highest),
        (_, lowest) => ("lowest", "lower", lowest),
    };
    Some(format!(
        "for {at_edge} of {} configurations the best learning rate is the {name} one tried; try \
         {beyond} ones",
        points.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finetune::settings::SweepSettings;

    #[test]
    fn a_drop_that_differs_by_rounding_is_equal_and_no_win() {
        let settings = SweepSettings::quick();
        let mut results = Results::new("digits", (28, 28), &settings);
        let shape = settings.shape(28, 28);
        for key in results.wanted() {
            let test_accuracy = match key.adapter {
                None => 97.0,
                Some(one) if one.layout == Layout::LocalizedGrid => 90.0 + 1e-13,
                Some(one) if one.layout == Layout::Lora && one.rank == 32 => 80.0,
                Some(_) => 90.0,
            };
            let params = key.adapter.map_or(shape.params(), |one| one.params(&shape));
            results.add(RunRecord {
                key,
                params,
                share: params as f64 / shape.params() as f64,
                validation_loss: 0.5,
                validation_accuracy: test_accuracy,
                test_accuracy,
                seconds: 1.0,
            });
        }
        // LoRA at rank 2 has fewer parameters than any grid of cells.
        let expected = Wins {
            better: 1,
            equal: 3,
            of: 4,
        };
        assert_eq!(wins(&results, Layout::LocalizedGrid), Some(expected));
    }
}

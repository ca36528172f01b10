//! The settings of a sweep.

use std::collections::HashSet;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use super::bounds::{
    NUMBER, RUNS, check_length, check_network, check_number, check_parts, check_rate, wrong,
};
use super::error::FinetuneError;
use super::layout::{Layout, Part};
use super::network::Shape;

/// One adapter: a layout, how often its sides are cut (N or K; 1 for LoRA), and its parts' rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Configuration {
    /// The layout of the parts.
    pub layout: Layout,
    /// N of MELoRA, K of the localized layouts, 1 for LoRA.
    pub segments: usize,
    /// Rank of every part.
    pub rank: usize,
}

impl Configuration {
    /// The parts on a network.
    pub fn parts(&self, shape: &Shape) -> Vec<Part> {
        self.layout.parts(shape, self.segments, self.rank)
    }

    /// The number of parts, without laying them out.
    pub fn part_count(&self) -> usize {
        match self.layout {
            Layout::Lora => 1,
            Layout::Melora => self.segments,
            Layout::LocalizedBlock | Layout::LocalizedGrid => {
                self.segments.saturating_mul(self.segments)
            }
        }
    }

    /// The numbers of times that an input is read and a hidden unit is added to.
    fn reach(&self) -> (usize, usize) {
        match self.layout {
            Layout::Lora | Layout::Melora => (1, 1),
            Layout::LocalizedBlock => (self.segments, self.segments),
            Layout::LocalizedGrid => (1, self.part_count()),
        }
    }

    /// Trainable parameters, without laying the parts out.
    pub fn params(&self, shape: &Shape) -> usize {
        let (inputs, _) = self.reach();
        let a = shape.inputs().saturating_mul(inputs);
        self.inner(shape)
            .saturating_add(a.saturating_mul(self.rank))
    }

    /// Numbers in all the `B`s: rank by hidden unit.
    pub(super) fn inner(&self, shape: &Shape) -> usize {
        let (_, hidden) = self.reach();
        shape
            .hidden
            .saturating_mul(hidden)
            .saturating_mul(self.rank)
    }

    /// The smaller side of the smallest part: inputs or hidden units; zero where a part is empty.
    pub fn smallest_side(&self, shape: &Shape) -> usize {
        let count = self.segments.max(1);
        match self.layout {
            Layout::Lora => shape.inputs().min(shape.hidden),
            Layout::Melora | Layout::LocalizedBlock => {
                (shape.inputs() / count).min(shape.hidden / count)
            }
            Layout::LocalizedGrid => {
                let pixels = (shape.rows / count) * (shape.cols / count);
                pixels.min(shape.hidden)
            }
        }
    }
}

/// The configurations of one layout: every count of segments with every rank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayoutGrid {
    /// The layout.
    pub layout: Layout,
    /// Counts of segments (N or K); not looked at for LoRA.
    pub segments: Vec<usize>,
    /// Ranks.
    pub ranks: Vec<usize>,
}

/// A sweep: which adapters, which learning rates, which seeds, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSettings {
    /// The adapters.
    pub grids: Vec<LayoutGrid>,
    /// Learning rates, of which the validation loss chooses one per configuration.
    pub learning_rates: Vec<f64>,
    /// Every seed is a whole experiment: network, split, orders and adapters.
    pub seeds: Vec<u64>,
    /// Passes over the training images of digits 5–9.
    pub epochs: usize,
    /// Images per step.
    pub batch: usize,
    /// Passes over digits 0–4 before.
    pub pretraining_epochs: usize,
    /// Learning rate before.
    pub pretraining_rate: f64,
    /// Hidden units of the network.
    pub hidden: usize,
}

impl SweepSettings {
    /// The paper's: 36 configurations, three rates.
    pub fn paper() -> Self {
        let grid = |layout, segments: &[usize], ranks: &[usize]| LayoutGrid {
            layout,
            segments: segments.to_vec(),
            ranks: ranks.to_vec(),
        };
        let (cuts, ranks) = ([2, 4, 8, 16], [2, 4, 8, 16, 32]);
        Self {
            grids: vec![
                grid(Layout::Lora, &[1], &ranks),
                grid(Layout::Melora, &cuts, &ranks),
                grid(Layout::LocalizedBlock, &cuts, &ranks[..4]),
                grid(Layout::LocalizedGrid, &cuts, &ranks[..4]),
            ],
            learning_rates: vec![1e-4, 2e-4, 5e-4],
            seeds: vec![0],
            epochs: 10,
            batch: 64,
            pretraining_epochs: 10,
            pretraining_rate: 1e-3,
            hidden: 64,
        }
    }

    /// The paper's with learning rates up to ten times higher, so that every configuration's best
    /// lies within the grid.
    pub fn wider() -> Self {
        Self {
            learning_rates: vec![1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3],
            ..Self::paper()
        }
    }

    /// All four layouts on a coarse grid, in seconds.
    pub fn quick() -> Self {
        let grid = |layout, segments: &[usize], ranks: &[usize]| LayoutGrid {
            layout,
            segments: segments.to_vec(),
            ranks: ranks.to_vec(),
        };
        Self {
            grids: vec![
                grid(Layout::Lora, &[1], &[2, 8, 32]),
                grid(Layout::Melora, &[2, 4], &[4, 16]),
                grid(Layout::LocalizedBlock, &[2, 4], &[2, 8]),
                grid(Layout::LocalizedGrid, &[2, 4], &[2, 4]),
            ],
            learning_rates: vec![1e-3],
            epochs: 3,
            pretraining_epochs: 3,
            ..Self::paper()
        }
    }

    /// Keeps only these layouts.
    pub fn keep_layouts(&mut self, layouts: &[Layout]) {
        self.grids.retain(|grid| layouts.contains(&grid.layout));
    }

    /// Gives every layout these ranks.
    pub fn set_ranks(&mut self, ranks: &[usize]) {
        for grid in &mut self.grids {
            grid.ranks = ranks.to_vec();
        }
    }

    /// Cuts every layout but LoRA into these counts of segments.
    pub fn set_segments(&mut self, segments: &[usize]) {
        for grid in self
            .grids
            .iter_mut()
            .filter(|grid| grid.layout != Layout::Lora)
        {
            grid.segments = segments.to_vec();
        }
    }

    /// The network on pictures of this size.
    pub fn shape(&self, rows: usize, cols: usize) -> Shape {
        Shape {
            rows,
            cols,
            hidden: self.hidden,
            classes: super::data::CLASSES,
        }
    }

    /// The configurations, each once. One whose rank is not below the smaller side of its
    /// smallest part is left out.
    pub fn configurations(&self, shape: &Shape) -> Vec<Configuration> {
        let (mut all, mut known) = (Vec::new(), HashSet::new());
        for grid in &self.grids {
            let whole = [1];
            let segments = match grid.layout {
                Layout::Lora => &whole,
                _ => grid.segments.as_slice(),
            };
            for &segments in segments {
                for &rank in &grid.ranks {
                    let configuration = Configuration {
                        layout: grid.layout,
                        segments,
                        rank,
                    };
                    let side = configuration.smallest_side(shape);
                    if (1..side).contains(&rank) && known.insert(configuration) {
                        all.push(configuration);
                    }
                }
            }
        }
        all
    }

    /// Whether a configuration is among the [`configurations`](Self::configurations).
    pub fn asks_for(&self, configuration: &Configuration, shape: &Shape) -> bool {
        let Configuration {
            layout,
            segments,
            rank,
        } = configuration;
        let cut = |grid: &LayoutGrid| match layout {
            Layout::Lora => *segments == 1,
            _ => grid.segments.contains(segments),
        };
        let mut grids = self.grids.iter().filter(|grid| grid.layout == *layout);
        grids.any(|grid| cut(grid) && grid.ranks.contains(rank))
            && (1..configuration.smallest_side(shape)).contains(rank)
    }

    /// The learning rates, each once.
    pub fn distinct_rates(&self) -> Vec<f64> {
        distinct(&self.learning_rates, f64::to_bits)
    }

    /// The seeds, each once.
    pub fn distinct_seeds(&self) -> Vec<u64> {
        distinct(&self.seeds, u64::from)
    }

    /// The number of runs, those of the baseline included.
    pub fn run_count(&self, shape: &Shape) -> usize {
        let per_configuration = self.distinct_rates().len() * self.distinct_seeds().len();
        (1 + self.configurations(shape).len()) * per_configuration
    }

    /// Looks at the lists of configurations, and how many runs they make, those that will be left out
    /// included.
    ///
    /// # Errors
    /// A list that is too long, a number that is too large, more than [`RUNS`] runs.
    pub fn check_grids(&self) -> Result<(), FinetuneError> {
        check_length("the list of layouts", self.grids.len())?;
        let mut configurations = 1;
        for grid in &self.grids {
            for list in [&grid.segments, &grid.ranks] {
                check_length("a list of segments or ranks", list.len())?;
                let largest = list.iter().copied().max().unwrap_or_default();
                if largest > NUMBER {
                    return Err(wrong(
                        "a rank or number of segments",
                        &largest,
                        "a whole number up to 65536",
                    ));
                }
            }
            configurations += grid.segments.len().max(1) * grid.ranks.len();
        }
        let runs = configurations * self.learning_rates.len() * self.seeds.len();
        if runs <= RUNS {
            return Ok(());
        }
        Err(wrong(
            "the number of runs of the sweep",
            &runs,
            "shorter lists, for at most 20000 runs",
        ))
    }

    /// Looks that everything can be trained, before anything is laid out.
    ///
    /// # Errors
    /// The first setting that cannot, more than [`bounds`](super::bounds) allow, or that no
    /// configuration is left.
    pub fn check(&self, shape: &Shape) -> Result<(), FinetuneError> {
        self.check_training()?;
        check_network(shape)?;
        self.check_grids()?;
        let configurations = self.configurations(shape);
        configurations
            .iter()
            .try_for_each(|one| check_parts(one.part_count()))?;
        if configurations.is_empty() {
            return Err(FinetuneError::NothingToTrain);
        }
        Ok(())
    }

    /// Looks at all but the configurations, of which a single run needs none.
    ///
    /// # Errors
    /// The first setting that cannot be trained with.
    pub fn check_training(&self) -> Result<(), FinetuneError> {
        let whole = [
            ("the number of epochs", self.epochs),
            ("the number of pretraining epochs", self.pretraining_epochs),
            ("the batch size", self.batch),
            ("the number of hidden units", self.hidden),
        ];
        for (name, value) in whole {
            check_number(name, value)?;
        }
        check_length("the list of learning rates", self.learning_rates.len())?;
        check_length("the list of seeds", self.seeds.len())?;
        let rates = self.learning_rates.iter().chain([&self.pretraining_rate]);
        rates.copied().try_for_each(check_rate)?;
        if self.learning_rates.is_empty() {
            return Err(wrong(
                "the list of learning rates",
                &"empty",
                "at least one",
            ));
        }
        if self.seeds.is_empty() {
            return Err(wrong("the list of seeds", &"empty", "at least one"));
        }
        Ok(())
    }
}

/// In their order, each once: a seed given twice would be counted as two experiments.
pub(crate) fn distinct<N: Copy, K: Eq + Hash>(values: &[N], key: impl Fn(N) -> K) -> Vec<N> {
    let mut known = HashSet::with_capacity(values.len());
    let first = |value: &N| known.insert(key(*value));
    let mut once = values.to_vec();
    once.retain(first);
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_sweep_has_36_configurations_of_low_rank() {
        let paper = SweepSettings::paper();
        let configurations = paper.configurations(&paper.shape(28, 28));
        let count = |layout| configurations.iter().filter(|c| c.layout == layout).count();
        assert_eq!(Layout::ALL.map(count), [5, 10, 10, 11]);
        for configuration in configurations {
            let laid_out = configuration.parts(&paper.shape(28, 28));
            let params: usize = laid_out.iter().map(Part::params).sum();
            assert_eq!(configuration.params(&paper.shape(28, 28)), params);
            assert_eq!(configuration.part_count(), laid_out.len());
            assert!(paper.asks_for(&configuration, &paper.shape(28, 28)));
            let parts = configuration.parts(&paper.shape(28, 28));
            assert!(parts.iter().all(|part| {
                part.inputs.len() >= configuration.smallest_side(&paper.shape(28, 28))
                    && part.is_low_rank()
            }));
        }
    }

    #[test]
    fn every_preset_can_be_trained_and_nonsense_cannot() {
        let shape = SweepSettings::paper().shape(28, 28);
        for preset in [
            SweepSettings::paper(),
            SweepSettings::wider(),
            SweepSettings::quick(),
        ] {
            assert_eq!(preset.check(&shape), Ok(()));
            let layouts = |layout| {
                preset
                    .configurations(&shape)
                    .iter()
                    .any(|c| c.layout == layout)
            };
            assert!(Layout::ALL.into_iter().all(layouts));
        }
        let mut none = SweepSettings::quick();
        none.set_ranks(&[0, 64, 1000]);
        assert_eq!(none.check(&shape), Err(FinetuneError::NothingToTrain));
        let other = Configuration {
            layout: Layout::Melora,
            segments: 2,
            rank: 3,
        };
        assert!(!SweepSettings::paper().asks_for(&other, &shape));
        let mut endless = SweepSettings::quick();
        endless.seeds = (0..100_000).collect();
        assert!(endless.check(&shape).is_err());
        let mut nonsense = SweepSettings::quick();
        nonsense.learning_rates.push(f64::NAN);
        assert!(nonsense.check(&shape).is_err());
    }
}

//! Experiment 2 as a user asks for it: what the command line, the window, results files and
//! *copy as command* share about fine-tuning.

mod command;
mod delta;
pub mod figures;
mod inspector;
mod keeper;
mod projections;
mod report;
mod results;
mod run_name;
pub mod tables;

pub use delta::delta_file;
pub use inspector::Inspector;
pub use keeper::{Keeper, WriteResult};
pub use projections::{Against, Correlation, Projected, Projections};
pub use report::RunsReport;
pub use results::{LARGEST, ResultsFile, SaveError, load, save};
pub use run_name::RunName;

use serde::{Deserialize, Serialize};

use crate::finetune::settings::distinct;
use crate::finetune::{AdaptationData, FinetuneError, Layout, SweepSettings, bounds};
use crate::memory::{self, Shortage};
use crate::source::{Dataset, DigitSet, SourceError, Split, digits};

/// A choice of sweep to begin from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SweepPreset {
    /// The paper's grid: 36 configurations at three learning rates.
    Paper,
    /// A coarse grid at one rate, in seconds.
    #[default]
    Quick,
    /// The paper's grid at rates up to ten times higher.
    Wider,
}

impl SweepPreset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Paper, Self::Wider];

    /// The name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Quick => "quick",
            Self::Wider => "wider",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Paper => "Paper",
            Self::Quick => "Quick",
            Self::Wider => "Wider",
        }
    }

    /// Its purpose.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Paper => "36 configurations, three learning rates, 10 epochs: Figure 2",
            Self::Quick => "A coarse grid at one learning rate, 3 epochs: a curve in seconds",
            Self::Wider => "The paper's grid with learning rates up to ten times higher",
        }
    }

    /// Its sweep.
    pub fn settings(self) -> SweepSettings {
        match self {
            Self::Paper => SweepSettings::paper(),
            Self::Quick => SweepSettings::quick(),
            Self::Wider => SweepSettings::wider(),
        }
    }
}

/// A data set and a sweep: a preset, and what is changed about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Experiment {
    /// The digits.
    pub dataset: Dataset,
    /// The preset that the settings start from.
    pub preset: SweepPreset,
    /// Only these layouts.
    pub layouts: Option<Vec<Layout>>,
    /// These ranks for every layout.
    pub ranks: Option<Vec<usize>>,
    /// These counts of segments (N and K) for every layout.
    pub segments: Option<Vec<usize>>,
    /// These learning rates.
    pub learning_rates: Option<Vec<f64>>,
    /// These seeds.
    pub seeds: Option<Vec<u64>>,
    /// So many epochs.
    pub epochs: Option<usize>,
}

impl Experiment {
    /// Whether the sweep is another than its preset's; other seeds are the same sweep again.
    pub fn is_changed(&self) -> bool {
        let settings = SweepSettings {
            seeds: self.preset.settings().seeds,
            ..self.settings()
        };
        settings != self.preset.settings()
    }

    /// Looks that no list or number is larger than [`bounds`] allow, before any is worked through.
    ///
    /// # Errors
    /// The first that is, or that cannot be trained with.
    pub fn check(&self) -> Result<(), FinetuneError> {
        fn length<T>(list: Option<&Vec<T>>) -> usize {
            list.map_or(0, Vec::len)
        }
        let lists = [
            ("the list of layouts", length(self.layouts.as_ref())),
            ("the list of ranks", length(self.ranks.as_ref())),
            ("the list of segments", length(self.segments.as_ref())),
            (
                "the list of learning rates",
                length(self.learning_rates.as_ref()),
            ),
            ("the list of seeds", length(self.seeds.as_ref())),
        ];
        for (name, length) in lists {
            bounds::check_length(name, length)?;
        }
        let settings = self.settings();
        settings.check_training()?;
        settings.check_grids()
    }

    /// The whole sweep.
    pub fn settings(&self) -> SweepSettings {
        let mut settings = self.preset.settings();
        if let Some(layouts) = &self.layouts {
            settings.keep_layouts(layouts);
        }
        if let Some(ranks) = &self.ranks {
            settings.set_ranks(ranks);
        }
        if let Some(segments) = &self.segments {
            settings.set_segments(segments);
        }
        if let Some(rates) = &self.learning_rates {
            settings.learning_rates = distinct(rates, f64::to_bits);
        }
        if let Some(seeds) = &self.seeds {
            settings.seeds = distinct(seeds, u64::from);
        }
        if let Some(epochs) = self.epochs {
            settings.epochs = epochs;
        }
        settings
    }

    /// The experiment that gives `settings`: the nearest preset and what differs from it. `None`
    /// where no command line can say them.
    pub fn of(settings: &SweepSettings, dataset: &Dataset) -> Option<Self> {
        let found = SweepPreset::ALL.into_iter().filter_map(|preset| {
            let base = preset.settings();
            let changed = |differs: bool| differs.then_some(());
            let found = Self {
                dataset: dataset.clone(),
                preset,
                layouts: changed(settings.grids.len() != base.grids.len())
                    .map(|()| settings.grids.iter().map(|grid| grid.layout).collect()),
                ranks: changed(ranks_of(settings) != ranks_of(&base))
                    .and_then(|()| common(&ranks_of(settings))),
                segments: changed(segments_of(settings) != segments_of(&base))
                    .and_then(|()| common(&segments_of(settings))),
                learning_rates: changed(settings.learning_rates != base.learning_rates)
                    .map(|()| settings.learning_rates.clone()),
                seeds: changed(settings.seeds != base.seeds).map(|()| settings.seeds.clone()),
                epochs: changed(settings.epochs != base.epochs).map(|()| settings.epochs),
            };
            (found.settings() == *settings).then_some(found)
        });
        found.min_by_key(Self::changes)
    }

    /// The number of settings that differ from the preset.
    fn changes(&self) -> usize {
        [
            self.layouts.is_some(),
            self.ranks.is_some(),
            self.segments.is_some(),
            self.learning_rates.is_some(),
            self.seeds.is_some(),
            self.epochs.is_some(),
        ]
        .into_iter()
        .map(usize::from)
        .sum()
    }

    /// The digits, sorted into the two tasks.
    ///
    /// # Errors
    /// Files that cannot be read, a data set without all ten digits, pixels other than 0 to 255.
    pub fn data(&self) -> Result<AdaptationData, DataError> {
        let train = digits(&self.dataset, Split::Train)?;
        let test = digits(&self.dataset, Split::Test)?;
        let sizes = [&train, &test].map(|set| (set.rows(), set.cols()));
        if sizes[0] != sizes[1] {
            return Err(DataError::Sizes {
                name: train.name().to_owned(),
                train: sizes[0],
                test: sizes[1],
            });
        }
        let pixels = [bytes_of(&train)?, bytes_of(&test)?];
        ensure_free(pixels).map_err(|shortage| DataError::Memory {
            name: train.name().to_owned(),
            shortage,
        })?;
        Ok(AdaptationData::new(
            train.name(),
            pixels[0],
            train.labels(),
            pixels[1],
            test.labels(),
            train.rows(),
            train.cols(),
        )?)
    }
}

/// Whether both halves can be sorted into the tasks and trained on.
fn ensure_free(halves: [&[u8]; 2]) -> Result<(), Shortage> {
    /// A lit pixel's column and level, in lists that double as they grow.
    const LIT: usize = 2 * (size_of::<u32>() + size_of::<u16>());
    /// The memory that the runs of a batch work in.
    const RUNS: u64 = 32 << 20;
    let lit = halves.map(|half| half.iter().filter(|&&pixel| pixel > 0).count());
    memory::ensure_free(memory::size_of_items(lit[0] + lit[1], LIT) + RUNS)
}

fn bytes_of(set: &DigitSet) -> Result<&[u8], DataError> {
    set.images().ok_or_else(|| DataError::NoBytes {
        name: set.name().to_owned(),
    })
}

fn ranks_of(settings: &SweepSettings) -> Vec<Vec<usize>> {
    settings
        .grids
        .iter()
        .map(|grid| grid.ranks.clone())
        .collect()
}

/// LoRA has no segments.
fn segments_of(settings: &SweepSettings) -> Vec<Vec<usize>> {
    let cut = settings
        .grids
        .iter()
        .filter(|grid| grid.layout != Layout::Lora);
    cut.map(|grid| grid.segments.clone()).collect()
}

/// The list that all have in common.
fn common(lists: &[Vec<usize>]) -> Option<Vec<usize>> {
    let first = lists.first()?.clone();
    lists.iter().all(|list| *list == first).then_some(first)
}

/// Why there is nothing to train on.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file of the data set.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Its contents.
    #[error(transparent)]
    Finetune(#[from] FinetuneError),
    /// Images of two sizes.
    #[error(
        "the training images are {} × {} and the test images {} × {}; fine-tuning needs the same size in \
         both: {name}",
        train.0, train.1, test.0, test.1
    )]
    Sizes {
        /// The data set.
        name: String,
        /// Rows and columns of its training images.
        train: (usize, usize),
        /// Rows and columns of its test images.
        test: (usize, usize),
    },
    /// More memory is needed than there is.
    #[error("fine-tuning {shortage}; close other programs or use fewer images: {name}")]
    Memory {
        /// The data set.
        name: String,
        /// The memory needed, and the memory free.
        shortage: Shortage,
    },
    /// Pixels that are fractions, or no whole numbers from 0 to 255.
    #[error(
        "some pixels are not whole numbers from 0 to 255; for fine-tuning save the images as \
         unsigned bytes: {name}"
    )]
    NoBytes {
        /// The data set.
        name: String,
    },
}

//! What is trained: the options of every command about fine-tuning.

use std::path::PathBuf;

use clap::builder::TypedValueParser;

use super::choice;
use super::number::{positive, rate, seed};
use crate::experiment::{Experiment, SweepPreset};
use crate::finetune::Layout;
use crate::source::Dataset;

/// A sweep, and what differs from its preset.
#[derive(Clone, Debug, clap::Args)]
pub struct ExperimentArgs {
    /// The sweep to begin from [default: quick; of project: paper]
    #[arg(long, value_parser = presets())]
    pub preset: Option<SweepPreset>,
    /// Only these layouts: lora, melora, localized_block, localized_grid
    #[arg(long, value_name = "LAYOUT,…", value_delimiter = ',', value_parser = layout)]
    pub layouts: Option<Vec<Layout>>,
    /// These ranks for every layout
    #[arg(long, value_name = "R,…", value_delimiter = ',', value_parser = positive)]
    pub ranks: Option<Vec<usize>>,
    /// These N (MELoRA) and K (Localized)
    #[arg(long, value_name = "K,…", value_delimiter = ',', value_parser = positive)]
    pub segments: Option<Vec<usize>>,
    /// These learning rates; the validation loss chooses one per configuration
    #[arg(long, value_name = "RATE,…", value_delimiter = ',', value_parser = rate)]
    pub learning_rates: Option<Vec<f64>>,
    /// These seeds, each a whole experiment
    #[arg(long, value_name = "SEED,…", value_delimiter = ',', value_parser = seed)]
    pub seeds: Option<Vec<u64>>,
    /// Passes over the training digits 5 to 9
    #[arg(long, value_name = "E", value_parser = positive)]
    pub epochs: Option<usize>,
    /// A folder with a data set in MNIST (IDX) format, plain or .gz, instead of the built-in MNIST
    #[arg(long, value_name = "FOLDER")]
    pub data: Option<PathBuf>,
}

impl ExperimentArgs {
    /// What is asked for, with this preset where none is named.
    pub fn experiment(&self, usual: SweepPreset) -> Experiment {
        Experiment {
            dataset: self.data.clone().map_or(Dataset::BuiltIn, Dataset::Folder),
            preset: self.preset.unwrap_or(usual),
            layouts: self.layouts.clone(),
            ranks: self.ranks.clone(),
            segments: self.segments.clone(),
            learning_rates: self.learning_rates.clone(),
            seeds: self.seeds.clone(),
            epochs: self.epochs,
        }
    }
}

fn presets() -> impl TypedValueParser<Value = SweepPreset> {
    choice::parser(SweepPreset::ALL.map(|one| (one.id(), one.tooltip(), one)))
}

fn layout(text: &str) -> Result<Layout, String> {
    let found = Layout::ALL.into_iter().find(|one| one.id() == text);
    found.ok_or_else(|| {
        let ids = Layout::ALL.map(Layout::id).join(", ");
        format!("choose among {ids}")
    })
}

//! The records of a sweep, and their JSON.

use serde::{Deserialize, Serialize};

use super::bounds::{NAME, check_network, echo};
use super::error::FinetuneError;
use super::layout::Layout;
use super::network::Shape;
use super::run_key::RunKey;
use super::settings::{LayoutGrid, SweepSettings};

/// The version of the program, which results carry.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The version of the form that results are written in: 1, as 0 but that it is said.
const FORMAT: u32 = 1;

/// The outcome of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The run.
    #[serde(flatten)]
    pub key: RunKey,
    /// Trainable parameters.
    pub params: usize,
    /// Their share of all parameters of the network, 0 to 1.
    pub share: f64,
    /// Mean loss of the held-out tenth after the last epoch.
    pub validation_loss: f64,
    /// Percent of the held-out tenth named rightly.
    pub validation_accuracy: f64,
    /// Percent of the test digits named rightly.
    pub test_accuracy: f64,
    /// Time that the run took.
    pub seconds: f64,
}

/// A pretrained network's accuracy on its own digits, 0–4.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PretrainedRecord {
    /// Its seed.
    pub seed: u64,
    /// Percent of the test digits 0–4 named rightly.
    pub accuracy: f64,
}

/// Full fine-tuning, the baseline.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FullRecord {
    /// All parameters of the network.
    pub params: usize,
    /// Mean over the seeds, at the best rate by validation loss, in percent; none before
    /// the first run.
    pub test_accuracy: Option<f64>,
    /// All runs.
    pub runs: Vec<RunRecord>,
}

/// A sweep's results, whole or under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// The version of the form that they are written in; files of before that was said have none.
    #[serde(default)]
    pub format: u32,
    /// The program's version that made them.
    pub version: String,
    /// The data set's name.
    pub dataset: String,
    /// Rows and columns of its images.
    pub image: [usize; 2],
    /// The settings of the sweep.
    pub settings: SweepSettings,
    /// Whether every run is there.
    pub complete: bool,
    /// The pretrained networks.
    pub pretrained: Vec<PretrainedRecord>,
    /// The baseline.
    pub full: FullRecord,
    /// The adapters' runs, in the order of their keys.
    pub runs: Vec<RunRecord>,
}

/// The part of a file that is read before anything else.
#[derive(Deserialize)]
struct FileVersion {
    #[serde(default)]
    format: u64,
}

impl Results {
    /// Results without a run, for images of `rows` × `cols`.
    pub fn new(dataset: &str, (rows, cols): (usize, usize), settings: &SweepSettings) -> Self {
        Self {
            format: FORMAT,
            version: VERSION.to_owned(),
            dataset: dataset.to_owned(),
            image: [rows, cols],
            settings: settings.clone(),
            complete: false,
            pretrained: Vec::new(),
            full: FullRecord {
                params: settings.shape(rows, cols).params(),
                ..FullRecord::default()
            },
            runs: Vec::new(),
        }
    }

    /// All runs that the settings ask for: the baseline's first.
    pub fn wanted(&self) -> Vec<RunKey> {
        let shape = self.settings.shape(self.image[0], self.image[1]);
        let adapters = self.settings.configurations(&shape).into_iter().map(Some);
        let mut keys = Vec::new();
        for adapter in [None].into_iter().chain(adapters) {
            for &learning_rate in &self.settings.distinct_rates() {
                for &seed in &self.settings.distinct_seeds() {
                    keys.push(RunKey {
                        adapter,
                        learning_rate,
                        seed,
                    });
                }
            }
        }
        keys
    }

    /// The number of runs that the settings ask for, those of the baseline included.
    pub fn run_count(&self) -> usize {
        self.settings.run_count(&self.shape())
    }

    /// The network that is trained.
    fn shape(&self) -> Shape {
        self.settings.shape(self.image[0], self.image[1])
    }

    /// Whether the settings ask for a run.
    fn wants(&self, key: &RunKey) -> bool {
        let settings = &self.settings;
        let adapter = |adapter| settings.asks_for(&adapter, &self.shape());
        settings.learning_rates.contains(&key.learning_rate)
            && settings.seeds.contains(&key.seed)
            && key.adapter.is_none_or(adapter)
    }

    /// Takes in a run; one that is there already, or that was not asked for, is left as it is.
    pub fn add(&mut self, record: RunRecord) {
        self.add_all([record]);
    }

    /// Takes in many runs, as [`add`](Self::add) each.
    fn add_all(&mut self, records: impl IntoIterator<Item = RunRecord>) {
        let mut new: Vec<RunRecord> = records.into_iter().collect();
        new.retain(|record| self.find(&record.key).is_none() && self.wants(&record.key));
        if new.is_empty() {
            return;
        }
        new.sort_by(|a, b| a.key.order(&b.key));
        new.dedup_by(|a, b| a.key.order(&b.key).is_eq());
        let (adapters, full): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|run| run.key.adapter.is_some());
        for (runs, new) in [(&mut self.runs, adapters), (&mut self.full.runs, full)] {
            runs.extend(new);
            runs.sort_by(|a, b| a.key.order(&b.key));
        }
        self.full.test_accuracy = full_accuracy(&self.full.runs);
        self.complete = self.all_runs().count() == self.run_count();
    }

    /// Takes over the runs of other results that these settings ask for. Whether they may stand
    /// beside each other, [`shares_runs`](Self::shares_runs) says.
    pub fn take_over(&mut self, done: &Self) {
        for one in &done.pretrained {
            self.add_pretrained(one.seed, one.accuracy);
        }
        self.add_all(done.all_runs().copied());
    }

    /// Takes in what a pretrained network can do, if its seed is asked for.
    pub fn add_pretrained(&mut self, seed: u64, accuracy: f64) {
        let after = self.pretrained.partition_point(|record| record.seed < seed);
        let known = self.pretrained.get(after).is_some_and(|at| at.seed == seed);
        if !known && self.settings.seeds.contains(&seed) {
            let record = PretrainedRecord { seed, accuracy };
            self.pretrained.insert(after, record);
        }
    }

    /// The record of a run, if it is there.
    pub fn find(&self, key: &RunKey) -> Option<&RunRecord> {
        let runs = match key.adapter {
            Some(_) => &self.runs,
            None => &self.full.runs,
        };
        let place = runs.binary_search_by(|run| run.key.order(key)).ok()?;
        Some(&runs[place])
    }

    /// All runs, the baseline's first.
    pub fn all_runs(&self) -> impl Iterator<Item = &RunRecord> {
        self.full.runs.iter().chain(&self.runs)
    }

    /// Whether any run is there.
    pub fn has_runs(&self) -> bool {
        self.all_runs().next().is_some()
    }

    /// The baseline's runs at its best rate, one per seed.
    pub fn best_full(&self) -> Vec<RunRecord> {
        at_best_rate(self.full.runs.iter())
    }

    /// The results as JSON text.
    ///
    /// # Errors
    /// When a number is not finite, which no run of ours gives.
    pub fn to_json(&self) -> Result<String, FinetuneError> {
        serde_json::to_string_pretty(self).map_err(|error| damaged(&error.to_string()))
    }

    /// Reads what [`to_json`](Self::to_json) of this version or an older one wrote.
    ///
    /// # Errors
    /// When the text is not such results, is of a newer form, or holds numbers that no sweep gives.
    pub fn from_json(text: &str) -> Result<Self, FinetuneError> {
        let broken = |error: serde_json::Error| damaged(&error.to_string());
        let FileVersion { format } = serde_json::from_str(text).map_err(broken)?;
        if format > u64::from(FORMAT) {
            return Err(FinetuneError::NewerFormat {
                theirs: format,
                ours: FORMAT,
            });
        }
        let mut read: Self = serde_json::from_str(text).map_err(broken)?;
        read.format = FORMAT;
        read.check_sizes()?;
        let [rows, cols] = read.image;
        let mut results = Self::new(&read.dataset, (rows, cols), &read.settings);
        results.version.clone_from(&read.version);
        let shape = results.shape();
        for record in read.all_runs() {
            check_record(&results, &shape, record)?;
        }
        results.take_over(&read);
        if results == read {
            Ok(results)
        } else {
            Err(damaged("its runs do not match its settings"))
        }
    }

    /// Looks that a file asks for no more than a sweep may, before anything is made of it.
    fn check_sizes(&self) -> Result<(), FinetuneError> {
        if self.version.len().max(self.dataset.len()) > NAME {
            return Err(damaged("a name in it is too long"));
        }
        let shape = self.shape();
        check_network(&shape)?;
        self.settings.check(&shape)?;
        if self.all_runs().count() > self.run_count() {
            return Err(damaged("it holds more runs than its settings ask for"));
        }
        let seeds = &self.settings.seeds;
        let possible = |one: &PretrainedRecord| {
            seeds.contains(&one.seed) && (0.0..=100.0).contains(&one.accuracy)
        };
        if self.pretrained.len() > seeds.len() || !self.pretrained.iter().all(possible) {
            return Err(damaged("its pretrained networks do not match its seeds"));
        }
        Ok(())
    }

    /// Whether a run of these results is, bit for bit, what a sweep with `settings` on `dataset`
    /// would train: it depends on the version, the data and how is trained, but not on what else
    /// the sweep asks for.
    pub fn shares_runs(&self, settings: &SweepSettings, dataset: &str) -> bool {
        let mut same = self.settings.clone();
        same.grids.clone_from(&settings.grids);
        same.learning_rates.clone_from(&settings.learning_rates);
        same.seeds.clone_from(&settings.seeds);
        self.is_current() && self.dataset == dataset && same == *settings
    }

    /// Whether this version of the program made them.
    pub fn is_current(&self) -> bool {
        self.version == VERSION
    }

    /// Looks whether a sweep with these settings on this data may go on from these results.
    ///
    /// # Errors
    /// A sentence that names what differs.
    pub fn check(
        &self,
        settings: &SweepSettings,
        (dataset, image): (&str, [usize; 2]),
    ) -> Result<(), FinetuneError> {
        let other = |what, values| Err(FinetuneError::OtherSweep { what, values });
        if !self.is_current() {
            return Err(FinetuneError::OtherVersion {
                theirs: echo(&self.version),
                ours: VERSION,
            });
        }
        if self.dataset != dataset {
            return other("data", values(&self.dataset, dataset));
        }
        if self.image != image {
            let size = |[rows, cols]: [usize; 2]| format!("{rows} × {cols}");
            return other("image sizes", values(&size(self.image), &size(image)));
        }
        if self.settings != *settings {
            let (what, values) = difference(&self.settings, settings);
            return other(what, values);
        }
        Ok(())
    }
}

/// The values of the file and those asked for, unless they are too long to be read in a sentence.
fn values(theirs: &str, ours: &str) -> String {
    const READABLE: usize = 60;
    let readable = |text: &str| text.len() <= READABLE && echo(text) == text;
    if !readable(theirs) || !readable(ours) {
        return String::new();
    }
    format!(" ({theirs} instead of {ours})")
}

/// The name of the first setting that differs, with both values.
fn difference(theirs: &SweepSettings, ours: &SweepSettings) -> (&'static str, String) {
    const NAMES: [(&str, &str); 7] = [
        ("learning_rates", "learning rates"),
        ("seeds", "seeds"),
        ("epochs", "numbers of epochs"),
        ("batch", "batch sizes"),
        ("pretraining_epochs", "numbers of pretraining epochs"),
        ("pretraining_rate", "pretraining rates"),
        ("hidden", "numbers of hidden units"),
    ];
    if theirs.grids != ours.grids {
        let (theirs, ours) = (grids(&theirs.grids), grids(&ours.grids));
        return ("layouts, segments or ranks", values(&theirs, &ours));
    }
    let fields = |settings| serde_json::to_value(settings).unwrap_or_default();
    let (theirs, ours) = (fields(theirs), fields(ours));
    let differs = |(field, _): &&(&str, &str)| theirs[*field] != ours[*field];
    let different = NAMES.iter().find(differs);
    different.map_or(("settings", String::new()), |&(field, what)| {
        let values = values(&theirs[field].to_string(), &ours[field].to_string());
        (what, values)
    })
}

/// `lora ranks 1, 2 and melora segments 2, 4 ranks 1`
fn grids(grids: &[LayoutGrid]) -> String {
    let list = |numbers: &[usize]| {
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        numbers.join(", ")
    };
    let one = |grid: &LayoutGrid| {
        let segments = match grid.layout {
            Layout::Lora => String::new(),
            _ => format!(" segments {}", list(&grid.segments)),
        };
        format!("{}{segments} ranks {}", grid.layout.id(), list(&grid.ranks))
    };
    grids.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn check_record(results: &Results, shape: &Shape, record: &RunRecord) -> Result<(), FinetuneError> {
    let params = match record.key.adapter {
        Some(configuration) if results.wants(&record.key) => configuration.params(shape),
        Some(_) => return Err(damaged("it holds a run that its settings do not ask for")),
        None => shape.params(),
    };
    let percent = 0.0..=100.0;
    if record.params != params
        || record.share != rounded(params as f64 / shape.params() as f64)
        || !percent.contains(&record.test_accuracy)
        || !percent.contains(&record.validation_accuracy)
        || !(0.0..=LARGEST_LOSS).contains(&record.validation_loss)
        || !(0.0..=LONGEST).contains(&record.seconds)
    {
        return Err(damaged("a run has impossible values"));
    }
    Ok(())
}

/// Losses are summed in single precision.
const LARGEST_LOSS: f64 = f32::MAX as f64;

/// Seconds of a run: thirty years.
const LONGEST: f64 = 1e9;

fn damaged(reason: &str) -> FinetuneError {
    FinetuneError::Damaged {
        reason: echo(reason),
    }
}

/// The runs at the learning rate of the lowest validation loss (mean over the seeds): what would
/// have been chosen without knowing the test digits.
pub(super) fn at_best_rate<'a>(runs: impl Iterator<Item = &'a RunRecord>) -> Vec<RunRecord> {
    let mut rates: Vec<Vec<RunRecord>> = Vec::new();
    for &run in runs {
        let rate = run.key.learning_rate;
        match rates.iter_mut().find(|at| at[0].key.learning_rate == rate) {
            Some(at) => at.push(run),
            None => rates.push(vec![run]),
        }
    }
    let loss = |runs: &Vec<RunRecord>| mean(runs.iter().map(|run| run.validation_loss));
    rates
        .into_iter()
        .min_by(|a, b| loss(a).total_cmp(&loss(b)))
        .unwrap_or_default()
}

/// The mean; NaN of nothing.
pub(super) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len();
    values.sum::<f64>() / count as f64
}

/// The standard deviation of a sample (over n − 1); none of a single value.
pub fn deviation(values: impl ExactSizeIterator<Item = f64> + Clone) -> Option<f64> {
    let count = values.len();
    if count < 2 {
        return None;
    }
    let mean = mean(values.clone());
    let squares: f64 = values.map(|value| (value - mean) * (value - mean)).sum();
    Some((squares / (count - 1) as f64).sqrt())
}

fn full_accuracy(runs: &[RunRecord]) -> Option<f64> {
    let best = at_best_rate(runs.iter());
    (!best.is_empty()).then(|| rounded(mean(best.iter().map(|run| run.test_accuracy))))
}

/// Nine decimals: short enough that a number is the same after a way through text.
pub(super) fn rounded(value: f64) -> f64 {
    const DECIMALS: f64 = 1e9;
    (value * DECIMALS).round() / DECIMALS
}

#[cfg(test)]
mod tests;

//! What is kept of a sweep, and its JSON.

use serde::{Deserialize, Serialize};

use super::error::FinetuneError;
use super::settings::SweepSettings;
use super::train::{RunKey, rounded};

/// The outcome of one run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Which run.
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

/// Full fine-tuning, the base line.
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
    /// The program's version that made them.
    pub version: String,
    /// The data set's name.
    pub dataset: String,
    /// Rows and columns of its images.
    pub image: [usize; 2],
    /// What was asked for.
    pub settings: SweepSettings,
    /// Whether every run is there.
    pub complete: bool,
    /// The pretrained networks.
    pub pretrained: Vec<PretrainedRecord>,
    /// The base line.
    pub full: FullRecord,
    /// The adapters' runs, in the order of their keys.
    pub runs: Vec<RunRecord>,
}

impl Results {
    /// Results without a run, for images of `rows` x `cols`.
    pub fn new(dataset: &str, (rows, cols): (usize, usize), settings: &SweepSettings) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
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

    /// All runs that the settings ask for: the base line's first.
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

    /// Whether the settings ask for a run.
    fn wants(&self, key: &RunKey) -> bool {
        let settings = &self.settings;
        let shape = settings.shape(self.image[0], self.image[1]);
        let adapter = |adapter| settings.asks_for(&adapter, &shape);
        settings.learning_rates.contains(&key.learning_rate)
            && settings.seeds.contains(&key.seed)
            && key.adapter.is_none_or(adapter)
    }

    /// Takes in a run; one that is there already, or that was not asked for, is left as it is.
    pub fn add(&mut self, record: RunRecord) {
        if self.find(&record.key).is_some() || !self.wants(&record.key) {
            return;
        }
        let shape = self.settings.shape(self.image[0], self.image[1]);
        let runs = match record.key.adapter {
            Some(_) => &mut self.runs,
            None => &mut self.full.runs,
        };
        let after = runs.partition_point(|other| other.key < record.key);
        runs.insert(after, record);
        self.full.test_accuracy = full_accuracy(&self.full.runs);
        self.complete = self.all_runs().count() == self.settings.run_count(&shape);
    }

    /// Takes over what other results of the same sweep hold.
    pub fn take_over(&mut self, done: &Self) {
        for one in &done.pretrained {
            self.add_pretrained(one.seed, one.accuracy);
        }
        done.all_runs().for_each(|&run| self.add(run));
    }

    /// Takes in what a pretrained network can do.
    pub fn add_pretrained(&mut self, seed: u64, accuracy: f64) {
        if self.pretrained.iter().all(|record| record.seed != seed) {
            let after = self.pretrained.partition_point(|other| other.seed < seed);
            let record = PretrainedRecord { seed, accuracy };
            self.pretrained.insert(after, record);
        }
    }

    /// The record of a run, if it is there.
    pub fn find(&self, key: &RunKey) -> Option<&RunRecord> {
        self.all_runs().find(|record| record.key == *key)
    }

    /// All runs, the base line's first.
    pub fn all_runs(&self) -> impl Iterator<Item = &RunRecord> {
        self.full.runs.iter().chain(&self.runs)
    }

    /// The base line's runs at its best rate, one per seed.
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

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// When the text is not such results, or holds numbers that no sweep gives.
    pub fn from_json(text: &str) -> Result<Self, FinetuneError> {
        let read: Self = serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
        let [rows, cols] = read.image;
        if rows.saturating_mul(cols) > 1 << 24 {
            return Err(damaged("its images are too large"));
        }
        read.settings.check(&read.settings.shape(rows, cols))?;
        let mut results = Self::new(&read.dataset, (rows, cols), &read.settings);
        results.version.clone_from(&read.version);
        for record in &read.pretrained {
            results.add_pretrained(record.seed, record.accuracy);
        }
        for record in read.all_runs() {
            check_record(&results, record)?;
            results.add(*record);
        }
        if results == read {
            Ok(results)
        } else {
            Err(damaged("its runs are not those of its settings"))
        }
    }

    /// Looks whether a sweep with these settings on this data may go on from these results.
    ///
    /// # Errors
    /// A sentence that names what differs.
    pub fn check(&self, settings: &SweepSettings, dataset: &str) -> Result<(), FinetuneError> {
        let other = |what, values| Err(FinetuneError::OtherSweep { what, values });
        let version = env!("CARGO_PKG_VERSION");
        if self.version != version {
            return other("versions of this program", values(&self.version, version));
        }
        if self.dataset != dataset {
            return other("data", values(&self.dataset, dataset));
        }
        if self.settings != *settings {
            let (what, values) = difference(&self.settings, settings);
            return other(what, values);
        }
        Ok(())
    }
}

/// What the file has and what is asked for, unless that is too long to be read in a sentence.
fn values(theirs: &str, ours: &str) -> String {
    const READABLE: usize = 60;
    if theirs.len().max(ours.len()) > READABLE {
        return String::new();
    }
    format!(" ({theirs} instead of {ours})")
}

/// The name of the first setting that differs, with both values.
fn difference(theirs: &SweepSettings, ours: &SweepSettings) -> (&'static str, String) {
    const NAMES: [(&str, &str); 8] = [
        ("grids", "layouts, segments or ranks"),
        ("learning_rates", "learning rates"),
        ("seeds", "seeds"),
        ("epochs", "numbers of epochs"),
        ("batch", "batch sizes"),
        ("pretraining_epochs", "numbers of pretraining epochs"),
        ("pretraining_rate", "pretraining rates"),
        ("hidden", "numbers of hidden units"),
    ];
    let fields = |settings| serde_json::to_value(settings).unwrap_or_default();
    let (theirs, ours) = (fields(theirs), fields(ours));
    let differs = |(field, _): &&(&str, &str)| theirs[*field] != ours[*field];
    let different = NAMES.iter().find(differs);
    different.map_or(("settings", String::new()), |&(field, what)| {
        let values = values(&theirs[field].to_string(), &ours[field].to_string());
        (what, values)
    })
}

fn check_record(results: &Results, record: &RunRecord) -> Result<(), FinetuneError> {
    let shape = results.settings.shape(results.image[0], results.image[1]);
    let params = match record.key.adapter {
        Some(configuration) if results.wants(&record.key) => configuration.params(&shape),
        Some(_) => return Err(damaged("it holds a run that its settings do not ask for")),
        None => shape.params(),
    };
    let percent = 0.0..=100.0;
    if record.params != params
        || record.share != rounded(params as f64 / shape.params() as f64)
        || !percent.contains(&record.test_accuracy)
        || !percent.contains(&record.validation_accuracy)
        || !(record.validation_loss >= 0.0 && record.seconds >= 0.0)
    {
        return Err(damaged("the numbers of a run cannot be"));
    }
    Ok(())
}

fn damaged(reason: &str) -> FinetuneError {
    FinetuneError::Damaged {
        reason: reason.to_owned(),
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

fn full_accuracy(runs: &[RunRecord]) -> Option<f64> {
    let best = at_best_rate(runs.iter());
    (!best.is_empty()).then(|| rounded(mean(best.iter().map(|run| run.test_accuracy))))
}

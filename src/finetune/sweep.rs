//! Many runs: in parallel, the base line and then the cheapest first, stoppable at any batch.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::data::AdaptationData;
use super::error::FinetuneError;
use super::network::Shape;
use super::record::{Results, RunRecord};
use super::settings::SweepSettings;
use super::train::{Pretrained, Run, RunKey, pretrain};

/// Progress is reported at most this often, so that whoever listens is not kept busy.
const MILLISECONDS_BETWEEN_REPORTS: u64 = 100;

/// What a sweep tells while it runs, from any of its threads.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A seed's network knows digits 0–4.
    Pretrained {
        /// The seed.
        seed: u64,
        /// Percent of the test digits 0–4 named rightly.
        accuracy: f64,
    },
    /// A run has made another epoch.
    Epoch {
        /// Which run.
        run: RunKey,
        /// 1 for the first.
        epoch: usize,
        /// Mean loss over the epoch's batches.
        train_loss: f64,
        /// Mean loss of the held-out tenth.
        validation_loss: f64,
        /// Percent of the held-out tenth named rightly.
        validation_accuracy: f64,
    },
    /// A run has ended.
    RunDone(RunRecord),
    /// How far the whole sweep is.
    Progress {
        /// 0 to 1, by the work that is estimated.
        fraction: f64,
        /// What remains at the speed so far.
        seconds_left: f64,
    },
}

/// Who hears of events, and may answer *stop*.
pub type OnEvent<'a> = &'a (dyn Fn(Event) -> ControlFlow<()> + Sync);

/// Trains all that `settings` ask for, but what stands in `done`.
///
/// The results do not depend on the number of threads, nor on what was done before and what now,
/// but for the seconds. When `on_event` says stop, the results are those of the runs that have
/// ended, and not complete. Runs on the rayon pool that it is called from.
///
/// # Errors
/// When a setting cannot be trained with.
pub fn sweep(
    data: &AdaptationData,
    settings: &SweepSettings,
    done: Option<&Results>,
    on_event: OnEvent<'_>,
) -> Result<Results, FinetuneError> {
    let shape = settings.shape(data.rows, data.cols);
    settings.check(&shape)?;
    let mut results = Results::new(&data.name, (data.rows, data.cols), settings);
    if let Some(done) = done {
        results.take_over(done);
    }
    let mut open: Vec<RunKey> = results.wanted();
    open.retain(|key| results.find(key).is_none());
    // The base line first: without it no drop can be drawn.
    open.sort_by_key(|key| (key.adapter.is_some(), work_of_run(&shape, key)));
    let mut seeds = settings.seeds.clone();
    seeds.retain(|seed| open.iter().any(|key| key.seed == *seed));
    seeds.sort_unstable();
    seeds.dedup();

    let runs_work: u64 = open.iter().map(|key| work_of_run(&shape, key)).sum();
    let epochs = settings.epochs as u64;
    let seed_work = work_of_full(&shape) * settings.pretraining_epochs as u64;
    let meter = Meter::new(
        on_event,
        seed_work * seeds.len() as u64 + runs_work * epochs,
    );
    let images = |count: usize| count.div_ceil(settings.batch.max(1)).max(1) as u64;
    let validated = data.adaptation.labels.len() / 10;
    let batches = images(data.adaptation.labels.len() - validated);
    let pretraining_batches = images(data.pretraining.labels.len());

    let pretrained: Vec<Option<Pretrained>> = seeds
        .par_iter()
        .with_max_len(1)
        .map(|&seed| {
            let tick = || meter.tick(work_of_full(&shape) / pretraining_batches);
            let pretrained = pretrain(data, settings, seed, &tick)?;
            let accuracy = pretrained.accuracy;
            meter.tell(Event::Pretrained { seed, accuracy });
            Some(pretrained)
        })
        .collect();
    let pretrained: Vec<Pretrained> = pretrained.into_iter().flatten().collect();

    let next = AtomicUsize::new(0);
    let ended: Vec<Vec<RunRecord>> = (0..rayon::current_num_threads())
        .into_par_iter()
        .with_max_len(1)
        .map(|_| {
            let mut ended = Vec::new();
            while let Some(&key) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some(network) = pretrained.iter().find(|p| p.seed == key.seed) else {
                    continue;
                };
                let work = work_of_run(&shape, &key) / batches;
                let run = Run::new(data, network, settings, key);
                match finish(run, settings.epochs, &meter, work) {
                    Some(record) => ended.push(record),
                    None => break,
                }
            }
            ended
        })
        .collect();

    for network in &pretrained {
        results.add_pretrained(network.seed, network.accuracy);
    }
    for record in ended.into_iter().flatten() {
        results.add(record);
    }
    Ok(results)
}

/// A run to its end, or nothing when it was stopped before.
fn finish(mut run: Run<'_>, epochs: usize, meter: &Meter<'_>, work: u64) -> Option<RunRecord> {
    let tick = || meter.tick(work);
    for _ in 0..epochs {
        let epoch = run.epoch(&tick)?;
        meter.tell(Event::Epoch {
            run: run.key(),
            epoch: epoch.epoch,
            train_loss: epoch.train_loss,
            validation_loss: epoch.validation_loss,
            validation_accuracy: epoch.validation_accuracy,
        });
    }
    let record = run.record();
    meter.tell(Event::RunDone(record));
    Some(record)
}

/// Estimated work of an epoch, fitted to the times of the paper's sweep; only its ratios matter.
fn work_of_run(shape: &Shape, key: &RunKey) -> u64 {
    let Some(configuration) = key.adapter else {
        return work_of_full(shape);
    };
    let parts = configuration.parts(shape);
    let inner: usize = parts.iter().map(|part| part.rank * part.hidden.len()).sum();
    let same_inputs = parts
        .iter()
        .filter(|part| part.inputs == parts[0].inputs)
        .count();
    // Narrow sums cost as much as one vector of them.
    let width = (parts[0].rank * same_inputs).max(8);
    (IMAGES + 15 * shape.inputs() * width + 50 * inner) as u64
}

fn work_of_full(shape: &Shape) -> u64 {
    (IMAGES + 10 * shape.params()) as u64
}

/// What every run costs whatever it trains: batches, classifier, validation.
const IMAGES: usize = 200_000;

/// Counts work, reports it now and then, and remembers that someone said stop.
struct Meter<'a> {
    on_event: OnEvent<'a>,
    stopped: AtomicBool,
    start: Instant,
    total: u64,
    done: AtomicU64,
    next_report: AtomicU64,
}

impl<'a> Meter<'a> {
    fn new(on_event: OnEvent<'a>, total: u64) -> Self {
        Self {
            on_event,
            stopped: AtomicBool::new(false),
            start: Instant::now(),
            total: total.max(1),
            done: AtomicU64::new(0),
            next_report: AtomicU64::new(0),
        }
    }

    fn tell(&self, event: Event) {
        if (self.on_event)(event).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Called before every batch, with the batch's work.
    fn tick(&self, work: u64) -> ControlFlow<()> {
        let done = self.done.fetch_add(work, Ordering::Relaxed);
        let elapsed = self.start.elapsed();
        let now = elapsed.as_millis() as u64;
        let due = self.next_report.load(Ordering::Relaxed);
        let next = now + MILLISECONDS_BETWEEN_REPORTS;
        let ours = || {
            self.next_report
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        };
        if now >= due && ours() {
            let fraction = (done as f64 / self.total as f64).min(1.0);
            let rate = fraction.max(1e-9);
            self.tell(Event::Progress {
                fraction,
                seconds_left: elapsed.as_secs_f64() * (1.0 - fraction) / rate,
            });
        }
        if self.stopped.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

//! Many runs: in parallel, the baseline and then the cheapest first, stoppable at any batch.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use rayon::prelude::*;

use super::data::AdaptationData;
use super::error::FinetuneError;
use super::network::Shape;
use super::record::{Results, RunRecord};
use super::run_key::RunKey;
use super::settings::SweepSettings;
use super::train::{EpochRecord, PretrainedNetwork, Runs, pretrain};

/// Progress is reported at most this often, so that whoever listens is not kept busy.
const MILLISECONDS_BETWEEN_REPORTS: u64 = 100;

/// An event of a sweep while it runs, from any of its threads.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A seed's network knows digits 0–4.
    Pretrained {
        /// The seed.
        seed: u64,
        /// Percent of the test digits 0–4 named rightly.
        accuracy: f64,
    },
    /// Runs that are trained side by side have made another epoch.
    Epoch(Vec<(RunKey, EpochRecord)>),
    /// A run has ended.
    RunDone(RunRecord),
    /// The progress of the whole sweep.
    Progress {
        /// 0 to 1, by the work that is estimated.
        fraction: f64,
        /// The time left at the speed so far.
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
    Ok(sweep_with_networks(data, settings, done, on_event)?.0)
}

/// [`sweep`], with the networks that were pretrained for it: those of the seeds that had a run to be
/// trained.
///
/// # Errors
/// As [`sweep`].
pub fn sweep_with_networks(
    data: &AdaptationData,
    settings: &SweepSettings,
    done: Option<&Results>,
    on_event: OnEvent<'_>,
) -> Result<(Results, Vec<PretrainedNetwork>), FinetuneError> {
    let shape = settings.shape(data.rows, data.cols);
    settings.check(&shape)?;
    let mut results = Results::new(&data.name, (data.rows, data.cols), settings);
    if let Some(done) = done {
        results.take_over(done);
    }
    let mut open: Vec<RunKey> = results.wanted();
    open.retain(|key| results.find(key).is_none());
    // Seed by seed, the baseline first: without it no drop can be drawn.
    open.sort_by_cached_key(|key| (key.seed, key.adapter.is_some(), work_of_run(&shape, key)));
    let mut seeds: Vec<u64> = open.iter().map(|key| key.seed).collect();
    seeds.dedup();

    let runs_work: u64 = open.iter().map(|key| work_of_run(&shape, key)).sum();
    let pretraining = work_of_pretraining(&shape) * settings.pretraining_epochs as u64;
    let work = pretraining * seeds.len() as u64 + runs_work * settings.epochs as u64;
    let meter = Meter::new(on_event, work);
    let pretrained: Vec<Arc<PretrainedNetwork>> = seeds
        .par_iter()
        .with_max_len(1)
        .filter_map(|&seed| for_all_runs(data, settings, seed, &meter))
        .collect();
    for network in &pretrained {
        results.add_pretrained(network.seed, network.accuracy);
    }
    let threads = rayon::current_num_threads();
    let queue = Mutex::new(queue(&open, &pretrained, threads));
    let networks = pretrained.iter().map(|network| network.bare()).collect();
    // From here on a network and its batches are kept by the teams that need them.
    drop(pretrained);
    let ended: Vec<Vec<RunRecord>> = (0..threads)
        .into_par_iter()
        .with_max_len(1)
        .map(|_| train_teams(data, settings, &queue, &meter))
        .collect();
    for record in ended.into_iter().flatten() {
        results.add(record);
    }
    Ok((results, networks))
}

/// A seed's network, with the batches that all its runs see.
fn for_all_runs(
    data: &AdaptationData,
    settings: &SweepSettings,
    seed: u64,
    meter: &Meter<'_>,
) -> Option<Arc<PretrainedNetwork>> {
    let shape = settings.shape(data.rows, data.cols);
    let batches = data
        .pretraining
        .labels
        .len()
        .div_ceil(settings.batch.max(1));
    let tick = || meter.tick(work_of_pretraining(&shape) / batches.max(1) as u64);
    let mut pretrained = pretrain(data, settings, seed, &tick)?;
    pretrained.keep_batches(settings.epochs);
    let accuracy = pretrained.accuracy;
    meter.tell(Event::Pretrained { seed, accuracy });
    Some(Arc::new(pretrained))
}

/// Runs of one adapter and seed, to be trained side by side, and their network, which goes with the
/// last team that needs it.
struct Team {
    keys: Vec<RunKey>,
    pretrained: Arc<PretrainedNetwork>,
}

/// At most so many runs side by side: more would not stay in the processor's cache.
const TEAM: usize = 8;

/// The runs in teams. The last ones go alone, so that no thread is left with much to do.
fn queue(
    open: &[RunKey],
    pretrained: &[Arc<PretrainedNetwork>],
    threads: usize,
) -> std::vec::IntoIter<Team> {
    let of_one = |a: &RunKey, b: &RunKey| (a.adapter, a.seed) == (b.adapter, b.seed);
    let mut teams: Vec<&[RunKey]> = open
        .chunk_by(of_one)
        .flat_map(|all| all.chunks(TEAM))
        .collect();
    let alone = if threads > 1 { 2 * threads } else { 0 };
    let last = teams.split_off(teams.len().saturating_sub(alone));
    teams.extend(last.into_iter().flat_map(|team| team.chunks(1)));
    let team = |keys: &[RunKey]| {
        let pretrained = pretrained.iter().find(|one| one.seed == keys[0].seed)?;
        Some(Team {
            keys: keys.to_vec(),
            pretrained: Arc::clone(pretrained),
        })
    };
    teams
        .into_iter()
        .filter_map(team)
        .collect::<Vec<_>>()
        .into_iter()
}

/// Trains teams until none is left or someone said stop: the runs that have ended.
fn train_teams(
    data: &AdaptationData,
    settings: &SweepSettings,
    queue: &Mutex<std::vec::IntoIter<Team>>,
    meter: &Meter<'_>,
) -> Vec<RunRecord> {
    let shape = settings.shape(data.rows, data.cols);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let mut ended = Vec::new();
    while let Some(Team { keys, pretrained }) = next() {
        let work: u64 = keys.iter().map(|key| work_of_run(&shape, key)).sum();
        let rates: Vec<f64> = keys.iter().map(|key| key.learning_rate).collect();
        let runs = Runs::new(data, &pretrained, keys[0].adapter, &rates);
        let work = work / runs.batches().max(1) as u64;
        match finish(runs, settings.epochs, meter, work) {
            Some(records) => ended.extend(records),
            None => break,
        }
    }
    ended
}

/// Runs to their end, or nothing when they were stopped before.
fn finish(
    mut runs: Runs<'_>,
    epochs: usize,
    meter: &Meter<'_>,
    work: u64,
) -> Option<Vec<RunRecord>> {
    let tick = || meter.tick(work);
    for _ in 0..epochs {
        let epoch = runs.epoch(&tick)?;
        let keys = runs.keys().iter().copied();
        meter.tell(Event::Epoch(keys.zip(epoch).collect()));
    }
    let records = runs.records();
    for &record in &records {
        meter.tell(Event::RunDone(record));
    }
    Some(records)
}

/// Estimated work of an epoch, fitted to the times of the paper's sweep; only its ratios matter.
fn work_of_run(shape: &Shape, key: &RunKey) -> u64 {
    let Some(configuration) = key.adapter else {
        return (IMAGES + 25 * shape.params()) as u64;
    };
    let parts = configuration.part_count();
    let (inner, params) = (configuration.inner(shape), configuration.params(shape));
    (IMAGES + 9_000 * parts + 20 * inner + 16 * params) as u64
}

/// The work of an epoch of pretraining, which is trained alone, from images not yet turned.
fn work_of_pretraining(shape: &Shape) -> u64 {
    (8 * IMAGES + 25 * shape.params()) as u64
}

/// The cost of every run whatever it trains: pixels, classifier, validation.
const IMAGES: usize = 360_000;

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

//! The sweep as the window knows it: asked, under way, paused, kept.

use std::path::PathBuf;
use std::sync::Arc;

use super::gate::{Gate, Pace};
use super::reader::{Read, ReadAnswer, kept_file, read};
use super::trainer::{DataCache, Sweep, Told, work};
use crate::app::state::State;
use crate::app::worker::{Answer, Answers, Pool, Wake, Worker};
use crate::finetune::train::EpochRecord;
use crate::finetune::{
    Event, FrontierPoint, Layout, Results, RunKey, SweepSettings, edge_warning, frontier,
};
use crate::source::Dataset;

/// Which digits, and what is trained on them.
pub type Asked = (Dataset, SweepSettings);

/// How far a sweep is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// 0 to 1, by the work that is estimated.
    pub fraction: f64,
    /// What remains, once that can be said.
    pub seconds_left: Option<f64>,
}

/// The sweep and its results.
pub struct Training {
    wake: Wake,
    folder: Option<PathBuf>,
    gate: Arc<Gate>,
    /// The digits, shared with those who look into runs.
    pub cache: DataCache,
    sweeper: Option<(Worker<Sweep>, Answers<Told>)>,
    reader: Option<(Worker<Read>, Answers<ReadAnswer>)>,
    /// What the results are of.
    asked: Option<Asked>,
    results: Option<Results>,
    frontiers: Vec<(Layout, Vec<FrontierPoint>)>,
    /// The epochs of every run trained here, the latest last.
    histories: Vec<(RunKey, Vec<EpochRecord>)>,
    progress: Option<Progress>,
    opened: Option<Box<Results>>,
}

impl Training {
    /// Sweeps that are kept in `folder`, if there is one.
    pub fn new(folder: Option<PathBuf>, wake: Wake) -> Self {
        Self {
            wake,
            folder,
            gate: Arc::default(),
            cache: DataCache::default(),
            sweeper: None,
            reader: None,
            asked: None,
            results: None,
            frontiers: Vec::new(),
            histories: Vec::new(),
            progress: None,
            opened: None,
        }
    }

    /// The results in view.
    pub fn results(&self) -> Option<&Results> {
        self.results.as_ref()
    }

    /// What the results are of.
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_ref()
    }

    /// The best of each layout at each parameter count.
    pub fn frontiers(&self) -> &[(Layout, Vec<FrontierPoint>)] {
        &self.frontiers
    }

    /// The epochs of a run that was trained here.
    pub fn history(&self, key: &RunKey) -> Option<&[EpochRecord]> {
        let (_, history) = self.histories.iter().find(|(known, _)| known == key)?;
        Some(history)
    }

    /// The runs under way, the latest last.
    pub fn live(&self) -> impl Iterator<Item = &RunKey> {
        let ended = |key: &RunKey| {
            let results = self.results.as_ref();
            results.is_some_and(|results| results.find(key).is_some())
        };
        let keys = self.histories.iter().map(|(key, _)| key);
        keys.filter(move |key| !ended(key))
    }

    /// The run whose epoch came last.
    pub fn latest(&self) -> Option<&RunKey> {
        self.histories.last().map(|(key, _)| key)
    }

    /// How far the sweep under way is.
    pub fn progress(&self) -> Option<Progress> {
        self.progress
    }

    /// Whether a sweep is under way, paused or not.
    pub fn under_way(&self) -> bool {
        self.sweeper
            .as_ref()
            .is_some_and(|(worker, _)| worker.busy())
    }

    /// Whether the sweep under way waits for the user.
    pub fn paused(&self) -> bool {
        self.under_way() && self.gate.pace() == Pace::Paused
    }

    /// Whether an answer will come without the user.
    pub fn busy(&self) -> bool {
        let reading = self.reader.as_ref();
        self.under_way() && !self.paused() || reading.is_some_and(|(worker, _)| worker.busy())
    }

    /// Trains what is missing, or lets the sweep under way go on.
    pub fn run(&mut self, pace: Pace) {
        self.gate.set(pace);
        if self.under_way() {
            return;
        }
        let Some((dataset, settings)) = self.asked.clone() else {
            return;
        };
        let request = Sweep {
            file: self.file(),
            done: self.results.clone(),
            dataset,
            settings,
        };
        let (gate, cache, pool) = (Arc::clone(&self.gate), self.cache.clone(), Pool::default());
        let (worker, _) = self.sweeper.get_or_insert_with(|| {
            Worker::spawn("sweep", Arc::clone(&self.wake), move |request, reply| {
                work(&request, reply, &cache, &gate, &pool);
            })
        });
        worker.ask(request);
        self.progress = Some(Progress::default());
    }

    /// Waits after the batch under way.
    pub fn pause(&mut self) {
        if self.under_way() {
            self.gate.set(Pace::Paused);
        }
    }

    /// Stops; what has ended is kept.
    pub fn stop(&mut self) {
        if let Some((worker, _)) = &mut self.sweeper {
            worker.cancel();
        }
        // Threads that wait at the gate must come to see it.
        self.gate.set(Pace::Running);
        self.progress = None;
        let ended = |key: &RunKey| {
            let results = self.results.as_ref();
            results.is_some_and(|results| results.find(key).is_some())
        };
        self.histories.retain(|(key, _)| ended(key));
    }

    /// Begins anew: the results are put aside, in a file that is kept.
    pub fn reset(&mut self, state: &mut State) {
        self.stop();
        if let Some(file) = self.file().filter(|file| file.exists()) {
            let aside = file.with_extension("previous.json");
            match std::fs::rename(&file, &aside) {
                Ok(()) => state.done(format!("the results are put aside: {}", aside.display())),
                Err(error) => {
                    state.fail(format!(
                        "{} cannot be put aside ({error}), free the file and reset again",
                        file.display()
                    ));
                    return;
                }
            }
        }
        self.show(None);
    }

    fn file(&self) -> Option<PathBuf> {
        let (dataset, settings) = self.asked.as_ref()?;
        Some(kept_file(self.folder.as_ref()?, dataset, settings))
    }

    /// Shows what is kept of another sweep.
    pub fn ask_for(&mut self, asked: Asked) {
        if self.asked.as_ref() == Some(&asked) || self.under_way() {
            return;
        }
        let opened = self.opened.take().filter(|one| one.settings == asked.1);
        self.asked = Some(asked);
        let known = opened.is_some();
        self.show(opened.map(|results| *results));
        if let Some(path) = self.file().filter(|_| !known) {
            self.read(Read { path, asked: false });
        }
    }

    /// Reads the file that the user chose.
    pub fn open(&mut self, path: PathBuf) {
        self.read(Read { path, asked: true });
    }

    fn read(&mut self, request: Read) {
        let (worker, _) = self.reader.get_or_insert_with(|| {
            Worker::spawn("results", Arc::clone(&self.wake), |request, reply| {
                read(&request, reply);
            })
        });
        worker.ask(request);
    }

    fn show(&mut self, results: Option<Results>) {
        self.results = results;
        self.histories.clear();
        self.sort();
    }

    fn sort(&mut self) {
        self.frontiers = self.results.as_ref().map_or_else(Vec::new, |results| {
            Layout::ALL
                .into_iter()
                .map(|layout| (layout, frontier(results, layout)))
                .filter(|(_, points)| !points.is_empty())
                .collect()
        });
    }

    /// Takes what the workers sent. Results that the user opened come back with their settings,
    /// which the next [`ask_for`](Self::ask_for) should name.
    pub fn receive(&mut self, state: &mut State) -> Option<Results> {
        let told = self.sweeper.as_mut();
        let told = told.map_or_else(Vec::new, |(worker, answers)| worker.receive(answers));
        let mut changed = false;
        for answer in told {
            match answer {
                Answer::Given(told) => changed |= self.take(told, state),
                Answer::Failed(why) => {
                    self.progress = None;
                    state.fail(why);
                }
                Answer::Finished => {}
            }
        }
        if changed {
            self.sort();
        }
        let read = self.reader.as_mut();
        let read = read.map_or_else(Vec::new, |(worker, answers)| worker.receive(answers));
        let mut opened = None;
        for answer in read {
            match answer {
                Answer::Given(ReadAnswer::Kept(results)) => self.show(Some(*results)),
                Answer::Given(ReadAnswer::Opened(results)) => opened = Some(results),
                Answer::Given(ReadAnswer::Failed(why)) | Answer::Failed(why) => state.fail(why),
                Answer::Finished => {}
            }
        }
        self.opened.clone_from(&opened);
        if opened.is_some() {
            // The same settings may have been in view with other runs.
            self.asked = None;
        }
        opened.map(|results| *results)
    }

    /// Whether the points have changed.
    fn take(&mut self, told: Told, state: &mut State) -> bool {
        match told {
            Told::Begun(results) => self.results = Some(results),
            Told::Event(event) => return self.hear(&event),
            Told::Unsaved(why) => {
                state.warn(why);
                return false;
            }
            Told::Ended(results) => {
                self.progress = None;
                state.done(ended(&results));
                self.results = Some(results);
            }
            Told::Failed(why) => {
                self.progress = None;
                state.fail(why);
                return false;
            }
        }
        true
    }

    fn hear(&mut self, event: &Event) -> bool {
        match *event {
            Event::Progress {
                fraction,
                seconds_left,
            } => {
                self.progress = Some(Progress {
                    fraction,
                    seconds_left: Some(seconds_left),
                });
                false
            }
            Event::Pretrained { seed, accuracy } => {
                if let Some(results) = &mut self.results {
                    results.add_pretrained(seed, accuracy);
                }
                false
            }
            Event::Epoch(ref runs) => {
                for &(run, epoch) in runs {
                    let known = self.histories.iter().position(|(key, _)| *key == run);
                    let (_, mut history) = known
                        .map_or_else(|| (run, Vec::new()), |place| self.histories.remove(place));
                    history.push(epoch);
                    self.histories.push((run, history));
                }
                false
            }
            Event::RunDone(run) => {
                if let Some(results) = &mut self.results {
                    results.add(run);
                }
                true
            }
        }
    }
}

fn ended(results: &Results) -> String {
    let runs = results.all_runs().count();
    let seconds: f64 = results.all_runs().map(|run| run.seconds).sum();
    let warning = edge_warning(results).map_or_else(String::new, |text| format!("; {text}"));
    format!("{runs} runs, {seconds:.1} s of training{warning}")
}

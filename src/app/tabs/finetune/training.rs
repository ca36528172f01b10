//! The sweep as the window knows it: asked, under way, paused, kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::action::TAB;
use super::archive::{Reset, Shelf};
use super::asked::SweepRequest;
use super::gate::{Gate, Pace};
use super::keeper::FileState;
use super::reader::{ReadAnswer, ReadRequest, kept_file, read};
use super::trainer::{DataCache, Sweep, SweepMessage, work};
use crate::app::service::Service;
use crate::app::state::{Act, State};
use crate::app::worker::{Pool, Wake};
use crate::figure::label;
use crate::finetune::train::EpochRecord;
use crate::finetune::{Event, FrontierPoint, Layout, Results, RunKey, edge_warning, frontier};

/// The progress of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SweepProgress {
    /// 0 to 1, by the work that is estimated.
    pub fraction: f64,
    /// The time left, once it is known.
    pub seconds_left: Option<f64>,
}

/// The sweep and its results.
pub struct Training {
    wake: Wake,
    folder: Option<PathBuf>,
    gate: Arc<Gate>,
    /// The digits, shared with those who look into runs.
    pub cache: DataCache,
    sweeper: Service<Sweep, SweepMessage>,
    reader: Service<ReadRequest, ReadAnswer>,
    /// The sweep that the results are of.
    asked: Option<SweepRequest>,
    results: Option<Results>,
    /// The results for other tabs, as they were when a run was added last.
    shared: Option<Arc<Results>>,
    /// The number of runs that they ask for.
    wanted: usize,
    /// Results that were in view before: their runs are not trained again.
    shelf: Shelf,
    /// The last *Reset*, until it is undone.
    last_reset: Option<Reset>,
    /// Whether the next sweep takes over nothing.
    anew: bool,
    /// Why the runs are not kept, while they are not.
    unsaved: Option<String>,
    frontiers: Vec<(Layout, Vec<FrontierPoint>)>,
    /// The epochs of every run trained here, the latest last.
    histories: Vec<(RunKey, Vec<EpochRecord>)>,
    progress: Option<SweepProgress>,
    opened: Option<Box<Results>>,
}

impl Training {
    /// Sweeps that are kept in `folder`, if there is one.
    pub fn new(folder: Option<PathBuf>, wake: Wake) -> Self {
        let cache = DataCache::default();
        let gate: Arc<Gate> = Arc::default();
        let (digits, waits) = (cache.clone(), Arc::clone(&gate));
        let mut pool = None;
        let sweeper = Service::new("sweep", move |request, reply| {
            let pool = pool.get_or_insert_with(Pool::default);
            work(&request, reply, &digits, &waits, pool);
        });
        Self {
            wake,
            folder,
            gate,
            cache,
            sweeper,
            reader: Service::new("results", read),
            asked: None,
            results: None,
            shared: None,
            wanted: 0,
            shelf: Shelf::default(),
            last_reset: None,
            anew: false,
            unsaved: None,
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

    /// The results in view as all tabs may have them.
    pub fn shared(&self) -> Option<Arc<Results>> {
        self.shared.clone()
    }

    /// The number of runs that the results in view ask for.
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// The version that made the results in view, if it is not this one: its runs and ours must not
    /// be mixed.
    pub fn outdated(&self) -> Option<&str> {
        let results = self.results.as_ref()?;
        (!results.is_current()).then_some(results.version.as_str())
    }

    /// The folder of sweeps, if there is a place for them.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Why the runs in view are not kept, while they are not.
    pub fn unsaved(&self) -> Option<&str> {
        self.unsaved.as_deref()
    }

    /// Whether the last *Reset* was of this sweep and can be undone.
    pub fn can_undo_reset(&self) -> bool {
        let reset = self.last_reset.as_ref();
        !self.under_way() && reset.is_some_and(|reset| reset.is_of(self.asked.as_ref()))
    }

    /// The sweep that the results are of.
    pub fn asked(&self) -> Option<&SweepRequest> {
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

    /// The progress of the sweep under way.
    pub fn progress(&self) -> Option<SweepProgress> {
        self.progress
    }

    /// Whether a sweep is under way, paused or not.
    pub fn under_way(&self) -> bool {
        self.sweeper.busy()
    }

    /// Whether the sweep under way waits for the user.
    pub fn paused(&self) -> bool {
        self.under_way() && self.gate.pace() == Pace::Paused
    }

    /// Whether an answer will come without the user.
    pub fn busy(&self) -> bool {
        self.under_way() && !self.paused() || self.reader.busy()
    }

    /// Trains what is missing, or lets the sweep under way go on.
    pub fn run(&mut self, pace: Pace, state: &mut State) {
        if self.under_way() {
            return self.gate.set(pace);
        }
        if self.outdated().is_some() {
            return state.fail(
                "these runs are of another version of this program and cannot be continued; press \
                 Start over, which keeps them",
            );
        }
        let Some((dataset, settings)) = self.asked.clone() else {
            return;
        };
        self.gate.set(pace);
        // What was said of the sweep before is not true of this one.
        state.notices.settle(TAB, Act::Other);
        let request = Sweep {
            folder: self.folder.clone(),
            done: self.results.clone(),
            dataset,
            settings,
            anew: std::mem::take(&mut self.anew),
        };
        self.sweeper.ask(request, &self.wake);
        self.progress = Some(SweepProgress::default());
    }

    /// Waits after the batch under way.
    pub fn pause(&mut self) {
        if self.under_way() {
            self.gate.set(Pace::Paused);
        }
    }

    /// Stops; what has ended is kept.
    pub fn stop(&mut self) {
        self.sweeper.cancel();
        // Threads that wait at the gate must come to see it.
        self.gate.set(Pace::Running);
        self.progress = None;
        let ended = |key: &RunKey| {
            let results = self.results.as_ref();
            results.is_some_and(|results| results.find(key).is_some())
        };
        self.histories.retain(|(key, _)| ended(key));
    }

    /// Leaves results of another version, which are kept, and trains all again.
    pub fn start_over(&mut self, state: &mut State) {
        self.show(None);
        self.run(Pace::Running, state);
    }

    /// Begins anew: the results are put aside, in a file that is kept, and can be had back.
    pub fn reset(&mut self, state: &mut State) {
        self.stop();
        let Some(asked) = self.asked.clone() else {
            return;
        };
        match Reset::new(asked.clone(), self.results.clone(), self.file()) {
            Ok(reset) => {
                state.done(reset.sentence());
                self.last_reset = Some(reset);
            }
            Err(why) => return state.fail(why),
        }
        self.shelf.forget(&asked);
        self.anew = true;
        self.unsaved = None;
        self.show(None);
    }

    /// Brings the results before the last *Reset* back, beside what was trained since.
    pub fn undo_reset(&mut self, state: &mut State) {
        if !self.can_undo_reset() {
            return;
        }
        let Some(reset) = self.last_reset.take() else {
            return;
        };
        match reset.undo(self.results.as_ref()) {
            Ok(results) => {
                self.anew = false;
                self.show(results);
                state.done("results restored");
            }
            Err((reset, why)) => {
                self.last_reset = Some(*reset);
                state.fail(why);
            }
        }
    }

    fn file(&self) -> Option<PathBuf> {
        let (dataset, settings) = self.asked.as_ref()?;
        Some(kept_file(self.folder.as_ref()?, dataset, settings))
    }

    /// Shows what is known and kept of another sweep: runs that it shares with those before too.
    pub fn ask_for(&mut self, asked: SweepRequest) {
        if self.asked.as_ref() == Some(&asked) || self.under_way() {
            return;
        }
        if let (Some(asked), Some(results)) = (self.asked.take(), self.results.take()) {
            self.shelf.put(asked, results);
        }
        let opened = self.opened.take().filter(|one| one.settings == asked.1);
        let known = opened.map(|results| *results);
        let looked_for = known.is_none();
        let known = known.or_else(|| self.shelf.runs_of(&asked));
        self.anew = false;
        self.unsaved = None;
        self.show(known);
        if let Some(folder) = self.folder.clone().filter(|_| looked_for) {
            let kept = ReadRequest::Kept(folder, asked.clone());
            self.reader.ask(kept, &self.wake);
        }
        self.asked = Some(asked);
    }

    /// Reads the file that the user chose.
    pub fn open(&mut self, path: PathBuf) {
        self.reader.ask(ReadRequest::Opened(path), &self.wake);
    }

    /// Shows what is kept of the sweep in view, with the runs that are known already.
    fn show_kept(&mut self, asked: &SweepRequest, mut kept: Results) {
        if self.asked.as_ref() != Some(asked) || self.under_way() || self.anew {
            return;
        }
        if let Some(known) = &self.results {
            if !known.shares_runs(&kept.settings, &kept.dataset) || !kept.is_current() {
                return;
            }
            kept.take_over(known);
        }
        self.show(Some(kept));
    }

    fn show(&mut self, results: Option<Results>) {
        self.results = results;
        self.histories.clear();
        self.sort();
    }

    fn sort(&mut self) {
        self.wanted = self.results.as_ref().map_or(0, Results::run_count);
        self.shared = self.results.clone().map(Arc::new);
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
        let mut changed = false;
        for answer in self.sweeper.receive() {
            let told = answer.unwrap_or_else(SweepMessage::Failed);
            changed |= self.take(told, state);
        }
        if changed {
            self.sort();
        }
        let mut opened = None;
        for answer in self.reader.receive() {
            match answer {
                Ok(ReadAnswer::Kept(asked, results)) => self.show_kept(&asked, *results),
                Ok(ReadAnswer::Opened(results)) => opened = Some(results),
                Ok(ReadAnswer::Failed(why)) | Err(why) => state.fail(why),
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
    fn take(&mut self, told: SweepMessage, state: &mut State) -> bool {
        match told {
            SweepMessage::Begun(results) => self.results = Some(results),
            SweepMessage::Event(event) => return self.hear(&event),
            SweepMessage::Keeping(keeping) => {
                self.hear_of_file(keeping, state);
                return false;
            }
            SweepMessage::Ended(results) => {
                self.progress = None;
                state.done(ended(&results));
                self.results = Some(results);
            }
            SweepMessage::Failed(why) => {
                self.progress = None;
                state.fail(why);
                return false;
            }
        }
        true
    }

    fn hear_of_file(&mut self, keeping: FileState, state: &mut State) {
        match keeping {
            // The warning is dealt with once the file can be written.
            FileState::Kept => {
                if let Some(why) = self.unsaved.take() {
                    state.notices.dismiss(&why);
                }
            }
            FileState::Unsaved(why) => {
                state.warn(why.clone());
                self.unsaved = Some(why);
            }
            FileState::SetAside(path) => state.done(format!(
                "the file that stood there is kept as {}",
                path.display()
            )),
        }
    }

    fn hear(&mut self, event: &Event) -> bool {
        match *event {
            Event::Progress {
                fraction,
                seconds_left,
            } => {
                self.progress = Some(SweepProgress {
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
    format!(
        "{runs} runs, {} of training{warning}",
        label::seconds(seconds)
    )
}

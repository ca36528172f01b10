//! The scan of the open model: the worker that measures layer by layer, and what it found.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::keeper::ScanKeeper;
use crate::analysis::{ResumeReview, Scan, ScanProgress, ScanSettings, ScanTargets};
use crate::app::service::Service;
use crate::app::state::State;
use crate::app::worker::{Pool, Reply, Wake};
use crate::source::Limits;

/// A scan that is asked for.
struct ScanRequest {
    settings: ScanSettings,
    patterns: Vec<String>,
    /// Results that it goes on from, where they have the same settings.
    known: Option<Arc<Scan>>,
    /// Told by *Stop*; what was measured until then is kept, so the answer is still wanted.
    stop: Arc<AtomicBool>,
    /// Told by *Clear*: nothing of it is kept from then on.
    forgotten: Arc<AtomicBool>,
    /// The folder of the file that keeps it.
    folder: Option<PathBuf>,
    /// Whether what that file holds is measured again.
    anew: bool,
}

/// Results of a scan.
#[derive(Clone)]
struct Found {
    /// The layers that were asked for.
    asked: Arc<Scan>,
    /// All that are known, from which the next run goes on.
    all: Arc<Scan>,
}

impl Found {
    fn new(all: &Scan, targets: &ScanTargets) -> Self {
        Self {
            asked: Arc::new(all.asked(targets)),
            all: Arc::new(all.clone()),
        }
    }
}

/// A message of the worker.
enum ScanMessage {
    /// What there is so far, and how far that is.
    At(Found, ScanAdvance),
    /// All of it, or what there was when it was stopped, and why it ended early.
    Ended(Option<Found>, Option<String>),
    /// The file that keeps it, or why there is none.
    Kept(Result<PathBuf, String>),
    /// How much of what was known is compared with the model.
    Compared(ScanProgress),
    /// What was known and is not kept, and why.
    Reviewed(ResumeReview),
}

/// How far a scan is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanAdvance {
    /// Layers that are measured.
    pub done: usize,
    /// Layers that are wanted.
    pub of: usize,
    /// Work and time; nothing before the first layer.
    pub progress: Option<ScanProgress>,
}

/// The worker and its results.
pub struct Scanning {
    service: Service<ScanRequest, ScanMessage>,
    stop: Arc<AtomicBool>,
    forgotten: Arc<AtomicBool>,
    folder: Option<PathBuf>,
    anew: bool,
    found: Option<Found>,
    /// The file that keeps all that is known.
    kept: Option<PathBuf>,
    advance: Option<ScanAdvance>,
    compared: Option<ScanProgress>,
    failure: Option<String>,
    /// Warnings of the scan under way, which are over when it has measured everything, and what is said then.
    passing: Vec<[String; 2]>,
}

impl Scanning {
    /// Nothing is measured; scans are kept in `folder`, if there is one.
    pub fn new(folder: Option<PathBuf>) -> Self {
        let pool = Pool::default();
        Self {
            service: Service::new("scan", move |request, reply| work(&pool, request, reply)),
            stop: Arc::default(),
            forgotten: Arc::default(),
            folder,
            anew: false,
            found: None,
            kept: None,
            advance: None,
            compared: None,
            failure: None,
            passing: Vec::new(),
        }
    }

    /// The results so far.
    pub fn found(&self) -> Option<&Arc<Scan>> {
        self.found.as_ref().map(|found| &found.asked)
    }

    /// The file that keeps these results and no others.
    pub fn kept(&self) -> Option<&Path> {
        let found = self.found.as_ref().filter(|_| !self.busy())?;
        let whole = found.asked.layers.len() == found.all.layers.len();
        self.kept.as_deref().filter(|_| whole)
    }

    /// Takes results that a file held.
    pub fn take(&mut self, scan: Scan) {
        self.leave();
        let scan = Arc::new(scan);
        self.found = Some(Found {
            asked: Arc::clone(&scan),
            all: scan,
        });
    }

    /// Forgets all results; the next run measures everything.
    pub fn clear(&mut self) {
        self.leave();
        self.forgotten.store(true, Ordering::Relaxed);
        self.anew = true;
    }

    fn leave(&mut self) {
        self.service.cancel();
        self.stop.store(true, Ordering::Relaxed);
        (self.found, self.advance, self.failure) = (None, None, None);
        self.kept = None;
    }

    /// How far the scan under way is.
    pub fn advance(&self) -> Option<ScanAdvance> {
        self.advance.filter(|_| self.busy())
    }

    /// How much of what was known is compared with the model, before anything is measured.
    pub fn compared(&self) -> Option<ScanProgress> {
        self.compared.filter(|_| self.busy())
    }

    /// Layers that are measured and that are wanted, where a scan is under way or was stopped.
    pub fn unfinished(&self) -> Option<(usize, usize)> {
        let advance = self.advance.filter(|advance| advance.done < advance.of)?;
        Some((advance.done, advance.of))
    }

    /// Why the last one ended early.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Whether layers are being measured.
    pub fn busy(&self) -> bool {
        self.service.busy()
    }

    /// Whether it was told to stop and has not yet.
    pub fn stopping(&self) -> bool {
        self.busy() && self.stop.load(Ordering::Relaxed)
    }

    /// Measures the layers that are not known yet at these settings.
    pub fn run(&mut self, settings: ScanSettings, patterns: Vec<String>, wake: &Wake) {
        (self.stop, self.forgotten) = (Arc::default(), Arc::default());
        (self.failure, self.advance, self.compared) = (None, None, None);
        self.kept = None;
        let request = ScanRequest {
            settings,
            patterns,
            known: self.found.as_ref().map(|found| Arc::clone(&found.all)),
            stop: Arc::clone(&self.stop),
            forgotten: Arc::clone(&self.forgotten),
            folder: self.folder.clone(),
            anew: std::mem::take(&mut self.anew),
        };
        self.service.ask(request, wake);
    }

    /// Stops; what is measured is kept.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What was still to be done when it was warned of is done.
    fn pass(&mut self, state: &mut State) {
        let mut done = Vec::new();
        for [before, after] in self.passing.drain(..) {
            state.notices.dismiss(&before);
            done.push(after);
        }
        if !done.is_empty() {
            state.done(done.join("; "));
        }
    }

    /// Takes what the worker sent; whether there are other results now. The file that keeps them is
    /// remembered.
    pub fn receive(&mut self, state: &mut State) -> bool {
        let mut changed = false;
        for message in self.service.receive() {
            match message {
                Ok(ScanMessage::At(found, advance)) => {
                    (self.found, self.advance) = (Some(found), Some(advance));
                    self.compared = None;
                    changed = true;
                }
                Ok(ScanMessage::Ended(found, failure)) => {
                    changed |= found.is_some();
                    if let (Some(found), Some(advance)) = (&found, &mut self.advance) {
                        advance.done = found.asked.layers.len().min(advance.of);
                    }
                    self.found = found.or(self.found.take());
                    self.failure = failure;
                    if self.unfinished().is_none() {
                        self.pass(state);
                    }
                }
                Ok(ScanMessage::Kept(Ok(path))) => {
                    self.kept = Some(path.clone());
                    state.preferences.scan = Some(path);
                }
                Ok(ScanMessage::Kept(Err(why))) => state.warn(format!(
                    "this scan is not kept ({why}); save it before you close the window"
                )),
                Ok(ScanMessage::Compared(progress)) => self.compared = Some(progress),
                Ok(ScanMessage::Reviewed(review)) => {
                    self.passing.extend(review.passing_notes());
                    review.notes().into_iter().for_each(|note| state.warn(note));
                }
                Err(why) => self.failure = Some(why),
            }
        }
        changed
    }
}

/// Results are sent so often at most: each is a copy of all that there is.
const OFTEN: Duration = Duration::from_millis(300);

fn work(pool: &Pool, request: ScanRequest, reply: &Reply<'_, ScanMessage>) {
    let ended = |scan, why| reply.send(ScanMessage::Ended(scan, why));
    let targets = match wanted(&request) {
        Ok(targets) => targets,
        Err(why) => return ended(None, Some(why)),
    };
    let fresh = Scan::new(&request.settings, &targets);
    let known = request.known.filter(|known| known.same_settings(&fresh));
    let mut keeper = ScanKeeper::new(request.folder.as_deref(), &request.settings);
    let kept = keeper.read(&fresh).filter(|_| !request.anew);
    let limits = Limits::default();
    let keep_going = || match request.stop.load(Ordering::Relaxed) {
        true => ControlFlow::Break(()),
        false => reply.keep_going(),
    };
    let mut scan = fresh;
    let known = known.map(|known| known.as_ref().clone());
    let mut on_compared = telling(reply);
    for one in known.into_iter().chain(kept) {
        match pool.run(|| scan.resume(one, &targets, &limits, &keep_going, &mut on_compared)) {
            Ok(review) => reply.send(ScanMessage::Reviewed(review)),
            // Stopped; what was known is known still.
            Err(_) => return ended(None, None),
        }
    }
    let mut keep = |scan: &Scan, at_the_end: bool| {
        if request.forgotten.load(Ordering::Relaxed) {
            return;
        }
        if let Some(told) = keeper.keep(scan, at_the_end).transpose() {
            reply.send(ScanMessage::Kept(told));
        }
    };
    let mut advance = ScanAdvance {
        done: scan.done(&targets),
        of: targets.targets.len(),
        progress: None,
    };
    reply.send(ScanMessage::At(Found::new(&scan, &targets), advance));
    let mut sent = Instant::now();
    let mut on_layer = |scan: &Scan, progress: ScanProgress| {
        advance.done += 1;
        advance.progress = Some(progress);
        keep(scan, false);
        if sent.elapsed() >= OFTEN {
            sent = Instant::now();
            reply.send(ScanMessage::At(Found::new(scan, &targets), advance));
        }
        keep_going()
    };
    let result = pool.run(|| scan.go_on(&targets, &limits, &keep_going, &mut on_layer));
    keep(&scan, true);
    let failure = result.err().filter(|error| !error.is_stop());
    let found = Found::new(&scan, &targets);
    ended(Some(found), failure.map(|error| error.to_string()));
}

/// Tells how much is compared, now and then.
fn telling(reply: &Reply<'_, ScanMessage>) -> impl FnMut(ScanProgress) {
    let mut told = Instant::now();
    move |progress| {
        if told.elapsed() >= OFTEN {
            told = Instant::now();
            reply.send(ScanMessage::Compared(progress));
        }
    }
}

/// What a request asks for.
fn wanted(request: &ScanRequest) -> Result<ScanTargets, String> {
    let targets = ScanTargets::new(&request.settings, &request.patterns);
    let targets = targets.map_err(|error| error.to_string())?;
    targets.ensure_some(&request.patterns)?;
    Ok(targets)
}

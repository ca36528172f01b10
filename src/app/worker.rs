//! Long work off the window's thread: the newest request wins, answers carry their generation.

use std::any::Any;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use eframe::egui;

use crate::process::threads;

/// Wakes the window after an answer; a test may pass one that does nothing.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Wakes the window that draws by `ctx`.
pub fn wake_by(ctx: &egui::Context) -> Wake {
    let ctx = ctx.clone();
    Arc::new(move || ctx.request_repaint())
}

const NO_THREAD: &str = "the system starts no more threads for this program; close other programs \
                         or raise its limit, then start it again";

/// The answer to a request.
#[derive(Debug)]
pub enum Answer<A> {
    /// One answer; there may be several for a request.
    Given(A),
    /// The request is finished, answered or not.
    Finished,
    /// The work panicked; the worker lives on.
    Failed(String),
}

/// A thread that works on one request at a time. A new request replaces the one that waits, and
/// the one under way can see that it is no longer wanted.
pub struct Worker<Q> {
    shared: Arc<SharedRequest<Q>>,
    /// Without a thread nothing would ever answer: every request is told so instead.
    started: bool,
    asked: u64,
    finished: u64,
    /// Up to here answers are no longer wanted.
    dropped: u64,
}

struct SharedRequest<Q> {
    waiting: Mutex<Option<(u64, Q)>>,
    arrived: Condvar,
    newest: AtomicU64,
    closed: AtomicBool,
}

/// The channel for the answers of the work, which also tells whether it is still wanted.
pub struct Reply<'a, A> {
    generation: u64,
    newest: &'a AtomicU64,
    closed: &'a AtomicBool,
    sender: &'a Sender<(u64, Answer<A>)>,
    wake: &'a Wake,
}

impl<A> Reply<'_, A> {
    /// Sends one answer and wakes the window.
    pub fn send(&self, answer: A) {
        // A closed window has nobody to tell.
        let _ = self.sender.send((self.generation, Answer::Given(answer)));
        (self.wake)();
    }

    /// Stop once a newer request waits, the work was cancelled or the window is gone.
    pub fn keep_going(&self) -> ControlFlow<()> {
        let newest = self.newest.load(Ordering::Relaxed) == self.generation;
        if newest && !self.closed.load(Ordering::Relaxed) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// The answers of a worker, as the window receives them.
pub struct Answers<A> {
    receiver: Receiver<(u64, Answer<A>)>,
}

impl<Q: Send + 'static> Worker<Q> {
    /// Starts a thread called `name` that runs `job` for each request.
    pub fn spawn<A: Send + 'static>(
        name: &str,
        wake: Wake,
        mut job: impl FnMut(Q, &Reply<'_, A>) + Send + 'static,
    ) -> (Self, Answers<A>) {
        let shared = Arc::new(SharedRequest {
            waiting: Mutex::new(None),
            arrived: Condvar::new(),
            newest: AtomicU64::new(0),
            closed: AtomicBool::new(false),
        });
        let (sender, receiver) = channel();
        let seen = Arc::clone(&shared);
        let spawned = thread::Builder::new().name(name.to_owned()).spawn(move || {
            while let Some((generation, request)) = seen.next() {
                let reply = Reply {
                    generation,
                    newest: &seen.newest,
                    closed: &seen.closed,
                    sender: &sender,
                    wake: &wake,
                };
                let ended = match catch_unwind(AssertUnwindSafe(|| job(request, &reply))) {
                    Ok(()) => Answer::Finished,
                    Err(payload) => Answer::Failed(panic_text(payload.as_ref())),
                };
                let _ = sender.send((generation, ended));
                wake();
            }
        });
        let worker = Self {
            shared,
            started: spawned.is_ok(),
            asked: 0,
            finished: 0,
            dropped: 0,
        };
        (worker, Answers { receiver })
    }

    /// Asks; a request that still waits is forgotten. Returns the request's generation.
    pub fn ask(&mut self, request: Q) -> u64 {
        self.asked += 1;
        self.shared.newest.store(self.asked, Ordering::Relaxed);
        *self.shared.lock() = Some((self.asked, request));
        self.shared.arrived.notify_one();
        self.asked
    }

    /// Forgets the waiting request and tells the one under way to stop.
    pub fn cancel(&mut self) {
        self.asked += 1;
        self.shared.newest.store(self.asked, Ordering::Relaxed);
        *self.shared.lock() = None;
        self.finished = self.asked;
        self.dropped = self.asked;
    }

    /// Whether an answer is still to come.
    pub fn busy(&self) -> bool {
        self.finished < self.asked
    }

    /// The answers that came since the last call, oldest first. An answer to a request that was
    /// cancelled since is dropped; one that was only overtaken is the newest there is, and given.
    pub fn receive<A>(&mut self, answers: &Answers<A>) -> Vec<Answer<A>> {
        let mut received = Vec::new();
        if !self.started && self.busy() {
            self.finished = self.asked;
            received.push(Answer::Failed(NO_THREAD.to_owned()));
        }
        while let Ok((generation, answer)) = answers.receiver.try_recv() {
            if generation <= self.dropped {
                continue;
            }
            if !matches!(answer, Answer::Given(_)) {
                self.finished = self.finished.max(generation);
            }
            if !matches!(answer, Answer::Finished) {
                received.push(answer);
            }
        }
        received
    }
}

impl<Q> SharedRequest<Q> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(u64, Q)>> {
        // The slot is only ever replaced whole, so a poisoned one is as good as any.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<(u64, Q)> {
        let mut waiting = self.lock();
        loop {
            if self.closed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(request) = waiting.take() {
                return Some(request);
            }
            waiting = self
                .arrived
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<Q> Drop for Worker<Q> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // Taking the lock makes sure that the thread either saw the flag or is waiting.
        drop(self.shared.lock());
        self.shared.arrived.notify_all();
    }
}

/// Threads for work that lasts: the shared ones stay free for what the window draws.
pub struct Pool(Option<rayon::ThreadPool>);

impl Default for Pool {
    fn default() -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads::count())
            .thread_name(|index| format!("train {index}"));
        // Without threads of their own the work runs on the shared ones.
        Self(pool.build().ok())
    }
}

impl Pool {
    /// Runs `work` with its parallel loops on these threads.
    pub fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let said = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    format!("the computation failed unexpectedly ({said}), please report it with the settings")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn wait<Q: Send + 'static, A>(worker: &mut Worker<Q>, answers: &Answers<A>) -> Vec<Answer<A>> {
        let mut all = Vec::new();
        let start = Instant::now();
        while worker.busy() && start.elapsed() < Duration::from_secs(20) {
            all.extend(worker.receive(answers));
            if all.iter().any(|a| matches!(a, Answer::Failed(_))) {
                break;
            }
            thread::yield_now();
        }
        all
    }

    #[test]
    fn the_newest_request_is_answered_and_waiting_ones_are_replaced() {
        let (gate, open) = channel::<()>();
        let (begun, first) = channel::<()>();
        let (mut worker, answers) = Worker::spawn("test", Arc::new(|| ()), move |q: u32, reply| {
            if q == 0 {
                begun.send(()).expect("the test waits");
                open.recv().expect("the test opens");
            }
            reply.send(q);
        });
        worker.ask(0);
        first.recv().expect("the worker begins");
        for q in 1..100 {
            worker.ask(q);
        }
        gate.send(()).expect("the worker waits");
        let got: Vec<u32> = wait(&mut worker, &answers)
            .into_iter()
            .filter_map(|a| match a {
                Answer::Given(q) => Some(q),
                _ => None,
            })
            .collect();
        // A late answer is better than none until the next one comes.
        assert_eq!(got, [0, 99]);
    }

    #[test]
    fn a_panic_is_told_and_the_next_request_works() {
        let (mut worker, answers) = Worker::spawn("test", Arc::new(|| ()), |q: u32, reply| {
            assert!(q != 1, "one is refused");
            reply.send(q);
        });
        worker.ask(1);
        let told = wait(&mut worker, &answers);
        assert!(matches!(&told[..], [Answer::Failed(text)] if text.contains("one is refused")));
        worker.ask(2);
        let told = wait(&mut worker, &answers);
        assert!(matches!(&told[..], [Answer::Given(2)]));
    }

    #[test]
    fn cancelled_work_sees_it_and_its_answers_are_dropped() {
        let (mut worker, answers) = Worker::spawn("test", Arc::new(|| ()), |_: (), reply| {
            while reply.keep_going().is_continue() {
                thread::yield_now();
            }
            reply.send(());
        });
        worker.ask(());
        worker.cancel();
        assert!(!worker.busy());
        worker.ask(());
        worker.cancel();
        thread::sleep(Duration::from_millis(20));
        assert!(worker.receive(&answers).is_empty());
    }
}

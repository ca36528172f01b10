//! Threads for parallel loops: how many, and what to do where none can be started.

use std::io;
use std::num::NonZero;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// So many threads help nobody on any machine; more could stop it from answering.
const MOST: usize = 256;
/// More threads than processors may be asked for, to try things out, but not without bound.
const PER_PROCESSOR: usize = 4;

/// The number of threads of a pool: one for each processor, or what `RAYON_NUM_THREADS` says
/// within reason.
pub(crate) fn count() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS");
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    bounded(asked.ok().and_then(|text| text.parse().ok()), processors)
}

fn bounded(asked: Option<usize>, processors: usize) -> usize {
    let wanted = match asked {
        None | Some(0) => processors,
        Some(asked) => asked.min(PER_PROCESSOR * processors),
    };
    wanted.clamp(1, MOST)
}

/// A thread that waits for its part in the pool, or to be sent away.
struct WaitingThread {
    part: Sender<ThreadBuilder>,
    thread: JoinHandle<()>,
}

fn wait(index: usize) -> io::Result<WaitingThread> {
    let (part, parts) = channel::<ThreadBuilder>();
    let thread = spawn(&format!("loop {index}"), move || {
        if let Ok(part) = parts.recv() {
            part.run();
        }
    })?;
    Ok(WaitingThread { part, thread })
}

/// Starts a thread that lasts as long as the process.
pub(super) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// Starts the pool that parallel loops share.
///
/// Its threads are started before it is built: rayon tries only once, and panics at the first loop
/// where it failed.
pub(super) fn start() {
    let wanted = count();
    let mut found: Vec<WaitingThread> = (0..wanted).map_while(|index| wait(index).ok()).collect();
    let kept = kept(found.len(), wanted);
    for WaitingThread { part, thread } in found.drain(kept..) {
        drop(part);
        // It has done nothing that could fail.
        let _ = thread.join();
    }
    // Only a second call of this function finds a pool already, and leaves it.
    let _ = build(found);
}

/// The number of threads that the pool takes of those that could be started: where they are scarce, signals
/// and the window need some too.
fn kept(found: usize, wanted: usize) -> usize {
    if found < wanted { found / 2 } else { found }
}

fn build(found: Vec<WaitingThread>) -> Result<(), rayon::ThreadPoolBuildError> {
    if found.is_empty() {
        return ThreadPoolBuilder::new()
            .num_threads(1)
            .use_current_thread()
            .build_global();
    }
    let threads = found.len();
    let mut parts = found.into_iter().map(|waiting| waiting.part);
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .spawn_handler(|thread| {
            let part = parts.next().ok_or(io::ErrorKind::WouldBlock)?;
            part.send(thread).map_err(|_| io::ErrorKind::BrokenPipe)?;
            Ok(())
        })
        .build_global()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_threads_is_bounded() {
        assert_eq!(bounded(None, 2), 2);
        assert_eq!(bounded(Some(0), 2), 2);
        assert_eq!(bounded(Some(3), 2), 3);
        assert_eq!(bounded(Some(100_000), 2), 8);
        assert_eq!(bounded(Some(100_000), 1_000), MOST);
        assert_eq!(bounded(None, 1_000), MOST);
    }

    #[test]
    fn where_threads_are_scarce_some_are_left_for_others() {
        assert_eq!(kept(8, 8), 8);
        assert_eq!(kept(6, 8), 3);
        assert_eq!(kept(1, 8), 0);
        assert_eq!(kept(0, 8), 0);
    }
}

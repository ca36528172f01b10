//! Concerns of the whole process: bugs that come to light, signals, threads.

pub(crate) mod panics;
pub mod signals;
pub(crate) mod threads;

/// Prepares the process; the first thing that `main` calls, for both faces of the program.
///
/// From here on a bug of ours is one line on standard error, signals remove temporary files before
/// they end the process, and parallel loops have a bounded number of threads: one where no more can
/// be started.
pub fn start() {
    panics::tell_in_one_line();
    signals::listen();
    threads::start();
}

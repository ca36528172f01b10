//! Ctrl-C and its kin: temporary files go, and work that can keep what it has is asked to stop.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::store;

/// The exit status of the first signal, 0 before there was one.
static STATUS: AtomicU8 = AtomicU8::new(0);
/// Whether work is under way that looks at [`StopGuard::stopped`].
static LOOKED_AT: AtomicBool = AtomicBool::new(false);

/// While this lives, the first signal asks the work under way to stop and does not end the process;
/// a second one ends it at once. One at a time.
#[derive(Debug)]
pub struct StopGuard(());

impl StopGuard {
    /// From here on the first signal waits for the work.
    #[must_use]
    pub fn begin() -> Self {
        LOOKED_AT.store(true, Ordering::SeqCst);
        Self(())
    }

    /// The exit status of the signal that asked for a stop, if one came.
    pub fn stopped(&self) -> Option<u8> {
        match STATUS.load(Ordering::SeqCst) {
            0 => None,
            status => Some(status),
        }
    }

    /// Stop once a signal came.
    pub fn keep_going(&self) -> ControlFlow<()> {
        match self.stopped() {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }
}

impl Drop for StopGuard {
    fn drop(&mut self) {
        LOOKED_AT.store(false, Ordering::SeqCst);
    }
}

/// The response to a signal.
fn arrived(status: u8) {
    let first = STATUS.compare_exchange(0, status, Ordering::SeqCst, Ordering::SeqCst);
    if first.is_ok() && LOOKED_AT.load(Ordering::SeqCst) {
        return;
    }
    store::remove_temporary();
    std::process::exit(status.into());
}

#[cfg(unix)]
pub(super) use unix::listen;
#[cfg(windows)]
pub(super) use windows::listen;

#[cfg(unix)]
mod unix {
    use nix::sys::signal::{SigSet, Signal};

    use crate::process::threads;

    /// Interrupted from the keyboard, terminated, left behind by its terminal.
    const SIGNALS: [Signal; 3] = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];

    /// Waits for signals on a thread of its own. They are blocked on this one, and so on all that
    /// it starts later; where no thread can be started they end the process as ever.
    pub(in crate::process) fn listen() {
        // A file at the limit of its size is an error of the write, not the end of the process.
        let mut ignored = SigSet::empty();
        ignored.add(Signal::SIGXFSZ);
        let _ = ignored.thread_block();
        let mut set = SigSet::empty();
        for signal in SIGNALS {
            // `nohup` asks that the end of the terminal be ignored.
            if signal != Signal::SIGHUP || !is_ignored(signal) {
                set.add(signal);
            }
        }
        if set.thread_block().is_err() {
            return;
        }
        let waiting = threads::spawn("signals", move || {
            while let Ok(signal) = set.wait() {
                super::arrived(128 + signal as u8);
            }
        });
        if waiting.is_err() {
            // What was blocked a moment ago can be unblocked.
            let _ = set.thread_unblock();
        }
    }

    /// Whether the process was started with this signal ignored, where the system tells.
    fn is_ignored(signal: Signal) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal as u32 - 1) & 1 == 1)
    }
}

#[cfg(windows)]
mod windows {
    /// As after Ctrl-C elsewhere.
    const INTERRUPTED: u8 = 130;

    /// Waits for Ctrl-C and the closing of the console on a thread of its own.
    pub(in crate::process) fn listen() {
        // Without a thread for it the system ends the process as ever.
        let _ = ctrlc::set_handler(|| super::arrived(INTERRUPTED));
    }
}

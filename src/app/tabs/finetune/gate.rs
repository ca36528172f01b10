//! Pause, one step, go on: where the threads of a sweep wait.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The pace of a sweep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as it can.
    #[default]
    Running,
    /// Not at all.
    Paused,
    /// Until some run has made an epoch.
    Step,
}

/// The threads ask it; the window sets it.
#[derive(Default)]
pub struct Gate {
    pace: Mutex<Pace>,
    changed: Condvar,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, Pace> {
        // A pace is one value, so a poisoned one is as good as any.
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pace that the window set last.
    pub fn pace(&self) -> Pace {
        *self.lock()
    }

    /// Sets the pace; waiting threads go on unless it is *paused*.
    pub fn set(&self, pace: Pace) {
        *self.lock() = pace;
        self.changed.notify_all();
    }

    /// Waits while paused.
    pub fn wait(&self) {
        let mut pace = self.lock();
        while *pace == Pace::Paused {
            pace = self
                .changed
                .wait(pace)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// An epoch has ended: a step is over.
    pub fn epoch_ended(&self) {
        let mut pace = self.lock();
        if *pace == Pace::Step {
            *pace = Pace::Paused;
        }
    }
}

//! Progress on standard error, and only if that is a terminal.

use std::ops::ControlFlow;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar that goes when the work ends.
pub(super) struct Progress(ProgressBar);

/// A bar of a length that is not known yet.
pub(super) fn bar() -> Progress {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len}, {eta} left")
    {
        bar.set_style(style);
    }
    Progress(bar)
}

impl Progress {
    /// One more of `of` items is done; the command line never stops.
    pub fn step(&self, of: usize) -> ControlFlow<()> {
        self.0.set_length(of as u64);
        self.0.inc(1);
        ControlFlow::Continue(())
    }

    /// So many of `of` items are done; the command line never stops.
    pub fn reached(&self, done: usize, of: usize) -> ControlFlow<()> {
        self.0.set_length(of as u64);
        // Threads may tell out of turn.
        self.0.set_position(self.0.position().max(done as u64));
        ControlFlow::Continue(())
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

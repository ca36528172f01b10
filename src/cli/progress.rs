//! Progress on standard error, and only if that is a terminal.

use std::ops::ControlFlow;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::analysis::{Listener, ScanProgress, Stage};
use crate::figure::label;

/// A bar that goes when the work ends.
pub(super) struct Progress(ProgressBar);

/// A bar of a length that is not known yet.
pub(super) fn bar() -> Progress {
    let told = "{human_pos} of {human_len}, {eta} left";
    Progress(styled(ProgressBar::new(0), told))
}

fn styled(bar: ProgressBar, told: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{wide_bar}} {told}"));
    if let Ok(style) = style {
        bar.set_style(style);
    }
    bar
}

/// Parts of the whole that a bar can show.
const STEPS: f64 = 1000.0;

/// A bar of the layers of a model by their work, which goes with it.
pub(super) struct WorkProgress(ProgressBar);

impl WorkProgress {
    /// Nothing is `done`, which says what becomes of the layers: *0 % scanned*.
    pub fn begin(done: &str) -> Self {
        let told = format!("{{percent}} % {done}{{msg}}");
        let bar = styled(ProgressBar::new(STEPS as u64), &told);
        // The first layer may take a while.
        bar.tick();
        Self(bar)
    }

    /// So far, and so much time is left.
    pub fn reached(&self, progress: ScanProgress) {
        let left = label::count(progress.seconds_left.round() as usize);
        self.0.set_message(format!(", {left} s left"));
        self.0.set_position((STEPS * progress.fraction) as u64);
    }
}

impl Drop for WorkProgress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Most matrices are done before anybody could read a bar.
const PATIENCE: Duration = Duration::from_millis(500);

const SECOND: Duration = Duration::from_secs(1);

/// Shows how many blocks of a layout are factorized, where that takes long.
pub(super) struct AnalysisProgress {
    bar: ProgressBar,
    begun: Instant,
    shown: AtomicBool,
}

impl AnalysisProgress {
    /// Nothing is done, and nothing is shown yet.
    pub fn begin() -> Self {
        let hidden = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        Self {
            bar: styled(hidden, "block {human_pos} of {human_len}, {elapsed}"),
            begun: Instant::now(),
            shown: AtomicBool::new(false),
        }
    }
}

impl Drop for AnalysisProgress {
    /// Takes the bar away.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Listener for AnalysisProgress {
    fn reached(&self, stage: Stage) {
        let Stage::Factorizing { block, of } = stage else {
            return;
        };
        if self.bar.length() != Some(of as u64) {
            // Another layout.
            self.bar.reset();
            self.bar.set_length(of as u64);
        }
        // Threads may tell out of turn.
        self.bar.set_position(self.bar.position().max(block as u64));
        if self.begun.elapsed() >= PATIENCE && !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            // Behind the last block ranks are chosen, which may take as long.
            self.bar.enable_steady_tick(SECOND);
        }
    }

    fn keep_going(&self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyst;
    use crate::approx::Method;
    use crate::session::Session;
    use crate::source::Limits;

    /// The blocks of a quad-tree are many, and each is told.
    #[test]
    fn the_blocks_of_a_quadtree_move_the_bar() {
        let mut session = Session {
            source: "synthetic:noise:rows=64,cols=64".parse().expect("a source"),
            ..Session::default()
        };
        let mut methods = Method::ALL.iter();
        let tree = methods.find(|one| one.key() == "quadtree").expect("exists");
        *session.settings.switch(*tree).expect("is added") = true;
        let progress = AnalysisProgress::begin();
        let analysis = Analyst::default().analyse(session, &Limits::default(), &progress);
        analysis.expect("can be analysed");
        // Sides of 64, 32, … 2.
        assert_eq!(progress.bar.length(), Some(1365));
        assert_eq!(progress.bar.position(), 1365);
    }
}

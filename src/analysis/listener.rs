//! Who waits for an analysis.

use std::ops::ControlFlow;

/// A stage of the work on a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Factorizing a block of a layout.
    Factorizing {
        /// The block, counted from 1.
        block: usize,
        /// The number of blocks in the layout.
        of: usize,
    },
    /// Multiplying the truncated factors out.
    Multiplying,
}

/// Hears how far the work is, and may stop it.
pub trait Listener: Sync {
    /// Takes note of what is being done now.
    fn reached(&self, stage: Stage);

    /// Whether the answer is still wanted; asked before each block.
    fn keep_going(&self) -> ControlFlow<()>;
}

/// Waits for the answer and says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentListener;

impl Listener for SilentListener {
    fn reached(&self, _stage: Stage) {}

    fn keep_going(&self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

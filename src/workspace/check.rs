//! Whether a session is one that a window could have come to: files and lines are anybody's.

use super::Workspace;
use super::error::WorkspaceError;
use crate::experiment::Experiment;
use crate::source::{Dataset, Source};

/// Bytes of a path or of a tab's name.
const LONGEST_NAME: usize = 1 << 14;

/// Views beside each other.
const MOST_VIEWS: usize = 16;

/// Pixels that a user may choose to keep of an image.
const MOST_PIXELS: usize = 64_000_000;

/// Refuses what could not be shown.
pub(super) fn check(workspace: &Workspace) -> Result<(), WorkspaceError> {
    let Workspace {
        tab,
        session,
        display,
        max_pixels,
        experiment,
    } = workspace;
    let refused = |reason: &str| Err(WorkspaceError::damaged(reason));
    let mut sources = std::iter::once(&session.source).chain(&session.subtract);
    if tab.len() > LONGEST_NAME || !sources.all(possible) {
        return refused("a name in it is impossible");
    }
    if !session.settings.is_possible() {
        return refused("a setting in it is impossible");
    }
    if display.views.len() > MOST_VIEWS {
        return refused("it has too many views");
    }
    if !(1..=MOST_PIXELS).contains(max_pixels) {
        return refused("its largest number of pixels is impossible");
    }
    match experiment.as_ref().map_or(Ok(()), Experiment::check) {
        Ok(()) => Ok(()),
        Err(error) => refused(&error.to_string()),
    }
}

/// Whether a source can be opened again: what came through a pipe is gone, and no path is that long.
fn possible(source: &Source) -> bool {
    let short = |path: &std::path::Path| path.as_os_str().len() <= LONGEST_NAME;
    match source {
        Source::StandardInput => false,
        Source::File { path, array } => {
            short(path) && array.as_ref().is_none_or(|name| name.len() <= LONGEST_NAME)
        }
        Source::Digit {
            dataset: Dataset::Folder(path),
            ..
        } => short(path),
        Source::Difference(whole, part) => possible(whole) && possible(part),
        Source::Digit { .. } | Source::Synthetic(_) | Source::Values(_) => true,
    }
}

//! Every run of a sweep is kept as it ends.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{ResultsFile, SaveError};
use crate::finetune::{Event, Results};

/// The results of a sweep under way, and the file that they are written to after every run.
#[derive(Debug)]
pub struct Keeper(Mutex<PendingResults>);

#[derive(Debug)]
struct PendingResults {
    file: Option<ResultsFile>,
    results: Results,
}

/// The result of writing the file; `None` where there was nothing to write, or nowhere.
pub type WriteResult = Option<Result<(), SaveError>>;

impl Keeper {
    /// Keeps what comes beside `results`.
    pub fn new(file: Option<ResultsFile>, results: Results) -> Self {
        Self(Mutex::new(PendingResults { file, results }))
    }

    /// The results so far.
    pub fn results(&self) -> Results {
        self.kept().results.clone()
    }

    /// Takes over runs of other sweeps.
    pub fn take_over(&self, others: impl FnOnce(&mut Results)) {
        others(&mut self.kept().results);
    }

    /// Keeps what has happened.
    pub fn keep(&self, event: &Event) -> WriteResult {
        let mut kept = self.kept();
        match *event {
            Event::Pretrained { seed, accuracy } => kept.results.add_pretrained(seed, accuracy),
            Event::RunDone(run) => kept.results.add(run),
            Event::Epoch(_) | Event::Progress { .. } => return None,
        }
        kept.save()
    }

    /// Writes what there is, whether or not something was trained.
    pub fn save(&self) -> WriteResult {
        self.kept().save()
    }

    fn kept(&self) -> MutexGuard<'_, PendingResults> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingResults {
    fn save(&mut self) -> WriteResult {
        Some(self.file.as_mut()?.save(&self.results))
    }
}

//! Nothing finished is lost at a click: results that were in view before, and a *Reset* that can be
//! undone.

use std::path::{Path, PathBuf};

use super::asked::SweepRequest;
use crate::experiment::{self, ResultsFile};
use crate::finetune::Results;
use crate::set_aside::set_aside;

/// So many sweeps are remembered.
const SHELF: usize = 16;

/// Results of the sweeps that were in view before, the latest first.
#[derive(Default)]
pub struct Shelf(Vec<(SweepRequest, Results)>);

impl Shelf {
    /// Remembers results.
    pub fn put(&mut self, asked: SweepRequest, results: Results) {
        self.forget(&asked);
        if results.has_runs() {
            self.0.insert(0, (asked, results));
            self.0.truncate(SHELF);
        }
    }

    /// Forgets the results of a sweep.
    pub fn forget(&mut self, asked: &SweepRequest) {
        self.0.retain(|(known, _)| known != asked);
    }

    /// The runs of a sweep that were trained for it or for another.
    pub fn runs_of(&self, asked: &SweepRequest) -> Option<Results> {
        let (dataset, settings) = asked;
        let sharing = |(known, results): &&(SweepRequest, Results)| {
            known.0 == *dataset && results.shares_runs(settings, &results.dataset)
        };
        let (_, first) = self.0.iter().find(sharing)?;
        let mut found = Results::new(&first.dataset, (first.image[0], first.image[1]), settings);
        for (_, results) in self.0.iter().filter(sharing) {
            if results.image == found.image && results.dataset == found.dataset {
                found.take_over(results);
            }
        }
        found.has_runs().then_some(found)
    }
}

/// Results that *Reset* put aside.
pub struct Reset {
    asked: SweepRequest,
    results: Option<Results>,
    /// Their file, and where it is now.
    moved: Option<(PathBuf, PathBuf)>,
}

impl Reset {
    /// Puts the results aside, and the file that keeps them.
    ///
    /// # Errors
    /// The file cannot be renamed; then nothing has changed.
    pub fn new(
        asked: SweepRequest,
        results: Option<Results>,
        file: Option<PathBuf>,
    ) -> Result<Self, String> {
        let file = file.filter(|file| file.exists());
        let moved = file.map(|file| match set_aside(&file, "previous") {
            Ok(aside) => Ok((file, aside)),
            Err(error) => Err(format!(
                "the results could not be renamed ({}); make the folder writable, close programs that use \
                 the file and reset again: {}",
                error.kind(),
                file.display()
            )),
        });
        Ok(Self {
            asked,
            results,
            moved: moved.transpose()?,
        })
    }

    /// The message on what was done, and how it can be undone.
    pub fn sentence(&self) -> String {
        let undone = "Undo reset brings them back";
        match &self.moved {
            Some((_, aside)) => {
                format!("results archived; {undone}: {}", aside.display())
            }
            None => format!("results archived; {undone}"),
        }
    }

    /// Whether it was of this sweep.
    pub fn is_of(&self, asked: Option<&SweepRequest>) -> bool {
        asked == Some(&self.asked)
    }

    /// The results as they were, with what was trained `since`; the file holds them again.
    ///
    /// # Errors
    /// The file cannot be had back; then the reset stays undoable.
    pub fn undo(self, since: Option<&Results>) -> Result<Option<Results>, (Box<Self>, String)> {
        let mut results = self.results.clone();
        match (&mut results, since) {
            (Some(before), Some(since)) if before.is_current() => before.take_over(since),
            (None, Some(since)) => results = Some(since.clone()),
            _ => {}
        }
        let back = match (&self.moved, &results) {
            (Some((file, aside)), _) if !file.exists() => std::fs::rename(aside, file)
                .map_err(|error| format!("{}: {}", error.kind(), aside.display())),
            (Some((file, _)), Some(results)) => write(file, results),
            _ => Ok(()),
        };
        match back {
            Ok(()) => Ok(results),
            Err(why) => {
                let why = format!("the results could not be moved back ({why}); try again");
                Err((Box::new(self), why))
            }
        }
    }
}

fn write(file: &Path, results: &Results) -> Result<(), String> {
    let lock = ResultsFile::lock(file);
    let saved: Result<(), experiment::SaveError> = lock.and_then(|mut file| file.save(results));
    saved.map_err(|error| error.to_string())
}

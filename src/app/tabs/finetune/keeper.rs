//! The file that keeps every run of a sweep as it ends.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::experiment::{self, ResultsFile, SaveError, WriteResult};
use crate::finetune::{Event, Results};
use crate::set_aside::set_aside;
use crate::store::StoreError;

/// The state of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileState {
    /// Every run is kept.
    Kept,
    /// The runs are not kept, and why; training goes on.
    Unsaved(String),
    /// Another file stood there and was set aside under this name.
    SetAside(PathBuf),
}

/// Keeps a sweep of the window: training goes on where the file cannot be written.
pub struct SweepKeeper {
    kept: experiment::Keeper,
    /// Whether the runs are kept, as it was told last.
    told: Mutex<FileState>,
}

impl SweepKeeper {
    /// Locks the file at `path`, if there is one to be, and takes over what it holds of these
    /// results; unless all is to be trained `anew`. Whatever else stands there is set aside.
    ///
    /// # Errors
    /// Another window or command trains the same.
    pub fn open(
        path: Option<&Path>,
        mut results: Results,
        anew: bool,
    ) -> Result<(Self, Vec<FileState>), String> {
        let mut told = Vec::new();
        let file = match path.map(lock) {
            None => None,
            Some(Ok(mut file)) => {
                told.extend(take_over(&mut file, &mut results, anew));
                let lost = matches!(told.last(), Some(FileState::Unsaved(_)));
                (!lost).then_some(file)
            }
            Some(Err(SaveError::Store(StoreError::Busy { path }))) => {
                return Err(format!(
                    "another window or command is training the same; wait until it has ended and \
                     press Run again: {}",
                    path.display()
                ));
            }
            Some(Err(error)) => {
                told.push(unsaved(&error));
                None
            }
        };
        let lost = |keeping: &&FileState| matches!(keeping, FileState::Unsaved(_));
        let before = told.iter().find(lost).cloned();
        let keeper = Self {
            kept: experiment::Keeper::new(file, results),
            told: Mutex::new(before.unwrap_or(FileState::Kept)),
        };
        Ok((keeper, told))
    }

    /// The results so far.
    pub fn results(&self) -> Results {
        self.kept.results()
    }

    /// Takes over runs of other sweeps.
    pub fn take_over(&self, others: impl FnOnce(&mut Results)) {
        self.kept.take_over(others);
    }

    /// Keeps what has happened; what is to be told, where that has changed.
    pub fn keep(&self, event: &Event) -> Option<FileState> {
        self.told(self.kept.keep(event))
    }

    /// Writes what there is, whether or not something was trained.
    pub fn save(&self) -> Option<FileState> {
        self.told(self.kept.save())
    }

    fn told(&self, written: WriteResult) -> Option<FileState> {
        let now = match written? {
            Ok(()) => FileState::Kept,
            Err(error) => unsaved(&error),
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *told, now.clone());
        (now != before).then_some(now)
    }
}

fn lock(path: &Path) -> Result<ResultsFile, SaveError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::writing(path, &error))?;
    }
    ResultsFile::lock(path)
}

/// Takes over what the file holds, or sets it aside because it will be written.
fn take_over(file: &mut ResultsFile, results: &mut Results, anew: bool) -> Option<FileState> {
    let path = file.path().to_owned();
    if !path.exists() {
        return None;
    }
    let tag = match experiment::load(&path) {
        Ok(kept) if goes_on(&kept, results) && !anew => {
            results.take_over(&kept);
            return None;
        }
        Ok(_) => "previous",
        // A newer version still wants to read it where it is.
        Err(error) if error.is_newer() => {
            let why = format!("the runs are not kept: {error}");
            return Some(FileState::Unsaved(why));
        }
        Err(_) => "damaged",
    };
    let told = match set_aside(&path, tag) {
        Ok(aside) => FileState::SetAside(aside),
        Err(error) => FileState::Unsaved(not_kept(&path, &error.kind().to_string())),
    };
    file.look_again();
    Some(told)
}

fn goes_on(kept: &Results, ours: &Results) -> bool {
    let data = (ours.dataset.as_str(), ours.image);
    kept.check(&ours.settings, data).is_ok()
}

fn unsaved(error: &SaveError) -> FileState {
    FileState::Unsaved(match error {
        SaveError::Store(StoreError::Place { path, reason }) => not_kept(path, reason),
        other => format!("the runs are not kept: {other}"),
    })
}

fn not_kept(path: &Path, reason: &str) -> String {
    // Its remedy is about a file that one chooses; this one has its place.
    let reason = reason.split("; ").next().unwrap_or(reason);
    format!(
        "the runs are not kept ({reason}); export them as JSON before you close the window: {}",
        path.display()
    )
}

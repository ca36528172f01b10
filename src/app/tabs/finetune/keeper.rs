//! The file that keeps every run of a sweep as it ends.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::experiment::{self, ResultsFile, SaveError};
use crate::finetune::{Event, Results};
use crate::set_aside::set_aside;
use crate::store::StoreError;

/// What became of the file.
#[derive(Clone, Debug, PartialEq)]
pub enum Keeping {
    /// Every run is kept.
    Kept,
    /// The runs are not kept, and why; training goes on.
    Unsaved(String),
    /// Another file stood there and was set aside under this name.
    SetAside(PathBuf),
}

/// Writes the results after every run.
pub struct Keeper(Mutex<Kept>);

struct Kept {
    file: Option<ResultsFile>,
    results: Results,
    /// Whether the runs are kept, as it was told last.
    told: Keeping,
}

impl Keeper {
    /// Locks the file at `path`, if there is one to be, and takes over what it holds of these
    /// results; unless all is to be trained `anew`. Whatever else stands there is set aside.
    ///
    /// # Errors
    /// Another window or command trains the same.
    pub fn open(
        path: Option<&Path>,
        mut results: Results,
        anew: bool,
    ) -> Result<(Self, Vec<Keeping>), String> {
        let mut told = Vec::new();
        let file = match path.map(lock) {
            None => None,
            Some(Ok(mut file)) => {
                told.extend(take_over(&mut file, &mut results, anew));
                let lost = matches!(told.last(), Some(Keeping::Unsaved(_)));
                (!lost).then_some(file)
            }
            Some(Err(SaveError::Busy { path })) => {
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
        let lost = |keeping: &&Keeping| matches!(keeping, Keeping::Unsaved(_));
        let kept = Kept {
            file,
            results,
            told: told.iter().find(lost).cloned().unwrap_or(Keeping::Kept),
        };
        Ok((Self(Mutex::new(kept)), told))
    }

    /// The results so far.
    pub fn results(&self) -> Results {
        self.kept().results.clone()
    }

    /// Takes over runs of other sweeps.
    pub fn take_over(&self, others: impl FnOnce(&mut Results)) {
        others(&mut self.kept().results);
    }

    /// Keeps what has happened; what is to be told, where that has changed.
    pub fn keep(&self, event: &Event) -> Option<Keeping> {
        let mut kept = self.kept();
        match *event {
            Event::Pretrained { seed, accuracy } => kept.results.add_pretrained(seed, accuracy),
            Event::RunDone(run) => kept.results.add(run),
            Event::Epoch(_) | Event::Progress { .. } => return None,
        }
        kept.save()
    }

    /// Writes what there is, whether or not something was trained.
    pub fn save(&self) -> Option<Keeping> {
        self.kept().save()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn save(&mut self) -> Option<Keeping> {
        let file = self.file.as_mut()?;
        let told = match file.save(&self.results) {
            Ok(()) => Keeping::Kept,
            Err(error) => unsaved(&error),
        };
        let before = std::mem::replace(&mut self.told, told.clone());
        (told != before).then_some(told)
    }
}

fn lock(path: &Path) -> Result<ResultsFile, SaveError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| StoreError::writing(path, &error))?;
    }
    ResultsFile::lock(path)
}

/// Takes over what the file holds, or sets it aside because it will be written.
fn take_over(file: &mut ResultsFile, results: &mut Results, anew: bool) -> Option<Keeping> {
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
            return Some(Keeping::Unsaved(why));
        }
        Err(_) => "damaged",
    };
    let told = match set_aside(&path, tag) {
        Ok(aside) => Keeping::SetAside(aside),
        Err(error) => Keeping::Unsaved(not_kept(&path, &error.kind().to_string())),
    };
    file.look_again();
    Some(told)
}

fn goes_on(kept: &Results, ours: &Results) -> bool {
    let data = (ours.dataset.as_str(), ours.image);
    kept.check(&ours.settings, data).is_ok()
}

fn unsaved(error: &SaveError) -> Keeping {
    Keeping::Unsaved(match error {
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

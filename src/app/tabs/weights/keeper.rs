//! The file that keeps a scan while it is made: closing the window loses nothing, and *Run* goes on with it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::analysis::{Scan, ScanSettings, read_scan};
use crate::app::digest::digest_of;
use crate::report;
use crate::set_aside::set_aside;
use crate::source::Source;
use crate::store::{Lock, StoreError, save_atomically};

/// Keeps one scan, where there is a place for it.
pub struct ScanKeeper {
    path: Option<PathBuf>,
    written: Option<Instant>,
    /// Held while this keeper lives, so that two windows never write one file.
    lock: Option<Lock>,
    /// Why the scan is not kept, until it is told.
    lost: Option<String>,
}

/// A scan is written so often at most while it is made.
const OFTEN: Duration = Duration::from_secs(3);

/// Characters of the model's name in that of the file.
const NAME: usize = 60;

impl ScanKeeper {
    /// Keeps scans of these settings in `folder`.
    pub fn new(folder: Option<&Path>, settings: &ScanSettings) -> Self {
        let path = folder.map(|folder| kept_file(folder, settings));
        let (lock, lost) = match path.as_deref().map(lock) {
            None => (None, None),
            Some(Ok(lock)) => (Some(lock), None),
            Some(Err(why)) => (None, Some(why)),
        };
        Self {
            path,
            written: None,
            lock,
            lost,
        }
    }

    /// The scan that is kept at the settings of `fresh`. What else stands there is set aside.
    pub fn read(&self, fresh: &Scan) -> Option<Scan> {
        let path = self.path.as_ref().filter(|path| path.exists())?;
        match read_scan(path) {
            Ok(kept) if kept.same_settings(fresh) => Some(kept),
            // It is another window's.
            _ if self.lock.is_none() => None,
            _ => {
                // Where it cannot be moved it cannot be written over either, and that is told.
                let _ = set_aside(path, "previous");
                None
            }
        }
    }

    /// Keeps what there is now and then; all of it `at_the_end`. The file, once it is written.
    ///
    /// # Errors
    /// Why the scan is not kept; nothing is written from then on.
    pub fn keep(&mut self, scan: &Scan, at_the_end: bool) -> Result<Option<PathBuf>, String> {
        if let Some(why) = self.lost.take() {
            self.path = None;
            return Err(why);
        }
        let soon = self.written.is_some_and(|at| at.elapsed() < OFTEN);
        let Some(path) = self.path.clone() else {
            return Ok(None);
        };
        if soon && !at_the_end || scan.layers.is_empty() {
            return Ok(None);
        }
        self.written = Some(Instant::now());
        match write(&path, scan) {
            Ok(()) => Ok(Some(path)),
            Err(why) => {
                self.path = None;
                Err(why)
            }
        }
    }
}

/// The lock of a kept file, whose folder may not be there yet.
fn lock(path: &Path) -> Result<Lock, String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| error.kind().to_string())?;
    }
    Lock::hold(path).map_err(|error| match error {
        StoreError::Busy { .. } => "another window is making the same one".to_owned(),
        other => other.to_string(),
    })
}

fn write(path: &Path, scan: &Scan) -> Result<(), String> {
    let text = report::text(scan)?;
    save_atomically(path, text.as_bytes()).map_err(|error| error.to_string())
}

/// The file of a scan. Sizes and times of the models' files are in its name: one that was trained on since
/// is scanned anew.
fn kept_file(folder: &Path, settings: &ScanSettings) -> PathBuf {
    let ScanSettings {
        model,
        subtract,
        budget_rank,
        grid,
        draws,
        seed,
    } = settings;
    let files = |path: &PathBuf| Source::from_path(path).files();
    let files = files(model)
        .into_iter()
        .chain(subtract.iter().flat_map(files));
    let stamp = |path: PathBuf| {
        let found = std::fs::metadata(&path).ok();
        let changed = found.as_ref().and_then(|found| found.modified().ok());
        let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        (path, found.map(|found| found.len()), changed)
    };
    let stamps: Vec<_> = files.map(stamp).collect();
    let digest = digest_of(&(
        stamps,
        (model, subtract),
        (budget_rank, grid),
        (draws, seed),
    ));
    let name = model.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().take(NAME).collect();
    folder.join(format!("{name}-{digest}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::ScanTargets;

    fn settings(model: &Path) -> ScanSettings {
        ScanSettings {
            model: model.to_path_buf(),
            subtract: None,
            budget_rank: 8,
            grid: 4,
            draws: 0,
            seed: 0,
        }
    }

    #[test]
    fn a_model_that_was_written_anew_has_another_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let model = folder.path().join("model.safetensors");
        std::fs::write(&model, "one").expect("writes");
        let before = kept_file(folder.path(), &settings(&model));
        assert_eq!(before, kept_file(folder.path(), &settings(&model)));
        std::fs::write(&model, "other").expect("writes");
        assert_ne!(before, kept_file(folder.path(), &settings(&model)));
        let other = ScanSettings {
            budget_rank: 4,
            ..settings(&model)
        };
        let after = kept_file(folder.path(), &settings(&model));
        assert_ne!(after, kept_file(folder.path(), &other));
    }

    #[test]
    fn of_two_windows_one_keeps_a_scan() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(&folder.path().join("model.npz"));
        let scan = Scan::new(&settings, &ScanTargets::default());
        let mut first = ScanKeeper::new(Some(folder.path()), &settings);
        let mut second = ScanKeeper::new(Some(folder.path()), &settings);
        assert_eq!(first.keep(&scan, true), Ok(None), "there is no layer yet");
        let told = second.keep(&scan, true).expect_err("is told once");
        assert!(told.contains("another window"), "{told}");
        assert_eq!(second.keep(&scan, true), Ok(None));
        drop((first, second));
        let mut third = ScanKeeper::new(Some(folder.path()), &settings);
        assert_eq!(third.keep(&scan, true), Ok(None));
    }

    #[test]
    fn what_is_no_scan_is_set_aside_and_not_written_over() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(&folder.path().join("model.npz"));
        let keeper = ScanKeeper::new(Some(folder.path()), &settings);
        let path = kept_file(folder.path(), &settings);
        std::fs::write(&path, "{\"scan\": 99}").expect("writes");
        assert_eq!(
            keeper.read(&Scan::new(&settings, &ScanTargets::default())),
            None
        );
        assert!(!path.exists());
        let aside = path.with_extension("previous.json");
        let text = std::fs::read_to_string(aside).expect("is kept");
        assert_eq!(text, "{\"scan\": 99}");
    }
}

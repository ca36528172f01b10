//! What is remembered between starts, in a file of our own that is written whole or not at all.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::state::Preferences;
use crate::source::Source;
use crate::store::save_atomically;

/// Where the preferences live, if the system has a place for them.
pub fn file() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "localized-lora")
        .map(|place| place.config_dir().join("preferences.json"))
}

/// Where the sweeps of the Fine-tune tab are kept: beside the preferences.
pub fn sweeps(file: &Path) -> Option<PathBuf> {
    Some(file.parent()?.join("sweeps"))
}

/// Reads the preferences. A missing file is a first start; a damaged one is told and left alone
/// until the next change is saved, under a name of its own.
pub fn load(file: Option<&Path>) -> (Preferences, Option<String>) {
    let Some(text) = file.and_then(|file| std::fs::read_to_string(file).ok()) else {
        return (Preferences::default(), None);
    };
    match serde_json::from_str::<Preferences>(&text) {
        Ok(preferences) => (preferences, None),
        Err(error) => {
            let kept = file.map(|file| file.with_extension("damaged.json"));
            if let (Some(file), Some(kept)) = (file, &kept) {
                // Nothing more can be done for a file that cannot be renamed either.
                let _ = std::fs::rename(file, kept);
            }
            let name = kept
                .map(|kept| kept.display().to_string())
                .unwrap_or_default();
            let told = format!(
                "the remembered settings could not be read ({error}), \
                 Table I is shown and the old file is kept as {name}"
            );
            (Preferences::default(), Some(told))
        }
    }
}

/// Writes the preferences when they have changed and rested for a moment.
pub struct Saver {
    file: Option<PathBuf>,
    saved: String,
    looked: Instant,
}

/// How often a change is looked for.
const PERIOD: Duration = Duration::from_secs(3);

impl Saver {
    /// A saver that knows what the file says.
    pub fn new(file: Option<PathBuf>, preferences: &Preferences) -> Self {
        Self {
            file,
            saved: text_of(preferences),
            looked: Instant::now(),
        }
    }

    /// Saves now and then, whenever something changed. Where it is too soon to look, it gives the
    /// time after which it wants to be asked again: it may be the last frame for long.
    pub fn now_and_then(&mut self, preferences: &Preferences) -> Option<Duration> {
        let rested = self.looked.elapsed();
        if rested < PERIOD {
            return Some(PERIOD - rested);
        }
        self.looked = Instant::now();
        self.save(preferences);
        None
    }

    /// Saves if something changed. That nothing could be saved is no reason to stop anybody.
    pub fn save(&mut self, preferences: &Preferences) {
        let text = text_of(preferences);
        if text == self.saved {
            return;
        }
        if let Some(file) = &self.file {
            let folder = file.parent().map(std::fs::create_dir_all);
            // What could not be written is not tried again before it has changed.
            let _ = folder.map(|_| save_atomically(file, text.as_bytes()));
        }
        self.saved = text;
    }
}

fn text_of(preferences: &Preferences) -> String {
    let mut kept = preferences.clone();
    // A matrix from the clipboard or a network is not kept: its numbers live only in memory.
    let in_memory = |source: &Source| matches!(source, Source::Values(_));
    if in_memory(&kept.session.source) || kept.session.subtract.as_ref().is_some_and(in_memory) {
        kept.session.source = Source::default();
        kept.session.subtract = None;
    }
    serde_json::to_string_pretty(&kept).unwrap_or_default()
}

//! Preferences that are remembered between starts, in a file of our own that is written whole or not at all.

mod usable;

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::state::Preferences;
use crate::finetune::bounds::echo;
use crate::set_aside::set_aside;
use crate::source::Source;
use crate::store::save_atomically;

/// The version of the file: 1, as 0 but that it is said.
const VERSION: u64 = 1;

/// More than anybody's settings take, with room for ranks painted on a grid of 500 × 500.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The file of the preferences, if the system has a place for it.
pub fn file() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "localized-lora")
        .map(|place| place.config_dir().join("preferences.json"))
}

/// Reads the preferences. Only a missing file is a first start: one that cannot be read is set aside
/// under a name of its own, or left alone as one of a newer version is, and a value that cannot be
/// used falls back by itself; all this is told.
pub fn load(file: Option<&Path>) -> (Preferences, Option<String>) {
    let Some(file) = file else {
        return (Preferences::default(), None);
    };
    match read(file) {
        Ok(None) => (Preferences::default(), None),
        Ok(Some(found)) => {
            let (preferences, wild) = usable::part_of(&found);
            let told = (!wild.is_empty()).then(|| {
                format!(
                    "some remembered settings could not be used and were reset to their defaults: {}",
                    wild.join(", ")
                )
            });
            (preferences, told)
        }
        Err(PreferencesError::Newer(version)) => {
            let told = format!(
                "the remembered settings were saved by a newer version of this program (format \
                 {version}; this version reads up to {VERSION}), so Table I is shown and nothing is \
                 remembered; update the program or remove the file: {}",
                file.display()
            );
            (Preferences::default(), Some(told))
        }
        Err(PreferencesError::Damaged(reason)) => {
            (Preferences::default(), Some(give_way(file, &reason)))
        }
    }
}

/// Why preferences cannot be used.
enum PreferencesError {
    /// They are of this newer version.
    Newer(u64),
    /// The file is none of ours, or the system does not give it.
    Damaged(String),
}

/// Sets a file that cannot be read aside, and says what became of it.
fn give_way(file: &Path, reason: &str) -> String {
    match set_aside(file, "damaged") {
        Ok(name) => format!(
            "the remembered settings could not be read ({reason}), so Table I is shown; the old \
             file is kept as {}",
            name.display()
        ),
        Err(error) => format!(
            "the remembered settings could not be read ({reason}), nor moved away ({}); nothing is \
             remembered until this is repaired or removed: {}",
            error.kind(),
            file.display()
        ),
    }
}

/// The content of the file in the form of this version, nothing where there is none, or why it cannot be
/// used.
fn read(file: &Path) -> Result<Option<Value>, PreferencesError> {
    let Some(mut value) = read_object(file).map_err(PreferencesError::Damaged)? else {
        return Ok(None);
    };
    // Version 0 said none, and has the same values.
    let version = value.as_object_mut().and_then(|all| all.remove("version"));
    match version.map_or(Some(0), |version| version.as_u64()) {
        Some(0..=VERSION) => Ok(Some(value)),
        Some(newer) => Err(PreferencesError::Newer(newer)),
        None => Err(PreferencesError::Damaged(
            "its version is no number".to_owned(),
        )),
    }
}

fn read_object(file: &Path) -> Result<Option<Value>, String> {
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.kind().to_string()),
    };
    // A device may have no end.
    if !metadata.is_file() {
        return Err("not a regular file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| error.kind().to_string())?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is too large".to_owned());
    }
    match serde_json::from_slice(&bytes) {
        Ok(value @ Value::Object(_)) => Ok(Some(value)),
        Ok(_) => Err("it holds no settings".to_owned()),
        Err(error) => Err(echo(&error.to_string())),
    }
}

/// Writes the preferences when they have changed and rested for a moment.
pub struct Saver {
    file: Option<PathBuf>,
    saved: String,
    looked: Instant,
}

/// The time between two looks for a change.
const PERIOD: Duration = Duration::from_secs(3);

impl Saver {
    /// A saver that knows what the file says. One that is there and cannot be read is never
    /// written over.
    pub fn new(file: Option<PathBuf>, preferences: &Preferences) -> Self {
        Self {
            file: file.filter(|file| read(file).is_ok()),
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
        // Longer ones could not be read again.
        if let Some(file) = &self.file
            && text.len() as u64 <= LARGEST
        {
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
    let written = WrittenPreferences {
        version: VERSION,
        kept: &kept,
    };
    serde_json::to_string_pretty(&written).unwrap_or_default()
}

#[derive(serde::Serialize)]
struct WrittenPreferences<'a> {
    version: u64,
    #[serde(flatten)]
    kept: &'a Preferences,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("preferences.json");
        (folder, file)
    }

    fn changed() -> Preferences {
        Preferences {
            zoom: 1.5,
            ..Preferences::default()
        }
    }

    #[test]
    fn only_a_missing_file_is_a_first_start() {
        let (folder, file) = folder();
        assert_eq!(load(Some(&file)), (Preferences::default(), None));
        let damaged: [&[u8]; 4] = [b"{\"zoom\": 2", b"\xff\xfe{}", b"", b"[1, 2]"];
        for (number, bytes) in damaged.into_iter().enumerate() {
            fs::write(&file, bytes).expect("writes");
            let (preferences, told) = load(Some(&file));
            assert_eq!(preferences, Preferences::default());
            let name = match number {
                0 => "preferences.damaged.json".to_owned(),
                _ => format!("preferences.damaged-{}.json", number + 1),
            };
            let told = told.expect("a sentence");
            assert!(told.ends_with(&name), "{told}");
            let kept = fs::read(folder.path().join(name)).expect("is kept");
            assert_eq!(kept, bytes);
            assert!(!file.exists());
        }
    }

    #[test]
    fn what_cannot_be_set_aside_is_not_written_over() {
        let (_folder, file) = folder();
        fs::create_dir(&file).expect("makes a folder");
        let (preferences, told) = load(Some(&file));
        assert!(told.expect("a sentence").contains("nothing is remembered"));
        let mut saver = Saver::new(Some(file.clone()), &preferences);
        saver.save(&changed());
        assert!(file.is_dir());
        // One that was set aside is no hindrance.
        fs::remove_dir(&file).expect("removes");
        fs::write(&file, b"\xff").expect("writes");
        let (preferences, told) = load(Some(&file));
        assert!(told.is_some());
        let mut saver = Saver::new(Some(file.clone()), &preferences);
        saver.save(&changed());
        assert_eq!(load(Some(&file)), (changed(), None));
    }

    #[test]
    fn a_file_of_a_newer_version_is_told_and_neither_written_over_nor_moved() {
        let (_folder, file) = folder();
        let newer = format!("{{\"version\": {}, \"zoom\": 1.5}}", VERSION + 1);
        fs::write(&file, &newer).expect("writes");
        let (preferences, told) = load(Some(&file));
        assert_eq!(preferences, Preferences::default());
        assert!(told.expect("a sentence").contains("newer version"));
        let mut saver = Saver::new(Some(file.clone()), &preferences);
        saver.save(&changed());
        assert_eq!(fs::read_to_string(&file).expect("is kept"), newer);
    }

    /// Every value of the older file is in the one that is written; what came since is not in it.
    fn assert_holds(written: &Value, older: &Value, place: &str) {
        match older.as_object() {
            Some(values) => values.iter().for_each(|(key, value)| {
                assert_holds(&written[key], value, &format!("{place} {key}"));
            }),
            None => assert_eq!(written, older, "{place}"),
        }
    }

    #[test]
    fn the_file_of_the_first_version_is_read_whole_and_written_with_its_number() {
        let (_folder, file) = folder();
        let first = include_str!("../../tests/data/saved/preferences-0.json");
        fs::write(&file, first).expect("writes");
        let (preferences, told) = load(Some(&file));
        assert_eq!(told, None);
        let mut first: Value = serde_json::from_str(first).expect("is JSON");
        // The pixels of pictures follow from their width on paper now.
        first.as_object_mut().expect("an object").remove("png");
        let text = text_of(&preferences);
        let written: Value = serde_json::from_str(&text).expect("is JSON");
        assert_eq!(written["version"], Value::from(VERSION));
        assert_holds(&written, &first, "");
        fs::write(&file, text).expect("writes");
        assert_eq!(load(Some(&file)), (preferences, None));
    }

    #[test]
    fn a_file_without_end_is_not_read() {
        let (_folder, file) = folder();
        let long = format!("{{\"recent\": [\"{}\"]}}", "x".repeat(LARGEST as usize));
        fs::write(&file, long).expect("writes");
        let (_, told) = load(Some(&file));
        assert!(told.expect("a sentence").contains("too large"));
    }

    #[test]
    fn a_wild_value_is_told_and_the_others_stay() {
        let (_folder, file) = folder();
        fs::write(&file, "{\"zoom\": 1e9, \"theme\": \"light\"}").expect("writes");
        let (preferences, told) = load(Some(&file));
        assert_eq!(preferences.theme, crate::app::state::ThemeChoice::Light);
        assert!(told.expect("a sentence").ends_with(": zoom"));
        assert!(file.exists());
    }
}

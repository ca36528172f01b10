//! The largest part of a preferences file that can be used: a wild value falls back alone.

use serde_json::{Map, Value};

use crate::app::state::Preferences;
use crate::session::Settings;

/// So often a part is tried; a file of ours has fewer values than this.
const TRIES: usize = 200;

/// Bytes of a source or folder that is remembered.
const LONGEST_NAME: usize = 1 << 14;

/// The preferences that can be used of `found`, and the names of those that cannot.
pub(super) fn part_of(found: &Value) -> (Preferences, Vec<String>) {
    let mut part = UsablePreferences {
        kept: serde_json::to_value(Preferences::default()).unwrap_or_default(),
        wild: Vec::new(),
        tries: TRIES,
    };
    part.take(&[], found);
    let preferences = usable(&part.kept).unwrap_or_default();
    (preferences, part.wild)
}

/// Preferences that can be used as they are, and what of the file is not among them.
struct UsablePreferences {
    kept: Value,
    wild: Vec<String>,
    tries: usize,
}

impl UsablePreferences {
    /// Takes a value over, or of an object those of its values that can be used.
    fn take(&mut self, place: &[&str], found: &Value) {
        if self.tries == 0 {
            return;
        }
        self.tries -= 1;
        let Some(before) = put(&mut self.kept, place, found.clone()) else {
            return;
        };
        if usable(&self.kept).is_some() {
            return;
        }
        let parts = match (&before, found) {
            (Some(Value::Object(_)), Value::Object(found)) => Some(found),
            _ => None,
        };
        match before {
            Some(before) => {
                put(&mut self.kept, place, before);
            }
            None => remove(&mut self.kept, place),
        }
        match parts {
            Some(parts) => self.take_each(place, parts),
            None => self.wild.push(place.join(" ")),
        }
    }

    fn take_each(&mut self, place: &[&str], parts: &Map<String, Value>) {
        for (key, value) in parts {
            let place: Vec<&str> = place.iter().copied().chain([key.as_str()]).collect();
            self.take(&place, value);
        }
    }
}

/// Puts a value at a place, and gives what stood there; nothing where there is no such place.
fn put(whole: &mut Value, place: &[&str], value: Value) -> Option<Option<Value>> {
    let Some((last, parents)) = place.split_last() else {
        return Some(Some(std::mem::replace(whole, value)));
    };
    let parent = parents.iter().try_fold(whole, |at, key| at.get_mut(*key))?;
    Some(parent.as_object_mut()?.insert((*last).to_owned(), value))
}

fn remove(whole: &mut Value, place: &[&str]) {
    let Some((last, parents)) = place.split_last() else {
        return;
    };
    let parent = parents.iter().try_fold(whole, |at, key| at.get_mut(*key));
    if let Some(Value::Object(parent)) = parent {
        parent.remove(*last);
    }
}

fn usable(value: &Value) -> Option<Preferences> {
    use serde::Deserialize;
    Preferences::deserialize(value).ok().filter(possible)
}

/// Whether every value is one that the window could have come to.
fn possible(preferences: &Preferences) -> bool {
    let Preferences {
        session,
        window,
        zoom,
        recent,
        models,
        view,
        experiment,
        paper,
        dpi,
        max_pixels,
        export_folder,
        scan,
        ..
    } = preferences;
    let folder = export_folder.iter().chain(scan);
    let folder = folder.map(|path| path.as_os_str().len());
    let names = recent.iter().chain(models);
    let short = names.map(String::len).chain(folder);
    window.iter().all(|side| (100.0..=32_768.0).contains(side))
        && (0.2..=5.0).contains(zoom)
        && recent.len().max(models.len()) <= 64
        && short.max().unwrap_or_default() <= LONGEST_NAME
        && view.brush <= Settings::LONGEST_SIDE
        && paper.is_possible()
        && (36.0..=2400.0).contains(dpi)
        && (1..=64_000_000).contains(max_pixels)
        && session.settings.is_possible()
        && experiment.check().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn file(changes: &[(&[&str], Value)]) -> Value {
        let mut file = serde_json::to_value(Preferences::default()).expect("is said in JSON");
        for (place, value) in changes {
            put(&mut file, place, value.clone()).expect("a place");
        }
        file
    }

    #[test]
    fn a_wild_value_falls_back_alone() {
        let seeds: Vec<u64> = (0..100_000).collect();
        let usual = Preferences::default();
        let (found, wild) = part_of(&file(&[
            (&["zoom"], json!(50)),
            (&["experiment", "seeds"], json!(seeds)),
            (&["experiment", "ranks"], json!([2, 4])),
            (&["session", "settings", "lora", "rank"], json!(1e30)),
            (&["session", "settings", "localized", "grid"], json!(4)),
            (&["theme"], json!("purple")),
            (&["max_pixels"], json!(1_000_000)),
        ]));
        assert_eq!(
            wild,
            [
                "experiment seeds",
                "session settings lora rank",
                "theme",
                "zoom"
            ]
        );
        assert_eq!(found.zoom, usual.zoom);
        assert_eq!(found.experiment.seeds, None);
        assert_eq!(found.experiment.ranks, Some(vec![2, 4]));
        assert_eq!(found.session.settings.lora, usual.session.settings.lora);
        assert_eq!(found.session.settings.localized.grid, 4);
        assert_eq!(found.max_pixels, 1_000_000);
    }

    #[test]
    fn preferences_of_the_window_are_taken_whole() {
        let mut usual = Preferences::default();
        usual.recent.push_back("mnist:test:38".to_owned());
        usual.experiment.ranks = Some(vec![1000]);
        let value = serde_json::to_value(&usual).expect("is said in JSON");
        assert_eq!(part_of(&value), (usual, Vec::new()));
        // Of an older version, which knew less, and of a newer one, which knows more.
        let (found, wild) = part_of(&json!({"zoom": 2.0, "lessons": [1, 2]}));
        assert_eq!((found.zoom, wild), (2.0, Vec::new()));
    }

    fn wild_values() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<u64>().prop_map(|n| json!(n)),
            any::<i64>().prop_map(|n| json!(n)),
            any::<f64>().prop_map(|n| json!(n)),
            Just(json!(null)),
            Just(json!({})),
            Just(json!("")),
            Just(json!([])),
            (0usize..5000, any::<u64>()).prop_map(|(n, value)| json!(vec![value; n])),
        ]
    }

    proptest! {
        #[test]
        fn no_value_anywhere_is_too_wild_to_start_on(
            place in prop::sample::select(vec![
                vec!["zoom"], vec!["window"], vec!["paper", "width"], vec!["paper", "type_size"], vec!["dpi"], vec!["recent"], vec!["max_pixels"],
                vec!["session"], vec!["session", "source"], vec!["session", "settings", "adaptive"],
                vec!["session", "settings", "adaptive", "painted"],
                vec!["session", "settings", "melora", "blocks"],
                vec!["view", "brush"], vec!["view", "synthetic", "rows"],
                vec!["experiment", "ranks"], vec!["experiment", "segments"],
                vec!["experiment", "seeds"], vec!["experiment", "epochs"],
                vec!["experiment", "learning_rates"], vec!["experiment", "layouts"],
            ]),
            value in wild_values(),
        ) {
            let whole = file(&[(&place, value), (&["theme"], json!("dark"))]);
            let (found, _) = part_of(&whole);
            prop_assert!(possible(&found));
            prop_assert_eq!(found.theme, crate::app::state::ThemeChoice::Dark);
        }
    }
}

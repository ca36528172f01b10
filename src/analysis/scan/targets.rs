//! The arrays that a scan looks at, and those that it leaves out, told before any work.

use std::collections::HashSet;
use std::path::PathBuf;

use super::{ScanSettings, SkippedArray};
use crate::analysis::model::array_of;
use crate::source::{ArrayInfo, BaseArrays, Source, SourceError, arrays_in, nearest_names};

/// Matrices with a shorter side are left out: no structure has room in them.
const LEAST_SIDE: u64 = 8;

/// One array of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanTarget {
    /// Its name.
    pub name: String,
    /// Its rows and columns.
    pub sides: (u64, u64),
    /// The types of its elements and of its base's.
    pub dtypes: (String, Option<String>),
    /// Whether it is an update already, for which the base is only measured.
    pub is_update: bool,
}

/// All arrays of a scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanTargets {
    /// The model.
    pub model: PathBuf,
    /// The model that is subtracted.
    pub subtract: Option<PathBuf>,
    /// Those that are looked at, in the order of their names.
    pub targets: Vec<ScanTarget>,
    /// Those that could be and are not asked for: of other names, or of other parts.
    pub unasked: Vec<ScanTarget>,
    /// Those that are left out.
    pub skipped: Vec<SkippedArray>,
    /// Patterns that no array's name matches, each with the nearest names.
    pub unmatched: Vec<(String, Vec<String>)>,
    /// The names of all two-dimensional arrays that the model has.
    pub arrays: HashSet<String>,
}

/// So many names are told beside one that none has.
const MOST_NEAREST: usize = 5;

impl ScanTarget {
    /// What a factorization of it costs, in a unit of its own.
    pub fn work(&self) -> f64 {
        let (rows, cols) = (self.sides.0 as f64, self.sides.1 as f64);
        rows * cols * rows.min(cols)
    }
}

impl ScanTargets {
    /// Looks at both models' lists; only names that match one of `patterns` are taken, where there are any.
    ///
    /// # Errors
    /// A model that cannot be read.
    pub fn new(settings: &ScanSettings, patterns: &[String]) -> Result<Self, SourceError> {
        let mut arrays = arrays_in(&settings.model)?;
        // The tensors that make updates are none themselves.
        if arrays.iter().any(|array| array.update.is_some()) {
            arrays.retain(|array| array.update.is_some());
        }
        let base = settings.subtract.as_deref().map(arrays_in).transpose()?;
        let base = base.as_deref().map(|all| (all, BaseArrays::new(all)));
        let mut found = Self {
            model: settings.model.clone(),
            subtract: settings.subtract.clone(),
            ..Self::default()
        };
        arrays.sort_by_cached_key(|array| natural(&array.name));
        found.unmatched = unmatched_patterns(patterns, &arrays);
        // Only of the one array of a file no name is needed.
        let is_alone = arrays.len() == 1;
        arrays.retain(|array| array.shape.len() == 2);
        for array in arrays {
            let matches = |pattern: &String| matches_pattern(pattern, &array.name);
            let is_asked = patterns.is_empty() || patterns.iter().any(matches);
            let base = base.as_ref().map(|(all, base)| {
                let at = base.of(&array.name);
                at.map(|at| &all[at])
            });
            found.arrays.insert(array.name.clone());
            let target = match array.name.is_empty() && !is_alone {
                true => Err("it has no name by which it could be read".to_owned()),
                false => target(&array, base),
            };
            match (target, is_asked) {
                (Ok(target), true) => found.targets.push(target),
                (Ok(target), false) => found.unasked.push(target),
                (Err(reason), true) => found.skipped.push(SkippedArray {
                    name: array.name,
                    reason,
                }),
                (Err(_), false) => {}
            }
        }
        Ok(found)
    }

    /// Whether there is anything to scan.
    ///
    /// # Errors
    /// A sentence where there is nothing.
    pub fn ensure_some(&self, patterns: &[String]) -> Result<(), String> {
        let model = self.model.display();
        match (&self.targets[..], &self.skipped[..], patterns) {
            ([_, ..], ..) => Ok(()),
            (_, [one, ..], _) => Err(format!(
                "there is nothing to scan, {} is left out ({}): {model}",
                one.name, one.reason
            )),
            (_, _, []) => Err(format!(
                "this has no two-dimensional array to scan; list its arrays with localized-lora arrays: {model}"
            )),
            _ => {
                let nearest = self.unmatched.iter().flat_map(|(_, nearest)| nearest);
                let told = no_match(&patterns.join(", "), &nearest.collect::<Vec<_>>());
                Err(format!("{told}: {model}"))
            }
        }
    }

    /// A sentence on each pattern that no array's name matches.
    pub fn notes(&self) -> Vec<String> {
        let unmatched = self.unmatched.iter();
        unmatched
            .map(|(pattern, nearest)| no_match(pattern, nearest))
            .collect()
    }

    /// The source of a target.
    pub fn source(&self, target: &ScanTarget) -> Source {
        let whole = array_of(&self.model, &target.name);
        match self.base(target) {
            Some(base) if !target.is_update => whole.minus(base),
            _ => whole,
        }
    }

    /// The base weight of a target.
    pub fn base(&self, target: &ScanTarget) -> Option<Source> {
        let base = self.subtract.as_deref()?;
        Some(array_of(base, &target.name))
    }
}

/// The target that a two-dimensional array is; `base` is there where one is subtracted, with the array that it
/// has.
///
/// # Errors
/// Why it is none.
fn target(array: &ArrayInfo, base: Option<Option<&ArrayInfo>>) -> Result<ScanTarget, String> {
    let [rows, cols] = array.shape[..] else {
        return Err(format!("{}: no matrix", array.sides()));
    };
    if rows.min(cols) < LEAST_SIDE {
        return Err(format!("{rows} × {cols}: a side is below {LEAST_SIDE}"));
    }
    if let Some(reason) = base.and_then(|base| without_base(array, base)) {
        return Err(reason);
    }
    let update = array.update.as_ref();
    Ok(ScanTarget {
        name: array.name.clone(),
        sides: (rows, cols),
        dtypes: (
            array.dtype.clone(),
            base.flatten().map(|base| base.dtype.clone()),
        ),
        is_update: update.is_some_and(|update| !update.needs_base),
    })
}

/// Patterns that match none of the matrices' names, with the nearest of these.
fn unmatched_patterns(patterns: &[String], arrays: &[ArrayInfo]) -> Vec<(String, Vec<String>)> {
    let matrices = arrays.iter().filter(|array| array.shape.len() == 2);
    let names: Vec<String> = matrices.map(|array| array.name.clone()).collect();
    let none = |pattern: &&String| !names.iter().any(|name| matches_pattern(pattern, name));
    let nearest = |pattern: &String| {
        let letters = pattern.replace(['*', '?'], "");
        let near = nearest_names(&names, &letters).into_iter().cloned();
        (pattern.clone(), near.collect())
    };
    patterns.iter().filter(none).map(nearest).collect()
}

/// *there is no two-dimensional array to scan whose name matches h.9.\*; the nearest are h.0.a, h.1.a*
fn no_match<T: AsRef<str>>(patterns: &str, nearest: &[T]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in nearest.iter().map(AsRef::as_ref) {
        if names.len() < MOST_NEAREST && !names.contains(&name) {
            names.push(name);
        }
    }
    let near = match names.is_empty() {
        true => "it has none".to_owned(),
        false => format!("the nearest are {}", names.join(", ")),
    };
    format!("there is no two-dimensional array to scan whose name matches {patterns}; {near}")
}

/// Why an array has no base.
fn without_base(array: &ArrayInfo, base: Option<&ArrayInfo>) -> Option<String> {
    match base {
        None => Some("the base has no array of this name".to_owned()),
        Some(one) if one.shape == array.shape => None,
        Some(one) => Some(format!("{} and its base is {}", array.sides(), one.sides())),
    }
}

/// Whether a name matches a pattern, in which `*` stands for anything and `?` for one character.
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut of) = (0, 0);
    // The last star, and where in the name what it stands for ends.
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(&c) if c == '?' || c == name[of] => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((back, end)) => {
                    star = Some((back, end + 1));
                    at = back + 1;
                    of = end + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

/// A key in whose order `layers.2` comes before `layers.10`.
pub fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (text, behind) = rest.split_at(digits);
        let end = behind
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (number, after) = behind.split_at(end);
        parts.push((text.to_owned(), number.parse().unwrap_or(0)));
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in [
            ("*", "a.b"),
            ("*.weight", "layers.0.weight"),
            ("layers.?.q*", "layers.3.q_proj.weight"),
            ("*q*q*", "qq"),
            ("a", "a"),
        ] {
            assert!(matches_pattern(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("layers.1.*", "layers.10.q"),
            ("a", "ab"),
            ("*b", "abc"),
            ("?", ""),
        ] {
            assert!(!matches_pattern(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn numbers_in_names_are_ordered_as_numbers() {
        let mut names = ["h.10.a", "h.2.b", "h.2.a", "g", "h"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["g", "h", "h.2.a", "h.2.b", "h.10.a"]);
    }
}

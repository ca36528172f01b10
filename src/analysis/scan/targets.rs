//! The arrays that a scan looks at, and those that it leaves out, told before any work.

use std::collections::HashSet;
use std::path::PathBuf;

use super::pattern::matches_pattern;
use super::{ScanSettings, SkippedArray};
use crate::analysis::model::array_of;
use crate::figure::label;
use crate::source::{
    ArrayInfo, Arrays, BaseArrays, OtherMember, Source, SourceError, list_arrays, nearest_names,
};

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
    /// The names of all two-dimensional arrays that the model has, and of those whose shape cannot be read.
    pub arrays: HashSet<String>,
    /// The names of all its arrays.
    pub names: HashSet<String>,
}

/// So many names are told beside one that none has.
const MOST_NEAREST: usize = 5;

impl ScanTarget {
    /// What a factorization of it costs, in a unit of its own.
    pub fn work(&self) -> f64 {
        let (rows, cols) = (self.sides.0 as f64, self.sides.1 as f64);
        rows * cols * rows.min(cols)
    }

    /// Its entries, by which the time to read it grows.
    pub fn entries(&self) -> f64 {
        self.sides.0 as f64 * self.sides.1 as f64
    }
}

impl ScanTargets {
    /// Looks at both models' lists; only names that match one of `patterns` are taken, where there are any.
    ///
    /// # Errors
    /// A model that cannot be read.
    pub fn new(settings: &ScanSettings, patterns: &[String]) -> Result<Self, SourceError> {
        let (mut arrays, unread) = list_arrays(&settings.model)?.into_model();
        let base = settings.subtract.as_deref().map(list_arrays).transpose()?;
        let base = base.as_ref().map(BaseModel::new);
        arrays.sort_by_cached_key(|array| natural(&array.name));
        // Only of the one array of a file no name is needed.
        let is_alone = arrays.len() == 1;
        let names = arrays.iter().map(|array| &array.name);
        let names = names.chain(unread.iter().map(|array| &array.name));
        let mut found = Self {
            model: settings.model.clone(),
            subtract: settings.subtract.clone(),
            names: names.cloned().collect(),
            ..Self::default()
        };
        // Biases and norms are none of a scan's business.
        arrays.retain(|array| array.shape.len() >= 2);
        let names = arrays.iter().map(|array| &array.name);
        let names = names.chain(unread.iter().map(|array| &array.name));
        let names: Vec<String> = names.cloned().collect();
        found.unmatched = unmatched_patterns(patterns, &names);
        found.arrays = names.into_iter().collect();
        let is_asked = |name: &str| {
            let matches = |pattern: &String| matches_pattern(pattern, name);
            patterns.is_empty() || patterns.iter().any(matches)
        };
        // What cannot be read is told first: without it there may be nothing else.
        let unread = unread
            .into_iter()
            .map(|OtherMember { name, reason, .. }| SkippedArray { name, reason });
        found
            .skipped
            .extend(unread.filter(|array| is_asked(&array.name)));
        for array in arrays {
            let target = match array.name.is_empty() && !is_alone {
                true => Err("it has no name by which it could be read".to_owned()),
                false => target(&array, base.as_ref()),
            };
            match (target, is_asked(&array.name)) {
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
                label::name(&one.name),
                one.reason
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

/// A base model, whose arrays are found by name.
struct BaseModel<'a> {
    listed: &'a Arrays,
    by_name: BaseArrays<'a>,
}

impl<'a> BaseModel<'a> {
    fn new(listed: &'a Arrays) -> Self {
        Self {
            listed,
            by_name: BaseArrays::new(&listed.arrays),
        }
    }

    /// The base of an array.
    ///
    /// # Errors
    /// Why it has none.
    fn of(&self, array: &ArrayInfo) -> Result<&'a ArrayInfo, String> {
        let found = self.by_name.of(&array.name);
        let Some(base) = found.map(|at| &self.listed.arrays[at]) else {
            let mut unread = self.listed.others.iter();
            let unread = unread.find(|other| other.name == array.name);
            return Err(match unread {
                Some(other) => format!("its base cannot be read, because {}", other.reason),
                None => "the base has no array of this name".to_owned(),
            });
        };
        match base.shape == array.shape {
            true => Ok(base),
            false => Err(format!(
                "{} and its base is {}",
                array.sides(),
                base.sides()
            )),
        }
    }
}

/// The target that a two-dimensional array is, beside its base where one is subtracted.
///
/// # Errors
/// Why it is none.
fn target(array: &ArrayInfo, base: Option<&BaseModel<'_>>) -> Result<ScanTarget, String> {
    let [rows, cols] = array.shape[..] else {
        let count = array.shape.len();
        return Err(format!(
            "it has {count} dimensions and not two, as the kernels of convolutions have"
        ));
    };
    if rows.min(cols) < LEAST_SIDE {
        return Err(format!("{rows} × {cols}: a side is below {LEAST_SIDE}"));
    }
    let base = base.map(|base| base.of(array)).transpose()?;
    let update = array.update.as_ref();
    Ok(ScanTarget {
        name: array.name.clone(),
        sides: (rows, cols),
        dtypes: (array.dtype.clone(), base.map(|base| base.dtype.clone())),
        is_update: update.is_some_and(|update| !update.needs_base),
    })
}

/// Patterns that match none of the names, with the nearest of these.
fn unmatched_patterns(patterns: &[String], names: &[String]) -> Vec<(String, Vec<String>)> {
    let none = |pattern: &&String| !names.iter().any(|name| matches_pattern(pattern, name));
    let nearest = |pattern: &String| {
        let letters = pattern.replace(['*', '?'], "");
        let near = nearest_names(names, &letters).into_iter().cloned();
        (pattern.clone(), near.collect())
    };
    patterns.iter().filter(none).map(nearest).collect()
}

/// *there is no two-dimensional array to scan whose name matches h.9.\*; the nearest are h.0.a, h.1.a*
fn no_match<T: AsRef<str>>(patterns: &str, nearest: &[T]) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in nearest.iter().map(|one| label::name(one.as_ref())) {
        if names.len() < MOST_NEAREST && !names.contains(&name) {
            names.push(name);
        }
    }
    let near = match names.is_empty() {
        true => "it has none".to_owned(),
        false => format!("the nearest are {}", names.join(", ")),
    };
    let comma = match names.iter().any(|name| name.contains(',')) {
        true => r"; a comma in a name is written \,",
        false => "",
    };
    format!(
        "there is no two-dimensional array to scan whose name matches {}; {near}{comma}",
        label::name(patterns)
    )
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
    fn numbers_in_names_are_ordered_as_numbers() {
        let mut names = ["h.10.a", "h.2.b", "h.2.a", "g", "h"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["g", "h", "h.2.a", "h.2.b", "h.10.a"]);
    }
}

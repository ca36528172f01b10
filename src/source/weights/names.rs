//! The array that a user's name means.

use std::collections::BTreeSet;

use crate::source::SourceError;
use crate::source::error::{one_line, printable};
use crate::source::module_name::{WEIGHT, module};

/// Names in an error message.
const LISTED: usize = 20;

/// Names in an error message, of those that are like the one that was given.
const LIKE: usize = 5;

/// Only so many names, and none longer, are compared with one that was given wrongly.
const COMPARED: usize = 5000;
const LONGEST: usize = 300;

/// The name among `names` that is meant: exactly this, with or without `.weight`, or the only one
/// that ends so.
///
/// # Errors
/// None or several; the nearest are told.
pub fn find(file: &str, names: &[String], wanted: &str) -> Result<String, SourceError> {
    let with = format!("{wanted}{WEIGHT}");
    let without = module(wanted);
    for form in [wanted, &with, without] {
        if names.iter().any(|name| name == form) {
            return Ok(form.to_owned());
        }
    }
    let quoted = one_line(&printable(wanted));
    for form in [wanted, &with] {
        let ends = |name: &&String| {
            let start = name.strip_suffix(form);
            start.is_some_and(|start| start.ends_with(['.', '/', '_', ':']))
        };
        let ending: BTreeSet<&String> = names.iter().filter(ends).collect();
        let mut found = ending.iter();
        match (found.next(), found.next()) {
            (None, _) => {}
            (Some(only), None) => return Ok((**only).clone()),
            _ => {
                let problem = format!("has {} arrays that end in '{quoted}'", ending.len());
                return Err(ask(file, problem, &ending.into_iter().collect::<Vec<_>>()));
            }
        }
    }
    let near = nearest(names, wanted);
    Err(ask(file, format!("has no array '{quoted}'"), &near))
}

/// The names that are most like one that was given wrongly, the nearest first; those that are too long to be
/// compared come last.
pub fn nearest<'a>(names: &'a [String], wanted: &str) -> Vec<&'a String> {
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .take(COMPARED)
        .map(|name| match name.len().max(wanted.len()) < LONGEST {
            true => (strsim::damerau_levenshtein(name, wanted), name),
            false => (usize::MAX, name),
        })
        .collect();
    near.sort_unstable();
    near.truncate(LIKE);
    near.into_iter().map(|(_, name)| name).collect()
}

/// Asks for one of several names.
pub fn ask(file: &str, problem: impl Into<String>, names: &[&String]) -> SourceError {
    // By no name none can be chosen.
    let named = names.iter().filter(|name| !name.is_empty());
    let mut list: Vec<String> = named
        .take(LISTED)
        .map(|name| one_line(&printable(name)))
        .collect();
    let path = shlex::try_quote(file).unwrap_or(file.into());
    if names.len() > LISTED {
        list.push(format!("…; localized-lora arrays {path} lists all"));
    }
    if list.is_empty() && !names.is_empty() {
        let remedy = "leave out #NAME, or give its arrays names";
        return SourceError::unsupported(file, "only arrays without a name", remedy);
    }
    if list.is_empty() {
        return SourceError::unsupported(file, "no arrays", "a file with at least one is needed");
    }
    SourceError::WhichArray {
        name: file.to_owned(),
        problem: problem.into(),
        names: list.join(", "),
    }
}

//! Errors of a command line, in our words rather than those of the library that reads it.

use std::error::Error;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{PROGRAM, command};

/// The remedy where no better one is known; it works everywhere.
const HELP: &str = "see --help";

/// One sentence about a command line that could not be read: what is wrong, and what to do.
pub(super) fn sentence(error: &clap::Error, arguments: &[OsString]) -> String {
    if let Some(sentence) = before_subcommand(arguments) {
        return sentence;
    }
    if strings(error, ContextKind::PriorArg)
        .iter()
        .any(|prior| prior == "[FILE]")
    {
        return format!(
            "unknown subcommand {}; see --help, or give only a file's name to open it in the window",
            arguments
                .get(1)
                .map(|word| word.display().to_string())
                .unwrap_or_default()
        );
    }
    let argument = strings(error, ContextKind::InvalidArg).join(", ");
    match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            format!("arguments are missing; {HELP}")
        }
        ErrorKind::MissingRequiredArgument => missing(error, arguments),
        ErrorKind::ArgumentConflict => conflict(error, &argument),
        ErrorKind::InvalidValue => value(error, &argument, arguments),
        ErrorKind::ValueValidation => invalid(error, &argument),
        ErrorKind::UnknownArgument => unknown(error, &argument, arguments),
        ErrorKind::InvalidUtf8 => {
            "an argument is not UTF-8; only the paths of files may be otherwise".to_owned()
        }
        _ => {
            let text = error.render().to_string();
            let what = text.split("\n\n").next().unwrap_or("wrong usage");
            format!("{}; {HELP}", what.trim().trim_start_matches("error: "))
        }
    }
}

fn strings(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// Words that stand before the subcommand, and the command with them behind it if that works.
pub(super) fn before_subcommand(arguments: &[OsString]) -> Option<String> {
    let known = command();
    let is_known = |word: &OsString| known.find_subcommand(word).is_some();
    let words = arguments.get(1..)?;
    let place = words.iter().position(is_known).filter(|place| *place > 0)?;
    let (before, after) = words.split_at(place);
    let moved = || after.iter().chain(before);
    let works = command()
        .try_get_matches_from(arguments[..1].iter().chain(moved()))
        .is_ok();
    let written: Option<Vec<&str>> = moved().map(|word| word.to_str()).collect();
    let written = written.and_then(|words| shlex::try_join(words).ok());
    let remedy = match written.filter(|_| works) {
        Some(written) => format!("write {PROGRAM} {written}"),
        None => {
            let name = after[0].display();
            format!("{PROGRAM} {name} --help shows what may stand after {name}")
        }
    };
    Some(format!(
        "{} stands before the subcommand; {remedy}",
        words[0].display()
    ))
}

fn conflict(error: &clap::Error, argument: &str) -> String {
    let others = strings(error, ContextKind::PriorArg);
    if others.iter().all(|other| other == argument) {
        return format!("{argument} is given more than once; give it once");
    }
    format!(
        "{argument} does not go with {}; leave one of them out",
        others.join(", ")
    )
}

/// The arguments that a command line lacks.
fn lacking<'a>(words: impl Iterator<Item = &'a OsString>) -> Option<Vec<String>> {
    let error = command().try_get_matches_from(words).err()?;
    let is_missing = error.kind() == ErrorKind::MissingRequiredArgument;
    is_missing.then(|| strings(&error, ContextKind::InvalidArg))
}

/// The sentence about a missing argument, with the option that needs it where the subcommand alone does not.
fn missing(error: &clap::Error, arguments: &[OsString]) -> String {
    let wanted = strings(error, ContextKind::InvalidArg);
    let always = lacking(arguments.iter().take(2)).unwrap_or_default();
    let is_option = |one: &&String| one.starts_with('-') && !always.contains(one);
    let options: Vec<&String> = wanted.iter().filter(is_option).collect();
    // Alone behind the subcommand it needs the same.
    let needs = |option: &OsString, value: Option<&OsString>| {
        let words = arguments.iter().take(2).chain([option]).chain(value);
        lacking(words).is_some_and(|missing| options.iter().all(|one| missing.contains(one)))
    };
    let given = (2..arguments.len()).find_map(|at| {
        let option = &arguments[at];
        let text = option.to_str().filter(|text| text.starts_with("--"))?;
        let found = needs(option, None) || needs(option, arguments.get(at + 1));
        found.then(|| text.split('=').next().unwrap_or(text))
    });
    match given.filter(|_| !options.is_empty()) {
        Some(given) => {
            let wanted: Vec<String> = options
                .iter()
                .map(|one| one.replace(['<', '>'], ""))
                .collect();
            format!("{given} needs {}", wanted.join(" and "))
        }
        None => {
            let are = if wanted.len() == 1 { "is" } else { "are" };
            let ways = wanted.iter().map(|one| with_alternatives(one, arguments));
            format!(
                "{} {are} missing; {HELP}",
                ways.collect::<Vec<_>>().join(", ")
            )
        }
    }
}

/// *--rank <R> or --plan <PLAN.json>*: a missing argument, and the options with which it is not missing.
fn with_alternatives(wanted: &str, arguments: &[OsString]) -> String {
    let mut known = command();
    // Before that no argument can be written.
    known.build();
    let subcommand = arguments
        .get(1)
        .and_then(|word| known.find_subcommand(word));
    let all = subcommand
        .into_iter()
        .flat_map(clap::Command::get_arguments);
    let others = all.filter(|one| one.get_long().is_some() && one.to_string() != wanted);
    // A number and a word: what reads the value takes one of them.
    let serves = |one: &clap::Arg| {
        ["1", "x"].into_iter().any(|value| {
            let option = format!("--{}={value}", one.get_long().unwrap_or_default());
            let option = OsString::from(option);
            let words = || arguments.iter().chain([&option]);
            match lacking(words()) {
                Some(missing) => !missing.iter().any(|one| one == wanted),
                None => command().try_get_matches_from(words()).is_ok(),
            }
        })
    };
    let ways = others.filter(|one| serves(one)).map(ToString::to_string);
    let ways: Vec<String> = std::iter::once(wanted.to_owned()).chain(ways).collect();
    ways.join(" or ")
}

/// A value that is none of the few that there are, or missing.
fn value(error: &clap::Error, argument: &str, arguments: &[OsString]) -> String {
    let found = strings(error, ContextKind::InvalidValue).join(", ");
    let possible = strings(error, ContextKind::ValidValue);
    if !found.is_empty() {
        return format!(
            "'{found}' is not a valid value for {argument}; choose {}",
            choice(&possible)
        );
    }
    let option = argument.split(' ').next().unwrap_or(argument);
    let place = arguments.iter().position(|word| word == option);
    let next = place.and_then(|place| arguments.get(place + 1)?.to_str());
    match next.filter(|next| !possible.iter().any(|one| one == next)) {
        Some(next) => format!(
            "{argument} needs a value before {next}; if {next} is the value, write {option}={next}"
        ),
        None if possible.is_empty() => format!("{argument} needs a value; {HELP}"),
        None => format!("{argument} needs a value; choose {}", choice(&possible)),
    }
}

/// *a, b or c*
fn choice(values: &[String]) -> String {
    match values {
        [] => "another".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A value that its own reader refuses, with its reason.
fn invalid(error: &clap::Error, argument: &str) -> String {
    let found = strings(error, ContextKind::InvalidValue).join(", ");
    let reason = error.source().map(ToString::to_string).unwrap_or_default();
    // A reason may name the value itself, and nothing need not be named.
    if reason.contains(&found) {
        return format!("{argument}: {reason}");
    }
    format!("'{found}' is not a valid value for {argument}; {reason}")
}

/// An option that does not exist, or one word too many.
fn unknown(error: &clap::Error, argument: &str, arguments: &[OsString]) -> String {
    let suggested = strings(error, ContextKind::SuggestedArg);
    if let Some(suggested) = suggested.first() {
        return format!("there is no option {argument}; did you mean {suggested}?");
    }
    if !argument.starts_with('-') {
        return format!("unexpected argument {argument}; {HELP}");
    }
    // The library names only the first letter of what it took for several options.
    let words = arguments.iter().filter_map(|word| word.to_str());
    let word = words
        .filter(|word| word.starts_with(argument))
        .min_by_key(|word| word.len())
        .unwrap_or(argument);
    if word.starts_with("--") {
        return format!("there is no option {word}; {HELP}");
    }
    format!("there is no option {word}; {HELP}, and a file of that name is written ./{word}")
}

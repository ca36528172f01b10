//! Outputs of a call: files of their own, one of which is standard output where it is called `-`.

use std::ffi::OsString;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};

use clap::builder::{OsStringValueParser, TypedValueParser};

use super::{Failure, FormatArgs, print};
use crate::store;

/// Whether this path stands for standard output; a file of that name is written `./-`.
pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads the path of an output. It may begin with a dash, so that an option whose path is missing
/// would take the next one for it: that is told.
pub(super) fn parser() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(|text: OsString| {
        let shown = text.to_string_lossy();
        if shown.is_empty() {
            Err("a file needs a name; give one".to_owned())
        } else if shown.starts_with("--") {
            Err(format!(
                "a file's name is expected before {shown}; a file of that name is written ./{shown}"
            ))
        } else {
            Ok(PathBuf::from(&text))
        }
    })
}

/// All that one call writes.
pub(super) struct Outputs<'a> {
    format: FormatArgs,
    named: Vec<(&'static str, &'a Path)>,
}

impl<'a> Outputs<'a> {
    /// The printed output alone; files come with [`Self::and`].
    pub fn of(format: FormatArgs) -> Self {
        Self {
            format,
            named: Vec::new(),
        }
    }

    /// Adds the file of an option, if it is given.
    #[must_use]
    pub fn and(mut self, option: &'static str, path: Option<&'a Path>) -> Self {
        self.named.extend(path.map(|path| (option, path)));
        self
    }

    /// Looks whether every output has a place of its own, none of them a source of the call, before
    /// anything is computed.
    ///
    /// # Errors
    /// Wrong usage where they are in each other's way, a place that cannot be written.
    pub fn check(&self, sources: &[PathBuf]) -> Result<(), Failure> {
        let printed = self.format.option().into_iter();
        let standard = self.named.iter().filter(|(_, path)| is_standard(path));
        let standard: Vec<String> = printed
            .map(ToOwned::to_owned)
            .chain(standard.map(|(option, _)| format!("{option} -")))
            .collect();
        if let [first, second, ..] = &standard[..] {
            return Err(Failure::usage(format!(
                "{first} and {second} both write to standard output; give one of them a file, or leave it out"
            )));
        }
        let paths = self.named.iter().map(|(_, path)| *path);
        let files: Vec<&Path> = paths.filter(|path| !is_standard(path)).collect();
        Ok(store::check_outputs(&files, sources)?)
    }

    /// Whether standard output is one of the files, so that nothing else may be printed there; the
    /// remarks then go to standard error.
    pub fn leave_only_remarks(&self, notes: &[String]) -> bool {
        let taken = self.named.iter().any(|(_, path)| is_standard(path));
        if taken {
            print::remarks(notes);
        }
        taken
    }
}

/// Bytes that no terminal can show must go elsewhere.
///
/// # Errors
/// Wrong usage where standard output is a terminal.
pub(super) fn refuse_terminal(option: &str, what: &str) -> Result<(), Failure> {
    if !stdout().is_terminal() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "a terminal cannot show {what}; redirect {option} - to a file or a pipe"
    )))
}

/// Writes a result, whole or not at all, and says where it is unless that is standard output.
///
/// # Errors
/// A place that cannot be written.
pub(super) fn write(path: &Path, bytes: &[u8], what: &str) -> Result<Option<String>, Failure> {
    if is_standard(path) {
        print::standard_output(bytes)?;
        return Ok(None);
    }
    store::save_atomically(path, bytes)?;
    Ok(Some(format!("{what} written to {}", path.display())))
}

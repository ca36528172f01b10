//! The words of a command line, quoted for a POSIX shell.

use std::path::Path;

use super::Export;
use crate::figure::palette::Theme;
use crate::figure::{Format, Paper};
use crate::source::{Source, without_folders};

/// A command line, quoted for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// With every path as it was given: to be run again from anywhere.
    pub whole: String,
    /// With the names of files and folders only, as figures hold it: the folders of an author are nobody's
    /// business, least of all a reviewer's. It runs where the files lie.
    pub stored: String,
}

/// The words so far, whole and as a figure holds them.
pub(crate) struct Words {
    whole: Vec<String>,
    stored: Vec<String>,
}

impl Words {
    /// The program's name.
    pub fn program() -> Self {
        let name = vec!["localized-lora".to_owned()];
        Self {
            whole: name.clone(),
            stored: name,
        }
    }

    /// A bare word.
    pub fn word(&mut self, word: &str) {
        self.each((word, word), |words, word| words.push(word.to_owned()));
    }

    /// An option and its value.
    pub fn option(&mut self, name: &str, value: &str) {
        self.option_stored(name, (value, value));
    }

    /// An option and a path; `None` for a path that is not UTF-8.
    pub fn path_option(&mut self, name: &str, path: &Path) -> Option<()> {
        let path = path.to_str()?;
        self.option_stored(name, (path, without_folders(path)));
        Some(())
    }

    /// An option and a source in its text form.
    pub fn source_text_option(&mut self, name: &str, (text, source): (&str, &Source)) {
        let stored = source.clone().without_folders().to_string();
        self.option_stored(name, (text, &stored));
    }

    fn option_stored(&mut self, name: &str, values: (&str, &str)) {
        self.each(values, |words, value| {
            if value.starts_with('-') {
                words.push(format!("--{name}={value}"));
            } else {
                words.extend([format!("--{name}"), value.to_owned()]);
            }
        });
    }

    fn each(&mut self, (whole, stored): (&str, &str), push: impl Fn(&mut Vec<String>, &str)) {
        push(&mut self.whole, whole);
        push(&mut self.stored, stored);
    }

    /// An option without a value.
    pub fn flag(&mut self, name: &str) {
        self.word(&format!("--{name}"));
    }

    /// A path among others; `None` for one that is not UTF-8.
    pub fn path(&mut self, path: &Path) -> Option<()> {
        let path = path.to_str()?;
        self.each((path, without_folders(path)), |words, word| {
            words.push(word.to_owned());
        });
        Some(())
    }

    /// The positional argument: a path; `None` for one that is not UTF-8.
    pub fn last_path(&mut self, path: &Path) -> Option<()> {
        let path = path.to_str()?;
        self.each((path, without_folders(path)), push_last);
        Some(())
    }

    /// The positional argument: a source in its text form.
    pub fn source_text(&mut self, (text, source): (&str, &Source)) {
        let stored = source.clone().without_folders().to_string();
        self.each((text, &stored), push_last);
    }

    /// The figure's file and what every figure may choose; `None` for a path that is not UTF-8.
    pub fn figure(&mut self, export: &Export) -> Option<()> {
        self.path_option("figure", &export.path)?;
        if let Some(format) = export.format {
            self.option("format", format.extension());
        }
        // Vectors have no pixels.
        let in_pixels = export.written_as() == Some(Format::Png);
        if let Some(width) = export.width.filter(|_| in_pixels) {
            self.option("width", &width.to_string());
        }
        if let Some(width) = export.paper.width {
            self.option("width", &format!("{width}mm"));
        }
        if export.paper.type_size != Paper::TYPE {
            self.option("font-size", &export.paper.type_size.to_string());
        }
        if !export.paper.line_styles {
            self.flag("solid-lines");
        }
        if !export.omit.is_empty() {
            let keys: Vec<String> = export.omit.iter().map(|part| part.key()).collect();
            self.option("omit", &keys.join(","));
        }
        if in_pixels && export.dpi != Export::DPI {
            self.option("dpi", &export.dpi.to_string());
        }
        if export.theme == Theme::Dark {
            self.option("theme", "dark");
        }
        Some(())
    }

    /// The whole line; `None` when a shell cannot take it.
    pub fn quoted(self) -> Option<CommandLine> {
        let join = |words: &[String]| shlex::try_join(words.iter().map(String::as_str)).ok();
        Some(CommandLine {
            whole: join(&self.whole)?,
            stored: join(&self.stored)?,
        })
    }
}

/// Pushes a positional argument, which may look like an option.
fn push_last(words: &mut Vec<String>, value: &str) {
    if value.starts_with('-') {
        words.push("--".to_owned());
    }
    words.push(value.to_owned());
}

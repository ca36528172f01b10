//! The words of a command line, quoted for a POSIX shell.

use std::cell::RefCell;
use std::path::Path;

use super::Export;
use crate::figure::palette::Theme;
use crate::figure::{Format, Paper};
use crate::source::{FileNames, Source};

/// A command line, quoted for a POSIX shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// With every path as it was given: to be run again from anywhere.
    pub whole: String,
    /// With the names of files and folders only, as figures hold it: the folders of an author are nobody's
    /// business, least of all a reviewer's. It runs where the files lie.
    pub stored: String,
}

/// The words so far.
pub(crate) struct Words(Vec<(Place, Value)>);

/// Where a value stands.
enum Place {
    Word,
    /// Behind an option of this name.
    Option(String),
    /// As the positional argument.
    Last,
}

/// A value, which a figure may hold in another form.
enum Value {
    Text(String),
    Path(String),
    /// A source and its text form.
    Source(String, Source),
}

impl Words {
    /// The program's name.
    pub fn program() -> Self {
        let mut words = Self(Vec::new());
        words.word("localized-lora");
        words
    }

    /// A bare word.
    pub fn word(&mut self, word: &str) {
        self.0.push((Place::Word, Value::Text(word.to_owned())));
    }

    /// An option and its value.
    pub fn option(&mut self, name: &str, value: &str) {
        let place = Place::Option(name.to_owned());
        self.0.push((place, Value::Text(value.to_owned())));
    }

    /// An option and a path; `None` for a path that is not UTF-8.
    pub fn path_option(&mut self, name: &str, path: &Path) -> Option<()> {
        self.put_path(Place::Option(name.to_owned()), path)
    }

    /// An option and a source in its text form.
    pub fn source_text_option(&mut self, name: &str, (text, source): (&str, &Source)) {
        let value = Value::Source(text.to_owned(), source.clone());
        self.0.push((Place::Option(name.to_owned()), value));
    }

    /// An option without a value.
    pub fn flag(&mut self, name: &str) {
        self.word(&format!("--{name}"));
    }

    /// A path among others; `None` for one that is not UTF-8.
    pub fn path(&mut self, path: &Path) -> Option<()> {
        self.put_path(Place::Word, path)
    }

    /// The positional argument: a path; `None` for one that is not UTF-8.
    pub fn last_path(&mut self, path: &Path) -> Option<()> {
        self.put_path(Place::Last, path)
    }

    /// The positional argument: a source in its text form.
    pub fn source_text(&mut self, (text, source): (&str, &Source)) {
        let value = Value::Source(text.to_owned(), source.clone());
        self.0.push((Place::Last, value));
    }

    fn put_path(&mut self, place: Place, path: &Path) -> Option<()> {
        self.0.push((place, Value::Path(path.to_str()?.to_owned())));
        Some(())
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
        let names = self.names();
        let whole = |value: &Value| match value {
            Value::Text(text) | Value::Path(text) | Value::Source(text, _) => text.clone(),
        };
        let stored = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Path(path) => names.name(path).to_owned(),
            Value::Source(_, source) => {
                let mut source = source.clone();
                source.change_paths(&|path| names.name(&path.to_string_lossy()).into());
                source.to_string()
            }
        };
        Some(CommandLine {
            whole: self.line(&whole)?,
            stored: self.line(&stored)?,
        })
    }

    /// The names of all its files and folders.
    fn names(&self) -> FileNames {
        let paths = RefCell::new(Vec::new());
        for (_, value) in &self.0 {
            match value {
                Value::Text(_) => {}
                Value::Path(path) => paths.borrow_mut().push(path.clone()),
                Value::Source(_, source) => source.clone().change_paths(&|path| {
                    paths.borrow_mut().push(path.to_string_lossy().into_owned());
                    path
                }),
            }
        }
        FileNames::new(paths.into_inner())
    }

    fn line(&self, form: &dyn Fn(&Value) -> String) -> Option<String> {
        let mut words = Vec::new();
        for (place, value) in &self.0 {
            let value = form(value);
            let like_an_option = value.starts_with('-');
            match place {
                Place::Option(name) if like_an_option => words.push(format!("--{name}={value}")),
                Place::Option(name) => words.extend([format!("--{name}"), value]),
                Place::Last if like_an_option => words.extend(["--".to_owned(), value]),
                Place::Word | Place::Last => words.push(value),
            }
        }
        shlex::try_join(words.iter().map(String::as_str)).ok()
    }
}

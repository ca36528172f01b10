//! The words of a command line, quoted for a POSIX shell.

use super::Export;
use crate::figure::palette::Theme;
use crate::figure::{Format, Paper};

/// The words so far.
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The program's name.
    pub fn program() -> Self {
        Self(vec!["localized-lora".to_owned()])
    }

    /// A bare word.
    pub fn word(&mut self, word: &str) {
        self.0.push(word.to_owned());
    }

    /// An option and its value.
    pub fn option(&mut self, name: &str, value: &str) {
        if value.starts_with('-') {
            self.0.push(format!("--{name}={value}"));
        } else {
            self.0.extend([format!("--{name}"), value.to_owned()]);
        }
    }

    /// An option without a value.
    pub fn flag(&mut self, name: &str) {
        self.0.push(format!("--{name}"));
    }

    /// The positional argument, which may look like an option.
    pub fn last(&mut self, value: &str) {
        if value.starts_with('-') {
            self.word("--");
        }
        self.word(value);
    }

    /// The figure's file and what every figure may choose; `None` for a path that is not UTF-8.
    pub fn figure(&mut self, export: &Export) -> Option<()> {
        self.option("figure", export.path.to_str()?);
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
    pub fn quoted(self) -> Option<String> {
        shlex::try_join(self.0.iter().map(String::as_str)).ok()
    }
}

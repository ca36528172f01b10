//! Separators between the cells of a table of text.

/// The separator between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    Byte(u8),
    /// Any run of spaces and tabs.
    Blanks,
}

impl Separator {
    /// Whether cells end at this byte; a line's end is not asked for.
    pub fn ends_cell(self, byte: u8) -> bool {
        match self {
            Self::Byte(separator) => byte == separator,
            Self::Blanks => byte.is_ascii_whitespace(),
        }
    }

    /// Whether this byte stands between cells even where blanks are trimmed.
    pub fn is_mark(self, byte: u8) -> bool {
        self == Self::Byte(byte)
    }

    /// Whether the line has a mark between cells; runs of blanks are none.
    pub fn is_in(self, line: &str) -> bool {
        line.bytes().any(|byte| self.is_mark(byte))
    }

    /// The parts of a line between the marks, quotation marks unheeded.
    pub fn split(self, line: &str) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::Byte(byte) => Box::new(line.split(char::from(byte))),
            Self::Blanks => Box::new(line.split_ascii_whitespace()),
        }
    }
}

//! Python's literals, in which NumPy writes its headers.

/// Brackets within brackets.
const MAX_NESTING: usize = 16;

/// The error of a text that holds no such literals.
pub const NOT_NUMPYS: &str = "its header is not what NumPy writes";

/// A value in a header.
#[derive(Debug, PartialEq)]
pub enum Literal<'a> {
    /// As written between the quotes.
    Text(&'a str),
    /// A whole number; `None` where it is negative, broken or does not fit.
    Integer(Option<u64>),
    Bool(bool),
    /// A tuple or list.
    Sequence(Vec<Literal<'a>>),
}

/// A reader of Python literals.
pub struct Python<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Python<'a> {
    /// Reads `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            depth: 0,
        }
    }

    /// Whether all has been read.
    pub fn ended(&self) -> bool {
        self.rest.is_empty()
    }

    /// Skips blanks, and `symbol` if it comes next.
    pub fn takes(&mut self, symbol: char) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(symbol) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    pub fn dictionary(&mut self) -> Result<Vec<(&'a str, Literal<'a>)>, &'static str> {
        let mut entries = Vec::new();
        let mut more = self.takes('{');
        if !more {
            return Err(NOT_NUMPYS);
        }
        while !self.takes('}') {
            let key = match more {
                true => self.text(),
                false => None,
            };
            let (Some(key), true) = (key, self.takes(':')) else {
                return Err(NOT_NUMPYS);
            };
            entries.push((key, self.value()?));
            more = self.takes(',');
        }
        Ok(entries)
    }

    fn value(&mut self) -> Result<Literal<'a>, &'static str> {
        if let Some(text) = self.text() {
            return Ok(Literal::Text(text));
        }
        for (open, close) in [('(', ')'), ('[', ']')] {
            if self.takes(open) {
                self.depth += 1;
                let items = self.items(close)?;
                self.depth -= 1;
                return Ok(items);
            }
        }
        let end = self
            .rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-+._".contains(c))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "True" => Ok(Literal::Bool(true)),
            "False" => Ok(Literal::Bool(false)),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                let digits = word.strip_suffix('L').unwrap_or(word);
                Ok(Literal::Integer(digits.parse().ok()))
            }
            _ => Err(NOT_NUMPYS),
        }
    }

    /// The items between the brackets; one value without a comma is that value.
    fn items(&mut self, close: char) -> Result<Literal<'a>, &'static str> {
        if self.depth > MAX_NESTING {
            return Err(NOT_NUMPYS);
        }
        let mut items = Vec::new();
        let mut comma = true;
        while !self.takes(close) {
            if !comma {
                return Err(NOT_NUMPYS);
            }
            items.push(self.value()?);
            comma = self.takes(',');
        }
        match items.pop() {
            Some(only) if items.is_empty() && !comma && close == ')' => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Sequence(items))
            }
        }
    }

    /// A quoted text, with the letter in front that Python 2 wrote.
    fn text(&mut self) -> Option<&'a str> {
        let trimmed = self.rest.trim_start();
        let body = trimmed.strip_prefix(['u', 'b']).unwrap_or(trimmed);
        let quote = body.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut escaped = false;
        let end = body[1..].find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        self.rest = &body[end + 2..];
        Some(&body[1..=end])
    }
}

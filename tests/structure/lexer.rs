//! Just enough of Rust's grammar to see names: words and punctuation with their lines, without
//! comments, literals and test items; and the full paths that they spell.

use std::ops::Range;

/// A word or a punctuation character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub text: String,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub fn is_word(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens of a file, without those of `#[cfg(test)]` items.
pub fn tokens(source: &str) -> Vec<Token> {
    without_tests(&all_tokens(source))
}

fn all_tokens(source: &str) -> Vec<Token> {
    let characters: Vec<char> = source.chars().collect();
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < characters.len() {
        let end = piece_end(&characters, at);
        let piece = &characters[at..end];
        if is_code(piece) {
            let text = piece.iter().collect();
            found.push(Token { line, text });
        }
        line += piece.iter().filter(|c| **c == '\n').count();
        at = end;
    }
    found
}

/// Whether a piece is a word or punctuation rather than a space, a comment or a literal.
fn is_code(piece: &[char]) -> bool {
    match piece {
        [one] => !one.is_whitespace() && !one.is_ascii_digit(),
        [first, ..] => {
            let quoted = piece.iter().any(|c| matches!(c, '"' | '\'' | '#'));
            (first.is_alphabetic() || *first == '_') && !quoted
        }
        [] => false,
    }
}

/// Where the piece that begins at `at` ends.
fn piece_end(text: &[char], at: usize) -> usize {
    let rest = &text[at..];
    let starts = |prefix: &str| rest.iter().copied().take(prefix.len()).eq(prefix.chars());
    if starts("//") {
        return at + rest.iter().take_while(|c| **c != '\n').count();
    }
    if starts("/*") {
        return at + block_comment(rest);
    }
    let word = rest.iter().take_while(|c| is_word_part(**c)).count();
    let after = &rest[word..];
    let prefix: String = rest[..word].iter().collect();
    let hashes = after.iter().take_while(|c| **c == '#').count();
    if matches!(prefix.as_str(), "r" | "br" | "cr") && after.get(hashes) == Some(&'"') {
        return at + word + raw_string(after, hashes);
    }
    if matches!(prefix.as_str(), "" | "b" | "c") && after.first() == Some(&'"') {
        return at + word + quoted(after, '"');
    }
    if matches!(prefix.as_str(), "" | "b") && after.first() == Some(&'\'') && is_char(after) {
        return at + word + quoted(after, '\'');
    }
    at + word.max(1)
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a quote begins a character rather than a lifetime.
fn is_char(rest: &[char]) -> bool {
    rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'')
}

fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != quote {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

fn raw_string(rest: &[char], hashes: usize) -> usize {
    let closes = |at: &usize| {
        rest[*at] == '"'
            && rest[at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
    };
    let close = (hashes + 1..rest.len()).find(closes);
    close.map_or(rest.len(), |at| at + 1 + hashes)
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => depth += 1,
            ['*', '/', ..] => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

/// Whether the tokens from `at` on spell `words`, which are separated by spaces.
pub fn spells(tokens: &[Token], at: usize, words: &str) -> bool {
    let mut following = tokens[at..].iter();
    words
        .split(' ')
        .all(|word| following.next().is_some_and(|token| token.is(word)))
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if spells(tokens, at, "# [ cfg ( test ) ]") {
            at = item_end(tokens, at + 7);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where an item ends: after its first block or semicolon outside of brackets.
fn item_end(tokens: &[Token], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && !tokens.get(at + 1).is_some_and(|next| next.is(";")) {
                    return at + 1;
                }
            }
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// A path such as `std::fs::File`, resolved to begin with `crate` where it began with `super`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpelledPath {
    pub line: usize,
    pub parts: Vec<String>,
}

impl SpelledPath {
    pub fn starts_with(&self, prefix: &str) -> bool {
        let mut parts = self.parts.iter();
        prefix
            .split("::")
            .all(|wanted| parts.next().is_some_and(|part| part == wanted))
    }
}

/// Words before which no `::` belongs to them: `&mut ::egui::Ui`.
const KEYWORDS: [&str; 9] = [
    "as", "dyn", "else", "impl", "in", "match", "move", "mut", "return",
];

/// Every path in the tokens of the module `module` (its names below the crate), with the trees of
/// `use` multiplied out. A single word is a path too.
pub fn paths(tokens: &[Token], module: &[&str]) -> Vec<SpelledPath> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = if is_use(tokens, at) {
            tree(tokens, at + 1, &[], &mut |path, _| found.push(path))
        } else if tokens[at].is_word() {
            let segments = path_segments(tokens, at);
            found.push(spelled(tokens, at, &tokens[segments.clone()], &[]));
            segments.end
        } else {
            at + 1
        };
    }
    for path in &mut found {
        resolve(&mut path.parts, module);
    }
    found
}

/// The tokens of the path at `at`: words with `::` between them.
fn path_segments(tokens: &[Token], at: usize) -> Range<usize> {
    let mut end = at + 1;
    if KEYWORDS.contains(&tokens[at].text.as_str()) {
        return at..end;
    }
    while spells(tokens, end.min(tokens.len()), ": :")
        && tokens.get(end + 2).is_some_and(Token::is_word)
    {
        end += 3;
    }
    at..end
}

fn spelled(tokens: &[Token], at: usize, segments: &[Token], prefix: &[String]) -> SpelledPath {
    let own = segments.iter().filter(|token| token.is_word());
    SpelledPath {
        line: tokens[at].line,
        parts: prefix
            .iter()
            .cloned()
            .chain(own.map(|token| token.text.clone()))
            .collect(),
    }
}

/// A name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it is called here.
    pub name: String,
    /// Where it comes from, as in a [`SpelledPath`].
    pub parts: Vec<String>,
    /// Whether others may take it from here: `pub use`.
    pub passed_on: bool,
}

/// Every name that the module `module` brings in.
pub fn imports(tokens: &[Token], module: &[&str]) -> Vec<Import> {
    let mut found = Vec::new();
    for at in (0..tokens.len()).filter(|at| is_use(tokens, *at)) {
        let before = found.len();
        tree(tokens, at + 1, &[], &mut |path, name| {
            let mut parts = path.parts;
            resolve(&mut parts, module);
            found.push(Import {
                name,
                parts,
                passed_on: false,
            });
        });
        let passed_on = at > 0 && (tokens[at - 1].is("pub") || tokens[at - 1].is(")"));
        for import in &mut found[before..] {
            import.passed_on = passed_on;
        }
    }
    found
}

/// `use<…>` in a type says what it captures and brings in nothing.
fn is_use(tokens: &[Token], at: usize) -> bool {
    let captures = tokens.get(at + 1).is_some_and(|next| next.is("<"));
    tokens[at].is("use") && !captures
}

/// Gives the paths of one branch of a `use` tree, which begins at `at`, with the names that they
/// are brought in under; returns where it ends.
fn tree(
    tokens: &[Token],
    mut at: usize,
    prefix: &[String],
    found: &mut dyn FnMut(SpelledPath, String),
) -> usize {
    let mut here = prefix.to_vec();
    let mut name = None;
    while at < tokens.len() && !tokens[at].is(",") && !tokens[at].is("}") && !tokens[at].is(";") {
        let token = &tokens[at];
        if token.is("{") {
            at += 1;
            while at < tokens.len() && !tokens[at].is("}") {
                at = tree(tokens, at, &here, found);
                at += usize::from(tokens.get(at).is_some_and(|token| token.is(",")));
            }
            return at + 1;
        }
        if token.is("as") {
            name = tokens.get(at + 1).map(|token| token.text.clone());
            at += 2;
            break;
        }
        if token.is_word() {
            here.push(token.text.clone());
        }
        at += 1;
    }
    let line = tokens[at.min(tokens.len()) - 1].line;
    // `a::{self}` brings in `a`.
    if here.len() > 1 && here.last().is_some_and(|last| last == "self") {
        here.pop();
    }
    let name = name.or_else(|| here.last().cloned()).unwrap_or_default();
    found(SpelledPath { line, parts: here }, name);
    at
}

fn resolve(parts: &mut Vec<String>, module: &[&str]) {
    let supers = parts.iter().take_while(|part| *part == "super").count();
    let selves = usize::from(parts.first().is_some_and(|part| part == "self") && parts.len() > 1);
    if supers + selves > 0 {
        let above = &module[..module.len().saturating_sub(supers)];
        let absolute = std::iter::once("crate").chain(above.iter().copied());
        let rest = parts.split_off(supers + selves);
        *parts = absolute.map(str::to_owned).chain(rest).collect();
    }
}

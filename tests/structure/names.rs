//! What a file names: its words and punctuation with their lines, without comments, literals and
//! test items; the full paths that they spell; what it brings in; and its functions.

use std::ops::Range;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::visit::Visit;
use syn::{ItemUse, UseTree, Visibility};

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

/// A name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it is called here.
    pub name: String,
    /// Where it comes from.
    pub path: SpelledPath,
    /// Whether others may take it from here: `pub use`.
    pub passed_on: bool,
}

/// A function with a body, from the line of `fn` to that of its closing brace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// What has been read of a file.
#[derive(Default)]
pub struct Names {
    pub tokens: Vec<Token>,
    /// Every path, those of `use` multiplied out. A single word is a path too.
    pub paths: Vec<SpelledPath>,
    pub imports: Vec<Import>,
    pub functions: Vec<Function>,
}

impl Names {
    /// Reads the text of the module `module` (its names below the crate).
    pub fn of(source: &str, module: &[&str]) -> Self {
        let stream: TokenStream = source.parse().expect("tokens of Rust");
        let stream = without_tests(stream);
        let mut names = Self::default();
        names.flatten(stream.clone());
        names.visit_file(&syn::parse2(stream).expect("a file of Rust"));
        names.paths = names.spelled_paths();
        let brought = names.imports.iter_mut().map(|import| &mut import.path);
        for path in names.paths.iter_mut().chain(brought) {
            resolve(&mut path.parts, module);
        }
        let brought = names.imports.iter().map(|import| import.path.clone());
        names.paths.extend(brought);
        names
    }

    fn flatten(&mut self, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = delimiters(group);
                    self.push(open, group.span_open());
                    self.flatten(group.stream());
                    self.push(close, group.span_close());
                }
                TokenTree::Ident(word) => {
                    self.push(&word.to_string(), word.span());
                    self.functions.extend(function(&trees[at..]));
                }
                TokenTree::Punct(sign) => self.push(&sign.to_string(), sign.span()),
                TokenTree::Literal(_) => {}
            }
        }
    }

    fn push(&mut self, text: &str, span: proc_macro2::Span) {
        let (line, text) = (span.start().line, text.to_owned());
        self.tokens.push(Token { line, text });
    }

    /// The paths outside of `use`, as they are spelled.
    fn spelled_paths(&self) -> Vec<SpelledPath> {
        let tokens = &self.tokens;
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            // `use<…>` in a type says what it captures and brings in nothing.
            if tokens[at].is("use") && !tokens[at + 1].is("<") {
                at += tokens[at..].iter().take_while(|t| !t.is(";")).count();
            } else if tokens[at].is_word() {
                let segments = path_segments(tokens, at);
                let words = tokens[segments.clone()].iter().filter(|t| t.is_word());
                found.push(SpelledPath {
                    line: tokens[at].line,
                    parts: words.map(|token| token.text.clone()).collect(),
                });
                at = segments.end;
            } else {
                at += 1;
            }
        }
        found
    }

    /// Takes the names that one branch of a `use` brings in.
    fn branch(&mut self, tree: &UseTree, mut above: Vec<String>, passed_on: bool) {
        let (span, word, name) = match tree {
            UseTree::Path(path) => {
                above.push(path.ident.to_string());
                return self.branch(&path.tree, above, passed_on);
            }
            UseTree::Group(group) => {
                for item in &group.items {
                    self.branch(item, above.clone(), passed_on);
                }
                return;
            }
            UseTree::Name(name) => (name.ident.span(), Some(&name.ident), None),
            UseTree::Rename(one) => (one.ident.span(), Some(&one.ident), Some(&one.rename)),
            UseTree::Glob(glob) => (glob.star_token.spans[0], None, None),
        };
        // `a::{self}` brings in `a`.
        above.extend(word.filter(|word| *word != "self").map(ToString::to_string));
        self.imports.push(Import {
            name: match name {
                Some(name) => name.to_string(),
                None => above.last().cloned().unwrap_or_default(),
            },
            path: SpelledPath {
                line: span.start().line,
                parts: above,
            },
            passed_on,
        });
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let passed_on = !matches!(item.vis, Visibility::Inherited);
        self.branch(&item.tree, Vec::new(), passed_on);
    }
}

fn delimiters(group: &Group) -> (&'static str, &'static str) {
    match group.delimiter() {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::None => ("", ""),
    }
}

fn braces(tree: &TokenTree) -> Option<&Group> {
    match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group),
        _ => None,
    }
}

/// The function that these tokens begin with.
fn function(trees: &[TokenTree]) -> Option<Function> {
    let [TokenTree::Ident(first), TokenTree::Ident(name), rest @ ..] = trees else {
        return None;
    };
    let mut signature = rest.iter().take_while(|tree| tree.to_string() != ";");
    let body = (first == "fn").then(|| signature.find_map(braces))??;
    let line = first.span().start().line;
    Some(Function {
        name: name.to_string(),
        line,
        lines: body.span_close().end().line - line + 1,
    })
}

/// All but the items under `#[cfg(test)]`, each of which ends after its first braces or semicolon.
fn without_tests(stream: TokenStream) -> TokenStream {
    let mut trees = stream.into_iter().peekable();
    let mut kept = Vec::new();
    while let Some(tree) = trees.next() {
        let marked = trees.peek().map(ToString::to_string);
        if tree.to_string() == "#" && marked.as_deref() == Some("[cfg (test)]") {
            trees.find(|tree| braces(tree).is_some() || tree.to_string() == ";");
            trees.next_if(|tree| tree.to_string() == ";");
            continue;
        }
        kept.push(match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), without_tests(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner)
            }
            other => other,
        });
    }
    kept.into_iter().collect()
}

/// Whether the tokens from `at` on spell `words`, which are separated by spaces.
pub fn spells(tokens: &[Token], at: usize, words: &str) -> bool {
    let mut following = tokens[at..].iter();
    words
        .split(' ')
        .all(|word| following.next().is_some_and(|token| token.is(word)))
}

/// Words before which no `::` belongs to them: `&mut ::egui::Ui`.
const KEYWORDS: [&str; 9] = [
    "as", "dyn", "else", "impl", "in", "match", "move", "mut", "return",
];

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

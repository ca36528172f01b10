//! Patterns of modules' names as PEFT matches them: `re.match(rf"(.*\.)?({key})$", module)`.

use std::collections::HashSet;

use regex::{Regex, RegexBuilder};

/// A pattern of names. Most are names, which are compared letter by letter: expressions of thousands of layers would
/// take minutes and gigabytes.
#[derive(Clone, Debug)]
pub struct ModulePattern(Form);

#[derive(Clone, Debug)]
enum Form {
    Name {
        /// Whether nothing may stand before it.
        bound: bool,
        /// Its characters; none where any may stand.
        chars: Vec<Option<char>>,
    },
    Expression(Regex),
}

/// The characters of an expression.
const LONGEST: usize = 4096;

/// The bytes that an expression may take when it is compiled.
const LARGEST: usize = 256 << 10;

impl ModulePattern {
    /// Reads it; nothing where it is none, or takes too much.
    pub fn read(key: &str) -> Option<Self> {
        let (bound, name) = match key.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, key),
        };
        if let Some(chars) = literal(name) {
            return Some(Self(Form::Name { bound, chars }));
        }
        if key.len() > LONGEST {
            return None;
        }
        let mut expression = RegexBuilder::new(&format!(r"^(.*\.)?({key})$"));
        let expression = expression.size_limit(LARGEST).build().ok()?;
        Some(Self(Form::Expression(expression)))
    }

    /// Whether it is a name, which takes no more than its length.
    pub fn is_name(&self) -> bool {
        matches!(self.0, Form::Name { .. })
    }

    /// Whether it is of a module.
    pub fn matches(&self, module: &str) -> bool {
        let (bound, chars) = match &self.0 {
            Form::Name { bound, chars } => (*bound, chars),
            Form::Expression(expression) => return expression.is_match(module),
        };
        let mut rest = module.chars();
        let ends = chars.iter().rev().all(|wanted| {
            let found = rest.next_back();
            found.is_some_and(|found| wanted.map_or(found != '\n', |wanted| wanted == found))
        });
        let before = rest.as_str();
        ends && (before.is_empty() || !bound && before.ends_with('.') && !before.contains('\n'))
    }
}

/// The names of an expression that is nothing but names with `|` between.
pub fn alternatives(expression: &str) -> Option<HashSet<String>> {
    let mut names = vec![String::new()];
    let mut rest = expression.chars();
    while let Some(c) = rest.next() {
        if c == '|' {
            names.push(String::new());
            continue;
        }
        if let Some(name) = names.last_mut() {
            name.push(c);
            name.extend((c == '\\').then(|| rest.next()).flatten());
        }
    }
    let whole = |name: String| literal(&name)?.into_iter().collect::<Option<String>>();
    names.into_iter().map(whole).collect()
}

/// The characters of an expression without any operator.
fn literal(expression: &str) -> Option<Vec<Option<char>>> {
    let mut rest = expression.chars();
    let mut chars = Vec::new();
    while let Some(c) = rest.next() {
        chars.push(match c {
            '.' => None,
            // Before letters and digits it means something else.
            '\\' => Some(
                rest.next()
                    .filter(|c| c.is_ascii() && !c.is_ascii_alphanumeric())?,
            ),
            '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => return None,
            c => Some(c),
        });
    }
    Some(chars)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The regular expression is the oracle.
    #[test]
    fn a_name_matches_as_its_expression_does() {
        let keys = [
            "q",
            "a.b",
            r"a\.b",
            "^q",
            r"^a\.b",
            "",
            "^",
            "x.",
            ".",
            r"a\+",
            "ä.b",
            "self_attn.q-proj",
            r"\_",
            r"\#a",
        ];
        let modules = [
            "q",
            "x.q",
            "xq",
            "a.b",
            "axb",
            "h.a.b",
            "h.axb",
            "q.a",
            "",
            "x.",
            "h.x.",
            "a+",
            "h.a+",
            "ä.b",
            "ä\nb",
            "h\n.q",
            "\n",
            "b.self_attn.q-proj",
            "_",
            "a.#a",
            ".q",
            "é",
        ];
        for key in keys {
            let pattern = ModulePattern::read(key).expect(key);
            assert!(pattern.is_name(), "{key}");
            let oracle = Regex::new(&format!(r"^(.*\.)?({key})$")).expect(key);
            for module in modules {
                assert_eq!(
                    pattern.matches(module),
                    oracle.is_match(module),
                    "{key:?} {module:?}"
                );
            }
        }
        for key in ["q|k", "a+", r"\d", "[ab]", "q$", "(a)", "a?"] {
            assert!(!ModulePattern::read(key).expect(key).is_name(), "{key}");
        }
        assert!(ModulePattern::read("(").is_none());
    }

    #[test]
    fn names_between_bars_are_known_and_expressions_are_not() {
        let names = |text: &str| {
            let mut names: Vec<String> = alternatives(text)?.into_iter().collect();
            names.sort();
            Some(names)
        };
        assert_eq!(
            names(r"a\+|q|x\.q"),
            Some(vec!["a+".into(), "q".into(), "x.q".into()])
        );
        assert_eq!(names(r"a\|b|c"), Some(vec!["a|b".into(), "c".into()]));
        for expression in ["a.b|c", "(a|b)", r"\d|a", "^q|b", r"a\"] {
            assert_eq!(names(expression), None, "{expression}");
        }
    }
}

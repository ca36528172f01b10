//! Patterns of layers' names, as users write them.

/// Separates patterns.
const SEPARATOR: char = ',';

/// Takes from a separator behind it, and from itself, what they mean.
const ESCAPE: char = '\\';

/// What patterns do, and how they are written.
pub const PATTERNS_MEAN: &str = r"Only layers with such names: commas separate patterns (write \, for a comma in a name), * stands for anything, ? for one character";

/// The patterns of a text, without the blanks around them; there may be empty ones.
pub fn split_patterns(text: &str) -> Vec<String> {
    let mut patterns = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let taken = match c {
            SEPARATOR => {
                patterns.push(String::new());
                continue;
            }
            ESCAPE => rest.next_if(|&c| c == SEPARATOR || c == ESCAPE),
            _ => None,
        };
        if let Some(last) = patterns.last_mut() {
            last.push(taken.unwrap_or(c));
        }
    }
    let trimmed = patterns.iter().map(|pattern| pattern.trim().to_owned());
    trimmed.collect()
}

/// The text of patterns, which [`split_patterns`] reads.
pub fn join_patterns(patterns: &[String]) -> String {
    let mut text = String::new();
    for (at, pattern) in patterns.iter().enumerate() {
        if at > 0 {
            text.push(SEPARATOR);
        }
        for c in pattern.chars() {
            if c == SEPARATOR || c == ESCAPE {
                text.push(ESCAPE);
            }
            text.push(c);
        }
    }
    text
}

/// Whether a name matches a pattern, in which `*` stands for anything and `?` for one character.
pub fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) =
        (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut of) = (0, 0);
    // The last star, and where in the name what it stands for ends.
    let mut star: Option<(usize, usize)> = None;
    while of < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, of));
                at += 1;
            }
            Some(&c) if c == '?' || c == name[of] => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((back, end)) => {
                    star = Some((back, end + 1));
                    at = back + 1;
                    of = end + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name) in [
            ("*", "a.b"),
            ("*.weight", "layers.0.weight"),
            ("layers.?.q*", "layers.3.q_proj.weight"),
            ("*q*q*", "qq"),
            ("a", "a"),
        ] {
            assert!(matches_pattern(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("layers.1.*", "layers.10.q"),
            ("a", "ab"),
            ("*b", "abc"),
            ("?", ""),
        ] {
            assert!(!matches_pattern(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn names_with_commas_are_written_with_a_backslash() {
        assert_eq!(split_patterns("a.*, *b"), ["a.*", "*b"]);
        assert_eq!(split_patterns(r"a\,b,c"), ["a,b", "c"]);
        assert_eq!(split_patterns(r"a\b\\,c\"), [r"a\b\", r"c\"]);
        assert_eq!(split_patterns("a,,"), ["a", "", ""]);
        for names in [
            &["a", "b"][..],
            &["a,b", r"c\", r"\,"],
            &[r"\\", ",", r"d\e"],
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(split_patterns(&join_patterns(&names)), names);
        }
    }
}

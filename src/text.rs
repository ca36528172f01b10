//! Text from outside, which may hold anything: the one place that knows which characters are not shown as what
//! they are.

pub mod elide;
pub mod encoding;

use std::borrow::Cow;

/// Whether a character tells a terminal, an editor or a viewer to do something, or shows nothing at all, so
/// that a text with it is not what it looks like. The joiners and the variation selectors are not among them:
/// scripts and emoji need them.
pub fn is_hidden(c: char) -> bool {
    c.is_control() || turns_text(c) || shows_nothing(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a character changes the direction of the text behind it.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character is drawn as nothing and shapes nothing: Unicode's Default_Ignorable_Code_Point, the marks
/// of annotations, and the two that no text may hold.
fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{fffe}' | '\u{ffff}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// A name from outside, fit to be shown: one line, and nothing in it that is hidden.
pub fn clean(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_whitespace() || c.is_control() {
            if !text.ends_with(' ') {
                text.push(' ');
            }
        } else if !is_hidden(c) {
            text.push(c);
        }
    }
    text.trim().to_owned()
}

/// A text of one line as it is, unless it holds what would not be shown; then as [`clean`] leaves it.
pub fn one_line(text: &str) -> Cow<'_, str> {
    match text.contains(is_hidden) {
        true => Cow::Owned(clean(text)),
        false => Cow::Borrowed(text),
    }
}

/// A name with a mark in place of each hidden character, so that two that differ look different.
pub fn marked(name: &str) -> String {
    name.replace(is_hidden, "\u{fffd}")
}

/// Text for a terminal, which obeys no character in it but line ends: others stand as `\u{1b}`.
pub fn for_terminal(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c != '\n' && is_hidden(c) {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown
}

/// JSON in which every hidden character is escaped, so that it reads back the same; they stand in strings only.
pub fn for_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c != '\n' && is_hidden(c) {
            true => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.for_each(|unit| text += &format!("\\u{unit:04x}"));
            }
            false => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing_but_line_ends() {
        let name = "a\u{1b}[31m\u{9b}2J\u{202e}b\tc\nd\u{7f}";
        let shown = for_terminal(name);
        assert_eq!(shown, "a\\u{1b}[31m\\u{9b}2J\\u{202e}b\\u{9}c\nd\\u{7f}");
        assert_eq!(one_line(name), "a [31m 2Jb c d");
        assert_eq!(one_line("28.6 % \u{a0}as it is "), "28.6 % \u{a0}as it is ");
    }

    #[test]
    fn names_lose_what_breaks_a_line_or_a_file() {
        assert_eq!(clean("a\u{0}b\nc\t\td \u{202e}e\u{ffff}"), "a b c d e");
        // Emoji and Persian are made with joiners, and so are those of several people.
        for whole in ["<&>\"שלום 🙂", "می\u{200c}خواهم", "👩\u{200d}🔬 ❤\u{fe0f}"]
        {
            assert_eq!(clean(whole), whole);
        }
    }

    #[test]
    fn what_shows_nothing_is_taken_out_marked_or_escaped() {
        for hidden in [
            '\u{ad}',
            '\u{200b}',
            '\u{2060}',
            '\u{2064}',
            '\u{206a}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e007f}',
            '\u{202e}',
            '\u{2066}',
            '\u{61c}',
        ] {
            let name = format!("a{hidden}b");
            assert_eq!(clean(&name), "ab", "{hidden:?}");
            assert_eq!(one_line(&name), "ab", "{hidden:?}");
            assert_eq!(marked(&name), "a\u{fffd}b", "{hidden:?}");
            assert!(for_terminal(&name).is_ascii(), "{hidden:?}");
            let json = for_json(&serde_json::to_string(&name).expect("is text"));
            assert!(json.is_ascii(), "{json}");
            let read: String = serde_json::from_str(&json).expect("is JSON");
            assert_eq!(read, name);
        }
    }
}

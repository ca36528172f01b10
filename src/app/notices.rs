//! Messages of the window: the tab and the act that each belongs to, and how long it stands.

use super::tab::Tab;
use crate::text::elide;

/// Stands before what was copied.
pub const COPIED: &str = "Copied: ";

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Something went as wished.
    Done(String),
    /// The content of the clipboard.
    Copied(String),
    /// A failure, with the remedy.
    Error(String),
}

impl Message {
    /// The sentence, as the window prints it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Copied(text) => format!("{COPIED}{text}"),
            Self::Done(text) | Self::Error(text) => capitalized(&elide::message(text)),
        }
    }
}

/// An act of the user. A message is over when the same act succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A path was typed; what is wrong with it stands beneath its field.
    Path,
    /// A matrix was opened or computed.
    Open,
    /// The digits of the gallery were read.
    Gallery,
    /// The fields of a sweep were filled.
    Fields,
    /// Anything else; over with whatever the tab does next.
    Other,
}

struct Notice {
    tab: Tab,
    act: Act,
    message: Message,
}

/// The messages of all tabs, the newest last, and the warnings that stand until they are dismissed.
#[derive(Default)]
pub struct Notices {
    notices: Vec<Notice>,
    warnings: Vec<String>,
}

impl Notices {
    /// Says something; what was said of the same act before is over.
    pub fn say(&mut self, tab: Tab, act: Act, message: Message) {
        self.settle(tab, act);
        self.notices.push(Notice { tab, act, message });
    }

    /// Ends the messages of an act that are no longer true.
    pub fn settle(&mut self, tab: Tab, act: Act) {
        self.notices.retain(|one| one.tab != tab || one.act != act);
    }

    /// Ends the messages on what was done in a tab.
    pub fn forget_done(&mut self, tab: Tab) {
        let done = |one: &Notice| one.tab == tab && !matches!(one.message, Message::Error(_));
        self.notices.retain(|one| !done(one));
    }

    /// The last message of a tab.
    pub fn of(&self, tab: Tab) -> Option<&Message> {
        let mut newest = self.notices.iter().rev();
        Some(&newest.find(|one| one.tab == tab)?.message)
    }

    /// The message of one act.
    pub fn at(&self, tab: Tab, act: Act) -> Option<&Message> {
        let found = |one: &&Notice| one.tab == tab && one.act == act;
        Some(&self.notices.iter().find(found)?.message)
    }

    /// The message in the tab's line at the bottom: the newest that has no place of its own.
    pub fn line(&self, tab: Tab) -> Option<(Act, &Message)> {
        let mut newest = self.notices.iter().rev();
        let found = newest.find(|one| one.tab == tab && one.act != Act::Path)?;
        Some((found.act, &found.message))
    }

    /// Warns of something that may be lost, once; it stands until it is dismissed.
    pub fn warn(&mut self, text: String) {
        if !self.warnings.contains(&text) {
            self.warnings.push(text);
        }
    }

    /// The warnings that stand, the oldest first.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Takes a warning down.
    pub fn dismiss(&mut self, warning: &str) {
        self.warnings.retain(|known| known != warning);
    }
}

/// A sentence with a capital letter in front, unless it begins with a name or a path, which are
/// not ours to change.
pub fn capitalized(text: &str) -> String {
    let word = text.split_whitespace().next().unwrap_or_default();
    let plain = word
        .trim_end_matches([',', ':', ';'])
        .chars()
        .all(|c| c.is_lowercase() || c == '-');
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if plain => first.to_uppercase().chain(rest).collect(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::Key;

    const OTHER: Tab = Tab::new("other", "Other", Key::Num2);

    fn error(text: &str) -> Message {
        Message::Error(text.to_owned())
    }

    #[test]
    fn a_message_belongs_to_its_tab_and_ends_with_the_next_of_its_act() {
        let mut notices = Notices::default();
        notices.say(OTHER, Act::Other, error("not trained"));
        assert_eq!(notices.of(Tab::HOME), None);
        notices.say(Tab::HOME, Act::Open, error("no file"));
        notices.say(Tab::HOME, Act::Open, error("no folder"));
        assert_eq!(notices.of(Tab::HOME), Some(&error("no folder")));
        notices.settle(Tab::HOME, Act::Open);
        assert_eq!(notices.of(Tab::HOME), None);
        assert_eq!(notices.of(OTHER), Some(&error("not trained")));
    }

    #[test]
    fn what_a_typed_path_did_wrong_is_not_said_twice() {
        let mut notices = Notices::default();
        notices.say(Tab::HOME, Act::Path, error("no file"));
        assert_eq!(notices.line(Tab::HOME), None);
        let beneath = notices.at(Tab::HOME, Act::Path);
        assert_eq!(beneath, Some(&error("no file")));
    }

    #[test]
    fn a_warning_outlives_every_message_until_it_is_dismissed() {
        let mut notices = Notices::default();
        notices.warn("cannot be saved".to_owned());
        notices.warn("was damaged".to_owned());
        notices.warn("cannot be saved".to_owned());
        notices.say(OTHER, Act::Other, Message::Done("15 runs".to_owned()));
        notices.settle(OTHER, Act::Other);
        assert_eq!(notices.warnings(), ["cannot be saved", "was damaged"]);
        notices.dismiss("cannot be saved");
        assert_eq!(notices.warnings(), ["was damaged"]);
    }

    #[test]
    fn sentences_begin_with_a_capital_letter_and_names_stay_as_they_are() {
        for (said, shown) in [
            ("there is no file x.png", "There is no file x.png"),
            (
                "full fine-tuning is not trained",
                "Full fine-tuning is not trained",
            ),
            ("copied: 3 rows", "Copied: 3 rows"),
            ("over-long", "Over-long"),
            ("data.csv is empty", "data.csv is empty"),
            (
                "/home/me/x.png cannot be read",
                "/home/me/x.png cannot be read",
            ),
            (
                "mnist:test:9 names no source",
                "mnist:test:9 names no source",
            ),
            ("15 runs", "15 runs"),
            ("ΔW is an array", "ΔW is an array"),
            ("", ""),
        ] {
            assert_eq!(capitalized(said), shown);
        }
    }
}

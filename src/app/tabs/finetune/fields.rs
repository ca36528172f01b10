//! Lists of numbers that are typed: what cannot be read stays in its field and is said beneath it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

use eframe::egui::{self, RichText};

use crate::finetune::bounds;

/// Room for five learning rates and the word *preset*.
const WIDTH: f32 = 190.0;

/// The constraints on a list.
pub struct ListRules<T> {
    /// The field's name.
    pub name: &'static str,
    /// The hint in an empty field: the preset's values.
    pub hint: String,
    /// The preset's values more exactly, for whoever hovers.
    pub tooltip: String,
    /// Whether a number can be used.
    pub usable: fn(&T) -> bool,
    /// The numbers that can be used, in words.
    pub form: &'static str,
}

/// Text that cannot be read, and what the list was when it was typed.
struct InvalidText {
    text: String,
    over: String,
}

/// Texts that are typed and cannot be read yet, by the field's name.
#[derive(Default)]
pub struct Fields {
    typed: BTreeMap<&'static str, InvalidText>,
    wrong: BTreeMap<&'static str, String>,
}

impl Fields {
    /// Why nothing can be trained with what is typed, if it cannot.
    pub fn problem(&self) -> Option<&str> {
        self.wrong.values().next().map(String::as_str)
    }

    /// Forgets what is typed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Draws a field in two columns of a grid. A list that can be read is taken over at once; text
    /// that cannot stays, red, until it is mended or the list is set elsewhere.
    pub fn list<T: FromStr + Display + PartialEq>(
        &mut self,
        ui: &mut egui::Ui,
        wanted: &ListRules<T>,
        value: &mut Option<Vec<T>>,
    ) {
        let name = wanted.name;
        let label = ui.label(name);
        let shown = value.as_deref().map_or_else(String::new, text_of);
        let typed = self.typed.remove(name).filter(|typed| typed.over == shown);
        let mut text = typed.map_or_else(|| shown.clone(), |typed| typed.text);
        let unreadable = list_of(&text, wanted).is_err();
        ui.vertical(|ui| {
            let color = ui.visuals().error_fg_color;
            let field = egui::TextEdit::singleline(&mut text)
                .hint_text(&wanted.hint)
                .desired_width(WIDTH)
                .text_color_opt(unreadable.then_some(color));
            let response = ui
                .add(field)
                .labelled_by(label.id)
                .on_hover_text(&wanted.tooltip);
            if response.changed() {
                // The colour comes with the next frame.
                ui.ctx().request_repaint();
            }
            match list_of(&text, wanted) {
                Ok(list) => {
                    self.wrong.remove(name);
                    if response.changed() {
                        *value = (!list.is_empty()).then_some(list);
                    }
                }
                Err(why) => {
                    ui.label(RichText::new(&why).small().color(color));
                    self.wrong.insert(name, format!("{name}: {why}"));
                }
            }
            // Commas and spaces that are still being typed stay, too.
            if self.wrong.contains_key(name) || response.has_focus() {
                let over = value.as_deref().map_or_else(String::new, text_of);
                self.typed.insert(name, InvalidText { text, over });
            }
        });
        ui.end_row();
    }
}

/// The numbers of a text, each once; or what they must be.
fn list_of<T: FromStr + PartialEq>(text: &str, wanted: &ListRules<T>) -> Result<Vec<T>, String> {
    let mut list = Vec::new();
    let words = text.split([',', ';', ' ']).filter(|word| !word.is_empty());
    for word in words {
        let number = word.parse().ok().filter(wanted.usable).ok_or_else(|| {
            let form = wanted.form;
            format!("write {form} with commas between, not {}", short(word))
        })?;
        if !list.contains(&number) {
            list.push(number);
        }
        if list.len() > bounds::LIST {
            return Err(format!("write at most {} numbers", bounds::LIST));
        }
    }
    Ok(list)
}

/// A word that was typed, as long as it fits beneath its field.
fn short(word: &str) -> String {
    const FITS: usize = 12;
    match word.char_indices().nth(FITS) {
        Some((end, _)) => format!("{}…", &word[..end]),
        None => word.to_owned(),
    }
}

/// Numbers as they are shown in a field.
pub fn text_of<T: Display>(list: &[T]) -> String {
    list.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted<T>(usable: fn(&T) -> bool) -> ListRules<T> {
        ListRules {
            name: "numbers",
            hint: String::new(),
            tooltip: String::new(),
            usable,
            form: "numbers",
        }
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        let whole = wanted(|number: &usize| *number > 0);
        assert_eq!(list_of("1, 2;4  8,2", &whole), Ok(vec![1, 2, 4, 8]));
        assert_eq!(list_of("", &whole), Ok(vec![]));
        for wrong in ["0", "1,x", "-2", "1.5"] {
            let why = list_of(wrong, &whole).expect_err(wrong);
            assert!(why.starts_with("write numbers with commas between, not "));
        }
        let rate = wanted(|rate: &f64| bounds::check_rate(*rate).is_ok());
        assert_eq!(list_of("1e-3", &rate), Ok(vec![1e-3]));
        assert!(list_of("nan", &rate).is_err());
    }

    #[test]
    fn a_list_without_end_is_refused_where_it_becomes_too_long() {
        let whole = wanted(|_: &usize| true);
        let long = (0..100_000).map(|n: usize| n.to_string());
        let long: Vec<String> = long.chain(["x".to_owned()]).collect();
        let why = list_of(&long.join(","), &whole).expect_err("too long");
        assert_eq!(why, "write at most 32 numbers");
        let why = list_of(&"x".repeat(100_000), &whole).expect_err("no number");
        assert!(why.len() < 100, "{why}");
    }
}

//! Figures beside and below each other in one, lettered.

use super::Context;
use crate::figure::{Element, Figure, Part};

/// A figure of this width, in points, stands beside others; a wider one has the page's width.
const HALF: f64 = Figure::COLUMN * 1.35;
/// The narrowest that a part is drawn beside others, at the usual size of type.
const LEAST: f64 = 180.0;

/// The letters that panels are referred to by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// A, B, C
    #[default]
    Upper,
    /// a, b, c
    Lower,
    /// (a), (b), (c)
    Bracketed,
    /// None, for a page that has its own.
    Without,
}

impl Letters {
    /// All, in the order of menus.
    pub const ALL: [Self; 4] = [Self::Upper, Self::Lower, Self::Bracketed, Self::Without];

    /// The name on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Upper => "upper",
            Self::Lower => "lower",
            Self::Bracketed => "bracketed",
            Self::Without => "none",
        }
    }

    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Upper => "A, B, C",
            Self::Lower => "a, b, c",
            Self::Bracketed => "(a), (b), (c)",
            Self::Without => "None",
        }
    }

    /// The letter of a panel, counted from 0; empty where there is none.
    pub fn of(self, number: usize) -> String {
        let place = u8::try_from(number % 26).unwrap_or_default();
        let lower = char::from(b'a' + place);
        match self {
            Self::Upper => lower.to_ascii_uppercase().to_string(),
            Self::Lower => lower.to_string(),
            Self::Bracketed => format!("({lower})"),
            Self::Without => String::new(),
        }
    }

    /// The letter before what a caption says of a panel.
    pub fn in_caption(self, number: usize) -> String {
        match (self, self.of(number)) {
            (Self::Without, _) => String::new(),
            (Self::Bracketed, letter) => format!("{letter} "),
            (_, letter) => format!("({letter}) "),
        }
    }
}

/// `parts` as panels with `letters`, each laid out for its place. Wide ones have a row of their own and
/// the others stand beside each other, or all of them in so many `columns`.
pub fn together(
    context: &Context,
    (title, description): (&str, String),
    parts: Vec<Figure>,
    (columns, letters): (Option<usize>, Letters),
) -> Figure {
    let mut figure = context.figure(Figure::PAGE, title, description);
    let room = (figure.layout_width() / LEAST) as usize;
    let mut rows: Vec<(bool, Vec<Element>)> = Vec::new();
    for (number, part) in parts.into_iter().enumerate() {
        let alone = columns.is_none() && part.width > HALF;
        let element = Element::Part(Part {
            letter: letters.of(number),
            rows: part.rows,
        });
        match rows.last_mut() {
            Some((false, row)) if !alone => row.push(element),
            _ => rows.push((alone, vec![element])),
        }
    }
    for (alone, row) in rows {
        let beside = match alone {
            true => 1,
            false => evenly(row.len(), columns, room),
        };
        let mut left = row.into_iter().peekable();
        while left.peek().is_some() {
            let mut row: Vec<Element> = left.by_ref().take(beside).collect();
            // A last one keeps the width of those above it.
            if columns.is_some() {
                row.resize(beside, Element::Blank);
            }
            figure.rows.push(row);
        }
    }
    figure
}

/// Parts beside each other: as many as are asked for, or spread evenly over the rows that they take.
fn evenly(parts: usize, columns: Option<usize>, room: usize) -> usize {
    let rows = parts.div_ceil(room.clamp(1, 3)).max(1);
    columns.unwrap_or(parts.div_ceil(rows)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_have_the_letters_of_their_journal() {
        let of = |letters: Letters| (letters.of(1), letters.in_caption(1));
        let pair = |figure: &str, caption: &str| (figure.to_owned(), caption.to_owned());
        assert_eq!(of(Letters::Upper), pair("B", "(B) "));
        assert_eq!(of(Letters::Lower), pair("b", "(b) "));
        assert_eq!(of(Letters::Bracketed), pair("(b)", "(b) "));
        assert_eq!(of(Letters::Without), pair("", ""));
    }
}

//! The parts of a figure that can be left out.

use super::{Element, Figure};
use crate::approx::Method;

/// A part that a figure can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Omitted {
    /// The picture of the matrix beside its approximations.
    Original,
    /// Settings and numbers above pictures, except for the error, and those in the cells of a map.
    Numbers,
    /// Tables.
    Table,
    /// Sentences below.
    Notes,
    /// The pane and the curve of a method.
    Method(Method),
}

impl Omitted {
    /// All of them, in the order of a menu.
    pub fn all() -> impl Iterator<Item = Self> {
        let parts = [Self::Original, Self::Numbers, Self::Table, Self::Notes];
        let methods = Method::ALL.iter().copied().map(Self::Method);
        parts.into_iter().chain(methods)
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::Numbers => "Numbers",
            Self::Table => "Table",
            Self::Notes => "Notes",
            Self::Method(method) => method.title(),
        }
    }

    /// Its name on a command line.
    pub fn key(self) -> String {
        match self {
            Self::Original => "original".to_owned(),
            Self::Numbers => "numbers".to_owned(),
            Self::Table => "table".to_owned(),
            Self::Notes => "notes".to_owned(),
            Self::Method(method) => method.key().replace('_', "-"),
        }
    }
}

impl Figure {
    /// The elements of it that can be left out.
    pub fn omissible_elements(&self) -> Vec<Omitted> {
        let table = self.contains(&|element| matches!(element, Element::Table(_)));
        let notes = self.contains(&|element| matches!(element, Element::Notes(_)));
        let parts = [(table, Omitted::Table), (notes, Omitted::Notes)];
        let parts = parts.into_iter().filter(|(there, _)| *there);
        parts.map(|(_, part)| part).collect()
    }
}

/// The rows without those elements that are left out.
pub(super) fn without(rows: &mut Vec<Vec<Element>>, omitted: &[Omitted]) {
    for row in rows.iter_mut() {
        row.retain(|element| match element {
            Element::Table(_) => !omitted.contains(&Omitted::Table),
            Element::Notes(_) => !omitted.contains(&Omitted::Notes),
            _ => true,
        });
    }
    rows.retain(|row| !row.is_empty());
}

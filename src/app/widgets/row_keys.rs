//! Rows of a table as one stop of the keyboard: the arrows go through them, Enter chooses. Only the rows in
//! view are drawn, so that none of them could be a stop of its own.

use eframe::egui::{self, Id, Key, Modifiers, Rect, Role, Sense, WidgetInfo};

use super::focus;

/// The row that the arrows are at.
#[derive(Default)]
pub struct RowKeys {
    current: Option<usize>,
    /// Whether it is still to be scrolled into view.
    bring: bool,
}

/// What a key does with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKey {
    /// Choose it.
    Choose(usize),
    /// Fold it, or go out of it.
    Fold(usize),
    /// Unfold it.
    Unfold(usize),
}

/// The rows as screen readers know them.
pub struct Rows<'a> {
    /// The name of all.
    pub name: &'static str,
    /// Their number.
    pub count: usize,
    /// The text of one.
    pub text: &'a dyn Fn(usize) -> String,
}

impl RowKeys {
    /// The row that the arrows are at, while it is one of `count`.
    pub fn current(&self, count: usize) -> Option<usize> {
        self.current.filter(|row| *row < count)
    }

    /// Goes to a row; it is scrolled into view.
    pub fn go_to(&mut self, row: usize) {
        (self.current, self.bring) = (Some(row), true);
    }

    /// Goes to a row that is in view.
    pub fn point_at(&mut self, row: usize) {
        (self.current, self.bring) = (Some(row), false);
    }

    /// Forgets the row: these are others.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// The row that is to be scrolled into view, once.
    pub fn brought(&mut self) -> Option<usize> {
        self.current.filter(|_| std::mem::take(&mut self.bring))
    }

    /// Takes the keys for the rows that were drawn in `place`.
    pub fn show(&mut self, ui: &egui::Ui, place: Rect, rows: &Rows<'_>) -> Option<RowKey> {
        let id = Id::unique(rows.name).with("row keys");
        let stop = ui.interact(place, id, Sense::focusable_noninteractive());
        let current = self.current(rows.count);
        stop.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ListBox, true, rows.name);
            info.current_text_value = current.map(rows.text);
            info
        });
        if !stop.has_focus() || rows.count == 0 {
            return None;
        }
        let last = rows.count - 1;
        let at = current.unwrap_or(0);
        match focus::arrows(ui, &stop) {
            Some((0, right)) if right < 0 => return Some(RowKey::Fold(at)),
            Some((0, _)) => return Some(RowKey::Unfold(at)),
            Some((down, _)) => self.go_to(match current {
                Some(at) => at.saturating_add_signed(down).min(last),
                None => 0,
            }),
            None => {}
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::Home) {
            self.go_to(0);
        } else if pressed(Key::End) {
            self.go_to(last);
        } else if pressed(Key::Enter) || pressed(Key::Space) {
            return current.map(RowKey::Choose);
        }
        None
    }
}

//! One pane or plot that has all the room of the tab.

use eframe::egui::{self, Key, PointerButton, Rect};

use super::ApproximateTab;
use crate::app::state::State;
use crate::approx::Method;

/// A part of the tab that can have all the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A pane: the original's, or that of a method.
    Pane(Option<Method>),
    /// Error against parameters.
    Curve,
    /// The plot beside it.
    Second,
}

impl ApproximateTab {
    /// The part that has all the room, if it is still there.
    pub(super) fn present_part(&self, state: &State) -> Option<Part> {
        let shown = |part: &Part| match part {
            Part::Pane(Some(method)) => state.analysis.as_ref().is_some_and(|analysis| {
                let mut methods = analysis.methods.iter();
                methods.any(|one| one.settings.method() == *method)
            }),
            Part::Pane(None) | Part::Curve | Part::Second => true,
        };
        self.maximized.filter(shown)
    }

    /// Gives `part` all the room, or takes it back, where the user asks for it in `place`: by a
    /// double click, or by the key while the keyboard or the pointer is there.
    pub(super) fn maximize(&mut self, ui: &egui::Ui, part: Part, place: Rect) {
        // Before a class one click is enough.
        let clicked = self.presentation.is_some()
            && ui.rect_contains_pointer(place)
            && ui.input(|input| input.pointer.primary_clicked());
        if clicked || asked(ui, place) {
            self.maximized = match self.maximized {
                Some(present) if present == part => None,
                _ => Some(part),
            };
        }
    }
}

fn asked(ui: &egui::Ui, place: Rect) -> bool {
    let pointed = ui.rect_contains_pointer(place);
    if pointed && ui.input(|input| input.pointer.button_double_clicked(PointerButton::Primary)) {
        return true;
    }
    let ctx = ui.ctx();
    if ctx.text_edit_focused() || !ui.input(|input| input.key_pressed(Key::M)) {
        return false;
    }
    match ctx.memory(egui::Memory::focused) {
        Some(id) => {
            let focused = ctx.read_response(id);
            focused.is_some_and(|one| place.contains(one.rect.center()))
        }
        None => pointed,
    }
}

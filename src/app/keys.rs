//! Keys that were pressed, and the part of the window that they are for.
//!
//! Keys with Ctrl and the function keys always act. Single keys (arrows, letters, digits) act while
//! the content of the tab has the keyboard: no widget has the focus, the last click went into the
//! content, and no text was entered since. A text that is typed beside its field so does nothing,
//! nor does a digit behind the Enter of a number.

use eframe::egui::{self, Key, Modifiers};

use super::command::Command;
use super::tab::Tab;
use super::tabs;
use super::tabs::approximate::action::MatrixAction;
use super::widgets::focus;
use crate::workspace::is_link_text;

/// Whether the content of the tab has the keyboard.
pub struct Keys {
    content: bool,
    /// Whether a text had the focus when keys were last looked at: egui takes it away on Escape
    /// before anybody else sees the key.
    typing: bool,
    /// Whether Enter was pressed in that text, which then loses the focus.
    entered: bool,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            content: true,
            typing: false,
            entered: false,
        }
    }
}

impl Keys {
    /// The commands whose keys were pressed in this frame, while this tab is shown.
    pub fn pressed(&mut self, ctx: &egui::Context, tab: Tab) -> Vec<Command> {
        let menu = egui::Popup::is_any_open(ctx);
        self.follow_clicks(ctx, menu);
        let focused = ctx.memory(|memory| memory.focused().is_some());
        let typing = ctx.text_edit_focused();
        let left = std::mem::replace(&mut self.typing, typing);
        // Who types on after Enter means the field that has just lost the keyboard by it.
        let enter = typing && ctx.input(|input| input.key_pressed(Key::Enter));
        let entered = std::mem::replace(&mut self.entered, enter);
        self.content &= typing || !entered;
        let single = self.content && !focused && !menu;
        let pasted = ctx.input(|input| {
            input
                .events
                .iter()
                .any(|event| matches!(event, egui::Event::Paste(_) | egui::Event::PasteImage(_)))
        });
        let link = pasted_link(ctx);
        let paste = (pasted && !focused && link.is_none()).then_some(Command::Paste);
        let mut found = Vec::new();
        for (command, shortcut) in shortcuts() {
            let possible = match (shortcut.modifiers.is_none(), shortcut.logical_key) {
                // An open menu takes Escape for itself; out of a text it only leads, so that
                // nobody stops a sweep by leaving a field.
                (true, Key::Escape) => !menu && !typing && !left,
                (true, Key::F1 | Key::F5 | Key::F9 | Key::F11) => true,
                (true, Key::PageUp | Key::PageDown) => !typing,
                // A letter or an arrow is for what is on screen.
                (true, _) => single && command.owner().is_none_or(|owner| owner == tab),
                // A text field undoes and copies what is in it.
                (false, Key::Z | Key::C) => !typing,
                (false, _) => true,
            };
            if possible && ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                found.push(command);
            }
        }
        found.extend(paste);
        found.extend(link);
        found
    }

    fn follow_clicks(&mut self, ctx: &egui::Context, menu: bool) {
        let (pressed, escape) = ctx.input(|input| {
            let pressed = input.pointer.any_pressed();
            let place = input.pointer.interact_pos().filter(|_| pressed);
            (place, input.key_pressed(Key::Escape))
        });
        if let Some(place) = pressed {
            let layer = ctx.layer_id_at(place);
            let below = layer.is_none_or(|layer| layer.order == egui::Order::Background);
            let inside = focus::content_rect(ctx).is_some_and(|rect| rect.contains(place));
            self.content = below && inside;
        }
        if escape && !menu {
            self.content = true;
        }
    }

    /// Gives the content the keyboard after a button that changes it: after ▶ comes →.
    pub fn after(&mut self, command: &Command) {
        use MatrixAction::{NextDigit, Play, Present, PreviousDigit, RandomDigit, Shuffle};
        self.content |= matches!(
            command,
            Command::Approximate(
                NextDigit | PreviousDigit | RandomDigit | Shuffle | Play(_) | Present
            ) | Command::Show(_)
        );
    }
}

/// The link text of a session that is pasted opens it, whatever has the keyboard.
fn pasted_link(ctx: &egui::Context) -> Option<Command> {
    ctx.input_mut(|input| {
        let link = |event: &egui::Event| match event {
            egui::Event::Paste(text) if is_link_text(text) => Some(text.clone()),
            _ => None,
        };
        let text = input.events.iter().find_map(link)?;
        input.events.retain(|event| link(event).is_none());
        Some(Command::OpenText(text))
    })
}

/// All keys, those with Shift first: Ctrl+Shift+Z contains Ctrl+Z.
fn shortcuts() -> Vec<(Command, egui::KeyboardShortcut)> {
    let tabs = tabs::all().map(Command::Show);
    let mut all: Vec<_> = Command::named()
        .chain(tabs)
        .flat_map(|command| {
            let shortcuts = command.shortcuts();
            shortcuts.map(move |shortcut| (command.clone(), shortcut))
        })
        .collect();
    all.sort_by_key(|(_, shortcut)| !shortcut.modifiers.contains(Modifiers::SHIFT));
    all
}

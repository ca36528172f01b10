//! The interface of a tab to the window.

use std::any::Any;
use std::path::Path;

use eframe::egui;

use super::command::Command;
use super::state::State;
use super::tab::Tab;
use crate::figure::palette::Theme;

/// The content of a tab with what is its own: its workers, and how it looks at things. What others
/// know too is in the [`State`]; what others are to do it asks for by a [`Command`].
pub trait Page: Any {
    /// The tab.
    fn tab(&self) -> Tab;

    /// Draws it; what the user asked for goes to `out`.
    fn ui(&mut self, ui: &mut egui::Ui, state: &mut State, theme: Theme, out: &mut Vec<Command>);

    /// Takes what its workers sent; called at every frame, whether it is open or not.
    fn receive(&mut self, _state: &mut State) {}

    /// Whether an answer will come without the user.
    fn busy(&self) -> bool {
        false
    }

    /// Whether a dialog of its own lies over it: keys belong to that.
    fn asks(&self) -> bool {
        false
    }

    /// Runs a command that is its own; what follows from it goes to `out`.
    fn run(&mut self, _command: &Command, _state: &mut State, _out: &mut Vec<Command>) {}

    /// Its own command in place of one for the whole window, while it is open.
    fn instead_of(&self, _command: &Command) -> Option<Command> {
        None
    }

    /// Stops its work; whether that is all there is to stop while it is open.
    fn cancel(&mut self) -> bool {
        false
    }

    /// What a file that is held over the open tab would do when it is dropped.
    fn drop_hint(&self) -> &'static str {
        "Drop the file to open it"
    }

    /// The command that opens a dropped file or folder, where it is one for this tab, which may be
    /// the open one.
    fn takes(&self, _path: &Path, _open: bool) -> Option<Command> {
        None
    }
}

//! The actions on whole sessions.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

/// An action on everything in view.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionAction {
    /// Ask for a session file and open it.
    Open,
    /// Ask where to save everything in view.
    Save,
    /// Save it to this file.
    SaveTo(PathBuf),
    /// Ask the system where to save it, with this name as the first suggestion.
    Browse(String),
    /// Take this file for the session in the dialog.
    Choose(PathBuf),
    /// Put all of it on the clipboard as one line.
    CopyLink,
}

impl SessionAction {
    /// Those that stand in menus.
    pub const NAMED: [Self; 3] = [Self::Open, Self::Save, Self::CopyLink];

    /// The text of the button or menu item.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Open => "Open session…",
            Self::Save => "Save session…",
            Self::SaveTo(_) => "Save",
            Self::Browse(_) | Self::Choose(_) => "Browse…",
            Self::CopyLink => "Copy link text",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Open => "Open a session file (.llora.json): source, settings and views",
            Self::Save | Self::SaveTo(_) => "Save source, settings and views as a small file",
            Self::Browse(_) | Self::Choose(_) => "Choose the folder and the file name",
            Self::CopyLink => {
                "Copy the whole session as one line; pasted anywhere in the window, it opens again"
            }
        }
    }

    /// Its key, if it has one.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        match self {
            Self::Save => Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::S)),
            _ => None,
        }
    }
}

//! The actions of the player.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

/// An action on the build-up.
#[derive(Clone, Debug, PartialEq)]
pub enum PlayAction {
    /// Play, pause, or play again from the end.
    Toggle,
    /// One step on.
    Forward,
    /// One step back.
    Back,
    /// Show the settings themselves again.
    Leave,
    /// Choose the file of an animation.
    Export,
    /// Write the animation to this file.
    ExportTo(PathBuf),
    /// Ask the system where to write it, with this name as the first suggestion.
    Browse(String),
    /// Take this file for the animation in the dialog.
    Choose(PathBuf),
}

impl PlayAction {
    /// Those that stand in menus and have keys.
    pub const NAMED: [Self; 4] = [Self::Toggle, Self::Forward, Self::Back, Self::Export];

    /// The text of the button or menu item.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Toggle => "Play",
            Self::Forward => "Step forward",
            Self::Back => "Step back",
            Self::Leave => "Close",
            Self::Export => "Export animation…",
            Self::ExportTo(_) => "Save",
            Self::Browse(_) | Self::Choose(_) => "Browse…",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Toggle => {
                "Build the approximations up from nothing, all with the same number of parameters; \
                 again to pause"
            }
            Self::Forward => "The next step of the build-up",
            Self::Back => "The previous step of the build-up",
            Self::Leave => "Leave the build-up and show the results at your settings (Esc)",
            Self::Export | Self::ExportTo(_) => "The build-up as an animated GIF or PNG",
            Self::Browse(_) | Self::Choose(_) => "Choose the folder and the file name",
        }
    }

    /// Its key, if it has one.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let plain = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        match self {
            Self::Toggle => plain(Key::Space),
            Self::Forward => plain(Key::Period),
            Self::Back => plain(Key::Comma),
            _ => None,
        }
    }
}

//! The actions of the tab.

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::play::action::PlayAction;

/// An action on the digits, the results or the panes.
#[derive(Clone, Debug, PartialEq)]
pub enum MatrixAction {
    /// The next digit of the data set (within the filter).
    NextDigit,
    /// The one before.
    PreviousDigit,
    /// Any digit.
    RandomDigit,
    /// Keep the present results to compare the next with.
    Pin,
    /// Forget all of them.
    Unpin,
    /// Forget one of them, counted from 0.
    UnpinOne(usize),
    /// The whole matrix in every pane.
    ResetZoom,
    /// Rows and columns in a random order, or in their own again.
    Shuffle,
    /// One of the build-up.
    Play(PlayAction),
    /// The controls at the left, folded or not.
    ToggleControls,
    /// The line above the panes.
    ToggleVerdict,
    /// The factors and terms of a block.
    Factors,
    /// Large type and one thing at a time, for a class.
    Present,
    /// The next thing to present.
    NextScene,
    /// The one before.
    PreviousScene,
}

impl MatrixAction {
    /// Those that stand in menus and have keys.
    pub const NAMED: [Self; 15] = [
        Self::PreviousDigit,
        Self::NextDigit,
        Self::RandomDigit,
        Self::Pin,
        Self::ResetZoom,
        Self::Play(PlayAction::Toggle),
        Self::Play(PlayAction::Forward),
        Self::Play(PlayAction::Back),
        Self::Play(PlayAction::Export),
        Self::ToggleControls,
        Self::ToggleVerdict,
        Self::Factors,
        Self::Present,
        Self::NextScene,
        Self::PreviousScene,
    ];

    /// The text of the button or menu item.
    pub fn text(&self) -> &'static str {
        match self {
            Self::NextDigit => "Next digit",
            Self::PreviousDigit => "Previous digit",
            Self::RandomDigit => "Random digit",
            Self::Pin => "Pin results",
            Self::Unpin => "Unpin all",
            Self::UnpinOne(_) => "Unpin",
            Self::ResetZoom => "Show whole matrix",
            Self::Shuffle => "Shuffle",
            Self::Play(own) => own.text(),
            Self::ToggleControls => "Show or hide controls",
            Self::ToggleVerdict => "Show or hide summary line",
            Self::Factors => "Show factors",
            Self::Present => "Present",
            Self::NextScene => "Next scene",
            Self::PreviousScene => "Previous scene",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::NextDigit => {
                "The next digit in the filtered list; the next layer where one is open, the next scene while presenting"
            }
            Self::PreviousDigit => {
                "The previous digit in the filtered list; the previous layer where one is open, the previous scene while presenting"
            }
            Self::RandomDigit => "A random digit of the filtered list",
            Self::Pin => "Keep these results in the table to compare the next ones with",
            Self::Unpin => "Remove all pinned results",
            Self::UnpinOne(_) => "Remove these pinned results",
            Self::ResetZoom => "Show the whole matrix in every pane",
            Self::Shuffle => {
                "Shuffle rows and columns, or put them back: LoRA is unaffected, Localized is not"
            }
            Self::Play(own) => own.tooltip(),
            Self::ToggleControls => "Give the room of the controls to the pictures, and back",
            Self::ToggleVerdict => "The line that says which method is closest",
            Self::Factors => "One block as W ≈ B A: the factors, the terms, and what each adds",
            Self::Present => "Large type and one thing at a time, for a class",
            Self::NextScene => "Panes, plots, then the examples, while presenting",
            Self::PreviousScene => "Back one scene, while presenting",
        }
    }

    /// Its key, if it has one.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let plain = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        match self {
            Self::NextDigit => plain(Key::ArrowRight),
            Self::PreviousDigit => plain(Key::ArrowLeft),
            Self::RandomDigit => plain(Key::R),
            Self::Pin => plain(Key::P),
            Self::ResetZoom => plain(Key::Num0),
            Self::Play(own) => own.shortcut(),
            Self::Factors => plain(Key::F),
            Self::Present => plain(Key::F5),
            Self::NextScene => plain(Key::PageDown),
            Self::PreviousScene => plain(Key::PageUp),
            Self::ToggleControls => Some(KeyboardShortcut::new(Modifiers::COMMAND, Key::B)),
            Self::Unpin | Self::UnpinOne(_) | Self::Shuffle | Self::ToggleVerdict => None,
        }
    }
}

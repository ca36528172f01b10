//! Every action of the window: its text, tooltip and shortcut in one place.

use std::path::PathBuf;

use eframe::egui::{self, Key, KeyboardShortcut, Modifiers};

use super::state::Tab;
use crate::session::Session;

/// An action. Menus, buttons, keys and tests use the same values.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Ask for a file and open it.
    Open,
    /// Ask for a file to take from the present matrix.
    Subtract,
    /// Ask for a folder with a data set.
    OpenFolder,
    /// Open what a path or SOURCE says.
    OpenText(String),
    /// Subtract what a path or SOURCE says.
    SubtractText(String),
    /// Open the picture or table in the clipboard.
    Paste,
    /// Choose what to export and where.
    Export,
    /// Write the figure in view to this file.
    ExportTo(PathBuf),
    /// Ask where to write the figure, with this name as the first suggestion.
    BrowseExport(String),
    /// Put the command line that shows the same on the clipboard.
    CopyCommand,
    /// The same with the figure in the export dialog, written to this file.
    CopyFigureCommand(PathBuf),
    /// Put this text on the clipboard.
    CopyText(String),
    /// Back one change of the session.
    Undo,
    /// Forward again.
    Redo,
    /// The next digit of the data set (within the filter).
    NextDigit,
    /// The one before.
    PreviousDigit,
    /// Any digit.
    RandomDigit,
    /// Replace the whole session: presets, a learned update.
    SetSession(Box<Session>),
    /// Keep the present results to compare the next with.
    Pin,
    /// Forget all of them.
    Unpin,
    /// Forget one of them, counted from 0.
    UnpinOne(usize),
    /// The whole matrix in every pane.
    ResetZoom,
    /// Train what is missing, or go on.
    Train,
    /// Let the training wait.
    PauseTraining,
    /// Train until a run has made an epoch.
    StepTraining,
    /// Stop the training; what has ended is kept.
    StopTraining,
    /// Put the results aside and begin anew with the same seed.
    ResetTraining,
    /// Another seed.
    NewSeed,
    /// Ask for a results file and show it.
    OpenResults,
    /// Ask for the folder of a data set to train on.
    ChooseDataSet,
    /// Stop what is being computed.
    Cancel,
    /// Show a tab.
    Show(Tab),
    /// Full screen and back.
    FullScreen,
    /// What the keys do.
    Help,
    /// Close the window.
    Quit,
}

impl Command {
    /// The commands that stand in menus and have keys, in the order of the help page.
    pub const NAMED: [Self; 18] = [
        Self::Open,
        Self::OpenFolder,
        Self::Subtract,
        Self::Paste,
        Self::Export,
        Self::CopyCommand,
        Self::Undo,
        Self::Redo,
        Self::PreviousDigit,
        Self::NextDigit,
        Self::RandomDigit,
        Self::Pin,
        Self::ResetZoom,
        Self::Train,
        Self::Cancel,
        Self::FullScreen,
        Self::Help,
        Self::Quit,
    ];

    /// What stands on the button or in the menu.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Open | Self::OpenText(_) => "Open…",
            Self::Subtract | Self::SubtractText(_) => "Subtract…",
            Self::OpenFolder => "Open data set folder…",
            Self::Paste => "Paste picture or table",
            Self::Export => "Export figure…",
            Self::ExportTo(_) => "Export",
            Self::BrowseExport(_) => "Browse…",
            Self::CopyCommand | Self::CopyFigureCommand(_) => "Copy as command",
            Self::CopyText(_) => "Copy",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::NextDigit => "Next digit",
            Self::PreviousDigit => "Previous digit",
            Self::RandomDigit => "Random digit",
            Self::SetSession(_) => "Set",
            Self::Pin => "Pin results",
            Self::Unpin => "Unpin all",
            Self::UnpinOne(_) => "Unpin",
            Self::ResetZoom => "Show whole matrix",
            Self::Train => "Run",
            Self::PauseTraining => "Pause",
            Self::StepTraining => "Step",
            Self::StopTraining => "Stop",
            Self::ResetTraining => "Reset",
            Self::NewSeed => "New seed",
            Self::OpenResults => "Open results…",
            Self::ChooseDataSet => "Data set folder…",
            Self::Cancel => "Cancel",
            Self::Show(tab) => tab.title(),
            Self::FullScreen => "Full screen",
            Self::Help => "Keyboard shortcuts",
            Self::Quit => "Quit",
        }
    }

    /// What it does, for whoever hovers.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Open | Self::OpenText(_) => "An image, CSV, TSV, NPY or NPZ file",
            Self::Subtract | Self::SubtractText(_) => "Subtract another matrix of the same shape",
            Self::OpenFolder => {
                "A folder with a data set in MNIST (IDX) format: MNIST, Fashion-MNIST …"
            }
            Self::Paste => "Use the picture or the table on the clipboard as the matrix",
            Self::Export | Self::ExportTo(_) => "PNG, SVG or PDF, with the settings inside",
            Self::BrowseExport(_) => "Choose the folder and the file name",
            Self::CopyCommand => "The command line that gives the same numbers",
            Self::CopyFigureCommand(_) => "The command line that writes the same figure",
            Self::CopyText(_) => "Copy to the clipboard",
            Self::Undo => "Undo the last change of source or settings",
            Self::Redo => "Redo the change that was undone",
            Self::NextDigit => "The next digit in the filtered list",
            Self::PreviousDigit => "The previous digit in the filtered list",
            Self::RandomDigit => "A random digit of the filtered list",
            Self::SetSession(_) => "Use these settings",
            Self::Pin => "Keep these results in the table to compare the next ones with",
            Self::Unpin => "Remove all pinned results",
            Self::UnpinOne(_) => "Remove these pinned results",
            Self::ResetZoom => "Show the whole matrix in every pane",
            Self::Train => "Train the remaining runs, or resume",
            Self::PauseTraining => "Pause after the current batch",
            Self::StepTraining => "Train one more epoch, then pause",
            Self::StopTraining => "Stop training; finished runs are kept",
            Self::ResetTraining => "Archive these results and start over with the same seed",
            Self::NewSeed => "Other initial weights, batches and split",
            Self::OpenResults => "A results file (JSON) that this program saved",
            Self::ChooseDataSet => {
                "A folder with a data set in MNIST (IDX) format: MNIST, Fashion-MNIST …"
            }
            Self::Cancel => "Stop the computation under way",
            Self::Show(_) => "Show this tab",
            Self::FullScreen => "Fill the screen, or leave full screen",
            Self::Help => "Keys, and what the mouse does",
            Self::Quit => "Close the window",
        }
    }

    /// All keys that it has. Tabs have one for the content and one that always acts.
    pub fn shortcuts(&self) -> impl Iterator<Item = KeyboardShortcut> + use<> {
        let always = match self {
            Self::Show(tab) => Some(KeyboardShortcut::new(Modifiers::COMMAND, tab.key())),
            _ => None,
        };
        self.shortcut().into_iter().chain(always)
    }

    /// Its key, if it has one.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let ctrl = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let plain = |key| Some(KeyboardShortcut::new(Modifiers::NONE, key));
        match self {
            Self::Open => ctrl(Key::O),
            Self::Export => ctrl(Key::E),
            Self::CopyCommand => Some(KeyboardShortcut::new(
                Modifiers::COMMAND | Modifiers::SHIFT,
                Key::C,
            )),
            Self::Undo => ctrl(Key::Z),
            Self::Redo => Some(KeyboardShortcut::new(
                Modifiers::COMMAND | Modifiers::SHIFT,
                Key::Z,
            )),
            Self::Quit => ctrl(Key::Q),
            Self::NextDigit => plain(Key::ArrowRight),
            Self::PreviousDigit => plain(Key::ArrowLeft),
            Self::RandomDigit => plain(Key::R),
            Self::Pin => plain(Key::P),
            Self::ResetZoom => plain(Key::Num0),
            Self::Cancel => plain(Key::Escape),
            Self::Train => plain(Key::F5),
            Self::Show(tab) => plain(tab.key()),
            Self::FullScreen => plain(Key::F11),
            Self::Help => plain(Key::F1),
            _ => None,
        }
    }

    /// A button for the command, with its tooltip and key; pushes it when clicked.
    pub fn button(self, ui: &mut egui::Ui, out: &mut Vec<Self>) -> egui::Response {
        let mut hint = self.tooltip().to_owned();
        if let Some(shortcut) = self.shortcut() {
            hint = format!("{hint} ({})", ui.ctx().format_shortcut(&shortcut));
        }
        let response = ui.button(self.text()).on_hover_text(hint);
        if response.clicked() {
            out.push(self);
        }
        response
    }

    /// The same in a menu, with the key at the right.
    pub fn menu_item(self, ui: &mut egui::Ui, out: &mut Vec<Self>) {
        let mut button = egui::Button::new(self.text());
        if let Some(shortcut) = self.shortcut() {
            button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
        }
        if ui.add(button).on_hover_text(self.tooltip()).clicked() {
            out.push(self);
            ui.close();
        }
    }
}

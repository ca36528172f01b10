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
            Self::ResetZoom => "Whole matrix",
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
            Self::Help => "Keys and help",
            Self::Quit => "Quit",
        }
    }

    /// What it does, for whoever hovers.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Open | Self::OpenText(_) => "An image, CSV, TSV, NPY or NPZ file",
            Self::Subtract | Self::SubtractText(_) => {
                "Take another matrix of the same shape from this one"
            }
            Self::OpenFolder => "A folder with four IDX files: MNIST, Fashion-MNIST …",
            Self::Paste => "Use the picture or the table on the clipboard as the matrix",
            Self::Export | Self::ExportTo(_) => "PNG, SVG or PDF, with the settings inside",
            Self::BrowseExport(_) => "Choose the folder and the name",
            Self::CopyCommand => "The command line that gives the same numbers",
            Self::CopyFigureCommand(_) => "The command line that writes the same figure",
            Self::CopyText(_) => "Put it on the clipboard",
            Self::Undo => "Take the last change of source or settings back",
            Self::Redo => "Make the change again",
            Self::NextDigit => "The next digit that the filter shows",
            Self::PreviousDigit => "The digit before, as the filter shows them",
            Self::RandomDigit => "Any digit that the filter shows",
            Self::SetSession(_) => "Use these settings",
            Self::Pin => "Keep these results in the table to compare the next ones with",
            Self::Unpin => "Remove all pinned results",
            Self::UnpinOne(_) => "Remove these pinned results",
            Self::ResetZoom => "Show the whole matrix in every pane",
            Self::Train => "Train every run of the sweep that is not done, or go on",
            Self::PauseTraining => "Wait after the batch under way",
            Self::StepTraining => "Train until a run has made one more epoch, then wait",
            Self::StopTraining => "Stop training; runs that have ended are kept",
            Self::ResetTraining => "Put these results aside and begin again with the same seed",
            Self::NewSeed => "Other initial weights, batches and split",
            Self::OpenResults => "A results file that this program saved",
            Self::ChooseDataSet => "Four files of MNIST's form: MNIST, Fashion-MNIST …",
            Self::Cancel => "Stop the computation under way",
            Self::Show(_) => "Show this tab",
            Self::FullScreen => "Fill the screen, or leave it again",
            Self::Help => "What the keys and the mouse do",
            Self::Quit => "Close the window",
        }
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
            Self::Show(Tab::Approximate) => plain(Key::Num1),
            Self::Train => plain(Key::F5),
            Self::Show(Tab::FineTune) => plain(Key::Num2),
            Self::Show(Tab::Method) => plain(Key::Num3),
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

/// The commands whose keys were pressed. Plain keys are left to a widget that has the focus,
/// so that arrows move a slider and letters reach a text field.
pub fn pressed(ctx: &egui::Context) -> Vec<Command> {
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let menu = egui::Popup::is_any_open(ctx);
    let tabs = Tab::ALL.into_iter().map(Command::Show);
    let all: Vec<Command> = Command::NAMED.into_iter().chain(tabs).collect();
    let pasted = ctx.input(|input| {
        input
            .events
            .iter()
            .any(|event| matches!(event, egui::Event::Paste(_) | egui::Event::PasteImage(_)))
    });
    // Ctrl+Shift+Z must be looked for before Ctrl+Z, which it contains.
    let with_shift = |command: &Command| {
        command
            .shortcut()
            .is_some_and(|shortcut| shortcut.modifiers.shift)
    };
    let (first, second): (Vec<_>, Vec<_>) = all.into_iter().partition(with_shift);
    let paste = (pasted && !focused).then_some(Command::Paste);
    let keys = first.into_iter().chain(second).filter(|command| {
        command.shortcut().is_some_and(|shortcut| {
            let plain = shortcut.modifiers.is_none() && !is_function(shortcut.logical_key);
            // An open menu takes Escape for itself.
            let taken = plain && focused || menu && shortcut.logical_key == Key::Escape;
            !taken && ctx.input_mut(|input| input.consume_shortcut(&shortcut))
        })
    });
    keys.chain(paste).collect()
}

fn is_function(key: Key) -> bool {
    matches!(key, Key::F1 | Key::F5 | Key::F11 | Key::Escape)
}

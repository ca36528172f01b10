//! Every action of the window: its text, tooltip and shortcut in one place.

use std::path::PathBuf;
use std::sync::LazyLock;

use eframe::egui::{self, Key, KeyboardShortcut, Modifiers};

use super::sessions::action::SessionAction;
use super::tab::Tab;
use super::tabs::approximate::action::MatrixAction;
use super::tabs::approximate::play::action::PlayAction;
use super::tabs::finetune::action::{SweepAction, TAB as SWEEP_TAB};
use super::tabs::weights::action::{ModelRole, TAB as WEIGHTS_TAB, WeightsAction};
use crate::session::Session;
use crate::source::readable_formats;

/// The files that can be opened, for the tooltip.
static OPENABLE: LazyLock<String> =
    LazyLock::new(|| format!("Open a file: {}", readable_formats()));

/// An action. Menus, buttons, keys and tests use the same values.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Ask for a file and open it.
    Open,
    /// Ask for a file to take from the present matrix.
    Subtract,
    /// Ask for a folder with a data set.
    OpenFolder,
    /// Open this file or folder.
    OpenPath(PathBuf),
    /// Subtract this file.
    SubtractPath(PathBuf),
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
    /// Take this file for the figure in the dialog.
    ChooseExport(PathBuf),
    /// Put the command line that shows the same on the clipboard.
    CopyCommand,
    /// Copies the command of the figure in the export dialog, written to this file.
    CopyFigureCommand(PathBuf),
    /// Copies a caption for the figure in the export dialog.
    CopyCaption(CaptionForm),
    /// Put this text on the clipboard.
    CopyText(String),
    /// Back one change of the session.
    Undo,
    /// Forward again.
    Redo,
    /// Replace the whole session: presets, a learned update.
    SetSession(Box<Session>),
    /// Stop what is being computed.
    Cancel,
    /// Show a tab.
    Show(Tab),
    /// Full screen and back.
    FullScreen,
    /// Shows the keyboard shortcuts.
    Help,
    /// The paper and the program.
    About,
    /// Close the window.
    Quit,
    /// One on everything in view.
    Session(SessionAction),
    /// One of the Approximate tab.
    Approximate(MatrixAction),
    /// One of the Fine-tune tab.
    Finetune(SweepAction),
    /// One of the Weights tab.
    Weights(WeightsAction),
}

/// The form of a copied caption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptionForm {
    /// As it is read.
    Text,
    /// LaTeX source.
    Latex,
}

impl CaptionForm {
    /// Its name in a menu.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "As text",
            Self::Latex => "As LaTeX",
        }
    }
}

impl Command {
    /// The global ones that stand in menus and have keys.
    const NAMED: [Self; 13] = [
        Self::Open,
        Self::OpenFolder,
        Self::Subtract,
        Self::Paste,
        Self::Export,
        Self::CopyCommand,
        Self::Undo,
        Self::Redo,
        Self::Cancel,
        Self::FullScreen,
        Self::Help,
        Self::About,
        Self::Quit,
    ];

    /// The commands that stand in menus and have keys, in the order of the help page.
    pub fn named() -> impl Iterator<Item = Self> {
        let sessions = SessionAction::NAMED.into_iter();
        let approximate = MatrixAction::NAMED.into_iter();
        let finetune = SweepAction::NAMED.into_iter();
        Self::NAMED
            .into_iter()
            .chain(sessions.map(Self::Session))
            .chain(approximate.map(Self::Approximate))
            .chain(finetune.map(Self::Finetune))
    }

    /// One of the build-up.
    pub fn play(action: PlayAction) -> Self {
        Self::Approximate(MatrixAction::Play(action))
    }

    /// The tab that runs it, where it is not everybody's.
    pub fn owner(&self) -> Option<Tab> {
        match self {
            Self::Approximate(_) => Some(Tab::HOME),
            Self::Finetune(_) => Some(SWEEP_TAB),
            Self::Weights(_) => Some(WEIGHTS_TAB),
            _ => None,
        }
    }

    /// The text of the button or menu item.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Open | Self::OpenText(_) | Self::OpenPath(_) => "Open…",
            Self::Subtract | Self::SubtractText(_) | Self::SubtractPath(_) => "Subtract…",
            Self::OpenFolder => "Open data set folder…",
            Self::Paste => "Paste picture or table",
            Self::Export => "Export figure…",
            Self::ExportTo(_) => "Export",
            Self::BrowseExport(_) | Self::ChooseExport(_) => "Browse…",
            Self::CopyCommand | Self::CopyFigureCommand(_) => "Copy as command",
            Self::CopyCaption(_) => "Copy caption",
            Self::CopyText(_) => "Copy",
            Self::Undo => "Undo",
            Self::Redo => "Redo",
            Self::SetSession(_) => "Set",
            Self::Cancel => "Cancel",
            Self::Show(tab) => tab.title(),
            Self::FullScreen => "Full screen",
            Self::Help => "Keyboard shortcuts",
            Self::About => "About",
            Self::Quit => "Quit",
            Self::Session(own) => own.text(),
            Self::Approximate(own) => own.text(),
            Self::Finetune(own) => own.text(),
            Self::Weights(own) => own.text(),
        }
    }

    /// Opens the tab in which adapters are trained.
    pub fn show_sweep() -> Self {
        Self::Show(SWEEP_TAB)
    }

    /// Opens a model in the tab of weights.
    pub fn browse_model(path: PathBuf) -> [Self; 2] {
        let open = WeightsAction::Open(ModelRole::Model, path);
        [Self::Weights(open), Self::Show(WEIGHTS_TAB)]
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Open | Self::OpenText(_) | Self::OpenPath(_) => &OPENABLE,
            Self::Subtract | Self::SubtractText(_) | Self::SubtractPath(_) => {
                "Subtract another matrix of the same shape"
            }
            Self::OpenFolder => {
                "A folder with a data set in MNIST (IDX) format: MNIST, Fashion-MNIST …"
            }
            Self::Paste => "Use the picture or the table on the clipboard as the matrix",
            Self::Export | Self::ExportTo(_) => "PNG, SVG or PDF, with the settings inside",
            Self::BrowseExport(_) | Self::ChooseExport(_) => "Choose the folder and the file name",
            Self::CopyCommand => "The command line that gives the same numbers",
            Self::CopyFigureCommand(_) => "The command line that writes the same figure",
            Self::CopyCaption(_) => "A caption for the figure, with its settings",
            Self::CopyText(_) => "Copy to the clipboard",
            Self::Undo => "Undo the last change of source or settings",
            Self::Redo => "Redo the change that was undone",
            Self::SetSession(_) => "Use these settings",
            Self::Cancel => "Stop the computation under way",
            Self::Show(_) => "Show this tab",
            Self::FullScreen => "Fill the screen, or leave full screen",
            Self::Help => "Keys, and what the mouse does",
            Self::About => "The paper, how to cite it, and the version",
            Self::Quit => "Close the window",
            Self::Session(own) => own.tooltip(),
            Self::Approximate(own) => own.tooltip(),
            Self::Finetune(own) => own.tooltip(),
            Self::Weights(own) => own.tooltip(),
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
            Self::Cancel => plain(Key::Escape),
            Self::Show(tab) => plain(tab.key()),
            Self::FullScreen => plain(Key::F11),
            Self::Help => plain(Key::F1),
            Self::Session(own) => own.shortcut(),
            Self::Approximate(own) => own.shortcut(),
            Self::Finetune(own) => own.shortcut(),
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

    /// A menu item, with the key at the right.
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

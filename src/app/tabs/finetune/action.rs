//! The actions of the tab.

use std::path::PathBuf;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::tab::Tab;

/// The tab.
pub const TAB: Tab = Tab::new("fine_tune", "Fine-tune", Key::Num2);

/// An action on the sweep.
#[derive(Clone, Debug, PartialEq)]
pub enum SweepAction {
    /// Train what is missing, or go on.
    Train,
    /// Let the training wait.
    Pause,
    /// Train until a run has made an epoch.
    Step,
    /// Stop the training; what has ended is kept.
    Stop,
    /// Put the results aside and begin anew with the same seed.
    Reset,
    /// Another seed.
    NewSeed,
    /// Ask for a results file and show it.
    OpenResults,
    /// Show this results file.
    OpenFile(PathBuf),
    /// Ask for the folder of a data set to train on.
    ChooseDataSet,
    /// Train on the data set in this folder.
    TrainOn(PathBuf),
}

impl SweepAction {
    /// Those that stand in menus and have keys.
    pub const NAMED: [Self; 1] = [Self::Train];

    /// The text of the button or menu item.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Train => "Run",
            Self::Pause => "Pause",
            Self::Step => "Step",
            Self::Stop => "Stop",
            Self::Reset => "Reset",
            Self::NewSeed => "New seed",
            Self::OpenResults | Self::OpenFile(_) => "Open results…",
            Self::ChooseDataSet | Self::TrainOn(_) => "Data set folder…",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::Train => "Train the remaining runs, or resume",
            Self::Pause => "Pause after the current batch",
            Self::Step => "Train one more epoch, then pause",
            Self::Stop => "Stop training; finished runs are kept",
            Self::Reset => "Archive these results and start over with the same seed",
            Self::NewSeed => "Other initial weights, batches and split",
            Self::OpenResults | Self::OpenFile(_) => {
                "A results file (JSON) that this program saved"
            }
            Self::ChooseDataSet | Self::TrainOn(_) => {
                "A folder with a data set in MNIST (IDX) format: MNIST, Fashion-MNIST …"
            }
        }
    }

    /// Its key, if it has one.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        (*self == Self::Train).then(|| KeyboardShortcut::new(Modifiers::NONE, Key::F9))
    }
}

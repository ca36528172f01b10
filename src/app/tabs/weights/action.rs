//! The actions of the tab.

use std::path::PathBuf;

use eframe::egui::Key;

use crate::analysis::LayerSource;
use crate::app::tab::Tab;

/// The tab.
pub const TAB: Tab = Tab::new("weights", "Weights", Key::Num4);

/// One of the two models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelRole {
    /// The one that is looked at.
    Model,
    /// The one that is subtracted.
    Base,
}

/// An action on the models.
#[derive(Clone, Debug, PartialEq)]
pub enum WeightsAction {
    /// Show the tab and ask for a model.
    OpenModel,
    /// Ask for a file.
    BrowseFile(ModelRole),
    /// Ask for a folder.
    BrowseFolder(ModelRole),
    /// Open this file or folder.
    Open(ModelRole, PathBuf),
    /// Ask what this file or folder is: another model, or the base of the open one.
    Offer(PathBuf),
    /// Open what is typed.
    OpenText(ModelRole, String),
    /// Subtract nothing any more.
    RemoveBase,
    /// Open a layer in the first tab.
    OpenLayer(Box<LayerSource>),
    /// Open the layer before the one in the first tab.
    PreviousLayer,
    /// Open the layer behind it.
    NextLayer,
    /// Measure the layers that are not known yet.
    Scan,
    /// Stop measuring.
    StopScan,
    /// Forget what was measured.
    ClearScan,
    /// Ask where to save the scan.
    SaveScan,
    /// Say that there is no scan whose figure could be exported.
    NoFigure,
    /// Ask where to save the plan.
    SavePlan,
    /// Ask the system where, with this name as the first suggestion.
    BrowseSave(String),
    /// Take this file for the scan in the dialog.
    ChooseSave(PathBuf),
    /// Write what the dialog is of.
    SaveTo(PathBuf),
    /// Ask for the file of a scan.
    BrowseScan,
    /// Show the scan in this file.
    OpenScan(PathBuf),
    /// Open the layer of this name, of the scan.
    OpenScanned(String),
    /// Put the command line of the scan or the plan on the clipboard.
    CopyCommand,
}

impl WeightsAction {
    /// The text of the button.
    pub fn text(&self) -> &'static str {
        match self {
            Self::OpenModel => "Open model…",
            Self::BrowseFile(_) | Self::Open(..) | Self::Offer(_) => "File…",
            Self::BrowseFolder(_) => "Folder…",
            Self::OpenText(..) => "Go",
            Self::RemoveBase => "Remove",
            Self::OpenLayer(_) | Self::OpenScanned(_) => "Open layer",
            Self::PreviousLayer => "Previous layer",
            Self::NextLayer => "Next layer",
            Self::Scan => "Run",
            Self::StopScan => "Stop",
            Self::ClearScan => "Clear",
            Self::SaveScan | Self::SavePlan | Self::SaveTo(_) => "Save…",
            Self::NoFigure => "Export figure…",
            Self::BrowseSave(_) | Self::ChooseSave(_) => "Browse…",
            Self::BrowseScan | Self::OpenScan(_) => "Open scan…",
            Self::CopyCommand => "Copy as command",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::OpenModel | Self::BrowseFile(ModelRole::Model) => {
                "A model or an adapter in a file, or the index of a checkpoint in several"
            }
            Self::BrowseFolder(ModelRole::Model) => "The folder of a checkpoint or an adapter",
            Self::BrowseFile(ModelRole::Base) => {
                "The model to subtract, such as the one that was tuned, in a file"
            }
            Self::BrowseFolder(ModelRole::Base) => "The folder of the model to subtract",
            Self::Open(..) | Self::OpenText(..) | Self::Offer(_) => "Open what is typed",
            Self::RemoveBase => "Subtract nothing",
            Self::OpenLayer(_) | Self::OpenScanned(_) => "Open this layer in Approximate",
            Self::PreviousLayer => "The previous layer of the open model, in the order of its list",
            Self::NextLayer => "The next layer of the open model, in the order of its list",
            Self::Scan => "Measure every matrix of the model, or go on where it was stopped",
            Self::StopScan => "Stop; what is measured is kept",
            Self::ClearScan => "Forget these results",
            Self::NoFigure => "The map of the scan as a figure, or its numbers",
            Self::SavePlan => {
                "The plan as JSON with PEFT’s settings, which adapter --plan reads, or its table as CSV"
            }
            Self::SaveScan | Self::SaveTo(_) => {
                "The scan as JSON, which can be continued, or its table as CSV; Export figure… has its map"
            }
            Self::BrowseSave(_) | Self::ChooseSave(_) => "Choose the folder and the file name",
            Self::BrowseScan | Self::OpenScan(_) => "A scan (JSON) that this program saved",
            Self::CopyCommand => "The command line that prints the same arrays, scan or plan",
        }
    }
}

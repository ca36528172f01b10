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
    /// Ask for a file.
    BrowseFile(ModelRole),
    /// Ask for a folder.
    BrowseFolder(ModelRole),
    /// Open this file or folder.
    Open(ModelRole, PathBuf),
    /// Open what is typed.
    OpenText(ModelRole, String),
    /// Subtract nothing any more.
    RemoveBase,
    /// Open a layer in the first tab.
    OpenLayer(Box<LayerSource>),
}

impl WeightsAction {
    /// The text of the button.
    pub fn text(&self) -> &'static str {
        match self {
            Self::BrowseFile(_) | Self::Open(..) => "File…",
            Self::BrowseFolder(_) => "Folder…",
            Self::OpenText(..) => "Go",
            Self::RemoveBase => "Remove",
            Self::OpenLayer(_) => "Open layer",
        }
    }

    /// The tooltip.
    pub fn tooltip(&self) -> &'static str {
        match self {
            Self::BrowseFile(ModelRole::Model) => {
                "A model or an adapter in a file, or the index of a checkpoint in several"
            }
            Self::BrowseFolder(ModelRole::Model) => "The folder of a checkpoint or an adapter",
            Self::BrowseFile(ModelRole::Base) => {
                "The model to subtract, such as the one that was tuned, in a file"
            }
            Self::BrowseFolder(ModelRole::Base) => "The folder of the model to subtract",
            Self::Open(..) | Self::OpenText(..) => "Open what is typed",
            Self::RemoveBase => "Subtract nothing",
            Self::OpenLayer(_) => "Open this layer in Approximate",
        }
    }
}

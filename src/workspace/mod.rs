//! Everything in view, as a small file and as one line of text: what *Save session* and *Copy link
//! text* write, and what `render` draws. People call it a session; here [`Session`] is only what is
//! computed.
//!
//! A file is one JSON object, `{"localized_lora": "session", "version": 1, …}`. A link text is
//! `llora:1:` and the same object without spaces, deflated, in the URL-safe alphabet of base64.

mod check;
mod display;
mod error;
mod file;
mod json;
mod link;
mod opening;
mod places;

pub use display::DisplaySettings;
pub use error::{FileError, WorkspaceError};
pub use file::{ENDING, is_session_file, load, save};
pub use link::is_link_text;
pub use opening::{Opening, OpeningError};

use serde::{Deserialize, Serialize};

use crate::experiment::Experiment;
use crate::session::Session;
use crate::source::Limits;

/// The whole content of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Workspace {
    /// The name of the open tab, as preferences keep it; one that is not known is the first.
    pub tab: String,
    /// The session that is computed, with the settings as they are wanted.
    pub session: Session,
    /// The display settings of its results.
    pub display: DisplaySettings,
    /// Images with more pixels are scaled down, so the matrix depends on it.
    pub max_pixels: usize,
    /// The experiment of the Fine-tune tab, where it is in view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub experiment: Option<Experiment>,
}

impl Workspace {
    /// Bounds on what is read for it.
    pub fn limits(&self) -> Limits {
        Limits::with_max_pixels(self.max_pixels)
    }
}

impl Default for Workspace {
    /// The paper's Table I.
    fn default() -> Self {
        Self {
            tab: String::new(),
            session: Session::default(),
            display: DisplaySettings::default(),
            max_pixels: Limits::default().max_pixels,
            experiment: None,
        }
    }
}

#[cfg(test)]
mod tests;

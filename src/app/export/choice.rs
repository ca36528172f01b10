//! Choices of an export: the figures of the tabs, and the formats of their files.

use std::path::Path;

use crate::app::state::{State, Tab};
use crate::app::tabs::finetune::action::TAB as SWEEP_TAB;
use crate::app::tabs::weights::action::TAB as MODEL_TAB;
use crate::figure::{Figure, Format, Omitted};
use crate::views::{self, Document, Subject, View};

/// The tab whose results a view shows.
pub fn tab_of(view: &View) -> Tab {
    match view.subject {
        Subject::Matrix | Subject::Images => Tab::HOME,
        Subject::Experiment => SWEEP_TAB,
        Subject::Model => MODEL_TAB,
    }
}

/// The views that the open tab offers: all of its own that say something of the matrix.
pub(super) fn offered(state: &State) -> impl Iterator<Item = &'static View> {
    let tab = match state.tab {
        tab @ (SWEEP_TAB | MODEL_TAB) => tab,
        _ => Tab::HOME,
    };
    let of_images = !state.session().source.is_named_array();
    views::ALL
        .into_iter()
        .filter(move |view| tab_of(view) == tab)
        .filter(move |view| of_images || view.subject != Subject::Images)
}

/// The content that a view gave for a file.
pub enum ExportedContent {
    /// A picture to be drawn.
    Figure {
        /// The picture.
        figure: Figure,
        /// The format of its file.
        format: Format,
        /// The parts that can be left out.
        parts: Vec<Omitted>,
    },
    /// The file as it is.
    Bytes(Vec<u8>),
}

/// The kind of content of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The picture.
    Figure(Format),
    /// The numbers behind it.
    Csv,
    /// The numbers with their settings, as the command line prints them.
    Json,
    /// The tables for a paper.
    Latex,
    /// The tables for a README or a wiki.
    Markdown,
    /// A learned update as an array.
    Npy,
}

impl Content {
    /// All of them with their endings, in the order of the dialog.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Figure(Format::Png), "png"),
        (Self::Figure(Format::Svg), "svg"),
        (Self::Figure(Format::Pdf), "pdf"),
        (Self::Csv, "csv"),
        (Self::Json, "json"),
        (Self::Latex, "tex"),
        (Self::Markdown, "md"),
        (Self::Npy, "npy"),
    ];

    /// The content that a file's name asks for.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?;
        Self::ALL
            .into_iter()
            .find(|(_, extension)| ending.eq_ignore_ascii_case(extension))
            .map(|(content, _)| content)
    }

    /// The ending of its files.
    pub(super) fn extension(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(content, _)| *content == self)
            .map_or("png", |(_, extension)| extension)
    }

    /// Its name in the dialog.
    pub(super) fn name(self) -> String {
        match self {
            Self::Latex => "LaTeX".to_owned(),
            Self::Markdown => "Markdown".to_owned(),
            _ => self.extension().to_uppercase(),
        }
    }

    /// Whether files of this content can be written of a view: only ΔW is an array.
    pub(super) fn fits(self, view: &View) -> bool {
        self != Self::Npy || view.npy.is_some()
    }

    /// Writes the content of the file.
    ///
    /// # Errors
    /// Why the view does not give it.
    pub fn of_document(self, document: &Document<'_>) -> Result<ExportedContent, String> {
        Ok(match self {
            Self::Figure(format) => {
                let figure = document.figure()?;
                let parts = document.omissible(&figure);
                ExportedContent::Figure {
                    figure,
                    format,
                    parts,
                }
            }
            Self::Csv => ExportedContent::Bytes(document.csv()?.into_bytes()),
            Self::Latex => ExportedContent::Bytes(document.latex()?.into_bytes()),
            Self::Markdown => ExportedContent::Bytes(document.markdown()?.into_bytes()),
            Self::Json => ExportedContent::Bytes(document.json()?.into_bytes()),
            Self::Npy => ExportedContent::Bytes(document.npy()?),
        })
    }
}

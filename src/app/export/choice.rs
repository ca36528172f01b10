//! What can be exported: the figures of the tabs, and the formats of their files.

use std::path::Path;

use crate::app::state::Tab;
use crate::app::tabs::finetune::action::TAB as SWEEP_TAB;
use crate::figure::Format;

/// The figures that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The paper's Figure 1 with Table I under it.
    FigureOne,
    /// Error against parameters.
    ErrorCurve,
    /// Singular values of every method's blocks.
    SingularValues,
    /// Errors over the data set.
    DataSet,
    /// The paper's Figure 2.
    AccuracyDrop,
    /// Loss and accuracy of the selected runs.
    TrainingCurves,
    /// What the selected run learned.
    DeltaWeights,
    /// What the selected runs still confuse.
    Confusion,
}

impl Kind {
    /// All of them, in the order of the dialog.
    const ALL: [Self; 8] = [
        Self::FigureOne,
        Self::ErrorCurve,
        Self::SingularValues,
        Self::DataSet,
        Self::AccuracyDrop,
        Self::TrainingCurves,
        Self::DeltaWeights,
        Self::Confusion,
    ];

    /// The tab whose figure it is.
    pub fn tab(self) -> Tab {
        match self {
            Self::FigureOne | Self::ErrorCurve | Self::SingularValues | Self::DataSet => Tab::HOME,
            Self::AccuracyDrop | Self::TrainingCurves | Self::DeltaWeights | Self::Confusion => {
                SWEEP_TAB
            }
        }
    }

    /// The figures that the open tab offers.
    pub(super) fn offered(open: Tab) -> impl Iterator<Item = Self> {
        let tab = match open {
            SWEEP_TAB => SWEEP_TAB,
            _ => Tab::HOME,
        };
        Self::ALL.into_iter().filter(move |kind| kind.tab() == tab)
    }

    /// What the dialog calls it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::FigureOne => "Reconstructions and table (Figure 1, Table I)",
            Self::ErrorCurve => "Error against parameters",
            Self::SingularValues => "Singular values",
            Self::DataSet => "Errors over the data set",
            Self::AccuracyDrop => "Accuracy drop against parameters (Figure 2)",
            Self::TrainingCurves => "Training curves of the selected runs",
            Self::DeltaWeights => "ΔW of the selected run",
            Self::Confusion => "Confusion matrices of the selected runs",
        }
    }

    /// The name that is suggested for its file, without an ending.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::FigureOne => "approximation",
            Self::ErrorCurve => "error-against-parameters",
            Self::SingularValues => "singular-values",
            Self::DataSet => "data-set",
            Self::AccuracyDrop => "accuracy-drop",
            Self::TrainingCurves => "training-curves",
            Self::DeltaWeights => "delta-weights",
            Self::Confusion => "confusion",
        }
    }
}

/// What a file of an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The picture.
    Figure(Format),
    /// The numbers behind it.
    Csv,
    /// The numbers with their settings, as the command line prints them.
    Json,
    /// A learned update as an array.
    Npy,
}

impl Content {
    /// All of them with their endings, in the order of the dialog.
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Figure(Format::Png), "png"),
        (Self::Figure(Format::Svg), "svg"),
        (Self::Figure(Format::Pdf), "pdf"),
        (Self::Csv, "csv"),
        (Self::Json, "json"),
        (Self::Npy, "npy"),
    ];

    /// What a file's name asks for.
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

    /// Whether files of this content can be written for a kind: only ΔW is an array.
    pub(super) fn fits(self, kind: Kind) -> bool {
        self != Self::Npy || kind == Kind::DeltaWeights
    }
}

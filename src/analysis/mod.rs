//! The results of a session: both faces of the program ask one [`Analyst`] and read its [`Analysis`],
//! so that a number, a note or a refusal is the same wherever it stands.

mod adapter;
mod analyst;
mod atlas;
mod beside;
mod budget;
mod build_up;
mod color;
mod error;
mod grids;
mod heads;
mod listener;
mod locality;
mod locality_survey;
mod model;
mod notes;
mod order;
mod outcome;
mod picture;
mod result;
mod scan;
mod survey;
mod tensors;
mod terms;
mod verdict;
mod written;

pub use adapter::{
    AdapterError, AdapterFiles, AdapterRank, AdapterSettings, WrittenLayer, adapters, inputs_first,
};
pub use analyst::Analyst;
pub use atlas::AtlasSettings;
pub use beside::begin_beside;
pub use budget::{Expense, affordable, compared_at, localized_parameters, not_matched};
pub use build_up::{BuildUp, Growth, MOST_STEPS};
pub use color::Channels;
pub use error::AnalysisError;
pub use grids::{GridSearch, grid_budget};
pub use heads::follow_heads;
pub use listener::{Listener, SilentListener, Stage};
pub use locality::{DRAWS, Locality, LocalityQuestion, locality_settings};
pub use locality_survey::{LabelShares, LocalitySurvey, SURVEY_DRAWS, survey_locality};
pub use model::{
    BaseMatch, LayerSource, ModelBase, ModelComparison, OpenModel, refusal as array_refusal,
};
pub use notes::notes;
pub use order::{FoundOrder, Ordered, STARTS};
pub use outcome::{MethodResult, Outcome};
pub use result::{Analysis, Timing};
pub use scan::{
    LayerPlan, PATTERNS_MEAN, Plan, PlanReport, PlanStructure, ResumeReview, Scan, ScanError,
    ScanLayer, ScanLocality, ScanPart, ScanProgress, ScanSettings, ScanTarget, ScanTargets,
    SkippedArray, join_patterns, matches_pattern, merge, natural, read_scan, show_as_scanned,
    split_patterns,
};
pub use survey::{Images, SurveyError, SurveyResult, survey_images};
pub use tensors::TensorFormat;
pub use terms::{PartChoice, Term, Terms, Tiling};
pub use verdict::{CLOSEST_MEANS, Closest, OVER_IMAGES_MEANS, over_images};
pub use written::{factors_file, reconstructions_file};
